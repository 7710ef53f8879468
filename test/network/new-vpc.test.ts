import { CfnParameter } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';

describe('a new VPC', () => {
  const template = templateOf(network().stack);

  test('has DNS support and hostnames and default tenancy', () => {
    template.hasResourceProperties('AWS::EC2::VPC', { EnableDnsSupport: true, EnableDnsHostnames: true, InstanceTenancy: 'default' });
  });

  test('has only isolated subnets, without public addresses', () => {
    const subnets = Object.values(template.findResources('AWS::EC2::Subnet'));
    expect(subnets).toHaveLength(2);
    for (const { Properties: subnet } of subnets) {
      expect(subnet.MapPublicIpOnLaunch).toBe(false);
      expect(subnet.Tags).toContainEqual({ Key: 'aws-cdk:subnet-type', Value: 'Isolated' });
    }
    expect(new Set(subnets.map(({ Properties }) => JSON.stringify(Properties.AvailabilityZone))).size).toBe(2);
  });

  test.each([
    'AWS::EC2::InternetGateway', 'AWS::EC2::VPCGatewayAttachment', 'AWS::EC2::NatGateway', 'AWS::EC2::EIP', 'AWS::EC2::Route',
    'AWS::EC2::EgressOnlyInternetGateway', 'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::VPCPeeringConnection', 'AWS::EC2::TransitGatewayAttachment',
  ])('has no %s', type => { template.resourceCountIs(type, 0); });

  test('has no rules in its default security group', () => {
    const vpcId = Object.keys(template.findResources('AWS::EC2::VPC'))[0];
    template.hasResourceProperties('Custom::VpcRestrictDefaultSG', { DefaultSecurityGroupId: { 'Fn::GetAtt': [vpcId, 'DefaultSecurityGroup'] } });
  });

  test('has a large block, with room for six more subnets, unless told otherwise', () => {
    expect(only(template, 'AWS::EC2::VPC').CidrBlock).toBe('10.0.0.0/16');
    expect(Object.values(template.findResources('AWS::EC2::Subnet')).map(({ Properties }) => Properties.CidrBlock))
      .toEqual(['10.0.0.0/19', '10.0.32.0/19']);
  });
});

describe('size', () => {
  const concrete = { env: { account: '111122223333', region: 'eu-west-1' } };

  const cidr = (block: string) => ec2.IpAddresses.cidr(block);
  test.each([
    [{ maxConcurrentInstances: 1, maxAzs: 1 }, ['10.0.0.0/19']],
    [{ maxConcurrentInstances: 4093 }, ['10.0.0.0/19', '10.0.32.0/19']],
    [{ maxConcurrentInstances: 4094 }, ['10.0.0.0/18', '10.0.64.0/18']],
    [{ maxConcurrentInstances: 32765, maxAzs: 1 }, ['10.0.0.0/16']],
    [{ maxConcurrentInstances: 16381, maxAzs: 2 }, ['10.0.0.0/17', '10.0.128.0/17']],
    [{ ipAddresses: cidr('10.20.0.0/23') }, ['10.20.0.0/24', '10.20.1.0/24']],
    [{ ipAddresses: cidr('10.20.0.0/23'), maxConcurrentInstances: 5 }, ['10.20.0.0/26', '10.20.0.64/26']],
    [{ ipAddresses: cidr('10.20.0.0/28'), maxConcurrentInstances: 5, maxAzs: 1 }, ['10.20.0.0/28']],
    [{ ipAddresses: cidr('10.20.0.0/20') }, ['10.20.0.0/23', '10.20.2.0/23']],
  ])('of %j', (props, subnets) => {
    const template = templateOf(network(props).stack);
    expect(Object.values(template.findResources('AWS::EC2::Subnet')).map(({ Properties }) => Properties.CidrBlock)).toEqual(subnets);
  });

  test.each([
    [{ maxConcurrentInstances: 16382 }, /16382 instances need 32769 addresses in each of 2 subnets, and the largest possible number with 2 Availability Zones is 16381/],
    [{ maxConcurrentInstances: 32766, maxAzs: 1 }, /largest possible number with 1 Availability Zones is 32765/],
    [{ maxConcurrentInstances: 4000, maxAzs: 16 }, /largest possible number with 16 Availability Zones is 2045/],
    [{ maxConcurrentInstances: 0 }, /maxConcurrentInstances must be an integer from 1; got: 0/],
    [{ maxConcurrentInstances: -1 }, /got: -1/],
    [{ maxConcurrentInstances: 1.5 }, /got: 1.5/],
    [{ maxConcurrentInstances: NaN }, /got: NaN/],
    [{ maxConcurrentInstances: Infinity }, /got: Infinity/],
    [{ maxConcurrentInstances: '7' as any }, /got: "7"/],
    [{ maxAzs: 0 }, /maxAzs must be an integer from 1 to 16, .*got: 0/],
    [{ maxAzs: 17 }, /got: 17/],
    [{ maxAzs: 2.5 }, /got: 2.5/],
    [{ ipAddresses: ec2.IpAddresses.cidr('10.1.0.0/24') }, /ipAddresses must have room .* a \/23 or larger; got: \/24/],
    [{ ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/8') }, /ipAddresses must be an IPv4 CIDR block of \/16 to \/28.*got: "10.0.0.0\/8"/],
    [{ ipAddresses: '10.0.0.0/16' as any }, /ipAddresses has the wrong type: it must be IP addresses, such as .*got: "10.0.0.0\/16"/],
    [{ privateControlPlane: 'yes' as any }, /privateControlPlane has the wrong type: it must be true or false/],
    [{ ipAddresses: ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'pool', ipv4NetmaskLength: 24 }) }, /require a \/23 or larger; got: \/24/],
  ])('fails: %j', (props, message) => {
    expect(() => network(props)).toThrow(message);
  });

  test('fails with an error that names the construct', () => {
    expect(() => network({ maxAzs: 0 })).toThrow(/\[at Stack\/Neo\]$/);
  });

  test('known only at deployment is the largest possible, with a warning', () => {
    const stack = newStack();
    network({ maxConcurrentInstances: new CfnParameter(stack, 'Instances', { type: 'Number' }).valueAsNumber }, stack);
    expect(only(templateOf(stack), 'AWS::EC2::VPC').CidrBlock).toBe('10.0.0.0/16');
    expect(warningIds(stack)).toEqual(['instancesUnknown']);
  });

  test('fails when maxAzs is unresolved', () => {
    const stack = newStack();
    expect(() => network({ maxAzs: new CfnParameter(stack, 'Zones', { type: 'Number' }).valueAsNumber }, stack)).toThrow(/maxAzs must be known at synthesis/);
  });

  test('takes addresses of an IPAM pool', () => {
    const template = templateOf(network({ ipAddresses: ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 20 }) }).stack);
    template.hasResourceProperties('AWS::EC2::VPC', { Ipv4IpamPoolId: 'ipam-pool-1', Ipv4NetmaskLength: 20 });
    // Nine bits of a host: a /23.
    expect(JSON.stringify(template.findResources('AWS::EC2::Subnet'))).toContain('"9"]}');
    // The blocks are known only at deployment, and so are the rules.
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: { 'Fn::Select': Match.anyValue() } })]) });
  });

  test('as many zones as a concrete environment has', () => {
    const stack = newStack(concrete);
    stack.node.setContext('availability-zones:account=111122223333:region=eu-west-1', ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    const { privateVpc } = network({ maxAzs: 16 }, stack);
    expect(privateVpc.subnets).toHaveLength(3);
    expect(warnings(stack)).toEqual([expect.stringMatching(/^maxAzs is 16, but the VPC is in 3 Availability Zones, because the Region has no more \[ack/)]);
  });

  test('two zones without an environment, and a warning says so', () => {
    const { stack, privateVpc } = network({ maxAzs: 3 });
    expect(privateVpc.subnets).toHaveLength(2);
    expect(warnings(stack)).toEqual([expect.stringMatching(/^maxAzs is 3, but the VPC is in 2 Availability Zones, because CDK knows of no more in a stack without an environment: give the stack an env/)]);
  });

  test('no warning while the zones of an environment are being looked up', () => {
    const stack = newStack(concrete);
    network({ maxAzs: 6 }, stack);
    expect(warningIds(stack)).toEqual([]);
  });
});
