import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/**
 * The IPv4 CIDR block of a subnet, possibly a token.
 *
 * @returns undefined for a subnet that was imported without
 */
export function cidrOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return subnet.ipv4CidrBlock || undefined;
  } catch {
    // An imported subnet throws where it does not know.
    return undefined;
  }
}
