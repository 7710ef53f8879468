import { type Observation, type PrivacyRule, type RuleScope, fail, pass, representative, unknown } from './rule';
import type { CompilationNetwork } from '../network/network';
import { type GroupRule, isOpenByOmission, peerOf, rulesOf, separateRules, trafficOf, verdictOn } from '../network/security-groups';
import type { TemplateResource } from '../template/resources';
import { type TemplateSet, relationTo } from '../template/template-set';

const UNSURE: { [verdict: string]: string } = {
  'to a prefix list': 'a prefix list that the templates do not show to be that of S3',
  'to private addresses': 'which the templates do not show to be those of the subnets',
};

export const SECURITY_GROUP_RULES: PrivacyRule[] = [
  {
    id: 'NoInboundTraffic',
    title: 'Security groups admit no inbound traffic',
    why: 'No client needs to connect to a compilation job. A client that can may reach the model in its memory.',
    fix: 'Remove the inbound rule; only a rule whose source is the group itself is allowed.',
    check: scope => [
      ...perGroup(scope, (network, group) => {
        const rules = rulesOf(scope.templates, group).filter(({ direction }) => direction === 'in');
        const open = rules.filter(rule => verdictOn(rule, scope.templates, network) === 'open');
        return open.length
          ? open.map(rule => failed(rule, scope.templates))
          : [pass(group, rules.length ? 'in: from the group itself only' : 'in: nothing')];
      }),
      ...addedToOthers(scope, 'in', 'AWS::EC2::SecurityGroupIngress'),
    ],
  },
  {
    id: 'OutboundOnlyToS3AndSubnets',
    title: 'Security groups allow outbound TCP 443 to S3 and traffic within the subnets only',
    why: 'Neo needs the S3 endpoint and the subnets of the job. Every other rule is a way out as soon as there is a route.',
    fix: 'Allow TCP 443 to the S3 managed prefix list and traffic to the CIDR blocks of the jobs\' subnets, and remove all other outbound rules. '
      + 'A group needs at least one rule in SecurityGroupEgress: without any, AWS adds one that allows everything.',
    check: scope => [
      ...perGroup(scope, (network, group) => outboundOf(scope.templates, network, group)),
      ...addedToOthers(scope, 'out', 'AWS::EC2::SecurityGroupEgress'),
    ],
  },
];

function outboundOf(templates: TemplateSet, network: CompilationNetwork, group: TemplateResource): Observation[] {
  const rules = rulesOf(templates, group).filter(({ direction }) => direction === 'out')
    .map(rule => ({ rule, verdict: verdictOn(rule, templates, network) }));
  const omitted = isOpenByOmission(templates, group) ? [fail(group, 'no outbound rule: AWS allows all traffic', 'SecurityGroupEgress')] : [];
  const open = rules.filter(({ verdict }) => verdict === 'open').map(({ rule }) => failed(rule, templates));
  const unsure = rules.filter(({ verdict }) => verdict in UNSURE)
    .map(({ rule, verdict }) => unknown(rule.resource, `out: ${trafficOf(rule)} to ${rule.peer.ids.join(', ')}, ${UNSURE[verdict]}`, rule.location));
  const all = [...omitted, ...open, ...unsure];
  return all.length ? all : [pass(group, `out: ${rules.map(({ rule, verdict }) => verdict === 'to S3' ? 'TCP 443 to S3' : peerOf(rule, templates)).join(', ') || 'nothing'}`)];
}

function failed(rule: GroupRule, templates: TemplateSet): Observation {
  return fail(rule.resource, `${rule.direction}: ${trafficOf(rule)} ${rule.direction === 'in' ? 'from' : 'to'} ${peerOf(rule, templates)}`, rule.location);
}

/** The rules that the app adds to groups that are not part of the app: the jobs' groups, and others that may be the jobs' groups. */
function addedToOthers({ templates, networks }: RuleScope, direction: GroupRule['direction'], type: string): Observation[] {
  const ours = networks.flatMap(({ securityGroups, outside }) => [...securityGroups.map(({ ref }) => ref), ...outside.securityGroups]);
  return [
    ...networks.flatMap(network => network.outside.securityGroups.flatMap(id => separateRules(templates, groupId => groupId === id))
      .filter(rule => rule.direction === direction && verdictOn(rule, templates, network) === 'open')
      .map(rule => failed(rule, templates))),
    ...templates.ofType(type).flatMap(resource => {
      const relation = relationTo(templates, resource, 'GroupId', ours);
      if (relation === 'unreadable') { return [fail(resource, `${direction}: a rule for a security group that cannot be read from the template`, 'GroupId')]; }
      return relation === 'unknown' ? [unknown(resource, `${direction}: a rule for a security group that only the deployment knows`, 'GroupId')] : [];
    }),
  ];
}

/** The groups of the app are checked one by one. Other groups are not visible. */
function perGroup({ networks }: RuleScope, check: (network: CompilationNetwork, group: TemplateResource) => Observation[]): Observation[] {
  return networks.flatMap(network => [
    ...network.securityGroups.flatMap(group => check(network, group)),
    ...network.outside.securityGroups.flatMap(id => representative(network).map(resource => id.endsWith('.DefaultSecurityGroup}')
      ? fail(resource, 'the default security group of a VPC, which lets everything out')
      : unknown(resource, `security group ${id} is not part of this app`))),
  ]);
}
