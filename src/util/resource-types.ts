import { CfnResource, Reference, Tokenization } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { formatValue, NeoValidationError, withoutTokens } from './errors';
import { having, wrongType } from './prop-types';
import type { PropType } from './prop-types';

/*
 * Types of the constructs and classes that props accept. They are recognized by members of their interfaces.
 */

export const BUCKET = generalPurposeBucket(constructType('a bucket (s3.IBucket)', 'bucketArn', 'bucketName'));
export const KEY = constructType('a key (kms.IKey)', 'keyArn', 'grant');
export const ROLE = constructType('a role (iam.IRole)', 'roleArn', 'grantPrincipal');
export const GRANTEE = granteeType('a role, user or other principal (iam.IGrantable)');
export const STATEMENT = having('a policy statement (iam.PolicyStatement)', 'toStatementJson', 'hasPrincipal');
export const VPC = constructType('a VPC (ec2.IVpc)', 'vpcId', 'selectSubnets');
export const SUBNET_FILTER = having('a filter for subnets (ec2.SubnetFilter)', 'selectSubnets');
export const SUBNET = constructType('a subnet (ec2.ISubnet)', 'subnetId', 'routeTable');
export const SECURITY_GROUP = constructType('a security group (ec2.ISecurityGroup)', 'securityGroupId');
export const GATEWAY_ENDPOINT = constructType('a gateway endpoint (ec2.IGatewayVpcEndpoint)', 'vpcEndpointId');
export const PREFIX_LIST = constructType('a prefix list (ec2.IPrefixList)', 'prefixListId', 'toEgressRuleConfig');
export const IP_ADDRESSES = having('IP addresses, such as ec2.IpAddresses.cidr(\'10.20.0.0/20\')', 'allocateVpcCidr');
export const TOPIC = constructType('a topic (sns.ITopic)', 'topicArn');
export const STATE_MACHINE = constructType('a state machine (sfn.IStateMachine)', 'stateMachineArn');
export const FLOW_LOG_DESTINATION = having('a destination of flow logs, such as ec2.FlowLogDestination.toS3()', 'bind');
export const LOG_GROUP = constructType('a log group (logs.ILogGroup)', 'logGroupArn');

export const PRIVATE_VPC = constructType('a NeoPrivateCompilationVpc', 'vpcConfig', 'grantReadThroughEndpoint');
export const JOB = constructType('a compilation job (INeoCompilationJob)', 'jobName', 'target', 'metricFailedJobs', 'metricCompletedJobs', 'metricCompilationTime', 'metricPendingTime',
  'grantReadArtifacts', 'grantReadArtifactsOutsideEndpoint');
export const MODEL = having('a NeoModel, such as NeoModel.fromBucket(...)', 'bind');
export const FRAMEWORK = having('a NeoFramework, such as NeoFramework.PYTORCH_1_13', 'name', 'version');
export const TARGET = having('a NeoTarget, such as NeoTarget.ML_C5', '_toOutputConfig', 'kind');
export const SHAPE = having('a NeoDataInputShape, such as NeoDataInputShape.of(...)', '_inputs', 'toJson');
export const COMPILER_OPTIONS = having('NeoCompilerOptions, such as NeoCompilerOptions.cpu(...)', '_value', 'toJson');
export const FLEET_MODELS = having('NeoFleetModels, such as NeoFleetModels.fromPrefix(...)', '_bind');

/**
 * A construct with these members. Its class does not matter, because it may come from another copy of a library, or be a proxy of jsii, which has the
 * members of the interface that a class in another language implements.
 */
function constructType(description: string, ...members: string[]): PropType<false> {
  const object = having(description, ...members, 'env');
  const isConstruct = (value: any) => Construct.isConstruct(value) || typeof value.node?.addr === 'string';
  return { ...object, typeError: value => object.typeError(value) ?? (isConstruct(value) ? undefined : wrongType(description, value)) };
}

/** A principal, or an object with one. */
function granteeType(description: string): PropType<false> {
  const grantee = having(description, 'grantPrincipal');
  const principal = having(description, 'addToPrincipalPolicy', 'policyFragment');
  const isPrincipal = (value: unknown) => principal.typeError(value) === undefined;
  const isGrantee = (value: unknown) => grantee.typeError(value) === undefined && isPrincipal((value as any).grantPrincipal);
  return { ...grantee, typeError: value => isGrantee(value) ? undefined : wrongType(description, value) };
}

/** The S3 gateway endpoint, its policy and bucket policies cover general purpose buckets only. */
function generalPurposeBucket(bucket: PropType<false>): PropType<false> {
  // Hundreds of jobs share a bucket.
  const accepted = new WeakSet<object>();
  return {
    ...bucket,
    typeError: value => {
      if (accepted.has(value as object)) { return undefined; }
      const mismatch = bucket.typeError(value);
      if (mismatch) { return mismatch; }
      const { bucketArn, bucketName } = value as { bucketArn: unknown; bucketName: unknown };
      const other = otherThanBucket(bucketArn, bucketName);
      const fix = `a general purpose bucket, not ${other}, which the S3 gateway endpoint or policies of buckets do not cover`;
      if (other !== undefined) { return { path: '', fix, value: withoutTokens(String(bucketArn)) }; }
      accepted.add(value as object);
      return undefined;
    },
  };
}

/**
 * Resources that S3 names like a general purpose bucket. They are recognized by reserved suffixes of their names, by their ARNs, or by the type of
 * the resource that a name or an ARN refers to.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const KINDS: { readonly kind: string; readonly name: RegExp; readonly arn: RegExp; readonly resource: RegExp }[] = [
  { kind: 'a directory bucket or an access point of one (S3 Express One Zone)', name: /--x-s3$|--xa-s3$/, arn: /^arn:[^:]*:s3express:/, resource: /^AWS::S3Express::/ },
  { kind: 'an access point of S3 on Outposts, or a bucket there', name: /--op-s3$/, arn: /^arn:[^:]*:s3-outposts:/, resource: /^AWS::S3Outposts::/ },
  { kind: 'an S3 Object Lambda access point', name: /--ol-s3$/, arn: /^arn:[^:]*:s3-object-lambda:/, resource: /^AWS::S3ObjectLambda::/ },
  { kind: 'an S3 multi-Region access point', name: /\.mrap$/, arn: /^arn:[^:]*:s3::[^:]*:accesspoint[/:]/, resource: /^AWS::S3::MultiRegionAccessPoint$/ },
  { kind: 'an S3 access point', name: /-s3alias$/, arn: /^arn:[^:]*:s3:[^:]*:[^:]*:accesspoint[/:]/, resource: /^AWS::S3::AccessPoint$/ },
  { kind: 'an S3 table bucket', name: /--table-s3$/, arn: /^arn:[^:]*:s3tables:/, resource: /^AWS::S3Tables::/ },
  { kind: 'an S3 vector bucket', name: /(?!)/, arn: /^arn:[^:]*:s3vectors:/, resource: /^AWS::S3Vectors::/ },
];

/**
 * Returns the kind of a resource that is not a general purpose bucket, such as `an S3 access point`. It is undefined for a general purpose bucket,
 * and for a name and an ARN that are tokens and refer to no resource.
 */
function otherThanBucket(bucketArn: unknown, bucketName: unknown): string | undefined {
  const types = [bucketArn, bucketName].map(referencedType);
  const isKind = ({ name, arn, resource }: (typeof KINDS)[number]) =>
    arn.test(String(bucketArn)) || name.test(String(bucketName)) || types.some(type => resource.test(type));
  return KINDS.find(isKind)?.kind;
}

/** Returns the type of the resource that a string refers to, or an empty string. */
function referencedType(text: unknown): string {
  const reference = typeof text === 'string' ? Tokenization.reverseString(text).tokens.find(token => Reference.isReference(token)) : undefined;
  return Reference.isReference(reference) && CfnResource.isCfnResource(reference.target) ? reference.target.cfnResourceType : '';
}

/**
 * Matches an S3 URI whose bucket is not a general purpose bucket, by its ARN or by a reserved suffix. JSONata in state machines also contains this
 * expression.
 */
export const S3_URI_OF_OTHER_THAN_BUCKET = new RegExp(`^s3:\\/\\/(arn:[^/]*|[^/]*(${KINDS.map(({ name }) => name.source.replace(/\$/g, '')).filter(suffix => suffix !== '(?!)').join('|')}))\\/`);

/** The same, anywhere in JSONata. */
const WITHIN_JSONATA = new RegExp(S3_URI_OF_OTHER_THAN_BUCKET.source.slice(1));

/** Fails if an S3 URI, or JSONata that builds one, names a bucket that is not a general purpose bucket. */
export function requireGeneralPurposeUri(scope: IConstruct | undefined, s3Uri: string): void {
  const type = referencedType(s3Uri);
  if (WITHIN_JSONATA.test(s3Uri) || KINDS.some(({ resource }) => resource.test(type))) {
    throw new NeoValidationError(`s3Uri must name a general purpose bucket, not an access point or a bucket of another kind; got: ${formatValue(s3Uri)}`, scope);
  }
}
