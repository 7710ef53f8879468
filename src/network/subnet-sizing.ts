/**
 * How large subnets and VPC must be: plain arithmetic, no constructs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */

/** Neo's rule: two private addresses for each instance of a compilation job. */
const ADDRESSES_PER_INSTANCE = 2;

/** Jobs that the deployment of a stack runs at once: their looks fit into the concurrency of 10 that AWS Lambda gives to new accounts. */
export const DEFAULT_CONCURRENT_JOBS = 10;

/** The first four addresses of a subnet and its last one are AWS's. */
const RESERVED_ADDRESSES = 5;

/** The limits of AWS for the netmask of a VPC and of a subnet. */
export const LARGEST_BLOCK = 16;
export const SMALLEST_BLOCK = 28;

/** Subnets that a VPC has room for by default. No Region has more than six Availability Zones, and netmasks are powers of two. */
const SUBNET_SLOTS = 8;

/**
 * Addresses that a private control plane takes in each subnet: one for each of its three interface endpoints and, as AWS names no number for
 * the functions, room for five interfaces of theirs. One serves all functions of a group in a subnet until it has too many connections.
 */
export const CONTROL_PLANE_ADDRESSES = 8;

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
 * The netmask of the subnets of a VPC. The subnets fill the VPC's block, but for room for more subnets: as unused addresses cost nothing and a subnet that
 * changes its block is replaced, more instances or one more Availability Zone should leave the subnets as they are.
 *
 * Each subnet holds all instances, as all interfaces may land in one of them.
 *
 * @returns undefined when the VPC is too small
 */
export function subnetMaskIn(vpcMask: number, instances: number, subnetCount: number, others = 0): number | undefined {
  const mask = Math.min(leastMask(instances, others), vpcMask + bitsFor(Math.max(subnetCount, SUBNET_SLOTS)));
  return mask >= vpcMask + bitsFor(subnetCount) ? mask : undefined;
}

/**
 * The netmask of the smallest VPC that holds so many subnets, each for all instances; smaller than `LARGEST_BLOCK` when there is none.
 */
export function smallestVpcMask(instances: number, subnetCount: number, others = 0): number {
  return leastMask(instances, others) - bitsFor(subnetCount);
}

/** The netmask of the smallest subnet that holds all instances. */
function leastMask(instances: number, others: number): number {
  return Math.min(SMALLEST_BLOCK, 32 - bitsFor(addressesFor(instances, others)));
}

/** Bits that count to `n`: the smallest b with 2^b >= n. */
function bitsFor(n: number): number {
  let bits = 0;
  while (2 ** bits < n) { bits++; }
  return bits;
}
