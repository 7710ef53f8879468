import { fail, type Observation, pass, type PrivacyRule, representative, unknown } from './rule';
import { endpointOnlyPolicy } from '../network/bucket-policy';
import { EXPOSURE_RULE_IDS, type ExposureKind, findExposures } from '../network/exposure';
import { type CompilationNetwork, gatesOf } from '../network/network';
import { roleOf, trustOf } from '../network/role-trust';
import { tenantsOf } from '../network/tenants';
import { ownerOfArn } from '../template/policy';
import { nameOf, readableName, type TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

const UNCLEAR = {
  unknown: 'for a VPC, subnet or route table that is not known at synthesis',
  unreadable: 'for a VPC, subnet or route table that cannot be read from the template',
};

const REMOVE = 'Remove the resource, or move it to a separate VPC: compilation jobs need only the S3 endpoint.';

/** There is one rule per kind of exposure, because each is opened and closed differently. */
export const EXPOSURE_RULES: PrivacyRule[] = [
  exposureRule('internet gateway', 'No internet gateway on the VPC',
    'An internet gateway connects the VPC to the internet. Jobs are then kept off the internet only because they have no route and no public address.', REMOVE),
  exposureRule('NAT gateway', 'No NAT gateway in the VPC',
    'A NAT gateway gives private addresses a way to the internet or to other networks.', REMOVE),
  exposureRule('egress-only internet gateway', 'No egress-only internet gateway on the VPC',
    'It lets IPv6 traffic out to the internet.', REMOVE),
  exposureRule('carrier gateway', 'No carrier gateway on the VPC',
    'It connects subnets in Wavelength Zones to a telecommunication carrier\'s network and to the internet.', REMOVE),
  exposureRule('VPN gateway', 'No virtual private gateway on the VPC',
    'It connects the VPC to networks outside AWS, by VPN or Direct Connect, and can propagate routes to them.', REMOVE),
  exposureRule('transit gateway', 'No transit gateway attachment of the VPC',
    'It connects the VPC to other VPCs and networks, which may have their own ways out.', REMOVE),
  exposureRule('VPC peering', 'No peering of the VPC',
    'It connects the VPC to another one, possibly in another account.', REMOVE),
  exposureRule('other attachment', 'No other attachment of the VPC or its subnets',
    'Client VPN, Instance Connect, Cloud WAN, VPC Lattice, local gateways, route servers, DNS forwarding and subnet sharing let others in, or data out.',
    REMOVE),
  exposureRule('route', 'No route out of the jobs\' subnets',
    'AWS adds the routes to the VPC itself and to the S3 endpoint; any other route leads out.',
    'Remove the route, or use subnets of type PRIVATE_ISOLATED.'),
  exposureRule('public IP address', 'No public IP address in the jobs\' subnets',
    'An interface with a public address can be reached, and can reach out, as soon as there is a gateway.',
    'Set MapPublicIpOnLaunch and AssignIpv6AddressOnCreation to false, and attach no Elastic IP in these subnets.'),
];

function exposureRule(kind: ExposureKind, title: string, why: string, fix: string): PrivacyRule {
  return {
    id: EXPOSURE_RULE_IDS[kind],
    title,
    why,
    fix,
    check: ({ templates, networks }) => networks.flatMap(network => {
      const found = findExposures(templates, network).filter(exposure => exposure.kind === kind);
      if (found.length > 0) {
        return found.map(({ resource, properties, subnets, certainty }) => {
          const where = subnets.length ? `for ${subnets.map(subnet => nameOf(subnet)).join(', ')}` : 'for the VPC';
          return (certainty === 'unknown' ? unknown : fail)(resource, `${kind} ${certainty === 'sure' ? where : UNCLEAR[certainty]}`, ...properties);
        });
      }
      return representative(network).map(resource => network.vpc || network.subnets.length
        ? pass(resource, `none in ${templates.templates.length} template${templates.templates.length === 1 ? '' : 's'}`)
        : unknown(resource, `the network is not part of this app: ${network.vpcId ?? network.outside.subnets.join(', ')}`));
    }),
  };
}

/** Rules about other resources in the network, and about the principals that may assume its roles. */
export const TENANT_AND_ROLE_RULES: PrivacyRule[] = [
  {
    id: 'NoBridge',
    title: 'Nothing in the jobs\' subnets leads elsewhere',
    why: 'A workload in the same subnets, or with the same security group, that can reach the internet is a bridge from the jobs to the internet.',
    fix: 'Give the workload its own subnets and security group, or close its way out.',
    check: ({ templates, networks }) => networks.flatMap(network => {
      const tenants = tenantsOf(templates, network);
      if (tenants.length === 0) { return representative(network).map(resource => pass(resource, 'nothing else is in the subnets or uses the group')); }
      return tenants.map(({ resource, by, bridge, doubt }) => {
        if (bridge) { return fail(resource, `${bridge} (${by === 'subnet' ? 'in a subnet of the jobs' : 'with a security group of the jobs'})`); }
        return doubt === undefined ? pass(resource, `shares a ${by} with the jobs`) : unknown(resource, `shares a ${by} with the jobs; ${doubt}`);
      });
    }),
  },
  {
    id: 'RolesOnlyForOwnAccount',
    title: 'Only principals of the account may assume the roles that reach models',
    why: 'A principal that may assume the execution role, or a role that the bucket policies exempt, can do everything that the role can.',
    fix: 'In the trust policy, name only AWS services and principals of this account or organization.',
    check: ({ templates, networks }) => networks.flatMap(network => {
      const gates = gatesOf(templates, network);
      const exempt = new Map(network.buckets.flatMap(bucket =>
        endpointOnlyPolicy(templates, bucket, gates).exempt.map(arn => [arn, bucket] as const)));
      const found = [...exempt].map(([arn, bucket]) => ({ arn, bucket, role: roleOf(templates, arn, bucket) }));
      const roles = [...new Set([...network.roles, ...found.flatMap(({ role }) => role ?? [])])];
      return [
        ...roles.map(role => observedRole(templates, role)),
        ...found.filter(({ arn, role }) => !role && templates.find(arn)?.type !== 'AWS::IAM::User').flatMap(({ arn, bucket }) => observedExemption(templates, bucket, arn)),
        ...network.outside.roles.flatMap(arn => outsideRole(network, arn)),
      ];
    }),
  },
];

function observedRole(templates: TemplateSet, role: TemplateResource): Observation {
  const trust = trustOf(templates, role);
  if (trust.other.length > 0) { return fail(role, `may be assumed by ${trust.other.join(', ')}`, 'AssumeRolePolicyDocument'); }
  return trust.unknown.length > 0
    ? unknown(role, `may be assumed by ${trust.unknown.join(', ')}, which the templates do not show to be of this account`, 'AssumeRolePolicyDocument')
    : pass(role, `may be assumed by ${trust.own.join(', ') || 'no principal'}`, 'AssumeRolePolicyDocument');
}

/** Returns findings about the jobs with a role that is not part of the app. */
function outsideRole({ jobs }: CompilationNetwork, arn: string): Observation[] {
  const resources = new Set(jobs.filter(({ roles }) => roles.includes(arn)).map(({ resource }) => resource));
  return [...resources].map(resource => unknown(resource, `the execution role ${readableName(arn)} is not part of this app, so the templates do not show which principals may assume it`));
}

function observedExemption(templates: TemplateSet, bucket: TemplateResource, arn: string): Observation[] {
  return !templates.find(arn) && ownerOfArn(arn, templates.owners) === 'other'
    ? [fail(bucket, `the bucket policy exempts ${arn} of another account`)]
    : [unknown(bucket, `the bucket policy exempts ${arn}, and the templates do not show which principals may use it`)];
}
