import { Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { bySid, network, newStack, templateOf } from './fixture';

const { stack, privateVpc } = network();
const template = templateOf(stack);
const [[, { Properties: role }]] = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('NeoRole'));
const policyDocument = (of = template) =>
  Object.entries(of.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('NeoRoleDefaultPolicy'))[0][1].Properties.PolicyDocument;
const statement = (sid: string) => bySid(policyDocument(), sid);
const arn = (service: string, rest: string, ...more: any[]) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:${service}:`, { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:${rest}`, ...more]],
});
const subnetArns = privateVpc.subnets.map(({ subnetId }) => arn('ec2', 'subnet/', stack.resolve(subnetId)));

test('is assumed by SageMaker for compilation jobs of this account and Region only', () => {
  expect(role.AssumeRolePolicyDocument.Statement).toEqual([{
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: 'sagemaker.amazonaws.com' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: { 'aws:SourceArn': arn('sagemaker', 'compilation-job/*') },
    },
  }]);
});

test('has no managed policy, so no AmazonSageMakerFullAccess', () => {
  expect(role.ManagedPolicyArns).toBeUndefined();
});

describe('EC2', () => {
  test('has exactly the eleven actions of AWS\'s page', () => {
    const actions = policyDocument().Statement.flatMap(({ Action }: any) => [Action].flat()).filter((action: string) => action.startsWith('ec2:'));
    expect([...new Set(actions)].sort()).toEqual([
      'ec2:CreateNetworkInterface', 'ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcEndpoints',
      'ec2:DescribeVpcs', 'ec2:ModifyNetworkInterfaceAttribute',
    ]);
  });

  test('has only Describe actions on *', () => {
    for (const { Action, Resource } of policyDocument().Statement) {
      if (Resource === '*') {
        for (const action of [Action].flat()) { expect(action).toMatch(/^ec2:Describe|^cloudwatch:PutMetricData$/); }
      }
    }
  });

  test('places interfaces in the subnets and the group of the network only', () => {
    expect(statement('PlaceInterfaces').Resource).toEqual([...subnetArns, arn('ec2', 'security-group/', stack.resolve(privateVpc.securityGroup.securityGroupId))]);
    expect(statement('CreateInterfaces')).toMatchObject({ Action: 'ec2:CreateNetworkInterface', Resource: arn('ec2', 'network-interface/*') });
  });

  test('uses only interfaces in the subnets', () => {
    expect(statement('UseInterfaces')).toMatchObject({ Resource: arn('ec2', 'network-interface/*'), Condition: { ArnEquals: { 'ec2:Subnet': subnetArns } } });
  });
});

test('reads and writes the buckets only', () => {
  const bucketArn = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::S3::Bucket'))[0], 'Arn'] };
  const onS3 = policyDocument().Statement.filter(({ Action }: any) => [Action].flat()[0].startsWith('s3:'));
  expect(onS3).toEqual([
    { Sid: 'UseBuckets', Effect: 'Allow', Action: ['s3:GetBucketLocation', 's3:ListBucket'], Resource: bucketArn },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: { 'Fn::Join': ['', [bucketArn, '/*']] } },
  ]);
});

test('writes logs of compilation jobs only', () => {
  expect(statement('WriteLogs')).toMatchObject({
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    Resource: [arn('logs', 'log-group:/aws/sagemaker/CompilationJobs'), arn('logs', 'log-group:/aws/sagemaker/CompilationJobs:*')],
  });
});

test('writes metrics', () => {
  expect(statement('WriteMetrics')).toMatchObject({ Action: 'cloudwatch:PutMetricData', Resource: '*' });
});

describe('keys of the buckets', () => {
  const encrypted = newStack();
  const key = new kms.Key(encrypted, 'Key');
  const imported = kms.Key.fromKeyArn(encrypted, 'ImportedKey', 'arn:aws:kms:eu-west-1:111122223333:key/1');
  network({
    buckets: [
      new s3.Bucket(encrypted, 'Bucket', { encryptionKey: key }),
      new s3.Bucket(encrypted, 'SameKey', { encryptionKey: key }),
      s3.Bucket.fromBucketAttributes(encrypted, 'Imported', { bucketName: 'imported', encryptionKey: imported }),
      s3.Bucket.fromBucketName(encrypted, 'Unencrypted', 'unencrypted'),
    ],
  }, encrypted);

  test('may be used to decrypt and to make data keys, each once', () => {
    const onKeys = policyDocument(templateOf(encrypted)).Statement.filter(({ Action }: any) => [Action].flat()[0].startsWith('kms:'));
    expect(onKeys).toEqual([encrypted.resolve(key.keyArn), imported.keyArn].map(Resource => (
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'], Resource })));
  });
});

test('can be granted more', () => {
  const { stack: own, privateVpc: neo } = network();
  const other = new s3.Bucket(own, 'Other');
  other.grantRead(neo);
  neo.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ sid: 'More', actions: ['sagemaker:DescribeModelPackage'], resources: ['*'] }));
  expect(neo.grantPrincipal).toBe(neo.role.grantPrincipal);
  templateOf(own).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Resource: Match.arrayWith([own.resolve(other.bucketArn)]) }), Match.objectLike({ Sid: 'More' })]) },
  });
});
