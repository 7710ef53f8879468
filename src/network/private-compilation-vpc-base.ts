import type { IResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { NeoVpcConfig } from './vpc-config';

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
}
