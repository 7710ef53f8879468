import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import jsonata from 'jsonata';
import { C5, fleetStack } from './fleet-harness';
import { SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';

const framework = neo.NeoFramework.XGBOOST;
const shape = neo.NeoDataInputShape.of('data', 1, 3, 8, 8);

test.each<[Partial<neo.NeoCompilationFleetProps> | any, RegExp]>([
  [{ maxConcurrentJobs: 0 }, /maxConcurrentJobs must be a whole number of jobs at once from 1 to 10000; got: 0 \[at Stack\/Fleet\]/],
  [{ maxConcurrentJobs: 10_001 }, /maxConcurrentJobs must be .* got: 10001/],
  [{ maxConcurrentJobs: 1.5 }, /maxConcurrentJobs must be .* got: 1.5/],
  [{ maxConcurrentJobs: undefined }, /maxConcurrentJobs must be .* got: undefined/],
  [{ tags: Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`t${i}`, 'v'])) }, /tags must be at most 48.*got: 49/],
  [{ timeout: Duration.millis(1500) }, /timeout must be at least 1 second, in whole seconds/],
  [{ startOnUpload: 'yes' }, /startOnUpload has the wrong type: it must be true or false/],
  [{ logs: { destination: '/aws/states' } }, /logs\.destination has the wrong type: it must be a log group/],
  [{ logs: { level: 'all' } }, /logs\.level must be one of sfn\.LogLevel, such as sfn\.LogLevel\.ERROR; got: "all"/],
  [{ logs: { logExecutionData: true } }, /logs\.logExecutionData is not a prop: use includeExecutionData; got: true/],
  [{ toleratedFailurePercentage: -1 }, /toleratedFailurePercentage must be a whole number of percent from 0 to 100; got: -1/],
  [{ toleratedFailurePercentage: 33.3 }, /toleratedFailurePercentage must be .* got: 33.3/],
  [{ toleratedFailurePercentage: 101 }, /toleratedFailurePercentage must be .* got: 101/],
  [{ targets: [] }, /targets must list at least one \{ target \}; got: \[\]/],
  [{ targets: [{}] }, /targets\[0\].target must be given; got: undefined/],
  [{ models: [] }, /models has the wrong type: it must be NeoFleetModels.*got: \[\]/],
  [{ pollInterval: Duration.millis(1500) }, /pollInterval must be at least 1 second, in whole seconds; got: 1 second 500 millis/],
  [{ pollInterval: Duration.seconds(0) }, /pollInterval must be at least 1 second/],
  [{ outputPrefix: 'a/' }, /outputPrefix must be a folder without slashes/],
  [{ maxRuntime: Duration.seconds(0) }, /maxRuntime must be at least 1 second/],
  [{ maxPendingTime: Duration.minutes(5) }, /maxPendingTime must be between 30 minutes and 28 days/],
  [{ tags: { 'cdk-sagemaker-neo:execution': 'x' } }, /tags must not have keys that begin with/],
  [{ vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] } }, /role must be given/],
])('fails for %j', (props, message) => {
  expect(() => fleetStack(() => props)).toThrow(message);
});

test('fails for uploads without a prefix', () => {
  expect(() => fleetStack((_, models) => ({
    startOnUpload: true, models: neo.NeoFleetModels.fromList([neo.NeoModel.fromBucket(models, 'x.tar.gz', { framework })]), targets: [C5],
  }))).toThrow(/startOnUpload must be omitted unless models come from NeoFleetModels.fromPrefix/);
});

describe('fails with a network that the library does not know, and', () => {
  /** A fleet, with a bucket of other attributes than the stack. */
  const fleet = (attributes: Partial<s3.BucketAttributes>, props: (bucket: s3.IBucket, own: s3.IBucket) => Partial<neo.NeoCompilationFleetProps>) => {
    const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
    const own = new s3.Bucket(stack, 'Own');
    new neo.NeoCompilationFleet(stack, 'Fleet', {
      vpcConfig: { subnets: ['subnet-0'], securityGroupIds: ['sg-0'] },
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
      outputBucket: own,
      targets: [C5],
      maxConcurrentJobs: 4,
      models: neo.NeoFleetModels.fromPrefix(own, 'models/', { framework }),
      ...props(s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', ...attributes }), own),
    });
  };
  const fromPrefix = (bucket: s3.IBucket) => ({ models: neo.NeoFleetModels.fromPrefix(bucket, 'models/', { framework }) });

  test.each<[string, string, Parameters<typeof fleet>[1]]>([
    ['models', 'bucket', fromPrefix],
    ['models of a manifest', 'modelBuckets', (bucket, own) => ({ models: neo.NeoFleetModels.fromManifest(own, 'm.csv', neo.NeoManifestFormat.CSV, { modelBuckets: [bucket] }) })],
    ['output', 'outputBucket', bucket => ({ outputBucket: bucket })],
    ['results', 'resultsBucket', bucket => ({ resultsBucket: bucket })],
  ])('%s in another Region', (_, prop, props) => {
    expect(() => fleet({ region: 'eu-west-1' }, props)).toThrow(`${prop} must be in the Region of the stack, us-east-1`);
    expect(() => fleet({ region: 'us-east-1' }, props)).not.toThrow();
  });

  test('uploads to another account, whose events do not come', () => {
    const uploads = (bucket: s3.IBucket) => ({ startOnUpload: true, ...fromPrefix(bucket) });
    expect(() => fleet({ account: '999999999999' }, uploads)).toThrow(/startOnUpload must be omitted for a bucket of a different account .*; got: Stack\/Theirs in 999999999999/);
    expect(() => fleet({ account: '999999999999' }, fromPrefix)).not.toThrow();
    expect(() => fleet({}, uploads)).not.toThrow();
  });
});

test('fails: a model that cannot be compiled for one of the targets, with every reason', () => {
  expect(() => fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromPrefix(models, 'x', { framework: neo.NeoFramework.TFLITE_1_15, dataInputShape: shape }),
    targets: [C5, { target: neo.NeoTarget.COREML }],
  }))).toThrow(/ml_c5.*; .*coreml/);
});

test('what AWS does not document is a warning, said once', () => {
  const { stack } = fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromList([0, 1, 2].map(i => neo.NeoModel.fromBucket(models, `${i}.tar.gz`, { framework: neo.NeoFramework.PYTORCH_1_12, dataInputShape: shape }))),
    targets: [{ target: neo.NeoTarget.RASP4B }],
  }));
  const warnings = Annotations.fromStack(stack).findWarning('/Stack/Fleet', Match.anyValue());
  expect(warnings).toHaveLength(1);
});

test('a network that this library does not know is said to need an exemption', () => {
  const { stack } = fleetStack((scope, models) => {
    const { privateVpc } = new neo.NeoPrivateCompilationVpc(scope, 'Other', { buckets: [new s3.Bucket(scope, 'O')] }).vpcConfig;
    return {
      vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] },
      role: privateVpc!.role,
      models: neo.NeoFleetModels.fromPrefix(models, 'x/', { framework }),
      targets: [C5],
    };
  });
  Annotations.fromStack(stack).hasWarning('/Stack/Fleet', Match.stringLikeRegexp('allowOutsideEndpoint.*Stack/Models'));
});

test('tokens are no errors', () => {
  const token = Lazy.number({ produce: () => 3 });
  expect(() => fleetStack((_, models) => ({
    maxConcurrentJobs: token,
    toleratedFailurePercentage: token,
    outputPrefix: Lazy.string({ produce: () => '/' }),
    models: neo.NeoFleetModels.fromPrefix(models, Lazy.string({ produce: () => '/x' }), { framework }),
    targets: [C5],
  }))).not.toThrow();
});

test('fails for a list that is longer than Step Functions takes', () => {
  const listed = (length: number) => fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromList(Array.from({ length }, (_item, i) => neo.NeoModel.fromBucket(models, `${i}.tar.gz`, {
      framework: neo.NeoFramework.MXNET_1_8, dataInputShape: neo.NeoDataInputShape.fromMap({ ['long'.repeat(200)]: [1, 3, 8, 8] }),
    }))),
    targets: [C5],
  }));
  expect(() => listed(250)).not.toThrow();
  expect(() => listed(300)).toThrow(/models must fit into 262144 bytes, because this is the maximum for a list in Step Functions: .*fromManifest.*; got: 300 models in \d+ bytes/);
});

test('quotes in a folder stay a text in JSONata, and what IAM cannot write is a wildcard in policies', () => {
  const { stack } = fleetStack((_, models) => ({
    outputPrefix: 'it\'s \\ "mine"',
    models: neo.NeoFleetModels.fromPrefix(models, "modèles/模型's/", { framework }),
    targets: [C5],
  }));
  const template = Template.fromStack(stack);
  const synthesized = new SynthesizedTemplate(template.toJSON() as any);
  const definitions = synthesized.find('AWS::StepFunctions::StateMachine').map(id => JSON.stringify(synthesized.definition(id)));
  const expressions = definitions.flatMap(definition => [...definition.matchAll(/"\{%((?:[^"\\]|\\.)*)%\}"/g)].map(([, text]) => JSON.parse(`"${text}"`)));
  expect(expressions.length).toBeGreaterThan(20);
  for (const expression of expressions) { expect(() => jsonata(expression)).not.toThrow(); }
  expect(expressions.some(expression => expression.includes('it\'s \\\\ \\"mine\\"'))).toBe(true);
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  expect(policies).toContain("modèles/*'s/*");
  expect(policies).not.toContain('模');
});

describe('sources of models fail for', () => {
  const bucket = new s3.Bucket(new Stack(), 'Bucket');

  test.each<[any, RegExp]>([
    [[], /models must list at least one NeoModel/], [undefined, /models must be given/], [[undefined], /models\[0\] must be given/],
  ])('the list %j', (models, message) => {
    expect(() => neo.NeoFleetModels.fromList(models)).toThrow(message);
  });

  test.each(['', '/manifest.csv'])('the manifest %j', key => {
    expect(() => neo.NeoFleetModels.fromManifest(bucket, key as any, neo.NeoManifestFormat.CSV)).toThrow(/objectKey must be the key of the manifest/);
  });

  test('a prefix with a leading slash, and one without framework', () => {
    expect(() => neo.NeoFleetModels.fromPrefix(bucket, '/models', { framework })).toThrow(/prefix must not start with a slash/);
    expect(() => neo.NeoFleetModels.fromPrefix(bucket, 'models/', {} as any)).toThrow(/framework must be given/);
  });

  test('an unknown format', () => {
    expect(() => neo.NeoFleetModels.fromManifest(bucket, 'models.xml', 'XML' as any)).toThrow(/format must be one of CSV, JSON, JSONL; got: "XML"/);
  });

  test('JSONata and paths, which Step Functions would evaluate', () => {
    expect(() => neo.NeoFleetModels.fromPrefix(bucket, '{% $env %}', { framework })).toThrow(/prefix must not be enclosed in \{% %\}.*got: "\{% \$env %\}"/);
    expect(() => neo.NeoFleetModels.fromManifest(bucket, '{% $env %}', neo.NeoManifestFormat.CSV)).toThrow(/objectKey must not be enclosed/);
  });
});

test.each(['', '*', 'a b', '-a'])('fails for a NeoOrphanedJobStopper with the prefix %j', jobNamePrefix => {
  const stack = new Stack();
  const stateMachine = sfn.StateMachine.fromStateMachineName(stack, 'Machine', 'machine');
  expect(() => new neo.NeoOrphanedJobStopper(stack, 'Stop', { stateMachine, jobNamePrefix })).toThrow(/jobNamePrefix must be 1 to 63/);
});
