import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';

export const ISOLATED = { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 };

/** A VPC as users have it: public, private and isolated subnets. */
export function existing(stack: Stack, props: ec2.VpcProps = {}) {
  return new ec2.Vpc(stack, 'Existing', {
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      ISOLATED,
    ],
    ...props,
  });
}

/** An imported VPC with one isolated subnet, everything known unless said otherwise. */
export function imported(stack: Stack, subnet: Partial<ec2.SubnetAttributes> = {}) {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'], vpcCidrBlock: '10.0.0.0/16' });
  const attributes = { subnetId: 'subnet-1', availabilityZone: 'eu-west-1a', routeTableId: 'rtb-1', ipv4CidrBlock: '10.0.0.0/24', ...subnet };
  return { vpc, vpcSubnets: { subnets: [ec2.Subnet.fromSubnetAttributes(stack, 'ImportedSubnet', attributes)] } };
}
