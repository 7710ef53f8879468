import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { validateFlowLogs } from './flow-logs';
import { NeoValidationError } from '../util/errors';
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
 * What you bring (`vpc`, `securityGroups`, `s3Endpoint`) is used as it is and never changed; only a role is given the permissions
 * it lacks. All that can be checked of it is checked, and a warning says what cannot be.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export interface NeoPrivateCompilationVpcProps {
  /**
   * Buckets that models are read from and artifacts are written to, at least one, all in the Region of the stack. Jobs reach
   * these and nothing else.
   *
   * A bucket of the same stack gets a policy that denies `bucketPolicyActions` to every request that does not come through this
   * network's S3 endpoint, and everything to requests without TLS, as `enforceSSL` does. For any other bucket a warning says which statement its owner must add.
   */
  readonly buckets: s3.IBucket[];

  /**
   * The highest number of instances that run at the same time, that is, of jobs that compile at the same time. Each takes two IP addresses, and all of
   * them may land in the same subnet, so every subnet must be large enough for all. The subnets of a new VPC have room for 4,093 instances in
   * any case; a larger number replaces the subnets of a deployed network.
   *
   * An integer from 1; with two Availability Zones at most 16381, or 8189 with `privateControlPlane`. If it is an unresolved token, subnets are as large as AWS allows.
   *
   * @default 100
   */
  readonly maxConcurrentInstances?: number;

  /**
   * How many `NeoCompilationJob`s of this network the deployment of a stack runs at the same time. The others wait for their turn, and the timeout of each
   * begins with it. More ask more of the account: of its quota of compilation jobs, and of AWS Lambda's concurrency, which is 10 in new accounts.
   * A job with `waitForCompletion: false` ends its turn when it was started, and each stack takes turns on its own: a warning tells if the subnets have too few
   * addresses for all jobs that may run at the same time. Fleets have a limit of their own.
   *
   * An integer from 1; more than `maxConcurrentInstances` counts as that, and an unresolved token as not given.
   *
   * @default - 10, or `maxConcurrentInstances` if that is less
   */
  readonly maxConcurrentJobs?: number;

  /**
   * The number of Availability Zones to use, with one isolated subnet in each: 1 to 16, as a job takes 16 subnets. A stack
   * without an environment has two; a warning says so when you ask for more.
   *
   * @default 2
   */
  readonly maxAzs?: number;

  /**
   * The source of the VPC's addresses, such as `IpAddresses.cidr('10.20.0.0/20')` or an IPAM pool. It must have room for the
   * subnets that `maxConcurrentInstances` and `maxAzs` ask for. The subnets fill it, with room for eight of them where the instances allow it, so that
   * one more Availability Zone leaves the subnets of a deployed network as they are.
   *
   * @default - 10.0.0.0/16
   */
  readonly ipAddresses?: ec2.IIpAddresses;

  /**
   * A VPC of your own: default tenancy, DNS resolution on, and with isolated subnets. Shared and imported VPCs will do.
   *
   * @default - a new VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * Which subnets of `vpc` to use: 1 to 16, all isolated, each with two free addresses per instance.
   *
   * @default - all isolated subnets of `vpc`
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of your own, 1 to 5, in `vpc`. They must let TCP 443 out to the managed prefix list of S3 and all traffic out to
   * the subnets; nothing must come in.
   *
   * @default - a new group with just these rules
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * A gateway endpoint for S3 of your own, in `vpc`, on the route tables of the subnets. Its policy stays as it is; a warning says which
   * statements it needs.
   *
   * @default - a new endpoint, with a policy for `buckets` only
   */
  readonly s3Endpoint?: ec2.IGatewayVpcEndpoint;

  /**
   * An execution role of your own that trusts sagemaker.amazonaws.com. It is given what it lacks; when it cannot be changed, a
   * warning says what it needs.
   *
   * @default - a new role
   */
  readonly role?: iam.IRole;

  /**
   * More statements for the policy of the S3 endpoint, each with a principal: the escape hatch, should a job have to
   * reach more than `buckets`. Every statement widens what can leave the network.
   *
   * @default - none
   */
  readonly endpointPolicyStatements?: iam.PolicyStatement[];

  /**
   * What the bucket policy denies outside the endpoint: actions on objects and listings, such as `s3:DeleteObject*`. Actions on
   * the bucket itself (`s3:PutBucketPolicy`, `s3:*` …) are an error, as denying them would lock out the deployment and, with
   * it, the way back.
   *
   * **Locked out of these actions** is every principal that does not come through the endpoint: people, administrators, the root user
   * and the S3 console; other workloads and networks; other accounts; AWS services, also those acting for you (SageMaker hosting that loads
   * a compiled model, CloudTrail or S3 inventory writing here, Athena, DataSync); and this app's own asset or bucket deployments. Not locked
   * out are the exempt principals, and CloudFormation, which creates, changes and deletes bucket and policy as before, with
   * `autoDeleteObjects` too.
   *
   * @default - `s3:GetObject`, `s3:GetObjectVersion`, `s3:PutObject`, `s3:ListBucket`
   */
  readonly bucketPolicyActions?: string[];

  /**
   * Who may use the buckets from outside the endpoint all the same: a role that uploads models, a role that hosts compiled ones, a
   * `BucketDeployment`. Roles, users, functions, or `new iam.ArnPrincipal('arn:aws:iam::111122223333:role/team/*')` for anything
   * else; `*` and `?` are allowed in the ARN. An exempt principal still needs permissions of its own.
   *
   * @default - no principal; `allowOutsideEndpoint` adds more later
   */
  readonly bucketPolicyExemptPrincipals?: iam.IGrantable[];

  /**
   * The prefix list managed by AWS that holds the addresses of S3 in the Region, `com.amazonaws.<region>.s3`.
   *
   * @default - looked up at synthesis when the stack's environment is known, else asked for by the deployment
   */
  readonly s3PrefixList?: ec2.IPrefixList;

  /**
   * Record the accepted and rejected traffic of the VPC.
   *
   * @default - true for a new VPC; true for an existing VPC if another prop of the flow logs is given, else false
   * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
   */
  readonly flowLogs?: boolean;

  /**
   * Where flow logs go, such as `ec2.FlowLogDestination.toS3(bucket)`. Not one of `buckets`, as their policies deny the delivery of logs. Encryption, retention
   * and removal are those of the destination; the props for them here are for the log group that the construct creates.
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
   * What happens to the log group of the flow logs when it leaves the stack: any policy but `SNAPSHOT`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly flowLogRemovalPolicy?: RemovalPolicy;

  /**
   * Customer-managed key for the flow logs, for the logs of the functions that control jobs, for the bucket that a fleet makes for its
   * results, and for the compiled models of jobs that are given no other key and whose bucket has none. The key policy of a key of this
   * app is extended for CloudWatch Logs; a warning says what an imported key needs. (The buckets' keys come with the buckets.)
   *
   * @default - encrypted by CloudWatch Logs and S3 with keys of AWS
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Run the functions that start, watch and delete jobs in this VPC too, without any path to the internet: adds isolated subnets for them, an S3 endpoint, and
   * interface endpoints for SageMaker, Step Functions and CloudFormation, which AWS charges by the hour.
   *
   * Without it, these functions run outside the VPC, as Lambda functions do by default, and call AWS's public endpoints. Models and artifacts do
   * not pass through them either way.
   *
   * @default false
   * @see https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
   */
  readonly privateControlPlane?: boolean;

  /**
   * Subnets of `vpc` for the functions of `privateControlPlane`: 1 to 16, isolated, none of them one of the jobs', with eight free addresses each and on
   * route tables of their own, as AWS takes one S3 endpoint per route table and jobs must not use that of the functions.
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
}, true);

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

/**
 * Props of the wrong type, and props that make no sense together: better an error than a prop that is silently ignored.
 */
export function validateProps(scope: Construct, props: NeoPrivateCompilationVpcProps, isSubclass: boolean) {
  requireTypes(scope, props, TYPES, 'props', isSubclass);
  const requireVpc = (prop: 'vpcSubnets' | 'securityGroups' | 's3Endpoint' | 'controlPlaneSubnets') => {
    if (props[prop] !== undefined && props.vpc === undefined) {
      throw new NeoValidationError(`${prop} must come with vpc, which it belongs to; got: vpc undefined`, scope);
    }
  };
  requireVpc('vpcSubnets');
  requireVpc('securityGroups');
  requireVpc('s3Endpoint');
  requireVpc('controlPlaneSubnets');
  if (props.controlPlaneSubnets && !props.privateControlPlane) {
    throw new NeoValidationError('controlPlaneSubnets must come with privateControlPlane, whose functions they are for; got: privateControlPlane not true', scope);
  }
  if (props.privateControlPlane && props.vpc && !props.controlPlaneSubnets) {
    throw new NeoValidationError('controlPlaneSubnets must select the subnets of the functions for privateControlPlane in a vpc of yours: isolated, other ones than those of the jobs, and with '
      + 'route tables of their own; got: undefined', scope);
  }

  const exclude = (prop: keyof NeoPrivateCompilationVpcProps, other: keyof NeoPrivateCompilationVpcProps, why: string) => {
    if (props[prop] !== undefined && props[other] !== undefined) {
      throw new NeoValidationError(`${prop} must not come with ${other}: ${why}; got: both`, scope);
    }
  };
  exclude('maxAzs', 'vpc', 'the subnets of a brought VPC exist, choose them with vpcSubnets');
  exclude('ipAddresses', 'vpc', 'a brought VPC has its addresses');
  if (!props.privateControlPlane) { exclude('s3PrefixList', 'securityGroups', 'the rules of brought security groups are yours'); }
  exclude('endpointPolicyStatements', 's3Endpoint', 'the policy of a brought endpoint is yours');
  validateFlowLogs(scope, props);
  if (props.endpointPolicyStatements?.some(statement => !statement.hasPrincipal)) {
    throw new NeoValidationError('endpointPolicyStatements must each have a principal, usually new iam.StarPrincipal(): '
      + 'the policy of a gateway endpoint takes no other; got: a statement without', scope);
  }
}
