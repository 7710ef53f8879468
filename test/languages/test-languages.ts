/**
 * The packages of all languages, built by jsii-pacmak, installed in fresh environments, and tried with the same app. `npm run test:languages`; README.md.
 */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { tryAcrossStacks } from './across-stacks/across-stacks';
import { runDotNet } from './apps/dotnet';
import { runGo } from './apps/go';
import { runJava } from './apps/java';
import { checkPythonTypes, runPython } from './apps/python';
import { runTypeScript } from './apps/typescript';
import { libraryIn, loadApi, packageFolder } from './csharp/api';
import { checkApp } from './csharp/app';
import { checkGenerated } from './csharp/generated';
import { tryInit } from './init';
import { build, CDK, EXAMPLE, type Target, type Workspace } from './packages';
import { checkShown } from './shown';
import { compileCSharp, compileGo, compileJava } from './snippets/compilers';
import { runPythonSnippets } from './snippets/snippets';
import { firstDifference, templateIn } from './templates';
import { missing, type Tool, TOOLS } from './toolchain';

interface Language {
  readonly name: string;
  readonly target: Target;
  readonly packageName: string;
  readonly tools: Tool[];
  readonly runApp: (outdir: string, workspace: Workspace) => Promise<void>;
  readonly trySnippets: (workspace: Workspace) => Promise<string>;
}

const LANGUAGES: Language[] = [
  { name: 'Python', target: 'python', packageName: 'wheel', tools: [TOOLS.python], runApp: runPython, trySnippets: runPythonSnippets },
  { name: 'Java', target: 'java', packageName: 'jar', tools: [TOOLS.java, TOOLS.maven], runApp: runJava, trySnippets: compileJava },
  { name: 'Go', target: 'go', packageName: 'module', tools: [TOOLS.go], runApp: runGo, trySnippets: compileGo },
];

const started = Date.now();
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(0)} s`;
const say = (text: string): void => console.log(`[${seconds(started).padStart(5)}] ${text}`);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-languages-'));
const workspace: Workspace = { folder, dist: path.join(folder, 'dist') };
/** Names of languages; all, if there are none. */
const chosen = process.argv.slice(2);
const failures: string[] = [];
let passed = 0;

async function check(name: string, body: () => string | Promise<string>): Promise<void> {
  try {
    say(`ok    ${name}: ${await body()}`);
    passed++;
  } catch (error) {
    say(`FAIL  ${name}: ${(error as Error).message}`);
    failures.push(name);
  }
}

async function tryLanguage({ name, target, packageName, tools, runApp }: Language, expected: string): Promise<string> {
  const absent = missing(tools);
  if (absent.length > 0) { throw new Error(absent.join('\n')); }
  say(`      ${name}: building the ${packageName} with jsii-pacmak`);
  await build(target, workspace);
  say(`      ${name}: installing it in a fresh environment, running the app`);
  const outdir = path.join(folder, `cdk.out.${target}`);
  await runApp(outdir, workspace);
  const template = templateIn(outdir);
  const difference = firstDifference(expected, template);
  if (difference) { throw new Error(`its template (+) differs from the TypeScript one (-):\n${difference}`); }
  return `${packageName} built and installed, the template equals the TypeScript one${template === expected ? `, all ${template.length} characters` : ' but for asset hashes or metadata'}; ${checkShown(target, workspace.dist)}`;
}

/** The package is built and the app run; aws-cdk-lib may be newer than TypeScript's, which is made with the same then. */
async function tryDotNet(expected: string): Promise<string> {
  say('      .NET: building the package with jsii-pacmak');
  await build('dotnet', workspace);
  say('      .NET: running the app');
  const outdir = path.join(folder, 'cdk.out.dotnet');
  const cdk = await runDotNet(outdir, workspace);
  const ofSameCdk = path.join(folder, 'cdk.out.typescript.dotnet');
  if (cdk !== CDK) { await runTypeScript(ofSameCdk, cdk); }
  const difference = firstDifference(cdk === CDK ? expected : templateIn(ofSameCdk), templateIn(outdir));
  if (difference) { throw new Error(`its template (+) differs from the TypeScript one (-):\n${difference}`); }
  return `package built and installed, the template equals the TypeScript one, both with aws-cdk-lib ${cdk}; ${checkShown('dotnet', workspace.dist)}`;
}

/** Without the .NET SDK: are all names of the API in the generated C#, and are those in the app there? */
async function readDotNet(): Promise<string> {
  await build('dotnet', workspace, '--code-only');
  const system = await loadApi();
  const generated = checkGenerated(libraryIn(system), packageFolder(workspace.dist));
  const source = fs.readFileSync(path.join(EXAMPLE, 'csharp', 'Program.cs'), 'utf8');
  const app = checkApp(source, system);
  // A check that finds nothing in a wrong app proves nothing.
  if (checkApp(source.replace('MaxRuntime', 'MaximumRuntime'), system).errors.length !== 1) { throw new Error('the check does not find a prop that does not exist'); }
  const errors = [...generated.errors, ...app.errors];
  if (errors.length > 0) { throw new Error(errors.join('\n')); }
  return `C# generated for ${generated.types} types with ${generated.members} members, as in the jsii assembly; the ${app.names} names in the app exist; ${checkShown('dotnet', workspace.dist)}`;
}

/** Everything of one language; the languages run at the same time. */
async function checkLanguage(language: Language, expected: string): Promise<void> {
  const { name, target, trySnippets } = language;
  await check(name, async () => tryLanguage(language, expected));
  if (failures.includes(name)) { return; }
  if (target === 'python') { await check(`${name}, several stacks`, async () => tryAcrossStacks(workspace)); }
  if (target === 'python') { await check(`${name}, types`, async () => checkPythonTypes(workspace)); }
  await check(`${name}, snippets`, async () => trySnippets(workspace));
  await check(`${name}, cdk init`, async () => tryInit(target, workspace));
}

async function checkDotNet(expected: string): Promise<void> {
  const noSdk = missing([TOOLS.dotnet]);
  if (noSdk.length > 0) {
    say(`skipped .NET: no .NET SDK (${noSdk[0]}); names are looked at instead`);
    await check('.NET, not built', readDotNet);
  } else {
    await check('.NET', async () => tryDotNet(expected));
    if (failures.includes('.NET')) { return; }
    await check('.NET, snippets', async () => compileCSharp(workspace));
    await check('.NET, cdk init', async () => tryInit('dotnet', workspace));
  }
}

async function main(): Promise<void> {
  try {
    say(`the app of examples/languages with aws-cdk-lib ${CDK}, in ${LANGUAGES.length + 2} languages`);
    const outdir = path.join(folder, 'cdk.out.typescript');
    await check('TypeScript', async () => {
      await runTypeScript(outdir);
      return `${Object.keys(JSON.parse(templateIn(outdir)).Resources).length} resources`;
    });
    if (failures.length === 0) {
      const expected = templateIn(outdir);
      const isChosen = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
      await Promise.all([
        ...LANGUAGES.filter(({ name }) => isChosen(name)).map(async language => checkLanguage(language, expected)),
        ...isChosen('.NET') ? [checkDotNet(expected)] : [],
      ]);
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  for (const name of failures) { say(`failed: ${name}`); }
  say(`${passed} passed, ${failures.length} failed, in ${seconds(started)}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

void main();
