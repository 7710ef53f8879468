import { choicesOf } from '../../util/intrinsics';

/**
 * A resource of a synthesized template. A construct, an escape hatch or an included template may have created it.
 */
export interface TemplateResource {
  readonly template: SynthesizedTemplate;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: any;
  readonly metadata: any;
  /** The name of the CloudFormation condition under which it exists. */
  readonly condition?: string;
  /** The value of its `Ref`, unique in the app: `${<template>#<logical ID>}`. */
  readonly ref: string;
  /** The path of its construct, or `<template>/<logical ID>` if it has none. */
  readonly constructPath: string;
}

/** The facts of a stack in the cloud assembly. Account and Region are undefined if they are unknown at synthesis. */
export interface StackFacts {
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
}

/** A template and its origin. */
export interface SynthesizedTemplate {
  readonly name: string;
  /** The absolute path. Undefined for a template in memory. */
  readonly file?: string;
  readonly body: any;
  readonly stack?: StackFacts;
  /** The `AWS::CloudFormation::Stack` that deploys it, for a nested stack. */
  readonly parent?: TemplateResource;
}

/** Whether an `Fn::If` may leave a property out. */
export function mayBeAbsent(value: any): boolean {
  return choicesOf(value).includes(undefined);
}

/** The attribute of each type with the same value as `Ref`. */
const IDS: { readonly [type: string]: string } = {
  'AWS::EC2::VPC': 'VpcId',
  'AWS::EC2::Subnet': 'SubnetId',
  'AWS::EC2::RouteTable': 'RouteTableId',
  'AWS::EC2::VPCEndpoint': 'Id',
  'AWS::EC2::SecurityGroup': 'GroupId',
  'AWS::EC2::NetworkInterface': 'Id',
};

/**
 * Expresses an attribute of a resource by values of its template, so that equal values have the same spelling.
 *
 * @returns undefined for an attribute that is known only at deployment
 */
export function attributeValue({ type, logicalId, properties }: TemplateResource, attribute: string): any {
  if (IDS[type] === attribute) { return { Ref: logicalId }; }
  if (type === 'AWS::EC2::SecurityGroup' && attribute === 'Id') { return { Ref: logicalId }; }
  // Policies use both the ARN and the name of a bucket.
  if (type === 'AWS::S3::Bucket' && attribute === 'Arn') { return { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::\${${logicalId}}` }; }
  if (type === 'AWS::SSM::Parameter' && attribute === 'Value') { return properties.Value; }
  // For a reference across Regions, CDK creates a reader here, and a writer with the value in the other stack.
  if (attribute.startsWith('/cdk/exports/')) { return `{{resolve:ssm:${attribute}}}`; }
  // An ID attribute with the name of a property has the value of that property, for every type.
  const repeated = /id$/i.test(attribute) ? Object.keys(properties).find(name => name.toLowerCase() === attribute.toLowerCase()) : undefined;
  return repeated === undefined ? undefined : properties[repeated];
}

/**
 * Returns a short readable name: the construct path without its stack and without CDK's `Resource` and `Default`, or, if there is no path, the
 * logical ID without CDK's digest.
 */
export function nameOf({ constructPath, logicalId }: TemplateResource): string {
  const [, ...parts] = constructPath.split('/');
  const name = parts.filter(part => part !== 'Resource' && part !== 'Default').join('/');
  return name && name !== logicalId ? name : logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}

/** Returns a number with a noun, such as `1 job` or `2 jobs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Returns a readable form of a name in which account and Region are known only at deployment. */
export function readableName(canonical: string): string {
  return canonical.replace(/\$\{AWS\.AccountId\}/g, '<account>').replace(/\$\{(?:AWS\.Region|join [^}]*)\}/g, '<region>').replace(/\$\{[^}]*?([^#}]+)\}/g, '<$1>');
}
