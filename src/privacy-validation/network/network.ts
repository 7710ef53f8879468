import { bucketNamed, reachableBuckets } from './endpoint-policy';
import { activityOf, type JobPlacement } from './job-placements';
import { roleOf } from './role-trust';
import { NETWORK_METADATA, type NetworkMetadata } from '../../network/network-metadata';
import { instancesIn, usableAddresses } from '../../network/new-vpc';
import { parseBlock } from '../../util/cidr-blocks';
import { statementsOf } from '../template/policy';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/**
 * A VPC in which compilation jobs run, as the templates show it. Lists contain resources of the app. IDs of resources outside the app are in
 * `outside`.
 */
export interface CompilationNetwork {
  /** The canonical ID. Undefined if no template shows it. */
  readonly vpcId?: string;
  readonly vpc?: TemplateResource;
  readonly subnets: TemplateResource[];
  /** Subnets of the same VPC that no job uses. */
  readonly otherSubnets: TemplateResource[];
  /** The route tables of the jobs' subnets that are part of the app. */
  readonly routeTables: TemplateResource[];
  /** The IDs of all route tables of the jobs' subnets that the templates show. */
  readonly routeTableIds: string[];
  readonly securityGroups: TemplateResource[];
  /** The gateway endpoints for S3. */
  readonly s3Endpoints: TemplateResource[];
  /** The buckets that jobs read and write. */
  readonly buckets: TemplateResource[];
  readonly jobs: JobPlacement[];
  readonly roles: TemplateResource[];
  /** Whether the VPC is used for jobs only. */
  readonly dedicated: boolean;
  /** Canonical IDs and names without a resource in the app's templates. */
  readonly outside: PartIds;
  /** Names of the account's bootstrap buckets, from which jobs read the assets of `NeoModel.fromAsset`. */
  readonly assetBuckets: string[];
}

type PartIds = { readonly [part in 'subnets' | 'securityGroups' | 's3Endpoints' | 'buckets' | 'roles']: string[] };

const networks = new WeakMap<TemplateSet, CompilationNetwork[]>();

/** The parts of a network according to a construct or a job. */
interface Claim extends Partial<PartIds> {
  readonly vpc?: string;
  readonly subnets: string[];
  readonly dedicated?: boolean;
  readonly job?: JobPlacement;
}

/**
 * Finds the networks of an app: those that a `NeoPrivateCompilationVpc` declares in metadata, those of jobs, and, because metadata can be deleted,
 * those in which the execution role of jobs may create interfaces. A job without subnets is in no network.
 */
export function findNetworks(templates: TemplateSet): CompilationNetwork[] {
  if (!networks.has(templates)) { networks.set(templates, readNetworks(templates)); }
  return networks.get(templates)!;
}

/** The IDs of S3 endpoints and VPCs through which requests come from a network. */
export interface Gates {
  readonly endpoints: string[];
  readonly vpcs: string[];
}

/** Returns the gates of all networks of an app, because a bucket may belong to several networks. */
export function gatesOf(templates: TemplateSet, network: CompilationNetwork): Gates {
  const all = [...findNetworks(templates), network];
  return {
    endpoints: unique(all.flatMap(({ s3Endpoints, outside }) => [...s3Endpoints.map(({ ref }) => ref), ...outside.s3Endpoints])),
    vpcs: unique(all.flatMap(({ vpcId }) => vpcId ?? [])),
  };
}

function readNetworks(templates: TemplateSet): CompilationNetwork[] {
  const claims = [...declaredNetworks(templates), ...activityOf(templates).jobs.map((job): Claim => ({ ...job, job })), ...claimsOfRoles(templates)]
    .filter(({ subnets }) => subnets.length > 0);
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const sharing = claims.find(other => other.subnets.some(id => claim.subnets.includes(id)))!;
    const key = claim.vpc ?? vpcOf(templates, claim) ?? sharing.vpc ?? sharing.subnets[0];
    groups.set(key, [...groups.get(key) ?? [], claim]);
  }
  return [...groups.values()].map(group => networkOf(templates, group));
}

/** Returns a VPC with everything in it as a network, for a picture of a template without jobs. */
export function wholeVpc(templates: TemplateSet, vpc: TemplateResource): CompilationNetwork {
  return networkOf(templates, [{
    vpc: vpc.ref,
    subnets: inVpc(templates, 'AWS::EC2::Subnet', vpc.ref).map(({ ref }) => ref),
    securityGroups: inVpc(templates, 'AWS::EC2::SecurityGroup', vpc.ref).map(({ ref }) => ref),
    dedicated: true,
  }]);
}

function isS3Gateway(templates: TemplateSet, endpoint: TemplateResource): boolean {
  const services = templates.property(endpoint, 'ServiceName');
  return templates.property(endpoint, 'VpcEndpointType').every(type => type === 'Gateway') && services.length > 0 && services.every(name => name.endsWith('.s3'));
}

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
      buckets: ids('Buckets'),
      roles: ids('Roles'),
      dedicated: String(declared.Dedicated) === 'true',
    }];
  });
}

/** Returns the subnets and groups in which the roles of compilation jobs may create interfaces, as far as their policies name these. */
function claimsOfRoles(templates: TemplateSet): Claim[] {
  const roles = templates.ofType('AWS::IAM::Role').filter(({ properties }) => {
    const trust = JSON.stringify(properties.AssumeRolePolicyDocument ?? '');
    return trust.includes('"sagemaker.amazonaws.com"') && trust.includes('compilation-job/');
  });
  return roles.map(role => {
    const inline = templates.list(role.properties.Policies).map(({ PolicyDocument }) => PolicyDocument);
    const attached = templates.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy').filter(policy => templates.references(policy, 'Roles').includes(role));
    const statements = [
      ...inline.flatMap(document => statementsOf(templates, document, role.template)),
      ...attached.flatMap(({ properties, template }) => statementsOf(templates, properties.PolicyDocument, template)),
    ].filter(({ effect, actions }) => effect === 'Allow' && actions.includes('ec2:CreateNetworkInterface'));
    const named = (kind: string) => statements.flatMap(({ resources }) => resources)
      .flatMap(arn => { const [, id] = arn.split(`:${kind}/`); return id === undefined || /[*?]/.test(id.replace(/\$\{[^}]*\}/g, '')) ? [] : id; });
    return { subnets: named('subnet'), securityGroups: named('security-group'), roles: [role.ref] };
  });
}

function vpcOf(templates: TemplateSet, { subnets }: Claim): string | undefined {
  return subnets.flatMap(id => { const subnet = templates.find(id); return subnet ? templates.property(subnet, 'VpcId') : []; })[0];
}

function networkOf(templates: TemplateSet, claims: Claim[]): CompilationNetwork {
  const all = (part: keyof PartIds) => unique(claims.flatMap(claim => claim[part] ?? []));
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
  const roles = claims.flatMap(claim => (claim.roles ?? []).map(arn => ({ arn, role: roleOf(templates, arn, claim.job?.resource) })));
  const named = all('buckets').map(name => ({ name, bucket: bucketNamed(templates, name) }));
  const outside = named.filter(({ bucket }) => !bucket).map(({ name }) => name);
  const assetBuckets = outside.filter(name => isAssetBucket(templates, s3Endpoints, name));
  return {
    vpcId,
    vpc: vpcId === undefined ? undefined : templates.find(vpcId),
    subnets,
    otherSubnets,
    routeTables: found(routeTableIds, 'AWS::EC2::RouteTable'),
    routeTableIds,
    securityGroups,
    s3Endpoints,
    buckets: unique([
      ...named.flatMap(({ bucket }) => bucket ?? []),
      ...s3Endpoints.flatMap(endpoint => reachableBuckets(templates, endpoint)).flatMap(({ name }) => bucketNamed(templates, name) ?? []),
      ...bucketsNaming(templates, s3Endpoints),
    ]),
    jobs: claims.flatMap(({ job }) => job ?? []),
    roles: unique(roles.flatMap(({ role }) => role ?? [])),
    // Without metadata, a VPC whose other subnets have no route out counts as dedicated.
    dedicated: claims.some(({ dedicated }) => dedicated) || otherSubnets.every(subnet => !hasRouteOut(templates, subnet)),
    assetBuckets,
    outside: {
      subnets: unknown(all('subnets'), subnets),
      securityGroups: unknown(all('securityGroups'), securityGroups),
      s3Endpoints: unknown(all('s3Endpoints'), declaredEndpoints),
      buckets: outside.filter(name => !assetBuckets.includes(name)),
      roles: unique(roles.filter(({ role }) => !role).map(({ arn }) => arn)),
    },
  };
}

/** Resource types that change route tables, each with the property that names the table. */
export const ROUTE_TABLE_CHANGES = [
  ['AWS::EC2::Route', 'RouteTableId'], ['AWS::EC2::VPNGatewayRoutePropagation', 'RouteTableIds'], ['AWS::EC2::RouteServerPropagation', 'RouteTableId'],
] as const;

/** Whether a subnet has a route to a destination other than the VPC. */
export function hasRouteOut(templates: TemplateSet, subnet: TemplateResource): boolean {
  const tables = routeTables(templates, subnet);
  return ROUTE_TABLE_CHANGES.some(([type, property]) => templates.ofType(type).some(resource => resource.properties.GatewayId !== 'local'
    && templates.propertyEntries(resource, property).some(id => tables.includes(id))));
}

/** Returns the route tables of a subnet. A subnet without an association uses the VPC's main table, to which no template can add routes. */
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

/**
 * Whether a name is that of the bootstrap stack's bucket. Jobs may only read it, and the endpoint's policy must require that it is in this account,
 * because any account can take the name of a deleted bucket.
 */
function isAssetBucket(templates: TemplateSet, endpoints: TemplateResource[], name: string): boolean {
  const [, owner] = /^cdk-[a-z0-9]+-assets-(\d{12}|\$\{AWS\.AccountId\})-/.exec(name) ?? [];
  const reached = endpoints.flatMap(endpoint => reachableBuckets(templates, endpoint)).filter(bucket => bucket.name === name);
  return owner !== undefined && templates.owners.includes(owner) && reached.length > 0
    && reached.every(({ actions, isOwn }) => isOwn && actions.every(action => ['s3:GetObject', 's3:GetBucketLocation', 's3:ListBucket'].includes(action)));
}

/** Returns the buckets whose policies name one of these endpoints. */
function bucketsNaming(templates: TemplateSet, endpoints: TemplateResource[]): TemplateResource[] {
  return templates.ofType('AWS::S3::BucketPolicy')
    .filter(policy => statementsOf(templates, policy.properties.PolicyDocument, policy.template)
      .some(({ conditions }) => conditions.some(({ values }) => values.some(value => endpoints.some(({ ref }) => ref === value)))))
    .flatMap(policy => templates.references(policy, 'Bucket'))
    .filter(({ type }) => type === 'AWS::S3::Bucket');
}

function unique<T>(list: T[]): T[] {
  return [...new Set(list)];
}

export interface SubnetSize {
  readonly cidr?: string;
  readonly mask?: number;
  readonly usable?: number;
  /** The number of instances that fit if all are placed in this subnet, besides its interface endpoints. */
  readonly instances?: number;
}

export function sizeOf(templates: TemplateSet, subnet: TemplateResource): SubnetSize {
  const [cidr] = templates.property(subnet, 'CidrBlock');
  const literal = parseBlock(cidr);
  const mask = literal ? literal.mask : maskOfFnCidr(subnet.properties.CidrBlock);
  if (mask === undefined) { return {}; }
  const endpoints = templates.ofType('AWS::EC2::VPCEndpoint').filter(endpoint => templates.propertyEntries(endpoint, 'SubnetIds').includes(subnet.ref)).length;
  return { cidr: literal ? cidr : undefined, mask, usable: usableAddresses(mask), instances: instancesIn(mask, endpoints) };
}

/** Reads the netmask from `{"Fn::Select": [0, {"Fn::Cidr": [block, count, hostBits]}]}`, which CDK writes for IPAM. */
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
