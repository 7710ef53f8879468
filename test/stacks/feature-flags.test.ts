/**
 * Feature flags of aws-cdk-lib: `cdk init` sets all that are recommended, an old app none, and a user any one of them. Only those that constructs ask for can
 * change a template.
 */
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Node } from 'constructs';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoFleetModels, NeoFramework, NeoModel, NeoPrivacyValidation,
  NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget,
} from '../../src';
import { templateOf, warningIds } from '../network/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const REFERENCES = '@aws-cdk/core:defaultCrossStackReferences';
const RECOMMENDED: Record<string, unknown> = { ...jest.requireActual('aws-cdk-lib/recommended-feature-flags.json'), [REFERENCES]: 'weak' };
const OPTIONS = { framework: NeoFramework.XGBOOST };

/** Every construct, in two stacks. */
function appWith(context: Record<string, unknown>) {
  const app = new App({ context });
  const [networkStack, stack] = ['Network', 'User'].map(id => new Stack(app, id));
  const bucket = new s3.Bucket(networkStack, 'Models', {
    versioned: true, serverAccessLogsBucket: new s3.Bucket(networkStack, 'Logs'), autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY,
  });
  const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket], privateControlPlane: true });
  const common = { vpcConfig: network.vpcConfig, outputBucket: bucket };
  const model = { model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5 };
  const job = new NeoCompilationJob(stack, 'Job', { ...common, ...model, deleteArtifacts: true });
  new NeoCompiledModel(stack, 'Hosted', { job });
  new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [job], topic: new sns.Topic(stack, 'Topic') });
  new NeoCompilationFleet(stack, 'Fleet', { ...common, models: NeoFleetModels.fromPrefix(bucket, 'models/', OPTIONS), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 2 });
  const run = NeoRunCompilationJob.jsonata(stack, 'Run', { ...common, ...model, compilationJobName: 'job' });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(run), queryLanguage: sfn.QueryLanguage.JSONATA });
  const upload = new deployment.BucketDeployment(networkStack, 'Upload', { sources: [deployment.Source.data('m.tar.gz', 'x')], destinationBucket: bucket });
  network.allowOutsideEndpoint(upload.handlerRole);
  return { app, networkStack, stack };
}

/** CDK prints the report of warnings. */
beforeAll(() => jest.spyOn(console, 'error').mockImplementation());

interface Outcome {
  readonly templates: any[];
  readonly warnings: string[];
  readonly findings: string[];
  readonly cycles: string[];
  readonly order: string[];
}

function outcomeOf(context: Record<string, unknown>): Outcome {
  const { app, networkStack, stack } = appWith(context);
  const validation = new NeoPrivacyValidation();
  const templatePaths = app.synth().stacks.map(({ templateFullPath }) => templateFullPath);
  const templates = [networkStack, stack].map(each => templateOf(each).toJSON());
  return {
    templates,
    warnings: [networkStack, stack].flatMap(warningIds),
    findings: validation.validate({ templatePaths, appConstruct: app } as any).violations.map(({ ruleName }) => ruleName),
    cycles: templates.flatMap(template => new DependencyGraph(template).cycles()),
    order: stack.dependencies.map(({ node }) => node.id),
  };
}

/** The recommended flags that a construct asks for. The app itself asks for all, as it writes a report of them. */
function askedFor(): string[] {
  const asked = jest.spyOn(Node.prototype, 'tryGetContext');
  const { app } = appWith({});
  app.synth();
  const keys = asked.mock.calls.filter((_, index) => asked.mock.contexts[index] !== app.node).map(([key]) => key);
  asked.mockRestore();
  return [...new Set(keys)].filter(key => key in RECOMMENDED).sort();
}

/** Of the flags that change a template of ours. A flag that is new here is one to think about. */
const CHANGING = [
  '@aws-cdk/aws-iam:minimizePolicies',
  '@aws-cdk/aws-lambda:useCdkManagedLogGroup',
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy',
  REFERENCES,
];

const none = outcomeOf({});
const flags = askedFor();

test('without flags, the network comes first, and nothing is wrong but what is said in any case', () => {
  expect({ ...none, templates: [] }).toEqual({ templates: [], warnings: ['eventsNeedEndpoint'], findings: [], cycles: [], order: ['Network'] });
});

test('with all recommended flags, the same holds', () => {
  const all = outcomeOf(RECOMMENDED);
  expect({ ...all, templates: [] }).toEqual({ ...none, templates: [] });
  expect(all.templates).not.toEqual(none.templates);
});

test.each(flags)('with %s alone, the same holds, and the templates change only if that is known', flag => {
  const one = outcomeOf({ [flag]: RECOMMENDED[flag] });
  expect({ ...one, templates: [] }).toEqual({ ...none, templates: [] });
  expect(JSON.stringify(one.templates) !== JSON.stringify(none.templates)).toBe(CHANGING.includes(flag));
});

test('all flags that are known to change a template are among those that are tried', () => {
  expect(CHANGING.filter(flag => !flags.includes(flag))).toEqual([]);
});
