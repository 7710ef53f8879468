import { mayBeAbsent, type TemplateResource, type TemplateSet } from '../template/template-set';

/** A rule of a security group, inline or a resource of its own. */
export interface GroupRule {
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

const RULE_TYPES = [['in', 'AWS::EC2::SecurityGroupIngress'], ['out', 'AWS::EC2::SecurityGroupEgress']] as const;

/** All rules of a group, by `AWS::EC2::SecurityGroup` and by the resources that add to it. */
export function rulesOf(templates: TemplateSet, group: TemplateResource): GroupRule[] {
  const inline = ([['in', 'SecurityGroupIngress'], ['out', 'SecurityGroupEgress']] as const).flatMap(([direction, property]) =>
    templates.list(group.properties[property]).flatMap((rule, index) => ruleOf(templates, direction, group, rule, `Properties.${property}.${index}`)));
  return [...inline, ...separateRules(templates, id => templates.find(id) === group)];
}

/** Rules that resources of their own add to a group, given by its canonical ID. */
export function separateRules(templates: TemplateSet, isGroup: (id: string) => boolean): GroupRule[] {
  return RULE_TYPES.flatMap(([direction, type]) => templates.ofType(type)
    .filter(resource => templates.property(resource, 'GroupId').some(id => isGroup(id)))
    .flatMap(resource => ruleOf(templates, direction, resource, resource.properties, 'Properties')));
}

/** Whether a group has, or may have, no rule for outbound traffic at all, which AWS fills with one that allows everything. */
export function isOpenByOmission(templates: TemplateSet, group: TemplateResource): boolean {
  const { SecurityGroupEgress: egress } = group.properties;
  return mayBeAbsent(egress) || templates.choices(egress).some(rules => Array.isArray(rules) && rules.every(rule => mayBeAbsent(rule)));
}

/** One for each peer: nothing keeps a rule from naming several. */
function ruleOf(
  templates: TemplateSet, direction: GroupRule['direction'], resource: TemplateResource, written: any, location: string,
): GroupRule[] {
  const text = (value: any) => templates.values(value, resource.template).join(' or ') || undefined;
  const named = PEERS.map(([property, kind]) => ({ kind, ids: templates.values(written[property], resource.template) }))
    .filter(({ ids }) => ids.length > 0);
  const peers: GroupRule['peer'][] = named.length > 0 ? named : [{ kind: 'unknown', ids: [] }];
  return peers.map(peer => ({
    resource,
    direction,
    location,
    protocol: text(written.IpProtocol) ?? '-1',
    fromPort: text(written.FromPort),
    toPort: text(written.ToPort),
    peer,
  })).filter(rule => !isNothing(rule));
}

/** The rules that CDK writes to say "no traffic", since a group without any rule would let everything out. */
function isNothing({ direction, protocol, peer }: GroupRule): boolean {
  return direction === 'out' && protocol === 'icmp' && peer.ids.length === 1 && peer.ids[0] === '255.255.255.255/32';
}
