import { fail, type Observation, pass, type PrivacyRule, representative, unknown } from './rule';
import { endpointOnlyPolicy } from '../network/bucket-policy';
import { gatesOf } from '../network/network';
import { ownerOfArn, trustOf } from '../network/roles';
import { tenantsOf } from '../network/tenants';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** Who else is in the network, and who else may act as its roles. */
export const TENANT_AND_ROLE_RULES: PrivacyRule[] = [
  {
    id: 'NoBridge',
    title: 'Nothing in the jobs\' subnets leads elsewhere',
    why: 'A workload in the same subnets, or with the same security group, that has a way of its own to the internet is a bridge from jobs to it.',
    fix: 'Give the workload subnets and a security group of its own, or close its way out.',
    check: ({ templates, networks }) => networks.flatMap(network => {
      const tenants = tenantsOf(templates, network);
      if (tenants.length === 0) { return representative(network).map(resource => pass(resource, 'nothing else stands in the subnets or carries the group')); }
      return tenants.map(({ resource, by, bridge, isKnown }) => {
        if (bridge) { return fail(resource, `${bridge} (it ${by === 'subnet' ? 'stands in a subnet of the jobs' : 'carries a security group of the jobs'})`); }
        return isKnown ? pass(resource, `shares a ${by} with the jobs`) : unknown(resource, `shares a ${by} with the jobs; whether ${resource.type} leads elsewhere is not known`);
      });
    }),
  },
  {
    id: 'RolesOnlyForOwnAccount',
    title: 'Nobody outside the account may assume the roles that reach models',
    why: 'Whoever may assume the execution role, or a role that the bucket policies exempt, has what the role has.',
    fix: 'Let the trust policy name services of AWS, and principals of this account or organization only.',
    check: ({ templates, networks }) => networks.flatMap(network => {
      const gates = gatesOf(templates, network);
      const exempt = [...new Set(network.buckets.flatMap(bucket => endpointOnlyPolicy(templates, bucket, gates).exempt))];
      const found = exempt.map(arn => ({ arn, role: templates.find(arn) }));
      const roles = [...new Set([...network.roles, ...found.flatMap(({ role }) => role?.type === 'AWS::IAM::Role' ? role : [])])];
      return [
        ...roles.map(role => observedRole(templates, role)),
        ...found.filter(({ role }) => !role).flatMap(({ arn }) => observedExemption(templates, network.buckets[0], arn)),
      ];
    }),
  },
];

function observedRole(templates: TemplateSet, role: TemplateResource): Observation {
  const trust = trustOf(templates, role);
  if (trust.other.length > 0) { return fail(role, `may be assumed by ${trust.other.join(', ')}`, 'AssumeRolePolicyDocument'); }
  return trust.unknown.length > 0
    ? unknown(role, `may be assumed by ${trust.unknown.join(', ')}, which the templates do not show to be of this account`, 'AssumeRolePolicyDocument')
    : pass(role, `may be assumed by ${trust.own.join(', ') || 'nobody'}`, 'AssumeRolePolicyDocument');
}

function observedExemption(templates: TemplateSet, bucket: TemplateResource, arn: string): Observation[] {
  const { accounts } = templates;
  return ownerOfArn(arn, accounts) === 'other'
    ? [fail(bucket, `the bucket policy exempts ${arn} of another account`)]
    : [unknown(bucket, `the bucket policy exempts ${arn}, and who may act as it is not in the templates`)];
}
