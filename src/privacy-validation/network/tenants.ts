import { activityOf } from './job-placements';
import { type CompilationNetwork, hasRouteOut } from './network';
import { mayBeAbsent, type TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** A resource other than a job that is in the jobs' subnets, or uses their security group. */
export interface Tenant {
  readonly resource: TemplateResource;
  readonly by: 'subnet' | 'security group';
  /** A description of the connection if it connects the network to something else. */
  readonly bridge?: string;
  /** The reason if the templates do not show whether it connects the network to something else. */
  readonly doubt?: string;
}

/** Types of parts of the network itself, and types that other rules check. */
const PARTS = /^(AWS::EC2::(Subnet|SubnetRouteTableAssociation|SubnetNetworkAclAssociation|SecurityGroup|SecurityGroupIngress|SecurityGroupEgress|VPCEndpoint|NatGateway|TransitGateway\w*|ClientVpnTargetNetworkAssociation|InstanceConnectEndpoint|RouteServerEndpoint|SubnetCidrBlock|EIP\w*|FlowLog|NetworkInterfaceAttachment)|AWS::NetworkManager::VpcAttachment|AWS::RAM::ResourceShare|AWS::VpcLattice::ResourceGateway|AWS::StepFunctions::StateMachine|Custom::SageMakerNeoCompilationJob|AWS::CloudFormation::.*|AWS::SSM::Parameter)$/;

/** Resource types that reach only what their subnets reach, unless a property says otherwise. */
const KNOWN = /^AWS::(Lambda::Function|EC2::(Instance|NetworkInterface|LaunchTemplate|Fleet|SpotFleet)|ECS::(Service|TaskSet)|Batch::ComputeEnvironment|CodeBuild::Project|AutoScaling::AutoScalingGroup|Events::Rule|Scheduler::Schedule|Pipes::Pipe|SageMaker::\w+|EFS::MountTarget|FSx::\w+|RDS::\w+|ElastiCache::\w+|Redshift::\w+|DocDB::\w+|Neptune::\w+|DAX::\w+|ElasticLoadBalancing(V2)?::LoadBalancer|OpenSearchService::Domain|Elasticsearch::Domain|Glue::Connection|DMS::\w+|EMR::\w+|EMRServerless::Application|MSK::(Cluster|ServerlessCluster)|Synthetics::Canary|Transfer::Server|EKS::(Cluster|Nodegroup|FargateProfile)|AmazonMQ::Broker|MWAA::Environment|KinesisFirehose::DeliveryStream)$/;

/** Resource types that can forward traffic between their subnets. */
const FORWARDING = /^AWS::(EC2::(Instance|LaunchTemplate|Fleet|SpotFleet)|ElasticLoadBalancing(V2)?::LoadBalancer|ECS::(Service|TaskSet)|AutoScaling::AutoScalingGroup|Batch::ComputeEnvironment|Lambda::Function|Events::Rule|Scheduler::Schedule|Pipes::Pipe|CodeBuild::Project|EKS::\w+|EMR::\w+|Transfer::Server)$/;

/** Resource types through which traffic can enter the subnets from elsewhere, or leave them. */
const BRIDGES: { readonly [type: string]: string } = {
  'AWS::AppRunner::VpcConnector': 'services of App Runner, which are public, send their traffic here',
  'AWS::KafkaConnect::Connector': 'a connector of MSK moves data to other systems',
  'AWS::MSK::Replicator': 'a replicator of MSK copies data to another cluster',
  'AWS::MSK::VpcConnection': 'a connection of MSK leads to a cluster elsewhere',
  'AWS::ApiGatewayV2::VpcLink': 'a link of API Gateway lets requests from the internet in',
  'AWS::QuickSight::VPCConnection': 'a connection of QuickSight leads to a service outside the VPC',
  'AWS::DataSync::LocationEFS': 'DataSync copies data to other places',
  'AWS::DataSync::Agent': 'DataSync copies data to other places',
  'AWS::Route53Resolver::ResolverEndpoint': 'a resolver endpoint answers, or asks, networks elsewhere',
  'AWS::Cloud9::EnvironmentEC2': 'a development environment is used from the internet',
  'AWS::WorkSpacesWeb::NetworkSettings': 'a browser session has its own way to the internet',
  'AWS::WorkSpaces::Workspace': 'a desktop is used from the internet',
  'AWS::AppStream::Fleet': 'a desktop is used from the internet',
  'AWS::Grafana::Workspace': 'a workspace is used from the internet',
  'AWS::EC2::VerifiedAccessEndpoint': 'Verified Access lets users on the internet in',
  'AWS::MediaConnect::Flow': 'a flow of MediaConnect moves data in and out',
};

/** Resource types that name a workload and let others reach it, wherever it is. */
const DOORS: { readonly [type: string]: string } = {
  'AWS::EC2::VPCEndpointService': 'an endpoint service lets other VPCs in',
  'AWS::EC2::VerifiedAccessEndpoint': 'Verified Access lets users on the internet in',
  'AWS::ApiGateway::VpcLink': 'a link of API Gateway lets requests from the internet in',
  'AWS::CloudFront::VpcOrigin': 'CloudFront lets requests from the internet in',
  'AWS::GlobalAccelerator::EndpointGroup': 'Global Accelerator lets requests from the internet in',
  'AWS::VpcLattice::TargetGroup': 'VPC Lattice lets other VPCs in',
  'AWS::Lambda::Url': 'the function has a public URL',
  'AWS::Lambda::Permission': 'any principal may invoke the function',
};

/** Returns all tenants of a network, in the order of the templates. */
export function tenantsOf(templates: TemplateSet, network: CompilationNetwork): Tenant[] {
  const subnets = new Set([...network.subnets.map(({ ref }) => ref), ...network.outside.subnets]);
  const groups = new Set([...network.securityGroups.map(({ ref }) => ref), ...network.outside.securityGroups]);
  const { calls, jobs } = activityOf(templates);
  const active = new Set([...calls, ...jobs].map(({ resource }) => resource));
  const placed = templates.resources.filter(resource => !PARTS.test(resource.type) && !active.has(resource)).flatMap((resource): Tenant[] => {
    const places = subnetsOf(templates, resource);
    const by = places.some(id => subnets.has(id)) ? 'subnet' : groupsOf(templates, resource).some(id => groups.has(id)) ? 'security group' : undefined;
    return by ? [{ resource, by, ...leadsElsewhere(templates, resource, places.filter(id => !subnets.has(id))) }] : [];
  });
  const called = calls.filter(({ service, action }) => !/^(describe|get|list|search)/.test(action) && `${service}:${action}` !== 'sagemaker:createcompilationjob')
    .flatMap(({ resource, service, action, request }): Tenant[] => {
      const text = JSON.stringify(request);
      const by = [...subnets].some(id => text.includes(id)) ? 'subnet' : [...groups].some(id => text.includes(id)) ? 'security group' : undefined;
      return by ? [{ resource, by, doubt: `it calls ${action} of ${service}` }] : [];
    });
  return [...placed, ...called];
}

/** Returns the resources that use the security group with this canonical ID. Rules name groups, too, but do not use them. */
export function carriersOf(templates: TemplateSet, groupId: string): TemplateResource[] {
  return templates.resources.filter(({ type }) => !/^AWS::EC2::SecurityGroup/.test(type)).filter(resource => groupsOf(templates, resource).includes(groupId));
}

/** Resource types that define the location of others. */
const PLACES = /(SubnetGroup|NetworkInterface|LaunchTemplate|LaunchConfiguration)$/;

/** Returns a resource, its interfaces, and the subnet groups and launch templates that it names. */
export function partsOfWorkload(templates: TemplateSet, resource: TemplateResource): TemplateResource[] {
  const named = templates.mentions(resource, /subnet_?group|networkinterfaceid|launchtemplate(id|name)|launchconfigurationname/i)
    .flatMap(id => templates.find(id) ?? templates.resources.filter(({ type, properties }) => PLACES.test(type)
      && Object.entries(properties).some(([key, value]) => /(Name|Identifier)$/.test(key) && value === id)));
  const attached = resource.type === 'AWS::EC2::Instance'
    ? templates.ofType('AWS::EC2::NetworkInterfaceAttachment').filter(attachment => templates.references(attachment, 'InstanceId').includes(resource))
      .flatMap(attachment => templates.references(attachment, 'NetworkInterfaceId')) : [];
  return [resource, ...[...named, ...attached].filter(({ type }) => PLACES.test(type))];
}

function subnetsOf(templates: TemplateSet, resource: TemplateResource): string[] {
  return partsOfWorkload(templates, resource).flatMap(part => templates.mentions(part, /subnet|vpczoneidentifier/i)).flatMap(ids => ids.split(/ *, */));
}

function groupsOf(templates: TemplateSet, resource: TemplateResource): string[] {
  return partsOfWorkload(templates, resource).flatMap(part => templates.mentions(part, /security_?group|^group(s|set)$/i));
}

function leadsElsewhere(templates: TemplateSet, resource: TemplateResource, elsewhere: string[]): Pick<Tenant, 'bridge' | 'doubt'> {
  const bridge = bridgeOf(templates, resource, elsewhere);
  if (bridge) { return { bridge }; }
  if (!KNOWN.test(resource.type)) { return { doubt: `whether ${resource.type} leads elsewhere is not known` }; }
  const unseen = FORWARDING.test(resource.type) ? elsewhere.find(id => !templates.find(id)) : undefined;
  return unseen === undefined ? {} : { doubt: `it is also in ${unseen}, which is not part of this app` };
}

function bridgeOf(templates: TemplateSet, resource: TemplateResource, elsewhere: string[]): string | undefined {
  const { type, properties } = resource;
  const says = (value: any, isOpen: (text: string) => boolean, whenAbsent = false) =>
    mayBeAbsent(value) ? whenAbsent : templates.values(value, resource.template).some(text => isOpen(text));
  if (Object.hasOwn(BRIDGES, type)) { return BRIDGES[type]; }
  const open = elsewhere.flatMap(id => templates.find(id) ?? []).find(subnet => subnet.type === 'AWS::EC2::Subnet' && hasRouteOut(templates, subnet));
  if (open && FORWARDING.test(type)) { return 'it is also in a subnet with a route out'; }
  if (type === 'AWS::SageMaker::NotebookInstance' && says(properties.DirectInternetAccess, text => text !== 'Disabled', true)) { return 'the notebook has direct internet access'; }
  if (type === 'AWS::SageMaker::Domain' && says(properties.AppNetworkAccessType, text => text !== 'VpcOnly', true)) { return 'the domain has direct internet access'; }
  if (says(properties.PubliclyAccessible, text => text !== 'false', type === 'AWS::DMS::ReplicationInstance')) { return 'it is publicly accessible'; }
  if (type === 'AWS::MSK::Cluster' && says(properties.BrokerNodeGroupInfo?.ConnectivityInfo?.PublicAccess?.Type, text => text !== 'DISABLED')) { return 'the cluster has public access'; }
  if (type === 'AWS::EKS::Cluster' && says(properties.ResourcesVpcConfig?.EndpointPublicAccess, text => text !== 'false', true)) { return 'the API of the cluster is public'; }
  if (type === 'AWS::MWAA::Environment' && says(properties.WebserverAccessMode, text => text !== 'PRIVATE_ONLY', true)) { return 'its web server is public'; }
  if (type === 'AWS::Transfer::Server' && templates.list(properties.EndpointDetails?.AddressAllocationIds).length > 0) { return 'it has public addresses'; }
  if (type === 'AWS::ElasticLoadBalancing::LoadBalancer' && says(properties.Scheme, text => text !== 'internal', true)) { return 'the load balancer is public'; }
  return doorOf(templates, resource);
}

function doorOf(templates: TemplateSet, resource: TemplateResource): string | undefined {
  const aliases = templates.ofType('AWS::Lambda::Alias', 'AWS::Lambda::Version').filter(alias => names(templates, alias, resource));
  const door = templates.ofType(...Object.keys(DOORS)).find(candidate => isOpenDoor(templates, candidate)
    && [resource, ...aliases].some(named => names(templates, candidate, named)));
  return door && DOORS[door.type];
}

/** Whether a resource names another one in its properties: by reference, within an ARN, or, for a function, by its name. */
function names(templates: TemplateSet, { properties, template }: TemplateResource, named: TemplateResource): boolean {
  const reference = named.ref.slice(0, -1);
  const literal = named.type === 'AWS::Lambda::Function' ? templates.property(named, 'FunctionName') : [];
  return templates.data(properties, template).values.flatMap(data => stringsIn(data)).some(text =>
    text.includes(`${reference}}`) || text.includes(`${reference}.`) || literal.some(name => text.replace(/^arn:.*:function:/, '').split(':')[0] === name));
}

function stringsIn(value: any): string[] {
  return typeof value === 'string' ? [value] : value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(entry => stringsIn(entry));
}

function isOpenDoor(templates: TemplateSet, door: TemplateResource): boolean {
  if (door.type === 'AWS::Lambda::Url') { return !templates.property(door, 'AuthType').every(type => type === 'AWS_IAM'); }
  return door.type !== 'AWS::Lambda::Permission' || (templates.property(door, 'Principal').includes('*')
    && ['SourceAccount', 'SourceArn', 'PrincipalOrgID'].every(name => mayBeAbsent(door.properties[name])));
}
