import { type Observation, type PrivacyRule, type RuleScope, fail, pass, representative, unknown } from './rule';
import { endpointOnlyPolicy, openPublicAccess } from '../network/bucket-policy';
import { endpointOpenings, reachableBuckets } from '../network/endpoint-policy';
import { type CompilationNetwork, bucketNamed, inVpc, isS3Gateway } from '../network/network';
import { type Statement, asksWhose, statementsOf } from '../template/policy';
import { type TemplateResource, count, mayBeAbsent, readableName } from '../template/resources';
import { type TemplateSet, relationTo } from '../template/template-set';

export const ENDPOINT_RULES: PrivacyRule[] = [
  {
    id: 'S3EndpointOnlyForBuckets',
    title: 'The policy of the S3 endpoint names buckets',
    why: 'An endpoint without a policy, or with one for any bucket, lets data out to every bucket of AWS, those of other accounts included.',
    fix: 'Allow actions on ARNs of buckets only, no bucket name with a wildcard, no NotResource or NotAction.',
    check: ({ templates, networks }) => networks.flatMap(network => [
      ...network.s3Endpoints.flatMap(endpoint => {
        const open = endpointOpenings(templates, endpoint);
        return open.length ? open.map(words => fail(endpoint, words, 'PolicyDocument')) : [pass(endpoint, `allows ${bucketsOf(templates, endpoint)}`, 'PolicyDocument')];
      }),
      ...network.outside.s3Endpoints.flatMap(id => representative(network).map(resource => unknown(resource, `endpoint ${id} is not made by this app`))),
    ]),
  },
  {
    id: 'OtherEndpointsRestricted',
    title: 'Other endpoints in the VPC lead to AWS services and have a policy',
    why: 'An endpoint is reached within the subnets, so a security group does not keep jobs from it. One to somebody\'s own service, or one without a policy, '
      + 'is a way out.',
    fix: 'Use endpoints of AWS services only, with a policy that names actions, and resources of your account or whose they must be (aws:ResourceAccount, '
      + 'aws:PrincipalAccount or the like), or move the endpoint to another VPC.',
    check: ({ templates, networks }) => networks.flatMap(({ vpcId, s3Endpoints }) =>
      inVpc(templates, 'AWS::EC2::VPCEndpoint', vpcId).filter(endpoint => !s3Endpoints.includes(endpoint) && !isS3Gateway(templates, endpoint)).map(endpoint => {
        const problem = otherEndpointProblem(templates, endpoint);
        return problem ? fail(endpoint, problem, 'ServiceName', 'PolicyDocument') : pass(endpoint, `${templates.property(endpoint, 'ServiceName').join(' or ')}, with a policy`);
      }).concat(endpointsElsewhere(templates, vpcId))),
  },
];

/** Endpoints of a VPC that only the deployment knows, and that may be this one. */
function endpointsElsewhere(templates: TemplateSet, vpcId?: string): Observation[] {
  if (vpcId === undefined) { return []; }
  return templates.ofType('AWS::EC2::VPCEndpoint').flatMap(endpoint => {
    const relation = relationTo(templates, endpoint, 'VpcId', [vpcId]);
    if (relation === 'unreadable') { return [fail(endpoint, 'endpoint of a VPC that cannot be read from the template', 'VpcId')]; }
    return relation === 'unknown' ? [unknown(endpoint, 'endpoint of a VPC that only the deployment knows', 'VpcId')] : [];
  });
}

/** For auditors: what the app makes, and by name what it does not. */
function bucketsOf(templates: TemplateSet, endpoint: TemplateResource): string {
  const names = reachableBuckets(templates, endpoint).map(({ name }) => name);
  const others = names.filter(name => !bucketNamed(templates, name));
  return [count(names.length - others.length, 'bucket') + ' of the app', ...others.map(name => readableName(name))].join(', ');
}

function otherEndpointProblem(templates: TemplateSet, endpoint: TemplateResource): string | undefined {
  const foreignType = templates.property(endpoint, 'VpcEndpointType').find(type => !['Gateway', 'Interface'].includes(type));
  if (foreignType) { return `endpoint of type ${foreignType}`; }
  const services = templates.property(endpoint, 'ServiceName');
  const foreign = services.find(name => !/^(com\.amazonaws|cn\.com\.amazonaws|aws)\./.test(name) || /^(cn\.)?com\.amazonaws\.vpce\./.test(name));
  if (services.length === 0 || foreign !== undefined) { return `leads to ${foreign ?? 'no service of AWS'}`; }
  // By an interface, S3 leads to the same buckets as by a gateway.
  if (services.some(name => /\.s3(-global\.accesspoint)?$/.test(name))) { return endpointOpenings(templates, endpoint)[0]; }
  const { PolicyDocument: document } = endpoint.properties;
  const statements = mayBeAbsent(document) ? undefined : statementsOf(templates, document, endpoint.template);
  if (!statements) { return 'no policy: AWS then allows full access'; }
  return statements.flatMap(statement => tooWide(statement) ?? [])[0];
}

/** What lets data out to anybody's account: any action, or any queue, table or stream, say. */
function tooWide(statement: Statement): string | undefined {
  const { effect, actions, notAction, resources, notResource } = statement;
  if (effect === 'Deny' || asksWhose(statement)) { return undefined; }
  if (notAction || actions.includes('*')) { return 'policy allows every action'; }
  const anybodys = resources.find(resource => resource === '*' || /[*?]/.test(resource.split(':')[4] ?? ''));
  return notResource || resources.length === 0 || anybodys !== undefined ? `policy allows ${actions.join(', ') || 'something'} on resources of anybody` : undefined;
}

export const BUCKET_RULES: PrivacyRule[] = [
  {
    id: 'BucketOnlyThroughEndpoint',
    title: 'Buckets deny what does not come through the S3 endpoint',
    why: 'The endpoint keeps jobs in; only the bucket\'s own policy keeps everybody else out of models and artifacts.',
    fix: 'Deny s3:GetObject, s3:GetObjectVersion, s3:PutObject and s3:ListBucket to everybody with StringNotEquals on aws:SourceVpce, exempting only '
      + 'named principals with ArnNotLike on aws:PrincipalArn, in each policy of the bucket: bucketPolicyStatement() of NeoPrivateCompilationVpc returns '
      + 'the statement. Let nobody but named principals change the policy.',
    check: scope => perBucket(scope, (bucket, { s3Endpoints, outside }) => {
      const lock = endpointOnlyPolicy(scope.templates, bucket, s3Endpoints, outside.s3Endpoints);
      if (lock.unlocking.length > 0) { return fail(lock.policies[0], `everybody may ${lock.unlocking.join(', ')}`, 'PolicyDocument'); }
      const spared = lock.exempt.length ? `, except for ${lock.exempt.join(', ')}` : '';
      return lock.missing.length
        ? fail(lock.policies[0] ?? bucket, `${lock.policies.length ? '' : 'no bucket policy: '}${lock.missing.join(', ')} not denied outside the endpoint`,
          ...lock.policies.length ? ['PolicyDocument'] : [])
        : pass(bucket, `denied outside the endpoint${spared}`);
    }),
  },
  {
    id: 'BucketBlocksPublicAccess',
    title: 'Buckets block public access',
    why: 'With all four settings on, no policy and no access control list can make models public by mistake.',
    fix: 'Set blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL.',
    check: scope => perBucket(scope, bucket => {
      const open = openPublicAccess(scope.templates, bucket);
      return open.length
        ? fail(bucket, `not on: ${open.join(', ')}`, 'PublicAccessBlockConfiguration')
        : pass(bucket, 'all four settings are on', 'PublicAccessBlockConfiguration');
    }),
  },
  {
    id: 'BucketNotCopied',
    title: 'Buckets are not replicated or served as a website',
    why: 'S3 itself copies objects of a replicated bucket, past the endpoint and the Deny, possibly to another account.',
    fix: 'Remove ReplicationConfiguration and WebsiteConfiguration, or keep models in a bucket of their own.',
    check: scope => perBucket(scope, bucket => {
      const found = ['ReplicationConfiguration', 'WebsiteConfiguration'].filter(name => scope.templates.choices(bucket.properties[name]).length > 0);
      return found.length ? fail(bucket, found.join(', '), ...found) : pass(bucket, 'neither replicated nor a website');
    }),
  },
];

/** Buckets of the app one by one; those of others cannot be looked into. */
function perBucket({ networks }: RuleScope, check: (bucket: TemplateResource, network: CompilationNetwork) => Observation): Observation[] {
  return networks.flatMap(network => [
    ...network.buckets.map(bucket => check(bucket, network)),
    ...network.outside.buckets.flatMap(name => representative(network).map(resource => unknown(resource, `bucket ${name} is not made by this app`))),
  ]);
}
