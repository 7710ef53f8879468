import { Stack, type CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { exemptRolesInCycle, warnOfDenied, warnOfSecondPolicies } from './bucket-access-checks';
import { warnOfDenies } from './bucket-denies';
import type { EndpointOnlyBucketPolicy } from './bucket-policies';
import { compareIds } from './existing-vpc';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { serviceDomains } from '../util/environment';
import { lateWarnings, pathsOf } from '../util/errors';
import { areSame, membersOf, readableValue, resourcesOf } from '../util/intrinsics';

/**
 * Checks the rest of the app for conflicts with a network. The checks run at the end of synthesis, when nothing can be added any more.
 *
 * @param modelBuckets further buckets that jobs read models from
 */
export function checkApp(network: INeoPrivateCompilationVpc, policy: EndpointOnlyBucketPolicy, modelBuckets: s3.IBucket[]): void {
  network.node.addValidation({
    validate: () => {
      const resources = resourcesOf(network.node.root);
      warnOfSecondPolicies(network, resources);
      warnOfDenies(network, resources, modelBuckets);
      warnOfDenied(network, resources, policy);
      warnOfDns(network, resources);
      return exemptRolesInCycle(network, resources, policy);
    },
  });
}

/** Returns the interface endpoints with private DNS names: they change what the names of services resolve to in the VPC. */
export function interfaceEndpointsOf(vpc: ec2.IVpc, resources: CfnResource[]): { endpoint: ec2.CfnVPCEndpoint; service: string }[] {
  return resources.filter(resource => resource instanceof ec2.CfnVPCEndpoint)
    .filter(({ vpcId, vpcEndpointType, privateDnsEnabled }) => vpcEndpointType === 'Interface' && privateDnsEnabled === true && compareIds(vpcId, vpc.vpcId) === 'same')
    .map(endpoint => ({ endpoint, service: String(readableValue(Stack.of(endpoint).resolve(endpoint.serviceName))) }));
}

/** Compared by type, because `instanceof` would make every app load these modules of aws-cdk-lib. */
const DNS_SETTINGS = ['AWS::EC2::VPCDHCPOptionsAssociation', 'AWS::Route53Resolver::ResolverRuleAssociation', 'AWS::Route53Resolver::FirewallRuleGroupAssociation'];

function warnOfDns(network: INeoPrivateCompilationVpc, resources: CfnResource[]): void {
  const { vpc } = network;
  const associations = resources.filter(resource => DNS_SETTINGS.includes(resource.cfnResourceType))
    .filter(resource => typeof (resource as any).vpcId === 'string' && compareIds((resource as any).vpcId, vpc.vpcId) === 'same')
    .filter(association => !usesAmazonDns(association, resources));
  const zones = resources.filter(resource => resource.cfnResourceType === 'AWS::Route53::HostedZone' && hasS3Names(resource, vpc));
  const settings = [...associations, ...zones, ...interfaceEndpointsOf(vpc, resources).filter(isForS3InVpc).map(({ endpoint }) => endpoint)];
  if (settings.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:vpcDnsSettings', `vpc ${vpc.node.path} has its own DNS settings (${pathsOf(settings)}): jobs fail unless `
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
