import type { CompilationNetwork } from './network';
import type { TemplateResource, TemplateSet } from './templates';

/** What can join a VPC to something else. The order is that of pictures and reports. */
export const WAYS_OUT = [
  'internet gateway', 'NAT gateway', 'egress-only internet gateway', 'carrier gateway', 'VPN gateway', 'transit gateway', 'VPC peering',
  'other attachment', 'route', 'public IP address',
] as const;

export type WayOut = typeof WAYS_OUT[number];

/** A resource that opens a network. */
export interface Opening {
  readonly way: WayOut;
  readonly resource: TemplateResource;
  /** Properties that show it. */
  readonly properties: string[];
  /** The subnets it opens; all of the VPC when empty. */
  readonly subnets: TemplateResource[];
}

/**
 * Everything in the templates that joins the VPC of a network, or one of its subnets, to something else.
 *
 * A VPC of which only some subnets are for jobs may have gateways of its own; what counts then is whether a route leads there.
 */
export function findWaysOut(templates: TemplateSet, network: CompilationNetwork): Opening[] {
  return [
    ...network.dedicated ? attachedToVpc(templates, network) : [],
    ...placedInSubnets(templates, network),
    ...routesOut(templates, network),
    ...publicAddresses(templates, network),
  ];
}

/** Types that name the VPC they join, in which property. */
const VPC_ATTACHMENTS: [type: string, properties: string[], way: WayOut][] = [
  ['AWS::EC2::EgressOnlyInternetGateway', ['VpcId'], 'egress-only internet gateway'],
  ['AWS::EC2::CarrierGateway', ['VpcId'], 'carrier gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['VpcId'], 'transit gateway'],
  ['AWS::EC2::VPCPeeringConnection', ['VpcId', 'PeerVpcId'], 'VPC peering'],
  ['AWS::EC2::LocalGatewayRouteTableVPCAssociation', ['VpcId'], 'other attachment'],
  ['AWS::EC2::RouteServerAssociation', ['VpcId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['VpcArn'], 'other attachment'],
  ['AWS::VpcLattice::ServiceNetworkVpcAssociation', ['VpcIdentifier'], 'other attachment'],
];

/** Types that name the subnets they stand in. */
const SUBNET_ATTACHMENTS: [type: string, properties: string[], way: WayOut][] = [
  ['AWS::EC2::NatGateway', ['SubnetId'], 'NAT gateway'],
  ['AWS::EC2::TransitGatewayAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::TransitGatewayVpcAttachment', ['SubnetIds'], 'transit gateway'],
  ['AWS::EC2::ClientVpnTargetNetworkAssociation', ['SubnetId'], 'other attachment'],
  ['AWS::EC2::RouteServerEndpoint', ['SubnetId'], 'other attachment'],
  ['AWS::NetworkManager::VpcAttachment', ['SubnetArns'], 'other attachment'],
];

function attachedToVpc(templates: TemplateSet, { vpcId, otherSubnets }: CompilationNetwork): Opening[] {
  if (vpcId === undefined) { return []; }
  const names = (resource: TemplateResource, property: string) => templates.property(resource, property)
    .some(value => value === vpcId || value.endsWith(`/${vpcId}`) || value === vpcId.replace('}', '.Arn}'));
  const gateways = templates.ofType('AWS::EC2::VPCGatewayAttachment').filter(resource => names(resource, 'VpcId')).flatMap(resource => [
    ...resource.properties.InternetGatewayId ? [opening('internet gateway', resource, ['InternetGatewayId'])] : [],
    ...resource.properties.VpnGatewayId ? [opening('VPN gateway', resource, ['VpnGatewayId'])] : [],
  ]);
  const others = VPC_ATTACHMENTS.flatMap(([type, properties, way]) => templates.ofType(type).flatMap(resource => {
    const naming = properties.filter(property => names(resource, property));
    return naming.length > 0 ? [opening(way, resource, naming)] : [];
  }));
  const nats = templates.ofType('AWS::EC2::NatGateway')
    .filter(resource => templates.references(resource, 'SubnetId').some(subnet => otherSubnets.includes(subnet)) || names(resource, 'VpcId'))
    .map(resource => opening('NAT gateway', resource, ['SubnetId']));
  return [...gateways, ...others, ...nats];
}

function placedInSubnets(templates: TemplateSet, { dedicated, subnets }: CompilationNetwork): Opening[] {
  return SUBNET_ATTACHMENTS
    // In a dedicated VPC, what names the VPC has been found by it.
    .filter(([type]) => !dedicated || !VPC_ATTACHMENTS.some(([other]) => other === type))
    .flatMap(([type, properties, way]) => templates.ofType(type).flatMap(resource => properties.flatMap(property => {
      const placed = templates.references(resource, property).filter(subnet => subnets.includes(subnet));
      return placed.length > 0 ? [opening(way, resource, [property], placed)] : [];
    })));
}

/** Route tables of the subnets. A subnet without one uses the VPC's main table, which no template can add routes to. */
export function routeTables(templates: TemplateSet, subnet: TemplateResource): string[] {
  return templates.ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter(association => templates.property(association, 'SubnetId').includes(subnet.ref))
    .flatMap(association => templates.property(association, 'RouteTableId'));
}

/** The route to the VPC itself is implicit, and that to a gateway endpoint is the endpoint's: any other is a way out. */
function routesOut(templates: TemplateSet, { subnets }: CompilationNetwork): Opening[] {
  const tables = new Map(subnets.map(subnet => [subnet, routeTables(templates, subnet)]));
  const served = (resource: TemplateResource, property: string) => {
    const ids = templates.list(resource.properties[property]).flatMap(value => templates.values(value, resource.template));
    return subnets.filter(subnet => tables.get(subnet)!.some(table => ids.includes(table)));
  };
  const routes = templates.ofType('AWS::EC2::Route')
    .filter(route => route.properties.GatewayId !== 'local')
    .map(route => opening('route', route, routeProperties(route), served(route, 'RouteTableId')));
  const propagated = templates.ofType('AWS::EC2::VPNGatewayRoutePropagation')
    .map(propagation => opening('VPN gateway', propagation, ['RouteTableIds'], served(propagation, 'RouteTableIds')));
  const servers = templates.ofType('AWS::EC2::RouteServerPropagation')
    .map(propagation => opening('other attachment', propagation, ['RouteTableId'], served(propagation, 'RouteTableId')));
  return [...routes, ...propagated, ...servers].filter(({ subnets: opened }) => opened.length > 0);
}

function routeProperties(route: TemplateResource): string[] {
  return Object.keys(route.properties).filter(name => name !== 'RouteTableId');
}

function publicAddresses(templates: TemplateSet, { subnets }: CompilationNetwork): Opening[] {
  const ofSubnets = subnets.flatMap(subnet => ['MapPublicIpOnLaunch', 'AssignIpv6AddressOnCreation']
    .filter(property => templates.property(subnet, property).some(value => value !== 'false'))
    .map(property => opening('public IP address', subnet, [property], [subnet])));
  const inOurs = (resource: TemplateResource | undefined) => resource === undefined ? []
    : templates.references(resource, 'SubnetId').filter(subnet => subnets.includes(subnet));
  const elastic = templates.ofType('AWS::EC2::EIP', 'AWS::EC2::EIPAssociation').flatMap(address =>
    ['InstanceId', 'NetworkInterfaceId'].flatMap(property => templates.references(address, property).flatMap(target => {
      const placed = inOurs(target);
      return placed.length > 0 ? [opening('public IP address', address, [property], placed)] : [];
    })));
  const instances = templates.ofType('AWS::EC2::Instance').flatMap(instance => {
    const interfaces = templates.list(instance.properties.NetworkInterfaces).filter(({ AssociatePublicIpAddress: value }) => value !== undefined && String(value) !== 'false');
    const placed = interfaces.flatMap(({ SubnetId: id }) => templates.values(id, instance.template)).flatMap(id => templates.find(id) ?? []);
    return placed.some(subnet => subnets.includes(subnet)) ? [opening('public IP address', instance, ['NetworkInterfaces'], placed)] : [];
  });
  return [...ofSubnets, ...elastic, ...instances];
}

function opening(way: WayOut, resource: TemplateResource, properties: string[], subnets: TemplateResource[] = []): Opening {
  return { way, resource, properties, subnets };
}
