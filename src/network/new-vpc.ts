import { Annotations, Fn, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { blockFromEnd, parseBlock } from '../util/cidr-blocks';
import { NeoValidationError, formatValue } from '../util/errors';

export const MAX_SUBNETS = 16;
const DEFAULT_INSTANCES = 100;

/** A VPC and its subnets: those of the jobs and, if the functions run in the VPC, those of the functions. */
export interface SelectedNetwork {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly controlPlaneSubnets?: ec2.ISubnet[];
}

/** Names of subnet groups, which are part of the subnets' construct ids. */
const JOBS = 'Isolated';
const FUNCTIONS = 'ControlPlane';

/**
 * Creates a VPC with isolated subnets and nothing else: no internet or NAT gateway, no public subnet, no rule in the default security group.
 */
export function createVpc(scope: Construct, props: NeoPrivateCompilationVpcProps): SelectedNetwork {
  const maxAzs = requireZones(scope, props.maxAzs ?? 2);
  const ipAddresses = props.ipAddresses ?? ec2.IpAddresses.cidr(`10.0.0.0/${LARGEST_BLOCK}`);
  const cidrMask = jobsSubnetMask(scope, props, ipAddresses, maxAzs);
  const group = (name: string, mask: number): ec2.SubnetConfiguration => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: mask });
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    ipAddresses: props.privateControlPlane ? withControlPlane(scope, ipAddresses) : ipAddresses,
    maxAzs,
    subnetConfiguration: [group(JOBS, cidrMask), ...props.privateControlPlane ? [group(FUNCTIONS, CONTROL_PLANE_MASK)] : []],
    natGateways: 0,
    createInternetGateway: false,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    defaultInstanceTenancy: ec2.DefaultInstanceTenancy.DEFAULT,
    restrictDefaultSecurityGroup: true,
  });
  warnOfFewerZones(scope, vpc, maxAzs);
  const subnetsOf = (subnetGroupName: string) => vpc.selectSubnets({ subnetGroupName }).subnets;
  return { vpc, subnets: subnetsOf(JOBS), controlPlaneSubnets: props.privateControlPlane ? subnetsOf(FUNCTIONS) : undefined };
}

/**
 * Allocates the functions' subnets at the end of the VPC's block, in reverse order, so that neither one more Availability Zone nor
 * `privateControlPlane` moves other subnets.
 */
function withControlPlane(scope: Construct, inner: ec2.IIpAddresses): ec2.IIpAddresses {
  const { cidrBlock } = inner.allocateVpcCidr();
  const literal = parseBlock(cidrBlock);
  const vpcMask = netmaskOf(scope, inner);
  if (vpcMask === undefined) {
    throw new NeoValidationError('ipAddresses must have a netmask that is known at synthesis for privateControlPlane, because its subnets are at the end of the VPC\'s block: '
      + 'use IpAddresses.cidr, or awsIpamAllocation with ipv4NetmaskLength; got: a netmask that is not known', scope);
  }
  return {
    allocateVpcCidr: () => inner.allocateVpcCidr(),
    allocateSubnetsCidr: ({ vpcCidr, requestedSubnets }) => {
      const jobs = requestedSubnets.filter(({ configuration }) => configuration.name === JOBS);
      const functions = requestedSubnets.slice(jobs.length).map((_, index) => ({
        cidr: literal ? blockFromEnd(literal, CONTROL_PLANE_MASK, index) : unresolvedBlockFromEnd(vpcCidr, vpcMask, index),
      }));
      return { allocatedSubnets: [...inner.allocateSubnetsCidr({ vpcCidr, requestedSubnets: jobs }).allocatedSubnets, ...functions] };
    },
  };
}

/** Splits in two steps, because Fn::Cidr returns at most 256 blocks. Sixteen subnets of functions fit into the last /24. */
function unresolvedBlockFromEnd(vpcCidr: string, vpcMask: number, index: number): string {
  const last = (block: string, from: number, to: number, offset: number) => from >= to ? block
    : Fn.select(2 ** (to - from) - 1 - offset, Fn.cidr(block, 2 ** (to - from), `${32 - to}`));
  return last(last(vpcCidr, vpcMask, 24, 0), Math.max(vpcMask, 24), CONTROL_PLANE_MASK, index);
}

/** CDK uses two Availability Zones in an environment-agnostic stack, and in any other stack at most as many as the Region has. */
function warnOfFewerZones(scope: Construct, { availabilityZones }: ec2.Vpc, maxAzs: number) {
  // CDK uses placeholders until a lookup has succeeded.
  const isPendingLookup = availabilityZones.some(zone => zone.startsWith('dummy'));
  if (availabilityZones.length < maxAzs && !isPendingLookup) {
    const why = Stack.of(scope).availabilityZones.some(zone => Token.isUnresolved(zone))
      ? 'because CDK knows of no more in a stack without an environment: give the stack an env, or set maxAzs to 2'
      : 'because the Region has no more';
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:fewerAvailabilityZones', `maxAzs is ${maxAzs}, but the VPC is in ${availabilityZones.length} Availability Zones, ${why}`);
  }
}

/**
 * Returns the number of instances that each subnet must hold. It is undefined if it is unknown at synthesis.
 */
export function requireInstances(scope: Construct, props: NeoPrivateCompilationVpcProps): number | undefined {
  const { maxConcurrentInstances: instances = DEFAULT_INSTANCES } = props;
  if (Token.isUnresolved(instances)) { return undefined; }
  if (!Number.isSafeInteger(instances) || instances < 1) {
    throw new NeoValidationError(`maxConcurrentInstances must be an integer from 1; got: ${formatValue(instances)}`, scope);
  }
  return instances;
}

/**
 * Returns the number of jobs that a deployment runs at once, which is never more than the subnets hold.
 */
export function concurrentJobs(scope: Construct, props: NeoPrivateCompilationVpcProps): number {
  const { maxConcurrentJobs: jobs } = props;
  const isGiven = jobs !== undefined && !Token.isUnresolved(jobs);
  if (isGiven && (!Number.isSafeInteger(jobs) || jobs < 1)) {
    throw new NeoValidationError(`maxConcurrentJobs must be an integer from 1; got: ${formatValue(jobs)}`, scope);
  }
  return Math.min(isGiven ? jobs : DEFAULT_CONCURRENT_JOBS, requireInstances(scope, props) ?? Infinity);
}

function requireZones(scope: Construct, maxAzs: number): number {
  if (Token.isUnresolved(maxAzs)) {
    throw new NeoValidationError('maxAzs must be known at synthesis, because it is the number of subnets in the template; got: a token', scope);
  }
  if (!Number.isInteger(maxAzs) || maxAzs < 1 || maxAzs > MAX_SUBNETS) {
    throw new NeoValidationError(`maxAzs must be an integer from 1 to ${MAX_SUBNETS}, the maximum number of subnets of a job; got: ${formatValue(maxAzs)}`, scope);
  }
  return maxAzs;
}

function jobsSubnetMask(scope: Construct, props: NeoPrivateCompilationVpcProps, ipAddresses: ec2.IIpAddresses, zones: number): number {
  const hasControlPlane = props.privateControlPlane;
  const vpcMask = netmaskOf(scope, ipAddresses);
  const max = maxInstances(zones, hasControlPlane);
  const known = requireInstances(scope, props);
  if (known === undefined) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:instancesUnknown',
      `maxConcurrentInstances is known only at deployment: the subnets are as large as AWS allows, for ${max} instances`);
  }
  const instances = known ?? max;
  if (instances > max) {
    throw new NeoValidationError(`maxConcurrentInstances must fit into a VPC: ${instances} instances need ${addressesFor(instances)} addresses in each of ${zones} `
      + `subnets, and the largest possible number with ${zones} Availability Zones is ${max}: lower it, or lower maxAzs; got: ${instances}`, scope);
  }
  const requiredMask = smallestVpcMask(instances, zones, hasControlPlane);
  const mask = subnetMaskIn(vpcMask ?? requiredMask, instances, zones, hasControlPlane);
  if (mask === undefined) {
    throw new NeoValidationError(`ipAddresses must have room for the subnets: maxConcurrentInstances and maxAzs require a /${requiredMask} or larger; got: /${vpcMask}`, scope);
  }
  return mask;
}

/**
 * Returns the netmask of a literal CIDR block or of an IPAM allocation. It is undefined if it is unknown at synthesis.
 */
function netmaskOf(scope: Construct, ipAddresses: ec2.IIpAddresses): number | undefined {
  const { cidrBlock, ipv4NetmaskLength } = ipAddresses.allocateVpcCidr();
  if (cidrBlock === undefined || Token.isUnresolved(cidrBlock)) { return Token.isUnresolved(ipv4NetmaskLength) ? undefined : ipv4NetmaskLength; }
  const mask = parseBlock(cidrBlock)?.mask;
  if (mask === undefined || mask < LARGEST_BLOCK || mask > SMALLEST_BLOCK) {
    throw new NeoValidationError(`ipAddresses must be an IPv4 CIDR block of /${LARGEST_BLOCK} to /${SMALLEST_BLOCK}, the sizes that AWS allows for a VPC; got: ${formatValue(cidrBlock)}`, scope);
  }
  return mask;
}

/*
 * The following functions compute the sizes of subnets and VPC, without constructs:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 *
 * With `hasControlPlane`, the same number of subnets for functions must fit, too.
 */

/** Neo requires two private addresses for each instance of a compilation job. */
const ADDRESSES_PER_INSTANCE = 2;

/**
 * The default number of jobs that the deployment of a stack runs at once. The functions that check them stay within AWS Lambda's concurrency of 10 in
 * new accounts.
 */
export const DEFAULT_CONCURRENT_JOBS = 10;

/** AWS reserves the first four addresses of a subnet and its last one. */
const RESERVED_ADDRESSES = 5;

/** AWS's limits for the netmask of a VPC and of a subnet. */
const LARGEST_BLOCK = 16;
const SMALLEST_BLOCK = 28;

/** The number of subnets for which a VPC has room by default. No Region has more than six Availability Zones, and netmasks are powers of two. */
const SUBNET_SLOTS = 8;

/**
 * The netmask of a subnet for the functions of a private control plane, the smallest subnet that AWS allows. Interface endpoints use three of its
 * eleven addresses. The functions' interfaces use the others. AWS does not say how many, but one serves all functions of a group until it has too
 * many connections.
 */
const CONTROL_PLANE_MASK = SMALLEST_BLOCK;

/**
 * Returns the number of addresses that a subnet needs for this many instances, including those that AWS reserves.
 */
export function addressesFor(instances: number): number {
  return ADDRESSES_PER_INSTANCE * instances + RESERVED_ADDRESSES;
}

/**
 * Returns the number of addresses of a subnet that AWS does not reserve.
 */
export function usableAddresses(subnetMask: number): number {
  return Math.max(0, addressesIn(subnetMask) - RESERVED_ADDRESSES);
}

/**
 * Returns the number of instances that fit into a subnet with this netmask.
 *
 * @param others the number of addresses for other uses
 */
export function instancesIn(subnetMask: number, others = 0): number {
  return Math.max(0, Math.floor((usableAddresses(subnetMask) - others) / ADDRESSES_PER_INSTANCE));
}

/**
 * Returns the number of instances that fit into each of this many equal subnets of the largest possible VPC.
 */
export function maxInstances(subnetCount: number, hasControlPlane = false): number {
  return instancesIn(largestSubnetMask(LARGEST_BLOCK, subnetCount, hasControlPlane));
}

/**
 * Returns the netmask of the subnets of a VPC. The subnets fill the VPC's block, except for some room for more subnets: unused addresses cost
 * nothing, but a subnet whose block changes is replaced, so more instances or one more Availability Zone should leave the subnets as they are.
 *
 * Each subnet holds all instances, because all interfaces may be placed in the same subnet.
 *
 * @returns undefined when the VPC is too small
 */
export function subnetMaskIn(vpcMask: number, instances: number, subnetCount: number, hasControlPlane = false): number | undefined {
  const preferred = Math.max(vpcMask + bitsFor(SUBNET_SLOTS), largestSubnetMask(vpcMask, subnetCount, hasControlPlane));
  const mask = Math.min(smallestSubnetMask(instances), preferred);
  return slots(mask, subnetCount, hasControlPlane) <= 2 ** (mask - vpcMask) ? mask : undefined;
}

/**
 * Returns the netmask of the smallest VPC that holds this many subnets, each for all instances. It is less than `LARGEST_BLOCK` if no VPC is large
 * enough.
 */
export function smallestVpcMask(instances: number, subnetCount: number, hasControlPlane = false): number {
  const mask = smallestSubnetMask(instances);
  return mask - bitsFor(slots(mask, subnetCount, hasControlPlane));
}

/** Returns the netmask of the smallest subnet that holds all instances. */
function smallestSubnetMask(instances: number): number {
  return Math.min(SMALLEST_BLOCK, 32 - bitsFor(addressesFor(instances)));
}

/** Returns the netmask of the largest subnets that fit. */
function largestSubnetMask(vpcMask: number, subnetCount: number, hasControlPlane: boolean): number {
  let mask = vpcMask;
  while (2 ** (mask - vpcMask) < slots(mask, subnetCount, hasControlPlane)) { mask++; }
  return mask;
}

/** Returns the number of blocks, each as large as a jobs' subnet, that all subnets need. */
function slots(mask: number, subnetCount: number, hasControlPlane: boolean): number {
  return subnetCount + (hasControlPlane ? Math.ceil(subnetCount * addressesIn(CONTROL_PLANE_MASK) / addressesIn(mask)) : 0);
}

function addressesIn(mask: number): number {
  return 2 ** (32 - mask);
}

/** Returns the smallest b with 2^b >= n. */
function bitsFor(n: number): number {
  return Math.ceil(Math.log2(n));
}
