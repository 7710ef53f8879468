import type { GroupRule } from '../network/group-rules';
import { nameOf } from '../network/names';
import type { TemplateSet } from '../template/template-set';

/** What traffic a rule is for: `TCP 443`, `all traffic`. */
export function trafficOf({ protocol, fromPort, toPort }: GroupRule): string {
  if (protocol === '-1') { return 'all traffic'; }
  const name = protocol.toUpperCase();
  if (fromPort === undefined || fromPort === '-1') { return name; }
  return fromPort === toPort ? `${name} ${fromPort}` : `${name} ${fromPort}-${toPort}`;
}

/** Where to, or from: addresses as they are, resources by name. */
export function peerOf({ peer }: GroupRule, templates: TemplateSet): string {
  const names = peer.ids.map(id => { const resource = templates.find(id); return resource ? nameOf(resource) : id; });
  return names.join(', ') || 'anything';
}
