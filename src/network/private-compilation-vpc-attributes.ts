import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';

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
   * Security group of a network with `privateControlPlane`: the functions that control jobs run in the VPC too. The interface endpoints for
   * SageMaker, Lambda, Step Functions and CloudFormation must be there, and the S3 endpoint must let CloudFormation's answers through.
   *
   * @default - the functions run outside the VPC
   */
  readonly controlPlaneSecurityGroup?: ec2.ISecurityGroup;
}
