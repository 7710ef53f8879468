import { type App, CfnCondition, CfnOutput, type CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { newApp, PrivateStack } from './private-app';
import { idOf, maybe, PRODUCTION, raw } from './template-changes';

/** How references across stacks are written. */
export const REFERENCES = ['strong', 'weak', 'both'] as const;

export type ReferenceStrength = typeof REFERENCES[number];

/** Something that opens a network, and the nearest thing that does not. Both may use a second stack. */
export interface Pair {
  /** The issue that the pair is about. */
  readonly name: string;
  readonly rule: string;
  /** What the rule says of the hostile one; `fail` unless it is about something outside of the app. */
  readonly verdict?: 'fail' | 'unknown';
  readonly hostile: (stack: PrivateStack, other: Stack) => void;
  readonly harmless: (stack: PrivateStack, other: Stack) => void;
  /** For the app of the harmless one; rules that must have nothing but passes, all by default. */
  readonly network?: ConstructorParameters<typeof PrivateStack>[3];
}

/** An app with a private network, a stack beside it, and the change. */
export function appOf(change: Pair['hostile'], strength: ReferenceStrength = 'weak', network?: Pair['network']): App {
  const app = newApp({ context: { '@aws-cdk/core:defaultCrossStackReferences': strength, 'aws:cdk:enable-asset-metadata': true } });
  const stack = new PrivateStack(app, 'Private', {}, network);
  const other = new Stack(app, 'Other');
  for (const one of [stack, other]) { new CfnCondition(one, PRODUCTION, { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), 'us-east-1') }); }
  change(stack, other);
  return app;
}

const ANYWHERE = '0.0.0.0/0';
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
/** As many different conditions as nobody reads. */
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
    hostile: (_stack, other) => machine(other, { DefinitionString: text(sagemakerTask({ CompilationJobName: 'open', RoleArn: Fn.importValue('SomeRole') }), other) }),
    harmless: (stack, other) => machine(other, { DefinitionString: text(sagemakerTask({ VpcConfig: vpcConfig(stack), RoleArn: Fn.importValue('SomeRole') }), other) }),
  },
  {
    name: 'a call of the API with a token in its JSON and no network',
    rule: 'JobInPrivateSubnets',
    hostile: (_stack, other) => sdkCall(other, text({ service: 'SageMaker', action: 'createCompilationJob', parameters: { RoleArn: Fn.importValue('SomeRole') } }, other)),
    harmless: (stack, other) => sdkCall(other, text({ service: 'SageMaker', action: 'createCompilationJob', parameters: { VpcConfig: vpcConfig(stack), RoleArn: Fn.importValue('SomeRole') } }, other)),
  },
  {
    name: 'a schedule with an imported role and no network',
    rule: 'JobInPrivateSubnets',
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
  },
  {
    name: 'the metadata of the network deleted',
    rule: 'NoInternetGateway',
    hostile: (stack, other) => {
      (stack.network.node.findChild('Ready') as CfnResource).addOverride('Metadata', {});
      igw(other, stack.network.vpc.vpcId);
    },
    harmless: (stack, other) => {
      (stack.network.node.findChild('Ready') as CfnResource).addOverride('Metadata', {});
      igw(other, otherVpc(other).ref);
    },
  },
];

function schedule(stack: Stack, request: Record<string, unknown>) {
  return raw(stack, 'AWS::Scheduler::Schedule', {
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'rate(1 day)',
    Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sagemaker:createCompilationJob', RoleArn: LOG_ROLE, Input: text({ CompilationJobName: 'nightly', ...request }, stack) },
  });
}

function importedVpc(stack: Stack) {
  return Vpc.fromVpcAttributes(stack, 'Existing', {
    vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24'], isolatedSubnetRouteTableIds: ['rtb-1'],
  });
}

export const PAIRS: Pair[] = [...UNKNOWN];
