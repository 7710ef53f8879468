import { Annotations, App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { network, newStack, only, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';

const ISOLATED = { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 };

/** A VPC as users have it: public, private and isolated subnets. */
function existing(stack: Stack, props: ec2.VpcProps = {}) {
  return new ec2.Vpc(stack, 'Existing', {
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ISOLATED,
    ],
    ...props,
  });
}

/** An imported VPC with one isolated subnet, everything known unless said otherwise. */
function imported(stack: Stack, subnet: Partial<ec2.SubnetAttributes> = {}) {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], vpcCidrBlock: '10.0.0.0/16' });
  const attributes = { subnetId: 'subnet-1', availabilityZone: 'eu-west-1a', routeTableId: 'rtb-1', ipv4CidrBlock: '10.0.0.0/24', ...subnet };
  return { vpc, vpcSubnets: { subnets: [ec2.Subnet.fromSubnetAttributes(stack, 'ImportedSubnet', attributes)] } };
}

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

describe('is refused', () => {
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

  test('a number of instances that is none', () => refuse(stack => ({ vpc: existing(stack), maxConcurrentInstances: 0 }), /maxConcurrentInstances must be an integer/));

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
  ])('a route to %s that is added later', (_, route) => {
    const stack = newStack();
    const vpc = existing(stack);
    network({ vpc }, stack);
    const [subnet] = vpc.isolatedSubnets;
    new ec2.CfnRoute(subnet, 'Out', { routeTableId: subnet.routeTable.routeTableId, ...route });
    expect(() => (stack.node.root as App).synth()).toThrow(/vpcSubnets must be isolated.*got: the route Stack\/Existing\/IsolatedSubnet1\/Out/);
  });

  test('a route that is written elsewhere, to an internet gateway of the app', () => {
    const stack = newStack();
    const vpc = existing(stack);
    network({ vpc }, stack);
    const { routeTableId } = vpc.isolatedSubnets[1].routeTable;
    new ec2.CfnRoute(stack, 'Out', { routeTableId, gatewayId: vpc.internetGatewayId, destinationCidrBlock: '203.0.113.0/24' });
    expect(() => (stack.node.root as App).synth()).toThrow(/vpcSubnets must be isolated.*got: the route Stack\/Out/);
  });

  test('a route in the known table of an imported subnet', () => {
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
    expect(warnings(stack).join()).toMatch(/vpc Stack\/Imported is not made by this app.*tenancy must be default, DNS resolution must be on/);
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
    expect(() => lookedUp('10.0.0.0/26')).toThrow(/vpcSubnets must each hold all instances/);
  });

  test('shared by another account has that account in the ARNs of its subnets', () => {
    const policies = JSON.stringify(templateOf(lookedUp('10.0.0.0/24', '444455556666')).findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':ec2:eu-west-1:444455556666:subnet/subnet-1');
    expect(policies).toContain(':ec2:eu-west-1:111122223333:network-interface/*');
  });
});

describe('security groups', () => {
  const bring = (securityGroups: (stack: Stack, vpc: ec2.IVpc) => ec2.ISecurityGroup[]) => {
    const stack = newStack();
    const vpc = existing(stack);
    return network({ vpc, securityGroups: securityGroups(stack, vpc) }, stack);
  };
  const group = (stack: Stack, vpc: ec2.IVpc, i = 0, allowAllOutbound = false) => new ec2.SecurityGroup(stack, `Group${i}`, { vpc, allowAllOutbound });
  const S3 = (scope: Stack) => ec2.PrefixList.fromPrefixListId(scope, 'S3List', 'pl-1');

  /** Two groups that let out what jobs need, between them. */
  const sufficient = (scope: Stack, vpc: ec2.IVpc) => {
    const groups = [group(scope, vpc, 0), group(scope, vpc, 1)];
    groups[0].addEgressRule(S3(scope), ec2.Port.tcp(443));
    vpc.isolatedSubnets.forEach(({ ipv4CidrBlock }) => groups[1].addEgressRule(ec2.Peer.ipv4(ipv4CidrBlock), ec2.Port.allTraffic()));
    return groups;
  };

  test('are used as they are', () => {
    const { stack, privateVpc } = bring(sufficient);
    expect(privateVpc.securityGroups).toHaveLength(2);
    expect(privateVpc.securityGroup).toBe(privateVpc.securityGroups[0]);
    expect(privateVpc.connections.securityGroups).toEqual(privateVpc.securityGroups);
    expect(privateVpc.vpcConfig.securityGroupIds).toEqual(privateVpc.securityGroups.map(({ securityGroupId }) => securityGroupId));
    templateOf(stack).resourceCountIs('AWS::EC2::SecurityGroup', 2);
    templateOf(stack).resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    templateOf(stack).resourceCountIs('Custom::NeoS3PrefixList', 0);
    expect(warningIds(stack)).toEqual([]);
  });

  test('that are imported cannot be checked', () => {
    const { stack } = bring(scope => [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Imported', 'sg-1')]);
    expect(warningIds(stack)).toEqual(['securityGroupNotChecked']);
  });

  describe('that let out too little', () => {
    const missing = (rules: (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void) => {
      const { stack } = bring((scope, vpc) => {
        const its = group(scope, vpc);
        rules(scope, vpc, its);
        return [its];
      });
      const narrow = warnings(stack).find(text => text.includes('securityGroupTooNarrow'));
      return narrow && /they would fail: (.*) \[ack/.exec(narrow)![1];
    };
    const toSubnets = (vpc: ec2.IVpc, its: ec2.SecurityGroup) => its.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.allTraffic());

    test.each<[string, (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void, RegExp]>([
      ['nothing', () => {}, /^TCP 443 to the prefix list of S3, all traffic to the subnet \S+IsolatedSubnet1, all traffic to the subnet \S+IsolatedSubnet2$/],
      ['HTTP for HTTPS', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(80)); toSubnets(vpc, its); }, /^TCP 443 to the prefix list of S3$/],
      ['TCP for all traffic', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4('10.0.0.0/16'), ec2.Port.allTcp()); },
        /^all traffic to the subnet \S+IsolatedSubnet1, all traffic/],
      ['one subnet of two', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4(vpc.isolatedSubnets[0].ipv4CidrBlock), ec2.Port.allTraffic()); },
        /^all traffic to the subnet \S+IsolatedSubnet2$/],
    ])('%s', (_, rules, message) => {
      expect(missing(rules)).toMatch(message);
    });

    test.each<[string, (stack: Stack, vpc: ec2.IVpc, its: ec2.SecurityGroup) => void]>([
      ['the whole VPC', (stack, vpc, its) => { its.addEgressRule(S3(stack), ec2.Port.tcpRange(400, 500)); toSubnets(vpc, its); }],
      ['a block around the subnets', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.tcp(443)); its.addEgressRule(ec2.Peer.ipv4('10.0.0.0/13'), ec2.Port.allTraffic()); }],
      ['themselves', (stack, _, its) => { its.addEgressRule(S3(stack), ec2.Port.allTraffic()); its.addEgressRule(its, ec2.Port.allTraffic()); }],
      ['what only the deployment knows', (stack, _, its) => {
        its.addEgressRule(S3(stack), ec2.Port.tcp(443));
        its.addEgressRule(ec2.Peer.ipv4(new CfnParameter(stack, 'Block').valueAsString), ec2.Port.allTraffic());
      }],
    ])('not, with a rule to %s', (_, rules) => {
      expect(missing(rules)).toBeUndefined();
    });

    test('but may get the rest later, from a resource elsewhere', () => {
      const { stack } = bring((scope, vpc) => {
        const its = group(scope, vpc);
        toSubnets(vpc, its);
        new ec2.CfnSecurityGroupEgress(scope, 'Later', { groupId: its.securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443, destinationPrefixListId: 'pl-1' });
        return [its];
      });
      expect(warningIds(stack)).toEqual([]);
    });

    test('but nobody knows what an imported group beside them lets out', () => {
      const { stack } = bring((scope, vpc) => [group(scope, vpc), ec2.SecurityGroup.fromSecurityGroupId(scope, 'Imported', 'sg-1')]);
      expect(warningIds(stack)).toEqual(['securityGroupNotChecked']);
    });
  });

  test.each<[string, (its: ec2.SecurityGroup) => void]>([
    ['inline', its => its.addIngressRule(ec2.Peer.ipv4('10.0.0.0/16'), ec2.Port.tcp(22))],
    ['elsewhere', its => new ec2.CfnSecurityGroupIngress(its.stack, 'In', { groupId: its.securityGroupId, ipProtocol: '-1', cidrIp: '10.0.0.0/16' })],
  ])('that let traffic in are warned of: a rule %s', (_, open) => {
    const { stack } = bring((scope, vpc) => {
      const groups = sufficient(scope, vpc);
      open(groups[0]);
      return groups;
    });
    expect(warningIds(stack)).toEqual(['securityGroupAllowsInbound']);
    expect(warnings(stack)[0]).toContain('security group Stack/Group0 lets traffic in');
  });

  test('are warned of at the end of synthesis, and these warnings can be acknowledged, too', () => {
    const { stack, privateVpc } = bring((scope, vpc) => [group(scope, vpc)]);
    Annotations.of(privateVpc).acknowledgeWarning('cdk-sagemaker-neo:securityGroupTooNarrow', 'rules are added by another app');
    expect(warningIds(stack)).toEqual([]);
  });

  test('that let all traffic out are warned of', () => {
    const { stack } = bring((scope, vpc) => [group(scope, vpc, 0, true)]);
    expect(warningIds(stack)).toEqual(['securityGroupAllowsAllOutbound']);
  });

  test.each([0, 6])('cannot be %i', count => {
    expect(() => bring((scope, vpc) => Array.from({ length: count }, (_, i) => group(scope, vpc, i)))).toThrow(`securityGroups must be 1 to 5 groups, as many as a job takes; got: ${count}`);
  });

  test('cannot be of another VPC', () => {
    expect(() => bring(scope => [group(scope, new ec2.Vpc(scope, 'Other', { subnetConfiguration: [ISOLATED] }))])).toThrow(/securityGroups must be in vpc; got: Stack\/Group0/);
  });
});

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

  test('that misses a subnet is an error', () => {
    expect(() => bring((_, vpc) => onSubnets(vpc, { subnets: [vpc.isolatedSubnets[0]] }))).toThrow(/s3Endpoint must be on the route table of every subnet.*IsolatedSubnet2$|IsolatedSubnet2 \[at/);
  });

  test('of another VPC is an error', () => {
    expect(() => bring(scope => onSubnets(new ec2.Vpc(scope, 'Other', { subnetConfiguration: [ISOLATED] }), {}))).toThrow(/s3Endpoint must be in vpc/);
  });

  test('of another service is an error', () => {
    expect(() => bring((_, vpc) => vpc.addGatewayEndpoint('Table', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB }))).toThrow(
      /s3Endpoint must be an endpoint for S3; got: Stack\/Existing\/Table, for com\.amazonaws\.\$\{AWS::Region\}\.dynamodb/);
  });

  test('of a service that only the deployment knows is no error', () => {
    const serviceName = (stack: Stack) => new CfnParameter(stack, 'Service').valueAsString;
    expect(() => bring((stack, vpc) => vpc.addGatewayEndpoint('S3', { service: { name: serviceName(stack) }, subnets: [{ subnets: vpc.isolatedSubnets }] }))).not.toThrow();
  });

  test('of the interface type is an error', () => {
    expect(() => bring((_, vpc) => vpc.addInterfaceEndpoint('S3', { service: ec2.InterfaceVpcEndpointAwsService.S3 }) as any)).toThrow(/s3Endpoint must be a gateway endpoint.*Interface/);
  });

  test('gets a warning per model that it must let through', () => {
    const { stack, privateVpc } = bring((_, vpc) => onSubnets(vpc, { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }));
    privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), 'model.tar.gz');
    expect(warningIds(stack)).toEqual(['endpointPolicyNotManaged', 'modelThroughEndpoint']);
    expect(warnings(stack).join()).toContain('"arn:${AWS::Partition}:s3:::models/model.tar.gz"');
  });
});

test('everything brought at once makes nothing but policies and the barrier', () => {
  const stack = newStack();
  const props = {
    ...imported(stack),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
  };
  const privateVpc = new NeoPrivateCompilationVpc(stack, 'Neo', { ...props, buckets: [s3.Bucket.fromBucketName(stack, 'Models', 'models')] });
  const resources = Object.values(Template.fromStack(stack).toJSON().Resources).map(({ Type }: any) => Type);
  expect(resources.sort()).toEqual(['AWS::CloudFormation::WaitConditionHandle', 'AWS::IAM::Policy']);
  expect(privateVpc.vpcConfig).toEqual({ subnets: ['subnet-1'], securityGroupIds: ['sg-1'], privateVpc });
});
