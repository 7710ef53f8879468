import { Annotations, App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { existing, imported, ISOLATED } from './existing-vpc-fixture';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';

describe('a VPC of the app', () => {
  const stack = newStack();
  const vpc = existing(stack);
  const { privateVpc } = network({ vpc }, stack);
  const template = templateOf(stack);

  test('lends its isolated subnets, and no VPC is made', () => {
    expect(privateVpc.vpc).toBe(vpc);
    expect(privateVpc.subnets).toEqual(vpc.isolatedSubnets);
    template.resourceCountIs('AWS::EC2::VPC', 1);
  });

  test('gets an endpoint on the route tables of these subnets only', () => {
    expect(only(template, 'AWS::EC2::VPCEndpoint').RouteTableIds).toEqual(vpc.isolatedSubnets.map(({ routeTable }) => stack.resolve(routeTable.routeTableId)));
  });

  test('gets a group that opens these subnets only', () => {
    expect(only(template, 'AWS::EC2::SecurityGroup').SecurityGroupEgress.map(({ CidrIp }: any) => CidrIp)).toEqual(vpc.isolatedSubnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock));
  });

  test('gets no flow logs unless asked for, and needs no warning', () => {
    template.resourceCountIs('AWS::EC2::FlowLog', 0);
    expect(warningIds(stack)).toEqual([]);
  });

  test('with flow logs', () => {
    const other = newStack();
    network({ vpc: existing(other), flowLogs: true }, other);
    templateOf(other).resourceCountIs('AWS::EC2::FlowLog', 1);
  });

  test('of another stack', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared');
    const own = new Stack(app, 'Own');
    const { privateVpc: neo } = network({ vpc: existing(shared) }, own);
    app.synth();
    expect(own.dependencies).toEqual([shared]);
    expect(neo.vpcConfig.subnets).toHaveLength(2);
  });
});

describe('fails with', () => {
  const refuse = (props: (stack: Stack) => any, message: RegExp) => {
    const stack = newStack();
    expect(() => network(props(stack), stack)).toThrow(message);
  };

  test.each([ec2.DefaultInstanceTenancy.DEDICATED, 'host' as ec2.DefaultInstanceTenancy])('%s tenancy', defaultInstanceTenancy =>
    refuse(stack => ({ vpc: existing(stack, { defaultInstanceTenancy }) }), /vpc must have default tenancy.*got: (dedicated|host)/));

  test('another Region', () => {
    const app = new App();
    const far = new Stack(app, 'Far', { env: { region: 'us-east-1', account: '111122223333' } });
    const near = new Stack(app, 'Near', { env: { region: 'eu-west-1', account: '111122223333' } });
    expect(() => network({ vpc: existing(far) }, near)).toThrow(/vpc must be in the Region of the stack, eu-west-1.*Far\/Existing in us-east-1/);
  });

  test('no DNS resolution', () =>
    refuse(stack => ({ vpc: existing(stack, { enableDnsSupport: false, enableDnsHostnames: false }) }), /vpc must have DNS resolution/));

  test.each([ec2.SubnetType.PUBLIC, ec2.SubnetType.PRIVATE_WITH_EGRESS])('%s subnets', subnetType =>
    refuse(stack => ({ vpc: existing(stack), vpcSubnets: { subnetType } }), /vpcSubnets must be isolated.*got: Stack\/Existing\/P(ublic|rivate)Subnet1/));

  test('a public subnet of its own', () => refuse(stack => {
    const vpc = existing(stack);
    const subnet = new ec2.PublicSubnet(stack, 'Open', { vpcId: vpc.vpcId, availabilityZone: 'eu-west-1a', cidrBlock: '10.0.200.0/24' });
    return { vpc, vpcSubnets: { subnets: [subnet] } };
  }, /got: Stack\/Open/));

  test('no isolated subnets', () => refuse(stack => ({
    vpc: existing(stack, { subnetConfiguration: [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }] }),
  }), /vpc must have isolated subnets.*got: Stack\/Existing with none/));

  test('subnets over two VPCs', () => refuse(stack => {
    const other = new ec2.Vpc(stack, 'Other', { subnetConfiguration: [ISOLATED] });
    const vpc = existing(stack);
    return { vpc, vpcSubnets: { subnets: [...vpc.isolatedSubnets, other.isolatedSubnets[0]] } };
  }, /vpcSubnets must all be in vpc.*got: Stack\/Other\/IsolatedSubnet1/));

  test('a subnet of the app in another VPC than an imported one', () => refuse(stack => {
    const subnet = new ec2.Subnet(stack, 'Subnet', { vpcId: 'vpc-2', availabilityZone: 'eu-west-1a', cidrBlock: '10.0.0.0/24' });
    return { vpc: imported(stack).vpc, vpcSubnets: { subnets: [subnet] } };
  }, /vpcSubnets must all be in vpc.*got: Stack\/Subnet/));

  test('more than 16 subnets', () => refuse(stack => {
    const { vpc } = imported(stack);
    const subnets = Array.from({ length: 17 }, (_, i) => ec2.Subnet.fromSubnetAttributes(stack, `S${i}`, { subnetId: `subnet-${i}`, routeTableId: 'rtb-1', ipv4CidrBlock: `10.0.${i}.0/24` }));
    return { vpc, vpcSubnets: { subnets } };
  }, /vpcSubnets must be 1 to 16 subnets.*got: 17/));

  test('no subnet', () => refuse(stack => ({ vpc: existing(stack), vpcSubnets: { subnets: [] } }), /vpcSubnets must be 1 to 16 subnets.*got: 0/));

  test('subnets too small for all instances each', () => refuse(stack => ({
    vpc: existing(stack, { subnetConfiguration: [{ ...ISOLATED, cidrMask: 28 }] }),
    maxConcurrentInstances: 6,
  }), /6 \(maxConcurrentInstances\) need 17 addresses; got: Stack\/Existing\/IsolatedSubnet1 \(10\.0\.0\.0\/28, 5 instances\), Stack\/Existing\/IsolatedSubnet2/));

  test('an imported subnet too small for the default of 100 instances', () =>
    refuse(stack => imported(stack, { ipv4CidrBlock: '10.0.0.0/25' }), /got: Stack\/ImportedSubnet \(10\.0\.0\.0\/25, 61 instances\)/));

  test('an imported subnet without a route table', () =>
    refuse(stack => imported(stack, { routeTableId: undefined }), /vpcSubnets must have known route tables.*got: Stack\/ImportedSubnet/));

  test('an imported subnet without addresses, unless the security group is brought', () =>
    refuse(stack => imported(stack, { ipv4CidrBlock: undefined }), /vpcSubnets must have a known IPv4 CIDR block.*Stack\/ImportedSubnet/));

  test('0 instances', () => refuse(stack => ({ vpc: existing(stack), maxConcurrentInstances: 0 }), /maxConcurrentInstances must be an integer/));

  test.each<[string, (stack: Stack) => any, RegExp]>([
    ['vpcSubnets that are not there', stack => ({ vpc: existing(stack), vpcSubnets: { subnetGroupName: 'None' } }), /vpcSubnets must select subnets of vpc; got: .*'None'/],
    ['vpcSubnets by id', stack => ({ vpc: existing(stack), vpcSubnets: { subnets: ['subnet-1'] } }), /vpcSubnets\.subnets\[0\] has the wrong type: it must be a subnet.*got: "subnet-1"/],
    ['vpcSubnets without vpc', () => ({ vpcSubnets: {} }), /vpcSubnets must come with vpc/],
    ['securityGroups without vpc', () => ({ securityGroups: [] }), /securityGroups must come with vpc/],
    ['s3Endpoint without vpc', stack => ({ s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'E', 'vpce-1') }), /s3Endpoint must come with vpc/],
    ['maxAzs with vpc', stack => ({ vpc: existing(stack), maxAzs: 2 }), /maxAzs must not come with vpc/],
    ['ipAddresses with vpc', stack => ({ vpc: existing(stack), ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/16') }), /ipAddresses must not come with vpc/],
    ['s3PrefixList with securityGroups', stack => ({ ...imported(stack), securityGroups: [], s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'S3', 'pl-1') }), /s3PrefixList must not come with securityGroups/],
    ['endpointPolicyStatements with s3Endpoint', stack => ({ ...imported(stack), s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'E', 'vpce-1'), endpointPolicyStatements: [] }),
      /endpointPolicyStatements must not come with s3Endpoint/],
  ])('%s', (_, props, message) => refuse(props, message));

  test.each<[string, Partial<ec2.CfnRouteProps>]>([
    ['a NAT gateway', { natGatewayId: 'nat-1', destinationCidrBlock: '203.0.113.0/24' }],
    ['everywhere', { gatewayId: 'igw-1', destinationCidrBlock: '0.0.0.0/0' }],
    ['everywhere over IPv6', { egressOnlyInternetGatewayId: 'eigw-1', destinationIpv6CidrBlock: '::/0' }],
    ['a carrier gateway', { carrierGatewayId: 'cagw-1', destinationCidrBlock: '203.0.113.0/24' }],
    ['an internet gateway, for some addresses', { gatewayId: 'igw-1', destinationCidrBlock: '203.0.113.0/24' }],
  ])('fails: a route to %s that is added later', (_, route) => {
    const stack = newStack();
    const vpc = existing(stack);
    network({ vpc }, stack);
    const [subnet] = vpc.isolatedSubnets;
    new ec2.CfnRoute(subnet, 'Out', { routeTableId: subnet.routeTable.routeTableId, ...route });
    expect(() => (stack.node.root as App).synth()).toThrow(/vpcSubnets must be isolated.*got: the route Stack\/Existing\/IsolatedSubnet1\/Out/);
  });

  test('fails: a route that is written elsewhere, to an internet gateway of the app', () => {
    const stack = newStack();
    const vpc = existing(stack);
    network({ vpc }, stack);
    const { routeTableId } = vpc.isolatedSubnets[1].routeTable;
    new ec2.CfnRoute(stack, 'Out', { routeTableId, gatewayId: vpc.internetGatewayId, destinationCidrBlock: '203.0.113.0/24' });
    expect(() => (stack.node.root as App).synth()).toThrow(/vpcSubnets must be isolated.*got: the route Stack\/Out/);
  });

  test('fails: a route in the known table of an imported subnet', () => {
    const stack = newStack();
    network(imported(stack), stack);
    new ec2.CfnRoute(stack, 'Out', { routeTableId: 'rtb-1', natGatewayId: 'nat-1', destinationCidrBlock: '0.0.0.0/0' });
    expect(() => (stack.node.root as App).synth()).toThrow(/vpcSubnets must be isolated.*got: the route Stack\/Out/);
  });
});

test('a route to another place, or of other subnets, is no business of this check', () => {
  const stack = newStack();
  const vpc = existing(stack);
  network({ vpc }, stack);
  const [subnet] = vpc.isolatedSubnets;
  new ec2.CfnRoute(subnet, 'Office', { routeTableId: subnet.routeTable.routeTableId, gatewayId: 'vgw-1', destinationCidrBlock: '192.168.0.0/16' });
  new ec2.CfnRoute(stack, 'Other', { routeTableId: vpc.privateSubnets[0].routeTable.routeTableId, natGatewayId: 'nat-1', destinationCidrBlock: '203.0.113.0/24' });
  templateOf(stack).hasResourceProperties('AWS::EC2::Route', { GatewayId: 'vgw-1' });
});

describe('warns of what cannot be checked', () => {
  test('of an imported VPC', () => {
    const stack = newStack();
    network(imported(stack), stack);
    expect(warningIds(stack)).toEqual(['s3EndpointMayExist', 'subnetsNotChecked', 'vpcNotChecked']);
    expect(warnings(stack).join()).toMatch(/vpc Stack\/Imported is imported.*tenancy must be default, and DNS resolution must be on/);
  });

  test('of DNS hostnames, which S3 does without', () => {
    const stack = newStack();
    network({ vpc: existing(stack, { enableDnsHostnames: false }) }, stack);
    expect(warningIds(stack)).toEqual(['vpcDnsHostnames']);
  });

  test.each<[string, (stack: Stack) => any]>([
    ['the subnets', stack => imported(stack, { ipv4CidrBlock: new CfnParameter(stack, 'Cidr').valueAsString })],
    ['the number of instances', stack => ({ ...imported(stack), maxConcurrentInstances: new CfnParameter(stack, 'Instances', { type: 'Number' }).valueAsNumber })],
  ])('of sizes, when only the deployment knows %s', (_, props) => {
    const stack = newStack();
    network(props(stack), stack);
    expect(warningIds(stack)).toContain('subnetSizeNotChecked');
  });

  test('of a VPC given by tokens', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: new CfnParameter(stack, 'VpcId').valueAsString, availabilityZones: ['eu-west-1a'] });
    const subnet = new ec2.Subnet(stack, 'Subnet', { vpcId: new CfnParameter(stack, 'OtherVpcId').valueAsString, availabilityZone: 'eu-west-1a', cidrBlock: '10.0.0.0/24' });
    // The two parameters may well have the same value.
    expect(() => network({ vpc, vpcSubnets: { subnets: [subnet] } }, stack)).not.toThrow();
    expect(warningIds(stack)).toEqual(['vpcNotChecked']);
  });

  test('and warnings can be acknowledged', () => {
    const stack = newStack();
    const { privateVpc } = network(imported(stack), stack);
    for (const id of warningIds(stack)) { Annotations.of(privateVpc).acknowledgeWarning(`cdk-sagemaker-neo:${id}`); }
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('a looked-up VPC', () => {
  const env = { account: '111122223333', region: 'eu-west-1' };

  test.each<[string, ec2.SubnetSelection | undefined]>([
    ['all isolated subnets', undefined],
    ['a group of subnets', { subnetGroupName: 'Models' }],
    ['subnets in a zone', { subnetType: ec2.SubnetType.PRIVATE_ISOLATED, availabilityZones: ['eu-west-1c'] }],
  ])('does for a first synthesis, when nothing is known of %s', (_, vpcSubnets) => {
    const stack = newStack({ env });
    network({ vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }), vpcSubnets }, stack);
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });

  const lookedUp = (cidr: string, ownerAccountId = env.account) => {
    const first = newStack({ env });
    ec2.Vpc.fromLookup(first, 'Vpc', { vpcId: 'vpc-1' });
    const { key } = (first.node.root as App).synth().manifest.missing![0];
    const stack = newStack({ env });
    stack.node.setContext(key, {
      vpcId: 'vpc-1',
      vpcCidrBlock: '10.0.0.0/16',
      ownerAccountId,
      availabilityZones: [],
      subnetGroups: [{ name: 'Isolated', type: 'Isolated', subnets: [{ availabilityZone: 'eu-west-1a', subnetId: 'subnet-1', routeTableId: 'rtb-1', cidr }] }],
    });
    network({ vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }) }, stack);
    return stack;
  };

  test('has the size of its subnets checked on the next', () => {
    expect(warningIds(lookedUp('10.0.0.0/24'))).toEqual(['s3EndpointMayExist', 'subnetsNotChecked', 'vpcNotChecked']);
    expect(() => lookedUp('10.0.0.0/26')).toThrow(/vpcSubnets must each have room for all instances/);
  });

  test('shared by another account has that account in the ARNs of its subnets', () => {
    const policies = JSON.stringify(templateOf(lookedUp('10.0.0.0/24', '444455556666')).findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':ec2:eu-west-1:444455556666:subnet/subnet-1');
    expect(policies).toContain(':ec2:eu-west-1:111122223333:network-interface/*');
  });
});
