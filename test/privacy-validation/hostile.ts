import { CfnOutput, CfnResource, CustomResource, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as cr from 'aws-cdk-lib/custom-resources';
import { PrivateStack } from './private-app';
import { anyText, ANYWHERE, attribute, deny, denial, endpointPolicy, idOf, interfaceEndpoint, maybe, raw } from './template-changes';

/** Ways past the rules, for an attacker who knows them. */
export const HOSTILE: [rule: string, verdict: 'fail' | 'unknown', how: string, open: (stack: PrivateStack) => void][] = [
  ['NoInternetGateway', 'fail', 'the VPC by an attribute', stack =>
    raw(stack, 'AWS::EC2::VPCGatewayAttachment', { VpcId: attribute(stack.network.vpc, 'VpcId'), InternetGatewayId: 'igw-1' })],
  ['NoInternetGateway', 'fail', 'the VPC by Fn::Sub', stack =>
    raw(stack, 'AWS::EC2::VPCGatewayAttachment', { VpcId: { 'Fn::Sub': `\${${idOf(stack.network.vpc)}}` }, InternetGatewayId: 'igw-1' })],
  ['NoInternetGateway', 'fail', 'the VPC split and joined', stack => raw(stack, 'AWS::EC2::VPCGatewayAttachment', {
    VpcId: { 'Fn::Select': [1, { 'Fn::Split': ['|', { 'Fn::Join': ['|', ['a', stack.network.vpc.vpcId]] }] }] }, InternetGatewayId: 'igw-1',
  })],
  ['NoInternetGateway', 'fail', 'the VPC through a parameter of Systems Manager', stack => raw(stack, 'AWS::EC2::VPCGatewayAttachment', {
    VpcId: new ssm.StringParameter(stack, 'Parameter', { stringValue: stack.network.vpc.vpcId }).stringValue, InternetGatewayId: 'igw-1',
  })],
  ['NoInternetGateway', 'fail', 'one of two VPCs', stack =>
    raw(stack, 'AWS::EC2::VPCGatewayAttachment', { VpcId: maybe('vpc-1', stack.network.vpc.vpcId), InternetGatewayId: 'igw-1' })],
  ['NoInternetGateway', 'fail', 'from another stack', stack => raw(new Stack(stack.node.root, 'Elsewhere'), 'AWS::EC2::VPCGatewayAttachment', {
    VpcId: stack.network.vpc.vpcId, InternetGatewayId: 'igw-1',
  })],
  ['NoInternetGateway', 'fail', 'through an export with a joined name', stack => {
    const name = Fn.join('-', ['vpc', Fn.ref('AWS::Region')]);
    new CfnOutput(stack, 'Out', { value: stack.network.vpc.vpcId, exportName: name });
    raw(new Stack(stack.node.root, 'Elsewhere'), 'AWS::EC2::VPCGatewayAttachment', { VpcId: { 'Fn::ImportValue': name }, InternetGatewayId: 'igw-1' });
  }],
  ['NoInternetGateway', 'unknown', 'a VPC that a custom resource looks up', stack => raw(stack, 'AWS::EC2::VPCGatewayAttachment', {
    VpcId: new CustomResource(stack, 'Lookup', { serviceToken: 'arn:aws:lambda:us-east-1:111122223333:function:lookup' }).getAttString('VpcId'), InternetGatewayId: 'igw-1',
  })],
  ['NoInternetGateway', 'unknown', 'a VPC by parameter', stack =>
    raw(stack, 'AWS::EC2::VPCGatewayAttachment', { VpcId: anyText(stack), InternetGatewayId: 'igw-1' })],
  ['NoNatGateway', 'fail', 'in a subnet by an attribute', stack =>
    raw(stack, 'AWS::EC2::NatGateway', { SubnetId: attribute(stack.network.subnets[0], 'SubnetId') })],
  ['NoOtherAttachment', 'fail', 'a resource gateway of VPC Lattice', stack =>
    raw(stack, 'AWS::VpcLattice::ResourceGateway', { VpcIdentifier: stack.network.vpc.vpcId, SubnetIds: [stack.network.subnets[0].subnetId] })],
  ['NoOtherAttachment', 'fail', 'a profile of Route 53', stack =>
    raw(stack, 'AWS::Route53Profiles::ProfileAssociation', { ProfileId: 'rp-1', ResourceId: stack.network.vpc.vpcId })],
  ['NoRouteOut', 'fail', 'in a nested stack', stack => raw(new NestedStack(stack, 'Nested'), 'AWS::EC2::Route', {
    RouteTableId: stack.routeTableId, DestinationCidrBlock: ANYWHERE, TransitGatewayId: 'tgw-1',
  })],
  ['NoRouteOut', 'fail', 'the table by an attribute', stack => raw(stack, 'AWS::EC2::Route', {
    RouteTableId: Fn.getAtt((stack.network.subnets[0].node.findChild('RouteTable') as any).logicalId, 'RouteTableId').toString(),
    DestinationCidrBlock: ANYWHERE,
    GatewayId: 'igw-1',
  })],
  ['NoRouteOut', 'fail', 'a gateway that may be "local"', stack => raw(stack, 'AWS::EC2::Route', {
    RouteTableId: stack.routeTableId, DestinationCidrBlock: '10.1.0.0/16', GatewayId: maybe('local', 'igw-1'),
  })],
  ['NoRouteOut', 'unknown', 'a route table that the app does not make', stack =>
    (stack.network.subnets[0].node.findChild('RouteTableAssociation') as CfnResource).addPropertyOverride('RouteTableId', 'rtb-1')],
  ['NoRouteOut', 'unknown', 'an open table for a subnet by parameter', stack => {
    const table = new ec2.CfnRouteTable(stack, 'Table', { vpcId: stack.network.vpc.vpcId });
    raw(stack, 'AWS::EC2::SubnetRouteTableAssociation', { SubnetId: anyText(stack), RouteTableId: table.ref });
    raw(stack, 'AWS::EC2::Route', { RouteTableId: table.ref, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'Route');
  }],
  ['NoPublicIp', 'fail', 'on an instance with interfaces of its own', stack => {
    const instance = raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: [{ DeviceIndex: '0', SubnetId: stack.network.subnets[0].subnetId }] }, 'Instance');
    raw(stack, 'AWS::EC2::EIP', { InstanceId: instance.ref });
  }],
  ['NoPublicIp', 'fail', 'on a load balancer', stack =>
    raw(stack, 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: [stack.network.subnets[0].subnetId, stack.network.subnets[1].subnetId] })],
  ['NoPublicIp', 'fail', 'on a container', stack => raw(stack, 'AWS::ECS::Service', {
    NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'ENABLED', Subnets: [stack.network.subnets[0].subnetId] } },
  })],
  ['OutboundOnlyToS3AndSubnets', 'fail', 'two peers in one rule', stack => stack.cfnGroup.addPropertyOverride('SecurityGroupEgress.0.CidrIpv6', '::/0')],
  ['OutboundOnlyToS3AndSubnets', 'fail', 'a joined CIDR', stack =>
    stack.cfnGroup.addPropertyOverride('SecurityGroupEgress.0.CidrIp', { 'Fn::Join': ['/', ['0.0.0.0', '0']] })],
  ['OutboundOnlyToS3AndSubnets', 'fail', 'rules that may be gone', stack =>
    stack.cfnGroup.addPropertyOverride('SecurityGroupEgress', maybe([{ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32', FromPort: 252, ToPort: 86 }]))],
  ['OutboundOnlyToS3AndSubnets', 'fail', 'each rule may be gone', stack =>
    stack.cfnGroup.addPropertyOverride('SecurityGroupEgress', [maybe({ IpProtocol: 'icmp', CidrIp: '255.255.255.255/32', FromPort: 252, ToPort: 86 })])],
  ['OutboundOnlyToS3AndSubnets', 'fail', 'a rule of its own in a nested stack', stack => raw(new NestedStack(stack, 'Nested'), 'AWS::EC2::SecurityGroupEgress', {
    GroupId: stack.network.securityGroup.securityGroupId, IpProtocol: '-1', CidrIp: ANYWHERE,
  })],
  ['OutboundOnlyToS3AndSubnets', 'unknown', 'a rule for a group by parameter', stack =>
    raw(stack, 'AWS::EC2::SecurityGroupEgress', { GroupId: anyText(stack), IpProtocol: '-1', CidrIp: ANYWHERE })],
  ['NoInboundTraffic', 'unknown', 'a rule for a group by ID', stack =>
    raw(stack, 'AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-1', IpProtocol: '-1', CidrIp: ANYWHERE })],
  ['S3EndpointOnlyForBuckets', 'fail', 'a policy that may be gone', stack => stack.cfnEndpoint.addPropertyOverride('PolicyDocument', maybe({ Statement: [] }))],
  ['S3EndpointOnlyForBuckets', 'fail', 'any access point', stack =>
    endpointPolicy(stack, { Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:us-east-1:444455556666:accesspoint/*' })],
  ['S3EndpointOnlyForBuckets', 'fail', 'a bucket by parameter', stack =>
    endpointPolicy(stack, { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: Fn.join('', ['arn:aws:s3:::', anyText(stack), '/*']) })],
  ['S3EndpointOnlyForBuckets', 'fail', 'an effect that may be Allow', stack =>
    endpointPolicy(stack, { Effect: maybe('Allow', 'Deny'), Principal: '*', Action: 's3:*', Resource: '*' })],
  ['S3EndpointOnlyForBuckets', 'fail', 'NotAction', stack =>
    endpointPolicy(stack, { Effect: 'Allow', Principal: '*', NotAction: 's3:DeleteObject', Resource: 'arn:aws:s3:::mine/*' })],
  ['S3EndpointOnlyForBuckets', 'fail', 'NotPrincipal and any bucket', stack =>
    endpointPolicy(stack, { Effect: 'Allow', NotPrincipal: { AWS: '111122223333' }, Action: 's3:PutObject', Resource: '*' })],
  ['S3EndpointOnlyForBuckets', 'fail', 'a statement from elsewhere', stack =>
    endpointPolicy(stack, { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://elsewhere/statement.json' } } })],
  ['OtherEndpointsRestricted', 'fail', 'every action, under a condition that always holds', stack =>
    interfaceEndpoint(stack, 'sqs', { Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } })],
  ['OtherEndpointsRestricted', 'fail', 'every action of a service', stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*' })],
  ['OtherEndpointsRestricted', 'fail', 'anyone\'s queue', stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:SendMessage', Resource: '*' })],
  ['OtherEndpointsRestricted', 'fail', 'S3 by an interface', stack => interfaceEndpoint(stack, 's3', { Action: 's3:PutObject', Resource: 'arn:aws:s3:::*/*' })],
  ['OtherEndpointsRestricted', 'fail', 'a type that may be another', stack => interfaceEndpoint(stack, 'sqs',
    { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:111122223333:mine' }, { VpcEndpointType: maybe('Interface', 'GatewayLoadBalancer') })],
  ['OtherEndpointsRestricted', 'fail', 'a policy that may be gone', stack =>
    interfaceEndpoint(stack, 'sqs', undefined, { PolicyDocument: maybe({ Statement: [] }) })],
  ['OtherEndpointsRestricted', 'unknown', 'in a VPC by parameter', stack => interfaceEndpoint(stack, 'sqs', undefined, { VpcId: anyText(stack) })],
  ['BucketOnlyThroughEndpoint', 'fail', 'a Deny that may be gone', stack => stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement.0', maybe(denial(stack)))],
  ['BucketOnlyThroughEndpoint', 'fail', 'one of two documents', stack =>
    stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument', maybe({ Statement: [denial(stack)] }, { Statement: [] }))],
  ['BucketOnlyThroughEndpoint', 'fail', 'objects that may be others', stack => deny(stack, { Resource: maybe(denial(stack).Resource, 'arn:aws:s3:::other/*') })],
  ['BucketOnlyThroughEndpoint', 'fail', 'actions that may be others', stack => deny(stack, { Action: maybe('s3:*', 's3:DeleteBucket') })],
  ['BucketOnlyThroughEndpoint', 'fail', 'principals that may be others', stack => deny(stack, { Principal: maybe('*', { AWS: '444455556666' }) })],
  ['BucketOnlyThroughEndpoint', 'fail', 'an effect that may be Allow', stack => deny(stack, { Effect: maybe('Deny', 'Allow') })],
  ['BucketOnlyThroughEndpoint', 'fail', 'NotPrincipal', stack => deny(stack, { Principal: undefined, NotPrincipal: { AWS: '444455556666' } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'a condition that never holds', stack =>
    deny(stack, { Condition: { ...denial(stack).Condition, StringEquals: { 'aws:PrincipalAccount': '000000000000' } } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'a date that has passed', stack =>
    deny(stack, { Condition: { ...denial(stack).Condition, DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'an endpoint by parameter', stack => deny(stack, { Condition: { StringNotEquals: { 'aws:SourceVpce': anyText(stack) } } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'an exemption by parameter', stack =>
    deny(stack, { Condition: { ...denial(stack).Condition, ArnNotLike: { 'aws:PrincipalArn': anyText(stack) } } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'old versions forgotten', stack => deny(stack, { Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'] })],
  ['BucketOnlyThroughEndpoint', 'fail', 'a second policy that replaces it', stack =>
    new s3.CfnBucketPolicy(stack, 'Second', { bucket: stack.bucket.bucketName, policyDocument: { Statement: [] } })],
  ['BucketOnlyThroughEndpoint', 'fail', 'a second policy by name', stack => {
    stack.cfnBucket.bucketName = 'models-111122223333';
    new s3.CfnBucketPolicy(stack, 'Second', { bucket: 'models-111122223333', policyDocument: { Statement: [] } });
  }],
  ['BucketOnlyThroughEndpoint', 'fail', 'others may change the policy', stack => stack.bucket.addToResourcePolicy(
    new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: ['s3:Put*'], resources: [stack.bucket.bucketArn] }))],
  ['BucketBlocksPublicAccess', 'fail', 'a block that may be gone', stack => stack.cfnBucket.addPropertyOverride('PublicAccessBlockConfiguration',
    maybe({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true }))],
  ['BucketBlocksPublicAccess', 'fail', 'a setting that may be gone', stack =>
    stack.cfnBucket.addPropertyOverride('PublicAccessBlockConfiguration.BlockPublicPolicy', maybe(true))],
  ['DefaultTenancy', 'fail', 'one of two', stack => stack.cfnVpc.addPropertyOverride('InstanceTenancy', maybe('default', 'dedicated'))],
  ['DnsEnabled', 'fail', 'a setting that may be gone', stack => stack.cfnVpc.addPropertyOverride('EnableDnsHostnames', maybe(true))],
  ['DnsEnabled', 'fail', 'a resolver elsewhere', stack => {
    const options = new ec2.CfnDHCPOptions(stack, 'Options', { domainNameServers: ['198.51.100.1'] });
    new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Open', { vpcId: stack.network.vpc.vpcId, dhcpOptionsId: options.ref });
  }],
  ['JobInPrivateSubnets', 'fail', 'a network that may be gone', stack => stack.cfnJob.addPropertyOverride('Request.VpcConfig', maybe({ Subnets: ['subnet-1'] }))],
  ['JobInPrivateSubnets', 'fail', 'a job by a call of the API', stack => new cr.AwsCustomResource(stack, 'Open', {
    onCreate: {
      service: 'SageMaker',
      action: 'createCompilationJob',
      parameters: { CompilationJobName: 'open', RoleArn: 'arn:aws:iam::111122223333:role/r' },
      physicalResourceId: cr.PhysicalResourceId.of('open'),
    },
    policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
  })],
  ['JobInPrivateSubnets', 'fail', 'a job by a schedule', stack => raw(stack, 'AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'rate(1 day)',
    Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sagemaker:createCompilationJob', RoleArn: 'arn:aws:iam::111122223333:role/r', Input: '{"CompilationJobName":"open"}' },
  })],
  ['JobInPrivateSubnets', 'fail', 'a job by a name that is put in later', stack => raw(stack, 'AWS::StepFunctions::StateMachine', {
    DefinitionString: '{"States": {"Compile": {"Type": "Task", "Resource": "${What}", "Parameters": {}}}}',
    DefinitionSubstitutions: { What: { 'Fn::Join': [':', ['arn:aws:states::', 'aws-sdk:sagemaker:createCompilationJob']] } },
  })],
  ['TemplatesVisible', 'unknown', 'a nested stack of another template', stack => {
    const nested = new NestedStack(stack, 'Nested');
    new CfnResource(nested, 'Handle', { type: 'AWS::CloudFormation::WaitConditionHandle' });
    nested.nestedStackResource!.addPropertyOverride('TemplateURL', 'https://s3.amazonaws.com/elsewhere/template.json');
  }],
  ['TemplatesVisible', 'unknown', 'a part of a property from elsewhere', stack => stack.cfnVpc.addPropertyOverride('Tags',
    [{ 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://elsewhere/tags.json' } } }])],
  ['TemplatesVisible', 'fail', 'a call of the API that changes the network', stack => new cr.AwsCustomResource(stack, 'Open', {
    onCreate: {
      service: 'EC2',
      action: 'createRoute',
      parameters: { RouteTableId: stack.routeTableId, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' },
      physicalResourceId: cr.PhysicalResourceId.of('open'),
    },
    policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
  })],
];

/** The nearest things that open nothing. */
export const NOT_HOSTILE: [what: string, change: (stack: PrivateStack) => void][] = [
  ['two documents that both lock the bucket', stack => stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument',
    maybe({ Statement: [denial(stack)] }, { Statement: [denial(stack), { ...denial(stack), Sid: 'Again' }] }))],
  ['an endpoint for resources of the account', stack => interfaceEndpoint(stack, 'sqs', {
    Action: 'sqs:*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } },
  })],
  ['S3 by an interface, for one bucket', stack => interfaceEndpoint(stack, 's3', { Action: 's3:GetObject', Resource: stack.bucket.arnForObjects('*') })],
  ['a load balancer without a public address', stack =>
    raw(stack, 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Subnets: [stack.network.subnets[0].subnetId] })],
  ['DHCP options of AWS', stack => {
    const options = new ec2.CfnDHCPOptions(stack, 'Options', { domainNameServers: ['AmazonProvidedDNS'] });
    new ec2.CfnVPCDHCPOptionsAssociation(stack, 'Association', { vpcId: stack.network.vpc.vpcId, dhcpOptionsId: options.ref });
  }],
  ['an owner of the bucket\'s policy', stack => stack.bucket.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.Role(stack, 'Owner', { assumedBy: new iam.AccountRootPrincipal() })], actions: ['s3:PutBucketPolicy'], resources: [stack.bucket.bucketArn],
  }))],
  ['a call that reads, and one of another service', stack => ['describeVpcs of EC2', 'putParameter of SSM'].forEach(call => new cr.AwsCustomResource(stack, call, {
    onCreate: { action: call.split(' ')[0], service: call.split(' ')[2], parameters: {}, physicalResourceId: cr.PhysicalResourceId.of('call') },
    policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
  }))],
];
