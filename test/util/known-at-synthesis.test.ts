import { App, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import {
  NeoCompiledModel, NeoCompilerOptions, NeoCoreMlShape, NeoDataInputShape, NeoOrphanedJobStopper,
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoFleetModels, NeoFramework, NeoManifestFormat,
  NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget,
  type NeoCompilationFleetProps, type NeoCompilationJobProps, type NeoCompilationMonitoringProps, type NeoPrivateCompilationVpcAttributes,
  type NeoPrivateCompilationVpcProps,
} from '../../src';

/*
 * Tokens in place of lists, maps and numbers. What consists of strings or numbers may be known to the deployment only; what consists of objects, or what
 * the library calculates with, may not.
 */

const TOKENS: [string, () => any][] = [
  ['a list', () => Token.asList({ Ref: 'Parameter' })],
  ['any', () => Token.asAny({ Ref: 'Parameter' })],
  ['lazy', () => Lazy.any({ produce: () => ({ a: 'b' }) })],
];

function fixture() {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const common = { vpcConfig: privateVpc.vpcConfig, outputBucket: bucket };
  const one = { ...common, model: NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: NeoFramework.XGBOOST }), target: NeoTarget.ML_C5 };
  const job = (props: Partial<NeoCompilationJobProps> = {}, id = 'Job') => new NeoCompilationJob(stack, id, { ...one, ...props });
  return {
    stack,
    bucket,
    privateVpc,
    one,
    job,
    network: (props: Partial<NeoPrivateCompilationVpcProps>) => new NeoPrivateCompilationVpc(stack, 'Other', { buckets: [bucket], ...props }),
    existing: (props: Partial<NeoPrivateCompilationVpcProps>) => new NeoPrivateCompilationVpc(stack, 'Other', {
      buckets: [bucket], vpc: new ec2.Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] }), ...props,
    }),
    imported: (attrs: Partial<NeoPrivateCompilationVpcAttributes>) => {
      const { vpc, subnets, securityGroups, s3Endpoint, role } = privateVpc;
      return NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Imported', { vpc, subnets, securityGroups, s3Endpoint, role, ...attrs });
    },
    fleet: (props: Partial<NeoCompilationFleetProps>) => new NeoCompilationFleet(stack, 'Fleet', {
      ...common, models: NeoFleetModels.fromPrefix(bucket, 'up/', { framework: NeoFramework.XGBOOST }), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 3, ...props,
    }),
    monitoring: (props: Partial<NeoCompilationMonitoringProps>) => new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [job()], ...props }),
  };
}

type Fixture = ReturnType<typeof fixture>;

describe.each(TOKENS)('fails for a token (%s)', (_, token) => {
  test.each<[string, (f: Fixture) => unknown]>([
    ['buckets', f => f.network({ buckets: token() })],
    ['securityGroups', f => f.existing({ securityGroups: token() })],
    ['endpointPolicyStatements', f => f.network({ endpointPolicyStatements: token() })],
    ['bucketPolicyExemptPrincipals', f => f.network({ bucketPolicyExemptPrincipals: token() })],
    ['vpcSubnets.subnets', f => f.existing({ vpcSubnets: { subnets: token() } })],
    ['vpcSubnets.subnetFilters', f => f.existing({ vpcSubnets: { subnetFilters: token() } })],
    ['subnets', f => f.imported({ subnets: token() })],
    ['securityGroups', f => f.imported({ securityGroups: token() })],
    ['buckets', f => f.imported({ buckets: token() })],
    ['controlPlaneSubnets', f => f.imported({ controlPlaneSubnets: token() })],
    ['jobs', f => f.monitoring({ jobs: token() })],
    ['targets', f => f.fleet({ targets: token() })],
    ['models', () => NeoFleetModels.fromList(token())],
    ['options.modelBuckets', f => NeoFleetModels.fromManifest(f.bucket, 'm.csv', NeoManifestFormat.CSV, { modelBuckets: token() })],
    ['acceptedFindings', f => NeoPrivacyValidation.addTo(f.stack, { acceptedFindings: token() })],
    ['paths', () => NeoModel.fromFiles(token(), { framework: NeoFramework.XGBOOST })],
  ])('as the list %s', (prop, give) => {
    expect(() => give(fixture())).toThrow(new RegExp(`^${prop.replace('options.', '(options.)?')} must be an array that is known at synthesis; got: a token`));
  });

  test.each<[string, (f: Fixture) => unknown]>([
    ['a job', f => f.job({ tags: token() })],
    ['a fleet', f => f.fleet({ tags: token() })],
    ['a task', f => NeoRunCompilationJob.jsonata(f.stack, 'Run', { ...f.one, compilationJobName: 'one', tags: token() })],
  ])('as the tags of %s', (__, give) => {
    expect(() => give(fixture())).toThrow(/^tags must be a map that is known at synthesis; got: a token/);
  });

  test.each<[string, (f: Fixture) => unknown]>([
    ['vpcConfig', f => f.job({ vpcConfig: token() })],
    ['logs', f => f.fleet({ logs: token() })],
    ['vpcSubnets', f => f.existing({ vpcSubnets: token() })],
    ['targets\\[0\\]', f => f.fleet({ targets: [token(), { target: NeoTarget.ML_C5 }] })],
    ['props', f => new NeoCompilationMonitoring(f.stack, 'Monitoring', token())],
  ])('as the struct %s', (prop, give) => {
    expect(() => give(fixture())).toThrow(new RegExp(`^${prop} must be an object that is known at synthesis; got: a token`));
  });
});

test('a map of strings may be a token where the template takes it whole, and so may the values of tags', () => {
  const { stack, job } = fixture();
  new NeoCompiledModel(stack, 'Model', { job: job({ tags: { a: Token.asString({ Ref: 'Parameter' }) } }), environment: Token.asAny({ Ref: 'Parameter' }) as any });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SageMaker::Model', { PrimaryContainer: { Environment: { Ref: 'Parameter' } } });
  template.hasResourceProperties('Custom::SageMakerNeoCompilationJob', { Tags: Match.arrayWith([{ Key: 'a', Value: { Ref: 'Parameter' } }]) });
});

test.each<[string, (f: Fixture, token: any) => unknown]>([
  ['compilationTimeThreshold must be a number that is known at synthesis', (f, token) => f.monitoring({ compilationTimeThreshold: token })],
  ['jobNamePrefix must be a string that is known at synthesis', (f, token) => new NeoOrphanedJobStopper(f.stack, 'Stopper', {
    stateMachine: sfn.StateMachine.fromStateMachineName(f.stack, 'Machine', 'm'), jobNamePrefix: token,
  })],
  ['resultPath must be a string that is known at synthesis', (f, token) => NeoRunCompilationJob.jsonPath(f.stack, 'Run', { ...f.one, compilationJobName: 'one', resultPath: token })],
])('fails for a token: %s', (message, give) => {
  const token = Token.asAny({ Ref: 'Parameter' });
  for (const encoded of [token, message.includes('string') ? Token.asString(token) : Token.asNumber(token)]) {
    expect(() => give(fixture(), encoded)).toThrow(`${message}; got: a token`);
  }
});

describe('options and shapes in JSON', () => {
  const json = (value: (f: Fixture) => unknown) => {
    const f = fixture();
    f.job({ compilerOptions: NeoCompilerOptions.of({ a: value(f) }) });
    const [job] = Object.values(Template.fromStack(f.stack).findResources('Custom::SageMakerNeoCompilationJob'));
    return job.Properties.Request.OutputConfig.CompilerOptions;
  };

  test('a token may resolve to anything that JSON has, and may be a reference', () => {
    expect(json(() => Lazy.any({ produce: () => ({ b: [1, 'x', true, null] }) }))).toBe('{"a":{"b":[1,"x",true,null]}}');
    expect(json(() => Lazy.any({ produce: () => Lazy.any({ produce: () => 1 }) }))).toBe('{"a":1}');
    const arn = { 'Fn::Join': ['', ['{"a":"', { 'Fn::GetAtt': [expect.stringMatching('Bucket'), 'Arn'] }, '"}']] };
    expect(json(({ bucket }) => bucket.bucketArn)).toEqual(arn);
    expect(json(({ bucket }) => (bucket.node.defaultChild as s3.CfnBucket).getAtt('Arn'))).toEqual(arn);
    expect(json(({ bucket }) => Lazy.any({ produce: () => bucket.bucketArn }))).toEqual(arn);
  });

  test('a lazy reference to another stack is an import', () => {
    const { stack, bucket, one } = fixture();
    const other = new Stack(stack.node.scope as App, 'Other');
    const compilerOptions = NeoCompilerOptions.of({ a: Lazy.any({ produce: () => (bucket.node.defaultChild as s3.CfnBucket).getAtt('Arn') }) });
    new NeoCompilationJob(other, 'Job', { ...one, compilerOptions });
    expect(JSON.stringify(Template.fromStack(other).findResources('Custom::SageMakerNeoCompilationJob'))).toContain('ExportsOutputFnGetAttBucket');
  });

  test.each<[string, (f: Fixture) => unknown]>([
    ['a policy', () => new iam.PolicyDocument()], ['a construct', ({ bucket }) => bucket], ['a stack', ({ stack }) => stack], ['a parameter', ({ stack }) => new CfnParameter(stack, 'P')],
    ['a Duration', () => Duration.minutes(1)],
  ])('fails for %s, and for a lazy one', (_, value) => {
    expect(() => json(value)).toThrow(/^compiler options must be strings, numbers, booleans, lists and maps of these; got: /);
    expect(() => NeoCompilerOptions.of(value(fixture()) as any)).toThrow(/^compiler options must be strings, numbers, booleans, lists and maps of these; got: /);
    expect(() => NeoDataInputShape.fromMap({ a: value(fixture()) as any })).toThrow(/^(data input shape|shape of input "a") must /);
    for (const late of [(f: Fixture) => value(f), (f: Fixture) => [value(f)]]) {
      expect(() => json(f => Lazy.any({ produce: () => late(f) })))
        .toThrow(/compiler options must consist of strings, numbers, booleans, lists and maps, also where a token is resolved; got: .*\[at Stack\/Job\]/);
    }
  });

  test('fails for a lazy number that JSON does not have', () => {
    expect(() => json(() => Lazy.any({ produce: () => [NaN] }))).toThrow('compiler options must consist of strings, numbers, booleans, lists and maps, also where a token is resolved; got: [null]');
  });

  test('inputs for Core ML may be tokens, which are in the form of the API', () => {
    const { stack } = fixture();
    const token = Token.asAny({ Ref: 'Parameter' }) as any;
    const lazy = Lazy.any({ produce: () => ({ shape: [1, 2] }) }) as any;
    expect(stack.resolve(NeoDataInputShape.fromCoreMlInputs({ a: lazy }).toJson(stack))).toBe('{"a":{"shape":[1,2]}}');
    expect(stack.resolve(NeoDataInputShape.fromCoreMlInputList([lazy, { shape: NeoCoreMlShape.fixed(1) }]).toJson(stack))).toBe('[{"shape":[1,2]},{"shape":[1]}]');
    expect(JSON.stringify(stack.resolve(NeoDataInputShape.fromCoreMlInputs({ a: token }).toJson(stack)))).toContain('{"Ref":"Parameter"}');
    const own = Lazy.any({ produce: () => ({ shape: NeoCoreMlShape.fixed(1) }) }) as any;
    expect(() => stack.resolve(NeoDataInputShape.fromCoreMlInputs({ a: own }).toJson(stack))).toThrow('data input shape must consist of strings, numbers, booleans, lists and maps');
  });
});
