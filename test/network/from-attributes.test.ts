import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { newStack, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc, type NeoPrivateCompilationVpcAttributes } from '../../src';
import { DependencyGraph } from '../util/dependency-graph';

function imported(stack: Stack, attrs: Partial<NeoPrivateCompilationVpcAttributes> = {}) {
  return NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Neo', {
    vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
    subnets: ['subnet-1', 'subnet-2'].map(id => ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId: id, routeTableId: 'rtb-1' })),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
    ...attrs,
  });
}

test('is what it was said to be, and makes nothing', () => {
  const stack = newStack();
  const privateVpc = imported(stack);
  expect(privateVpc.vpcConfig).toEqual({ subnets: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'], privateVpc });
  expect(privateVpc.vpc.vpcId).toBe('vpc-1');
  expect(privateVpc.s3Endpoint.vpcEndpointId).toBe('vpce-1');
  expect(privateVpc.securityGroup.securityGroupId).toBe('sg-1');
  expect(privateVpc.connections.securityGroups).toEqual(privateVpc.securityGroups);
  expect(privateVpc.grantPrincipal).toBe(privateVpc.role.grantPrincipal);
  expect(privateVpc.subnets).toHaveLength(2);
  expect(privateVpc.buckets).toEqual([]);
  expect(templateOf(stack).toJSON().Resources).toBeUndefined();
});

test.each<[string, Partial<NeoPrivateCompilationVpcAttributes>, RegExp]>([
  ['no subnet', { subnets: [] }, /subnets must be 1 to 16 subnets.*got: 0/],
  ['17 subnets', { subnets: Array(17).fill(ec2.Subnet.fromSubnetId(newStack(), 'Subnet', 'subnet-1')) }, /got: 17/],
  ['undefined subnets', { subnets: undefined }, /subnets must be given; got: undefined/],
  ['no security group', { securityGroups: [] }, /securityGroups must be 1 to 5 groups.*got: 0/],
  ['6 security groups', { securityGroups: Array(6).fill(ec2.SecurityGroup.fromSecurityGroupId(newStack(), 'Group', 'sg-1')) }, /got: 6/],
  ['an ID as the endpoint', { s3Endpoint: 'vpce-1' as any }, /s3Endpoint has the wrong type: it must be a gateway endpoint.*got: "vpce-1"/],
])('fails: %s', (_, attrs, message) => {
  expect(() => imported(newStack(), attrs)).toThrow(message);
});

test('cannot exempt anyone from bucket policies, which a warning says', () => {
  const stack = newStack();
  const privateVpc = imported(stack);
  privateVpc.allowOutsideEndpoint(new iam.Role(stack, 'Hosting', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }));
  expect(warningIds(stack)).toEqual(['outsideEndpointNotManaged']);
  expect(warnings(stack)[0]).toMatch(/must exempt \(ArnNotLike aws:PrincipalArn\) \$\{Hosting\w+\.Arn\} \[ack/);
  expect(() => privateVpc.allowOutsideEndpoint(new iam.AnyPrincipal())).toThrow(/must be roles, users or ARNs/);
});

test('gives the statement that closes other buckets, with the actions of the network and the principals that are exempt', () => {
  const stack = newStack();
  const privateVpc = imported(stack, { bucketPolicyActions: ['s3:PutObject'] });
  const statement = privateVpc.bucketPolicyStatement(s3.Bucket.fromBucketName(stack, 'Models', 'company-models'));
  privateVpc.allowOutsideEndpoint(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/upload'));
  expect(stack.resolve(statement.toStatementJson())).toMatchObject({
    Effect: 'Deny',
    Action: 's3:PutObject',
    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1' }, ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/upload'] } },
  });
  expect(() => imported(newStack(), { bucketPolicyActions: ['s3:*'] })).toThrow(/bucketPolicyActions must be S3 actions on objects or listings/);
});

describe('reading a model', () => {
  test('is granted to the role, jobs wait for that, and a warning says what the endpoint must allow', () => {
    const stack = newStack();
    const privateVpc = imported(stack);
    const job = new CfnResource(stack, 'Job', { type: 'Test::Job' });
    job.node.addDependency(privateVpc);
    privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), 'model.tar.gz');
    const template = templateOf(stack);
    const [[policy, { Properties }]] = Object.entries(template.findResources('AWS::IAM::Policy'));
    expect(Properties.Roles).toEqual(['neo']);
    expect(new DependencyGraph(template.toJSON()).direct('Job')).toEqual([policy]);
    expect(warningIds(stack)).toEqual(['bucketKeyUnknown', 'modelThroughEndpoint']);
    expect(warnings(stack)[1]).toContain('"arn:${AWS::Partition}:s3:::models/model.tar.gz"');
  });

  test('from a bucket that the endpoint was made for needs no warning', () => {
    const stack = newStack();
    const models = s3.Bucket.fromBucketName(stack, 'Models', 'models');
    imported(stack, { buckets: [models] }).grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Same', 'models'), 'model.tar.gz');
    templateOf(stack).resourceCountIs('AWS::IAM::Policy', 1);
    expect(warningIds(stack)).toEqual([]);
  });

  test('from a bucket of the same stack', () => {
    const stack = newStack();
    imported(stack).grantReadThroughEndpoint(new s3.Bucket(stack, 'Models'), 'model.tar.gz');
    templateOf(stack).resourceCountIs('AWS::IAM::Policy', 1);
  });
});

test.each<[string, any, string]>([
  ['no bucket', 'company-models', 'bucket has the wrong type: it must be a bucket (s3.IBucket)'],
  ['nothing', undefined, 'bucket must be given'],
])('fails to write a policy statement for %s', (_name, bucket, message) => {
  expect(() => imported(newStack()).bucketPolicyStatement(bucket)).toThrow(message);
});

test('fails to write a policy statement for a bucket in another Region', () => {
  const stack = newStack({ env: { region: 'eu-west-1' } });
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Models', { bucketName: 'company-models', region: 'ap-south-2' });
  expect(() => imported(stack).bucketPolicyStatement(bucket)).toThrow(/^bucket .*ap-south-2/);
});
