import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { PrivateStack } from './private-app';
import { ANYWHERE } from './template-changes';

/** What opens a network: the rule that must find it, and how it is done. */
export const OPENED: [rule: string, how: string, open: (stack: PrivateStack) => void][] = [
  ['JobInPrivateSubnets', 'no vpcConfig', stack => stack.cfnJob.addPropertyDeletionOverride('Request.VpcConfig')],
  ['JobInPrivateSubnets', 'no subnets', stack => stack.cfnJob.addPropertyOverride('Request.VpcConfig.Subnets', [])],
  ['JobInPrivateSubnets', 'no security groups', stack => stack.cfnJob.addPropertyOverride('Request.VpcConfig.SecurityGroupIds', [])],
  ['JobInPrivateSubnets', 'under another type name', stack => {
    stack.cfnJob.addOverride('Type', 'AWS::CloudFormation::CustomResource');
    stack.cfnJob.addPropertyDeletionOverride('Request.VpcConfig');
  }],
  ['NoInternetGateway', 'L1', stack => {
    const gateway = new ec2.CfnInternetGateway(stack, 'Gateway');
    new ec2.CfnVPCGatewayAttachment(stack, 'Open', { vpcId: stack.network.vpc.vpcId, internetGatewayId: gateway.ref });
  }],
  ['NoInternetGateway', 'an existing gateway', stack =>
    new ec2.CfnVPCGatewayAttachment(stack, 'Open', { vpcId: stack.network.vpc.vpcId, internetGatewayId: 'igw-1' })],
  ['NoNatGateway', 'in a subnet of the jobs', stack => new ec2.CfnNatGateway(stack, 'Open', { subnetId: stack.network.subnets[0].subnetId })],
  ['NoNatGateway', 'in another subnet', stack => {
    const subnet = new ec2.CfnSubnet(stack, 'Subnet', { vpcId: stack.network.vpc.vpcId, cidrBlock: '10.0.4.0/28' });
    new ec2.CfnNatGateway(stack, 'Open', { subnetId: subnet.ref });
  }],
  ['NoEgressOnlyInternetGateway', 'L1', stack => new ec2.CfnEgressOnlyInternetGateway(stack, 'Open', { vpcId: stack.network.vpc.vpcId })],
  ['NoCarrierGateway', 'L1', stack => new ec2.CfnCarrierGateway(stack, 'Open', { vpcId: stack.network.vpc.vpcId })],
  ['NoVpnGateway', 'attached', stack => new ec2.CfnVPCGatewayAttachment(stack, 'Open', { vpcId: stack.network.vpc.vpcId, vpnGatewayId: 'vgw-1' })],
  ['NoVpnGateway', 'L2', stack => (stack.network.vpc as ec2.Vpc).enableVpnGateway({ type: 'ipsec.1', vpnRoutePropagation: [{ subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] })],
  ['NoVpnGateway', 'propagated routes', stack =>
    new ec2.CfnVPNGatewayRoutePropagation(stack, 'Open', { routeTableIds: [stack.routeTableId], vpnGatewayId: 'vgw-1' })],
  ['NoTransitGateway', 'by VPC', stack =>
    new ec2.CfnTransitGatewayAttachment(stack, 'Open', { vpcId: stack.network.vpc.vpcId, subnetIds: ['subnet-1'], transitGatewayId: 'tgw-1' })],
  ['NoTransitGateway', 'by subnet', stack => new ec2.CfnTransitGatewayVpcAttachment(stack, 'Open', {
    vpcId: 'vpc-1', subnetIds: [stack.network.subnets[1].subnetId], transitGatewayId: 'tgw-1',
  })],
  ['NoVpcPeering', 'asking', stack => new ec2.CfnVPCPeeringConnection(stack, 'Open', { vpcId: stack.network.vpc.vpcId, peerVpcId: 'vpc-1' })],
  ['NoVpcPeering', 'asked', stack => new ec2.CfnVPCPeeringConnection(stack, 'Open', { vpcId: 'vpc-1', peerVpcId: stack.network.vpc.vpcId })],
  ['NoOtherAttachment', 'client VPN', stack =>
    new ec2.CfnClientVpnTargetNetworkAssociation(stack, 'Open', { clientVpnEndpointId: 'cvpn-1', subnetId: stack.network.subnets[0].subnetId })],
  ['NoOtherAttachment', 'Instance Connect', stack => new ec2.CfnInstanceConnectEndpoint(stack, 'Open', { subnetId: stack.network.subnets[0].subnetId })],
  ['NoRouteOut', 'to an internet gateway', stack =>
    new ec2.CfnRoute(stack, 'Open', { routeTableId: stack.routeTableId, destinationCidrBlock: ANYWHERE, gatewayId: 'igw-1' })],
  ['NoRouteOut', 'to IPv6', stack =>
    new ec2.CfnRoute(stack, 'Open', { routeTableId: stack.routeTableId, destinationIpv6CidrBlock: '::/0', egressOnlyInternetGatewayId: 'eigw-1' })],
  ['NoRouteOut', 'L2', stack => (stack.network.subnets[0] as ec2.Subnet).addRoute('Open', { routerType: ec2.RouterType.TRANSIT_GATEWAY, routerId: 'tgw-1' })],
  ['NoRouteOut', 'another route table for the subnet', stack => {
    const table = new ec2.CfnRouteTable(stack, 'Table', { vpcId: stack.network.vpc.vpcId });
    new ec2.CfnSubnetRouteTableAssociation(stack, 'Association', { routeTableId: table.ref, subnetId: stack.network.subnets[0].subnetId });
    new ec2.CfnRoute(stack, 'Open', { routeTableId: table.ref, destinationCidrBlock: '172.16.0.0/12', vpcPeeringConnectionId: 'pcx-1' });
  }],
  ['NoPublicIp', 'on launch', stack => stack.cfnSubnet.addPropertyOverride('MapPublicIpOnLaunch', true)],
  ['NoPublicIp', 'decided by a condition', stack => stack.cfnSubnet.addPropertyOverride('MapPublicIpOnLaunch', { 'Fn::If': ['Prod', false, true] })],
  ['NoPublicIp', 'IPv6', stack => stack.cfnSubnet.addPropertyOverride('AssignIpv6AddressOnCreation', 'true')],
  ['NoPublicIp', 'Elastic IP', stack => {
    const networkInterface = new ec2.CfnNetworkInterface(stack, 'Interface', { subnetId: stack.network.subnets[0].subnetId });
    new ec2.CfnEIPAssociation(stack, 'Open', { networkInterfaceId: networkInterface.ref, allocationId: 'eipalloc-1' });
  }],
  ['NoInboundTraffic', 'L2', stack => stack.network.connections.allowFromAnyIpv4(ec2.Port.tcp(22))],
  ['NoInboundTraffic', 'L1', stack =>
    new ec2.CfnSecurityGroupIngress(stack, 'Open', { groupId: stack.network.securityGroup.securityGroupId, ipProtocol: '-1', cidrIp: '10.0.0.0/8' })],
  ['NoInboundTraffic', 'escape hatch', stack => stack.cfnGroup.addPropertyOverride('SecurityGroupIngress', [{ IpProtocol: '-1', CidrIpv6: '::/0' }])],
  ['NoInboundTraffic', 'another group', stack => stack.network.connections.allowFrom(
    new ec2.SecurityGroup(stack, 'Other', { vpc: stack.network.vpc }), ec2.Port.tcp(443))],
  ['OutboundOnlyToS3AndSubnets', 'L2', stack => stack.network.connections.allowToAnyIpv4(ec2.Port.tcp(443))],
  ['OutboundOnlyToS3AndSubnets', 'IPv6', stack =>
    new ec2.CfnSecurityGroupEgress(stack, 'Open', { groupId: stack.network.securityGroup.securityGroupId, ipProtocol: '-1', cidrIpv6: '::/0' })],
  ['OutboundOnlyToS3AndSubnets', 'inline list removed', stack => stack.cfnGroup.addPropertyDeletionOverride('SecurityGroupEgress')],
  ['OutboundOnlyToS3AndSubnets', 'wider than the subnets', stack => stack.cfnGroup.addPropertyOverride('SecurityGroupEgress.0.CidrIp', '10.0.0.0/8')],
  ['OutboundOnlyToS3AndSubnets', 'a parameter', stack => stack.cfnGroup.addPropertyOverride('SecurityGroupEgress.0.CidrIp', { Ref: 'SomeCidr' })],
  ['OutboundOnlyToS3AndSubnets', 'a prefix list of the app', stack => {
    const list = new ec2.CfnPrefixList(stack, 'List', { addressFamily: 'IPv4', maxEntries: 1, prefixListName: 'all', entries: [{ cidr: ANYWHERE }] });
    new ec2.CfnSecurityGroupEgress(stack, 'Open', {
      groupId: stack.network.securityGroup.securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443, destinationPrefixListId: list.attrPrefixListId,
    });
  }],
  ['OutboundOnlyToS3AndSubnets', 'a prefix list other than that of S3', stack => new ec2.CfnSecurityGroupEgress(stack, 'Open', {
    groupId: stack.network.securityGroup.securityGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443, destinationPrefixListId: 'pl-1',
  })],
  ['S3EndpointOnlyForBuckets', 'no policy', stack => stack.cfnEndpoint.addPropertyDeletionOverride('PolicyDocument')],
  ['S3EndpointOnlyForBuckets', 'full access', stack =>
    stack.cfnEndpoint.addPropertyOverride('PolicyDocument', { Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }] })],
  ['S3EndpointOnlyForBuckets', 'any bucket', stack => (stack.network.s3Endpoint as ec2.GatewayVpcEndpoint).addToPolicy(
    new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: ['s3:PutObject'], resources: ['arn:aws:s3:::*/models/*'] }))],
  ['S3EndpointOnlyForBuckets', 'every other bucket', stack => stack.cfnEndpoint.addPropertyOverride('PolicyDocument.Statement.0', {
    Effect: 'Allow', Principal: '*', Action: 's3:*', NotResource: 'arn:aws:s3:::mine/*', Resource: { Ref: 'AWS::NoValue' },
  })],
  ['OtherEndpointsRestricted', 'no policy', stack => (stack.network.vpc as ec2.Vpc).addGatewayEndpoint('Open', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB })],
  ['OtherEndpointsRestricted', 'someone else\'s service', stack => new ec2.CfnVPCEndpoint(stack, 'Open', {
    vpcId: stack.network.vpc.vpcId, vpcEndpointType: 'Interface', serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
  })],
  ['OtherEndpointsRestricted', 'an appliance', stack => new ec2.CfnVPCEndpoint(stack, 'Open', {
    vpcId: stack.network.vpc.vpcId, vpcEndpointType: 'GatewayLoadBalancer', serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-1',
  })],
  ['BucketOnlyThroughEndpoint', 'no policy', stack => stack.cfnBucketPolicy.addOverride('Type', 'AWS::S3::AccessPoint')],
  ['BucketOnlyThroughEndpoint', 'a policy that may not exist', stack => stack.cfnBucketPolicy.addOverride('Condition', 'Prod')],
  ['BucketOnlyThroughEndpoint', 'a Deny turned to Allow', stack => stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement.0.Effect', 'Allow')],
  ['BucketOnlyThroughEndpoint', 'another endpoint', stack => stack.cfnBucketPolicy.addPropertyOverride(
    'PolicyDocument.Statement.0.Condition.StringNotEquals', { 'aws:SourceVpce': 'vpce-1' })],
  ['BucketOnlyThroughEndpoint', 'a Deny that a missing endpoint passes', stack => stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement.0.Condition',
    { StringNotEqualsIfExists: { 'aws:SourceVpce': { Ref: stack.getLogicalId(stack.cfnEndpoint) } } })],
  ['BucketOnlyThroughEndpoint', 'a further condition', stack => stack.cfnBucketPolicy.addPropertyOverride(
    'PolicyDocument.Statement.0.Condition.Bool', { 'aws:SecureTransport': 'false' })],
  ['BucketOnlyThroughEndpoint', 'everyone exempt', stack => stack.cfnBucketPolicy.addPropertyOverride(
    'PolicyDocument.Statement.0.Condition.ArnNotLike', { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' })],
  ['BucketOnlyThroughEndpoint', 'writing forgotten', stack => stack.cfnBucketPolicy.addPropertyOverride(
    'PolicyDocument.Statement.0.Action', ['s3:GetObject', 's3:ListBucket'])],
  ['BucketOnlyThroughEndpoint', 'objects forgotten', stack => stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement.0.Resource', stack.bucket.bucketArn)],
  ['BucketBlocksPublicAccess', 'three settings left out', stack => stack.cfnBucket.addOverride('Properties.PublicAccessBlockConfiguration', { IgnorePublicAcls: true, BlockPublicAcls: undefined, BlockPublicPolicy: false, RestrictPublicBuckets: undefined })],
  ['NoBridge', 'a notebook', stack => new CfnResource(stack, 'Open', {
    type: 'AWS::SageMaker::NotebookInstance', properties: { SubnetId: stack.network.subnets[0].subnetId, InstanceType: 'ml.t3.medium', RoleArn: 'arn:aws:iam::111122223333:role/r' },
  })],
  ['RolesOnlyForOwnAccount', 'anyone may assume the execution role', stack => stack.l1<iam.CfnRole>(stack.network.role as iam.Role)
    .addPropertyOverride('AssumeRolePolicyDocument.Statement.1', { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' })],
  ['BucketBlocksPublicAccess', 'one setting off', stack => stack.cfnBucket.addPropertyOverride('PublicAccessBlockConfiguration.IgnorePublicAcls', false)],
  ['BucketNotCopied', 'replication', stack => stack.cfnBucket.addPropertyOverride('ReplicationConfiguration', { Role: 'arn:aws:iam::111122223333:role/r', Rules: [] })],
  ['BucketNotCopied', 'website', stack => stack.cfnBucket.addPropertyOverride('WebsiteConfiguration', { IndexDocument: 'index.html' })],
  ['DefaultTenancy', 'dedicated', stack => stack.cfnVpc.addPropertyOverride('InstanceTenancy', 'dedicated')],
  ['DefaultTenancy', 'a parameter', stack => stack.cfnVpc.addPropertyOverride('InstanceTenancy', { Ref: 'Tenancy' })],
  ['DnsEnabled', 'support off', stack => stack.cfnVpc.addPropertyOverride('EnableDnsSupport', false)],
  ['DnsEnabled', 'host names off', stack => stack.cfnVpc.addPropertyDeletionOverride('EnableDnsHostnames')],
];

/** What looks like it, and opens nothing. */
export const ALLOWED: [what: string, change: (stack: PrivateStack) => void][] = [
  ['exempt principals', stack => stack.network.allowOutsideEndpoint(new iam.Role(stack, 'Hosting', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }))],
  ['a part of a subnet\'s addresses', stack => stack.cfnGroup.addPropertyOverride('SecurityGroupEgress.0.CidrIp', '10.0.0.0/28')],
  ['an internet gateway of another VPC', stack => new ec2.Vpc(stack, 'Other', { natGateways: 1 })],
  ['a bucket that no job uses', stack => new s3.Bucket(stack, 'Website', { websiteIndexDocument: 'index.html', blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY })],
  ['a bucket without a word on public access', stack => stack.cfnBucket.addPropertyDeletionOverride('PublicAccessBlockConfiguration')],
  ['a second network', stack => new PrivateStack(stack.node.root, 'Second')],
];
