import { hexDigest, StackIdentity, suffix } from './environment';
import { TemplateError, TemplateValue } from './template';

/** A native AWS resource in a local run: it only has names and ARNs. */
export interface NativeResource {
  /** Ref returns it, too. */
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, TemplateValue>>;
}

interface Subject {
  readonly stack: StackIdentity;
  readonly name: string;
  readonly properties: Readonly<Record<string, TemplateValue>>;
  /** Returns an ID in EC2's format, which is always the same for this resource. */
  readonly hexId: (prefix: string) => string;
}

interface NativeType {
  /** The property that names it. */
  readonly named?: string;
  readonly maxLength?: number;
  /** The prefix of IDs such as `vpc-0123456789abcdef0`. @default - a name that is derived from stack and logical id */
  readonly idPrefix?: string;
  readonly lowerCase?: boolean;
  /** @default - its name */
  readonly physicalId?: (subject: Subject) => string;
  readonly attributes?: (subject: Subject) => Record<string, TemplateValue>;
}

const arn = ({ stack }: Subject, service: string, resource: string, regional = true) =>
  `arn:aws:${service}:${regional ? stack.region : ''}:${stack.account}:${resource}`;
const globalArn = (subject: Subject, service: string, resource: string) => arn(subject, service, resource, false);

const ec2 = (idPrefix: string, attributes: NativeType['attributes'] = () => ({})): NativeType => ({ idPrefix, attributes });

/** Ref returns the ARN, and an attribute returns the name. */
const sageMaker = (resource: string, named: string): NativeType => ({
  named,
  maxLength: 63,
  physicalId: x => arn(x, 'sagemaker', `${resource}/${x.name}`.toLowerCase()),
  attributes: x => ({ [named]: x.name }),
});

const TYPES: Readonly<Record<string, NativeType>> = {
  'AWS::CloudFormation::WaitConditionHandle': { physicalId: ({ stack, name }) => `https://cloudformation-waitcondition-${stack.region}.s3.amazonaws.com/${name}` },
  'AWS::CloudWatch::Alarm': { named: 'AlarmName', attributes: x => ({ Arn: arn(x, 'cloudwatch', `alarm:${x.name}`) }) },
  'AWS::EC2::EIP': ec2('eipalloc', x => ({ AllocationId: x.name, PublicIp: '203.0.113.1' })),
  'AWS::EC2::FlowLog': ec2('fl', x => ({ Id: x.name })),
  'AWS::EC2::InternetGateway': ec2('igw', x => ({ InternetGatewayId: x.name })),
  'AWS::EC2::NatGateway': ec2('nat', x => ({ NatGatewayId: x.name })),
  'AWS::EC2::NetworkAcl': ec2('acl', x => ({ Id: x.name })),
  'AWS::EC2::PrefixList': ec2('pl', x => ({ PrefixListId: x.name, Arn: arn(x, 'ec2', `prefix-list/${x.name}`) })),
  'AWS::EC2::Route': {},
  'AWS::EC2::RouteTable': ec2('rtb', x => ({ RouteTableId: x.name })),
  'AWS::EC2::SecurityGroup': ec2('sg', x => ({ GroupId: x.name, Id: x.name, VpcId: x.properties.VpcId })),
  'AWS::EC2::SecurityGroupEgress': ec2('sgr', x => ({ Id: x.name })),
  'AWS::EC2::SecurityGroupIngress': ec2('sgr', x => ({ Id: x.name })),
  'AWS::EC2::Subnet': ec2('subnet', x => ({
    SubnetId: x.name,
    VpcId: x.properties.VpcId,
    CidrBlock: x.properties.CidrBlock,
    AvailabilityZone: x.properties.AvailabilityZone ?? `${x.stack.region}a`,
    NetworkAclAssociationId: x.hexId('aclassoc'),
    Ipv6CidrBlocks: [],
  })),
  'AWS::EC2::SubnetRouteTableAssociation': ec2('rtbassoc', x => ({ Id: x.name })),
  'AWS::EC2::VPC': ec2('vpc', x => ({
    VpcId: x.name,
    CidrBlock: x.properties.CidrBlock,
    CidrBlockAssociations: [x.hexId('vpc-cidr-assoc')],
    DefaultNetworkAcl: x.hexId('acl'),
    DefaultSecurityGroup: x.hexId('sg'),
    Ipv6CidrBlocks: [],
  })),
  'AWS::EC2::VPCEndpoint': ec2('vpce', x => ({ Id: x.name, CreationTimestamp: '2030-01-01T00:00:00Z', DnsEntries: [], NetworkInterfaceIds: [] })),
  'AWS::Events::Rule': { named: 'Name', attributes: x => ({ Arn: arn(x, 'events', `rule/${x.name}`) }) },
  'AWS::IAM::ManagedPolicy': { named: 'ManagedPolicyName', physicalId: x => globalArn(x, 'iam', `policy/${x.name}`), attributes: x => ({ PolicyArn: globalArn(x, 'iam', `policy/${x.name}`) }) },
  'AWS::IAM::Policy': { named: 'PolicyName', attributes: x => ({ Id: x.name }) },
  'AWS::IAM::Role': {
    named: 'RoleName',
    attributes: x => ({ Arn: globalArn(x, 'iam', `role${x.properties.Path ?? '/'}${x.name}`), RoleId: `AROA${suffix(x.name, 17)}` }),
  },
  'AWS::IoT::Policy': { named: 'PolicyName', attributes: x => ({ Id: x.name, Arn: arn(x, 'iot', `policy/${x.name}`) }) },
  'AWS::IoT::RoleAlias': { named: 'RoleAlias', attributes: x => ({ RoleAliasArn: arn(x, 'iot', `rolealias/${x.name}`) }) },
  'AWS::KMS::Alias': { named: 'AliasName' },
  'AWS::KMS::Key': { physicalId: x => uuid(x), attributes: x => ({ KeyId: uuid(x), Arn: arn(x, 'kms', `key/${uuid(x)}`) }) },
  'AWS::Lambda::Function': { named: 'FunctionName', attributes: x => ({ Arn: arn(x, 'lambda', `function:${x.name}`) }) },
  'AWS::Lambda::Permission': { attributes: x => ({ Id: x.name }) },
  'AWS::Logs::LogGroup': { named: 'LogGroupName', maxLength: 512, attributes: x => ({ Arn: arn(x, 'logs', `log-group:${x.name}:*`) }) },
  'AWS::S3::Bucket': {
    named: 'BucketName',
    lowerCase: true,
    maxLength: 63,
    attributes: x => ({
      Arn: `arn:aws:s3:::${x.name}`,
      DomainName: `${x.name}.s3.amazonaws.com`,
      DualStackDomainName: `${x.name}.s3.dualstack.${x.stack.region}.amazonaws.com`,
      RegionalDomainName: `${x.name}.s3.${x.stack.region}.amazonaws.com`,
      WebsiteURL: `http://${x.name}.s3-website-${x.stack.region}.amazonaws.com`,
    }),
  },
  'AWS::S3::BucketPolicy': { physicalId: x => x.properties.Bucket },
  'AWS::SageMaker::Endpoint': sageMaker('endpoint', 'EndpointName'),
  'AWS::SageMaker::EndpointConfig': sageMaker('endpoint-config', 'EndpointConfigName'),
  'AWS::SageMaker::Model': sageMaker('model', 'ModelName'),
  'AWS::SNS::Topic': { named: 'TopicName', physicalId: x => arn(x, 'sns', x.name), attributes: x => ({ TopicArn: arn(x, 'sns', x.name), TopicName: x.name }) },
  'AWS::SQS::Queue': {
    named: 'QueueName',
    physicalId: x => queueUrl(x),
    attributes: x => ({ Arn: arn(x, 'sqs', x.name), QueueName: x.name, QueueUrl: queueUrl(x) }),
  },
  'AWS::SSM::Parameter': { named: 'Name', attributes: x => ({ Type: x.properties.Type, Value: x.properties.Value }) },
  'AWS::StepFunctions::StateMachine': {
    named: 'StateMachineName',
    physicalId: x => arn(x, 'states', `stateMachine:${x.name}`),
    attributes: x => ({ Arn: arn(x, 'states', `stateMachine:${x.name}`), Name: x.name }),
  },
};

/** Returns a resource in a local run. A type that is not in the table has a name and no attributes. */
export function nativeResource(
  stack: StackIdentity, logicalId: string, type: string, properties: Readonly<Record<string, TemplateValue>>,
): NativeResource {
  const entry = TYPES[type] ?? {};
  const seed = `${stack.account}/${stack.region}/${stack.stackName}/${logicalId}`;
  const hexId = (prefix: string) => `${prefix}-0${hexDigest(`${seed}/${prefix}`, 16)}`;
  const generated = entry.idPrefix !== undefined ? hexId(entry.idPrefix) : generatedName(stack, logicalId, seed, entry.maxLength ?? 64);
  const given = entry.named === undefined ? undefined : properties[entry.named];
  const name = given ?? (entry.lowerCase ? generated.toLowerCase() : generated);
  const subject: Subject = { stack, name, properties, hexId };
  return { physicalId: entry.physicalId?.(subject) ?? name, attributes: entry.attributes?.(subject) ?? {} };
}

/** @throws TemplateError that says how to add an attribute to the local run */
export function nativeAttribute(logicalId: string, type: string, attributes: NativeResource['attributes'], name: string): TemplateValue {
  if (!(name in attributes)) {
    throw new TemplateError(`the local run does not know attribute ${name} of ${logicalId} (${type}); known: ${Object.keys(attributes).join(', ') || 'none'}. `
      + 'Add it to local/cloudformation/native-resources.ts');
  }
  return attributes[name];
}

function generatedName({ stackName }: StackIdentity, logicalId: string, seed: string, maxLength: number): string {
  const room = maxLength - 14;
  return `${stackName}-${logicalId}`.slice(0, room) + `-${suffix(seed)}`;
}

const uuid = ({ name }: Subject) => hexDigest(name, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const queueUrl = ({ stack, name }: Subject) => `https://sqs.${stack.region}.amazonaws.com/${stack.account}/${name}`;
