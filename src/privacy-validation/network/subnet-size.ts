import type { TemplateResource, TemplateSet } from '../template/template-set';

/** Addresses that AWS takes of each subnet. */
const RESERVED_ADDRESSES = 5;
/** Addresses that Neo takes per instance. */
const ADDRESSES_PER_INSTANCE = 2;

export interface SubnetSize {
  readonly cidr?: string;
  readonly mask?: number;
  readonly usable?: number;
  /** Instances that fit if all land in this subnet. */
  readonly instances?: number;
}

export function sizeOf(templates: TemplateSet, subnet: TemplateResource): SubnetSize {
  const [cidr] = templates.property(subnet, 'CidrBlock');
  const literal = /^\d+\.\d+\.\d+\.\d+\/(\d+)$/.exec(cidr ?? '');
  const mask = literal ? Number(literal[1]) : maskOfFnCidr(subnet.properties.CidrBlock);
  if (mask === undefined) { return {}; }
  const usable = Math.max(0, 2 ** (32 - mask) - RESERVED_ADDRESSES);
  return { cidr: literal ? cidr : undefined, mask, usable, instances: Math.floor(usable / ADDRESSES_PER_INSTANCE) };
}

/** `{"Fn::Select": [0, {"Fn::Cidr": [block, count, hostBits]}]}`, as CDK writes for IPAM. */
function maskOfFnCidr(value: any): number | undefined {
  const bits = Number(value?.['Fn::Select']?.[1]?.['Fn::Cidr']?.[2]);
  return Number.isInteger(bits) && bits >= 4 && bits <= 16 ? 32 - bits : undefined;
}

export function zoneOf(templates: TemplateSet, subnet: TemplateResource): string {
  const zone = subnet.properties.AvailabilityZone ?? subnet.properties.AvailabilityZoneId;
  if (zone?.['Fn::Select']?.[1]?.['Fn::GetAZs'] !== undefined) { return `Availability Zone ${Number(zone['Fn::Select'][0]) + 1}`; }
  const [name] = templates.values(zone, subnet.template);
  return name && !name.includes('${') ? name : 'Availability Zone';
}
