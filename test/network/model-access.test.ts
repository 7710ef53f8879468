import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { network, newStack, only, templateOf } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';

const endpointStatements = (stack: Stack) => only(templateOf(stack), 'AWS::EC2::VPCEndpoint').PolicyDocument.Statement;
const roleStatements = (stack: Stack) =>
  Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).find(([id]) => id.startsWith('NeoRoleDefaultPolicy'))![1].Properties.PolicyDocument.Statement;
const arn = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${rest}`]] });

describe('reading a model from another bucket', () => {
  const { stack, privateVpc } = network();
  const models = s3.Bucket.fromBucketName(stack, 'Models', 'models');
  const grant = privateVpc.grantReadThroughEndpoint(models, 'a.tar.gz');
  privateVpc.grantReadThroughEndpoint(models, 'b/*');
  const again = privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'SameModels', 'models'), 'a.tar.gz');
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'More', 'more'), 'c.tar.gz');

  test('opens the endpoint for exactly these objects, in three statements however many', () => {
    expect(endpointStatements(stack).slice(2)).toEqual([
      { Action: 's3:GetObject', Resource: [arn('models/a.tar.gz'), arn('models/b/*'), arn('more/c.tar.gz')] },
      { Action: 's3:GetBucketLocation', Resource: [arn('models'), arn('more')] },
      { Action: 's3:ListBucket', Resource: [arn('models'), arn('more')], StringLike: { 's3:prefix': ['a.tar.gz', 'b/*', 'c.tar.gz'] } },
    ].map(({ StringLike, ...statement }) => ({
      ...statement,
      Effect: 'Allow',
      Principal: '*',
      Condition: { ...StringLike && { StringLike }, StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
    })));
  });

  test('lets the role read exactly these objects', () => {
    const read = roleStatements(stack).filter(({ Action, Sid }: any) => Action === 's3:GetObject' && Sid === undefined);
    expect(read.flatMap(({ Resource }: any) => Resource)).toEqual([arn('models/a.tar.gz'), arn('models/b/*'), arn('more/c.tar.gz')]);
    const lists = roleStatements(stack).filter(({ Action }: any) => Action === 's3:ListBucket');
    expect(lists.every(({ Condition }: any) => Condition.StringLike['s3:prefix'])).toBe(true);
  });

  test('happens once', () => {
    expect(again).toBe(grant);
    expect(grant.success).toBe(true);
  });
});

test('the buckets of the network need nothing more', () => {
  const { stack, bucket, privateVpc } = network();
  const before = [endpointStatements(stack), roleStatements(stack)];
  const { stack: second, bucket: its, privateVpc: neo } = network();
  const grant = neo.grantReadThroughEndpoint(its, 'model.tar.gz');
  expect(grant.success).toBe(true);
  expect([endpointStatements(second), roleStatements(second)]).toEqual(before);
  expect(privateVpc.buckets).toEqual([bucket]);
});

test('an encrypted model can be decrypted, and no more', () => {
  const { stack, privateVpc } = network();
  const key = new kms.Key(stack, 'Key');
  privateVpc.grantReadThroughEndpoint(new s3.Bucket(stack, 'Models', { encryptionKey: key }), 'model.tar.gz');
  expect(roleStatements(stack)).toContainEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(key.keyArn) });
});

test.each([undefined, '', 5 as any])('fails: objectKeyPattern %j', key => {
  const { stack, privateVpc } = network();
  expect(() => privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), key)).toThrow(/objectKeyPattern (must be|has the wrong type: it must be a string)/);
});

test('fails: a bucket that only another network may use', () => {
  const { stack, bucket } = network();
  const other = new NeoPrivateCompilationVpc(stack, 'Other', { buckets: [new s3.Bucket(stack, 'OtherBucket')] });
  expect(() => other.grantReadThroughEndpoint(bucket, 'model.tar.gz')).toThrow(/Stack\/Bucket belongs to the network Stack\/Neo/);
});

describe('a model in the stack of the job, which depends on the stack of the network', () => {
  const apart = () => {
    const app = new App();
    const { privateVpc, stack } = network({}, new Stack(app, 'Network'));
    const jobs = new Stack(app, 'Jobs');
    // As a job does.
    new s3.CfnBucket(jobs, 'Job', { bucketName: privateVpc.vpcConfig.subnets[0] });
    return { app, jobs, privateVpc, stack };
  };

  test('in a bucket with a name of its own is referred to by this name', () => {
    const { app, jobs, privateVpc, stack } = apart();
    privateVpc.grantReadThroughEndpoint(new s3.Bucket(jobs, 'Models', { bucketName: 'models' }), 'model.tar.gz');
    app.synth();
    expect(stack.dependencies).toEqual([]);
    expect(only(Template.fromStack(stack), 'AWS::EC2::VPCEndpoint').PolicyDocument.Statement[2].Resource).toEqual([arn('models/model.tar.gz')]);
  });

  test('in a bucket that was imported there is too', () => {
    const { app, jobs, privateVpc, stack } = apart();
    privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(jobs, 'Models', 'models'), 'model.tar.gz');
    app.synth();
    expect(stack.dependencies).toEqual([]);
  });

  test.each<[string, (jobs: Stack) => s3.Bucket]>([
    ['a generated name', jobs => new s3.Bucket(jobs, 'Models')],
    ['a key of that stack', jobs => new s3.Bucket(jobs, 'Models', { bucketName: 'models', encryptionKey: new kms.Key(jobs, 'Key') })],
  ])('fails: in a bucket with %s, and says why', (_, models) => {
    const { jobs, privateVpc } = apart();
    expect(() => privateVpc.grantReadThroughEndpoint(models(jobs), 'model.tar.gz')).toThrow(/Jobs\/Models is in a different stack than the network/);
  });
});

test('grants nothing to others', () => {
  const stack = newStack();
  const { privateVpc } = network({}, stack);
  const grant = privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), 'model.tar.gz');
  expect(grant.principalStatements.map((statement: iam.PolicyStatement) => statement.actions)).toEqual([['s3:GetObject']]);
});
