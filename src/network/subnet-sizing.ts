/**
 * How large subnets and VPC must be: plain arithmetic, no constructs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */

/** Neo's rule: two private addresses for each instance of a compilation job. */
const ADDRESSES_PER_INSTANCE = 2;

/** The first four addresses of a subnet and its last one are AWS's. */
const RESERVED_ADDRESSES = 5;

/** The limits of AWS for the netmask of a VPC and of a subnet. */
export const LARGEST_BLOCK = 16;
export const SMALLEST_BLOCK = 28;

/**
 * Addresses that a private control plane takes in each subnet: one for each of its four interface endpoints and, as AWS names no number for
 * the functions, room for four interfaces of theirs. One serves all functions of a group in a subnet until it has too many connections.
 */
export const CONTROL_PLANE_ADDRESSES = 8;

/**
 * Netmasks of a VPC and of each of its subnets.
 */
export interface NetworkSize {
  readonly vpcMask: number;
  readonly subnetMask: number;
}

/**
 * Addresses that a subnet needs for so many instances.
 *
 * @param others addresses for other things than instances
 */
export function addressesFor(instances: number, others = 0): number {
  return ADDRESSES_PER_INSTANCE * instances + others + RESERVED_ADDRESSES;
}

/**
 * Instances that fit into one subnet of this netmask.
 */
export function instancesIn(subnetMask: number, others = 0): number {
  return Math.max(0, Math.floor((2 ** (32 - subnetMask) - others - RESERVED_ADDRESSES) / ADDRESSES_PER_INSTANCE));
}

/**
 * Instances that fit into each of so many equal subnets of the largest possible VPC.
 */
export function maxInstances(subnetCount: number, others = 0): number {
  return instancesIn(LARGEST_BLOCK + bitsFor(subnetCount), others);
}

/**
 * The smallest subnets that hold all instances EACH, as all interfaces may land in one of them, and the smallest VPC that holds
 * the subnets.
 *
 * @returns undefined when no VPC is large enough
 */
export function smallestNetwork(instances: number, subnetCount: number, others = 0): NetworkSize | undefined {
  const subnetMask = Math.min(SMALLEST_BLOCK, 32 - bitsFor(addressesFor(instances, others)));
  const vpcMask = subnetMask - bitsFor(subnetCount);
  return vpcMask >= LARGEST_BLOCK ? { vpcMask, subnetMask } : undefined;
}

/** Bits that count to `n`: the smallest b with 2^b >= n. */
function bitsFor(n: number): number {
  let bits = 0;
  while (2 ** bits < n) { bits++; }
  return bits;
}
