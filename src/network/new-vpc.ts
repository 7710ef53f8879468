import { Annotations, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { addressesFor, CONTROL_PLANE_ADDRESSES, LARGEST_BLOCK, maxInstances, type NetworkSize, SMALLEST_BLOCK, smallestNetwork } from './subnet-sizing';
import { parseBlock } from '../util/cidr-blocks';
import { NeoValidationError, shown } from '../util/errors';

export const MAX_SUBNETS = 16;
export const DEFAULT_INSTANCES = 100;

/**
 * A VPC with isolated subnets and nothing else: no internet or NAT gateway, no public subnet, no rule in the default security group.
 */
export function createVpc(scope: Construct, props: NeoPrivateCompilationVpcProps): ec2.Vpc {
  const maxAzs = requireZones(scope, props.maxAzs ?? 2);
  const size = sizeOf(scope, props.maxConcurrentInstances ?? DEFAULT_INSTANCES, maxAzs, otherAddresses(props));
  if (props.ipAddresses) { requireRoom(scope, props.ipAddresses, size); }
  return new ec2.Vpc(scope, 'Vpc', {
    ipAddresses: props.ipAddresses ?? ec2.IpAddresses.cidr(`10.0.0.0/${size.vpcMask}`),
    maxAzs,
    subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: size.subnetMask }],
    natGateways: 0,
    createInternetGateway: false,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    defaultInstanceTenancy: ec2.DefaultInstanceTenancy.DEFAULT,
    restrictDefaultSecurityGroup: true,
  });
}

/**
 * Instances asked for, undefined when only the deployment knows.
 */
export function requireInstances(scope: Construct, instances: number): number | undefined {
  if (Token.isUnresolved(instances)) { return undefined; }
  if (!Number.isSafeInteger(instances) || instances < 1) {
    throw new NeoValidationError(`maxConcurrentInstances must be an integer from 1; got: ${shown(instances)}`, scope);
  }
  return instances;
}

/**
 * Addresses that each subnet must have besides those of the jobs.
 */
export function otherAddresses({ privateControlPlane }: NeoPrivateCompilationVpcProps): number {
  return privateControlPlane ? CONTROL_PLANE_ADDRESSES : 0;
}

function requireZones(scope: Construct, maxAzs: number): number {
  if (Token.isUnresolved(maxAzs)) {
    throw new NeoValidationError('maxAzs must be known at synthesis, as it is the number of subnets in the template; got: a token', scope);
  }
  if (!Number.isInteger(maxAzs) || maxAzs < 1 || maxAzs > MAX_SUBNETS) {
    throw new NeoValidationError(`maxAzs must be an integer from 1 to ${MAX_SUBNETS}, the most subnets that a job takes; got: ${shown(maxAzs)}`, scope);
  }
  return maxAzs;
}

function sizeOf(scope: Construct, asked: number, zones: number, others: number): NetworkSize {
  const most = maxInstances(zones, others);
  const instances = requireInstances(scope, asked);
  if (instances === undefined) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:instancesUnknown',
      `maxConcurrentInstances is known only at deployment: the VPC is as large as AWS allows, for ${most} instances`);
  }
  const size = smallestNetwork(instances ?? most, zones, others);
  if (!size) {
    throw new NeoValidationError(`maxConcurrentInstances is larger than a VPC can be: ${asked} instances need ${addressesFor(asked, others)} addresses in each of ${zones} `
      + `subnets, and the largest possible number with ${zones} Availability Zones is ${most}; ask for less, or lower maxAzs; got: ${asked}`, scope);
  }
  return size;
}

/**
 * Of a literal CIDR block or an IPAM netmask; the rest is left to CloudFormation.
 */
function requireRoom(scope: Construct, ipAddresses: ec2.IIpAddresses, { vpcMask }: NetworkSize) {
  const { cidrBlock, ipv4NetmaskLength } = ipAddresses.allocateVpcCidr();
  const literal = cidrBlock !== undefined && !Token.isUnresolved(cidrBlock) ? parseBlock(cidrBlock)?.mask : undefined;
  if (cidrBlock !== undefined && !Token.isUnresolved(cidrBlock) && (literal === undefined || literal < LARGEST_BLOCK || literal > SMALLEST_BLOCK)) {
    throw new NeoValidationError(`ipAddresses must be an IPv4 CIDR block of /${LARGEST_BLOCK} to /${SMALLEST_BLOCK}, as large and as small as AWS takes for a VPC; got: ${shown(cidrBlock)}`, scope);
  }
  const mask = literal ?? (Token.isUnresolved(ipv4NetmaskLength) ? undefined : ipv4NetmaskLength);
  if (mask !== undefined && mask > vpcMask) {
    throw new NeoValidationError(`ipAddresses must have room for the subnets: maxConcurrentInstances and maxAzs ask for a /${vpcMask} or larger; `
      + `got: ${shown(cidrBlock ?? `/${mask}`)}`, scope);
  }
}
