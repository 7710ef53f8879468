import type { awscdk } from 'projen';
import { program } from './programs';

/** Adds the checks of CI besides the tests. */
export function addChecks(project: awscdk.AwsCdkConstructLibrary): void {
  const generated = project.addTask('check:generated', {
    description: 'Fail when a generated file (projen, API.md) is not what its source says',
  });
  generated.exec('ts-node --project projenrc/tsconfig.json .projenrc.ts', { env: { PROJEN_DISABLE_POST: 'true' } });
  generated.spawn(project.compileTask);
  generated.spawn(project.tasks.tryFind('docgen')!);
  generated.exec('git add --intent-to-add . && git diff --exit-code');

  const readme = project.addTask('check:readme', {
    description: 'Compile the snippets of README, docstrings and docs/, and fail when anything public is not documented',
  });
  readme.spawn(project.compileTask);
  readme.spawn(project.tasks.tryFind('translate')!);
  readme.exec(program('test/docs/check-docs.ts'));

  const api = project.addTask('check:api', {
    description: 'Compare the public API with the last release\'s: fails on what breaks a consumer (jsii-diff; needs the network)',
  });
  api.spawn(project.compileTask);
  api.exec(program('test/release/check-api.ts'), { receiveArgs: true });
  // The release also runs this check, because a push to main may not come from a checked pull request.
  project.tasks.tryFind('release')!.spawn(api);

  const templates = project.addTask('check:templates', {
    description: 'Check the examples\' templates with cfn-lint and with the newest aws-cdk-lib\'s own validation (needs Python and, once, the network)',
  });
  templates.spawn(project.bundler.bundleTask);
  templates.exec(program('test/templates/check-templates.ts'));

  project.addTask('check:workflows', {
    description: 'Check the GitHub workflows with actionlint and zizmor (needs Python, Go and, once, the network)',
    exec: program('test/release/check-workflows.ts'),
  });

  const pack = project.addTask('check:package', {
    description: 'Check what npm would publish with publint and arethetypeswrong, and how Construct Hub shows it in each language (jsii-docgen)',
  });
  pack.spawn(project.bundler.bundleTask);
  pack.spawn(project.compileTask);
  pack.spawn(project.tasks.tryFind('translate')!);
  pack.exec('publint --strict');
  pack.exec('attw --pack . --profile node16 --no-emoji --format ascii');
  pack.exec(program('test/release/check-rendered-docs.ts'));

  for (const [name, description, options] of [
    ['bench', 'Compare with hand-written code: synthesis, import, handler, templates, reports (bench/README.md)', ''],
    ['bench:check', 'Measure with few samples and fail when a ratio has become much worse than in bench/ratios.json', ' --check --samples 7'],
  ]) {
    const bench = project.addTask(name, { description });
    bench.spawn(project.bundler.bundleTask);
    bench.spawn(project.compileTask);
    bench.exec(program(`bench/bench.ts${options}`), { receiveArgs: true });
  }
  project.addTask('bench:account', {
    description: 'Deploy, update, roll back and delete stacks of up to 400 jobs in simulated accounts with little room, and print what fails (docs/reliability.md)',
    exec: program('bench/account.ts'),
    receiveArgs: true,
  });
  project.addTask('bench:fleet', {
    description: 'Run the synthesized fleet for 1,000 to 100,000 compilations in virtual time and print what it takes',
    exec: program('bench/fleet.ts'),
    receiveArgs: true,
  });
}
