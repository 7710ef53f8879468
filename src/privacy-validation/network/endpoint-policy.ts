import { isUnknown } from '../template/canonical';
import { documentsOf, isDeniedUnlessOwn, limitOf, ownerOfAccount, type Ownership, type Statement, statementsOf } from '../template/policy';
import { type TemplateResource, mayBeAbsent, readableName } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/**
 * Access that an endpoint's policy allows to resources of other accounts, and access that may be such. Both lists are empty if the policy is closed.
 */
export interface EndpointExposure {
  readonly open: string[];
  readonly unknown: string[];
}

/** AWS's buckets in which CloudFormation receives the responses of custom resources, at presigned URLs. */
const RESPONSE_BUCKET = /^cloudformation-custom-resource-response-/;

const FULL_ACCESS: EndpointExposure = { open: ['no policy: AWS then allows full access'], unknown: [] };

/** Actions that cannot send data of the caller to another account. */
const HARMLESS_ACTIONS = ['sts:GetCallerIdentity'];

/** Returns what an S3 endpoint allows besides named buckets of the app, and resources of this account or organization. */
export function s3EndpointExposure(templates: TemplateSet, endpoint: TemplateResource): EndpointExposure {
  return exposureOf(templates, endpoint, ({ actions, resources, notResource, notAction }) => {
    if (notResource) { return { open: ['NotResource allows every other bucket'], unknown: [] }; }
    if (notAction) { return { open: ['NotAction allows every other action'], unknown: [] }; }
    if (resources.length === 0 || actions.length === 0) { return { open: ['a statement that cannot be read from the template'], unknown: [] }; }
    const named = resources.map(resource => bucketsBehind(templates, resource) ?? [resource]).flat();
    const buckets = [...new Set(named.flatMap(resource => namesBucket(resource) ? bucketOf(resource)! : []))];
    const responses = buckets.filter(name => RESPONSE_BUCKET.test(name));
    return {
      open: [
        ...named.filter(resource => !namesBucket(resource)).map(resource => `resource ${resource} is not one bucket`),
        ...responses.map(name => `bucket ${readableName(name)} accepts data that any account sends to the URL of one of its stacks`),
      ],
      unknown: buckets.filter(name => !responses.includes(name) && !bucketNamed(templates, name)).map(name => `bucket ${name} is not part of this app, and no condition asks for aws:ResourceAccount`),
    };
  });
}

/** Returns what an endpoint for another service allows besides resources of this account or organization. */
export function serviceEndpointExposure(templates: TemplateSet, endpoint: TemplateResource): EndpointExposure {
  const { owners } = templates;
  return exposureOf(templates, endpoint, statement => {
    const { actions, notAction, resources, notResource } = statement;
    if (notAction || actions.includes('*')) { return { open: ['policy allows every action'], unknown: [] }; }
    const dangerous = actions.filter(action => !HARMLESS_ACTIONS.includes(action));
    if (actions.length > 0 && dangerous.length === 0) { return { open: [], unknown: [] }; }
    const onlyReads = dangerous.length > 0 && dangerous.every(action => /^[a-z0-9-]+:(List|Describe|Get)/i.test(action));
    if (onlyReads && limitOf(statement, 'principal', owners) === 'own') { return { open: [], unknown: [] }; }
    const found = resources.map(resource => ({ resource, owner: ownerOfResource(templates, resource) }));
    const isOpen = notResource || resources.length === 0 || found.some(({ owner }) => owner === 'other');
    return {
      open: isOpen ? [`policy allows ${actions.join(', ') || 'something'} on resources of any account`] : [],
      unknown: found.filter(({ owner }) => owner === 'unknown').map(({ resource }) => `${resource} may be a resource of another account`),
    };
  });
}

/** Returns the owner of a resource. A reference is to a resource of the app, but a custom resource may return any ARN. */
function ownerOfResource(templates: TemplateSet, resource: string): Ownership {
  const source = templates.find(/^\$\{[^{}]+\}(?=$|[/:])/.exec(resource)?.[0] ?? '');
  if (source) { return /^(Custom::|AWS::CloudFormation::)/.test(source.type) ? 'unknown' : 'own'; }
  return resource === '*' ? 'other' : ownerOfAccount(resource.split(':')[4] ?? '', templates.owners);
}

/** Checks each document that the template's conditions may choose. Only the Deny statements of the same document count. */
function exposureOf(templates: TemplateSet, endpoint: TemplateResource, check: (statement: Statement) => EndpointExposure): EndpointExposure {
  const { PolicyDocument: document } = endpoint.properties;
  if (mayBeAbsent(document)) { return FULL_ACCESS; }
  const documents = documentsOf(templates, document, endpoint.template);
  if (!documents) { return { open: ['a policy that cannot be read from the template'], unknown: [] }; }
  const found = documents.flatMap(statements => statements.filter(({ effect }) => effect !== 'Deny').map((statement): EndpointExposure => {
    const limit = limitOf(statement, 'resource', templates.owners);
    if (limit === 'own' || isDeniedUnlessOwn(statements, statement.actions, 'resource', templates.owners)) { return { open: [], unknown: [] }; }
    return limit === 'unknown' ? { open: [], unknown: ['resources of an account that the templates do not show to be yours'] } : check(statement);
  }));
  return { open: [...new Set(found.flatMap(({ open }) => open))], unknown: [...new Set(found.flatMap(({ unknown }) => unknown))] };
}

/** Finds a bucket of the app, by reference or by its explicit name. */
export function bucketNamed(templates: TemplateSet, name: string): TemplateResource | undefined {
  const found = templates.find(name) ?? templates.ofType('AWS::S3::Bucket').find(bucket => templates.property(bucket, 'BucketName').includes(name));
  return found?.type === 'AWS::S3::Bucket' ? found : undefined;
}

export function endpointActions(templates: TemplateSet, endpoint: TemplateResource): string[] {
  const statements = statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template);
  return [...new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions))].sort();
}

/** A bucket that an endpoint's policy names, and the actions that it allows there. */
export interface ReachableBucket {
  readonly name: string;
  readonly actions: string[];
  /** Whether each statement requires the bucket to be in this account or organization. */
  readonly isOwn: boolean;
}

/** Lists the buckets that an endpoint's policy names, in the order of the policy. */
export function reachableBuckets(templates: TemplateSet, endpoint: TemplateResource): ReachableBucket[] {
  const actions = new Map<string, Set<string>>();
  const foreign = new Set<string>();
  for (const statement of statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template)) {
    if (statement.effect !== 'Allow' || statement.notAction || statement.notResource) { continue; }
    for (const name of statement.resources.flatMap(arn => bucketOf(arn) ?? [])) {
      actions.set(name, new Set([...actions.get(name) ?? [], ...statement.actions]));
      if (limitOf(statement, 'resource', templates.owners) !== 'own') { foreign.add(name); }
    }
  }
  return [...actions].map(([name, allowed]) => ({ name, actions: [...allowed], isOwn: !foreign.has(name) }));
}

/** Returns the ARNs of the buckets of an access point of the app. It is undefined for any other resource. */
function bucketsBehind(templates: TemplateSet, arn: string): string[] | undefined {
  const point = templates.find(/^\$\{[^{}]+\.Arn\}(?=$|\/)/.exec(arn)?.[0] ?? '');
  return point?.type === 'AWS::S3::AccessPoint' ? templates.property(point, 'Bucket').map(name => `arn:aws:s3:::${name}`) : undefined;
}

function namesBucket(arn: string): boolean {
  const bucket = bucketOf(arn);
  return bucket !== undefined && !/[*?]/.test(bucket.replace(/\$\{\?[^}]*\}/g, '')) && !isUnknown(bucket);
}

/** Returns the bucket in an ARN. An access point, whose ARN contains Region and account, may be for any bucket. */
function bucketOf(arn: string): string | undefined {
  return /^arn:[^:]*:s3:::((?:\$\{[^}]*\}|[^/$])+)/.exec(arn)?.[1];
}
