import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';

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
