import { fail, type Observation, pass, type PrivacyRule, representative, type RuleScope, unknown } from './rule';
import { serviceDomains } from '../../util/environment';
import { endpointOnlyPolicy, openPublicAccess } from '../network/bucket-policy';
import { bucketNamed, type EndpointExposure, reachableBuckets, s3EndpointExposure, serviceEndpointExposure } from '../network/endpoint-policy';
import { type CompilationNetwork, gatesOf, inVpc, mayServe } from '../network/network';
import { isOpenByOmission, rulesOf, verdictOn } from '../network/security-groups';
import { isUnknown } from '../template/canonical';
import { count, readableName, type TemplateResource } from '../template/resources';
import { relationTo, type TemplateSet } from '../template/template-set';

export const ENDPOINT_RULES: PrivacyRule[] = [
  {
    id: 'S3EndpointOnlyForBuckets',
    title: 'The policy of the S3 endpoint names buckets, or their owner',
    why: 'An endpoint without a policy, or with one that allows any bucket, lets data out to every bucket, including those of other accounts.',
    fix: 'Allow actions on ARNs of buckets only, without wildcards in bucket names, NotResource or NotAction; or require aws:ResourceAccount of your account '
      + 'or aws:ResourceOrgID of your organization. Conditions on the principal do not keep data in.',
    check: ({ templates, networks }) => networks.flatMap(network => [
      ...network.s3Endpoints.flatMap(endpoint => observed(
        endpoint, s3EndpointExposure(templates, endpoint), `allows ${bucketsOf(templates, endpoint)}`, 'PolicyDocument')),
      ...network.outside.s3Endpoints.flatMap(id => representative(network).map(resource => unknown(resource, `endpoint ${id} is not part of this app`))),
    ]),
  },
  {
    id: 'OtherEndpointsRestricted',
    title: 'Other endpoints that jobs can reach lead to AWS services and have a policy',
    why: 'An endpoint to a service of another account, or one whose policy allows resources of other accounts, is a way out.',
    fix: 'Use endpoints of AWS services only, with a policy that names actions, and resources of your account: by their ARN, aws:ResourceAccount or aws:ResourceOrgID of '
      + 'your own. aws:PrincipalAccount does not keep your own credentials from writing to the queue of another account. Or move the endpoint to another VPC.',
    check: ({ templates, networks }) => networks.flatMap(network =>
      inVpc(templates, 'AWS::EC2::VPCEndpoint', network.vpcId).filter(endpoint => !network.s3Endpoints.includes(endpoint)).flatMap(endpoint => {
        const isReachable = reachability(templates, network, endpoint);
        if (isReachable === 'no') { return [pass(endpoint, 'jobs cannot reach it', 'SubnetIds')]; }
        const evidence = `${templates.property(endpoint, 'ServiceName').join(' or ')}, with a policy`;
        const exposure = otherEndpointExposure(templates, endpoint);
        return observed(endpoint, isReachable === 'yes' ? exposure : unsure(exposure), evidence, 'ServiceName', 'PolicyDocument');
      }).concat(endpointsElsewhere(templates, network.vpcId))),
  },
];

function observed(endpoint: TemplateResource, exposure: EndpointExposure, evidence: string, ...properties: string[]): Observation[] {
  if (exposure.open.length > 0) { return exposure.open.map(words => fail(endpoint, words, ...properties)); }
  if (exposure.unknown.length > 0) { return exposure.unknown.map(words => unknown(endpoint, words, ...properties)); }
  return [pass(endpoint, evidence, ...properties)];
}

/** Converts violations to unknown findings, for an endpoint of which the templates do not show whether jobs can reach it. */
function unsure({ open, unknown: already }: EndpointExposure): EndpointExposure {
  return { open: [], unknown: [...open.map(words => `${words}; whether the jobs' security group leads there is not visible`), ...already] };
}

/** Whether jobs can reach an endpoint: it is on their route tables or in their subnets, or a security group allows them to reach it elsewhere. */
function reachability(templates: TemplateSet, network: CompilationNetwork, endpoint: TemplateResource): 'yes' | 'no' | 'unknown' {
  const subnets = templates.propertyEntries(endpoint, 'SubnetIds');
  if (subnets.length === 0) { return mayServe(templates, endpoint, network.routeTableIds) ? 'yes' : 'no'; }
  const ours = [...network.subnets.map(({ ref }) => ref), ...network.outside.subnets];
  // A literal ID may be the ID of a subnet that the app creates, and the other way around.
  const isElsewhere = (id: string) => !ours.includes(id) && !isUnknown(id) && (templates.find(id) !== undefined || network.subnets.length === 0);
  if (!subnets.every(id => isElsewhere(id))) { return 'yes'; }
  const outbound = network.securityGroups.flatMap(group => rulesOf(templates, group)).filter(({ direction }) => direction === 'out').map(rule => verdictOn(rule, templates, network));
  if (network.securityGroups.some(group => isOpenByOmission(templates, group)) || outbound.some(verdict => ['open', 'to VPC', 'to endpoint'].includes(verdict))) { return 'yes'; }
  return network.outside.securityGroups.length > 0 || network.securityGroups.length === 0 || outbound.includes('to private addresses') ? 'unknown' : 'no';
}

/** Finds endpoints of a VPC that is unknown at synthesis, and may be this one. */
function endpointsElsewhere(templates: TemplateSet, vpcId?: string): Observation[] {
  if (vpcId === undefined) { return []; }
  return templates.ofType('AWS::EC2::VPCEndpoint').flatMap(endpoint => {
    const relation = relationTo(templates, endpoint, 'VpcId', [vpcId]);
    if (relation === 'unreadable') { return [fail(endpoint, 'endpoint of a VPC that cannot be read from the template', 'VpcId')]; }
    return relation === 'unknown' ? [unknown(endpoint, 'endpoint of a VPC that is not known at synthesis', 'VpcId')] : [];
  });
}

/** Summarizes the buckets for auditors, with the names of those that are not part of the app. */
function bucketsOf(templates: TemplateSet, endpoint: TemplateResource): string {
  const names = reachableBuckets(templates, endpoint).map(({ name }) => name);
  const others = names.filter(name => !bucketNamed(templates, name));
  return [count(names.length - others.length, 'bucket') + ' of the app', ...others.map(name => readableName(name))].join(', ');
}

/**
 * Whether an endpoint service belongs to AWS. Names begin with the reversed domain of the partition, followed by `vpce` for services of customers.
 */
function isOfAws(service: string): boolean {
  const prefixes = serviceDomains().map(domain => domain.split('.').reverse().join('.'));
  return service.startsWith('aws.') || prefixes.some(prefix => service.startsWith(`${prefix}.`) && !service.startsWith(`${prefix}.vpce.`));
}

function otherEndpointExposure(templates: TemplateSet, endpoint: TemplateResource): EndpointExposure {
  const foreignType = templates.property(endpoint, 'VpcEndpointType').find(type => !['Gateway', 'Interface'].includes(type));
  if (foreignType) { return { open: [`endpoint of type ${foreignType}`], unknown: [] }; }
  const services = templates.property(endpoint, 'ServiceName');
  const foreign = services.find(name => !isOfAws(name));
  if (services.length === 0 || foreign !== undefined) { return { open: [`leads to ${foreign ?? 'no service of AWS'}`], unknown: [] }; }
  // Interface endpoints for S3 reach the same buckets as gateway endpoints.
  return services.some(name => /\.s3(-global\.accesspoint)?$/.test(name)) ? s3EndpointExposure(templates, endpoint) : serviceEndpointExposure(templates, endpoint);
}

export const BUCKET_RULES: PrivacyRule[] = [
  {
    id: 'BucketOnlyThroughEndpoint',
    title: 'Buckets deny requests that do not come through the S3 endpoint',
    why: 'The endpoint keeps jobs in; only the bucket\'s own policy keeps others away from models and artifacts.',
    fix: 'Deny s3:GetObject, s3:GetObjectVersion, s3:PutObject and s3:ListBucket to all principals with StringNotEquals on aws:SourceVpce, exempting only '
      + 'named principals with ArnNotLike on aws:PrincipalArn, in each policy of the bucket: bucketPolicyStatement() of NeoPrivateCompilationVpc returns '
      + 'the statement. Let only named principals change the policy.',
    check: scope => perBucket(scope, (bucket, network) => {
      const { policies, missing, exempt, unlocking } = endpointOnlyPolicy(scope.templates, bucket, gatesOf(scope.templates, network));
      if (unlocking.length > 0) { return fail(policies[0], `any principal may ${unlocking.join(', ')}`, 'PolicyDocument'); }
      const exceptions = exempt.length ? `, except for ${exempt.join(', ')}` : '';
      return missing.length
        ? fail(policies[0] ?? bucket, `${policies.length ? '' : 'no bucket policy: '}${missing.join(', ')} not denied outside the endpoint`,
          ...policies.length ? ['PolicyDocument'] : [])
        : pass(bucket, `denied outside the endpoint${exceptions}`);
    }),
  },
  {
    id: 'BucketBlocksPublicAccess',
    title: 'Buckets block public access',
    why: 'S3 blocks public access by default. If a setting is off, a policy or an access control list can make models public by mistake.',
    fix: 'Leave blockPublicAccess out, or set it to s3.BlockPublicAccess.BLOCK_ALL.',
    check: scope => perBucket(scope, bucket => {
      const open = openPublicAccess(scope.templates, bucket);
      return open.length
        ? fail(bucket, `switched off: ${open.join(', ')}`, 'PublicAccessBlockConfiguration')
        : pass(bucket, bucket.properties.PublicAccessBlockConfiguration ? 'all four settings are on' : 'by default of S3', 'PublicAccessBlockConfiguration');
    }),
  },
  {
    id: 'BucketNotCopied',
    title: 'Buckets are not replicated, listed elsewhere or served as a website',
    why: 'S3 itself replicates objects and writes lists of them, bypassing the endpoint and the Deny statement, possibly to another account.',
    fix: 'Remove ReplicationConfiguration and WebsiteConfiguration, write inventories and analytics to a bucket of the app, or keep models in a separate bucket.',
    check: scope => perBucket(scope, bucket => {
      const found = ['ReplicationConfiguration', 'WebsiteConfiguration'].filter(name => scope.templates.choices(bucket.properties[name]).length > 0);
      if (found.length > 0) { return fail(bucket, found.join(', '), ...found); }
      const elsewhere = listedTo(scope.templates, bucket).filter(name => !bucketNamed(scope.templates, name));
      return elsewhere.length > 0
        ? unknown(bucket, `lists of its objects go to ${elsewhere.map(name => readableName(name)).join(', ')}, which are not part of this app`, ...LISTS.map(([name]) => name))
        : pass(bucket, 'neither replicated nor a website');
    }),
  },
];

/** Properties that make S3 write lists of objects, each with the path to its destination. */
const LISTS = [
  ['InventoryConfigurations', 'Destination.BucketArn'], ['AnalyticsConfigurations', 'StorageClassAnalysis.DataExport.Destination.BucketArn'],
] as const;

/** Returns the names of the buckets to which S3 writes lists of this bucket's objects. */
function listedTo(templates: TemplateSet, bucket: TemplateResource): string[] {
  return LISTS.flatMap(([name, path]) => templates.list(bucket.properties[name]).flatMap(configuration =>
    templates.propertyEntries({ ...bucket, properties: configuration }, path))).map(arn => arn.replace(/^arn:[^:]*:s3:::/, ''));
}

/** Checks each bucket of the app. Other buckets are not visible. */
function perBucket({ networks }: RuleScope, check: (bucket: TemplateResource, network: CompilationNetwork) => Observation): Observation[] {
  return networks.flatMap(network => [
    ...network.buckets.map(bucket => check(bucket, network)),
    ...network.outside.buckets.flatMap(name => representative(network).map(resource => unknown(resource, `bucket ${name} is not part of this app`))),
  ]);
}
