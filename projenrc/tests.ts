import type { awscdk } from 'projen';
import { program } from './programs';

/** Configures the test suite, and adds the tests that need more than Node.js. */
export function configureTests(project: awscdk.AwsCdkConstructLibrary): void {
  // Tests read the bundles. Lint, type check and generated files are separate checks (.ci/run).
  project.testTask.reset();
  project.testTask.spawn(project.bundler.bundleTask);
  project.testTask.exec('jest --ci', { receiveArgs: true });

  project.addTask('test:mutation', {
    description: 'Mutation tests of the handler and of the sizing of subnets',
    exec: 'stryker run stryker.config.mjs',
  });
  const sample = project.addTask('test:mutation:sample', {
    description: 'Mutation tests of a sample of src outside the handler',
  });
  sample.spawn(project.bundler.bundleTask);
  sample.exec('stryker run stryker.sample.config.mjs');

  const busy = project.addTask('test:busy', {
    description: 'Run the tests three times and the demo five times beside four busy loops: a busy machine changes nothing',
  });
  busy.spawn(project.bundler.bundleTask);
  busy.exec(program('test/busy/test-busy.ts'), { receiveArgs: true });

  project.addTask('test:versions', {
    description: 'Try the two commands of the README with npm 10, 11 and 12 and Node.js 22, 24 and 26, in fresh clones (needs the network)',
    exec: program('test/versions/test-versions.ts'),
    receiveArgs: true,
  });

  project.addTask('test:moto', {
    description: 'Compare the local SageMaker stand-in with moto and with AWS\'s service model (needs Python and the network)',
    exec: program('local/sagemaker/moto/compare.ts'),
  });

  const secondEngine = project.addTask('test:second-engine', {
    description: 'Deploy, update and delete examples on LocalStack\'s open core (needs Python 3.13, Java, Maven and, once, the network)',
  });
  secondEngine.spawn(project.bundler.bundleTask);
  secondEngine.exec(program('test/second-engine/test-second-engine.ts'), { receiveArgs: true });

  const languages = project.addTask('test:languages', {
    description: 'Build the packages of all languages and synthesize the same app with each (needs Python, a JDK, Maven, Go and the network)',
  });
  languages.spawn(project.bundler.bundleTask);
  languages.spawn(project.compileTask);
  languages.spawn(project.tasks.tryFind('translate')!);
  languages.exec(program('test/languages/test-languages.ts'), { receiveArgs: true });

  const consumer = project.addTask('test:consumer', {
    description: 'Pack the library, install it in an empty project with the lowest and the newest aws-cdk-lib, synthesize (needs the network)',
  });
  consumer.spawn(project.bundler.bundleTask);
  consumer.spawn(project.compileTask);
  consumer.spawn(project.tasks.tryFind('translate')!);
  consumer.exec(program('test/consumer/test-consumer.ts'));

  addIntegrationTests(project);
}

/** Adds the integration tests, which can be deployed to an account, with snapshots of their templates. */
function addIntegrationTests(project: awscdk.AwsCdkConstructLibrary): void {
  const env = { TS_NODE_PROJECT: 'test/tsconfig.json', TS_NODE_TRANSPILE_ONLY: '1' };
  const runner = 'integ-runner --directory test/integ --language typescript --parallel-regions us-east-1';
  const snapshots = program('test/integ/snapshots.ts');
  project.gitattributes.addAttributes('/test/integ/*.snapshot/**', 'linguist-generated');

  const verify = project.addTask('integ:verify', {
    description: 'Compare the templates of the integration tests with their snapshots, without an AWS account',
  });
  verify.spawn(project.bundler.bundleTask);
  verify.exec(runner, { env });

  const snapshot = project.addTask('integ:snapshot', { description: 'Write the snapshots of the integration tests anew, without an AWS account' });
  snapshot.spawn(project.bundler.bundleTask);
  snapshot.exec(`${snapshots} remove`);
  snapshot.exec(`${runner} --dry-run --update-on-failed`, { env });
  snapshot.exec(`${snapshots} strip`);

  const deploy = project.addTask('integ:deploy', {
    description: 'Deploy the integration tests to an AWS account, check what they made, delete them (it costs: docs/integration-tests.md)',
  });
  deploy.spawn(verify);
  deploy.exec(`${runner} --force`, { env, receiveArgs: true });
  deploy.exec(`${snapshots} strip`);
}
