import { Annotations, Resource, Token, Reference, Tokenization } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { addressesFor, instancesIn, MAX_SUBNETS, requireInstances, type SelectedNetwork } from './new-vpc';
import type { NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { parseBlock } from '../util/cidr-blocks';
import { requireSameRegion } from '../util/environment';
import { NeoValidationError, pathsOf } from '../util/errors';

const MAX_COUNTS = { subnets: MAX_SUBNETS, groups: 5 };

/**
 * Selects the subnets of an existing VPC, and checks them as far as they are known at synthesis.
 */
export function selectNetwork(scope: Construct, vpc: ec2.IVpc, props: NeoPrivateCompilationVpcProps): SelectedNetwork {
  requireSameRegion(scope, 'vpc', vpc);
  if (!props.vpcSubnets && vpc.isolatedSubnets.length === 0) {
    throw new NeoValidationError(`vpc must have isolated subnets, without any route to the internet, or vpcSubnets must select them; got: ${vpc.node.path} with none`, scope);
  }
  const functions = props.controlPlaneSubnets && select(scope, vpc, 'controlPlaneSubnets', props.controlPlaneSubnets);
  const { subnets: selected, isPendingLookup } = select(scope, vpc, 'vpcSubnets', props.vpcSubnets ?? { subnetType: ec2.SubnetType.PRIVATE_ISOLATED });
  // On the first synthesis of a looked-up VPC, the subnets are placeholders, so there is nothing to check yet, and no group has the requested name.
  if (isPendingLookup) {
    const any = [...vpc.isolatedSubnets, ...vpc.privateSubnets, ...vpc.publicSubnets].slice(0, 1);
    const orAny = (subnets: ec2.ISubnet[]) => subnets.length > 0 ? subnets : any;
    return { vpc, subnets: orAny(selected), controlPlaneSubnets: functions && orAny(functions.subnets) };
  }
  const controlPlaneSubnets = functions?.subnets;
  const subnets = props.vpcSubnets ? selected : selected.filter(({ subnetId }) => !controlPlaneSubnets?.some(other => other.subnetId === subnetId));

  checkVpc(scope, vpc, props.privateControlPlane);
  checkSubnets(scope, vpc, 'vpcSubnets', subnets);
  checkSizes(scope, subnets, requireInstances(scope, props));
  if (controlPlaneSubnets) {
    checkSubnets(scope, vpc, 'controlPlaneSubnets', controlPlaneSubnets);
    requireApart(scope, subnets, controlPlaneSubnets);
  }
  return { vpc, subnets, controlPlaneSubnets };
}

type SubnetsProp = 'vpcSubnets' | 'controlPlaneSubnets';

function select(scope: Construct, vpc: ec2.IVpc, prop: SubnetsProp, selection: ec2.SubnetSelection): ec2.SelectedSubnets {
  try {
    return vpc.selectSubnets(selection);
  } catch (error) {
    throw new NeoValidationError(`${prop} must select subnets of vpc; got: ${error instanceof Error ? error.message : error}`, scope);
  }
}

/**
 * Fails if jobs and functions share a route table: jobs must not use the functions' S3 endpoint, and a route table can have only one S3 endpoint.
 */
function requireApart(scope: Construct, jobs: ec2.ISubnet[], functions: ec2.ISubnet[]) {
  const shared = functions.filter(({ subnetId, routeTable }) => jobs.some(job => job.subnetId === subnetId
    || (routeTable?.routeTableId && job.routeTable?.routeTableId && compareIds(job.routeTable.routeTableId, routeTable.routeTableId) === 'same')));
  if (shared.length > 0) {
    throw new NeoValidationError('controlPlaneSubnets must not be the jobs\' subnets or share their route tables, because a route table accepts one S3 endpoint and jobs must not use '
      + `that of the functions; got: ${pathsOf(shared)}`, scope);
  }
}

/**
 * Checks the number of subnets or security groups against the limits of CreateCompilationJob.
 */
export function requireCount(scope: Construct, prop: string, { length }: unknown[], kind: keyof typeof MAX_COUNTS = 'subnets') {
  if (length < 1 || length > MAX_COUNTS[kind]) {
    throw new NeoValidationError(`${prop} must be 1 to ${MAX_COUNTS[kind]} ${kind}, which is the range that a job accepts; got: ${length}`, scope);
  }
}

function checkVpc(scope: Construct, vpc: ec2.IVpc, hasControlPlane?: boolean) {
  const resource = vpc.node.defaultChild;
  if (!(resource instanceof ec2.CfnVPC)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:vpcNotChecked', `vpc ${vpc.node.path} is imported, so this cannot be checked: `
      + 'tenancy must be default, and DNS resolution must be on');
    return;
  }
  const { instanceTenancy, enableDnsSupport, enableDnsHostnames } = resource;
  if (instanceTenancy !== undefined && !Token.isUnresolved(instanceTenancy) && instanceTenancy !== 'default') {
    throw new NeoValidationError(`vpc must have default tenancy: Neo runs on shared hardware only; got: ${instanceTenancy}`, scope);
  }
  if (enableDnsSupport === false) {
    throw new NeoValidationError('vpc must have DNS resolution (enableDnsSupport), because jobs cannot find S3 without it; got: false', scope);
  }
  if (hasControlPlane && enableDnsHostnames === false) {
    throw new NeoValidationError('vpc must have DNS hostnames (enableDnsHostnames) for privateControlPlane: interface endpoints with private DNS names need them; got: false', scope);
  }
  if (enableDnsHostnames === false) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:vpcDnsHostnames', `vpc ${vpc.node.path} has no DNS hostnames (enableDnsHostnames): `
      + 'S3 works without them, but interface endpoints with private DNS names do not');
  }
}

/**
 * Checks that the number of subnets is allowed, and that they are in the VPC and have no route to the internet.
 */
function checkSubnets(scope: Construct, vpc: ec2.IVpc, prop: SubnetsProp, subnets: ec2.ISubnet[]) {
  requireCount(scope, prop, subnets);
  const routed = (subnet: ec2.ISubnet) => subnet instanceof ec2.PublicSubnet
    || [...vpc.publicSubnets, ...vpc.privateSubnets].some(({ subnetId }) => subnetId === subnet.subnetId);
  const wayOut = subnets.filter(routed);
  if (wayOut.length > 0) {
    throw new NeoValidationError(`${prop} must be isolated (SubnetType.PRIVATE_ISOLATED): public subnets and private ones with egress have a route `
      + `to the internet; got: ${pathsOf(wayOut)}`, scope);
  }
  const foreign = subnets.filter(({ node }) => {
    const resource = node.defaultChild;
    return resource instanceof ec2.CfnSubnet && compareIds(resource.vpcId, vpc.vpcId) === 'different';
  });
  if (foreign.length > 0) {
    throw new NeoValidationError(`${prop} must all be in vpc, because a job runs in one VPC; got: ${pathsOf(foreign)}`, scope);
  }
  const owned = subnets.filter(subnet => Resource.isOwnedResource(subnet));
  const unknown = subnets.filter(subnet => !owned.includes(subnet));
  if (unknown.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:subnetsNotChecked', `subnets ${pathsOf(unknown)} are imported, so this cannot be checked: `
      + 'they must be in the VPC, their route tables must have no route to the internet, and no other network must be attached to them');
  }
  scope.node.addValidation({ validate: () => internetRoutes(scope, prop, subnets) });
}

/**
 * Finds routes from the subnets to the internet anywhere in the app. It must be called at the end of synthesis, when no more can be added.
 */
function internetRoutes(scope: Construct, prop: SubnetsProp, subnets: ec2.ISubnet[]): string[] {
  const tables = subnets.map(({ routeTable }) => routeTable?.routeTableId).filter(id => id !== undefined);
  return scope.node.root.node.findAll()
    .filter(construct => construct instanceof ec2.CfnRoute)
    .filter(route => leadsToInternet(route) && tables.some(table => compareIds(route.routeTableId, table) === 'same'))
    .map(route => `${prop} must be isolated, without any route to the internet; got: the route ${route.node.path}`);
}

function leadsToInternet(route: ec2.CfnRoute): boolean {
  const { natGatewayId, egressOnlyInternetGatewayId, carrierGatewayId, gatewayId, destinationCidrBlock, destinationIpv6CidrBlock } = route;
  return (natGatewayId ?? egressOnlyInternetGatewayId ?? carrierGatewayId) !== undefined
    || (gatewayId !== undefined && isInternetGateway(gatewayId))
    || destinationCidrBlock === '0.0.0.0/0' || destinationIpv6CidrBlock === '::/0';
}

function isInternetGateway(id: string): boolean {
  return resourceOf(id) instanceof ec2.CfnInternetGateway || (!Token.isUnresolved(id) && id.startsWith('igw-'));
}

/**
 * Returns the number of instances that the smallest of the subnets holds. It is undefined if no size is known.
 */
export function instancesOf(subnets: ec2.ISubnet[]): number | undefined {
  const blocks = subnets.map(subnet => parseBlock(cidrOf(subnet))).filter(block => block !== undefined);
  return blocks.length > 0 ? Math.min(...blocks.map(({ mask }) => instancesIn(mask))) : undefined;
}

/**
 * Fails if a subnet has fewer than two addresses per instance, because all interfaces of the jobs may be in the same subnet.
 */
function checkSizes(scope: Construct, subnets: ec2.ISubnet[], instances: number | undefined) {
  const small = subnets.filter(subnet => instances !== undefined && (instancesOf([subnet]) ?? instances) < instances);
  if (instances !== undefined && small.length > 0) {
    throw new NeoValidationError(`vpcSubnets must each have room for all instances: ${instances} (maxConcurrentInstances) need ${addressesFor(instances)} addresses; `
      + `got: ${small.map(subnet => `${subnet.node.path} (${cidrOf(subnet)}, ${instancesOf([subnet])} instances)`).join(', ')}`, scope);
  }
  const unknown = subnets.filter(subnet => instances === undefined || instancesOf([subnet]) === undefined);
  if (unknown.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:subnetSizeNotChecked', `the size of subnets ${pathsOf(unknown)} is not known here: `
      + 'each must have two free addresses per instance (maxConcurrentInstances)');
  }
}

/**
 * Compares the IDs of two VPCs, route tables or security groups, which may be literals or references to resources of the app. The value of a
 * parameter or an import is unknown at synthesis.
 */
export function compareIds(one: string, other: string): 'same' | 'different' | 'unknown' {
  if (one === other) { return 'same'; }
  if (!Token.isUnresolved(one) && !Token.isUnresolved(other)) { return 'different'; }
  const [a, b] = [resourceOf(one), resourceOf(other)];
  if (!a || !b) { return 'unknown'; }
  return a === b ? 'same' : 'different';
}

/**
 * Returns the VPC, route table, security group or internet gateway of the app that an ID refers to, if any.
 */
export function resourceOf(id: string) {
  const token = Token.isUnresolved(id) ? Tokenization.reverse(id, { failConcat: false }) : undefined;
  const target = Reference.isReference(token) ? token.target : undefined;
  return [ec2.CfnVPC, ec2.CfnRouteTable, ec2.CfnSecurityGroup, ec2.CfnInternetGateway].some(type => target instanceof type) ? target : undefined;
}

/**
 * Returns the IPv4 CIDR block of a subnet, which may be a token.
 *
 * @returns undefined for a subnet that was imported without one
 */
export function cidrOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return subnet.ipv4CidrBlock || undefined;
  } catch {
    // An imported subnet throws if a value is unknown.
    return undefined;
  }
}
