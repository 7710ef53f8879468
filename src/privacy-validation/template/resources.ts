import { choicesOf } from '../../util/intrinsics';

/**
 * A resource of a synthesized template, whatever made it: a construct, an escape hatch or an included template.
 */
export interface TemplateResource {
  readonly template: SynthesizedTemplate;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: any;
  readonly metadata: any;
  /** Name of the CloudFormation condition under which it exists. */
  readonly condition?: string;
  /** What `Ref` of it resolves to, unique in the app: `${<template>#<logical ID>}`. */
  readonly ref: string;
  /** Path of its construct, or `<template>/<logical ID>` where none made it. */
  readonly constructPath: string;
}

/** What the cloud assembly tells of a stack. Account and Region are undefined where only the deployment knows them. */
export interface StackFacts {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
}

/** A template and where it came from. */
export interface SynthesizedTemplate {
  readonly name: string;
  /** Absolute path, undefined for a template that is in memory only. */
  readonly file?: string;
  readonly body: any;
  readonly stack?: StackFacts;
  /** The `AWS::CloudFormation::Stack` that deploys it, when it is a nested stack's. */
  readonly parent?: TemplateResource;
}

/** Whether a property may not be there, as some `Fn::If` has it. */
export function mayBeAbsent(value: any): boolean {
  return choicesOf(value).includes(undefined);
}

/** Attributes that say the same as `Ref`. */
const IDS: { readonly [type: string]: string } = {
  'AWS::EC2::VPC': 'VpcId',
  'AWS::EC2::Subnet': 'SubnetId',
  'AWS::EC2::RouteTable': 'RouteTableId',
  'AWS::EC2::VPCEndpoint': 'Id',
  'AWS::EC2::SecurityGroup': 'GroupId',
  'AWS::EC2::NetworkInterface': 'Id',
};

/**
 * What an attribute of a resource is, in terms of its template, so that everything has one spelling.
 *
 * @returns undefined for one that is known at the deployment only
 */
export function attributeValue({ type, logicalId, properties }: TemplateResource, attribute: string): any {
  if (IDS[type] === attribute) { return { Ref: logicalId }; }
  if (type === 'AWS::EC2::SecurityGroup' && attribute === 'Id') { return { Ref: logicalId }; }
  // Policies are written with a bucket's ARN and with its name.
  if (type === 'AWS::S3::Bucket' && attribute === 'Arn') { return { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::\${${logicalId}}` }; }
  if (type === 'AWS::SSM::Parameter' && attribute === 'Value') { return properties.Value; }
  // What a reader of CDK's references across Regions has; the writer in the other stack has the value.
  if (attribute.startsWith('/cdk/exports/')) { return `{{resolve:ssm:${attribute}}}`; }
  // An ID that is called as a property is, is what the property says, whatever the type.
  const repeated = /id$/i.test(attribute) ? Object.keys(properties).find(name => name.toLowerCase() === attribute.toLowerCase()) : undefined;
  return repeated === undefined ? undefined : properties[repeated];
}

/**
 * Short name for people: the construct path without its stack and without CDK's `Resource` and `Default`; the logical ID, without
 * CDK's digest, where there is no path.
 */
export function nameOf({ constructPath, logicalId }: TemplateResource): string {
  const [, ...parts] = constructPath.split('/');
  const name = parts.filter(part => part !== 'Resource' && part !== 'Default').join('/');
  return name && name !== logicalId ? name : logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}

/** `1 job`, `2 jobs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A name in which account and Region are only known at deployment, for people. */
export function readableName(canonical: string): string {
  return canonical.replace(/\$\{AWS\.AccountId\}/g, '<account>').replace(/\$\{(?:AWS\.Region|join [^}]*)\}/g, '<region>').replace(/\$\{[^}]*?([^#}]+)\}/g, '<$1>');
}
