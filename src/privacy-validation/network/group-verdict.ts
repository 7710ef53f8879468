import { type GroupRule } from './group-rules';
import type { CompilationNetwork } from './network';
import { contains, parseBlock } from '../../util/cidr-blocks';
import { isUnknown } from '../template/canonical';
import type { TemplateSet } from '../template/template-set';

/**
 * What a rule of a job's security group is, measured by what Neo needs. `to a prefix list` may be that of S3 or not, `to private addresses` those
 * of subnets that the app does not make.
 */
export type GroupVerdict = 'to S3' | 'to a prefix list' | 'to subnets' | 'to private addresses' | 'from group itself' | 'open';

export function verdictOn(rule: GroupRule, templates: TemplateSet, network: CompilationNetwork): GroupVerdict {
  if (rule.direction === 'in') { return isOwnGroup(rule, templates, network) ? 'from group itself' : 'open'; }
  if (isOwnGroup(rule, templates, network) || isOwnAddresses(rule, templates, network)) { return 'to subnets'; }
  if (network.outside.subnets.length > 0 && rule.peer.kind === 'cidr' && rule.peer.ids.every(id => isPrivate(id))) { return 'to private addresses'; }
  const onlyHttps = ['tcp', '6'].includes(rule.protocol) && rule.fromPort === '443' && rule.toPort === '443';
  if (!onlyHttps || rule.peer.kind !== 'prefix list' || rule.peer.ids.length === 0) { return 'open'; }
  const kinds = rule.peer.ids.map(id => prefixListKind(templates, network, id));
  if (kinds.includes('other')) { return 'open'; }
  return kinds.includes('unknown') ? 'to a prefix list' : 'to S3';
}

function isOwnGroup({ peer }: GroupRule, templates: TemplateSet, { securityGroups, outside }: CompilationNetwork): boolean {
  return peer.kind === 'group' && peer.ids.length > 0
    && peer.ids.every(id => securityGroups.includes(templates.find(id)!) || outside.securityGroups.includes(id));
}

function isOwnAddresses({ peer }: GroupRule, templates: TemplateSet, { subnets }: CompilationNetwork): boolean {
  const own = subnets.flatMap(subnet => [...templates.property(subnet, 'CidrBlock'), `${subnet.ref.slice(0, -1)}.CidrBlock}`]);
  return peer.kind === 'cidr' && peer.ids.length > 0 && peer.ids.every(id => own.some(cidr => cidr === id || contains(cidr, id)));
}

/**
 * The prefix list of S3 is AWS's. A template has its ID as it is, which says nothing, or looks it up by name; one that the template makes is
 * not it.
 */
function prefixListKind(templates: TemplateSet, { s3PrefixLists }: CompilationNetwork, id: string): 'S3' | 'other' | 'unknown' {
  const source = templates.find(id);
  if (source?.type === 'AWS::EC2::PrefixList') { return 'other'; }
  if (s3PrefixLists.includes(id)) { return 'S3'; }
  if (source) { return asksForS3(source.properties) ? 'S3' : 'other'; }
  return s3PrefixLists.length > 0 || isUnknown(id) ? 'other' : 'unknown';
}

function asksForS3(properties: any): boolean {
  const request = JSON.stringify(properties);
  return request.includes('describeManagedPrefixLists') && /com\.amazonaws\.(.*?)\.s3(?![a-z0-9.-])/.test(request);
}

/** Small enough for a VPC, and of addresses that the internet does not route. */
function isPrivate(cidr: string): boolean {
  return (parseBlock(cidr)?.mask ?? 0) >= 16 && ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].some(outer => contains(outer, cidr));
}
