import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * What describes a network that exists already, made by another app for instance.
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
}
