import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { buckets, grantees, keys, roles, securityGroups } from './parts';
import { NeoPrivateCompilationVpc, type NeoPrivateCompilationVpcProps } from '../../../src';
import { subject } from '../subject';
import { any, bad, booleans, elsewhere, good, lists, listTokens, notOf, numbers, numberTokens, oneOf, optional, required, texts, textTokens, Value, wholeNumbers, type Values } from '../values';
import { type World } from '../world';

const statement = (props: iam.PolicyStatementProps) => new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::public/*'], ...props });

const importedVpc = (world: World, attributes: Partial<ec2.VpcAttributes> = {}) => world.anew((scope, id) => ec2.Vpc.fromVpcAttributes(scope, id, {
  vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/20'], isolatedSubnetRouteTableIds: ['rtb-1'], ...attributes,
}));

export const vpcs: Values = oneOf(
  any(
    ['a VPC', world => world.vpc],
    ['an imported VPC', world => importedVpc(world)],
    ['an imported VPC, without addresses', world => importedVpc(world, { isolatedSubnetIpv4CidrBlocks: undefined })],
    ['an imported VPC, without route tables', world => importedVpc(world, { isolatedSubnetRouteTableIds: undefined })],
    ['an imported VPC of tokens', world => importedVpc(world, { vpcId: world.parameter('String').valueAsString })],
    ['a VPC without isolated subnets', world => importedVpc(world, { isolatedSubnetIds: undefined, isolatedSubnetIpv4CidrBlocks: undefined, isolatedSubnetRouteTableIds: undefined, publicSubnetIds: ['subnet-2'] })],
    ['an open VPC', world => world.part('Open', id => new ec2.Vpc(world.stack, id, { natGateways: 0 }))],
  ),
  elsewhere(['a VPC of another Region', world => importedVpc(world, { region: 'eu-west-1' })]),
  bad(['an id', () => 'vpc-1'], ['a bucket', world => world.bucket]),
  notOf(),
);

export const subnetLists: Values = lists(oneOf(
  any(
    ['a subnet', world => world.vpc.isolatedSubnets[0]],
    ['an imported subnet', world => world.anew((scope, id) => ec2.Subnet.fromSubnetAttributes(scope, id, { subnetId: 'subnet-1', availabilityZone: 'us-east-1a', routeTableId: 'rtb-1', ipv4CidrBlock: '10.0.0.0/20' }))],
    ['an imported subnet by id', world => world.anew((scope, id) => ec2.Subnet.fromSubnetId(scope, id, 'subnet-1'))],
    ['a tiny subnet', world => world.anew((scope, id) => ec2.Subnet.fromSubnetAttributes(scope, id, { subnetId: 'subnet-1', availabilityZone: 'us-east-1a', routeTableId: 'rtb-1', ipv4CidrBlock: '10.0.0.0/28' }))],
    ['a subnet of no address block', world => world.anew((scope, id) => ec2.Subnet.fromSubnetAttributes(scope, id, { subnetId: 'subnet-1', availabilityZone: 'us-east-1a', routeTableId: 'rtb-1', ipv4CidrBlock: 'none' }))],
  ),
  notOf(),
), { least: 1, most: 16 });

const selections: Values = oneOf(
  any(
    ['isolated', () => ({ subnetType: ec2.SubnetType.PRIVATE_ISOLATED })],
    ['public', () => ({ subnetType: ec2.SubnetType.PUBLIC })],
    ['a group', () => ({ subnetGroupName: 'Own' })],
    ['a group that is not there', () => ({ subnetGroupName: 'None' })],
    ['nothing said', () => ({})],
  ),
  subnetLists.map(value => value.map(shown => `{ subnets: ${shown} }`, subnets => ({ subnets }))),
  notOf('object', 'other'),
);

export const endpoints: Values = oneOf(
  any(
    ['an endpoint', world => world.part('Endpoint', id => world.vpc.addGatewayEndpoint(id, { service: ec2.GatewayVpcEndpointAwsService.S3 }))],
    ['an imported endpoint', world => world.anew((scope, id) => ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(scope, id, 'vpce-1'))],
    ['an endpoint of another VPC', world => world.network.s3Endpoint],
    ['an interface endpoint', world => world.part('Interface', id => world.vpc.addInterfaceEndpoint(id, { service: ec2.InterfaceVpcEndpointAwsService.S3 }))],
  ),
  bad(['an id', () => 'vpce-1'], ['a bucket', world => world.bucket]),
  notOf(),
);

const prefixLists: Values = oneOf(
  good(['the prefix list', world => world.s3PrefixList]),
  any(['a prefix list by token', world => world.anew((scope, id) => ec2.PrefixList.fromPrefixListId(scope, id, world.parameter('String').valueAsString))]),
  bad(['an id', () => 'pl-63a5400a']),
  notOf(),
);

const CIDRS = ['10.0.0.0/16', '10.20.0.0/20', '10.0.0.0/28', '192.168.0.0/24', '10.0.0.0/8', '10.0.0.0/33', '10.0.0.0', '999.0.0.0/16', 'fd00::/8', '', '/16', '10.0.0.0/-1', '10.0.0.1/16'];

const addresses: Values = oneOf(
  fc.constantFrom(...CIDRS).map(cidr => new Value('any', `IpAddresses.cidr(${cidr})`, () => ec2.IpAddresses.cidr(cidr), { refusal: /is not (a )?valid/ })),
  any(
    ['a pool', () => ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 20, defaultSubnetIpv4NetmaskLength: 24 })],
    ['a small pool', () => ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 28, defaultSubnetIpv4NetmaskLength: 28 })],
    ['a pool without a size', () => ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 20 })],
  ),
  bad(['a text', () => '10.0.0.0/16']),
  notOf(),
);

const ownBuckets: Values = oneOf(
  lists(oneOf(any(['a bucket of its own', world => world.anew((scope, id) => new s3.Bucket(scope, id))]), buckets), { least: 1 }),
  bad(['a bucket, not in a list', world => world.bucket]),
  notOf('array'),
);

const instances = numbers(number => Number.isSafeInteger(number) && number >= 1 ? 'any' : 'bad');

/** S3's actions on objects and listings. */
export const actions: Values = oneOf(
  lists(oneOf(
    texts(text => /^s3:/.test(text) ? 'any' : 'bad', fc.constantFrom('s3:GetObject', 's3:PutObject*', 's3:DeleteObject*', 's3:*', 's3:PutBucketPolicy', 's3:ListBucketVersions', 'S3:GetObject', 's3:getobject')),
    textTokens('any'), notOf('string'),
  ), { least: 1 }),
  listTokens('bad'),
  notOf('array'),
);

const statements: Values = oneOf(
  lists(oneOf(
    good(['a statement', () => statement({ principals: [new iam.StarPrincipal()] })]),
    any(
      ['a statement by tokens', world => statement({ principals: [new iam.StarPrincipal()], resources: world.parameter('CommaDelimitedList').valueAsList })],
      ['a statement with NotAction', () => new iam.PolicyStatement({ notActions: ['s3:*'], notResources: ['*'], principals: [new iam.StarPrincipal()] })],
    ),
    bad(['a statement without a principal', () => statement({})], ['a statement as JSON', () => ({ Effect: 'Allow' })]),
    notOf(),
  )),
  notOf('array'),
);

export const PRIVATE_COMPILATION_VPC = subject<NeoPrivateCompilationVpcProps>({
  name: 'NeoPrivateCompilationVpc',
  weight: 18,
  share: 8,
  base: (world, scope) => ({ buckets: [new s3.Bucket(scope, 'Models')], s3PrefixList: world.s3PrefixList }),
  values: {
    buckets: required(ownBuckets),
    maxConcurrentInstances: optional(instances, numberTokens('any'), notOf('number')),
    maxConcurrentJobs: optional(wholeNumbers(1, Number.MAX_SAFE_INTEGER), numberTokens('any'), notOf('number')),
    maxAzs: optional(wholeNumbers(1, 16), numberTokens('bad'), notOf('number')),
    ipAddresses: optional(addresses),
    vpc: optional(vpcs),
    vpcSubnets: optional(selections),
    securityGroups: optional(securityGroups(5)),
    s3Endpoint: optional(endpoints),
    role: optional(roles),
    endpointPolicyStatements: optional(statements),
    bucketPolicyActions: optional(actions),
    bucketPolicyExemptPrincipals: optional(lists(grantees), notOf('array')),
    s3PrefixList: optional(prefixLists),
    flowLogs: optional(booleans),
    flowLogDestination: optional(
      any(
        ['S3', () => ec2.FlowLogDestination.toS3()],
        ['a bucket', world => ec2.FlowLogDestination.toS3(world.anew((scope, id) => new s3.Bucket(scope, id)))],
        ['CloudWatch Logs', () => ec2.FlowLogDestination.toCloudWatchLogs()],
      ),
      notOf('object'),
    ),
    flowLogRetention: optional(any(['a week', () => logs.RetentionDays.ONE_WEEK], ['for ever', () => logs.RetentionDays.INFINITE]), bad(['2 days', () => 2], ['a name', () => 'ONE_WEEK']), notOf('number')),
    flowLogRemovalPolicy: optional(any(['destroy', () => RemovalPolicy.DESTROY], ['retain', () => RemovalPolicy.RETAIN]), bad(['snapshot', () => RemovalPolicy.SNAPSHOT], ['a name', () => 'keep']), notOf('string')),
    encryptionKey: optional(keys),
    privateControlPlane: optional(booleans),
    controlPlaneSubnets: optional(any(['a group for functions', () => ({ subnetGroupName: 'Functions' })]), selections),
  },
  make: (_world, scope, props) => { new NeoPrivateCompilationVpc(scope, 'Network', props); },
  calls: { vpc: /\bvpc/, vpcSubnets: /^vpc\b|vpcSubnets/ },
});
