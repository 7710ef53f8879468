import { statementsOf } from './policy';
import type { TemplateResource, TemplateSet } from './templates';
import { NETWORK_METADATA, type NetworkMetadata } from '../private/network-metadata';

/** The type is the construct's, and part of the contract with the handler. */
export const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/**
 * A VPC in which compilation jobs run, read from templates. Lists hold resources of the app; an ID of something outside the app is among
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
  /** The security groups of the jobs. */
  readonly securityGroups: TemplateResource[];
  /** The gateway endpoints for S3. */
  readonly s3Endpoints: TemplateResource[];
  /** What jobs read and write. */
  readonly buckets: TemplateResource[];
  readonly jobs: TemplateResource[];
  readonly roles: TemplateResource[];
  /** Whether the VPC is there for jobs only. */
  readonly dedicated: boolean;
  /** Canonical IDs that no template of the app has a resource for. */
  readonly outside: string[];
}

interface Claim {
  readonly subnets: string[];
  readonly securityGroups: string[];
  readonly s3Endpoints: string[];
  readonly buckets: string[];
  readonly roles: string[];
  readonly dedicated?: boolean;
  readonly job?: TemplateResource;
}

/**
 * The networks of an app: those that a `NeoPrivateCompilationVpc` declares in metadata, and those that jobs are placed in.
 */
export function findNetworks(templates: TemplateSet): CompilationNetwork[] {
  const claims = [...declaredNetworks(templates), ...templates.ofType(JOB_TYPE).map(job => claimOfJob(templates, job))];
  const byVpc = new Map<string, Claim[]>();
  for (const claim of claims) {
    const vpcIds = claim.subnets.flatMap(id => vpcOf(templates, id) ?? []);
    const key = vpcIds[0] ?? '';
    byVpc.set(key, [...byVpc.get(key) ?? [], claim]);
  }
  return [...byVpc].map(([vpcId, group]) => networkOf(templates, vpcId || undefined, group));
}

/** For a picture of a template in which nothing has been compiled yet: a VPC with all that is in it. */
export function wholeVpc(templates: TemplateSet, vpc: TemplateResource): CompilationNetwork {
  const inVpc = (type: string) => templates.ofType(type).filter(resource => templates.property(resource, 'VpcId').includes(vpc.ref));
  return networkOf(templates, vpc.ref, [{
    subnets: inVpc('AWS::EC2::Subnet').map(({ ref }) => ref),
    securityGroups: inVpc('AWS::EC2::SecurityGroup').map(group => groupId(group)),
    s3Endpoints: [],
    buckets: [],
    roles: [],
    dedicated: true,
  }]);
}

export function groupId(group: TemplateResource): string {
  return group.ref.replace('}', '.GroupId}');
}

function declaredNetworks(templates: TemplateSet): Claim[] {
  return templates.resources.flatMap(resource => {
    const declared: NetworkMetadata | undefined = resource.metadata[NETWORK_METADATA];
    if (!declared) { return []; }
    const ids = (name: keyof NetworkMetadata) => templates.list(declared[name]).flatMap(value => templates.values(value, resource.template));
    return [{
      subnets: ids('Subnets'),
      securityGroups: ids('SecurityGroups'),
      s3Endpoints: ids('S3Endpoints'),
      buckets: ids('Buckets'),
      roles: ids('Roles'),
      dedicated: String(declared.Dedicated) === 'true',
    }];
  });
}

function claimOfJob(templates: TemplateSet, job: TemplateResource): Claim {
  const request = job.properties.Request ?? {};
  const ids = (value: any) => templates.list(value).flatMap(entry => templates.values(entry, job.template));
  return {
    job,
    subnets: ids(request.VpcConfig?.Subnets),
    securityGroups: ids(request.VpcConfig?.SecurityGroupIds),
    s3Endpoints: [],
    buckets: [request.InputConfig?.S3Uri, request.OutputConfig?.S3OutputLocation].flatMap(uri => ids(uri)).flatMap(uri => bucketOfUri(uri) ?? []),
    roles: ids(request.RoleArn),
  };
}

function bucketOfUri(uri: string): string | undefined {
  return /^s3:\/\/(\$\{[^}]+\}|[^/]+)/.exec(uri)?.[1];
}

function vpcOf(templates: TemplateSet, subnetId: string): string | undefined {
  const subnet = templates.find(subnetId);
  return subnet && templates.property(subnet, 'VpcId')[0];
}

function networkOf(templates: TemplateSet, vpcId: string | undefined, claims: Claim[]): CompilationNetwork {
  const ids = (name: 'subnets' | 'securityGroups' | 's3Endpoints' | 'buckets' | 'roles') => [...new Set(claims.flatMap(claim => claim[name]))];
  const found = (list: string[]) => [...new Set(list.flatMap(id => templates.find(id) ?? []))];
  const inVpc = (type: string) => vpcId === undefined ? [] : templates.ofType(type).filter(resource => templates.property(resource, 'VpcId').includes(vpcId));
  const subnets = found(ids('subnets'));
  const otherSubnets = inVpc('AWS::EC2::Subnet').filter(subnet => !subnets.includes(subnet));
  const s3Endpoints = found([...ids('s3Endpoints'), ...inVpc('AWS::EC2::VPCEndpoint').filter(endpoint => isS3Gateway(templates, endpoint)).map(({ ref }) => ref)]);
  return {
    vpcId,
    vpc: vpcId === undefined ? undefined : templates.find(vpcId),
    subnets,
    otherSubnets,
    securityGroups: found(ids('securityGroups')),
    s3Endpoints,
    buckets: [...new Set([...found([...ids('buckets'), ...s3Endpoints.flatMap(endpoint => bucketsOfPolicy(templates, endpoint))]), ...bucketsNaming(templates, s3Endpoints)])]
      .filter(({ type }) => type === 'AWS::S3::Bucket'),
    jobs: claims.flatMap(({ job }) => job ?? []),
    roles: found(ids('roles')),
    dedicated: claims.some(({ dedicated }) => dedicated) || otherSubnets.length === 0,
    outside: [...ids('subnets'), ...ids('securityGroups'), ...ids('s3Endpoints'), ...ids('buckets')].filter(id => !templates.find(id)),
  };
}

export function isS3Gateway(templates: TemplateSet, endpoint: TemplateResource): boolean {
  const [type] = templates.property(endpoint, 'VpcEndpointType');
  return (type === undefined || type === 'Gateway') && templates.property(endpoint, 'ServiceName').some(name => name.endsWith('.s3'));
}

/** The buckets whose ARN, or whose objects' ARN, the policy of an endpoint names. */
function bucketsOfPolicy(templates: TemplateSet, endpoint: TemplateResource): string[] {
  return (statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template) ?? [])
    .flatMap(({ resources }) => resources)
    .flatMap(arn => /^arn:[^:]+:s3:::(\$\{[^}]+\})/.exec(arn)?.[1] ?? []);
}

/** The buckets whose policy speaks of an endpoint. */
function bucketsNaming(templates: TemplateSet, endpoints: TemplateResource[]): TemplateResource[] {
  return templates.ofType('AWS::S3::BucketPolicy')
    .filter(policy => (statementsOf(templates, policy.properties.PolicyDocument, policy.template) ?? [])
      .some(({ conditions }) => conditions.some(({ values }) => values.some(value => endpoints.some(({ ref }) => ref === value)))))
    .flatMap(policy => templates.references(policy, 'Bucket'));
}
