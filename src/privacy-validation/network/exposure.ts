import type { CompilationNetwork } from './network';
import { type TemplateResource, mayBeAbsent } from '../template/resources';
import { type TemplateSet, relationTo } from '../template/template-set';

/** What can join a VPC to something else. The order is that of pictures and reports. */
export const EXPOSURES = [
  'internet gateway', 'NAT gateway', 'egress-only internet gateway', 'carrier gateway', 'VPN gateway', 'transit gateway', 'VPC peering',
  'other attachment', 'route', 'public IP address',
] as const;

export type ExposureKind = typeof EXPOSURES[number];

/** A resource that opens a network. */
export interface Exposure {
  readonly way: ExposureKind;
  readonly resource: TemplateResource;
  /** Properties that show it. */
  readonly properties: string[];
  /** The subnets it opens; all of the VPC when empty. */
  readonly subnets: TemplateResource[];
  /** False when the template leaves open which VPC or subnet is meant. */
  readonly isSure: boolean;
}

/** Types that name the VPC they join, in which properties. */
const VPC_ATTACHMENTS: [type: string, properties: string[], way: ExposureKind][] = [
  ['AWS::EC2::EgressOnlyInternetGateway', ['VpcId'], 'egress-only internet gateway'],
  ['AWS::EC2::CarrierGateway', ['VpcId'], 'carrier gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::VPCPeeringConnection', ['VpcId', 'PeerVpcId'], 'VPC peering'],
  ['AWS::EC2::LocalGatewayRouteTableVPCAssociation', ['VpcId'], 'other attachment'],
  // A regional one; others stand in a subnet.
  ['AWS::EC2::NatGateway', ['VpcId'], 'NAT gateway'],
  ['AWS::EC2::RouteServerAssociation', ['VpcId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['VpcArn'], 'other attachment'],
  // Sends DNS queries to resolvers elsewhere.
  ['AWS::Route53Resolver::ResolverRuleAssociation', ['VPCId'], 'other attachment'],
  ['AWS::Route53Profiles::ProfileAssociation', ['ResourceId'], 'other attachment'],
  ['AWS::VpcLattice::ServiceNetworkVpcAssociation', ['VpcIdentifier'], 'other attachment'],
  ['AWS::VpcLattice::ResourceGateway', ['VpcIdentifier'], 'other attachment'],
];

/** Types that name the subnets they stand in, or share. */
const SUBNET_ATTACHMENTS: [type: string, properties: string[], way: ExposureKind][] = [
  ['AWS::EC2::NatGateway', ['SubnetId'], 'NAT gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::ClientVpnTargetNetworkAssociation', ['SubnetId'], 'other attachment'],
  ['AWS::EC2::InstanceConnectEndpoint', ['SubnetId'], 'other attachment'],
  ['AWS::EC2::RouteServerEndpoint', ['SubnetId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['SubnetArns'], 'other attachment'],
  ['AWS::RAM::ResourceShare', ['ResourceArns'], 'other attachment'],
  ['AWS::VpcLattice::ResourceGateway', ['SubnetIds'], 'other attachment'],
];

/** Types that change the route tables they name. */
const ROUTE_TABLE_CHANGES: [type: string, property: string, way: ExposureKind][] = [
  ['AWS::EC2::Route', 'RouteTableId', 'route'],
  ['AWS::EC2::VPNGatewayRoutePropagation', 'RouteTableIds', 'VPN gateway'],
  ['AWS::EC2::RouteServerPropagation', 'RouteTableId', 'other attachment'],
];

/**
 * Everything in the templates that joins the VPC of a network, or one of its subnets, to something else.
 *
 * A VPC of which only some subnets are for jobs may have gateways of its own; what counts then is whether a route leads there.
 */
export function findExposures(templates: TemplateSet, network: CompilationNetwork): Exposure[] {
  const found = [
    ...network.dedicated ? attachedToVpc(templates, network) : [],
    ...placedInSubnets(templates, network),
    ...routesOut(templates, network),
    ...unseenTables(templates, network),
    ...publicAddressesIn(templates, network),
  ];
  // A transit gateway names the VPC and the subnets: once is enough, and what is sure counts.
  return found.filter((one, index) => {
    const same = found.filter(({ way, resource }) => resource === one.resource && way === one.way);
    return (same.find(({ isSure }) => isSure) ?? same[0]) === found[index];
  });
}

/** Route tables of a subnet. One without uses the VPC's main table, which no template can add routes to. */
export function routeTables(templates: TemplateSet, subnet: TemplateResource): string[] {
  return templates.ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(association => templates.property(association, 'SubnetId').includes(subnet.ref))
    .flatMap(association => templates.property(association, 'RouteTableId'));
}

function attachedToVpc(templates: TemplateSet, { vpcId, otherSubnets }: CompilationNetwork): Exposure[] {
  if (vpcId === undefined) { return []; }
  const attached = (resource: TemplateResource, properties: string[], way: ExposureKind, naming = properties): Exposure[] => {
    const relations = naming.map(property => relationTo(templates, resource, property, [vpcId]));
    return relations.some(relation => relation !== 'other') ? [opening(way, resource, properties, relations.includes('ours'))] : [];
  };
  const inOther = (nat: TemplateResource) => templates.references(nat, 'SubnetId').some(subnet => otherSubnets.includes(subnet));
  return [
    ...templates.ofType('AWS::EC2::VPCGatewayAttachment').flatMap(resource => [
      ...resource.properties.InternetGatewayId === undefined ? [] : attached(resource, ['InternetGatewayId'], 'internet gateway', ['VpcId']),
      ...resource.properties.VpnGatewayId === undefined ? [] : attached(resource, ['VpnGatewayId'], 'VPN gateway', ['VpcId']),
    ]),
    ...templates.ofType('AWS::EC2::NatGateway').filter(nat => inOther(nat)).map(nat => opening('NAT gateway', nat, ['SubnetId'], true)),
    ...VPC_ATTACHMENTS.flatMap(([type, properties, way]) => templates.ofType(type).flatMap(resource => attached(resource, properties, way))),
  ];
}

function placedInSubnets(templates: TemplateSet, { subnets }: CompilationNetwork): Exposure[] {
  return SUBNET_ATTACHMENTS.flatMap(([type, properties, way]) => templates.ofType(type).flatMap(resource => properties.flatMap(property => {
    const placed = subnets.filter(subnet => relationTo(templates, resource, property, [subnet.ref]) === 'ours');
    const unsure = relationTo(templates, resource, property, subnets.map(({ ref }) => ref)) === 'unknown';
    return placed.length > 0 || unsure ? [opening(way, resource, [property], !unsure, placed)] : [];
  })));
}

/** The route to the VPC itself is implicit, and that to a gateway endpoint is the endpoint's: any other is a way out. */
function routesOut(templates: TemplateSet, { subnets }: CompilationNetwork): Exposure[] {
  const tables = new Map(subnets.map(subnet => [subnet, routeTables(templates, subnet)]));
  return ROUTE_TABLE_CHANGES.flatMap(([type, property, way]) => templates.ofType(type)
    .filter(resource => resource.properties.GatewayId !== 'local')
    .flatMap(resource => {
      const opened = subnets.filter(subnet => relationTo(templates, resource, property, tables.get(subnet)!) === 'ours');
      const unsure = relationTo(templates, resource, property, [...tables.values()].flat()) === 'unknown';
      const properties = type === 'AWS::EC2::Route' ? Object.keys(resource.properties).filter(name => name !== property) : [property];
      return opened.length > 0 || unsure ? [opening(way, resource, properties, !unsure, opened)] : [];
    }));
}

/** A route table of somebody else for a subnet of ours, or an open one for a subnet that may be ours. */
function unseenTables(templates: TemplateSet, { subnets }: CompilationNetwork): Exposure[] {
  const hasRoutes = (table: TemplateResource) => templates.ofType('AWS::EC2::Route').some(route => templates.references(route, 'RouteTableId').includes(table));
  return templates.ofType('AWS::EC2::SubnetRouteTableAssociation').flatMap(association => {
    const relation = relationTo(templates, association, 'SubnetId', subnets.map(({ ref }) => ref));
    const tables = templates.property(association, 'RouteTableId').map(id => templates.find(id));
    if (relation === 'ours' && tables.includes(undefined)) { return [opening('route', association, ['RouteTableId'], false)]; }
    return relation === 'unknown' && tables.some(table => table && hasRoutes(table)) ? [opening('route', association, ['SubnetId'], false)] : [];
  });
}

function publicAddressesIn(templates: TemplateSet, { subnets }: CompilationNetwork): Exposure[] {
  return publicAddresses(templates, subnets).map(({ resource, property, subnets: opened }) => opening('public IP address', resource, [property], true, opened));
}

function opening(way: ExposureKind, resource: TemplateResource, properties: string[], isSure: boolean, subnets: TemplateResource[] = []): Exposure {
  return { way, resource, properties, subnets, isSure };
}

/** Something with a public address, or that gives one, and in which subnets. */
export interface PublicAddress {
  readonly resource: TemplateResource;
  readonly property: string;
  readonly subnets: TemplateResource[];
}

export function publicAddresses(templates: TemplateSet, subnets: TemplateResource[]): PublicAddress[] {
  const bySubnet = subnets.flatMap(subnet => ['MapPublicIpOnLaunch', 'AssignIpv6AddressOnCreation', 'Ipv6Native']
    .filter(property => templates.property(subnet, property).some(value => value !== 'false'))
    .map(property => ({ resource: subnet, property, subnets: [subnet] })));
  const placed = (resource: TemplateResource, value: any) => templates.list(value)
    .flatMap(id => templates.values(id, resource.template))
    .flatMap(id => subnets.filter(({ ref }) => ref === id));
  const elastic = templates.ofType('AWS::EC2::EIP', 'AWS::EC2::EIPAssociation').flatMap(resource => ['InstanceId', 'NetworkInterfaceId'].map(property =>
    ({ resource, property, subnets: templates.references(resource, property).flatMap(target => subnetsOf(templates, target, placed)) })));
  const instances = templates.ofType('AWS::EC2::Instance').map(resource => ({
    resource,
    property: 'NetworkInterfaces',
    subnets: templates.list(resource.properties.NetworkInterfaces)
      .filter(({ AssociatePublicIpAddress: value }) => templates.values(value, resource.template).some(text => text !== 'false'))
      .flatMap(({ SubnetId }) => placed(resource, SubnetId)),
  }));
  const balancers = templates.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')
    .filter(({ properties, template }) => mayBeAbsent(properties.Scheme) || templates.values(properties.Scheme, template).some(scheme => scheme !== 'internal'))
    .map(resource => ({
      resource,
      property: 'Scheme',
      subnets: [
        ...placed(resource, resource.properties.Subnets),
        ...templates.list(resource.properties.SubnetMappings).flatMap(({ SubnetId }) => placed(resource, SubnetId)),
      ],
    }));
  const containers = templates.ofType('AWS::ECS::Service').map(resource => ({
    resource,
    property: 'NetworkConfiguration',
    subnets: templates.choices(resource.properties.NetworkConfiguration).flatMap(of => templates.choices(of.AwsvpcConfiguration))
      .filter(({ AssignPublicIp: value }) => templates.values(value, resource.template).some(text => text !== 'DISABLED'))
      .flatMap(({ Subnets }) => placed(resource, Subnets)),
  }));
  return [...bySubnet, ...elastic, ...instances, ...balancers, ...containers].filter(address => address.subnets.length > 0);
}

/** Where an instance or an interface stands: its own subnet, or those of its interfaces. */
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
