import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { cidrOf } from './cidr';
import { NeoValidationError } from '../util/errors';

/**
 * The group of the jobs' network interfaces: nothing in; out only to S3 and to the jobs' own subnets, which Neo requires.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 */
export function createSecurityGroup(scope: Construct, vpc: ec2.IVpc, subnets: ec2.ISubnet[], s3PrefixList: ec2.IPrefixList): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'SageMaker Neo compilation jobs: out to S3 and to their own subnets only',
    allowAllOutbound: false,
    allowAllIpv6Outbound: false,
  });
  for (const subnet of subnets) {
    const cidr = cidrOf(subnet);
    if (cidr === undefined) {
      throw new NeoValidationError('vpcSubnets must have a known IPv4 CIDR block for the rules of the security group: give ipv4CidrBlock '
        + `where ${subnet.node.path} is imported, or bring securityGroups`, scope);
    }
    group.addEgressRule(ec2.Peer.ipv4(cidr), ec2.Port.allTraffic(), 'Subnet of the compilation jobs');
  }
  group.addEgressRule(s3PrefixList, ec2.Port.tcp(443), 'S3 through the gateway endpoint');
  return group;
}
