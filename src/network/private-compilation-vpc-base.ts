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
   * The buckets that jobs reach, as far as this app knows: none for an imported network that was not told.
   */
  readonly buckets: s3.IBucket[];

  /**
   * Customer-managed key for what jobs write and log. Undefined without one.
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Security group of the functions that control jobs, where these run in the VPC too (`privateControlPlane`). Undefined where they run outside.
   */
  readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;

  /**
   * Subnets of these functions. Undefined where they run outside the VPC.
   */
  readonly controlPlaneSubnets?: ec2.ISubnet[];

  /**
   * How many jobs of this network the deployment of a stack runs at the same time. Undefined: 10.
   */
  readonly maxConcurrentJobs?: number;

  /**
   * What a `NeoCompilationJob` takes as its `vpcConfig`.
   */
  readonly vpcConfig: NeoVpcConfig;

  /**
   * Let the execution role read objects of a bucket that is not one of this network's own, and let the requests through
   * the S3 endpoint: for a model asset in the bootstrap bucket, say. Nothing happens twice, and nothing for a bucket of the
   * network. Where the endpoint's policy is not this library's, a warning says what it must allow.
   *
   * @param bucket the bucket
   * @param objectKeyPattern key of the object, `*` and `?` allowed
   */
  grantReadThroughEndpoint(bucket: s3.IBucket, objectKeyPattern: string): iam.Grant;

  /**
   * Let a principal use the buckets from outside the S3 endpoint too. It still needs permissions of its own. Where the bucket policies are
   * not this library's, a warning says whom they must exempt.
   *
   * @param grantee a role, a user, a function or an `ArnPrincipal`
   */
  allowOutsideEndpoint(grantee: iam.IGrantable): void;

  /**
   * The statement that denies what does not come through the S3 endpoint: for the policies of buckets that the stack of the network does not own.
   * It exempts the principals of `allowOutsideEndpoint`, including those that are named later.
   *
   * @param bucket a bucket, not necessarily one of `buckets`
   */
  bucketPolicyStatement(bucket: s3.IBucket): iam.PolicyStatement;
}

/**
 * The network of a compilation job: SageMaker places the job's network interfaces in these subnets,
 * behind these security groups.
 *
 * Usually `vpcConfig` of a `NeoPrivateCompilationVpc`; written by hand only for a network this library does not know.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NeoVpcConfig.html
 */
export interface NeoVpcConfig {
  /**
   * IDs of the subnets, 1 to 16, all in one VPC of default tenancy. All interfaces of a job may land in one of them,
   * so each needs two free addresses per instance.
   */
  readonly subnets: string[];

  /**
   * IDs of the security groups, 1 to 5, in the VPC of the subnets.
   */
  readonly securityGroupIds: string[];

  /**
   * The private VPC that the IDs come from. With it, a job waits for the whole network before it starts and is deleted
   * before the network is, takes its execution role from it, and lets its model through the network's S3 endpoint.
   *
   * @default - none: order, role and endpoint policy are yours to arrange
   */
  readonly privateVpc?: INeoPrivateCompilationVpc;
}

/**
 * What describes a network that exists already, made by another app for instance.
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
   * The execution role.
   */
  readonly role: iam.IRole;

  /**
   * The buckets that endpoint and role were made for: nothing more is needed to read from them.
   *
   * @default - none: for every model a warning says what the endpoint's policy must allow
   */
  readonly buckets?: s3.IBucket[];

  /**
   * Customer-managed key for what jobs write and log. The execution role and CloudWatch Logs must be allowed to use it.
   *
   * @default - none: the encryption of the buckets, and of CloudWatch Logs
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Security group of a network with `privateControlPlane`: the functions that control jobs run in the VPC too, in `controlPlaneSubnets`. The
   * interface endpoints for SageMaker, Step Functions and CloudFormation must be there, and an S3 endpoint that lets CloudFormation's answers through.
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
