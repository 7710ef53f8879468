import { RemovalPolicy, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, listOf, NUMBER, optional, requireTypes, structOf, STRING } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';
import {
  BUCKET,
  FLOW_LOG_DESTINATION,
  GATEWAY_ENDPOINT,
  GRANTEE,
  IP_ADDRESSES,
  KEY,
  PREFIX_LIST,
  ROLE,
  SECURITY_GROUP,
  STATEMENT,
  SUBNET,
  SUBNET_FILTER,
  VPC,
} from '../util/resource-types';

/**
 * Properties of a `NeoPrivateCompilationVpc`.
 *
 * Existing resources are not changed, except that a role gets the permissions that it lacks, and the policies of buckets in this stack and of keys get
 * statements. The construct checks existing resources as far as the app shows their properties, and warns about what it cannot check.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export interface NeoPrivateCompilationVpcProps {
  /**
   * Buckets for models and artifacts: at least one, all in the Region of the stack. Jobs can reach only these.
   *
   * A bucket of the same stack gets a policy that denies `bucketPolicyActions` to every request that does not come through this
   * network's S3 endpoint, and everything to requests without TLS, as `enforceSSL` does. For any other bucket, a warning says which statement its
   * owner must add.
   */
  readonly buckets: s3.IBucket[];

  /**
   * Maximum number of instances, and so of jobs, that run at the same time. Each needs two IP addresses, and all of them may be in the same subnet,
   * so every subnet must be large enough for all. The subnets of a new VPC have room for 4,093 instances in any case; a larger number replaces the
   * subnets of a deployed network.
   *
   * An integer from 1; with two Availability Zones at most 16381, or 8189 with `privateControlPlane`. If it is an unresolved token, subnets are as
   * large as AWS allows.
   *
   * @default 100
   */
  readonly maxConcurrentInstances?: number;

  /**
   * How many `NeoCompilationJob`s of this network the deployment of a stack runs at the same time. The others wait for their turn, and the timeout of
   * each begins with it. A higher number needs more of the account's quota of compilation jobs, and of AWS Lambda's concurrency, which is 10 in new
   * accounts. The turn of a job with `waitForCompletion: false` ends when the job has started, and each stack takes turns on its own. A warning says
   * if the subnets have too few addresses for all jobs that may run at the same time. Fleets have their own limit.
   *
   * An integer from 1. A value above `maxConcurrentInstances` is reduced to it, and an unresolved token is ignored.
   *
   * @default - 10, or `maxConcurrentInstances` if that is less
   */
  readonly maxConcurrentJobs?: number;

  /**
   * Number of Availability Zones to use, with one isolated subnet in each: 1 to 16, because a job accepts at most 16 subnets. A stack without an
   * environment has two, so a larger number causes a warning.
   *
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * Addresses of the VPC, such as `IpAddresses.cidr('10.20.0.0/20')` or an IPAM pool. There must be enough for the subnets that
   * `maxConcurrentInstances` and `maxAzs` require. The subnets use all of them, but leave room for eight subnets in total if the number of instances
   * permits, so that one more Availability Zone does not change the subnets of a deployed network.
   *
   * @default - 10.0.0.0/16
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * An existing VPC with default tenancy, DNS resolution and isolated subnets. It can be shared or imported.
   *
   * @default - a new VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of `vpc` to use: 1 to 16, all isolated, each with two free addresses per instance.
   *
   * @default - all isolated subnets of `vpc`
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Existing security groups, 1 to 5, in `vpc`. They must allow outbound TCP 443 to the managed prefix list of S3, all outbound traffic to the
   * subnets, and no inbound traffic.
   *
   * @default - a new group with exactly these rules
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * An existing gateway endpoint for S3 in `vpc`, on the route tables of the subnets. Its policy is not changed; a warning says which
   * statements it needs.
   *
   * @default - a new endpoint, with a policy for `buckets` only
   */
  readonly s3Endpoint?: ec2.IGatewayVpcEndpoint;

  /**
   * An existing execution role that trusts sagemaker.amazonaws.com. It is granted the permissions that it lacks; if it cannot be changed, a
   * warning says what it needs.
   *
   * @default - a new role
   */
  readonly role?: iam.IRole;

  /**
   * Additional statements for the policy of the S3 endpoint, each with a principal. They are the escape hatch if a job has to
   * reach more than `buckets`. Every statement lets more data leave the network.
   *
   * @default - none
   */
  readonly endpointPolicyStatements?: iam.PolicyStatement[];

  /**
   * Actions that the bucket policy denies outside the endpoint: actions on objects and listings, such as `s3:DeleteObject*`. Actions on
   * the bucket itself (`s3:PutBucketPolicy`, `s3:*` …) are an error, because denying them would lock out the deployment itself.
   *
   * **Every principal that does not come through the endpoint is locked out of these actions**: people, administrators, the root user
   * and the S3 console; other workloads and networks; other accounts; AWS services, including those that act on your behalf (SageMaker hosting that
   * loads a compiled model, CloudTrail or S3 inventory that writes to the bucket, Athena, DataSync); and this app's own asset or bucket deployments.
   * The exempt principals are not locked out. Neither is CloudFormation, which still creates, changes and deletes the bucket and its policy, also
   * with `autoDeleteObjects`.
   *
   * @default - `s3:GetObject`, `s3:GetObjectVersion`, `s3:PutObject`, `s3:ListBucket`
   */
  readonly bucketPolicyActions?: string[];

  /**
   * Principals that may use the buckets from outside the endpoint: a role that uploads models, a role that hosts compiled ones, a
   * `BucketDeployment`. They are roles, users, functions, or `new iam.ArnPrincipal('arn:aws:iam::111122223333:role/team/*')` for anything
   * else; `*` and `?` are allowed in the ARN. An exempt principal still needs its own permissions.
   *
   * @default - no principal; `allowOutsideEndpoint` adds more later
   */
  readonly bucketPolicyExemptPrincipals?: iam.IGrantable[];

  /**
   * The AWS-managed prefix list with the addresses of S3 in the Region, `com.amazonaws.<region>.s3`.
   *
   * @default - looked up at synthesis if the stack's environment is known, otherwise by the deployment
   */
  readonly s3PrefixList?: ec2.IPrefixList;

  /**
   * Whether flow logs record the accepted and rejected traffic of the VPC.
   *
   * @default - true for a new VPC; true for an existing VPC if another prop of the flow logs is given, else false
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
   */
  readonly flowLogs?: boolean;

  /**
   * Destination of the flow logs, such as `ec2.FlowLogDestination.toS3(bucket)`. It must not be one of `buckets`, because their policies deny the
   * delivery of logs. The destination determines encryption, retention and removal; the props for these apply only to the log group that the
   * construct creates.
   *
   * @default - a CloudWatch log group that the construct creates
   */
  readonly flowLogDestination?: ec2.FlowLogDestination;

  /**
   * How long the log group of the flow logs keeps its events.
   *
   * @default logs.RetentionDays.ONE_YEAR
   */
  readonly flowLogRetention?: logs.RetentionDays;

  /**
   * Removal policy of the flow logs' log group: any except `SNAPSHOT`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly flowLogRemovalPolicy?: RemovalPolicy;

  /**
   * Customer-managed key for the flow logs, for the logs of the functions that control jobs, for the bucket that a fleet creates for its results, and
   * for the compiled models of jobs if neither the job nor its bucket has a key. CloudWatch Logs is added to the policy of a key of this app. For an
   * imported key, a warning says what its policy needs. The buckets' own keys need not be passed here.
   *
   * @default - CloudWatch Logs and S3 encrypt with keys of AWS
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Whether the functions that start, watch and delete jobs run in this VPC too, without any path to the internet. This adds isolated subnets for
   * them, an S3 endpoint, and interface endpoints for SageMaker, Step Functions and CloudFormation, which AWS charges by the hour.
   *
   * Without it, these functions run outside the VPC, as Lambda functions do by default, and call AWS's public endpoints. Models and artifacts do
   * not pass through them either way.
   *
   * @default false
   * @see https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
   */
  readonly privateControlPlane?: boolean;

  /**
   * Subnets of `vpc` for the functions of `privateControlPlane`: 1 to 16, isolated, different from the jobs' subnets, with eight free addresses each.
   * They need their own route tables, because a route table accepts one S3 endpoint, and jobs must not use the functions' endpoint.
   *
   * @default - a subnet of sixteen addresses in each Availability Zone of a new VPC; required with `vpc`
   */
  readonly controlPlaneSubnets?: ec2.SubnetSelection;
}

const SUBNET_SELECTION = structOf<ec2.SubnetSelection>('a selection of subnets (ec2.SubnetSelection)', {
  availabilityZones: optional(listOf(STRING)),
  onePerAz: optional(BOOLEAN),
  subnetFilters: optional(listOf(SUBNET_FILTER)),
  subnetGroupName: optional(STRING),
  subnets: optional(listOf(SUBNET)),
  subnetType: optional(STRING),
});

const TYPES: PropTypes<NeoPrivateCompilationVpcProps> = {
  buckets: listOf(BUCKET),
  maxConcurrentInstances: optional(NUMBER),
  maxConcurrentJobs: optional(NUMBER),
  maxAzs: optional(NUMBER),
  ipAddresses: optional(IP_ADDRESSES),
  vpc: optional(VPC),
  vpcSubnets: optional(SUBNET_SELECTION),
  securityGroups: optional(listOf(SECURITY_GROUP)),
  s3Endpoint: optional(GATEWAY_ENDPOINT),
  role: optional(ROLE),
  endpointPolicyStatements: optional(listOf(STATEMENT)),
  bucketPolicyActions: optional(listOf(STRING)),
  bucketPolicyExemptPrincipals: optional(listOf(GRANTEE)),
  s3PrefixList: optional(PREFIX_LIST),
  flowLogs: optional(BOOLEAN),
  flowLogDestination: optional(FLOW_LOG_DESTINATION),
  flowLogRetention: optional(NUMBER),
  flowLogRemovalPolicy: optional(STRING),
  encryptionKey: optional(KEY),
  privateControlPlane: optional(BOOLEAN),
  controlPlaneSubnets: optional(SUBNET_SELECTION),
};

/** Props that describe flow logs, and so turn them on. */
export const FLOW_LOG_DETAILS = ['flowLogDestination', 'flowLogRetention', 'flowLogRemovalPolicy'] as const;

/** The removal policies of log groups. */
const REMOVAL_POLICIES = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.DESTROY];

/**
 * Fails for props of the wrong type, and for props that contradict each other, so that no prop is silently ignored.
 */
export function validateProps(scope: Construct, props: NeoPrivateCompilationVpcProps, isSubclass: boolean) {
  requireTypes(scope, props, TYPES, 'props', isSubclass);
  for (const prop of ['vpcSubnets', 'securityGroups', 's3Endpoint', 'controlPlaneSubnets'] as const) {
    if (props[prop] !== undefined && props.vpc === undefined) {
      throw new NeoValidationError(`${prop} must come with vpc, because it belongs to an existing VPC; got: vpc undefined`, scope);
    }
  }
  if (props.controlPlaneSubnets && !props.privateControlPlane) {
    throw new NeoValidationError('controlPlaneSubnets must come with privateControlPlane, because they are for its functions; got: controlPlaneSubnets without it', scope);
  }
  if (props.privateControlPlane && props.vpc && !props.controlPlaneSubnets) {
    throw new NeoValidationError('controlPlaneSubnets must select subnets for the functions of privateControlPlane in an existing vpc: isolated, not those of the jobs, and with '
      + 'their own route tables; got: undefined', scope);
  }

  const exclude = (prop: keyof NeoPrivateCompilationVpcProps, other: keyof NeoPrivateCompilationVpcProps, why: string) => {
    if (props[prop] !== undefined && props[other] !== undefined) {
      throw new NeoValidationError(`${prop} must not come with ${other}: ${why}; got: both`, scope);
    }
  };
  exclude('maxAzs', 'vpc', 'select the subnets of an existing VPC with vpcSubnets');
  exclude('ipAddresses', 'vpc', 'an existing VPC has its own addresses');
  if (!props.privateControlPlane) { exclude('s3PrefixList', 'securityGroups', 'the library does not change the rules of existing security groups'); }
  exclude('endpointPolicyStatements', 's3Endpoint', 'the library does not change the policy of an existing endpoint');
  const ofLogGroup = 'it is for the log group that this construct creates, so set it on the destination instead';
  exclude('flowLogRetention', 'flowLogDestination', ofLogGroup);
  exclude('flowLogRemovalPolicy', 'flowLogDestination', ofLogGroup);
  if (props.flowLogs === false) { FLOW_LOG_DETAILS.forEach(prop => exclude(prop, 'flowLogs', 'false turns flow logs off')); }

  const { flowLogRetention, flowLogRemovalPolicy } = props;
  if (flowLogRetention !== undefined && !Token.isUnresolved(flowLogRetention) && logs.RetentionDays[flowLogRetention] === undefined) {
    throw new NeoValidationError(`flowLogRetention must be one of logs.RetentionDays, such as logs.RetentionDays.ONE_YEAR; got: ${formatValue(flowLogRetention)}`, scope);
  }
  if (flowLogRemovalPolicy !== undefined && !REMOVAL_POLICIES.includes(flowLogRemovalPolicy)) {
    throw new NeoValidationError(`flowLogRemovalPolicy must be RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, because a log group has no snapshots; got: ${formatValue(flowLogRemovalPolicy)}`, scope);
  }
  if (props.endpointPolicyStatements?.some(statement => !statement.hasPrincipal)) {
    throw new NeoValidationError('endpointPolicyStatements must each have a principal, usually new iam.StarPrincipal(): '
      + 'the policy of a gateway endpoint accepts no other; got: a statement without one', scope);
  }
}
