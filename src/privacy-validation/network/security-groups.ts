import { activityOf } from './job-placements';
import { type CompilationNetwork, inVpc } from './network';
import { carriersOf } from './tenants';
import { contains, parseBlock } from '../../util/cidr-blocks';
import { isUnreadable } from '../template/canonical';
import { type TemplateResource, mayBeAbsent, nameOf } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** A rule of a security group, either inline or a separate resource. */
export interface GroupRule {
  readonly direction: 'in' | 'out';
  readonly resource: TemplateResource;
  /** The property that contains the rule. */
  readonly location: string;
  /** `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all protocols. */
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

/** The property with the rules of a group. A rule that is a resource has the type of the same name. */
const RULES = [['in', 'SecurityGroupIngress'], ['out', 'SecurityGroupEgress']] as const;

/** Returns all rules of a group: the inline rules and those of separate resources. */
export function rulesOf(templates: TemplateSet, group: TemplateResource): GroupRule[] {
  const inline = RULES.flatMap(([direction, property]) =>
    templates.list(group.properties[property]).flatMap((rule, index) => ruleOf(templates, direction, group, rule, `Properties.${property}.${index}`)));
  return [...inline, ...separateRules(templates, id => templates.find(id) === group)];
}

export function separateRules(templates: TemplateSet, isGroup: (id: string) => boolean): GroupRule[] {
  return RULES.flatMap(([direction, name]) => templates.ofType(`AWS::EC2::${name}`)
    .filter(resource => templates.property(resource, 'GroupId').some(id => isGroup(id)))
    .flatMap(resource => ruleOf(templates, direction, resource, resource.properties, 'Properties')));
}

/** Whether a group has, or may have, no outbound rule at all. AWS then adds a rule that allows everything. */
export function isOpenByOmission(templates: TemplateSet, group: TemplateResource): boolean {
  const { SecurityGroupEgress: egress } = group.properties;
  return mayBeAbsent(egress) || templates.choices(egress).some(rules => Array.isArray(rules) && rules.every(rule => mayBeAbsent(rule)));
}

/** Returns one rule for each peer, because a rule in a template may name several. */
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

/** Whether a rule allows no traffic. CDK writes such a rule, because a group without any rule would allow all outbound traffic. */
function isNothing({ direction, protocol, peer }: GroupRule): boolean {
  return direction === 'out' && protocol === 'icmp' && peer.ids.length === 1 && peer.ids[0] === '255.255.255.255/32';
}

/**
 * The verdict on a rule of a job's security group. With `to a prefix list`, the list may or may not be that of S3. With `to private addresses`, the
 * addresses may be those of subnets that are not part of the app.
 */
export type GroupVerdict = 'to S3' | 'to a prefix list' | 'to subnets' | 'to VPC' | 'to endpoint' | 'to private addresses' | 'from group itself' | 'open';

export function verdictOn(rule: GroupRule, templates: TemplateSet, network: CompilationNetwork): GroupVerdict {
  if (rule.direction === 'in') { return isOwnGroup(rule, templates, network) ? 'from group itself' : 'open'; }
  if (isOwnGroup(rule, templates, network) || isOwnAddresses(rule, templates, network)) { return 'to subnets'; }
  if (isOwnVpc(rule, templates, network)) { return 'to VPC'; }
  if (isEndpoint(rule, templates, network)) { return 'to endpoint'; }
  if (network.outside.subnets.length > 0 && rule.peer.kind === 'cidr' && rule.peer.ids.every(id => isPrivate(id))) { return 'to private addresses'; }
  const onlyHttps = ['tcp', '6'].includes(rule.protocol) && rule.fromPort === '443' && rule.toPort === '443';
  if (!onlyHttps || rule.peer.kind !== 'prefix list' || rule.peer.ids.length === 0) { return 'open'; }
  const kinds = rule.peer.ids.map(id => prefixListKind(templates, id));
  if (kinds.includes('other')) { return 'open'; }
  if (!kinds.includes('unknown')) { return 'to S3'; }
  // If another rule already leads to S3, jobs do not need this list.
  return leadsToS3(templates, network) ? 'open' : 'to a prefix list';
}

const known = new WeakMap<CompilationNetwork, boolean>();

/** Whether a rule of the jobs' groups allows a prefix list that is known to be S3's. */
function leadsToS3(templates: TemplateSet, network: CompilationNetwork): boolean {
  if (!known.has(network)) {
    const peers = network.securityGroups.flatMap(group => rulesOf(templates, group)).map(({ peer }) => peer);
    known.set(network, peers.some(({ kind, ids }) => kind === 'prefix list' && ids.length > 0 && ids.every(id => prefixListKind(templates, id) === 'S3')));
  }
  return known.get(network)!;
}

function isOwnGroup({ peer }: GroupRule, templates: TemplateSet, { securityGroups, outside }: CompilationNetwork): boolean {
  return peer.kind === 'group' && peer.ids.length > 0
    && peer.ids.every(id => securityGroups.includes(templates.find(id)!) || outside.securityGroups.includes(id));
}

function isOwnAddresses({ peer }: GroupRule, templates: TemplateSet, { subnets }: CompilationNetwork): boolean {
  const own = subnets.flatMap(subnet => [...templates.property(subnet, 'CidrBlock'), `${subnet.ref.slice(0, -1)}.CidrBlock}`]);
  return peer.kind === 'cidr' && peer.ids.length > 0 && peer.ids.every(id => own.some(cidr => cidr === id || contains(cidr, id)));
}

/** Whether a rule leads to the VPC, which must be used for jobs only. */
function isOwnVpc({ peer }: GroupRule, templates: TemplateSet, { vpc, dedicated }: CompilationNetwork): boolean {
  const added = vpc ? inVpc(templates, 'AWS::EC2::VPCCidrBlock', vpc.ref).flatMap(block => templates.property(block, 'CidrBlock')) : [];
  const own = vpc && dedicated ? [...templates.property(vpc, 'CidrBlock'), ...added, `${vpc.ref.slice(0, -1)}.CidrBlock}`] : [];
  return peer.kind === 'cidr' && peer.ids.length > 0 && peer.ids.every(id => own.some(cidr => cidr === id || contains(cidr, id)));
}

/** Whether a rule leads to a group that only interface endpoints in the VPC use. Another rule checks their policies. */
function isEndpoint({ peer }: GroupRule, templates: TemplateSet, { vpcId }: CompilationNetwork): boolean {
  const isInVpc = (endpoint: TemplateResource) => vpcId !== undefined && templates.property(endpoint, 'VpcId').includes(vpcId);
  return peer.kind === 'group' && peer.ids.length > 0 && peer.ids.every(id => {
    const carriers = carriersOf(templates, id);
    return carriers.length > 0 && carriers.every(resource => resource.type === 'AWS::EC2::VPCEndpoint' && isInVpc(resource));
  });
}

/**
 * Returns whether a prefix list is that of S3. That list belongs to AWS, so a list that the template creates is another one. A template contains its
 * literal ID, which does not identify it, or looks it up by name.
 */
function prefixListKind(templates: TemplateSet, id: string): 'S3' | 'other' | 'unknown' {
  const source = templates.find(id);
  if (source?.type === 'AWS::EC2::PrefixList') { return 'other'; }
  if (source) { return asksForS3(templates, source) ? 'S3' : 'other'; }
  const name = templates.prefixListNames.get(id);
  if (name !== undefined) { return S3_LIST.test(name) ? 'S3' : 'other'; }
  return isUnreadable(id) ? 'other' : 'unknown';
}

const S3_LIST = /^com\.amazonaws\.(\$\{AWS\.Region\}|[a-z0-9-]+)\.s3$/;

/** Whether a resource is a custom resource of CDK that looks up the prefix list of S3, and does nothing else. */
function asksForS3(templates: TemplateSet, source: TemplateResource): boolean {
  const calls = activityOf(templates).calls.filter(({ resource }) => resource === source);
  return calls.length > 0 && calls.every(({ service, action, request: { Filters: filters = [] } }) => service === 'ec2' && action === 'describemanagedprefixlists'
    && filters.length === 1 && filters[0].Name === 'prefix-list-name' && [filters[0].Values].flat().length === 1 && S3_LIST.test(String([filters[0].Values].flat()[0])));
}

/** Whether a block is small enough for a VPC, and its addresses are not routed on the internet. */
function isPrivate(cidr: string): boolean {
  return (parseBlock(cidr)?.mask ?? 0) >= 16 && ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].some(outer => contains(outer, cidr));
}

/** Describes the traffic of a rule, such as `TCP 443` or `all traffic`. */
export function trafficOf({ protocol, fromPort, toPort }: GroupRule): string {
  if (protocol === '-1') { return 'all traffic'; }
  const name = protocol.toUpperCase();
  if (fromPort === undefined || fromPort === '-1') { return name; }
  return fromPort === toPort ? `${name} ${fromPort}` : `${name} ${fromPort}-${toPort}`;
}

/** Describes the peer of a rule by its addresses, or by the name of a resource. */
export function peerOf({ peer }: GroupRule, templates: TemplateSet): string {
  const names = peer.ids.map(id => { const resource = templates.find(id); return resource ? nameOf(resource) : id; });
  return names.join(', ') || 'anything';
}
