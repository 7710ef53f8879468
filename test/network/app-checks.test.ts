/**
 * What the rest of an app does to a network.
 */
import { App, Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { existing } from './existing-vpc-fixture';
import { network, newStack, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { readableValue } from '../../src/util/intrinsics';

const S3 = { service: ec2.GatewayVpcEndpointAwsService.S3 };
const synth = (stack: Stack) => (stack.node.root as App).synth();

describe('fails with a second S3 endpoint on a route table', () => {
  const ERROR = /vpc must not have an S3 gateway endpoint on these route tables, because AWS allows only one: pass it as s3Endpoint; got: /;

  test.each<[string, (stack: Stack) => void]>([
    ['of the VPC itself', stack => { network({ vpc: existing(stack, { gatewayEndpoints: { S3 } }) }, stack); }],
    ['added before', stack => {
      const vpc = existing(stack);
      vpc.addGatewayEndpoint('S3', S3);
      network({ vpc }, stack);
    }],
    ['added after', stack => {
      const vpc = existing(stack);
      network({ vpc }, stack);
      vpc.addGatewayEndpoint('S3', S3);
    }],
    ['of another network', stack => {
      const vpc = existing(stack);
      network({ vpc }, stack);
      new NeoPrivateCompilationVpc(stack, 'Second', { buckets: [new s3.Bucket(stack, 'Other')], vpc });
    }],
    ['in another stack', stack => {
      const other = new Stack(stack.node.root as App, 'Vpcs');
      network({ vpc: existing(other, { gatewayEndpoints: { S3 } }) }, stack);
    }],
  ])('%s', (_, make) => {
    const stack = newStack();
    make(stack);
    expect(() => synth(stack)).toThrow(ERROR);
  });

  test('but not when that endpoint is used, is for DynamoDB, or is on other route tables', () => {
    const stack = newStack();
    const vpc = existing(stack);
    vpc.addGatewayEndpoint('DynamoDb', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    vpc.addGatewayEndpoint('Public', { ...S3, subnets: [{ subnetType: ec2.SubnetType.PUBLIC }] });
    network({ vpc }, stack);
    const used = existing(new Stack(stack.node.root as App, 'Used'), { gatewayEndpoints: { S3 } });
    network({ vpc: used, s3Endpoint: used.node.findChild('S3') as ec2.GatewayVpcEndpoint }, Stack.of(used));
    expect(() => synth(stack)).not.toThrow();
  });
});

describe('a second interface endpoint with private names for a service', () => {
  const FUNCTIONS = { privateControlPlane: true, vpcSubnets: { subnetGroupName: 'Isolated' }, controlPlaneSubnets: { subnetGroupName: 'Functions' } };
  const withFunctions = (stack: Stack) => existing(stack, {
    subnetConfiguration: ['Isolated', 'Functions'].map(name => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED })), natGateways: 0,
  });
  const SAGEMAKER = { service: ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API };

  test.each<[string, (vpc: ec2.Vpc, stack: Stack) => void, RegExp]>([
    ['of the app', vpc => vpc.addInterfaceEndpoint('SageMaker', SAGEMAKER), /got: Stack\/Existing\/SageMaker for /],
    ['of another network', (vpc, stack) => new NeoPrivateCompilationVpc(stack, 'Second', {
      buckets: [new s3.Bucket(stack, 'Other')], vpc, privateControlPlane: true, vpcSubnets: { subnets: [vpc.isolatedSubnets[0]] }, controlPlaneSubnets: { subnets: [vpc.isolatedSubnets[1]] },
    }), /got: Stack\/Second\/StepFunctionsEndpoint for /],
  ])('fails: %s', (_, make, got) => {
    const stack = newStack();
    const vpc = withFunctions(stack);
    network({ vpc, ...FUNCTIONS }, stack);
    make(vpc, stack);
    expect(() => synth(stack)).toThrow(/privateControlPlane must have the only interface endpoint with private DNS names for a service, as AWS allows one in a VPC/);
    expect(() => synth(stack)).toThrow(got);
  });

  test('is none without private names, for another service, in another VPC, or where there is no private control plane', () => {
    const stack = newStack();
    const vpc = withFunctions(stack);
    network({ vpc, ...FUNCTIONS }, stack);
    vpc.addInterfaceEndpoint('SageMaker', { ...SAGEMAKER, privateDnsEnabled: false });
    vpc.addInterfaceEndpoint('Runtime', { service: ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME });
    const other = new Stack(stack.node.root as App, 'Other');
    const without = existing(other);
    without.addInterfaceEndpoint('SageMaker', SAGEMAKER);
    network({ vpc: without }, other);
    expect(() => synth(stack)).not.toThrow();
  });
});

describe('DNS of the VPC', () => {
  const dns = (make: (stack: Stack, vpcId: string) => void) => {
    const { stack, privateVpc } = network();
    make(stack, privateVpc.vpc.vpcId);
    synth(stack);
    return warningIds(stack);
  };
  const vpcOf = (stack: Stack) => (stack.node.findChild('Neo') as NeoPrivateCompilationVpc).vpc;
  const dhcp = (domainNameServers?: string[]) => (stack: Stack, vpcId: string) =>
    new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId, dhcpOptionsId: new ec2.CfnDHCPOptions(stack, 'Options', { domainNameServers }).ref });

  test.each<[string, (stack: Stack, vpcId: string) => void]>([
    ['servers of its own', dhcp(['10.0.0.2'])],
    ['servers of its own besides those of AWS', dhcp(['AmazonProvidedDNS', '10.0.0.2'])],
    ['DHCP options that the app does not make', (stack, vpcId) => new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId, dhcpOptionsId: 'dopt-1' })],
    ['rules of Route 53 Resolver', (stack, vpcId) => new resolver.CfnResolverRuleAssociation(stack, 'Rule', { vpcId, resolverRuleId: 'rslvr-rr-1' })],
    ['a DNS firewall', (stack, vpcId) => new resolver.CfnFirewallRuleGroupAssociation(stack, 'Firewall', { vpcId, firewallRuleGroupId: 'rslvr-frg-1', priority: 101 })],
    ['a hosted zone for the names of S3', (stack, vpcId) => new route53.CfnHostedZone(stack, 'Zone', { name: `s3.${stack.region}.amazonaws.com.`, vpcs: [{ vpcId, vpcRegion: stack.region }] })],
    ...['amazonaws.com.cn', 's3.cn-north-1.amazonaws.com.cn', 'amazonaws.eu', 's3.eusc-de-east-1.amazonaws.eu', 'us-iso-east-1.c2s.ic.gov', 's3.sc2s.sgov.gov'].map(name =>
      [`a hosted zone for ${name}`, (stack: Stack) => new route53.PrivateHostedZone(stack, 'Zone', { zoneName: name, vpc: vpcOf(stack) })] as [string, (stack: Stack) => void]),
    ['a hosted zone for all names of AWS', stack => new route53.PrivateHostedZone(stack, 'Zone', { zoneName: 'amazonaws.com', vpc: vpcOf(stack) })],
    ['an interface endpoint for S3', stack => vpcOf(stack).addInterfaceEndpoint('S3', { service: ec2.InterfaceVpcEndpointAwsService.S3 })],
    ['rules in another stack', (stack, vpcId) => new resolver.CfnResolverRuleAssociation(new Stack(stack.node.root as App, 'Dns'), 'Rule', { vpcId, resolverRuleId: 'rslvr-rr-1' })],
  ])('by %s is warned of', (_, make) => { expect(dns(make)).toEqual(['vpcDnsSettings']); });

  test.each<[string, (stack: Stack, vpcId: string) => void]>([
    ['AWS', dhcp(['AmazonProvidedDNS'])],
    ['AWS, as the options name no server', dhcp()],
    ['a hosted zone of other names', stack => new route53.PrivateHostedZone(stack, 'Zone', { zoneName: 'sagemaker.amazonaws.com', vpc: vpcOf(stack) })],
    ['a hosted zone whose name only ends like that of AWS', stack => new route53.PrivateHostedZone(stack, 'Zone', { zoneName: 'notamazonaws.com', vpc: vpcOf(stack) })],
    ['a hosted zone of another VPC', stack => new route53.PrivateHostedZone(stack, 'Zone', { zoneName: 'amazonaws.com', vpc: existing(stack) })],
    ['an interface endpoint without private names', stack => vpcOf(stack).addInterfaceEndpoint('S3', { service: ec2.InterfaceVpcEndpointAwsService.S3, privateDnsEnabled: false })],
    ['an interface endpoint for resolvers outside of the VPC', stack => {
      const endpoint = vpcOf(stack).addInterfaceEndpoint('S3', { service: ec2.InterfaceVpcEndpointAwsService.S3 });
      (endpoint.node.defaultChild as ec2.CfnVPCEndpoint).dnsOptions = { privateDnsOnlyForInboundResolverEndpoint: 'OnlyInboundResolver' };
    }],
    ['servers of its own, of another VPC', stack => dhcp(['10.0.0.2'])(stack, existing(stack).vpcId)],
  ])('by %s is not', (_, make) => { expect(dns(make)).toEqual([]); });
});

test('an imported bucket may have a key, which a warning says with the statement that the role needs', () => {
  const stack = newStack();
  const { privateVpc } = network({ buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'company-models')] }, stack);
  expect(warnings(stack)[0]).toContain('{"Effect":"Allow","Action":["kms:Decrypt","kms:DescribeKey","kms:Encrypt","kms:GenerateDataKey"],"Resource":"<ARN of the key>"}');
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'More', 'more-models'), 'a.tar.gz');
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Same', 'more-models'), 'b.tar.gz');
  expect(warningIds(stack)).toEqual(['bucketKeyUnknown', 'bucketPolicyNotManaged']);
});

test.each<[unknown, unknown]>([
  [Fn.sub('arn:${AWS::Partition}:s3:::cdk-${AWS::AccountId}'), 'arn:${AWS::Partition}:s3:::cdk-${AWS::AccountId}'],
  [Fn.sub('${Bucket}/${!literal}', { Bucket: 'models' }), 'models/${!literal}'],
  [Fn.join('/', [Fn.sub('cdk-${AWS::Region}'), Fn.importValue('Name'), Fn.select(0, Fn.split('-', 'a-b'))]), 'cdk-${AWS::Region}/${Name}/a'],
  [{ 'Fn::Join': ['', [{ 'Fn::GetStackOutput': { StackName: 'Storage', OutputName: 'ModelsArn' } }, '/*']] }, '${ModelsArn}/*'],
  [Fn.join('', ['arn:', Fn.select(0, Fn.getAzs())]), 'arn:{"Fn::Select":[0,{"Fn::GetAZs":""}]}'],
])('a policy to copy never shows an object in a text', (value, text) => {
  expect(readableValue(newStack().resolve(value))).toEqual(text);
});

test('lists that only the deployment knows are no errors', () => {
  const { stack, privateVpc, bucket } = network();
  const unknown = <T>(...lists: T[][]) => Fn.conditionIf('Condition', ...lists as [T[], T[]]) as unknown as T[];
  new ec2.CfnVPCEndpoint(stack, 'Endpoint', { vpcId: 'vpc-1', serviceName: 'com.amazonaws.eu-west-1.s3', routeTableIds: unknown(['rtb-1'], ['rtb-2']) });
  new route53.CfnHostedZone(stack, 'Zone', { name: 'amazonaws.com', vpcs: unknown([{ vpcId: 'vpc-1', vpcRegion: 'eu-west-1' }], []) });
  const options = new ec2.CfnDHCPOptions(stack, 'Options', { domainNameServers: unknown(['AmazonProvidedDNS'], ['10.0.0.2']) });
  new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId: privateVpc.vpc.vpcId, dhcpOptionsId: options.ref });
  new iam.CfnPolicy(stack, 'Policy', {
    policyName: 'Policy', roles: unknown(['one'], ['other']), policyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: bucket.bucketArn }] },
  });
  expect(warningIds(stack)).toEqual(['vpcDnsSettings']);
});

test('fails for a second S3 endpoint on a route table in a list that has an alternative', () => {
  const { stack, privateVpc } = network();
  const { routeTableId } = privateVpc.subnets[0].routeTable;
  new ec2.CfnVPCEndpoint(stack, 'Endpoint', { vpcId: privateVpc.vpc.vpcId, serviceName: 'com.amazonaws.eu-west-1.s3', routeTableIds: Fn.conditionIf('Condition', [routeTableId], []) as any });
  expect(() => templateOf(stack)).toThrow(/vpc must not have an S3 gateway endpoint on these route tables/);
});
