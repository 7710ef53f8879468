import type { IResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * A VPC in which SageMaker Neo compiles models without any path to the internet.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export interface INeoPrivateCompilationVpc extends IResource, ec2.IConnectable, iam.IGrantable {
  /**
   * The VPC.
   */
  readonly vpc: ec2.IVpc;

  /**
   * The isolated subnets that compilation jobs use.
   */
  readonly subnets: ec2.ISubnet[];

  /**
   * The first security group of the jobs.
   */
  readonly securityGroup: ec2.ISecurityGroup;

  /**
   * All security groups of the jobs, 1 to 5.
   */
  readonly securityGroups: ec2.ISecurityGroup[];

  /**
   * The S3 gateway endpoint, the jobs' only way out.
   */
  readonly s3Endpoint: ec2.IGatewayVpcEndpoint;

  /**
   * The execution role of the jobs, assumed by sagemaker.amazonaws.com.
   */
  readonly role: iam.IRole;

  /**
   * The buckets that jobs can reach. Empty for an imported network without `buckets`.
   */
  readonly buckets: s3.IBucket[];

  /**
   * Customer-managed key for the output and the logs of jobs. Undefined if there is none.
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Security group of the functions that control jobs if they run in the VPC too (`privateControlPlane`), otherwise undefined.
   */
  readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Subnets of these functions. Undefined if they run outside the VPC.
   */
  readonly controlPlaneSubnets?: ec2.ISubnet[];

  /**
   * How many jobs of this network the deployment of a stack runs at the same time. It is 10 if undefined.
   */
  readonly maxConcurrentJobs?: number;

  /**
   * The value for `vpcConfig` of a `NeoCompilationJob`.
   */
  readonly vpcConfig: NeoVpcConfig;

  /**
   * Lets the execution role read objects of a bucket that is not one of the network's `buckets`, such as a model asset in the bootstrap bucket, and
   * lets the requests through the S3 endpoint. It does nothing for a bucket of the network, or if it is called again. If this library does not manage
   * the endpoint's policy, a warning says what the policy must allow.
   *
   * @param bucket the bucket that contains the model
   * @param objectKeyPattern key of the object, or a pattern for keys with the wildcards `*` and `?`
   */
  grantReadThroughEndpoint(bucket: s3.IBucket, objectKeyPattern: string): iam.Grant;

  /**
   * Lets a principal use the buckets from outside the S3 endpoint too. It still needs its own permissions. If this library does not manage the bucket
   * policies, a warning says which principals they must exempt.
   *
   * @param grantee a role, a user, a function or an `ArnPrincipal`
   */
  allowOutsideEndpoint(grantee: iam.IGrantable): void;

  /**
   * Returns the statement that denies requests that do not come through the S3 endpoint, for the policy of a bucket that the network's stack does not
   * own. It exempts the principals of `allowOutsideEndpoint`, including those that are added later.
   *
   * @param bucket a bucket, not necessarily one of `buckets`
   */
  bucketPolicyStatement(bucket: s3.IBucket): iam.PolicyStatement;
}

/**
 * The network of a compilation job: SageMaker places the job's network interfaces in these subnets, with these security groups.
 *
 * Usually, this is `vpcConfig` of a `NeoPrivateCompilationVpc`. Write it by hand only for a network that this library does not know.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NeoVpcConfig.html
 */
export interface NeoVpcConfig {
  /**
   * IDs of the subnets, 1 to 16, all in one VPC of default tenancy. All interfaces of a job may be in one of them,
   * so each needs two free addresses per instance.
   */
  readonly subnets: string[];

  /**
   * IDs of the security groups, 1 to 5, in the VPC of the subnets.
   */
  readonly securityGroupIds: string[];

  /**
   * The private VPC that the IDs come from. With it, a job starts after the whole network is complete, is deleted before the network, uses the
   * network's execution role, and lets its model through the network's S3 endpoint.
   *
   * @default - none: you arrange the order, the role and the endpoint policy
   */
  readonly privateVpc?: INeoPrivateCompilationVpc;
}

/**
 * Attributes of an existing network, for example one of another app.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export interface NeoPrivateCompilationVpcAttributes {
  /**
   * The VPC.
   */
  readonly vpc: ec2.IVpc;

  /**
   * The isolated subnets of the jobs, 1 to 16.
   */
  readonly subnets: ec2.ISubnet[];

  /**
   * The security groups of the jobs, 1 to 5.
   */
  readonly securityGroups: ec2.ISecurityGroup[];

  /**
   * The gateway endpoint for S3.
   */
  readonly s3Endpoint: ec2.IGatewayVpcEndpoint;

  /**
   * The execution role. Jobs grant it what they need if this app creates it. Otherwise, the other app must have done so.
   */
  readonly role: iam.IRole;

  /**
   * The buckets that the policies of the endpoint and the role already allow.
   *
   * @default - none: for every model, a warning says what the endpoint's policy must allow
   */
  readonly buckets?: s3.IBucket[];

  /**
   * Customer-managed key for the output and the logs of jobs. The execution role and CloudWatch Logs must be allowed to use it.
   *
   * @default - none: the encryption of the buckets, and of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Security group of a network with `privateControlPlane`, in which the functions that control jobs run in the VPC too, in `controlPlaneSubnets`.
   * The network must have interface endpoints for SageMaker, Step Functions and CloudFormation, and an S3 endpoint that lets the responses to
   * CloudFormation through.
   *
   * @default - the functions run outside the VPC
   */
  readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Subnets for the functions that control jobs, with `controlPlaneSecurityGroup`: 1 to 16, none of them one of `subnets`.
   *
   * @default - the functions run outside the VPC
   */
  readonly controlPlaneSubnets?: ec2.ISubnet[];

  /**
   * The actions that the bucket policies deny outside the endpoint, for `bucketPolicyStatement`.
   *
   * @default - `s3:GetObject`, `s3:GetObjectVersion`, `s3:PutObject`, `s3:ListBucket`
   */
  readonly bucketPolicyActions?: string[];
}
