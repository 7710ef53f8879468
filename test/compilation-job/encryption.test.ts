import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { compilation, jobOf } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { bySid, network, newStack, only, templateOf, warningIds } from '../network/fixture';

const GROUP = 'AWS::Logs::LogGroup';

/** A stack with one job in a network with one key. */
function encrypted(stack = newStack()) {
  const key = new kms.Key(stack, 'Key');
  const fixture = compilation({}, network({ encryptionKey: key }, stack));
  return { ...fixture, key, template: templateOf(fixture.stack), keyArn: stack.resolve(key.keyArn) };
}

const statementsOf = (stack: Stack, role: string): any[] => Object.entries(templateOf(stack).findResources('AWS::IAM::Policy'))
  .filter(([id]) => id.includes(role)).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

describe('one key of the network', () => {
  const { stack, template, keyArn } = encrypted();

  test('encrypts every log group', () => {
    const groups = Object.values(template.findResources(GROUP));
    expect(groups).toHaveLength(2);
    for (const { Properties } of groups) { expect(Properties.KmsKeyId).toEqual(keyArn); }
  });

  test('encrypts the compiled model, and the job\'s role may use it', () => {
    expect(jobOf(template).Request.OutputConfig.KmsKeyId).toEqual(keyArn);
    expect(statementsOf(stack, 'NeoRole')).toContainEqual({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: keyArn });
  });

  test('lets CloudWatch Logs in once, for log groups of this account and Region, and no other service', () => {
    const { KeyPolicy } = only(template, 'AWS::KMS::Key');
    expect(KeyPolicy.Statement).toHaveLength(2);
    const logs = bySid(KeyPolicy, 'CloudWatchLogs');
    expect(logs.Condition.ArnLike['kms:EncryptionContext:aws:logs:arn']['Fn::Join'][1]).toEqual([
      'arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':log-group:*',
    ]);
    expect(JSON.stringify(logs.Action)).not.toMatch(/CreateGrant|kms:\*/);
  });

  test('can be used by a principal that is granted the model', () => {
    const own = newStack();
    const key = new kms.Key(own, 'Key');
    const { job } = compilation({}, network({ encryptionKey: key }, own));
    job.grantReadArtifacts(new iam.Role(own, 'Reader', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }));
    expect(statementsOf(own, 'Reader')).toContainEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: own.resolve(key.keyArn) });
  });
});

describe('the compiled model', () => {
  test('has the bucket\'s own key before the network\'s', () => {
    const stack = newStack();
    new s3.Bucket(stack, 'Bucket', { encryptionKey: new kms.Key(stack, 'BucketKey') });
    expect(jobOf(encrypted(stack).template).Request.OutputConfig.KmsKeyId).toBeUndefined();
  });

  test('has the job\'s own key before all others', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'JobKey');
    compilation({ outputEncryptionKey: key }, network({ encryptionKey: new kms.Key(stack, 'Key') }, stack));
    expect(jobOf(templateOf(stack)).Request.OutputConfig.KmsKeyId).toEqual(stack.resolve(key.keyArn));
  });
});

test('without a key nothing asks for one', () => {
  const { stack } = compilation();
  expect(jobOf(templateOf(stack)).Request.OutputConfig.KmsKeyId).toBeUndefined();
  for (const { Properties } of Object.values(templateOf(stack).findResources(GROUP))) { expect(Properties.KmsKeyId).toBeUndefined(); }
  templateOf(stack).resourceCountIs('AWS::KMS::Key', 0);
});

test('jobs of networks with different keys are told that their functions share one log group', () => {
  const { stack, ...fixture } = encrypted();
  const bucket = new s3.Bucket(stack, 'Other');
  const second = new kms.Key(stack, 'Second');
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Neo2', { buckets: [bucket], encryptionKey: second });
  compilation({}, { ...fixture, stack, bucket, privateVpc }, 'Job2');
  expect(warningIds(stack).filter(id => id !== 'modelNotUploaded')).toEqual(['oneLogKey']);
});
