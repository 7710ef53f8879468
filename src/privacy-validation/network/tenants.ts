import { hasRouteOut } from './network';
import type { CompilationNetwork } from './network';
import { isUnknown } from '../template/canonical';
import { documentsOf, isDeniedUnlessOwn, limitOf, ownerOfAccount } from '../template/policy';
import type { Ownership } from '../template/policy';
import { mayBeAbsent } from '../template/resources';
import type { TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** Something other than a job that stands in the jobs' subnets, or carries their security group. */
export interface Tenant {
  readonly resource: TemplateResource;
  readonly by: 'subnet' | 'security group';
  /** How it leads elsewhere; `unknown` for a type that this library does not know. */
  readonly bridge?: string;
  readonly isKnown: boolean;
}

/** Parts of a network itself, and what other rules look at. */
const PARTS = /^(AWS::EC2::(Subnet|SubnetRouteTableAssociation|SubnetNetworkAclAssociation|SecurityGroup|SecurityGroupIngress|SecurityGroupEgress|VPCEndpoint|NatGateway|TransitGateway\w*|ClientVpnTargetNetworkAssociation|InstanceConnectEndpoint|RouteServerEndpoint|SubnetCidrBlock|EIP\w*|FlowLog)|AWS::NetworkManager::VpcAttachment|AWS::RAM::ResourceShare|AWS::VpcLattice::ResourceGateway|AWS::StepFunctions::StateMachine|AWS::Scheduler::Schedule|Custom::.*|AWS::CloudFormation::.*|AWS::SSM::Parameter)$/;

/** Types that reach only what their subnets reach, unless a property says otherwise. */
const KNOWN = /^AWS::(Lambda::Function|EC2::(Instance|NetworkInterface|LaunchTemplate|Fleet|SpotFleet)|ECS::(Service|TaskSet)|Batch::ComputeEnvironment|CodeBuild::Project|AutoScaling::AutoScalingGroup|SageMaker::\w+|EFS::MountTarget|FSx::\w+|RDS::\w+|ElastiCache::\w+|Redshift::\w+|DocDB::\w+|Neptune::\w+|DAX::\w+|ElasticLoadBalancing(V2)?::LoadBalancer|OpenSearchService::Domain|Elasticsearch::Domain|Glue::Connection|DMS::\w+|EMR::\w+|EMRServerless::Application|MSK::(Cluster|ServerlessCluster)|Synthetics::Canary|Transfer::Server|EKS::(Cluster|Nodegroup|FargateProfile)|AmazonMQ::Broker|MWAA::Environment|KinesisFirehose::DeliveryStream)$/;

/** Types by which something elsewhere enters the subnets, or something in them leaves. */
const BRIDGES: { readonly [type: string]: string } = {
  'AWS::AppRunner::VpcConnector': 'services of App Runner, which are public, send their traffic here',
  'AWS::KafkaConnect::Connector': 'a connector of MSK moves data to other systems',
  'AWS::MSK::Replicator': 'a replicator of MSK copies data to another cluster',
  'AWS::MSK::VpcConnection': 'a connection of MSK leads to a cluster elsewhere',
  'AWS::ApiGatewayV2::VpcLink': 'a link of API Gateway lets requests from the internet in',
  'AWS::ApiGateway::VpcLink': 'a link of API Gateway lets requests from the internet in',
  'AWS::QuickSight::VPCConnection': 'a connection of QuickSight leads to a service outside the VPC',
  'AWS::DataSync::LocationEFS': 'DataSync copies data to other places',
  'AWS::DataSync::Agent': 'DataSync copies data to other places',
  'AWS::Route53Resolver::ResolverEndpoint': 'a resolver endpoint answers, or asks, networks elsewhere',
  'AWS::Cloud9::EnvironmentEC2': 'a development environment is used from the internet',
  'AWS::WorkSpacesWeb::NetworkSettings': 'a browser session has its own way to the internet',
  'AWS::WorkSpaces::Workspace': 'a desktop is used from the internet',
  'AWS::AppStream::Fleet': 'a desktop is used from the internet',
  'AWS::Grafana::Workspace': 'a workspace is used from the internet',
};

/** All tenants of a network, in the order of the templates. */
export function tenantsOf(templates: TemplateSet, network: CompilationNetwork): Tenant[] {
  const subnets = new Set([...network.subnets.map(({ ref }) => ref), ...network.outside.subnets]);
  const groups = new Set([...network.securityGroups.map(({ ref }) => ref), ...network.outside.securityGroups]);
  return templates.resources.filter(({ type }) => !PARTS.test(type)).flatMap((resource): Tenant[] => {
    const placed = places(templates, resource, resource.properties, /subnet/i);
    const by = placed.some(id => subnets.has(id)) ? 'subnet' : places(templates, resource, resource.properties, /security_?group/i).some(id => groups.has(id)) ? 'security group' : undefined;
    if (!by) { return []; }
    const bridge = bridgeOf(templates, resource, placed.filter(id => !subnets.has(id)));
    return [{ resource, by, bridge, isKnown: KNOWN.test(resource.type) }];
  });
}

/** What carries a security group, by its canonical ID. Rules name groups as well, and carry none. */
export function carriersOf(templates: TemplateSet, groupId: string): TemplateResource[] {
  return templates.resources.filter(({ type }) => !/^AWS::EC2::SecurityGroup/.test(type))
    .filter(resource => places(templates, resource, resource.properties, /security_?group/i).includes(groupId));
}

/** Values of properties whose name says that they are subnets or groups, at any depth. */
function places(templates: TemplateSet, resource: TemplateResource, value: any, name: RegExp): string[] {
  if (value === null || typeof value !== 'object') { return []; }
  return Object.entries<any>(value).flatMap(([key, entry]) => key.startsWith('Fn::') && key !== 'Fn::If' ? []
    : name.test(key) ? [...templates.entries(entry, resource.template), ...places(templates, resource, entry, name)]
      : places(templates, resource, entry, name));
}

function bridgeOf(templates: TemplateSet, resource: TemplateResource, elsewhere: string[]): string | undefined {
  const { type, properties } = resource;
  const says = (value: any, isOpen: (text: string) => boolean, whenAbsent = false) =>
    mayBeAbsent(value) ? whenAbsent : templates.values(value, resource.template).some(text => isOpen(text));
  if (Object.hasOwn(BRIDGES, type)) { return BRIDGES[type]; }
  const open = elsewhere.flatMap(id => templates.find(id) ?? []).find(subnet => subnet.type === 'AWS::EC2::Subnet' && hasRouteOut(templates, subnet));
  if (open && /^AWS::(EC2::Instance|ElasticLoadBalancing(V2)?::LoadBalancer|ECS::Service|Transfer::Server)$/.test(type)) { return 'it also stands in a subnet with a route out'; }
  if (type === 'AWS::SageMaker::NotebookInstance' && says(properties.DirectInternetAccess, text => text !== 'Disabled', true)) { return 'the notebook has direct internet access'; }
  if (type === 'AWS::SageMaker::Domain' && says(properties.AppNetworkAccessType, text => text !== 'VpcOnly', true)) { return 'the domain has direct internet access'; }
  if (says(properties.PubliclyAccessible, text => text !== 'false')) { return 'it is publicly accessible'; }
  if (type === 'AWS::MSK::Cluster' && says(properties.BrokerNodeGroupInfo?.ConnectivityInfo?.PublicAccess?.Type, text => text !== 'DISABLED')) { return 'the cluster has public access'; }
  if (type === 'AWS::EKS::Cluster' && says(properties.ResourcesVpcConfig?.EndpointPublicAccess, text => text !== 'false', true)) { return 'the API of the cluster is public'; }
  if (type === 'AWS::MWAA::Environment' && says(properties.WebserverAccessMode, text => text !== 'PRIVATE_ONLY', true)) { return 'its web server is public'; }
  if (type === 'AWS::Transfer::Server' && templates.list(properties.EndpointDetails?.AddressAllocationIds).length > 0) { return 'it has public addresses'; }
  if (type === 'AWS::ElasticLoadBalancing::LoadBalancer' && says(properties.Scheme, text => text !== 'internal', true)) { return 'the load balancer is public'; }
  if (type === 'AWS::Lambda::Function') { return functionBridge(templates, resource); }
  const services = templates.ofType('AWS::EC2::VPCEndpointService').filter(service =>
    ['NetworkLoadBalancerArns', 'GatewayLoadBalancerArns'].some(name => templates.references(service, name).includes(resource)));
  return services.length > 0 ? 'an endpoint service lets other VPCs in' : undefined;
}

function functionBridge(templates: TemplateSet, resource: TemplateResource): string | undefined {
  const url = templates.ofType('AWS::Lambda::Url').find(candidate => templates.references(candidate, 'TargetFunctionArn').includes(resource)
    && !templates.property(candidate, 'AuthType').every(type => type === 'AWS_IAM'));
  return url && 'the function has a public URL';
}

/** Who may assume a role, by whose they are. Services of AWS are one's own: they act for the account that the role is in. */
export type Trust = { readonly [owner in Ownership]: string[] };

export function trustOf(templates: TemplateSet, role: TemplateResource): Trust {
  const { template, properties: { AssumeRolePolicyDocument: document } } = role;
  const own = template.stack?.account ? ['${AWS.AccountId}', template.stack.account] : ['${AWS.AccountId}'];
  const documents = documentsOf(templates, document, template);
  if (!documents) { return { own: [], unknown: ['a trust policy that cannot be read'], other: [] }; }
  const found = documents.flatMap(statements => statements.filter(({ effect }) => effect !== 'Deny').flatMap(statement => {
    if (statement.notPrincipal) { return [{ principal: 'everybody but a few', owner: 'other' as const }]; }
    const limit = isDeniedUnlessOwn(statements, statement.actions, 'principal', own) ? 'own' : limitOf(statement, 'principal', own);
    return statement.principals.map(principal => ({ principal, owner: ownerOfPrincipal(templates, principal, own, limit) }));
  }));
  const of = (wanted: Ownership) => [...new Set(found.filter(({ owner }) => owner === wanted).map(({ principal }) => principal))];
  return { own: of('own'), unknown: of('unknown'), other: of('other') };
}

/** The role of the app that a policy of a resource names by an ARN that is written out. Its name is unique in the account. */
export function roleNamed(templates: TemplateSet, arn: string, { template: { stack } }: TemplateResource): TemplateResource | undefined {
  const [, account, name] = /^arn:[^:]*:iam::([^:]*):role(\/.+)$/.exec(arn) ?? [];
  const accountOf = (facts: typeof stack) => facts?.account ?? '${AWS.AccountId}';
  return templates.ofType('AWS::IAM::Role').find(role => role.condition === undefined
    && accountOf(role.template.stack) === (account === '${AWS.AccountId}' ? accountOf(stack) : account)
    && templates.values({ 'Fn::Join': ['', [role.properties.Path ?? '/', role.properties.RoleName ?? '?']] }, role.template).join() === name);
}

/** Whose a principal is that a policy names by its ARN. */
export function ownerOfArn(arn: string, own: string[]): Ownership {
  return ownerOfAccount(/^arn:[^:]*:(?:iam|sts)::([^:]*):./.exec(arn)?.[1] ?? '', own);
}

function ownerOfPrincipal(templates: TemplateSet, principal: string, own: string[], limit: Ownership | undefined): Ownership {
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(principal) || templates.find(principal)) { return 'own'; }
  if (limit === 'own') { return 'own'; }
  if (isUnknown(principal)) { return 'unknown'; }
  if (principal.includes('*')) { return limit ?? 'other'; }
  if (principal.startsWith('arn:')) { return /:(oidc|saml)-provider\//.test(principal) ? 'unknown' : ownerOfArn(principal, own); }
  // A provider of identities by its name, such as that of a code forge.
  return /^(\d{12}|\$\{AWS\.AccountId\})$/.test(principal) ? ownerOfAccount(principal, own) : 'unknown';
}
