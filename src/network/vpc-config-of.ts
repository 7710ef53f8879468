import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import type { NeoVpcConfig } from './vpc-config';

/**
 * What a job takes of a network.
 */
export function vpcConfigOf(privateVpc: INeoPrivateCompilationVpc): NeoVpcConfig {
  return {
    subnets: privateVpc.subnets.map(({ subnetId }) => subnetId),
    securityGroupIds: privateVpc.securityGroups.map(({ securityGroupId }) => securityGroupId),
    privateVpc,
  };
}
