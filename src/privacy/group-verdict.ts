import { isUnknown } from './canonical';
import { type GroupRule, reachesSubnets } from './group-rules';
import type { CompilationNetwork } from './network';
import type { TemplateResource, TemplateSet } from './templates';

/** What a rule of a job's security group is, measured by what Neo needs. */
export type GroupVerdict = 'to S3' | 'to subnets' | 'from group itself' | 'open';

export function verdictOn(rule: GroupRule, templates: TemplateSet, network: CompilationNetwork): GroupVerdict {
  if (rule.direction === 'in') {
    return rule.peer.kind === 'group' && reachesSubnets(rule, templates, network) ? 'from group itself' : 'open';
  }
  if (reachesSubnets(rule, templates, network)) { return 'to subnets'; }
  const onlyHttps = ['tcp', '6'].includes(rule.protocol) && rule.fromPort === '443' && rule.toPort === '443';
  return onlyHttps && rule.peer.kind === 'prefix list' && rule.peer.ids.every(id => isS3PrefixList(templates, id)) ? 'to S3' : 'open';
}

/**
 * The prefix list of S3 is AWS's: a template has its ID as it is, or looks it up by name. One that the template makes is not it, and a
 * parameter may be any.
 */
function isS3PrefixList(templates: TemplateSet, id: string): boolean {
  const source = templates.find(id);
  if (source) { return source.type !== 'AWS::EC2::PrefixList' && asksForS3(source); }
  return /^pl-[0-9a-z]+$/.test(id) && !isUnknown(id);
}

function asksForS3({ properties }: TemplateResource): boolean {
  const request = JSON.stringify(properties);
  return request.includes('describeManagedPrefixLists') && /com\.amazonaws\.(.*?)\.s3(?![a-z0-9.-])/.test(request);
}
