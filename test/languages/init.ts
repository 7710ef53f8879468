import * as fs from 'fs';
import * as path from 'path';
import { addNuGetSource, dotnetEnvironment } from './apps/dotnet';
import { installedPython, mavenSettings, replaceGoModule } from './apps/tools';
import { CDK, must, run, type Target, VERSION, type Workspace } from './packages';
import { OPEN, requireFailure } from '../consumer/violation';
import { ROOT } from '../templates/tools';

const CDK_CLI = path.join(ROOT, 'node_modules', '.bin', 'cdk');
const SOURCES = path.join(__dirname, 'init');

/** Gives the app of `cdk init` the library and its stack. @returns the command that `cdk synth` is to call, as in cdk.json but for the environment */
const LANGUAGES: Record<Target, (app: string, workspace: Workspace) => Promise<string>> = {
  python: async (app, workspace) => {
    fs.copyFileSync(path.join(SOURCES, 'neo_app_stack.py'), path.join(app, 'neo_app', 'neo_app_stack.py'));
    fs.appendFileSync(path.join(app, 'requirements.txt'), `\ncdk-sagemaker-neo==${VERSION}\n`);
    return `${await installedPython(workspace, path.join(app, 'requirements.txt'))} app.py`;
  },
  java: async (app, workspace) => {
    fs.copyFileSync(path.join(SOURCES, 'NeoAppStack.java'), path.join(app, 'src', 'main', 'java', 'com', 'myorg', 'NeoAppStack.java'));
    // A registry may have the lowest version that cdk init asks for, and not list it yet, which a range of Maven needs.
    edit(path.join(app, 'pom.xml'), /<cdk\.version>.*<\/cdk\.version>/, `<cdk.version>${CDK}</cdk.version>`);
    edit(path.join(app, 'pom.xml'), '<dependencies>',
      `<dependencies><dependency><groupId>io.github.cdk-sagemaker-neo</groupId><artifactId>cdk-sagemaker-neo</artifactId><version>${VERSION}</version></dependency>`);
    return `mvn -e -q --settings ${mavenSettings(workspace)} compile exec:java`;
  },
  go: async (app, workspace) => {
    fs.copyFileSync(path.join(SOURCES, 'neo-app.go'), path.join(app, 'neo-app.go'));
    await replaceGoModule(app, workspace);
    await must('go', ['mod', 'tidy'], {}, app);
    return 'go run .';
  },
  dotnet: async (app, workspace) => {
    const project = path.join(app, 'src', 'NeoApp');
    fs.copyFileSync(path.join(SOURCES, 'NeoAppStack.cs'), path.join(project, 'NeoAppStack.cs'));
    edit(path.join(project, 'NeoApp.csproj'), /<PackageReference Include="Amazon\.CDK\.Lib" .*/,
      `<PackageReference Include="Amazon.CDK.Lib" Version="${CDK}" /><PackageReference Include="CdkSagemakerNeo" Version="${VERSION}" />`);
    addNuGetSource(app, workspace);
    return 'dotnet run --project src/NeoApp/NeoApp.csproj';
  },
};

/**
 * Make an app with `cdk init`, put a stack of the library into it, and call `cdk synth`: without a violation it succeeds; with one it fails, and the
 * report is written.
 */
export async function tryInit(target: Target, workspace: Workspace): Promise<string> {
  const app = path.join(workspace.folder, `init-${target}`, 'neo-app');
  fs.mkdirSync(app, { recursive: true });
  await must(CDK_CLI, ['init', 'app', '--language', target === 'dotnet' ? 'csharp' : target, '--generate-only'], {}, app);
  const command = await LANGUAGES[target](app, workspace);
  const synth = async (out: string, ...more: string[]) =>
    run(CDK_CLI, ['synth', '--quiet', '--app', command, '--output', out, ...more], { CI: 'true', PYTHONDONTWRITEBYTECODE: '1', ...dotnetEnvironment(workspace) }, app);

  const violation = requireFailure([await synth('closed.out'), path.join(app, 'closed.out')], [await synth('open.out', ...OPEN), path.join(app, 'open.out')]);
  return `the app of cdk init synthesizes; ${violation}`;
}

function edit(file: string, text: string | RegExp, replacement: string): void {
  const before = fs.readFileSync(file, 'utf8');
  const after = before.replace(text, replacement);
  if (after === before) { throw new Error(`${file} has no ${text}`); }
  fs.writeFileSync(file, after);
}
