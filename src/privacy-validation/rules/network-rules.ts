import { type Observation, type PrivacyRule, type RuleScope, fail, pass, unknown } from './rule';
import { findExposures } from '../network/exposure';
import { type JobPlacement, jobPlacements } from '../network/job-placements';
import { inVpc } from '../network/network';
import { isUnreadable } from '../template/canonical';
import { type TemplateResource, count, mayBeAbsent, nameOf } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

export const JOB_RULES: PrivacyRule[] = [
  {
    id: 'JobInPrivateSubnets',
    title: 'Compilation jobs run in private subnets',
    why: 'A job without vpcConfig runs in a network of AWS with a path to the internet, and IAM cannot forbid that.',
    fix: 'Pass vpcConfig of a NeoPrivateCompilationVpc.',
    check: ({ templates, networks }) => {
      const openings = networks.flatMap(network => findExposures(templates, network)).filter(({ certainty }) => certainty === 'sure');
      const openSubnets = new Set(openings.flatMap(({ subnets }) => subnets));
      return jobPlacements(templates).map(job => observed(job, id => templates.find(id), openSubnets));
    },
  },
];

function observed(job: JobPlacement, find: (id: string) => TemplateResource | undefined, openSubnets: Set<TemplateResource>): Observation {
  const { resource, location, subnets, securityGroups, isKnown } = job;
  const unreadable = [...subnets, ...securityGroups].filter(id => isUnreadable(id));
  if (unreadable.length > 0) { return fail(resource, `a network that cannot be read from the template: ${unreadable.join(', ')}`, location); }
  if (!isKnown) { return unknown(resource, 'the network of the job is computed when the state machine runs', location); }
  if (subnets.length === 0) { return fail(resource, 'no subnets in vpcConfig: the job runs outside any VPC of yours', location); }
  if (securityGroups.length === 0) { return fail(resource, 'no security groups in vpcConfig', location); }
  const found = subnets.map(id => ({ id, subnet: find(id) }));
  const open = found.flatMap(({ subnet }) => subnet && openSubnets.has(subnet) ? [nameOf(subnet)] : []);
  if (open.length > 0) { return { ...fail(resource, `subnets with a way out: ${open.join(', ')}`, location), isConsequence: true }; }
  const outside = found.filter(({ subnet }) => subnet?.type !== 'AWS::EC2::Subnet').map(({ id }) => id);
  return outside.length > 0
    ? unknown(resource, `subnets not made by this app: ${outside.join(', ')}`, location)
    : pass(resource, `${count(subnets.length, 'private subnet')}, ${count(securityGroups.length, 'security group')}`, location);
}

export const VPC_RULES: PrivacyRule[] = [
  {
    id: 'DefaultTenancy',
    title: 'The VPC has default tenancy',
    why: 'Neo starts no jobs in a VPC of dedicated tenancy. The way round it, a job without vpcConfig, has a path to the internet.',
    fix: 'Set InstanceTenancy to default.',
    check: scope => perVpc(scope, vpc => {
      const values = scope.templates.property(vpc, 'InstanceTenancy');
      const wrong = values.filter(value => value !== 'default');
      return wrong.length ? fail(vpc, `InstanceTenancy is ${wrong.join(' or ')}`, 'InstanceTenancy') : pass(vpc, 'InstanceTenancy is default', 'InstanceTenancy');
    }),
  },
  {
    id: 'DnsEnabled',
    title: 'DNS is on in the VPC',
    why: 'Without DNS jobs cannot find the S3 endpoint. The way round it, resolvers or addresses elsewhere, needs a path out.',
    fix: 'Set EnableDnsSupport and EnableDnsHostnames to true, and leave DHCP options with AmazonProvidedDNS alone.',
    check: scope => perVpc(scope, vpc => {
      const elsewhere = resolverElsewhere(scope.templates, vpc);
      if (elsewhere) { return elsewhere; }
      const off = [
        // What AWS takes for granted differs: resolution is on when omitted, host names are not.
        ...scope.templates.property(vpc, 'EnableDnsSupport').some(value => value !== 'true') ? ['EnableDnsSupport'] : [],
        ...isTrue(scope.templates, vpc, 'EnableDnsHostnames') ? [] : ['EnableDnsHostnames'],
      ];
      return off.length ? fail(vpc, `${off.join(' and ')} not true`, ...off) : pass(vpc, 'EnableDnsSupport and EnableDnsHostnames are true');
    }),
  },
];

function isTrue(templates: TemplateSet, resource: TemplateResource, property: string): boolean {
  return !mayBeAbsent(resource.properties[property]) && templates.property(resource, property).every(value => value === 'true');
}

/** DHCP options that name another resolver, or that the app does not make. */
function resolverElsewhere(templates: TemplateSet, vpc: TemplateResource): Observation | undefined {
  for (const association of inVpc(templates, 'AWS::EC2::VPCDHCPOptionsAssociation', vpc.ref)) {
    const [options] = templates.references(association, 'DhcpOptionsId');
    if (options && templates.property(options, 'DomainNameServers').join() !== 'AmazonProvidedDNS') { return fail(options, 'another resolver than that of AWS', 'DomainNameServers'); }
    if (!options && !templates.property(association, 'DhcpOptionsId').includes('default')) {
      return unknown(association, 'DHCP options that this app does not make', 'DhcpOptionsId');
    }
  }
  return undefined;
}

function perVpc({ networks }: RuleScope, check: (vpc: TemplateResource) => Observation): Observation[] {
  return networks.flatMap(({ vpc }) => vpc ? [check(vpc)] : []);
}
