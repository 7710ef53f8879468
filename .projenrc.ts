import { awscdk, github, javascript } from 'projen';
import { optionalDependencies } from './local/lambda/node-runtimes/package.json';
import { addChecks } from './projenrc/checks';
import { addDocs } from './projenrc/docs';
import { configureLint, DEV_FOLDERS } from './projenrc/lint';
import { addLocalRun } from './projenrc/local-run';
import { configurePackage } from './projenrc/package';
import { configureTests } from './projenrc/tests';
import { configureWorkflows } from './projenrc/workflows';

/**
 * The lowest aws-cdk-lib a consumer may have; the newest is exercised by the consumer test.
 */
const CDK_VERSION = '2.258.0';

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
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '22.2.0',
  workflowNodeVersion: '24',
  bumpPackage: 'commit-and-tag-version@^12',

  devDeps: [
    // The Node.js runtimes that the Lambda functions declare: our own, and those of CDK. At the top of node_modules, the packages would put a `node`
    // before the user's in the PATH of npm's scripts: placeholders take their names there.
    'node-runtimes@file:./local/lambda/node-runtimes',
    ...Object.keys(optionalDependencies).map(name => `${name}@file:./local/lambda/node-runtimes/placeholder`),
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
    // What CloudFormation replaces when a property changes, as its own schemas say.
    '@aws-cdk/cloudformation-diff@^2.187.0',
    'dependency-cruiser@^18',
    // Draws state machines for the docs (Graphviz as WebAssembly).
    '@hpcc-js/wasm-graphviz@^1.29',
    'publint@^0.3.25',
    '@arethetypeswrong/cli@^0.18.5',
    'esbuild',
    // Unpacks model archives synchronously (build/gunzip.ts). Its only dependency is minipass, of which 7.1.2 is the last version under the ISC licence.
    'minizlib@^3.1.0',
    'minipass@7.1.2',
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
      // Only for a test that hangs. Wall time says nothing about a test on a busy machine.
      testTimeout: 1_200_000,
      // A busy machine needs a while to free a gigabyte: jest's complaint about a worker that does not exit is to mean that something stays open.
      workerGracefulExitTimeout: 60_000,
      // Packages that checks install for themselves.
      modulePathIgnorePatterns: ['<rootDir>/.cache/'],
      // Most of the time goes into synthesis, which keeps one core busy.
      maxWorkers: '100%',
      globalSetup: '<rootDir>/test/global-setup.ts',
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
    devdirs: DEV_FOLDERS,
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

  gitignore: ['cdk.out/', '*.tsbuildinfo', '/local/out/', '/examples/*/*.tar.gz', '.stryker-tmp/', 'reports/', '.jsii.tabl.json', '.jsii.tabl.json.gz', '.DS_Store'],
  npmignoreEnabled: false,
  sampleCode: false,
  pullRequestTemplate: false,
  // The code of a pull request runs here; what writes is the job after it.
  buildWorkflowOptions: { permissions: { contents: github.workflows.JobPermission.READ } },
  githubOptions: {
    pullRequestLintOptions: { semanticTitleOptions: { types: ['feat', 'fix', 'docs', 'test', 'refactor', 'perf', 'style', 'build', 'ci', 'chore'] } },
  },
  depsUpgradeOptions: { workflow: true, exclude: ['@aws-cdk/cloud-assembly-schema', 'minipass'] },
});

configurePackage(project);
configureLint(project);
configureTests(project);
addChecks(project);
addDocs(project);
addLocalRun(project);
configureWorkflows(project);

project.synth();
