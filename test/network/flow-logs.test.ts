import { CfnParameter, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { existing } from './existing-vpc-fixture';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';
import type { NeoPrivateCompilationVpcProps } from '../../src';

const GROUP = 'AWS::Logs::LogGroup';

describe('flow logs', () => {
  const { stack } = network();
  const template = templateOf(stack);

  test('record all traffic of the VPC into a log group of their own', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      ResourceId: { Ref: Object.keys(template.findResources('AWS::EC2::VPC'))[0] },
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
      LogGroupName: { Ref: Object.keys(template.findResources(GROUP))[0] },
    });
  });

  test('are kept for a year, and after the stack', () => {
    template.hasResource(GROUP, { Properties: { RetentionInDays: 365 }, DeletionPolicy: 'Retain' });
  });

  test('are written by flow logs of this account only, into this group only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }, ArnLike: { 'aws:SourceArn': Match.anyValue() } },
        })],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
          Resource: { 'Fn::GetAtt': [Object.keys(template.findResources(GROUP))[0], 'Arn'] },
        }],
      },
    });
  });
});

test('can be switched off', () => {
  const { stack, privateVpc } = network({ flowLogs: false });
  expect(privateVpc.flowLogGroup).toBeUndefined();
  templateOf(stack).resourceCountIs('AWS::EC2::FlowLog', 0);
  templateOf(stack).resourceCountIs(GROUP, 0);
});

test.each([
  ['of the network', (stack: Stack) => network({ flowLogRemovalPolicy: RemovalPolicy.DESTROY, flowLogRetention: logs.RetentionDays.ONE_WEEK }, stack)],
  ['of an existing VPC, for which they turn flow logs on', (stack: Stack) => network({ vpc: existing(stack), flowLogRemovalPolicy: RemovalPolicy.DESTROY, flowLogRetention: logs.RetentionDays.ONE_WEEK }, stack)],
])('take a retention and a removal policy: %s', (_, make) => {
  const stack = newStack();
  make(stack);
  templateOf(stack).hasResource(GROUP, { Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Delete' });
  templateOf(stack).resourceCountIs('AWS::EC2::FlowLog', 1);
});

test('take a retention that only the deployment knows', () => {
  const stack = newStack();
  network({ flowLogRetention: new CfnParameter(stack, 'Retention', { type: 'Number' }).valueAsNumber }, stack);
  templateOf(stack).hasResource(GROUP, { Properties: { RetentionInDays: { Ref: 'Retention' } } });
});

describe('a destination', () => {
  test('in S3 gets them, and no log group or role is created', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'FlowLogs');
    const { privateVpc } = network({ flowLogDestination: ec2.FlowLogDestination.toS3(bucket, 'neo/') }, stack);
    const template = templateOf(stack);
    expect(privateVpc.flowLogGroup).toBeUndefined();
    template.resourceCountIs(GROUP, 0);
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', LogDestinationType: 's3', LogDestination: { 'Fn::Join': ['', [stack.resolve(bucket.bucketArn), '/neo/']] } });
    expect(Object.keys(template.findResources('AWS::IAM::Role')).filter(id => /FlowLog/.test(id))).toEqual([]);
  });

  test('in CloudWatch Logs is the flowLogGroup', () => {
    const stack = newStack();
    const group = new logs.LogGroup(stack, 'Group');
    expect(network({ flowLogDestination: ec2.FlowLogDestination.toCloudWatchLogs(group) }, stack).privateVpc.flowLogGroup).toBe(group);
  });

  test('of an existing VPC turns flow logs on', () => {
    const stack = newStack();
    network({ vpc: existing(stack), flowLogDestination: ec2.FlowLogDestination.toS3() }, stack);
    templateOf(stack).hasResourceProperties('AWS::EC2::FlowLog', { LogDestinationType: 's3' });
  });

  test.each(['itself', 'imported'])('fails when it is a bucket of the network (%s)', how => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Models', { bucketName: 'models' });
    const destination = how === 'itself' ? bucket : s3.Bucket.fromBucketArn(stack, 'Same', bucket.bucketArn);
    expect(() => network({ buckets: [bucket], flowLogDestination: ec2.FlowLogDestination.toS3(destination) }, stack))
      .toThrow(/^flowLogDestination must not be one of buckets.* got: Stack\/Models/);
  });
});

test.each<[string, Partial<NeoPrivateCompilationVpcProps>, RegExp]>([
  ['a destination without flow logs', { flowLogs: false, flowLogDestination: ec2.FlowLogDestination.toS3() }, /^flowLogDestination must not come with flowLogs: false/],
  ['a retention without flow logs', { flowLogs: false, flowLogRetention: logs.RetentionDays.ONE_DAY }, /^flowLogRetention must not come with flowLogs: false/],
  ['a removal policy without flow logs', { flowLogs: false, flowLogRemovalPolicy: RemovalPolicy.DESTROY }, /^flowLogRemovalPolicy must not come with flowLogs: false/],
  ['a retention of a destination', { flowLogDestination: ec2.FlowLogDestination.toS3(), flowLogRetention: logs.RetentionDays.ONE_DAY }, /^flowLogRetention must not come with flowLogDestination/],
  ['a removal policy of a destination', { flowLogDestination: ec2.FlowLogDestination.toS3(), flowLogRemovalPolicy: RemovalPolicy.DESTROY }, /^flowLogRemovalPolicy must not come with flowLogDestination/],
  ['days that CloudWatch Logs does not take', { flowLogRetention: 2 as any }, /^flowLogRetention must be one of logs.RetentionDays.* got: 2/],
  ['a snapshot', { flowLogRemovalPolicy: RemovalPolicy.SNAPSHOT }, /^flowLogRemovalPolicy must be .* got: "snapshot"/],
  ['a bucket as the destination', { flowLogDestination: 'bucket' as any }, /^flowLogDestination has the wrong type.* got: "bucket"/],
])('fails: %s', (_, props, error) => {
  expect(() => network(props)).toThrow(error);
});

test('can be deleted with the stack', () => {
  const { stack, privateVpc } = network();
  privateVpc.flowLogGroup!.applyRemovalPolicy(RemovalPolicy.DESTROY);
  templateOf(stack).hasResource(GROUP, { DeletionPolicy: 'Delete' });
});

describe('a customer-managed key', () => {
  test('of the app encrypts them, and its policy lets CloudWatch Logs use it for log groups of this account', () => {
    const stack = newStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    network({ encryptionKey }, stack);
    expect(only(templateOf(stack), GROUP).KmsKeyId).toEqual(stack.resolve(encryptionKey.keyArn));
    const { KeyPolicy } = only(templateOf(stack), 'AWS::KMS::Key');
    expect(KeyPolicy.Statement).toHaveLength(2);
    expect(KeyPolicy.Statement[1]).toMatchObject({
      Sid: 'CloudWatchLogs',
      Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] } },
      Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', expect.arrayContaining([':log-group:*'])] } } },
    });
    expect(warningIds(stack)).toEqual([]);
  });

  test('that is imported gets a warning with the statement it needs', () => {
    const stack = newStack();
    network({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/1') }, stack);
    expect(only(templateOf(stack), GROUP).KmsKeyId).toBe('arn:aws:kms:eu-west-1:111122223333:key/1');
    expect(warningIds(stack)).toEqual(['logKeyPolicy']);
    expect(warnings(stack)[0]).toContain('"Principal":{"Service":"logs.${AWS::Region}.${AWS::URLSuffix}"}');
  });
});
