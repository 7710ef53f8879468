import { CfnOutput, type CfnResource, Fn, NestedStack, type Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, type CfnRole, type IPrincipal, PolicyStatement, Role, ServicePrincipal, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { OWN_ACCOUNT, type Pair } from './pair';
import type { PrivateStack } from './private-app';
import { anyText, ANYWHERE, denial, deny, idOf, interfaceEndpoint, raw } from './template-changes';

type Change = Pair['hostile'];

const LOG_ROLE = 'arn:aws:iam::111122223333:role/r';
const subnetOf = (stack: PrivateStack) => stack.network.subnets[0].subnetId;
const groupOf = (stack: PrivateStack) => stack.network.securityGroup.securityGroupId;
const attach = (stack: Stack, VpcId: unknown) => raw(stack, 'AWS::EC2::VPCGatewayAttachment', { VpcId, InternetGatewayId: 'igw-1' });
const otherVpc = (stack: Stack) => raw(stack, 'AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' }, 'OtherVpc');

/** A subnet of another VPC, with or without a way out. */
function otherSubnet(stack: Stack, isOpen: boolean): CfnResource {
  const subnet = raw(stack, 'AWS::EC2::Subnet', { VpcId: otherVpc(stack).ref, CidrBlock: '10.9.0.0/24' }, 'OtherSubnet');
  const table = raw(stack, 'AWS::EC2::RouteTable', { VpcId: Fn.ref('OtherVpc') }, 'OtherTable');
  raw(stack, 'AWS::EC2::SubnetRouteTableAssociation', { SubnetId: subnet.ref, RouteTableId: table.ref }, 'OtherAssociation');
  if (isOpen) { raw(stack, 'AWS::EC2::Route', { RouteTableId: table.ref, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'OtherRoute'); }
  return subnet;
}

function sharedVpc(stack: Stack) {
  return new Vpc(stack, 'Shared', { maxAzs: 2, subnetConfiguration: [{ name: 'Web', subnetType: SubnetType.PUBLIC }, { name: 'Neo', subnetType: SubnetType.PRIVATE_ISOLATED }] });
}

function bothSides<T>(rule: string, name: string, [hostile, harmless]: [T, T], change: (value: T) => Change, more: Partial<Pair> = {}): Pair {
  return { name, rule, hostile: change(hostile), harmless: change(harmless), ...more };
}

/** The same ID in other words. */
const IDS: Pair[] = [
  bothSides('NoInternetGateway', 'a VPC\'s ID, split and joined again', [true, false], isOurs => stack =>
    attach(stack, { 'Fn::Join': ['-', { 'Fn::Split': ['-', isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref] }] })),
  {
    name: 'a VPC\'s ID, split by something else than it is joined by',
    rule: 'NoInternetGateway',
    hostile: stack => attach(stack, { 'Fn::Join': ['', { 'Fn::Split': ['|', stack.network.vpc.vpcId] }] }),
    harmless: stack => attach(stack, { 'Fn::Join': ['|', { 'Fn::Split': ['|', otherVpc(stack).ref] }] }),
  },
  bothSides('NoInternetGateway', 'a VPC through a dynamic reference to a parameter of the app', [true, false], isOurs => stack => {
    const parameter = new StringParameter(stack, 'Parameter', { stringValue: isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref });
    attach(stack, { 'Fn::Sub': `{{resolve:ssm:\${${idOf(parameter)}}}}` });
  }),
  bothSides('NoInternetGateway', 'a VPC through a parameter with a computed name', [true, false], isOurs => (stack, other) => {
    raw(stack, 'AWS::SSM::Parameter', { Type: 'String', Name: Fn.sub('/net/${AWS::Region}'), Value: isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref }, 'Parameter');
    attach(other, Fn.sub('{{resolve:ssm:/net/${AWS::Region}}}'));
  }),
  bothSides('NoInternetGateway', 'an attribute that repeats a property', [true, false], isOurs => stack => {
    const ResourceId = isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref;
    raw(stack, 'AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation', { ResourceId, ResolverQueryLogConfigId: 'rqlc-1' }, 'Logging');
    attach(stack, { 'Fn::GetAtt': ['Logging', 'ResourceId'] });
  }),
  bothSides('NoInternetGateway', 'the VPC through the output of a nested stack', [true, false], isOurs => stack => {
    const nested = new NestedStack(stack, 'Nested');
    raw(nested, 'AWS::CloudFormation::WaitConditionHandle', {}, 'Handle');
    new CfnOutput(nested, 'Vpc', { value: isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref });
    attach(stack, { 'Fn::GetAtt': [stack.resolve(nested.nestedStackResource!.logicalId), 'Outputs.Vpc'] });
  }),
  {
    name: 'the VPC of a resource whose network is not in its properties',
    rule: 'NoInternetGateway',
    hostile: stack => {
      raw(stack, 'AWS::RDS::DBInstance', { DBInstanceClass: 'db.t4g.micro' }, 'Database');
      attach(stack, { 'Fn::GetAtt': ['Database', 'VpcId'] });
    },
    harmless: stack => {
      raw(stack, 'AWS::RDS::DBInstance', { DBInstanceClass: 'db.t4g.micro', SecurityGroupId: raw(stack, 'AWS::EC2::SecurityGroup', { VpcId: otherVpc(stack).ref }, 'OtherGroup').ref }, 'Database');
      attach(stack, { 'Fn::GetAtt': ['Database', 'VpcId'] });
    },
  },
];

const balancer = (stack: PrivateStack, isInside: boolean) =>
  raw(stack, 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Type: 'network', Scheme: 'internal', Subnets: [isInside ? subnetOf(stack) : otherSubnet(stack, false).ref] }, 'Balancer');
const door = (type: string, properties: (balancer: CfnResource) => object): Pair =>
  bothSides('NoBridge', `${type} in front of a load balancer`, [true, false], isInside => stack => raw(stack, type, { ...properties(balancer(stack, isInside)) }), {
    network: stack => ({ vpc: sharedVpc(stack) }),
  });

function database(stack: PrivateStack, type: string, group: string, name: string, isPublic: boolean) {
  raw(stack, `AWS::${type.split('::')[0]}::${group}`, { SubnetIds: [subnetOf(stack)] }, 'Group');
  raw(stack, `AWS::${type}`, { [name]: Fn.ref('Group'), PubliclyAccessible: isPublic });
}

function container(stack: PrivateStack, AssignPublicIp: string) {
  return { TaskDefinitionArn: 'task', NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [subnetOf(stack)], AssignPublicIp } } };
}

/** Workloads whose place, or whose door, another resource says. */
const WORKLOADS: Pair[] = [
  door('AWS::ApiGateway::VpcLink', ({ ref }) => ({ TargetArns: [ref] })),
  door('AWS::CloudFront::VpcOrigin', ({ ref }) => ({ VpcOriginEndpointConfig: { Arn: ref, Name: 'models' } })),
  door('AWS::GlobalAccelerator::EndpointGroup', ({ ref }) => ({ ListenerArn: 'listener', EndpointConfigurations: [{ EndpointId: ref }] })),
  door('AWS::EC2::VerifiedAccessEndpoint', ({ ref }) => ({ LoadBalancerOptions: { LoadBalancerArn: ref } })),
  door('AWS::EC2::VPCEndpointService', ({ ref }) => ({ NetworkLoadBalancerArns: [Fn.sub('${Arn}', { Arn: ref })] })),
  bothSides('NoBridge', 'a public URL of a function by its name', ['proxy', 'another'], name => stack => {
    raw(stack, 'AWS::Lambda::Function', { FunctionName: 'proxy', VpcConfig: { SubnetIds: [subnetOf(stack)], SecurityGroupIds: ['sg-1'] } }, 'Function');
    raw(stack, 'AWS::Lambda::Url', { TargetFunctionArn: `arn:aws:lambda:us-east-1:111122223333:function:${name}:live`, AuthType: 'NONE' });
  }),
  bothSides<object>('NoBridge', 'a function that any principal may invoke', [{}, { PrincipalOrgID: 'o-a1b2c3d4e5' }], limit => stack => {
    raw(stack, 'AWS::Lambda::Function', { VpcConfig: { SubnetIds: [subnetOf(stack)], SecurityGroupIds: ['sg-1'] } }, 'Function');
    raw(stack, 'AWS::Lambda::Permission', { FunctionName: Fn.ref('Function'), Action: 'lambda:InvokeFunction', Principal: '*', ...limit });
  }),
  bothSides('NoBridge', 'a database in a subnet group', [true, false], isPublic => stack => database(stack, 'RDS::DBInstance', 'DBSubnetGroup', 'DBSubnetGroupName', isPublic)),
  bothSides('NoBridge', 'a replication instance, which is public by default', [undefined, false] as [any, any], isPublic => stack =>
    database(stack, 'DMS::ReplicationInstance', 'ReplicationSubnetGroup', 'ReplicationSubnetGroupIdentifier', isPublic)),
  bothSides('NoBridge', 'an instance with two interfaces by ID', [true, false], isOpen => stack => {
    raw(stack, 'AWS::EC2::NetworkInterface', { SubnetId: subnetOf(stack) }, 'Inner');
    raw(stack, 'AWS::EC2::NetworkInterface', { SubnetId: otherSubnet(stack, isOpen).ref }, 'Outer');
    raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: ['Inner', 'Outer'].map((id, index) => ({ NetworkInterfaceId: Fn.ref(id), DeviceIndex: String(index) })) });
  }),
  bothSides('NoBridge', 'an instance elsewhere to which an interface is attached', [true, false], isOpen => stack => {
    raw(stack, 'AWS::EC2::Instance', { SubnetId: otherSubnet(stack, isOpen).ref }, 'Instance');
    raw(stack, 'AWS::EC2::NetworkInterface', { SubnetId: subnetOf(stack) }, 'Inner');
    raw(stack, 'AWS::EC2::NetworkInterfaceAttachment', { InstanceId: Fn.ref('Instance'), NetworkInterfaceId: Fn.ref('Inner'), DeviceIndex: '1' });
  }),
  bothSides('NoBridge', 'an instance elsewhere with an interface in the group of the jobs', [true, false], isOpen => stack =>
    raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: [{ SubnetId: otherSubnet(stack, isOpen).ref, GroupSet: [groupOf(stack)], DeviceIndex: '0' }] })),
  bothSides('NoBridge', 'a group of instances', [true, false], isOpen => stack =>
    raw(stack, 'AWS::AutoScaling::AutoScalingGroup', { VPCZoneIdentifier: [subnetOf(stack), otherSubnet(stack, isOpen).ref] })),
  {
    name: 'an instance that also stands in a subnet of another app',
    rule: 'NoBridge',
    verdict: 'unknown',
    hostile: stack => raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: [subnetOf(stack), 'subnet-1'].map(SubnetId => ({ SubnetId, AssociatePublicIpAddress: false })) }),
    harmless: stack => raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: stack.network.subnets.map(({ subnetId }) => ({ SubnetId: subnetId, AssociatePublicIpAddress: false })) }),
  },
  bothSides('NoPublicIp', 'a group of instances from a template', [true, false], AssociatePublicIpAddress => stack => {
    raw(stack, 'AWS::EC2::LaunchTemplate', { LaunchTemplateData: { NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress }] } }, 'Template');
    raw(stack, 'AWS::AutoScaling::AutoScalingGroup', { VPCZoneIdentifier: [subnetOf(stack)], LaunchTemplate: { LaunchTemplateId: Fn.ref('Template'), Version: '1' } });
  }),
  bothSides('NoPublicIp', 'a schedule that runs a container', ['ENABLED', 'DISABLED'], address => stack => raw(stack, 'AWS::Scheduler::Schedule', {
    Target: { Arn: 'arn:aws:ecs:us-east-1:111122223333:cluster/c', RoleArn: LOG_ROLE, EcsParameters: container(stack, address) },
  })),
  {
    name: 'a state machine that runs a container in the subnets',
    rule: 'NoBridge',
    verdict: 'unknown',
    hostile: stack => machine(stack, 'arn:aws:states:::ecs:runTask', container(stack, 'ENABLED')),
    harmless: stack => machine(stack, 'arn:aws:states:::ecs:runTask', { TaskDefinition: 'task' }),
  },
  {
    name: 'a resource of a custom type in the subnets',
    rule: 'NoBridge',
    verdict: 'unknown',
    hostile: stack => raw(stack, 'Custom::Notebook', { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:f', SubnetId: subnetOf(stack) }),
    harmless: stack => raw(stack, 'Custom::Notebook', { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:f', SubnetId: otherSubnet(stack, false).ref }),
  },
  {
    name: 'a security group that is shared',
    rule: 'NoOtherAttachment',
    hostile: stack => share(stack, groupOf(stack)),
    harmless: stack => share(stack, raw(stack, 'AWS::EC2::SecurityGroup', { VpcId: otherVpc(stack).ref }, 'OtherGroup').ref),
  },
  bothSides('NoOtherAttachment', 'a target group of VPC Lattice', [true, false], isOurs => stack =>
    raw(stack, 'AWS::VpcLattice::TargetGroup', { Type: 'IP', Config: { VpcIdentifier: isOurs ? stack.network.vpc.vpcId : otherVpc(stack).ref } })),
  bothSides('NoTransitGateway', 'a multicast domain', [true, false], isOurs => stack => raw(stack, 'AWS::EC2::TransitGatewayMulticastDomainAssociation', {
    SubnetId: isOurs ? subnetOf(stack) : otherSubnet(stack, true).ref, TransitGatewayAttachmentId: 'tgw-attach-1', TransitGatewayMulticastDomainId: 'domain',
  })),
  bothSides('DnsEnabled', 'DHCP options for a VPC by parameter', ['198.51.100.1', 'AmazonProvidedDNS'], server => stack => resolveBy(stack, server, anyText(stack)), { verdict: 'unknown' }),
  bothSides('DnsEnabled', 'DHCP options for an imported VPC', ['198.51.100.1', 'AmazonProvidedDNS'], server => stack => resolveBy(stack, server, 'vpc-1'), {
    network: stack => ({ vpc: Vpc.fromVpcAttributes(stack, 'Existing', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetRouteTableIds: ['rtb-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24'] }) }),
    next: 'unknown',
  }),
  bothSides('NoBridge', 'a rule that runs a container elsewhere with the group of the jobs', [true, false], isOpen => stack => raw(stack, 'AWS::Events::Rule', {
    Targets: [{ Id: 'target', EcsParameters: { NetworkConfiguration: { AwsVpcConfiguration: { Subnets: [otherSubnet(stack, isOpen).ref], SecurityGroups: [groupOf(stack)] } } } }],
  })),
  bothSides('NoOtherAttachment', 'a rule of the resolver', ['FORWARD', 'SYSTEM'], RuleType => stack => {
    raw(stack, 'AWS::Route53Resolver::ResolverRule', { RuleType, DomainName: 'example.com' }, 'Rule');
    raw(stack, 'AWS::Route53Resolver::ResolverRuleAssociation', { VPCId: stack.network.vpc.vpcId, ResolverRuleId: Fn.ref('Rule') });
  }),
  bothSides('OutboundOnlyToS3AndSubnets', 'egress to addresses that are added to a VPC', [true, false], isElsewhere => stack => {
    raw(stack, 'AWS::EC2::VPCCidrBlock', { VpcId: isElsewhere ? otherVpc(stack).ref : stack.network.vpc.vpcId, CidrBlock: '10.77.0.0/16' }, 'Addresses');
    raw(stack, 'AWS::EC2::SecurityGroupEgress', { GroupId: groupOf(stack), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.77.1.0/24' });
  }),
];

function resolveBy(stack: Stack, server: string, VpcId: string) {
  raw(stack, 'AWS::EC2::DHCPOptions', { DomainNameServers: [server] }, 'Options');
  raw(stack, 'AWS::EC2::VPCDHCPOptionsAssociation', { VpcId, DhcpOptionsId: Fn.ref('Options') });
}

function machine(stack: Stack, Resource: string, Parameters: object, more: object = {}) {
  return raw(stack, 'AWS::StepFunctions::StateMachine', { RoleArn: LOG_ROLE, DefinitionString: stack.toJsonString({ States: { Go: { Type: 'Task', Resource, Parameters } } }), ...more });
}

function share(stack: Stack, group: string) {
  return raw(stack, 'AWS::RAM::ResourceShare', { ResourceArns: [Fn.sub('arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:security-group/${Group}', { Group: group })] });
}

function addTrust(stack: PrivateStack, statement: object) {
  stack.l1<CfnRole>(stack.network.role as Role).addPropertyOverride('AssumeRolePolicyDocument.Statement.1', { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement });
}

const exempt = (stack: PrivateStack, arn: unknown) => deny(stack, { Condition: { ...denial(stack).Condition, ArnNotLike: { 'aws:PrincipalArn': arn } } });
const answered = (stack: Stack) => raw(stack, 'Custom::Answer', { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:f' }, 'Answer');
const anyoneOrLambda: [IPrincipal, IPrincipal] = [new AnyPrincipal(), new ServicePrincipal('lambda.amazonaws.com')];

/** Roles that lead to roles, and principals that only look like one's own. */
const ROLES: Pair[] = [
  bothSides('RolesOnlyForOwnAccount', 'the execution role trusts a role that', anyoneOrLambda, assumedBy => stack =>
    addTrust(stack, { Principal: { AWS: stack.resolve(new Role(stack, 'Middle', { assumedBy }).roleArn) } })),
  bothSides('RolesOnlyForOwnAccount', 'the execution role trusts, by its name, a role that', anyoneOrLambda, assumedBy => (stack, other) => {
    new Role(other, 'Middle', { roleName: 'Middle', assumedBy });
    addTrust(stack, { Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/Middle' } } });
  }),
  bothSides('RolesOnlyForOwnAccount', 'a job has, by its name, a role that', anyoneOrLambda, assumedBy => (stack, other) => {
    new Role(other, 'Execution', { roleName: 'Execution', assumedBy });
    stack.cfnJob.addPropertyOverride('Request.RoleArn', { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/Execution' });
  }),
  bothSides('RolesOnlyForOwnAccount', 'the execution role trusts a service that acts for another account', ['444455556666', OWN_ACCOUNT], source => stack =>
    addTrust(stack, { Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': source } } }), { hasEnv: true }),
  {
    name: 'a job has a role of another app',
    rule: 'RolesOnlyForOwnAccount',
    verdict: 'unknown',
    hostile: stack => stack.cfnJob.addPropertyOverride('Request.RoleArn', LOG_ROLE),
    harmless: () => {},
  },
  {
    name: 'the execution role trusts any pool of identities',
    rule: 'RolesOnlyForOwnAccount',
    hostile: stack => addTrust(stack, { Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'cognito-identity.amazonaws.com' } }),
    harmless: stack => addTrust(stack, { Principal: { Service: 'lambda.amazonaws.com' } }),
  },
  {
    name: 'the execution role trusts one pool of identities',
    rule: 'RolesOnlyForOwnAccount',
    verdict: 'unknown',
    hostile: stack => addTrust(stack, {
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Condition: { StringEquals: { 'cognito-identity.amazonaws.com:aud': 'us-east-1:pool' } },
    }),
    harmless: stack => addTrust(stack, { Principal: { Service: 'lambda.amazonaws.com' } }),
  },
  {
    name: 'the execution role trusts what a custom resource answers',
    rule: 'RolesOnlyForOwnAccount',
    verdict: 'unknown',
    hostile: stack => addTrust(stack, { Principal: { AWS: { 'Fn::GetAtt': [answered(stack).logicalId, 'Arn'] } } }),
    harmless: stack => addTrust(stack, { Principal: { AWS: { 'Fn::GetAtt': [raw(stack, 'AWS::IAM::User', {}, 'User').logicalId, 'Arn'] } } }),
  },
  {
    name: 'a bucket policy exempts what a custom resource answers',
    rule: 'RolesOnlyForOwnAccount',
    verdict: 'unknown',
    hostile: stack => exempt(stack, { 'Fn::GetAtt': [answered(stack).logicalId, 'Arn'] }),
    harmless: stack => exempt(stack, { 'Fn::GetAtt': [raw(stack, 'AWS::IAM::User', {}, 'User').logicalId, 'Arn'] }),
  },
  {
    name: 'a bucket policy exempts every role of the account',
    rule: 'BucketOnlyThroughEndpoint',
    hostile: stack => exempt(stack, Fn.sub('arn:aws:iam::${AWS::AccountId}:role/*')),
    harmless: stack => exempt(stack, new Role(stack, 'Hosting', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }).roleArn),
  },
];

const call = (name: string, rule: string, change: (isOpen: boolean) => Change, verdict: 'fail' | 'unknown' = 'unknown') => bothSides(rule, name, [true, false], change, { verdict });

/** Calls of AWS that other types write out. */
const CALLS: Pair[] = [
  call('a task from another app', 'TemplatesVisible', isOpen => stack =>
    machine(stack, '${What}', {}, { DefinitionSubstitutions: { What: isOpen ? Fn.importValue('Elsewhere') : 'arn:aws:states:::sns:publish' } })),
  call('an automation', 'TemplatesVisible', isOpen => stack => raw(stack, 'AWS::SSM::Document', {
    DocumentType: 'Automation',
    Content: { mainSteps: [{ name: 'go', action: 'aws:executeAwsApi', inputs: { Service: 'ec2', Api: isOpen ? 'CreateRoute' : 'DescribeRouteTables', RouteTableId: stack.routeTableId } }] },
  }), 'fail'),
  call('an automation that starts a job', 'JobInPrivateSubnets', isOpen => stack => raw(stack, 'AWS::SSM::Document', {
    DocumentType: 'Automation',
    Content: {
      mainSteps: [{
        name: 'go',
        action: 'aws:executeAwsApi',
        inputs: { Service: 'sagemaker', Api: 'create_compilation_job', VpcConfig: isOpen ? undefined : { Subnets: [subnetOf(stack)], SecurityGroupIds: [groupOf(stack)] } },
      }],
    },
  }), 'fail'),
  call('a rule that runs an automation', 'TemplatesVisible', isOpen => stack => raw(stack, 'AWS::Events::Rule', {
    Targets: [{ Id: 'target', Arn: isOpen ? 'arn:aws:ssm:us-east-1:111122223333:automation-definition/Open:$DEFAULT' : 'arn:aws:sns:us-east-1:111122223333:topic' }],
  })),
  call('a method of an API that starts jobs', 'JobInPrivateSubnets', isOpen => stack => raw(stack, 'AWS::ApiGateway::Method', {
    Integration: { Type: 'AWS', Uri: Fn.sub(`arn:aws:apigateway:\${AWS::Region}:sagemaker:action/${isOpen ? 'Create' : 'Describe'}CompilationJob`) },
  })),
  call('a method of an API that changes networks', 'TemplatesVisible', isOpen => stack => raw(stack, 'AWS::ApiGateway::Method', {
    Integration: { Type: 'AWS', Uri: Fn.sub(`arn:aws:apigateway:\${AWS::Region}:ec2:action/${isOpen ? 'CreateRoute' : 'DescribeRouteTables'}`) },
  })),
  call('a data source of an API that signs requests', 'TemplatesVisible', isOpen => stack => raw(stack, 'AWS::AppSync::DataSource', {
    Type: 'HTTP', HttpConfig: { AuthorizationConfig: { AwsIamConfig: { SigningServiceName: isOpen ? 'ec2' : 'dynamodb' } } },
  })),
  call('a package of rules and remediations', 'TemplatesVisible', isOpen => stack => isOpen
    ? raw(stack, 'AWS::Config::ConformancePack', { ConformancePackName: 'pack', TemplateS3Uri: 's3://elsewhere/pack.yaml' })
    : raw(stack, 'AWS::CloudFormation::GuardHook', { Alias: 'Company::Rules::Hook' })),
];

const ofApp = (name: string, service: string, type: string, arn: object, resource: (ours: object) => unknown = ours => ours): Pair => ({
  name: `an endpoint for ${name}`,
  rule: 'OtherEndpointsRestricted',
  verdict: 'unknown',
  hostile: stack => interfaceEndpoint(stack, service, { Action: `${service}:*`, Resource: resource({ 'Fn::GetAtt': [answered(stack).logicalId, 'Arn'] }) }),
  harmless: stack => {
    raw(stack, type, {}, 'Ours');
    interfaceEndpoint(stack, service, { Action: `${service}:*`, Resource: resource(arn) });
  },
});

/** Policies that say it in other words. */
const POLICIES: Pair[] = [
  ofApp('a queue by reference', 'sqs', 'AWS::SQS::Queue', { 'Fn::GetAtt': ['Ours', 'Arn'] }),
  ofApp('a topic, whose reference is its ARN', 'sns', 'AWS::SNS::Topic', { Ref: 'Ours' }),
  ofApp('a table and its indexes', 'dynamodb', 'AWS::DynamoDB::Table', { 'Fn::GetAtt': ['Ours', 'Arn'] }, ours => [ours, { 'Fn::Join': ['', [ours, '/index/*']] }]),
  {
    name: 'an access point in the endpoint policy',
    rule: 'S3EndpointOnlyForBuckets',
    verdict: 'unknown',
    ...accessPoints(stack => stack.bucket.bucketName),
  },
  bothSides('BucketOnlyThroughEndpoint', 'a Deny for objects by a pattern', ['/models/*', '*'], pattern => stack =>
    deny(stack, { Resource: { 'Fn::Join': ['', [stack.resolve(stack.bucket.bucketArn), pattern]] } })),
  bothSides('BucketOnlyThroughEndpoint', 'a Deny by an operator', ['ForAnyValue:StringNotEquals', 'StringNotEqualsIgnoreCase'], operator => stack =>
    deny(stack, { Condition: { [operator]: denial(stack).Condition.StringNotEquals } })),
  {
    name: 'a second S3 endpoint, on a route table of its own for a subnet of the jobs',
    rule: 'S3EndpointOnlyForBuckets',
    ...secondEndpoint(),
  },
  bothSides<unknown>('S3EndpointOnlyForBuckets', 'an owner of buckets by a variable of policies', ['${aws:PrincipalAccount}', Fn.ref('AWS::AccountId')], owner => stack =>
    stack.cfnEndpoint.addPropertyOverride('PolicyDocument', {
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceAccount': owner } } }],
    })),
  bothSides('BucketOnlyThroughEndpoint', 'a Deny in two statements', [['s3:GetObject*', 's3:List*'], ['s3:GetObject*', 's3:List*', 's3:PutObject']], actions => stack => {
    const statement = denial(stack);
    stack.cfnBucketPolicy.addPropertyOverride('PolicyDocument.Statement', actions.map(Action => ({ ...statement, Action })));
  }),
  bothSides('BucketOnlyThroughEndpoint', 'replication that anyone may set up', [new StarPrincipal(), new ServicePrincipal('lambda.amazonaws.com')] as [IPrincipal, IPrincipal], principal => stack =>
    stack.bucket.addToResourcePolicy(new PolicyStatement({ principals: [principal], actions: ['s3:PutReplicationConfiguration'], resources: [stack.bucket.bucketArn] }))),
  {
    name: 'an inventory of the models',
    rule: 'BucketNotCopied',
    verdict: 'unknown',
    hostile: stack => inventory(stack, 'arn:aws:s3:::theirs'),
    harmless: stack => inventory(stack, { 'Fn::GetAtt': [raw(stack, 'AWS::S3::Bucket', {}, 'Inventories').logicalId, 'Arn'] }),
  },
];

function secondEndpoint(): Pick<Pair, 'hostile' | 'harmless'> {
  const add = (stack: PrivateStack, isForJobs: boolean) => {
    const table = raw(stack, 'AWS::EC2::RouteTable', { VpcId: stack.network.vpc.vpcId }, 'Second');
    const subnet = isForJobs ? subnetOf(stack) : raw(stack, 'AWS::EC2::Subnet', { VpcId: stack.network.vpc.vpcId, CidrBlock: '10.0.250.0/24' }, 'Unused').ref;
    raw(stack, 'AWS::EC2::SubnetRouteTableAssociation', { SubnetId: subnet, RouteTableId: table.ref }, 'SecondAssociation');
    raw(stack, 'AWS::EC2::VPCEndpoint', { VpcId: stack.network.vpc.vpcId, ServiceName: 'com.amazonaws.us-east-1.s3', RouteTableIds: [table.ref] });
  };
  return { hostile: stack => add(stack, true), harmless: stack => add(stack, false) };
}

function accessPoints(ours: (stack: PrivateStack) => string): Pick<Pair, 'hostile' | 'harmless'> {
  const point = (stack: PrivateStack, Bucket: string) => {
    raw(stack, 'AWS::S3::AccessPoint', { Bucket }, 'Point');
    stack.cfnEndpoint.addPropertyOverride('PolicyDocument', { Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: Fn.sub('${Point.Arn}/object/*') }] });
  };
  return { hostile: stack => point(stack, 'theirs'), harmless: stack => point(stack, ours(stack)) };
}

function inventory(stack: PrivateStack, BucketArn: unknown) {
  stack.cfnBucket.addPropertyOverride('InventoryConfigurations', [{ Id: 'all', Enabled: true, IncludedObjectVersions: 'All', ScheduleFrequency: 'Daily', Destination: { BucketArn, Format: 'CSV' } }]);
}

const ofOrganization = (rule: string, name: string, change: (organization: string) => Change): Pair =>
  bothSides(rule, `${name} a stranger's organization`, ['o-strangers0', 'o-a1b2c3d4e5'], change, { organizationId: 'o-a1b2c3d4e5' });

/** Where the app says which organization is its own. */
const ORGANIZATIONS: Pair[] = [
  ofOrganization('S3EndpointOnlyForBuckets', 'the S3 endpoint for', organization => stack => stack.cfnEndpoint.addPropertyOverride('PolicyDocument', {
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceOrgID': organization } } }],
  })),
  ofOrganization('OtherEndpointsRestricted', 'an endpoint of SQS for', organization => stack => interfaceEndpoint(stack, 'sqs', {
    Action: 'sqs:*', Resource: '*', Condition: { 'ForAnyValue:StringLike': { 'aws:ResourceOrgPaths': `${organization}/*` } },
  })),
  ofOrganization('RolesOnlyForOwnAccount', 'the execution role trusts', organization => stack =>
    addTrust(stack, { Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': organization } } })),
];

/** Pairs that came from attacks on rules which had passed all others. */
export const FOUND_PAIRS: Pair[] = [...IDS, ...WORKLOADS, ...ROLES, ...CALLS, ...POLICIES, ...ORGANIZATIONS];
