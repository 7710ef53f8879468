import { fail, type Observation, pass, type PrivacyRule, type RuleScope, unknown } from './rule';
import { inVpc } from '../network/network';
import { mayBeAbsent, type TemplateResource, type TemplateSet } from '../template/template-set';

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
