import type { TemplateResource, TemplateSet } from '../template/template-set';

/** A rule of a security group, inline or a resource of its own. */
export interface GroupRule {
  readonly group: TemplateResource;
  readonly direction: 'in' | 'out';
  /** The resource to change, and where in it. */
  readonly resource: TemplateResource;
  readonly location: string;
  /** `tcp`, `udp`, `icmp`, a protocol number; `-1` for all. */
  readonly protocol: string;
  readonly fromPort?: string;
  readonly toPort?: string;
  readonly peer: { readonly kind: 'cidr' | 'prefix list' | 'group' | 'unknown'; readonly ids: string[] };
}

const PEERS: [property: string, kind: GroupRule['peer']['kind']][] = [
  ['CidrIp', 'cidr'], ['CidrIpv6', 'cidr'],
  ['DestinationPrefixListId', 'prefix list'], ['SourcePrefixListId', 'prefix list'],
  ['DestinationSecurityGroupId', 'group'], ['SourceSecurityGroupId', 'group'], ['SourceSecurityGroupName', 'unknown'],
];

/** All rules of a group, by `AWS::EC2::SecurityGroup` and by the resources that add to it. */
export function rulesOf(templates: TemplateSet, group: TemplateResource): GroupRule[] {
  const inline = ([['in', 'SecurityGroupIngress'], ['out', 'SecurityGroupEgress']] as const).flatMap(([direction, property]) =>
    templates.list(group.properties[property]).map((rule, index) => ruleOf(templates, group, direction, group, rule, `Properties.${property}.${index}`)));
  const separate = ([['in', 'AWS::EC2::SecurityGroupIngress'], ['out', 'AWS::EC2::SecurityGroupEgress']] as const).flatMap(([direction, type]) =>
    templates.ofType(type)
      .filter(resource => templates.property(resource, 'GroupId').some(id => templates.find(id) === group))
      .map(resource => ruleOf(templates, group, direction, resource, resource.properties, 'Properties')));
  return [...inline, ...separate].filter(rule => !isNothing(rule));
}

/** Whether a group has no rule for outbound traffic at all, which AWS fills with one that allows everything. */
export function isOpenByOmission(templates: TemplateSet, group: TemplateResource): boolean {
  return templates.list(group.properties.SecurityGroupEgress).length === 0;
}

function ruleOf(
  templates: TemplateSet, group: TemplateResource, direction: GroupRule['direction'], resource: TemplateResource, rule: any, location: string,
): GroupRule {
  const text = (value: any) => templates.values(value, resource.template).join(' or ') || undefined;
  const [peerProperty, kind] = PEERS.find(([property]) => rule[property] !== undefined) ?? [undefined, 'unknown' as const];
  return {
    group,
    direction,
    resource,
    location,
    protocol: text(rule.IpProtocol) ?? '-1',
    fromPort: text(rule.FromPort),
    toPort: text(rule.ToPort),
    peer: { kind, ids: peerProperty ? templates.values(rule[peerProperty], resource.template) : [] },
  };
}

/** The rules that CDK writes to say "no traffic", since a group without any rule would let everything out. */
function isNothing({ direction, protocol, peer }: GroupRule): boolean {
  return direction === 'out' && protocol === 'icmp' && peer.ids.length === 1 && peer.ids[0] === '255.255.255.255/32';
}
