import { bucketNamed, reachableBuckets } from './endpoint-policy';
import { type JobPlacement, jobPlacements } from './job-placements';
import { NETWORK_METADATA, type NetworkMetadata } from '../../network/network-metadata';
import { statementsOf } from '../template/policy';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/**
 * A VPC in which compilation jobs run, read from templates. Lists hold resources of the app; the ID of something outside the app is among
 * `outside`.
 */
export interface CompilationNetwork {
  /** Canonical ID; undefined where no template tells. */
  readonly vpcId?: string;
  readonly vpc?: TemplateResource;
  /** The subnets of the jobs. */
  readonly subnets: TemplateResource[];
  /** Subnets of the same VPC that no job uses. */
  readonly otherSubnets: TemplateResource[];
  /** The route tables of the jobs' subnets that the app makes, and the IDs of all that the templates tell. */
  readonly routeTables: TemplateResource[];
  readonly routeTableIds: string[];
  /** The security groups of the jobs. */
  readonly securityGroups: TemplateResource[];
  /** The gateway endpoints for S3. */
  readonly s3Endpoints: TemplateResource[];
  /** Canonical IDs of prefix lists that the network declares to be those of S3. */
  readonly s3PrefixLists: string[];
  /** What jobs read and write. */
  readonly buckets: TemplateResource[];
  readonly jobs: JobPlacement[];
  readonly roles: TemplateResource[];
  /** Whether the VPC is there for jobs only. */
  readonly dedicated: boolean;
  /** Canonical IDs and names that no template of the app has a resource for. */
  readonly outside: { readonly subnets: string[]; readonly securityGroups: string[]; readonly s3Endpoints: string[]; readonly buckets: string[] };
}

const networks = new WeakMap<TemplateSet, CompilationNetwork[]>();

/** What a construct or a job says belongs together. */
interface Claim {
  readonly vpc?: string;
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly s3Endpoints: string[];
  readonly s3PrefixLists: string[];
  readonly buckets: string[];
  readonly roles: string[];
  readonly dedicated?: boolean;
  readonly job?: JobPlacement;
}

/**
 * The networks of an app: those that a `NeoPrivateCompilationVpc` declares in metadata, and those that jobs are placed in. A job without
 * subnets is in none.
 */
export function findNetworks(templates: TemplateSet): CompilationNetwork[] {
  if (!networks.has(templates)) { networks.set(templates, readNetworks(templates)); }
  return networks.get(templates)!;
}

/** What a request may come through to be from a network: IDs of S3 endpoints, and of VPCs. */
export interface Gates {
  readonly endpoints: string[];
  readonly vpcs: string[];
}

/** A bucket may be for several networks of an app. */
export function gatesOf(templates: TemplateSet, network: CompilationNetwork): Gates {
  const all = [...findNetworks(templates), network];
  return {
    endpoints: unique(all.flatMap(({ s3Endpoints, outside }) => [...s3Endpoints.map(({ ref }) => ref), ...outside.s3Endpoints])),
    vpcs: unique(all.flatMap(({ vpcId }) => vpcId ?? [])),
  };
}

function readNetworks(templates: TemplateSet): CompilationNetwork[] {
  const claims = [...declaredNetworks(templates), ...jobPlacements(templates).map(job => claimOf(job))].filter(({ subnets }) => subnets.length > 0);
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const sharing = claims.find(other => other.subnets.some(id => claim.subnets.includes(id)))!;
    const key = claim.vpc ?? vpcOf(templates, claim) ?? sharing.vpc ?? sharing.subnets[0];
    groups.set(key, [...groups.get(key) ?? [], claim]);
  }
  return [...groups.values()].map(group => networkOf(templates, group));
}

/** For a picture of a template in which nothing is compiled: a VPC with all that is in it. */
export function wholeVpc(templates: TemplateSet, vpc: TemplateResource): CompilationNetwork {
  return networkOf(templates, [{
    vpc: vpc.ref,
    subnets: inVpc(templates, 'AWS::EC2::Subnet', vpc.ref).map(({ ref }) => ref),
    securityGroups: inVpc(templates, 'AWS::EC2::SecurityGroup', vpc.ref).map(({ ref }) => ref),
    s3Endpoints: [],
    s3PrefixLists: [],
    buckets: [],
    roles: [],
    dedicated: true,
  }]);
}

export function isS3Gateway(templates: TemplateSet, endpoint: TemplateResource): boolean {
  const services = templates.property(endpoint, 'ServiceName');
  return templates.property(endpoint, 'VpcEndpointType').every(type => type === 'Gateway') && services.length > 0 && services.every(name => name.endsWith('.s3'));
}

/** Resources of a type whose `VpcId` is this one. */
export function inVpc(templates: TemplateSet, type: string, vpcId: string | undefined): TemplateResource[] {
  return vpcId === undefined ? [] : templates.ofType(type).filter(resource => templates.property(resource, 'VpcId').includes(vpcId));
}

function declaredNetworks(templates: TemplateSet): Claim[] {
  return templates.resources.flatMap(resource => {
    const declared: NetworkMetadata | undefined = resource.metadata[NETWORK_METADATA];
    if (!declared) { return []; }
    const ids = (name: keyof NetworkMetadata) => templates.entries(declared[name], resource.template);
    return [{
      vpc: ids('Vpc')[0],
      subnets: ids('Subnets'),
      securityGroups: ids('SecurityGroups'),
      s3Endpoints: ids('S3Endpoints'),
      s3PrefixLists: ids('S3PrefixLists'),
      buckets: ids('Buckets'),
      roles: ids('Roles'),
      dedicated: String(declared.Dedicated) === 'true',
    }];
  });
}

function claimOf(job: JobPlacement): Claim {
  const { subnets, securityGroups, buckets, roles } = job;
  return { job, subnets, securityGroups, buckets, roles, s3Endpoints: [], s3PrefixLists: [] };
}

function vpcOf(templates: TemplateSet, { subnets }: Claim): string | undefined {
  return subnets.flatMap(id => { const subnet = templates.find(id); return subnet ? templates.property(subnet, 'VpcId') : []; })[0];
}

function networkOf(templates: TemplateSet, claims: Claim[]): CompilationNetwork {
  const all = (name: 'subnets' | 'securityGroups' | 's3Endpoints' | 's3PrefixLists' | 'buckets' | 'roles') =>
    unique(claims.flatMap(claim => claim[name]));
  const found = (ids: string[], type: string) => unique(ids.flatMap(id => templates.find(id) ?? [])).filter(resource => resource.type === type);
  const unknown = (ids: string[], resources: TemplateResource[]) => ids.filter(id => !resources.includes(templates.find(id)!));
  const vpcId = claims.map(claim => claim.vpc ?? vpcOf(templates, claim)).find(id => id !== undefined);
  const subnets = found(all('subnets'), 'AWS::EC2::Subnet');
  const otherSubnets = inVpc(templates, 'AWS::EC2::Subnet', vpcId).filter(subnet => !subnets.includes(subnet));
  const securityGroups = found(all('securityGroups'), 'AWS::EC2::SecurityGroup');
  const declaredEndpoints = found(all('s3Endpoints'), 'AWS::EC2::VPCEndpoint');
  const endpointsInVpc = inVpc(templates, 'AWS::EC2::VPCEndpoint', vpcId);
  const ownTables = subnets.flatMap(subnet => routeTables(templates, subnet));
  const declaredTables = declaredEndpoints.flatMap(endpoint => templates.propertyEntries(endpoint, 'RouteTableIds'));
  const routeTableIds = unique(all('subnets').length > subnets.length ? [...ownTables, ...declaredTables] : ownTables);
  const s3Endpoints = unique([
    ...declaredEndpoints, ...endpointsInVpc.filter(endpoint => isS3Gateway(templates, endpoint) && mayServe(templates, endpoint, routeTableIds)),
  ]);
  const named = all('buckets').map(name => ({ name, bucket: bucketNamed(templates, name) }));
  return {
    vpcId,
    vpc: vpcId === undefined ? undefined : templates.find(vpcId),
    subnets,
    otherSubnets,
    routeTables: found(routeTableIds, 'AWS::EC2::RouteTable'),
    routeTableIds,
    securityGroups,
    s3Endpoints,
    s3PrefixLists: all('s3PrefixLists'),
    buckets: unique([
      ...named.flatMap(({ bucket }) => bucket ?? []),
      ...s3Endpoints.flatMap(endpoint => bucketsOfPolicy(templates, endpoint)),
      ...bucketsNaming(templates, s3Endpoints),
    ]),
    jobs: claims.flatMap(({ job }) => job ?? []),
    roles: found(all('roles'), 'AWS::IAM::Role'),
    // Also without metadata: a VPC in which nothing leads anywhere is not there for anything that leads somewhere.
    dedicated: claims.some(({ dedicated }) => dedicated) || otherSubnets.every(subnet => !hasRouteOut(templates, subnet)),
    outside: {
      subnets: unknown(all('subnets'), subnets),
      securityGroups: unknown(all('securityGroups'), securityGroups),
      s3Endpoints: unknown(all('s3Endpoints'), declaredEndpoints),
      buckets: named.filter(({ bucket }) => !bucket).map(({ name }) => name),
    },
  };
}

/** Types that change the route tables they name, in which property. */
export const ROUTE_TABLE_CHANGES = [
  ['AWS::EC2::Route', 'RouteTableId'], ['AWS::EC2::VPNGatewayRoutePropagation', 'RouteTableIds'], ['AWS::EC2::RouteServerPropagation', 'RouteTableId'],
] as const;

/** Whether a subnet has a route of its own, to anywhere but the VPC. */
export function hasRouteOut(templates: TemplateSet, subnet: TemplateResource): boolean {
  const tables = routeTables(templates, subnet);
  return ROUTE_TABLE_CHANGES.some(([type, property]) => templates.ofType(type).some(resource => resource.properties.GatewayId !== 'local'
    && templates.propertyEntries(resource, property).some(id => tables.includes(id))));
}

/** Route tables of a subnet. One without an association uses the VPC's main table, to which no template can add routes. */
export function routeTables(templates: TemplateSet, subnet: TemplateResource): string[] {
  return templates.ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(association => templates.property(association, 'SubnetId').includes(subnet.ref))
    .flatMap(association => templates.property(association, 'RouteTableId'));
}

/** Whether a gateway endpoint is, or may be, on one of these route tables. */
export function mayServe(templates: TemplateSet, endpoint: TemplateResource, routeTableIds: string[]): boolean {
  const tables = templates.propertyEntries(endpoint, 'RouteTableIds');
  return tables.length === 0 || routeTableIds.length === 0 || tables.some(id => routeTableIds.includes(id) || templates.find(id)?.type !== 'AWS::EC2::RouteTable');
}

/** The buckets of the app that the policy of an endpoint names. */
function bucketsOfPolicy(templates: TemplateSet, endpoint: TemplateResource): TemplateResource[] {
  return reachableBuckets(templates, endpoint).flatMap(({ name }) => bucketNamed(templates, name) ?? []);
}

/** The buckets whose policy speaks of an endpoint. */
function bucketsNaming(templates: TemplateSet, endpoints: TemplateResource[]): TemplateResource[] {
  return templates.ofType('AWS::S3::BucketPolicy')
    .filter(policy => (statementsOf(templates, policy.properties.PolicyDocument, policy.template) ?? [])
      .some(({ conditions }) => conditions.some(({ values }) => values.some(value => endpoints.some(({ ref }) => ref === value)))))
    .flatMap(policy => templates.references(policy, 'Bucket'))
    .filter(({ type }) => type === 'AWS::S3::Bucket');
}

function unique<T>(list: T[]): T[] {
  return [...new Set(list)];
}

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
