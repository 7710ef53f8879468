import { mayBeAbsent, type TemplateResource, type TemplateSet } from '../template/template-set';

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
