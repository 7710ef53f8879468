import { CfnCondition, CfnOutput, type CfnResource, Fn, type Stack } from 'aws-cdk-lib';
import { CfnVPCEndpoint, type GatewayVpcEndpoint, Peer, Port, PrefixList, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, AnyPrincipal, type CfnRole, type IPrincipal, PolicyStatement, Role, ServicePrincipal, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { FOUND_PAIRS } from './found-pairs';
import { OWN_ACCOUNT, type Pair } from './pair';
import { compile, type PrivateStack } from './private-app';
import { anyText, ANYWHERE, denial, deny, idOf, interfaceEndpoint, maybe, raw } from './template-changes';
import { NeoCompilationFleet, NeoCompilationJob, NeoDataInputShape, NeoFleetModels, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { NETWORK_METADATA } from '../../src/network/network-metadata';
import { archive } from '../compilation-job/fixture';

const STRANGER = '444455556666';
const LOG_ROLE = 'arn:aws:iam::111122223333:role/r';
const igw = (scope: Stack, vpcId: unknown) => raw(scope, 'AWS::EC2::VPCGatewayAttachment', { VpcId: vpcId, InternetGatewayId: 'igw-1' });
const otherVpc = (scope: Stack) => raw(scope, 'AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' }, 'OtherVpc');
const sagemakerTask = (parameters: unknown) => ({
  StartAt: 'Compile', States: { Compile: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sagemaker:createCompilationJob', Parameters: parameters, End: true } },
});
const text = (value: unknown, stack: Stack) => stack.toJsonString(value);
const vpcConfig = ({ network: { subnets, securityGroups } }: PrivateStack) =>
  ({ Subnets: subnets.map(({ subnetId }) => subnetId), SecurityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId) });
const machine = (stack: Stack, properties: Record<string, unknown>) => raw(stack, 'AWS::StepFunctions::StateMachine', { RoleArn: LOG_ROLE, ...properties });
const sdkCall = (stack: Stack, call: unknown) => raw(stack, 'Custom::AWS', { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:sdk', Create: call });
/** More different conditions than any reader follows. */
const manyConditions = (stack: Stack) => {
  const names = Array.from({ length: 8 }, (_, index) => `Choice${index}`);
  names.forEach(name => new CfnCondition(stack, name, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), name) }));
  return names.map(name => ({ 'Fn::If': [name, '', ' '] }));
};

/** Of "Unknown is not green". */
const UNKNOWN: Pair[] = [
  {
    name: 'an internet gateway and a default route from another stack',
    rule: 'NoRouteOut',
    hostile: (stack, other) => {
      igw(other, stack.network.vpc.vpcId);
      raw(other, 'AWS::EC2::Route', { RouteTableId: stack.routeTableId, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'Route');
    },
    harmless: (_stack, other) => {
      igw(other, otherVpc(other).ref);
      const table = raw(other, 'AWS::EC2::RouteTable', { VpcId: Fn.ref('OtherVpc') }, 'Table');
      raw(other, 'AWS::EC2::Route', { RouteTableId: table.ref, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'Route');
    },
  },
  {
    name: 'the VPC through the output of a stack, written by hand',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => {
      new CfnOutput(stack, 'TheVpc', { value: stack.network.vpc.vpcId });
      igw(other, { 'Fn::GetStackOutput': { StackName: { 'Fn::Sub': 'Private' }, OutputName: 'TheVpc' } });
    },
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'an output of a stack of another app',
    rule: 'NoInternetGateway',
    verdict: 'unknown',
    hostile: (_stack, other) => igw(other, { 'Fn::GetStackOutput': { StackName: 'Elsewhere', OutputName: 'Vpc' } }),
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'an output that the stack does not have',
    rule: 'NoInternetGateway',
    hostile: (_stack, other) => igw(other, { 'Fn::GetStackOutput': { StackName: 'Private', OutputName: 'Nothing' } }),
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'a function that this library does not know',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => igw(other, { 'Fn::Tomorrow': stack.network.vpc.vpcId }),
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'an export by a name with the name of the stack',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => {
      new CfnOutput(stack, 'TheVpc', { value: stack.network.vpc.vpcId, exportName: Fn.join('-', [Fn.ref('AWS::StackName'), 'vpc']) });
      igw(other, { 'Fn::ImportValue': 'Private-vpc' });
    },
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  ...(['VpcId of a subnet', 'VpcId of a group'] as const).map((name): Pair => ({
    name: `the VPC as ${name}`,
    rule: 'NoInternetGateway',
    hostile: stack => igw(stack, { 'Fn::GetAtt': [idOf(name.endsWith('subnet') ? stack.network.subnets[0] : stack.network.securityGroup), 'VpcId'] }),
    harmless: stack => {
      const vpc = otherVpc(stack);
      const subnet = raw(stack, 'AWS::EC2::Subnet', { VpcId: vpc.ref, CidrBlock: '10.9.0.0/24' }, 'OtherSubnet');
      igw(stack, { 'Fn::GetAtt': [subnet.logicalId, 'VpcId'] });
    },
  })),
  {
    name: 'the VPC of an interface in a subnet',
    rule: 'NoInternetGateway',
    hostile: stack => {
      const eni = raw(stack, 'AWS::EC2::NetworkInterface', { SubnetId: stack.network.subnets[0].subnetId }, 'Interface');
      igw(stack, { 'Fn::GetAtt': [eni.logicalId, 'VpcId'] });
    },
    harmless: stack => igw(stack, otherVpc(stack).ref),
  },
  {
    name: 'the VPC of an instance in a subnet',
    rule: 'NoInternetGateway',
    hostile: stack => {
      const instance = raw(stack, 'AWS::EC2::Instance', { SubnetId: stack.network.subnets[0].subnetId }, 'Instance');
      igw(stack, { 'Fn::GetAtt': [instance.logicalId, 'VpcId'] });
    },
    harmless: stack => {
      raw(stack, 'AWS::EC2::Instance', { SubnetId: stack.network.subnets[0].subnetId }, 'Instance');
      igw(stack, otherVpc(stack).ref);
    },
  },
  {
    name: 'a VPC by a parameter',
    rule: 'NoInternetGateway',
    verdict: 'unknown',
    hostile: (_stack, other) => igw(other, anyText(other)),
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'a VPC by its ID',
    rule: 'NoInternetGateway',
    verdict: 'unknown',
    hostile: (_stack, other) => igw(other, 'vpc-1'),
    harmless: (_stack, other) => igw(other, otherVpc(other).ref),
  },
  {
    name: 'subnets that were split from one string',
    rule: 'NoTransitGateway',
    hostile: (stack, other) => raw(other, 'AWS::EC2::TransitGatewayVpcAttachment', {
      VpcId: 'vpc-1', TransitGatewayId: 'tgw-1', SubnetIds: { 'Fn::Split': ['|', Fn.join('|', stack.network.subnets.map(({ subnetId }) => subnetId))] },
    }),
    harmless: (_stack, other) => {
      const subnet = raw(other, 'AWS::EC2::Subnet', { VpcId: otherVpc(other).ref, CidrBlock: '10.9.0.0/24' }, 'OtherSubnet');
      raw(other, 'AWS::EC2::TransitGatewayVpcAttachment', { VpcId: Fn.ref('OtherVpc'), TransitGatewayId: 'tgw-1', SubnetIds: { 'Fn::Split': ['|', Fn.join('|', [subnet.ref, subnet.ref])] } });
    },
  },
  {
    name: 'a state machine with a token in its JSON and no network',
    rule: 'JobInPrivateSubnets',
    unseenBy: 'RolesOnlyForOwnAccount',
    hostile: (_stack, other) => machine(other, { DefinitionString: text(sagemakerTask({ CompilationJobName: 'open', RoleArn: Fn.importValue('SomeRole') }), other) }),
    harmless: (stack, other) => machine(other, { DefinitionString: text(sagemakerTask({ VpcConfig: vpcConfig(stack), RoleArn: Fn.importValue('SomeRole') }), other) }),
  },
  {
    name: 'a call of the API with a token in its JSON and no network',
    rule: 'JobInPrivateSubnets',
    unseenBy: 'RolesOnlyForOwnAccount',
    hostile: (_stack, other) => sdkCall(other, text({ service: 'SageMaker', action: 'createCompilationJob', parameters: { RoleArn: Fn.importValue('SomeRole') } }, other)),
    harmless: (stack, other) => sdkCall(other, text({ service: 'SageMaker', action: 'createCompilationJob', parameters: { VpcConfig: vpcConfig(stack), RoleArn: Fn.importValue('SomeRole') } }, other)),
  },
  {
    name: 'a schedule with an imported role and no network',
    rule: 'JobInPrivateSubnets',
    unseenBy: 'RolesOnlyForOwnAccount',
    hostile: (_stack, other) => schedule(other, { RoleArn: Fn.importValue('SomeRole') }),
    harmless: (stack, other) => schedule(other, { VpcConfig: vpcConfig(stack), RoleArn: Fn.importValue('SomeRole') }),
  },
  {
    name: 'a definition as an object whose resource is substituted',
    rule: 'JobInPrivateSubnets',
    hostile: (_stack, other) => machine(other, { Definition: { States: { Go: { Type: 'Task', Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:states:::aws-sdk:sagemaker:createCompilationJob' }, Parameters: {} } } } }),
    harmless: (stack, other) => machine(other, {
      Definition: {
        States: { Go: { Type: 'Task', Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:states:::aws-sdk:sagemaker:createCompilationJob' }, Parameters: { VpcConfig: vpcConfig(stack) } } },
      },
    }),
  },
  {
    name: 'more combinations of conditions than are read',
    rule: 'TemplatesVisible',
    hostile: (_stack, other) => machine(other, { DefinitionString: { 'Fn::Join': ['', ['{"States": {}}', ...manyConditions(other)]] } }),
    harmless: (_stack, other) => machine(other, { DefinitionString: { 'Fn::Join': ['', ['{"States": {}}', ...Array.from({ length: 9 }, () => maybe('', ' '))]] } }),
  },
  {
    name: 'one branch of many without a network',
    rule: 'JobInPrivateSubnets',
    hostile: (stack, other) => machine(other, {
      DefinitionString: {
        'Fn::Join': ['', [
          maybe(text(sagemakerTask({ VpcConfig: vpcConfig(stack) }), other), text(sagemakerTask({}), other)), ...manyConditions(other),
        ]],
      },
    }),
    harmless: (stack, other) => machine(other, { DefinitionString: text(sagemakerTask({ VpcConfig: vpcConfig(stack) }), other) }),
  },
  {
    name: 'a definition that is no JSON',
    rule: 'TemplatesVisible',
    hostile: (_stack, other) => machine(other, { DefinitionString: 'createCompilationJob' }),
    harmless: (_stack, other) => machine(other, { DefinitionString: '{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}' }),
  },
  {
    name: 'a definition from another app',
    rule: 'TemplatesVisible',
    verdict: 'unknown',
    hostile: (_stack, other) => {
      machine(other, { DefinitionString: { 'Fn::ImportValue': 'SomeDefinition' } });
    },
    harmless: (_stack, other) => machine(other, { DefinitionString: '{"States": {}}' }),
  },
  {
    name: 'a route in the route table of an imported network',
    rule: 'NoRouteOut',
    network: stack => ({ vpc: importedVpc(stack) }),
    hostile: (_stack, other) => raw(other, 'AWS::EC2::Route', { RouteTableId: 'rtb-1', DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }),
    harmless: () => {},
    next: 'unknown',
  },
  {
    name: 'the metadata of the network deleted',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => {
      undescribe(stack.network);
      igw(other, stack.network.vpc.vpcId);
    },
    harmless: (stack, other) => {
      undescribe(stack.network);
      igw(other, otherVpc(other).ref);
    },
  },
  {
    name: 'the metadata of a network without jobs deleted',
    rule: 'NoRouteOut',
    hostile: (_stack, other) => {
      const network = jobless(other);
      undescribe(network);
      raw(other, 'AWS::EC2::Route', { RouteTableId: network.subnets[0].routeTable.routeTableId, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'Route');
    },
    harmless: (_stack, other) => undescribe(jobless(other)),
  },
  {
    name: 'a subnet taken out of the metadata of a network without jobs',
    rule: 'NoNatGateway',
    hostile: (_stack, other) => {
      const network = jobless(other);
      describe(network, { Subnets: [network.subnets[1].subnetId] });
      raw(other, 'AWS::EC2::NatGateway', { SubnetId: network.subnets[0].subnetId });
    },
    harmless: (_stack, other) => {
      const network = jobless(other);
      describe(network, { Subnets: [network.subnets[1].subnetId] });
    },
  },
  {
    name: 'metadata that call the VPC a shared one',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => {
      describe(stack.network, { Dedicated: false });
      igw(other, stack.network.vpc.vpcId);
    },
    harmless: stack => describe(stack.network, { Dedicated: false }),
  },
  changed('security group', 'NoInboundTraffic', { SecurityGroups: [] }, ({ securityGroup }, stack) =>
    raw(stack, 'AWS::EC2::SecurityGroupIngress', { GroupId: securityGroup.securityGroupId, IpProtocol: '-1', CidrIp: ANYWHERE })),
  changed('S3 endpoint', 'S3EndpointOnlyForBuckets', { S3Endpoints: [] }, ({ s3Endpoint }) =>
    (s3Endpoint.node.defaultChild as CfnResource).addPropertyDeletionOverride('PolicyDocument')),
  changed('bucket', 'BucketOnlyThroughEndpoint', { Buckets: [] }, (_network, stack) =>
    ((stack.node.findChild('JoblessModels') as Bucket).policy!.node.defaultChild as CfnResource).addPropertyOverride('PolicyDocument.Statement.0.Effect', 'Allow')),
  {
    name: 'metadata that call another prefix list that of S3',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => {
      describe(stack.network, { S3PrefixLists: ['pl-1'] });
      raw(stack, 'AWS::EC2::SecurityGroupEgress', { GroupId: inGroup(stack), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: 'pl-1' });
    },
    harmless: stack => describe(stack.network, { S3PrefixLists: ['pl-1'] }),
  },
  {
    name: 'a prefix list that a custom resource looks up',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => egressToList(stack, 'com.amazonaws.us-east-1.dynamodb'),
    harmless: stack => egressToList(stack, 'com.amazonaws.us-east-1.s3'),
  },
  {
    name: 'a prefix list that a custom resource looks up by two names',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => egressToList(stack, 'com.amazonaws.us-east-1.s3', 'company-list'),
    harmless: stack => egressToList(stack, 'com.amazonaws.us-east-1.s3'),
  },
  {
    name: 'a prefix list that the app makes',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => {
      const list = raw(stack, 'AWS::EC2::PrefixList', { PrefixListName: 'com.amazonaws.us-east-1.s3', AddressFamily: 'IPv4' }, 'List');
      raw(stack, 'AWS::EC2::SecurityGroupEgress', { GroupId: inGroup(stack), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: { 'Fn::GetAtt': [list.logicalId, 'PrefixListId'] } });
    },
    harmless: () => {},
  },
  {
    name: 'a task that adds a network to a variable',
    rule: 'JobInPrivateSubnets',
    verdict: 'unknown',
    hostile: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }], '\'VpcConfig\': $elsewhere'),
    harmless: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }], '\'CompilationJobName\': $name, \'Tags\': [$tag, {\'Key\': \'VpcConfig\'}]'),
  },
  {
    name: 'a task that adds a computed key to a variable',
    rule: 'JobInPrivateSubnets',
    verdict: 'unknown',
    hostile: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }], '\'CompilationJobName\': $name, $key: $value'),
    harmless: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }], '\'CompilationJobName\': $name, \'key\': $merge([$one, $two])'),
  },
  {
    name: 'a task whose variable is assigned twice, once without a network',
    rule: 'JobInPrivateSubnets',
    hostile: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }, { RoleArn: LOG_ROLE }], '\'CompilationJobName\': $name'),
    harmless: (stack, other) => merging(other, [{ VpcConfig: vpcConfig(stack) }, { VpcConfig: vpcConfig(stack) }], '\'CompilationJobName\': $name'),
  },
  {
    name: 'a fleet',
    rule: 'JobInPrivateSubnets',
    hostile: (stack, other) => {
      const resource = fleet(stack, other).node.findChild('StateMachine').node.defaultChild as CfnStateMachine;
      const definition = JSON.stringify(other.resolve(resource.definitionString)).replaceAll('\\\\\\"VpcConfig\\\\\\"', '\\\\\\"Elsewhere\\\\\\"');
      resource.addPropertyOverride('DefinitionString', JSON.parse(definition.replaceAll('\\"VpcConfig\\"', '\\"Elsewhere\\"')));
    },
    harmless: (stack, other) => fleet(stack, other),
  },
];

const account = Fn.ref('AWS::AccountId');
const own = { StringEquals: { 'aws:ResourceAccount': account } };
const s3Policy = (stack: PrivateStack, ...statements: object[]) => stack.cfnEndpoint.addPropertyOverride('PolicyDocument', { Statement: statements });
const anyBucket = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' };
const ownOrganization = { StringEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } };
const conditioned = (name: string, condition: object, verdict: 'fail' | 'unknown' = 'fail'): Pair => ({
  name: `an endpoint of SQS for ${name}`,
  rule: 'OtherEndpointsRestricted',
  verdict,
  ...sides([condition, own], Condition => stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*', Condition })),
});
const conditionedS3 = (name: string, condition: object): Pair => ({
  name: `the S3 endpoint for ${name}`, rule: 'S3EndpointOnlyForBuckets', ...sides([condition, ownOrganization], Condition => stack => s3Policy(stack, { ...anyBucket, Condition })),
});

/** Of "Conditions are compared, not counted", and false alarms beside them. */
const CONDITIONS: Pair[] = [
  conditioned('resources of a stranger', { StringEquals: { 'aws:ResourceAccount': '444455556666' } }, 'unknown'),
  conditioned('any organization', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } }),
  conditioned('any resource of any organization', { StringLike: { 'aws:ResourceOrgID': 'o-*' } }),
  conditioned('any principal by ARN', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:*' } }),
  conditioned('own principals', { StringEquals: { 'aws:PrincipalAccount': account } }),
  conditioned('own resources, if the key exists', { StringEqualsIfExists: { 'aws:ResourceAccount': account } }),
  conditioned('own resources, of all values', { 'ForAllValues:StringEquals': { 'aws:ResourceAccount': account } }),
  {
    name: 'an endpoint of SQS for a queue of any organization',
    rule: 'OtherEndpointsRestricted',
    ...sides<object>([{ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }, ownOrganization], Condition => stack =>
      interfaceEndpoint(stack, 'sqs', { Action: 'sqs:SendMessage', Resource: '*', Condition })),
  },
  conditionedS3('any organization', { StringLike: { 'aws:PrincipalOrgID': 'o-*' } }),
  conditionedS3('any bucket of any organization', { StringLike: { 'aws:ResourceOrgID': 'o-*' } }),
  conditionedS3('any principal by ARN', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:*' } }),
  {
    name: 'a stranger\'s queue in an endpoint policy',
    rule: 'OtherEndpointsRestricted',
    verdict: 'unknown',
    hostile: stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:us-east-1:444455556666:theirs' }),
    harmless: stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:SendMessage', Resource: Fn.sub('arn:aws:sqs:us-east-1:${AWS::AccountId}:mine') }),
  },
  {
    name: 'a stranger\'s bucket in the endpoint policy',
    rule: 'S3EndpointOnlyForBuckets',
    verdict: 'unknown',
    hostile: stack => s3Policy(stack, { ...anyBucket, Resource: 'arn:aws:s3:::theirs/*' }),
    harmless: stack => s3Policy(stack, { ...anyBucket, Resource: 'arn:aws:s3:::theirs/*', Condition: own }),
  },
  {
    name: 'any bucket',
    rule: 'S3EndpointOnlyForBuckets',
    hostile: stack => s3Policy(stack, { ...anyBucket, Condition: { StringEquals: { 'aws:PrincipalAccount': account } } }),
    harmless: stack => s3Policy(stack, { ...anyBucket, Condition: own }),
  },
  {
    name: 'an Allow with a Deny unless an organization',
    rule: 'S3EndpointOnlyForBuckets',
    hostile: stack => s3Policy(stack, anyBucket, { Effect: 'Deny', Principal: '*', Action: 's3:Get*', Resource: '*', Condition: { StringNotEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } } }),
    harmless: stack => s3Policy(stack, anyBucket, { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { StringNotEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } } }),
  },
  {
    name: 'an endpoint of STS',
    rule: 'OtherEndpointsRestricted',
    hostile: stack => interfaceEndpoint(stack, 'sts', { Action: ['sts:GetCallerIdentity', 'sts:AssumeRole'], Resource: '*' }),
    harmless: stack => interfaceEndpoint(stack, 'sts', { Action: 'sts:GetCallerIdentity', Resource: '*' }),
  },
  {
    name: 'a prefix list by ID, beside that of S3',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => stack.network.connections.allowTo(Peer.prefixList('pl-1'), Port.tcp(443)),
    harmless: () => {},
  },
  {
    name: 'a prefix list by ID, which may be that of S3',
    rule: 'OutboundOnlyToS3AndSubnets',
    network: stack => ({ s3PrefixList: PrefixList.fromPrefixListId(stack, 'List', 'pl-1') }),
    hostile: stack => stack.network.connections.allowTo(Peer.prefixList('pl-1'), Port.tcp(80)),
    harmless: () => {},
    next: 'unknown',
  },
  {
    name: 'public access to a bucket',
    rule: 'BucketBlocksPublicAccess',
    hostile: stack => stack.cfnBucket.addPropertyOverride('PublicAccessBlockConfiguration.BlockPublicPolicy', false),
    harmless: stack => stack.cfnBucket.addPropertyDeletionOverride('PublicAccessBlockConfiguration'),
  },
  {
    name: 'a Deny by the VPC',
    rule: 'BucketOnlyThroughEndpoint',
    hostile: stack => deny(stack, { Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }),
    harmless: stack => deny(stack, { Condition: { StringNotEquals: { 'aws:SourceVpc': stack.resolve(stack.network.vpc.vpcId) } } }),
  },
  {
    name: 'two endpoints in one Deny',
    rule: 'BucketOnlyThroughEndpoint',
    hostile: stack => deny(stack, { Condition: { StringNotEquals: { 'aws:SourceVpce': [stack.resolve(stack.network.s3Endpoint.vpcEndpointId), 'vpce-1'] } } }),
    harmless: stack => {
      const second = new NeoPrivateCompilationVpc(stack, 'Second', { buckets: [new Bucket(stack, 'SecondModels')] });
      deny(stack, { Condition: { StringNotEquals: { 'aws:SourceVpce': [stack.network, second].map(({ s3Endpoint }) => stack.resolve(s3Endpoint.vpcEndpointId)) } } });
    },
  },
  {
    name: 'egress to more than the VPC',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => stack.network.connections.allowTo(Peer.ipv4('10.0.0.0/8'), Port.tcp(443)),
    harmless: stack => stack.network.connections.allowTo(Peer.ipv4(stack.network.vpc.vpcCidrBlock), Port.tcp(443)),
  },
  {
    name: 'egress to a group',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => egressToGroup(stack, raw(stack, 'AWS::EC2::SecurityGroup', { VpcId: stack.network.vpc.vpcId, GroupDescription: 'Proxy' }, 'Peer')),
    harmless: stack => endpointWithGroup(stack),
  },
  {
    name: 'egress to a group that an endpoint and an instance carry',
    rule: 'OutboundOnlyToS3AndSubnets',
    hostile: stack => endpointWithGroup(stack, 'AWS::EC2::Instance'),
    harmless: stack => endpointWithGroup(stack),
  },
  {
    name: 'an endpoint in other subnets of a shared VPC, which the group leads to',
    rule: 'OtherEndpointsRestricted',
    network: stack => ({ vpc: sharedVpc(stack) }),
    hostile: stack => {
      stack.network.connections.allowTo(Peer.ipv4('10.0.0.0/8'), Port.tcp(443));
      endpointInWeb(stack);
    },
    harmless: stack => endpointInWeb(stack),
  },
  {
    name: 'an endpoint in a subnet of an imported VPC',
    rule: 'OtherEndpointsRestricted',
    network: stack => ({ vpc: importedVpc(stack) }),
    hostile: stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*' }, { SubnetIds: ['subnet-1'] }),
    harmless: stack => interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*' }, { SubnetIds: ['subnet-9'] }),
    next: 'unknown',
  },
  {
    name: 'an endpoint in other subnets, with a group that the app does not make',
    rule: 'OtherEndpointsRestricted',
    verdict: 'unknown',
    network: stack => ({ vpc: sharedVpc(stack), securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Given', 'sg-1')] }),
    hostile: stack => endpointInWeb(stack),
    harmless: stack => endpointInWeb(stack, own),
  },
  {
    name: 'the bucket of the bootstrap stack, written to',
    rule: 'BucketOnlyThroughEndpoint',
    verdict: 'unknown',
    hostile: stack => {
      readAsset(stack);
      s3Policy(stack, ...['s3:GetObject', 's3:PutObject'].map(Action => ({ ...anyBucket, Action, Resource: Fn.sub('arn:aws:s3:::cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}/*'), Condition: own })));
    },
    harmless: stack => readAsset(stack),
  },
  {
    name: 'the bucket of the bootstrap stack, whosever it is',
    rule: 'S3EndpointOnlyForBuckets',
    verdict: 'unknown',
    hostile: stack => s3Policy(stack, { ...anyBucket, Action: 's3:GetObject', Resource: Fn.sub('arn:aws:s3:::cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}/*') }),
    harmless: stack => readAsset(stack),
  },
  {
    name: 'a network that is one of two',
    rule: 'JobInPrivateSubnets',
    hostile: stack => stack.cfnJob.addPropertyOverride('Request.VpcConfig', maybe(stack.resolve(vpcConfig(stack)))),
    harmless: stack => stack.cfnJob.addPropertyOverride('Request.VpcConfig', maybe(stack.resolve(vpcConfig(stack)), stack.resolve(vpcConfig(stack)))),
  },
];

const inSubnet = (stack: PrivateStack) => stack.network.subnets[0].subnetId;
const inGroup = (stack: PrivateStack) => stack.network.securityGroup.securityGroupId;
const tenant = (
  type: string, hostile: object, harmless: object, place: (stack: PrivateStack) => object = stack => ({ SubnetIds: [inSubnet(stack)] }),
): Pair => ({
  name: `${type} in a subnet of the jobs`,
  rule: 'NoBridge',
  hostile: (stack, other) => raw(other, type, { ...place(stack), ...hostile }),
  harmless: (stack, other) => raw(other, type, { ...place(stack), ...harmless }),
});
const alone = (type: string, place: (stack: PrivateStack) => object): Pair => ({
  name: `${type} with a leg in the network`,
  rule: 'NoBridge',
  hostile: (stack, other) => raw(other, type, { ...place(stack) }),
  harmless: (_stack, other) => raw(other, type, { Subnets: ['subnet-1'], SecurityGroups: ['sg-1'] }),
});
const trust = (name: string, hostile: object, harmless: object, verdict: 'fail' | 'unknown' = 'fail'): Pair => {
  const change = (statement: object) => (stack: PrivateStack) => addTrust(stack, statement);
  return { name: `the execution role trusts ${name}`, rule: 'RolesOnlyForOwnAccount', verdict, hostile: change(hostile), harmless: change(harmless) };
};

function addTrust(stack: PrivateStack, statement: object) {
  stack.l1<CfnRole>(stack.network.role as Role).addPropertyOverride('AssumeRolePolicyDocument.Statement.1', { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement });
}

const changer = (type: string, properties: object = {}): Pair => ({
  name: type, rule: 'TemplatesVisible', verdict: 'unknown', hostile: (_stack, other) => raw(other, type, { ...properties }), harmless: (_stack, other) => raw(other, 'AWS::SNS::Topic', {}),
});
const task = (name: string, action: string): Pair => ({
  name,
  rule: 'TemplatesVisible',
  verdict: 'unknown',
  hostile: (_stack, other) => machine(other, { DefinitionString: JSON.stringify({ States: { Go: { Type: 'Task', Resource: `arn:aws:states:::aws-sdk:${action}` } } }) }),
  harmless: (_stack, other) => machine(other, { DefinitionString: JSON.stringify({ States: { Go: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:ec2:describeVpcs' } } }) }),
});

const call = (name: string, service: string, action: string): Pair => ({
  name,
  rule: 'TemplatesVisible',
  verdict: 'unknown',
  ...sides([action, 'describeStacks'], chosen => (_stack, other) => sdkCall(other, text({ service, action: chosen, parameters: {} }, other))),
});

/** Of "Who else is in there, who else may". */
const OTHERS: Pair[] = [
  tenant('AWS::SageMaker::NotebookInstance', {}, { DirectInternetAccess: 'Disabled' }, stack => ({ SubnetId: inSubnet(stack) })),
  {
    name: 'a notebook with the group of the jobs',
    rule: 'NoBridge',
    ...sides<object>([{}, { DirectInternetAccess: 'Disabled' }], access => (stack, other) =>
      raw(other, 'AWS::SageMaker::NotebookInstance', { SubnetId: 'subnet-1', SecurityGroupIds: [inGroup(stack)], ...access })),
  },
  tenant('AWS::SageMaker::Domain', {}, { AppNetworkAccessType: 'VpcOnly' }),
  tenant('AWS::RDS::DBInstance', { PubliclyAccessible: true }, { PubliclyAccessible: false }, stack => ({ VPCSecurityGroups: [], SubnetIds: [inSubnet(stack)] })),
  tenant('AWS::EKS::Cluster', {}, { ResourcesVpcConfig: { EndpointPublicAccess: false } }),
  tenant('AWS::MWAA::Environment', { WebserverAccessMode: 'PUBLIC_ONLY' }, { WebserverAccessMode: 'PRIVATE_ONLY' }),
  tenant('AWS::ElasticLoadBalancing::LoadBalancer', {}, { Scheme: 'internal' }, stack => ({ Subnets: [inSubnet(stack)] })),
  tenant('AWS::Transfer::Server', { EndpointDetails: { AddressAllocationIds: ['eipalloc-1'] } }, {}),
  tenant('AWS::MSK::Cluster', { BrokerNodeGroupInfo: { ConnectivityInfo: { PublicAccess: { Type: 'SERVICE_PROVIDED_EIPS' } } } }, {}),
  alone('AWS::AppRunner::VpcConnector', stack => ({ Subnets: [inSubnet(stack)] })),
  alone('AWS::KafkaConnect::Connector', stack => ({ KafkaCluster: { ApacheKafkaCluster: { Vpc: { Subnets: [inSubnet(stack)] } } } })),
  alone('AWS::ApiGatewayV2::VpcLink', stack => ({ SubnetIds: [inSubnet(stack)] })),
  alone('AWS::QuickSight::VPCConnection', stack => ({ SecurityGroupIds: [inGroup(stack)], SubnetIds: ['subnet-1'] })),
  alone('AWS::Route53Resolver::ResolverEndpoint', stack => ({ IpAddresses: [{ SubnetId: inSubnet(stack) }] })),
  {
    name: 'a function with a public URL',
    rule: 'NoBridge',
    hostile: stack => publicFunction(stack, 'NONE'),
    harmless: stack => publicFunction(stack, 'AWS_IAM'),
  },
  {
    name: 'an instance with a leg in a public subnet',
    rule: 'NoBridge',
    hostile: stack => twoLegs(stack, true),
    harmless: stack => twoLegs(stack, false),
  },
  {
    name: 'a rule for DNS in a shared VPC',
    rule: 'NoOtherAttachment',
    network: stack => ({ vpc: sharedVpc(stack) }),
    hostile: (stack, other) => raw(other, 'AWS::Route53Resolver::ResolverRuleAssociation', { VPCId: stack.network.vpc.vpcId, ResolverRuleId: 'rslvr-rr-1' }),
    harmless: (_stack, other) => raw(other, 'AWS::Route53Resolver::ResolverRuleAssociation', { VPCId: otherVpc(other).ref, ResolverRuleId: 'rslvr-rr-1' }),
  },
  {
    name: 'a load balancer with a leg in a public subnet',
    rule: 'NoBridge',
    network: stack => ({ vpc: sharedVpc(stack) }),
    hostile: stack => balancer(stack, 'PublicSubnet'),
    harmless: stack => balancer(stack, 'IsolatedSubnet'),
  },
  trust('anyone', { Principal: '*' }, { Principal: { AWS: Fn.sub('arn:aws:iam::${AWS::AccountId}:root') } }),
  trust('any account of any organization', { Principal: { AWS: '*' }, Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-*' } } },
    { Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }),
  trust('an account by number', { Principal: { AWS: '444455556666' } }, { Principal: { AWS: account } }, 'unknown'),
  {
    name: 'an exempt role that anyone may assume',
    rule: 'RolesOnlyForOwnAccount',
    hostile: stack => stack.network.allowOutsideEndpoint(new Role(stack, 'Exempt', { assumedBy: new AnyPrincipal() })),
    harmless: stack => stack.network.allowOutsideEndpoint(new Role(stack, 'Exempt', { assumedBy: new ServicePrincipal('sagemaker.amazonaws.com') })),
  },
  changer('AWS::CloudFormation::StackSet'),
  changer('AWS::ServiceCatalog::CloudFormationProvisionedProduct'),
  changer('AWS::SSM::Association', { Name: 'AWS-RunShellScript' }),
  changer('Company::Network::Gateway'),
  call('a call that creates a stack', 'CloudFormation', 'createStack'),
  call('a call that runs an automation', 'SSM', 'startAutomationExecution'),
  call('a call that uses Cloud Control', 'CloudControl', 'createResource'),
  {
    name: 'a state machine that makes a route for the jobs',
    rule: 'TemplatesVisible',
    ...sides(['createRoute', 'describeRouteTables'], action => (stack, other) => machine(other, {
      DefinitionString: text({
        States: { Go: { Type: 'Task', Resource: `arn:aws:states:::aws-sdk:ec2:${action}`, Parameters: { RouteTableId: stack.routeTableId, DestinationCidrBlock: ANYWHERE } } },
      }, other),
    })),
  },
  {
    name: 'the response bucket of CloudFormation, through the endpoint of the jobs',
    rule: 'S3EndpointOnlyForBuckets',
    hostile: stack => (stack.network.s3Endpoint as GatewayVpcEndpoint).addToPolicy(new PolicyStatement({
      principals: [new StarPrincipal()], actions: ['s3:PutObject'], resources: ['arn:aws:s3:::cloudformation-custom-resource-response-useast1/*'],
    })),
    harmless: stack => privatelyControlled(stack),
  },
  {
    name: 'the response bucket of CloudFormation, as the functions\' endpoint is also on a route table of the jobs',
    rule: 'S3EndpointOnlyForBuckets',
    hostile: stack => {
      const { node, subnets } = privatelyControlled(stack);
      const answering = node.findAll().filter((child): child is CfnVPCEndpoint => child instanceof CfnVPCEndpoint)
        .find(({ policyDocument }) => JSON.stringify(stack.resolve(policyDocument)).includes('CloudFormationAnswer'))!;
      answering.routeTableIds = subnets.map(({ routeTable }) => routeTable.routeTableId);
    },
    harmless: stack => privatelyControlled(stack),
  },
  task('a state machine that makes a route', 'ec2:createRoute'),
  task('a state machine that deletes a bucket policy', 's3:deleteBucketPolicy'),
  task('a state machine that creates a stack', 'cloudformation:createStack'),
  task('a state machine that uses Cloud Control', 'cloudcontrol:createResource'),
  task('a state machine that runs an automation', 'ssm:startAutomationExecution'),
];

/** Pairs about accounts by number: a stranger's is told from one's own where the stacks have an environment, and is not visible where they have none. */
const byAccount = (name: string, rule: string, change: (account: string) => Pair['hostile']): Pair[] => [
  { name: `${name} by number`, rule, hasEnv: true, hostile: change(STRANGER), harmless: change(OWN_ACCOUNT) },
  { name: `${name} by number, in an app without an environment`, rule, verdict: 'unknown', hostile: change(STRANGER), harmless: change('${AWS::AccountId}') },
];

const ACCOUNTS: Pair[] = [
  ...byAccount('an endpoint of SQS for resources of an account', 'OtherEndpointsRestricted', owner => stack =>
    interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceAccount': Fn.sub(owner) } } })),
  ...byAccount('any bucket of an account', 'S3EndpointOnlyForBuckets', owner => stack =>
    s3Policy(stack, { ...anyBucket, Condition: { StringEquals: { 'aws:ResourceAccount': Fn.sub(owner) } } })),
  ...byAccount('a queue of an account', 'OtherEndpointsRestricted', owner => stack =>
    interfaceEndpoint(stack, 'sqs', { Action: 'sqs:SendMessage', Resource: Fn.sub(`arn:aws:sqs:us-east-1:${owner}:queue`) })),
  ...byAccount('an execution role that trusts an account', 'RolesOnlyForOwnAccount', owner => stack =>
    addTrust(stack, { Principal: { AWS: Fn.sub(owner) } })),
  ...byAccount('an execution role that trusts a role of an account', 'RolesOnlyForOwnAccount', owner => stack =>
    addTrust(stack, { Principal: { AWS: Fn.sub(`arn:aws:iam::${owner}:role/Audit`) } })),
  {
    name: 'a role that a policy exempts by its name, and that anyone may assume',
    rule: 'RolesOnlyForOwnAccount',
    ...sides<IPrincipal>([new AnyPrincipal(), new ServicePrincipal('states.amazonaws.com')], assumedBy => (stack, other) => exemptByName(stack, other, assumedBy)),
  },
  {
    name: 'a role that a policy exempts by its name, of another account',
    rule: 'RolesOnlyForOwnAccount',
    hasEnv: true,
    ...sides([STRANGER, OWN_ACCOUNT], owner => (stack, other) => exemptByName(stack, other, new ServicePrincipal('states.amazonaws.com'), owner)),
  },
  {
    name: 'a role that a policy exempts by its name, and that the app does not make',
    rule: 'RolesOnlyForOwnAccount',
    verdict: 'unknown',
    ...sides(['Auditor', 'Audit'], roleName => (stack, other) => exemptByName(stack, other, new ServicePrincipal('states.amazonaws.com'), '${AWS::AccountId}', roleName)),
  },
  ...byAccount('an exempt role that an account may assume', 'RolesOnlyForOwnAccount', owner => stack =>
    stack.network.allowOutsideEndpoint(new Role(stack, 'Exempt', { assumedBy: new AccountPrincipal(Fn.sub(owner)) }))),
  {
    name: 'a Deny unless the account, with the number of another one',
    rule: 'S3EndpointOnlyForBuckets',
    hasEnv: true,
    ...sides([STRANGER, OWN_ACCOUNT], owner => stack =>
      s3Policy(stack, anyBucket, { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', Condition: { StringNotEquals: { 'aws:ResourceAccount': owner } } })),
  },
];

/** Of "Usable in a company": what is accepted hides nothing else. */
const ACCEPTED: Pair[] = [
  {
    name: 'a second opening, of which the first is accepted',
    rule: 'NoVpcPeering',
    accepted: [{ ruleId: 'NoVpcPeering', constructPath: 'Private/Peering', reason: 'audited' }],
    next: 'accepted',
    ...sides([['Peering', 'Second'], ['Peering']], names => stack => names.forEach(name => peering(stack, name))),
  },
  {
    name: 'an opening that is accepted for the whole stack',
    rule: 'NoVpcPeering',
    accepted: [{ ruleId: 'NoVpcPeering', constructPath: 'Private', reason: 'audited' }],
    hostile: stack => peering(stack, 'Peering'),
    harmless: () => {},
  },
  {
    name: 'a second job in an imported VPC, of which the first is accepted',
    rule: 'JobInPrivateSubnets',
    verdict: 'unknown',
    network: stack => ({ vpc: importedVpc(stack) }),
    accepted: [{ ruleId: 'JobInPrivateSubnets', constructPath: 'Private/Job', reason: 'checked in the console' }],
    next: 'accepted',
    hostile: stack => compile(stack, 'Second', stack),
    harmless: () => {},
  },
];

function peering(stack: PrivateStack, id: string) {
  raw(stack, 'AWS::EC2::VPCPeeringConnection', { VpcId: stack.network.vpc.vpcId, PeerVpcId: 'vpc-1' }, id);
}

/** A second network, whose functions have subnets of their own. */
function privatelyControlled(stack: PrivateStack) {
  return new NeoPrivateCompilationVpc(stack, 'Controlled', { buckets: [new Bucket(stack, 'ControlledModels')], privateControlPlane: true });
}

/** The bucket policy spares a role by an ARN that is written out; the app makes the role `Audit`. */
function exemptByName(stack: PrivateStack, other: Stack, assumedBy: IPrincipal, owner = '${AWS::AccountId}', roleName = 'Audit') {
  new Role(other, 'Audit', { assumedBy, roleName: 'Audit' });
  deny(stack, { Condition: { ...denial(stack).Condition, ArnNotLike: { 'aws:PrincipalArn': { 'Fn::Sub': `arn:aws:iam::${owner}:role/${roleName}` } } } });
}

function sides<T>([hostile, harmless]: [T, T], change: (value: T) => Pair['hostile']): Pick<Pair, 'hostile' | 'harmless'> {
  return { hostile: change(hostile), harmless: change(harmless) };
}

function publicFunction(stack: PrivateStack, authType: string) {
  const target = raw(stack, 'AWS::Lambda::Function', { VpcConfig: { SubnetIds: [inSubnet(stack)], SecurityGroupIds: ['sg-1'] } }, 'Function');
  raw(stack, 'AWS::Lambda::Url', { TargetFunctionArn: Fn.getAtt(target.logicalId, 'Arn'), AuthType: authType }, 'Url');
}

function twoLegs(stack: PrivateStack, isPublic: boolean) {
  const subnet = raw(stack, 'AWS::EC2::Subnet', { VpcId: otherVpc(stack).ref, CidrBlock: '10.9.0.0/24' }, 'OtherSubnet');
  const table = raw(stack, 'AWS::EC2::RouteTable', { VpcId: Fn.ref('OtherVpc') }, 'Table');
  raw(stack, 'AWS::EC2::SubnetRouteTableAssociation', { SubnetId: subnet.ref, RouteTableId: table.ref }, 'Association');
  if (isPublic) { raw(stack, 'AWS::EC2::Route', { RouteTableId: table.ref, DestinationCidrBlock: ANYWHERE, GatewayId: 'igw-1' }, 'Route'); }
  raw(stack, 'AWS::EC2::Instance', { NetworkInterfaces: [inSubnet(stack), subnet.ref].map((SubnetId, index) => ({ SubnetId, DeviceIndex: String(index), AssociatePublicIpAddress: false })) }, 'Instance');
}

function schedule(stack: Stack, request: Record<string, unknown>) {
  return raw(stack, 'AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'rate(1 day)',
    Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sagemaker:createCompilationJob', RoleArn: LOG_ROLE, Input: text({ CompilationJobName: 'nightly', ...request }, stack) },
  });
}

/** What a network says of itself, changed by an escape hatch. */
function describe(network: NeoPrivateCompilationVpc, change: object) {
  const handle = network.node.findChild('Description') as CfnResource;
  handle.addMetadata(NETWORK_METADATA, { ...handle.getMetadata(NETWORK_METADATA), ...change });
}

function undescribe(network: NeoPrivateCompilationVpc) {
  (network.node.findChild('Description') as CfnResource).addOverride('Metadata', { [NETWORK_METADATA]: undefined });
}

/** Metadata of a network without jobs that do not name a part of it, which is opened. */
function changed(part: string, rule: string, change: object, open: (network: NeoPrivateCompilationVpc, stack: Stack) => void): Pair {
  return {
    name: `a ${part} taken out of the metadata of a network without jobs`,
    rule,
    ...sides([open, () => {}], opened => (_stack, other) => {
      const network = jobless(other);
      describe(network, change);
      opened(network, other);
    }),
  };
}

function jobless(stack: Stack) {
  return new NeoPrivateCompilationVpc(stack, 'Jobless', { buckets: [new Bucket(stack, 'JoblessModels')] });
}

function egressToList(stack: PrivateStack, ...names: string[]) {
  const list = sdkCall(stack, text({ service: 'EC2', action: 'describeManagedPrefixLists', parameters: { Filters: [{ Name: 'prefix-list-name', Values: names }] } }, stack));
  raw(stack, 'AWS::EC2::SecurityGroupEgress', {
    GroupId: inGroup(stack), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationPrefixListId: { 'Fn::GetAtt': [list.logicalId, 'PrefixLists.0.PrefixListId'] },
  }, 'ToList');
}

function egressToGroup(stack: PrivateStack, peer: CfnResource) {
  raw(stack, 'AWS::EC2::SecurityGroupEgress', {
    GroupId: inGroup(stack), IpProtocol: 'tcp', FromPort: 443, ToPort: 443, DestinationSecurityGroupId: { 'Fn::GetAtt': [peer.logicalId, 'GroupId'] },
  }, 'ToGroup');
}

/** An endpoint that jobs may connect to, and perhaps something else with its group. */
function endpointWithGroup(stack: PrivateStack, otherType?: string) {
  const peer = raw(stack, 'AWS::EC2::SecurityGroup', { VpcId: stack.network.vpc.vpcId, GroupDescription: 'Endpoint' }, 'Peer');
  const SecurityGroupIds = [{ 'Fn::GetAtt': [peer.logicalId, 'GroupId'] }];
  egressToGroup(stack, peer);
  interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*', Condition: own }, { SecurityGroupIds, SubnetIds: [inSubnet(stack)] });
  if (otherType) { raw(stack, otherType, { SecurityGroupIds, SubnetId: 'subnet-1' }, 'Proxy'); }
}

/** A task in JSONata that adds keys to what states have assigned to a variable. */
function merging(stack: Stack, assigned: object[], added: string) {
  const states = assigned.map((common, index) => [`Assign ${index}`, { Type: 'Pass', Assign: { common } }]);
  return machine(stack, {
    DefinitionString: text({
      QueryLanguage: 'JSONata',
      States: {
        ...Object.fromEntries(states),
        Compile: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sagemaker:createCompilationJob', Arguments: `{% $merge([$common, {${added}}]) %}` },
      },
    }, stack),
  });
}

function fleet({ network, bucket }: PrivateStack, stack: Stack) {
  return new NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig: network.vpcConfig,
    models: NeoFleetModels.fromPrefix(bucket, 'models/', { framework: NeoFramework.PYTORCH_2_0, dataInputShape: NeoDataInputShape.of('input', 1, 3, 224, 224) }),
    targets: [{ target: NeoTarget.ML_C5 }],
    outputBucket: bucket,
    maxConcurrentJobs: 2,
  });
}

function sharedVpc(stack: Stack) {
  return new Vpc(stack, 'Shared', { maxAzs: 2, subnetConfiguration: [{ name: 'Web', subnetType: SubnetType.PUBLIC }, { name: 'Neo', subnetType: SubnetType.PRIVATE_ISOLATED }] });
}

function endpointInWeb(stack: PrivateStack, condition?: object) {
  interfaceEndpoint(stack, 'sqs', { Action: 'sqs:*', Resource: '*', Condition: condition }, { SubnetIds: stack.network.vpc.publicSubnets.map(({ subnetId }) => subnetId) });
}

/** A model of the bootstrap stack's bucket. */
function readAsset(stack: PrivateStack) {
  const options = { framework: NeoFramework.PYTORCH_2_0, dataInputShape: NeoDataInputShape.of('input', 1, 3, 224, 224) };
  new NeoCompilationJob(stack, 'OfAsset', { vpcConfig: stack.network.vpcConfig, model: NeoModel.fromAsset(archive(), options), target: NeoTarget.ML_C5, outputBucket: stack.bucket });
}

function balancer(stack: PrivateStack, other: 'PublicSubnet' | 'IsolatedSubnet') {
  const subnet = other === 'PublicSubnet' ? stack.network.vpc.publicSubnets[0] : stack.network.subnets[1];
  raw(stack, 'AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internal', Subnets: [inSubnet(stack), subnet.subnetId] });
}

function importedVpc(stack: Stack) {
  return Vpc.fromVpcAttributes(stack, 'Existing', {
    vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24'], isolatedSubnetRouteTableIds: ['rtb-1'],
  });
}

export const PAIRS: Pair[] = [...UNKNOWN, ...CONDITIONS, ...OTHERS, ...ACCOUNTS, ...ACCEPTED, ...FOUND_PAIRS];
