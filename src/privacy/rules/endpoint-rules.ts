import { fail, pass, representative, type PrivacyRule, unknown } from './rule';
import { endpointOpenings } from '../network/endpoint-policy';
import { inVpc, isS3Gateway } from '../network/network';
import { statementsOf } from '../template/policy';
import type { TemplateResource, TemplateSet } from '../template/template-set';

export const ENDPOINT_RULES: PrivacyRule[] = [
  {
    id: 'S3EndpointOnlyForBuckets',
    title: 'The policy of the S3 endpoint names buckets',
    why: 'An endpoint without a policy, or with one for any bucket, lets data out to every bucket of AWS, those of other accounts included.',
    fix: 'Allow actions on ARNs of buckets only, no bucket name with a wildcard, no NotResource or NotAction.',
    check: ({ templates, networks }) => networks.flatMap(network => [
      ...network.s3Endpoints.flatMap(endpoint => {
        const open = endpointOpenings(templates, endpoint);
        return open.length ? open.map(words => fail(endpoint, words, 'PolicyDocument')) : [pass(endpoint, `allows ${network.buckets.length} buckets of the app`, 'PolicyDocument')];
      }),
      ...network.outside.s3Endpoints.flatMap(id => representative(network).map(resource => unknown(resource, `endpoint ${id} is not made by this app`))),
    ]),
  },
  {
    id: 'OtherEndpointsRestricted',
    title: 'Other endpoints in the VPC lead to AWS services and have a policy',
    why: 'An endpoint is reached within the subnets, so a security group does not keep jobs from it. One to somebody\'s own service, or one without a policy, '
      + 'is a way out.',
    fix: 'Use endpoints of AWS services only, with a policy that allows named actions, or move the endpoint to another VPC.',
    check: ({ templates, networks }) => networks.flatMap(({ vpcId, s3Endpoints }) =>
      inVpc(templates, 'AWS::EC2::VPCEndpoint', vpcId).filter(endpoint => !s3Endpoints.includes(endpoint) && !isS3Gateway(templates, endpoint)).map(endpoint => {
        const problem = otherEndpointProblem(templates, endpoint);
        return problem ? fail(endpoint, problem, 'ServiceName', 'PolicyDocument') : pass(endpoint, `${templates.property(endpoint, 'ServiceName').join(' or ')}, with a policy`);
      })),
  },
];

function otherEndpointProblem(templates: TemplateSet, endpoint: TemplateResource): string | undefined {
  const [type = 'Gateway'] = templates.property(endpoint, 'VpcEndpointType');
  if (!['Gateway', 'Interface'].includes(type)) { return `endpoint of type ${type}`; }
  const services = templates.property(endpoint, 'ServiceName');
  const foreign = services.find(name => !/^(com\.amazonaws|cn\.com\.amazonaws|aws)\./.test(name) || /^(cn\.)?com\.amazonaws\.vpce\./.test(name));
  if (services.length === 0 || foreign !== undefined) { return `leads to ${foreign ?? 'no service of AWS'}`; }
  const statements = statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template);
  if (!statements) { return 'no policy: AWS then allows full access'; }
  const wide = statements.find(({ effect, actions, notAction, conditions }) => effect === 'Allow' && conditions.length === 0 && (notAction || actions.includes('*')));
  return wide ? 'policy allows every action' : undefined;
}
