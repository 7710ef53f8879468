import { fail, type Observation, pass, representative, type PrivacyRule, unknown } from './rule';
import { endpointOpenings, reachableBuckets } from '../network/endpoint-policy';
import { count, readableName } from '../network/names';
import { bucketNamed, inVpc, isS3Gateway } from '../network/network';
import { relationTo } from '../network/relation';
import { asksWhose, type Statement, statementsOf } from '../template/policy';
import { mayBeAbsent, type TemplateResource, type TemplateSet } from '../template/template-set';

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
  return templates.ofType('AWS::EC2::VPCEndpoint').filter(endpoint => vpcId !== undefined && relationTo(templates, endpoint, 'VpcId', [vpcId]) === 'unknown')
    .map(endpoint => unknown(endpoint, 'endpoint of a VPC that only the deployment knows', 'VpcId'));
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
