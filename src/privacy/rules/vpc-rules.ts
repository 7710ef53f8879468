import { fail, type Observation, pass, type PrivacyRule, type RuleScope } from './rule';
import type { TemplateResource } from '../template/template-set';

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
    fix: 'Set EnableDnsSupport and EnableDnsHostnames to true.',
    check: scope => perVpc(scope, vpc => {
      const off = [
        // What AWS takes for granted differs: resolution is on when omitted, host names are not.
        ...scope.templates.property(vpc, 'EnableDnsSupport').some(value => value !== 'true') ? ['EnableDnsSupport'] : [],
        ...isTrue(scope.templates.property(vpc, 'EnableDnsHostnames')) ? [] : ['EnableDnsHostnames'],
      ];
      return off.length ? fail(vpc, `${off.join(' and ')} not true`, ...off) : pass(vpc, 'EnableDnsSupport and EnableDnsHostnames are true');
    }),
  },
];

function isTrue(values: string[]): boolean {
  return values.length > 0 && values.every(value => value === 'true');
}

function perVpc({ networks }: RuleScope, check: (vpc: TemplateResource) => Observation): Observation[] {
  return networks.flatMap(({ vpc }) => vpc ? [check(vpc)] : []);
}
