import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';

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
