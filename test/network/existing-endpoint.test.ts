import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { existing, imported, ISOLATED } from './existing-vpc-fixture';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';

describe('an S3 endpoint', () => {
  const bring = (s3Endpoint: (stack: Stack, vpc: ec2.Vpc) => ec2.IGatewayVpcEndpoint, securityGroups?: ec2.ISecurityGroup[]) => {
    const stack = newStack();
    const vpc = existing(stack);
    return network({ vpc, s3Endpoint: s3Endpoint(stack, vpc), securityGroups }, stack);
  };
  const onSubnets = (vpc: ec2.Vpc, selection: ec2.SubnetSelection) =>
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [selection] });

  test('is used as it is, buckets let in it alone, and a warning says what its policy needs', () => {
    const { stack, privateVpc } = bring((_, vpc) => onSubnets(vpc, { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }));
    const template = templateOf(stack);
    expect(only(template, 'AWS::EC2::VPCEndpoint').PolicyDocument).toBeUndefined();
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Condition: { StringNotEquals: { 'aws:SourceVpce': stack.resolve(privateVpc.s3Endpoint.vpcEndpointId) } } })]) },
    });
    expect(warningIds(stack)).toEqual(['endpointPolicyNotManaged']);
    expect(warnings(stack)[0]).toMatch(/"Sid":"NeoBuckets".*"Sid":"NeoObjects"/);
  });

  test('that is imported cannot be checked', () => {
    const { stack } = bring(scope => ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(scope, 'Endpoint', 'vpce-1'));
    expect(warningIds(stack)).toEqual(['endpointPolicyNotManaged', 's3EndpointNotChecked']);
  });

  test('makes the route table of an imported subnet unnecessary', () => {
    const stack = newStack();
    const s3Endpoint = ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1');
    expect(() => network({ ...imported(stack, { routeTableId: undefined }), s3Endpoint }, stack)).not.toThrow();
  });

  test('fails: that misses a subnet', () => {
    expect(() => bring((_, vpc) => onSubnets(vpc, { subnets: [vpc.isolatedSubnets[0]] }))).toThrow(/s3Endpoint must be on the route table of every subnet.*IsolatedSubnet2$|IsolatedSubnet2 \[at/);
  });

  test('fails: of another VPC', () => {
    expect(() => bring(scope => onSubnets(new ec2.Vpc(scope, 'Other', { subnetConfiguration: [ISOLATED] }), {}))).toThrow(/s3Endpoint must be in vpc/);
  });

  test('fails: of another service', () => {
    expect(() => bring((_, vpc) => vpc.addGatewayEndpoint('Table', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB }))).toThrow(
      /s3Endpoint must be an endpoint for S3; got: Stack\/Existing\/Table, for com\.amazonaws\.\$\{AWS::Region\}\.dynamodb/);
  });

  test('of a service that only the deployment knows is no error', () => {
    const serviceName = (stack: Stack) => new CfnParameter(stack, 'Service').valueAsString;
    expect(() => bring((stack, vpc) => vpc.addGatewayEndpoint('S3', { service: { name: serviceName(stack) }, subnets: [{ subnets: vpc.isolatedSubnets }] }))).not.toThrow();
  });

  test('fails: of the interface type', () => {
    expect(() => bring((_, vpc) => vpc.addInterfaceEndpoint('S3', { service: ec2.InterfaceVpcEndpointAwsService.S3 }) as any)).toThrow(/s3Endpoint must be a gateway endpoint.*Interface/);
  });

  test('gets a warning per model that it must let through', () => {
    const { stack, privateVpc } = bring((_, vpc) => onSubnets(vpc, { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }));
    privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), 'model.tar.gz');
    expect(warningIds(stack)).toEqual(['bucketKeyUnknown', 'endpointPolicyNotManaged', 'modelThroughEndpoint']);
    expect(warnings(stack).join()).toContain('"arn:${AWS::Partition}:s3:::models/model.tar.gz"');
  });
});

test('everything brought at once makes nothing but policies, the barrier and the description', () => {
  const stack = newStack();
  const props = {
    ...imported(stack),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
  };
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Neo', { ...props, buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'models')] });
  const resources = Object.values(Template.fromStack(stack).toJSON().Resources).map(({ Type }: any) => Type);
  expect(resources.sort()).toEqual(['AWS::CloudFormation::WaitConditionHandle', 'AWS::CloudFormation::WaitConditionHandle', 'AWS::IAM::Policy']);
  expect(privateVpc.vpcConfig).toEqual({ subnets: ['subnet-1'], securityGroupIds: ['sg-1'], privateVpc });
});
