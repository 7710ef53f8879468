import { TextFile, type awscdk } from 'projen';
import { program } from './programs';

/** Configures what is installed, compiled and published. */
export function configurePackage(project: awscdk.AwsCdkConstructLibrary): void {
  // `npm ci` fails on the optional native bindings of newer versions.
  project.package.addPackageResolutions('unrs-resolver@1.12.2');
  // No registry host ever enters the lock file.
  new TextFile(project, '.npmrc', { lines: ['omit-lockfile-registry-resolved=true'], committed: true });

  project.tasks.addEnvironment('PATH', '$(node projenrc/path.js)');

  // The custom resource's handler is bundled when the package is made, so that a consumer needs neither esbuild nor Docker.
  project.bundler.addBundle('./src/compilation-job/handler/compilation-job.lambda.ts', {
    platform: 'node',
    target: 'node22',
    externals: ['@aws-sdk/*', '@smithy/*'],
    watchTask: false,
  });
  project.bundler.addBundle('./build/gunzip.ts', { platform: 'node', target: 'node22', watchTask: false });

  // Published files are listed, so that no other file is ever published. The parts of the handler are in its bundle.
  project.package.addField('files', ['.jsii', '.jsii.tabl.json.gz', 'THIRD-PARTY-NOTICES', 'assets', 'bin', 'lib/**/*.js', 'lib/**/*.d.ts', '!lib/**/handler', 'rosetta']);

  // Each package shows its own language in its README and API docs, and so does Construct Hub, which reads the translations and the fixture.
  const translate = project.addTask('translate', {
    description: 'Compile the snippets of README and docstrings and translate them into all languages (jsii-rosetta)',
    exec: 'jsii-rosetta extract --strict --compress-tablet --cache .cache/rosetta/translations.json .',
  });

  // jsii-pacmak would write an .npmignore, which a build in CI would treat as a change of the repository.
  for (const target of ['js', 'java', 'python', 'dotnet', 'go']) {
    const task = project.tasks.tryFind(`package:${target}`)!;
    task.reset();
    task.spawn(translate);
    task.exec(target === 'dotnet' ? program('build/package-dotnet.ts') : `jsii-pacmak -v --no-npmignore --target ${target}`);
  }

  // A name is loaded when it is first used.
  project.compileTask.exec(program('build/lazy-exports.ts'));
}
