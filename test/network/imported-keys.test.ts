import type { Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { network, newStack, templateOf, warningIds, warnings } from './fixture';
import { NeoModel } from '../../src';
import { compilation, OPTIONS } from '../compilation-job/fixture';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1';
const ENV = { env: { account: '111122223333', region: 'eu-west-1' } };

const imported = (stack: Stack, id = 'Key') => kms.Key.fromKeyArn(stack, id, ARN);
const bucketWith = (stack: Stack, encryptionKey: kms.IKey, bucketName = 'models') => s3.Bucket.fromBucketAttributes(stack, bucketName, { bucketName, encryptionKey });

/** What the role of the network may do with keys. */
const keyStatements = (stack: Stack) => Object.entries(templateOf(stack).findResources('AWS::IAM::Policy'))
  .filter(([id]) => id.startsWith('NeoRole'))
  .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
  .filter(({ Action }: any) => [Action].flat().some(action => action.startsWith('kms:')));

describe('an imported key', () => {
  test('of a bucket of the network: the role may use it, and a warning says what its policy must allow', () => {
    const stack = newStack(ENV);
    network({ buckets: [bucketWith(stack, imported(stack)), bucketWith(stack, imported(stack, 'Second'), 'compiled')] }, stack);
    expect(keyStatements(stack)[0]).toEqual({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: ARN });
    expect(warnings(stack).filter(text => text.includes('keyPolicyNotManaged'))).toEqual([
      expect.stringMatching(/policy of key Stack\/Key, Stack\/Second cannot be read.*or allow kms:Decrypt and kms:DescribeKey and kms:Encrypt and kms:GenerateDataKey to the role Stack\/Neo\/Role/),
    ]);
  });

  test('of a bucket with a model: decryption only', () => {
    const stack = newStack(ENV);
    compilation({ model: NeoModel.fromBucket(bucketWith(stack, imported(stack)), 'm.tar.gz', OPTIONS) }, network({}, stack));
    expect(keyStatements(stack)).toEqual([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: ARN }]);
    expect(warningIds(stack)).toEqual(['keyPolicyNotManaged']);
  });

  test('of the compiled model', () => {
    const stack = newStack(ENV);
    const { stack: own } = compilation({ outputEncryptionKey: imported(stack), model: NeoModel.fromBucket(s3.Bucket.fromBucketName(stack, 'M', 'models'), 'm.tar.gz', OPTIONS) }, network({}, stack));
    expect(keyStatements(own)).toEqual([{ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource: ARN }]);
    expect(warningIds(own)).toEqual(['bucketKeyUnknown', 'keyPolicyNotManaged']);
  });

  test('by its alias cannot be granted, which another warning says', () => {
    const stack = newStack(ENV);
    network({ buckets: [bucketWith(stack, kms.Alias.fromAliasName(stack, 'Alias', 'alias/models'))] }, stack);
    expect(keyStatements(stack)).toEqual([]);
    expect(warningIds(stack)).toEqual(['bucketPolicyNotManaged', 'keyNotGranted', 'keyPolicyNotManaged']);
  });
});

test('a key of the app needs no warning', () => {
  const stack = newStack();
  network({ buckets: [new s3.Bucket(stack, 'Models', { encryptionKey: new kms.Key(stack, 'Key') })] }, stack);
  expect(keyStatements(stack)).toHaveLength(1);
  expect(warningIds(stack)).toEqual([]);
});
