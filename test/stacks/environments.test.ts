/**
 * What is in another Region or account than the stack that uses it: it works, or the synthesis says why not.
 */
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget,
  type NeoCompilationJobProps, type NeoPrivateCompilationVpcAttributes, type NeoPrivateCompilationVpcProps,
} from '../../src';
import { jobOf } from '../compilation-job/fixture';
import { templateOf, warningIds } from '../network/fixture';

const HERE = { account: '111122223333', region: 'eu-west-1' };
const FAR = { ...HERE, region: 'us-east-1' };
const THEIRS = { ...HERE, account: '444455556666' };
const OPTIONS = { framework: NeoFramework.XGBOOST };

const stackIn = (env: object | undefined, app = new App(), id = 'Here') => new Stack(app, id, { env });
const elsewhere = (stack: Stack, env: object) => stackIn(env, stack.node.root as App, 'Elsewhere');
const farBucket = (stack: Stack, id = 'Far') => s3.Bucket.fromBucketAttributes(stack, id, { bucketName: 'far-away', region: FAR.region });
const farKey = (stack: Stack) => kms.Key.fromKeyArn(stack, 'FarKey', `arn:aws:kms:${FAR.region}:${HERE.account}:key/1`);
const theirRole = (stack: Stack) => iam.Role.fromRoleArn(stack, 'TheirRole', `arn:aws:iam::${THEIRS.account}:role/neo`);

function networkIn(stack: Stack, props: (stack: Stack) => Partial<NeoPrivateCompilationVpcProps> = () => ({})) {
  const bucket = new s3.Bucket(stack, 'Models', { bucketName: 'company-models' });
  const s3PrefixList = ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-1');
  return { bucket, network: new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], s3PrefixList, ...props(stack) }) };
}

/** A job in one stack, its network in another or the same. */
function jobIn(stack: Stack, networkStack = stack, props: (stack: Stack) => Partial<NeoCompilationJobProps> = () => ({})) {
  const { bucket, network } = networkIn(networkStack);
  return new NeoCompilationJob(stack, 'Job', {
    vpcConfig: network.vpcConfig, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket, ...props(stack),
  });
}

function importedIn(stack: Stack, props: Partial<NeoPrivateCompilationVpcAttributes>) {
  return NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Neo', {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
    subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1')],
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${HERE.account}:role/neo`),
    ...props,
  });
}

/** `vpcConfig` by hand: nothing of the network is known. */
const BY_HAND = (stack: Stack) => ({
  vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] },
  role: iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${HERE.account}:role/neo`),
});

describe('another Region or account is an error that says why', () => {
  const REGION = (prop: string, got: string) => new RegExp(`${prop} must be in the Region of the stack, eu-west-1, because neither Neo nor the S3 endpoint crosses Regions; got: ${got} in us-east-1`);
  const ACCOUNT = /role must be in the account of the stack, 111122223333, because a role of another account cannot be passed to SageMaker; got: Here\/TheirRole in 444455556666/;

  test.each<[string, (stack: Stack) => unknown, RegExp]>([
    ['a network of another Region', stack => jobIn(stack, elsewhere(stack, FAR)), /vpcConfig must belong to a network in the job's region eu-west-1.*a network in us-east-1/],
    ['a network of another account', stack => jobIn(stack, elsewhere(stack, THEIRS)), /vpcConfig must belong to a network in the job's account 111122223333.*a network in 444455556666/],
    ['a bucket of the network', stack => networkIn(stack, () => ({ buckets: [farBucket(stack)] })), REGION('buckets', 'Here/Far')],
    ['the key of the network', stack => networkIn(stack, () => ({ encryptionKey: farKey(stack) })), REGION('encryptionKey', 'Here/FarKey')],
    ['the role of the network', stack => networkIn(stack, () => ({ role: theirRole(stack) })), ACCOUNT],
    ['a bucket of an imported network', stack => importedIn(stack, { buckets: [farBucket(stack)] }), REGION('buckets', 'Here/Far')],
    ['the key of an imported network', stack => importedIn(stack, { encryptionKey: farKey(stack) }), REGION('encryptionKey', 'Here/FarKey')],
    ['the role of an imported network', stack => importedIn(stack, { role: theirRole(stack) }), ACCOUNT],
    ['the model', stack => jobIn(stack, stack, () => ({ model: NeoModel.fromBucket(farBucket(stack), 'm.tar.gz', OPTIONS) })), REGION('bucket', 'Here/Far')],
    ['the model of a job whose network this library does not know', stack => jobIn(stack, stack, () => ({ ...BY_HAND(stack), model: NeoModel.fromBucket(farBucket(stack), 'm.tar.gz', OPTIONS) })),
      REGION('bucket', 'Here/Far')],
    ['models that a task reads', stack => networkIn(stack).network.grantReadThroughEndpoint(farBucket(stack), 'models/*'), REGION('bucket', 'Here/Far')],
    ['the output', stack => jobIn(stack, stack, () => ({ ...BY_HAND(stack), outputBucket: farBucket(stack) })), REGION('outputBucket', 'Here/Far')],
    ['the key of the output', stack => jobIn(stack, stack, () => ({ outputEncryptionKey: farKey(stack) })), REGION('outputEncryptionKey', 'Here/FarKey')],
    ['the role of a job', stack => jobIn(stack, stack, () => ({ role: theirRole(stack) })), ACCOUNT],
    ['a compiled model', stack => new NeoCompiledModel(elsewhere(stack, FAR), 'Model', { job: jobIn(stack) }), /job must be in the region of the stack, us-east-1/],
    ['the role of a compiled model', stack => new NeoCompiledModel(stack, 'Model', { job: jobIn(stack), role: theirRole(stack) }), ACCOUNT],
    ['monitoring', stack => new NeoCompilationMonitoring(elsewhere(stack, FAR), 'Monitoring', { jobs: [jobIn(stack)] }), /jobs must be in the region of the stack, us-east-1/],
    ...['topic', 'alarmTopic'].map((prop): [string, (stack: Stack) => unknown, RegExp] => [`the ${prop} of monitoring`, stack => new NeoCompilationMonitoring(stack, 'Monitoring', {
      jobs: [jobIn(stack)], [prop]: new sns.Topic(elsewhere(stack, FAR), 'Topic', { topicName: 'far' }),
    }), new RegExp(`${prop} must be in the Region of the stack, eu-west-1, because rules and alarms can notify topics in their own Region only; got: Elsewhere/Topic in us-east-1`)]),
  ])('fails: %s', (_, make, message) => {
    expect(() => make(stackIn(HERE))).toThrow(message);
  });
});

describe('an environment that only the deployment knows is no error', () => {
  test.each<[string, object | undefined]>([
    ['all of it', undefined],
    ['the account', { region: HERE.region }],
  ])('%s', (_, env) => {
    const app = new App();
    const stack = stackIn(env, app);
    jobIn(stack, stackIn(env, app, 'Network'));
    expect(() => app.synth()).not.toThrow();
    expect(jobOf(templateOf(stack)).Request.VpcConfig.Subnets).toHaveLength(2);
  });

  test.each<[string, object | undefined, object | undefined, RegExp]>([
    ['the job\'s', undefined, HERE, /give both stacks the same env, or neither; got: eu-west-1, and for the job an unresolved token/],
    ['the network\'s', HERE, undefined, /got: an unresolved token, and for the job eu-west-1/],
    ['the network\'s account', HERE, { region: HERE.region }, /cannot refer to a stack of another account.*got: an unresolved token, and for the job 111122223333/],
  ])('fails for %s alone, as CDK refers to no such stack', (_, env, networkEnv, message) => {
    const app = new App();
    expect(() => jobIn(stackIn(env, app), stackIn(networkEnv, app, 'Network'))).toThrow(message);
  });

  test('and for neither alone, when nothing of the network is made by the app', () => {
    const app = new App();
    const network = importedIn(stackIn(undefined, app, 'Network'), {});
    const stack = stackIn(HERE, app);
    const bucket = s3.Bucket.fromBucketName(stack, 'Models', 'models');
    new NeoCompilationJob(stack, 'Job', { vpcConfig: network.vpcConfig, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket });
    expect(() => app.synth()).not.toThrow();
  });

  test('that of a job which is imported by name is where it is imported', () => {
    const job = NeoCompilationJob.fromJobName(stackIn(FAR), 'Job', 'resnet');
    expect(job.stack.resolve(job.jobArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:us-east-1:111122223333:compilation-job/resnet']] });
  });
});

describe('a bucket of another account', () => {
  const shared = (attributes: (stack: Stack) => Partial<s3.BucketAttributes> = () => ({})) => {
    const stack = stackIn(HERE);
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'their-models', account: THEIRS.account, ...attributes(stack) });
    const network = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-1') });
    new NeoCompilationJob(stack, 'Job', { vpcConfig: network.vpcConfig, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket });
    return stack;
  };
  const roleStatements = (stack: Stack) => Object.entries(templateOf(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('NeoRole')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

  test('is read and written through the endpoint, and warnings say what its owner must do', () => {
    const stack = shared();
    expect(JSON.stringify(templateOf(stack).findResources('AWS::EC2::VPCEndpoint'))).toContain(':s3:::their-models/*');
    expect(JSON.stringify(roleStatements(stack))).toContain(':s3:::their-models/*');
    expect(warningIds(stack)).toEqual(['bucketOfOtherAccount', 'bucketPolicyNotManaged']);
  });

  test('with a key of that account: the role may use it, and a warning says that the key must allow that', () => {
    const keyArn = `arn:aws:kms:${HERE.region}:${THEIRS.account}:key/1`;
    const stack = shared(scope => ({ encryptionKey: kms.Key.fromKeyArn(scope, 'Key', keyArn) }));
    expect(roleStatements(stack)).toContainEqual({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: keyArn });
    expect(warningIds(stack)).toEqual(['bucketOfOtherAccount', 'bucketPolicyNotManaged', 'keyPolicyNotManaged']);
  });
});
