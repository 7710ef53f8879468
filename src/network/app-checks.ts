import { Stack, type CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { exemptRolesInCycle, warnOfDenied, warnOfSecondPolicies } from './bucket-access-checks';
import { warnOfDenies, type BucketUsers } from './bucket-denies';
import type { EndpointOnlyBucketPolicy } from './bucket-policies';
import { compareIds } from './existing-vpc';
import { serviceDomains } from '../util/environment';
import { lateWarnings } from '../util/errors';
import { areSame, membersOf, readableValue, resourcesOf } from '../util/intrinsics';

/** The parts of a network that other constructs of the app may conflict with. */
export interface CheckedParts extends BucketUsers {
  readonly subnets: ec2.ISubnet[];
  /** The S3 endpoints that the network creates, each with the subnets that use it. */
  readonly ownEndpoints: OwnEndpoint[];
  readonly interfaceEndpoints: OwnInterfaceEndpoint[];
  readonly policy: EndpointOnlyBucketPolicy;
}

interface OwnEndpoint {
  readonly endpoint: ec2.IGatewayVpcEndpoint;
  readonly subnets: ec2.ISubnet[];
  /** What to do if a route table already has another S3 endpoint, for the error message. */
  readonly remedy: string;
}

/** An interface endpoint of a private control plane. */
export interface OwnInterfaceEndpoint {
  readonly endpoint: ec2.InterfaceVpcEndpoint;
  /** The end of the service's name, such as `sagemaker.api`. */
  readonly shortName: string;
}

/**
 * Checks the rest of the app for conflicts with a network. The checks run at the end of synthesis, when nothing can be added any more.
 */
export function checkApp(network: Construct, parts: CheckedParts): void {
  network.node.addValidation({
    validate: () => {
      const resources = resourcesOf(network.node.root);
      warnOfSecondPolicies(network, resources, parts);
      warnOfDenies(network, resources, parts);
      warnOfDenied(network, resources, parts, parts.policy);
      warnOfDns(network, resources, parts);
      const s3Endpoints = parts.ownEndpoints.flatMap(own => otherS3Endpoints(resources, parts.ownEndpoints, own));
      return [...s3Endpoints, ...otherInterfaceEndpoints(resources, parts), ...exemptRolesInCycle(network, resources, parts, parts.policy)];
    },
  });
}

/**
 * Finds other S3 gateway endpoints on the same route tables: AWS allows only one on each.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
 */
function otherS3Endpoints(resources: CfnResource[], own: OwnEndpoint[], { subnets, remedy }: OwnEndpoint): string[] {
  const tables = subnets.map(({ routeTable }) => routeTable?.routeTableId).filter(id => id !== undefined);
  return resources
    .filter(resource => resource instanceof ec2.CfnVPCEndpoint)
    .filter(endpoint => own.every(one => endpoint !== one.endpoint.node.defaultChild) && isS3Gateway(endpoint))
    .filter(endpoint => usesAny(endpoint, tables))
    .map(({ node }) => 'vpc must not have an S3 gateway endpoint on these route tables, because AWS allows only one: '
      + `${remedy}; got: ${node.scope!.node.path}`);
}

function usesAny(endpoint: ec2.CfnVPCEndpoint, tables: string[]): boolean {
  const { stack, routeTableIds } = endpoint;
  // Another stack's template refers to the same ID differently, so tokens are compared before they are resolved.
  return Array.isArray(routeTableIds)
    ? routeTableIds.some(id => tables.some(table => compareIds(id, table) === 'same'))
    : membersOf(stack, routeTableIds).some(id => tables.some(table => areSame(stack, id, table)));
}

function isS3Gateway(endpoint: ec2.CfnVPCEndpoint): boolean {
  const service = readableValue(Stack.of(endpoint).resolve(endpoint.serviceName));
  return (endpoint.vpcEndpointType ?? 'Gateway') === 'Gateway' && typeof service === 'string' && service.endsWith('.s3');
}

/** Finds interface endpoints with private DNS names that the app creates elsewhere in the VPC for the same services. */
function otherInterfaceEndpoints(resources: CfnResource[], { vpc, interfaceEndpoints }: CheckedParts): string[] {
  const services = interfaceEndpoints.map(({ shortName }) => shortName);
  const own = interfaceEndpoints.map(({ endpoint }) => endpoint.node.defaultChild);
  return interfaceEndpointsOf(vpc, resources)
    .filter(({ endpoint, service }) => !own.includes(endpoint) && services.some(name => service.endsWith(`.${name}`)))
    .map(({ endpoint, service }) => 'privateControlPlane must have the only interface endpoint with private DNS names for a service, as AWS allows one in a VPC: set privateDnsEnabled to false for the '
      + `other one, or turn privateControlPlane off; got: ${endpoint.node.scope!.node.path} for ${service}`);
}

/** Returns the interface endpoints with private DNS names: they change what the names of services resolve to in the VPC. */
function interfaceEndpointsOf(vpc: ec2.IVpc, resources: CfnResource[]): { endpoint: ec2.CfnVPCEndpoint; service: string }[] {
  return resources.filter(resource => resource instanceof ec2.CfnVPCEndpoint)
    .filter(({ vpcId, vpcEndpointType, privateDnsEnabled }) => vpcEndpointType === 'Interface' && privateDnsEnabled === true && compareIds(vpcId, vpc.vpcId) === 'same')
    .map(endpoint => ({ endpoint, service: String(readableValue(Stack.of(endpoint).resolve(endpoint.serviceName))) }));
}

/** Compared by type, because `instanceof` would make every app load these modules of aws-cdk-lib. */
const DNS_SETTINGS = ['AWS::EC2::VPCDHCPOptionsAssociation', 'AWS::Route53Resolver::ResolverRuleAssociation', 'AWS::Route53Resolver::FirewallRuleGroupAssociation'];

function warnOfDns(network: Construct, resources: CfnResource[], { vpc }: CheckedParts): void {
  const associations = resources.filter(resource => DNS_SETTINGS.includes(resource.cfnResourceType))
    .filter(resource => typeof (resource as any).vpcId === 'string' && compareIds((resource as any).vpcId, vpc.vpcId) === 'same')
    .filter(association => !usesAmazonDns(association, resources));
  const zones = resources.filter(resource => resource.cfnResourceType === 'AWS::Route53::HostedZone' && hasS3Names(resource, vpc));
  const settings = [...associations, ...zones, ...interfaceEndpointsOf(vpc, resources).filter(isForS3InVpc).map(({ endpoint }) => endpoint)];
  if (settings.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:vpcDnsSettings', `vpc ${vpc.node.path} has its own DNS settings (${settings.map(({ node }) => node.path).join(', ')}): jobs fail unless `
      + 'these resolve the names of S3 in the Region, such as s3.<region>.amazonaws.com, to its public addresses, as AmazonProvidedDNS does');
  }
}

/** Whether a private hosted zone of the VPC contains names of S3. */
function hasS3Names(zone: CfnResource, vpc: ec2.IVpc): boolean {
  const stack = Stack.of(zone);
  const name = stack.resolve((zone as any).name);
  const [, domain] = /^(?:s3\.)?(?:(?:\$\{AWS::Region\}|[a-z]{2,4}(?:-[a-z]+)+-\d)\.)?(.+?)\.?$/.exec(readableValue(name)) ?? [];
  return [...serviceDomains(), '${AWS::URLSuffix}'].includes(domain)
    && membersOf(stack, (zone as any).vpcs).some(entry => areSame(stack, entry?.vpcId, vpc.vpcId));
}

/**
 * Whether names of S3 resolve to an interface endpoint inside the VPC, and not only for resolvers outside of it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
 */
function isForS3InVpc({ endpoint, service }: { endpoint: ec2.CfnVPCEndpoint; service: string }): boolean {
  const options = Stack.of(endpoint).resolve(endpoint.dnsOptions);
  return service.endsWith('.s3') && options?.privateDnsOnlyForInboundResolverEndpoint !== 'OnlyInboundResolver';
}

function usesAmazonDns(association: CfnResource, resources: CfnResource[]): boolean {
  if (!(association instanceof ec2.CfnVPCDHCPOptionsAssociation)) { return false; }
  const options = resources.filter(resource => resource instanceof ec2.CfnDHCPOptions)
    .find(({ ref }) => areSame(Stack.of(association), ref, association.dhcpOptionsId));
  const servers = Stack.of(association).resolve(options?.domainNameServers);
  return options !== undefined && (servers === undefined || Array.isArray(servers) && servers.every(server => server === 'AmazonProvidedDNS'));
}
