import { awscdk, github, javascript, JsonPatch, TextFile } from 'projen';

/**
 * The lowest aws-cdk-lib a consumer may have; the newest is exercised by the consumer test.
 */
const CDK_VERSION = '2.258.0';

/** The runtime of our Lambda functions, from the npm package `node`. */
const NODE_24 = 'node_modules/node/bin/node';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-sagemaker-neo',
  description: 'Compile models with Amazon SageMaker Neo from AWS CDK, without any path to the internet.',
  author: 'cdk-sagemaker-neo contributors',
  authorAddress: 'cdk-sagemaker-neo@users.noreply.github.com',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-sagemaker-neo/cdk-sagemaker-neo.git',
  keywords: ['aws', 'cdk', 'sagemaker', 'neo', 'model-compilation', 'vpc', 'private', 'machine-learning', 'edge'],
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,

  // Versions that are known to work together (shared/neo-facts.md, section 5).
  cdkVersion: CDK_VERSION,
  constructsVersion: '10.5.1',
  jsiiVersion: '~5.9.0',
  typescriptVersion: '~5.9.0',
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '24',
  bumpPackage: 'commit-and-tag-version@^12',

  devDeps: [
    // The real Node.js runtime that the Lambda functions declare; `node_modules/.bin/node` is this one.
    'node@^24',
    // What CDK's own functions (the Provider framework's) declare in this version of aws-cdk-lib.
    'node22@npm:node@^22',
    // The lowest that aws-cdk-lib takes: jsii's Go module requires what is installed here, and aws-cdk-lib's own has this one.
    '@aws-cdk/cloud-assembly-schema@54.0.0',
    // The CLI that synthesizes the examples.
    'aws-cdk@^2.1148.0',
    // The API as other languages see it.
    'jsii-reflect@^1.140.0',
    // External in the handler's bundle: AWS Lambda's runtime brings them, the tests need them.
    '@aws-sdk/client-sagemaker',
    '@aws-sdk/client-s3',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-ec2',
    '@smithy/node-http-handler',
    '@types/aws-lambda',
    // The local run executes the waiter's and the fleet's state machines as synthesized.
    'aws-local-stepfunctions@^3',
    'asl-validator@^4',
    // The fleet's state machines are in JSONata, which the local run evaluates with the library that Step Functions' dialect comes from.
    'jsonata@^2.1.0',
    // Policies are decided by simulation, not by reading JSON (AGPL: never a runtime dependency).
    '@cloud-copilot/iam-simulate',
    'cdk-nag@^3.0.2',
    'fast-check@^4',
    'esbuild',
    '@stryker-mutator/core@^9',
    '@stryker-mutator/jest-runner@^9',
    '@aws-cdk/integ-runner@^2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
  ],

  // src/**/index.ts entry points that end up in AWS Lambda are bundled below, explicitly.
  lambdaAutoDiscover: false,
  integrationTestAutoDiscover: false,

  jestOptions: {
    jestVersion: '^30',
    // Type errors are found by `jsii` and by the typecheck task; the tests only have to run, and fast.
    jestConfig: {
      testTimeout: 60_000,
      // Packages that checks install for themselves.
      modulePathIgnorePatterns: ['<rootDir>/.cache/'],
      // Most of the time goes into synthesis, which keeps one core busy.
      maxWorkers: '100%',
      coverageDirectory: 'coverage',
      collectCoverage: false,
    },
    junitReporting: false,
  },
  // What is published has no source maps: two thirds of the package, for stack traces that only ts-node would read.
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } },
  tsconfigDev: {
    compilerOptions: { isolatedModules: true, esModuleInterop: true, lib: ['es2022'], target: 'ES2022' },
    include: ['../src/**/*.ts', '../build/**/*.ts', '../docs/**/*.ts', '../local/**/*.ts', '../examples/**/*.ts', '../bench/**/*.ts'],
  },
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'build', 'docs', 'local', 'examples', 'bench'],
  },

  // Trusted publishing wherever there is one: a registry takes what this workflow sends, and there is no token to steal. Maven Central and Go have none.
  publishToPypi: { distName: 'cdk-sagemaker-neo', module: 'cdk_sagemaker_neo', trustedPublishing: true },
  publishToMaven: {
    javaPackage: 'io.github.cdksagemakerneo',
    // The namespace that Maven Central grants the owner of github.com/cdk-sagemaker-neo, hyphens included, which a Java package cannot have.
    mavenGroupId: 'io.github.cdk-sagemaker-neo',
    mavenArtifactId: 'cdk-sagemaker-neo',
    mavenServerId: 'central-ossrh',
  },
  publishToNuget: { dotNetNamespace: 'CdkSagemakerNeo', packageId: 'CdkSagemakerNeo', trustedPublishing: true },
  publishToGo: { moduleName: 'github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go' },
  // From the first release on, what breaks a user is a major version.
  minMajorVersion: 1,
  npmTrustedPublishing: true,
  npmProvenance: true,
  // What publishes is named by its version, as it may speak for this repository.
  jsiiReleaseVersion: '0.2.1061',

  gitignore: ['cdk.out/', '*.tsbuildinfo', '/local/out/', '/examples/*/*.tar.gz', '.stryker-tmp/', 'reports/', '.jsii.tabl.json', '.DS_Store'],
  npmignoreEnabled: false,
  sampleCode: false,
  pullRequestTemplate: false,
  // The code of a pull request runs here; what writes is the job after it.
  buildWorkflowOptions: { permissions: { contents: github.workflows.JobPermission.READ } },
  githubOptions: {
    pullRequestLintOptions: { semanticTitleOptions: { types: ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'style', 'build', 'ci', 'chore'] } },
  },
  depsUpgradeOptions: { workflow: true, exclude: ['@aws-cdk/cloud-assembly-schema'] },
});

// `npm ci` fails on the optional native bindings of newer versions (shared/neo-facts.md, section 5).
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// No registry host ever enters the lock file.
new TextFile(project, '.npmrc', { lines: ['omit-lockfile-registry-resolved=true'], committed: true });

// The custom resource's handler: bundled when the package is made, so that a consumer needs neither esbuild nor Docker.
project.bundler.addBundle('./src/compilation-job/handler/compilation-job.lambda.ts', {
  platform: 'node',
  target: 'node24',
  externals: ['@aws-sdk/*', '@smithy/*'],
  watchTask: false,
});

// What is published is named, so that nothing else ever is. The parts of the handler are in its bundle.
project.package.addField('files', ['.jsii', 'THIRD-PARTY-NOTICES', 'assets', 'lib/**/*.js', 'lib/**/*.d.ts', '!lib/**/handler']);

// And no list of what is not published is made on the way, which a build in CI would take for a change of the repository.
for (const target of ['js', 'java', 'python', 'dotnet', 'go']) {
  project.tasks.tryFind(`package:${target}`)!.reset(`jsii-pacmak -v --no-npmignore --target ${target}`);
}

// What runs in AWS Lambda finds the AWS SDK in its runtime.
project.eslint?.allowDevDeps('src/**/handler/*.ts');

// The linter finds a file's types by the nearest tsconfig.json, which at the top level is the library's own: these
// folders belong to the tests' one.
project.eslint?.addOverride({
  files: ['build/**/*.ts', 'docs/**/*.ts', 'local/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
  parserOptions: { projectService: false, project: ['./test/tsconfig.json'] },
} as javascript.EslintOverride);

// Tests read the bundles; lint, type check and generated files are checks of their own (.ci/run).
project.testTask.reset();
project.testTask.spawn(project.bundler.bundleTask);
// On the Node.js that the handlers declare, whichever one runs npm.
project.testTask.exec(`${NODE_24} node_modules/jest/bin/jest.js --ci`, { receiveArgs: true });

const typecheck = project.addTask('typecheck', {
  description: 'Check the types of sources, tests, examples and the local run',
  exec: 'tsc --noEmit -p test/tsconfig.json',
});
const lint = project.addTask('lint', { description: 'Check style and types, change nothing' });
lint.spawn(typecheck);
lint.exec('eslint --ext .ts --no-fix --max-warnings 0 .projenrc.ts src test build docs local examples bench --no-error-on-unmatched-pattern', {
  env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
});

project.addTask('test:mutation', {
  description: 'Mutation tests of the handler and of the sizing of subnets',
  exec: 'stryker run stryker.config.mjs',
});

// A name is loaded when it is used first, and aws-cdk-lib is looked up once.
for (const program of ['lazy-exports', 'shared-imports']) {
  project.compileTask.exec(`node -r ts-node/register/transpile-only build/${program}.ts`, { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });
}

const checkGenerated = project.addTask('check:generated', {
  description: 'Fail when a generated file (projen, API.md) is not what its source says',
});
checkGenerated.exec('ts-node --project projenrc/tsconfig.json .projenrc.ts', { env: { PROJEN_DISABLE_POST: 'true' } });
checkGenerated.spawn(project.compileTask);
checkGenerated.spawn(project.tasks.tryFind('docgen')!);
checkGenerated.exec('git add --intent-to-add . && git diff --exit-code');

const checkReadme = project.addTask('check:readme', {
  description: 'Compile the snippets of README, docstrings and docs/, and fail when anything public is not documented',
});
checkReadme.spawn(project.compileTask);
checkReadme.exec('jsii-rosetta extract --strict .');
checkReadme.exec('node -r ts-node/register/transpile-only test/docs/check-docs.ts', { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });

const checkApi = project.addTask('check:api', {
  description: 'Compare the public API with the last release\'s: fails on what breaks a consumer (jsii-diff; needs the network)',
});
checkApi.spawn(project.compileTask);
checkApi.exec('node -r ts-node/register/transpile-only test/release/check-api.ts', { receiveArgs: true, env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });
// A push that no pull request has checked breaks nobody either.
project.tasks.tryFind('release')!.spawn(checkApi);

project.addTask('check:audit', {
  description: 'Fail when npm knows a vulnerability in what comes with the package',
  exec: 'npm audit --omit=dev',
});

const checkTemplates = project.addTask('check:templates', {
  description: 'Check the examples\' templates with cfn-lint and with the newest aws-cdk-lib\'s own validation (needs Python and, once, the network)',
});
checkTemplates.spawn(project.bundler.bundleTask);
checkTemplates.exec('node -r ts-node/register/transpile-only test/templates/check-templates.ts', { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });

const testLanguages = project.addTask('test:languages', {
  description: 'Build the packages of all languages and synthesize the same app with each (needs Python, a JDK, Maven, Go and the network)',
});
testLanguages.spawn(project.bundler.bundleTask);
testLanguages.spawn(project.compileTask);
testLanguages.exec('node -r ts-node/register/transpile-only test/languages/test-languages.ts', { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });

const testConsumer = project.addTask('test:consumer', {
  description: 'Pack the library, install it in an empty project with the lowest and the newest aws-cdk-lib, synthesize (needs the network)',
});
testConsumer.spawn(project.bundler.bundleTask);
testConsumer.spawn(project.compileTask);
testConsumer.exec('node -r ts-node/register/transpile-only test/consumer/test-consumer.ts', { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });

// Cases that are deployed to an account, with the templates they had when they were last looked at.
const integEnv = { TS_NODE_PROJECT: 'test/tsconfig.json', TS_NODE_TRANSPILE_ONLY: '1' };
const integRunner = 'integ-runner --directory test/integ --language typescript --parallel-regions us-east-1';
const integSnapshots = 'node -r ts-node/register test/integ/snapshots.ts';
project.gitattributes.addAttributes('/test/integ/*.snapshot/**', 'linguist-generated');

const integVerify = project.addTask('integ:verify', {
  description: 'Compare the templates of the integration tests with their snapshots, without an AWS account',
});
integVerify.spawn(project.bundler.bundleTask);
integVerify.exec(integRunner, { env: integEnv });

const integSnapshot = project.addTask('integ:snapshot', { description: 'Write the snapshots of the integration tests anew, without an AWS account' });
integSnapshot.spawn(project.bundler.bundleTask);
integSnapshot.exec(`${integSnapshots} remove`, { env: integEnv });
integSnapshot.exec(`${integRunner} --dry-run --update-on-failed`, { env: integEnv });
integSnapshot.exec(`${integSnapshots} strip`, { env: integEnv });

const integDeploy = project.addTask('integ:deploy', {
  description: 'Deploy the integration tests to an AWS account, check what they made, delete them (it costs: docs/integration-tests.md)',
});
integDeploy.spawn(integVerify);
integDeploy.exec(`${integRunner} --force`, { env: integEnv, receiveArgs: true });
integDeploy.exec(`${integSnapshots} strip`, { env: integEnv });

project.addTask('docs:targets', {
  description: 'Write docs/targets.md from the table of frameworks and targets',
  exec: 'node -r ts-node/register/transpile-only docs/generate-targets.ts',
  env: { TS_NODE_PROJECT: 'test/tsconfig.json' },
});

project.addTask('docs:iam-decisions', {
  description: 'Write docs/iam-decisions.md from the table of requests in test/iam',
  exec: 'node -r ts-node/register/transpile-only docs/generate-iam-decisions.ts',
  env: { TS_NODE_PROJECT: 'test/tsconfig.json' },
});

const docsPrivacy = project.addTask('docs:privacy', {
  description: 'Write the rules in docs/privacy.md and the example\'s picture, docs/network.svg',
});
docsPrivacy.spawn(project.bundler.bundleTask);
docsPrivacy.exec('node -r ts-node/register/transpile-only docs/generate-privacy.ts', { env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });

const demo = project.addTask('demo', {
  description: 'Synthesize examples/private-compilation and run it locally, without an AWS account',
});
demo.spawn(project.bundler.bundleTask);
demo.exec(`${NODE_24} -r ts-node/register/transpile-only local/demo.ts`, {
  receiveArgs: true,
  env: { TS_NODE_PROJECT: 'test/tsconfig.json' },
});

project.addTask('test:moto', {
  description: 'Compare the local SageMaker stand-in with moto and with AWS\'s service model (needs Python and the network)',
  exec: 'node -r ts-node/register/transpile-only local/sagemaker/moto/compare.ts',
  env: { TS_NODE_PROJECT: 'test/tsconfig.json' },
});

const demoFleet = project.addTask('demo:fleet', {
  description: 'Synthesize examples/fleet and run it locally, with live progress, without an AWS account',
});
const benchFleet = project.addTask('bench:fleet', {
  description: 'Run the synthesized fleet for 1,000 to 10,000 compilations in virtual time and print what it takes',
});
const bench = project.addTask('bench', {
  description: 'Measure against what a user would write by hand: synthesis, import, handler, templates, reports (bench/README.md)',
});
const benchCheck = project.addTask('bench:check', {
  description: 'Measure with few samples and fail when a ratio has become much worse than in bench/ratios.json',
});
for (const [task, options] of [[bench, ''], [benchCheck, ' --check --samples 7 synthesis import waiting template privacy']] as const) {
  task.spawn(project.bundler.bundleTask);
  task.spawn(project.compileTask);
  task.exec(`node -r ts-node/register/transpile-only bench/bench.ts${options}`, { receiveArgs: true, env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });
}
for (const [task, script] of [[demoFleet, 'local/fleet/demo.ts'], [benchFleet, 'bench/fleet.ts']] as const) {
  task.exec(`node -r ts-node/register/transpile-only ${script}`, { receiveArgs: true, env: { TS_NODE_PROJECT: 'test/tsconfig.json' } });
}

// The checks that CI runs elsewhere, too, on a machine with every language's toolchain.
project.buildWorkflow?.addPostBuildJob('checks', {
  name: 'checks',
  runsOn: ['ubuntu-latest'],
  timeoutMinutes: 90,
  permissions: { contents: github.workflows.JobPermission.READ },
  env: { CI: 'true' },
  steps: [
    { name: 'Checkout', uses: 'actions/checkout@v6' },
    { name: 'Setup Node.js', uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '24', 'package-manager-cache': false } },
    { name: 'Setup Python', uses: 'actions/setup-python@v7.0.0', with: { 'python-version': '3.x' } },
    { name: 'Setup Java', uses: 'actions/setup-java@v6.0.0', with: { 'distribution': 'corretto', 'java-version': '17' } },
    { name: 'Setup Go', uses: 'actions/setup-go@v7.0.0', with: { 'go-version': 'stable', 'cache': false } },
    { name: 'Checks', run: '.ci/run' },
  ],
});

project.github?.tryFindWorkflow('release')?.file?.patch(
  // publib's default; no registry is named here.
  JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'),
  // Of Sonatype's former server, which this is not.
  JsonPatch.remove('/jobs/release_maven/steps/10/env/MAVEN_STAGING_PROFILE_ID'),
  // It builds; the tag is made by the job that makes the GitHub release.
  JsonPatch.replace('/jobs/release/permissions/contents', github.workflows.JobPermission.READ),
);

project.synth();
