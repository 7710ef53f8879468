import { type CompilationNetwork, ROUTE_TABLE_CHANGES, routeTables } from './network';
import { partsOfWorkload } from './tenants';
import { isUnreadable } from '../template/canonical';
import { mayBeAbsent, type TemplateResource } from '../template/resources';
import { type Relation, relationTo, type TemplateSet } from '../template/template-set';

/** The kinds of connections of a VPC, in the order of pictures and reports, each with the rule against it. */
export const EXPOSURE_RULE_IDS = {
  'internet gateway': 'NoInternetGateway',
  'NAT gateway': 'NoNatGateway',
  'egress-only internet gateway': 'NoEgressOnlyInternetGateway',
  'carrier gateway': 'NoCarrierGateway',
  'VPN gateway': 'NoVpnGateway',
  'transit gateway': 'NoTransitGateway',
  'VPC peering': 'NoVpcPeering',
  'other attachment': 'NoOtherAttachment',
  'route': 'NoRouteOut',
  'public IP address': 'NoPublicIp',
} as const;

export type ExposureKind = keyof typeof EXPOSURE_RULE_IDS;

export interface Exposure {
  readonly kind: ExposureKind;
  readonly resource: TemplateResource;
  readonly properties: string[];
  /** The subnets that it opens. If empty, it opens the whole VPC. */
  readonly subnets: TemplateResource[];
  /** `unknown` if the templates do not show which VPC, subnet or route table is meant, `unreadable` if it is in the app but cannot be read. */
  readonly certainty: 'sure' | 'unknown' | 'unreadable';
}

/** Resource types that name the VPC that they connect, and the properties with its ID. */
const VPC_ATTACHMENTS: [type: string, properties: string[], kind: ExposureKind][] = [
  ['AWS::EC2::EgressOnlyInternetGateway', ['VpcId'], 'egress-only internet gateway'],
  ['AWS::EC2::CarrierGateway', ['VpcId'], 'carrier gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::VPCPeeringConnection', ['VpcId', 'PeerVpcId'], 'VPC peering'],
  ['AWS::EC2::LocalGatewayRouteTableVPCAssociation', ['VpcId'], 'other attachment'],
  // A regional NAT gateway. Others are in a subnet.
  ['AWS::EC2::NatGateway', ['VpcId'], 'NAT gateway'],
  ['AWS::EC2::RouteServerAssociation', ['VpcId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['VpcArn'], 'other attachment'],
  // It forwards DNS queries to other resolvers.
  ['AWS::Route53Resolver::ResolverRuleAssociation', ['VPCId'], 'other attachment'],
  ['AWS::Route53Profiles::ProfileAssociation', ['ResourceId'], 'other attachment'],
  ['AWS::VpcLattice::ServiceNetworkVpcAssociation', ['VpcIdentifier'], 'other attachment'],
  ['AWS::VpcLattice::ResourceGateway', ['VpcIdentifier'], 'other attachment'],
  ['AWS::VpcLattice::TargetGroup', ['Config.VpcIdentifier'], 'other attachment'],
];

/** Resource types that name their subnets, or the subnets that they share. */
const SUBNET_ATTACHMENTS: [type: string, properties: string[], kind: ExposureKind][] = [
  ['AWS::EC2::NatGateway', ['SubnetId'], 'NAT gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayMulticastDomainAssociation', ['SubnetId'], 'transit gateway'],
  ['AWS::EC2::ClientVpnTargetNetworkAssociation', ['SubnetId'], 'other attachment'],
  ['AWS::EC2::InstanceConnectEndpoint', ['SubnetId'], 'other attachment'],
  ['AWS::EC2::RouteServerEndpoint', ['SubnetId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['SubnetArns'], 'other attachment'],
  ['AWS::RAM::ResourceShare', ['ResourceArns'], 'other attachment'],
  ['AWS::VpcLattice::ResourceGateway', ['SubnetIds'], 'other attachment'],
];

/** The kind of exposure by the type of resource that changes a route table. */
const ROUTE_KINDS: { readonly [type: string]: ExposureKind } = {
  'AWS::EC2::Route': 'route', 'AWS::EC2::VPNGatewayRoutePropagation': 'VPN gateway', 'AWS::EC2::RouteServerPropagation': 'other attachment',
};

/** Resource types that affect the whole VPC without a route, because their rules can forward DNS queries. */
const DNS_ATTACHMENTS = VPC_ATTACHMENTS.filter(([type]) => /^AWS::Route53(Resolver|Profiles)::/.test(type));

/**
 * Finds everything in the templates that connects a network's VPC, or one of its subnets, to something else.
 *
 * If only some subnets of a VPC are for jobs, the VPC may have gateways, and only a route to a gateway counts.
 */
export function findExposures(templates: TemplateSet, network: CompilationNetwork): Exposure[] {
  const found = [
    ...network.dedicated ? attachedToVpc(templates, network) : attachments(templates, network, DNS_ATTACHMENTS),
    ...placedInSubnets(templates, network),
    ...sharedGroups(templates, network),
    ...routesOut(templates, network),
    ...unseenTables(templates, network),
    ...publicAddresses(templates, network.subnets),
  ];
  // A transit gateway attachment names the VPC and the subnets, but counts only once. A certain finding takes precedence.
  return found.filter((one, index) => {
    const same = found.filter(({ kind, resource }) => resource === one.resource && kind === one.kind);
    return (same.find(({ certainty }) => certainty === 'sure') ?? same.find(({ certainty }) => certainty === 'unreadable') ?? same[0]) === found[index];
  });
}

function certaintyOf(relations: Relation[]): Exposure['certainty'] | undefined {
  if (relations.includes('ours')) { return 'sure'; }
  return (['unreadable', 'unknown'] as const).find(relation => relations.includes(relation));
}

function attachment(
  templates: TemplateSet, { vpcId }: CompilationNetwork, kind: ExposureKind, resource: TemplateResource, properties: string[], naming = properties,
): Exposure[] {
  const certainty = vpcId && certaintyOf(naming.map(property => relationTo(templates, resource, property, [vpcId])));
  return certainty ? [exposure(kind, resource, properties, certainty)] : [];
}

function attachments(templates: TemplateSet, network: CompilationNetwork, types: typeof VPC_ATTACHMENTS): Exposure[] {
  return types.flatMap(([type, properties, kind]) => templates.ofType(type)
    .filter(resource => !isSystemRule(templates, resource))
    .flatMap(resource => attachment(templates, network, kind, resource, properties)));
}

/** Whether Amazon's resolver responds to the queries of a rule, as it does without a rule. */
function isSystemRule(templates: TemplateSet, association: TemplateResource): boolean {
  const rules = templates.references(association, 'ResolverRuleId');
  return rules.length > 0 && rules.every(rule => templates.property(rule, 'RuleType').join() === 'SYSTEM');
}

/** Finds shared security groups: other accounts can use them for resources that they place in the VPC. */
function sharedGroups(templates: TemplateSet, { securityGroups, outside }: CompilationNetwork): Exposure[] {
  const ids = [...securityGroups.map(({ ref }) => ref), ...outside.securityGroups];
  return templates.ofType('AWS::RAM::ResourceShare').filter(share => relationTo(templates, share, 'ResourceArns', ids) === 'ours')
    .map(share => exposure('other attachment', share, ['ResourceArns'], 'sure'));
}

function attachedToVpc(templates: TemplateSet, network: CompilationNetwork): Exposure[] {
  const inOther = (nat: TemplateResource) => templates.references(nat, 'SubnetId').some(subnet => network.otherSubnets.includes(subnet));
  return [
    ...templates.ofType('AWS::EC2::VPCGatewayAttachment').flatMap(resource => [
      ...resource.properties.InternetGatewayId === undefined ? [] : attachment(templates, network, 'internet gateway', resource, ['InternetGatewayId'], ['VpcId']),
      ...resource.properties.VpnGatewayId === undefined ? [] : attachment(templates, network, 'VPN gateway', resource, ['VpnGatewayId'], ['VpcId']),
    ]),
    ...templates.ofType('AWS::EC2::NatGateway').filter(nat => inOther(nat)).map(nat => exposure('NAT gateway', nat, ['SubnetId'], 'sure')),
    ...attachments(templates, network, VPC_ATTACHMENTS),
  ];
}

function placedInSubnets(templates: TemplateSet, { subnets, outside }: CompilationNetwork): Exposure[] {
  const ids = [...subnets.map(({ ref }) => ref), ...outside.subnets];
  return SUBNET_ATTACHMENTS.flatMap(([type, properties, kind]) => templates.ofType(type).flatMap(resource => properties.flatMap(property => {
    const placed = subnets.filter(subnet => relationTo(templates, resource, property, [subnet.ref]) === 'ours');
    const certainty = certaintyOf([relationTo(templates, resource, property, ids)]);
    return certainty ? [exposure(kind, resource, [property], certainty, placed)] : [];
  })));
}

/** Finds routes. The route to the VPC itself is implicit, and a gateway endpoint adds its own route, so any other route is a way out. */
function routesOut(templates: TemplateSet, { subnets, routeTableIds }: CompilationNetwork): Exposure[] {
  const tables = new Map(subnets.map(subnet => [subnet, routeTables(templates, subnet)]));
  const all = [...new Set([...[...tables.values()].flat(), ...routeTableIds])];
  return ROUTE_TABLE_CHANGES.flatMap(([type, property]) => templates.ofType(type)
    .filter(resource => resource.properties.GatewayId !== 'local')
    .flatMap(resource => {
      const certainty = certaintyOf([relationTo(templates, resource, property, all)]);
      const opened = subnets.filter(subnet => relationTo(templates, resource, property, tables.get(subnet)!) === 'ours');
      const properties = type === 'AWS::EC2::Route' ? Object.keys(resource.properties).filter(name => name !== property) : [property];
      return certainty ? [exposure(ROUTE_KINDS[type], resource, properties, certainty, opened)] : [];
    }));
}

/** Finds route tables of jobs' subnets that are not part of the app, and route tables with routes whose subnet may be a jobs' subnet. */
function unseenTables(templates: TemplateSet, { subnets }: CompilationNetwork): Exposure[] {
  const hasRoutes = (table: TemplateResource) => templates.ofType('AWS::EC2::Route').some(route => templates.references(route, 'RouteTableId').includes(table));
  return templates.ofType('AWS::EC2::SubnetRouteTableAssociation').flatMap(association => {
    const relation = relationTo(templates, association, 'SubnetId', subnets.map(({ ref }) => ref));
    const ids = templates.property(association, 'RouteTableId');
    const tables = ids.map(id => templates.find(id));
    if (relation === 'ours' && ids.some(id => isUnreadable(id))) { return [exposure('route', association, ['RouteTableId'], 'unreadable')]; }
    if (relation === 'ours' && tables.includes(undefined)) { return [exposure('route', association, ['RouteTableId'], 'unknown')]; }
    const certainty = relation === 'unreadable' || relation === 'unknown' ? relation : undefined;
    return certainty && tables.some(table => table && hasRoutes(table)) ? [exposure('route', association, ['SubnetId'], certainty)] : [];
  });
}

function exposure(
  kind: ExposureKind, resource: TemplateResource, properties: string[], certainty: Exposure['certainty'], subnets: TemplateResource[] = [],
): Exposure {
  return { kind, resource, properties, subnets, certainty };
}

/** Finds resources that have or assign a public address in one of the subnets. */
function publicAddresses(templates: TemplateSet, subnets: TemplateResource[]): Exposure[] {
  const address = (resource: TemplateResource, property: string, opened: TemplateResource[]) =>
    exposure('public IP address', resource, [property], 'sure', opened);
  const placed = (resource: TemplateResource, value: any) => templates.entries(value, resource.template)
    .flatMap(id => subnets.filter(({ ref }) => ref === id));
  const bySubnet = subnets.flatMap(subnet => ['MapPublicIpOnLaunch', 'AssignIpv6AddressOnCreation', 'Ipv6Native']
    .filter(property => templates.property(subnet, property).some(value => value !== 'false'))
    .map(property => address(subnet, property, [subnet])));
  const elastic = templates.ofType('AWS::EC2::EIP', 'AWS::EC2::EIPAssociation').flatMap(resource => ['InstanceId', 'NetworkInterfaceId'].map(property =>
    address(resource, property, templates.references(resource, property).flatMap(target => subnetsOf(templates, target, placed)))));
  const balancers = templates.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')
    .filter(({ properties, template }) => mayBeAbsent(properties.Scheme) || templates.values(properties.Scheme, template).some(scheme => scheme !== 'internal'))
    .map(resource => address(resource, 'Scheme', [
      ...placed(resource, resource.properties.Subnets),
      ...templates.list(resource.properties.SubnetMappings).flatMap(({ SubnetId }) => placed(resource, SubnetId)),
    ]));
  const workloads = templates.resources.flatMap(resource => partsOfWorkload(templates, resource).flatMap(part =>
    requestsForAddresses(templates, part.properties, part).map(({ property, interface: written }) => {
      const own = templates.mentionsIn(written, part.template, /subnet/i);
      const ids = own.length > 0 ? own : templates.mentions(resource, /subnet|vpczoneidentifier/i);
      return address(resource, property, subnets.filter(({ ref }) => ids.includes(ref)));
    })));
  return [...bySubnet, ...elastic, ...balancers, ...workloads].filter(({ subnets: opened }) => opened.length > 0);
}

/** Finds interfaces of instances or containers that request a public address, at any depth. */
function requestsForAddresses(templates: TemplateSet, value: any, resource: TemplateResource, property = ''): { property: string; interface: any }[] {
  if (value === null || typeof value !== 'object') { return []; }
  const asks = ['AssociatePublicIpAddress', 'AssignPublicIp'].some(name => value[name] !== undefined
    && templates.values(value[name], resource.template).some(text => !['false', 'DISABLED'].includes(text)));
  return [
    ...asks ? [{ property, interface: value }] : [],
    ...Object.entries<any>(value).flatMap(([key, entry]) => requestsForAddresses(templates, entry, resource, property || key)),
  ];
}

/** Returns the subnets of an instance or an interface, which its own interfaces may name. */
function subnetsOf(
  templates: TemplateSet, target: TemplateResource, placed: (resource: TemplateResource, value: any) => TemplateResource[],
): TemplateResource[] {
  const interfaces = templates.list(target.properties.NetworkInterfaces);
  const others = interfaces.flatMap(({ NetworkInterfaceId }) => templates.values(NetworkInterfaceId, target.template))
    .flatMap(id => templates.find(id) ?? []);
  return [
    ...placed(target, target.properties.SubnetId),
    ...interfaces.flatMap(({ SubnetId }) => placed(target, SubnetId)),
    ...others.flatMap(other => placed(other, other.properties.SubnetId)),
  ];
}
