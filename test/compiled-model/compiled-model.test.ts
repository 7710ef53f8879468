import { App, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { NeoCompilationJob, NeoCompiledModel, NeoTarget, NeoTargetArch, NeoTargetOs, type NeoCompiledModelProps } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { bySid, network, newStack, only, templateOf } from '../network/fixture';

function hosted(props: Partial<NeoCompiledModelProps> = {}, fixture = compilation()) {
  const model = new NeoCompiledModel(fixture.stack, 'Model', { job: fixture.job, ...props });
  return { ...fixture, model };
}

const modelOf = (template: Template) => only(template, 'AWS::SageMaker::Model');
const logicalId = (template: Template, type: string, pattern: RegExp) =>
  Object.keys(template.findResources(type)).filter(id => pattern.test(id)).at(0)!;

/** All statements of the policies attached to a role. */
function statementsOf(template: Template, roleId: string): any[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => Properties.Roles.some((role: any) => role.Ref === roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function hostingStatements(template: Template): any[] {
  const statements = statementsOf(template, logicalId(template, 'AWS::IAM::Role', /^ModelRole/));
  expect(statements.length).toBeGreaterThan(0);
  return statements;
}

describe('the model', () => {
  test('is the artifact in the image that Neo names, in the network of the job, cut off from it', () => {
    const { stack, privateVpc } = hosted();
    const template = templateOf(stack);
    const job = logicalId(template, 'Custom::SageMakerNeoCompilationJob', /^Job/);
    expect(modelOf(template)).toEqual({
      ExecutionRoleArn: { 'Fn::GetAtt': [logicalId(template, 'AWS::IAM::Role', /^ModelRole/), 'Arn'] },
      EnableNetworkIsolation: true,
      VpcConfig: { Subnets: stack.resolve(privateVpc.vpcConfig.subnets), SecurityGroupIds: stack.resolve(privateVpc.vpcConfig.securityGroupIds) },
      PrimaryContainer: { Image: { 'Fn::GetAtt': [job, 'InferenceImage'] }, ModelDataUrl: { 'Fn::GetAtt': [job, 'ModelArtifactsUri'] } },
    });
  });

  test('takes an image, an environment and a name', () => {
    const { stack } = hosted({ image: 'my/image:1', environment: { SAGEMAKER_PROGRAM: 'inference.py' }, modelName: 'resnet', enableNetworkIsolation: false });
    expect(modelOf(templateOf(stack))).toMatchObject({
      ModelName: 'resnet',
      EnableNetworkIsolation: false,
      PrimaryContainer: { Image: 'my/image:1', Environment: { SAGEMAKER_PROGRAM: 'inference.py' } },
    });
  });

  test('gives its name, ARN and role to others', () => {
    const { stack, model } = hosted();
    const id = stack.getLogicalId(model.model);
    expect(stack.resolve(model.modelName)).toEqual({ 'Fn::GetAtt': [id, 'ModelName'] });
    expect(stack.resolve(model.modelArn)).toEqual({ Ref: id });
    expect(model.grantPrincipal).toBe(model.role.grantPrincipal);
  });

  test('waits for the permissions of its role', () => {
    const { stack } = hosted();
    const template = templateOf(stack);
    const [{ DependsOn }] = Object.values(template.findResources('AWS::SageMaker::Model'));
    expect(DependsOn).toContain(logicalId(template, 'AWS::IAM::Policy', /^ModelRole/));
  });
});

describe('its role', () => {
  test('is assumed by SageMaker for this account', () => {
    const { stack } = hosted();
    const template = templateOf(stack);
    const { AssumeRolePolicyDocument } = template.findResources('AWS::IAM::Role')[logicalId(template, 'AWS::IAM::Role', /^ModelRole/)].Properties;
    expect(AssumeRolePolicyDocument.Statement).toEqual([{
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'sagemaker.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }]);
  });

  test('reads the artifacts of the job and no other object', () => {
    const { stack } = hosted();
    const s3 = hostingStatements(templateOf(stack)).filter(({ Action }) => [Action].flat().some((action: string) => action.startsWith('s3:')));
    expect(s3.map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:GetBucketLocation', 's3:ListBucket']);
    expect(JSON.stringify(s3[0].Resource)).toMatch(/"\/neo\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
    expect(s3[2].Condition).toEqual({ StringLike: { 's3:prefix': expect.stringMatching(/^neo\/Stack-[0-9a-f]{6}-Job-\*\/\*$/) } });
  });

  test('decrypts with the key of the output', () => {
    const stack = newStack();
    const outputEncryptionKey = new kms.Key(stack, 'Key');
    hosted({}, compilation({ outputEncryptionKey }, network({}, stack)));
    const decrypt = hostingStatements(templateOf(stack)).filter(({ Action }) => Action === 'kms:Decrypt');
    expect(decrypt.map(({ Resource }) => Resource)).toEqual([stack.resolve(outputEncryptionKey.keyArn)]);
  });

  test('reaches `*` only where the action takes no resource', () => {
    const { stack } = hosted();
    const actions = hostingStatements(templateOf(stack)).filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(actions.filter(action => !action.startsWith('ec2:Describe'))).toEqual(['ecr:GetAuthorizationToken', 'cloudwatch:PutMetricData']);
  });

  test('places interfaces in the job\'s subnets and groups', () => {
    const { stack } = hosted();
    const statements = { Statement: hostingStatements(templateOf(stack)) };
    expect(bySid(statements, 'PlaceInterfaces').Resource).toHaveLength(2 + 1);
  });

  test('is not the execution role of the jobs, which only compilation may assume', () => {
    const { model, privateVpc } = hosted();
    expect(model.role).not.toBe(privateVpc.role);
  });

  test('of one\'s own is given the artifact, and is not made', () => {
    const { stack, bucket, privateVpc } = network();
    const role = new iam.Role(stack, 'Hosting', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    hosted({ role }, compilation({}, { stack, bucket, privateVpc }));
    const template = templateOf(stack);
    expect(logicalId(template, 'AWS::IAM::Role', /^ModelRole/)).toBeUndefined();
    expect(statementsOf(template, logicalId(template, 'AWS::IAM::Role', /^Hosting/)).map(({ Action }) => Action)).toEqual(['s3:GetObject', 's3:GetBucketLocation', 's3:ListBucket']);
  });

  test('fails when it is missing for a network that this library does not know', () => {
    const fixture = compilation();
    expect(() => hosted({ vpcConfig: { subnets: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] } }, fixture)).toThrow(/role must be given/);
  });
});

describe('the bucket policies', () => {
  const exempt = (stack: Stack) => bySid(only(templateOf(stack), 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint').Condition.ArnNotLike;

  test('need no exception: the artifact is read through the endpoint', () => {
    expect(exempt(hosted().stack)).toBeUndefined();
  });

  test('let the role through when asked to, without a cycle', () => {
    const { stack, model } = hosted({ allowOutsideEndpoint: true });
    expect(exempt(stack)).toEqual({ 'aws:PrincipalArn': [stack.resolve(model.role.roleArn)] });
  });
});

describe('bad input ends at synth', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['no job', () => hosted({ job: undefined as any }), /job must be given; got: undefined \[at Stack\/Model\]/],
    ['a name of 64 with hyphens in a row', () => hosted({ modelName: `n${'-'.repeat(62)}n` }), /modelName must be 1 to 63/],
    ['an image with a space', () => hosted({ image: 'my image' }), /image must be the URI of an image.*got: "my image"/],
    ['a variable with a hyphen', () => hosted({ environment: { 'log-level': 'x' } }), /environment must have names of .*got: \{"log-level":"x"\}/],
    ['an imported job of which only the name is known', () => hosted({ job: NeoCompilationJob.fromJobName(new Stack(), 'Job', 'job') }), /vpcConfig of the imported job is not known: use NeoCompilationJob\.fromCompilationJobAttributes with vpcConfig; got: the job named job/],
    ['a device', () => hosted({}, compilation({ target: NeoTarget.JETSON_NANO })), /job must be for a cloud target.*got: jetson_nano/],
    ['a platform', () => hosted({}, compilation({ target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 }) })),
      /job must be for a cloud target.*got: LINUX\/ARM64/],
    ['Lambda', () => hosted({}, compilation({ target: NeoTarget.LAMBDA })), /an ml_\* instance family, which SageMaker can host, unless image is given; got: lambda/],
    ['a job that the deployment does not wait for', () => hosted({}, compilation({ waitForCompletion: false })), /inferenceImage is not known with waitForCompletion: false/],
    ['one subnet', () => hosted({}, compilation({}, network({ maxAzs: 1 }))), /vpcConfig.subnets must be at least two, in two Availability Zones.*got: 1/],
    ['no subnet', () => hosted({ vpcConfig: { subnets: [], securityGroupIds: ['sg-1'] } }), /vpcConfig.subnets must contain 1 to 16 IDs/],
    ['a name', () => hosted({ modelName: 'my_model' }), /modelName must be 1 to 63 letters.*got: "my_model"/],
  ])('fails: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('fails: a model in another Region than its job', () => {
    const { job } = compilation({}, network({}, newStack({ env: { region: 'eu-west-1', account: '111122223333' } })));
    const other = new Stack(App.of(job) as App, 'Other', { env: { region: 'us-east-1', account: '111122223333' } });
    expect(() => new NeoCompiledModel(other, 'Model', { job })).toThrow(/job must be in the region of the stack, us-east-1.*got: Stack\/Job in eu-west-1/);
  });

  test('a target known at deployment only is no error', () => {
    const { stack, job } = compilation({ target: NeoTarget.device(Token.asString({ Ref: 'Device' })) });
    expect(() => new NeoCompiledModel(stack, 'Model', { job })).not.toThrow();
  });
});

test('a model in a different stack than its job', () => {
  const { job, stack } = compilation();
  const other = new Stack(App.of(job) as App, 'Hosting');
  new NeoCompiledModel(other, 'Model', { job });
  const container = modelOf(Template.fromStack(other)).PrimaryContainer;
  expect(container.ModelDataUrl['Fn::ImportValue']).toMatch(/^Stack:ExportsOutputFnGetAttJob/);
  expect(other.dependencies).toEqual([stack]);
});

describe('the artifact for a device', () => {
  test('is readable for its role from outside the network', () => {
    const { stack, job } = compilation({ target: NeoTarget.JETSON_NANO });
    const role = new iam.Role(stack, 'Device', { assumedBy: new iam.ServicePrincipal('credentials.iot.amazonaws.com') });
    job.grantReadArtifactsOutsideEndpoint(role).assertSuccess();
    const template = templateOf(stack);
    expect(bySid(only(template, 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint').Condition.ArnNotLike)
      .toEqual({ 'aws:PrincipalArn': [stack.resolve(role.roleArn)] });
    expect(JSON.stringify(statementsOf(template, logicalId(template, 'AWS::IAM::Role', /^Device/)))).toMatch(/"\/neo\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
  });
});
