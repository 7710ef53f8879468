import { isUnknown } from '../template/canonical';
import { type Statement, asksWhose, coversAction, documentsOf } from '../template/policy';
import { type TemplateResource, mayBeAbsent } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** What has to be denied outside the endpoint: that models cannot be read, replaced or listed. */
export const DENIED_ACTIONS = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'];

/** What takes the lock away. */
const UNLOCKING_ACTIONS = ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'];

const PUBLIC_ACCESS_BLOCK = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** How a bucket's policy treats requests that do not come through the endpoint. */
export interface EndpointOnlyPolicy {
  readonly policies: TemplateResource[];
  /** Of `DENIED_ACTIONS`, those not denied, or not for as long as nobody takes the Deny away. */
  readonly missing: string[];
  /** Principals that the Deny spares. */
  readonly exempt: string[];
  /** Actions by which everybody may take the Deny away. */
  readonly unlocking: string[];
}

/** @param otherEndpoints IDs of the network's endpoints that the app does not make */
export function endpointOnlyPolicy(
  templates: TemplateSet, bucket: TemplateResource, endpoints: TemplateResource[], otherEndpoints: string[] = [],
): EndpointOnlyPolicy {
  const endpointIds = [...endpoints.map(({ ref }) => ref), ...otherEndpoints];
  const policies = templates.ofType('AWS::S3::BucketPolicy').filter(policy => isPolicyOf(templates, policy, bucket));
  // A policy that may not exist protects nothing that may.
  const isThere = policies.some(policy => policy.condition === undefined || policy.condition === bucket.condition);
  // A bucket has one policy at a time, so that of several any may be the one that stays.
  const documents = policies.flatMap(({ properties: { PolicyDocument: document }, template }) =>
    [...documentsOf(templates, document, template) ?? [[]], ...mayBeAbsent(document) ? [[]] : []]);
  const denials = documents.map(statements => statements.filter(statement => isDenial(statement, endpointIds)));
  const open = documents.flat().filter(statement => isForEverybody(statement));
  const unlocking = UNLOCKING_ACTIONS.filter(action => open.some(({ actions }) => coversAction(actions, action)));
  const isLocked = isThere && unlocking.length === 0;
  const denies = (statement: Statement, action: string) => coversAction(statement.actions, action)
    && resourcesFor(action, bucket).some(resource => statement.resources.includes(resource));
  return {
    policies,
    missing: DENIED_ACTIONS.filter(action => !isLocked || denials.some(statements => !statements.some(statement => denies(statement, action)))),
    exempt: [...new Set(denials.flat().flatMap(statement => exemptions(statement)))],
    unlocking,
  };
}

function isPolicyOf(templates: TemplateSet, policy: TemplateResource, bucket: TemplateResource): boolean {
  const names = templates.property(bucket, 'BucketName');
  return templates.property(policy, 'Bucket').some(name => templates.find(name) === bucket || names.includes(name));
}

function isForEverybody(statement: Statement): boolean {
  return statement.effect !== 'Deny' && (statement.principals.includes('*') || statement.notPrincipal) && !statement.notAction && !asksWhose(statement);
}

/** Settings of the public access block that are not on. */
export function openPublicAccess(templates: TemplateSet, bucket: TemplateResource): string[] {
  const block = templates.choices(bucket.properties.PublicAccessBlockConfiguration);
  return PUBLIC_ACCESS_BLOCK.filter(name => mayBeAbsent(bucket.properties.PublicAccessBlockConfiguration)
    || block.some(choice => mayBeAbsent(choice[name]) || templates.values(choice[name], bucket.template).some(value => value !== 'true')));
}

function isDenial(statement: Statement, endpointIds: string[]): boolean {
  const { effect, isCertain, principals, notPrincipal, notAction, notResource, conditions } = statement;
  const unlessEndpoint = conditions.filter(({ key }) => key === 'aws:sourcevpce');
  return effect === 'Deny' && isCertain && principals.includes('*') && !notPrincipal && !notAction && !notResource
    && unlessEndpoint.length === 1 && /^StringNot(Equals|Like)$/.test(unlessEndpoint[0].operator)
    && unlessEndpoint[0].values.length > 0 && unlessEndpoint[0].values.every(id => endpointIds.includes(id))
    && conditions.every(condition => condition.key === 'aws:sourcevpce' || isExemption(condition));
}

function isExemption({ key, operator, values }: Statement['conditions'][number]): boolean {
  return key === 'aws:principalarn' && /^(ArnNotLike|ArnNotEquals|StringNotLike|StringNotEquals)$/.test(operator)
    && values.every(value => !isUnknown(value) && namesPrincipal(value));
}

/** An exemption for everybody is none: the account and the kind of principal must be there. */
function namesPrincipal(arn: string): boolean {
  const match = /^arn:[^:]+:iam::([^:]*):(.+)$/.exec(arn);
  return match ? !/[*?]/.test(match[1]) && !/^[*?]+$/.test(match[2]) : /^\$\{[^{}]+\.Arn\}$/.test(arn);
}

function exemptions({ conditions }: Statement): string[] {
  return conditions.filter(condition => isExemption(condition)).flatMap(({ values }) => values);
}

function resourcesFor(action: string, { ref, properties }: TemplateResource): string[] {
  const names = [ref, ...typeof properties.BucketName === 'string' ? [properties.BucketName] : []];
  return names.flatMap(name => ['${AWS.Partition}', 'aws'].map(partition => `arn:${partition}:s3:::${name}${action === 's3:ListBucket' ? '' : '/*'}`));
}
