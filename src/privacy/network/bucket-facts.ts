import { isUnknown } from '../template/canonical';
import { coversAction, type Statement, statementsOf } from '../template/policy';
import type { TemplateResource, TemplateSet } from '../template/template-set';

/** What has to be denied outside the endpoint: that models cannot be read, replaced or listed. */
export const LOCKED_ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:ListBucket'];

const PUBLIC_ACCESS_BLOCK = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** How a bucket's policy treats requests that do not come through the endpoint. */
export interface BucketLock {
  readonly policies: TemplateResource[];
  /** Of `LOCKED_ACTIONS`, those not denied. */
  readonly missing: string[];
  /** Principals that the Deny spares. */
  readonly exempt: string[];
}

/** @param otherEndpoints IDs of the network's endpoints that the app does not make */
export function bucketLock(
  templates: TemplateSet, bucket: TemplateResource, endpoints: TemplateResource[], otherEndpoints: string[] = [],
): BucketLock {
  const endpointIds = [...endpoints.map(({ ref }) => ref), ...otherEndpoints];
  const policies = templates.ofType('AWS::S3::BucketPolicy')
    .filter(policy => templates.references(policy, 'Bucket').includes(bucket))
    // A policy that may not exist protects nothing that may.
    .filter(policy => policy.condition === undefined || policy.condition === bucket.condition);
  const denials = policies.flatMap(policy => (statementsOf(templates, policy.properties.PolicyDocument, policy.template) ?? [])
    .filter(statement => isLock(statement, endpointIds)));
  return {
    policies,
    missing: LOCKED_ACTIONS.filter(action => !denials.some(statement => coversAction(statement.actions, action)
      && resourcesFor(action, bucket).some(resource => statement.resources.includes(resource)))),
    exempt: [...new Set(denials.flatMap(statement => exemptions(statement)))],
  };
}

/** Settings of the public access block that are not on. */
export function openPublicAccess(templates: TemplateSet, bucket: TemplateResource): string[] {
  const block = templates.choices(bucket.properties.PublicAccessBlockConfiguration);
  return PUBLIC_ACCESS_BLOCK.filter(name => block.length === 0
    || block.some(choice => {
      const values = templates.values(choice[name], bucket.template);
      return values.length === 0 || values.some(value => value !== 'true');
    }));
}

function isLock(statement: Statement, endpointIds: string[]): boolean {
  const { effect, principals, notPrincipal, notAction, notResource, conditions } = statement;
  const unlessEndpoint = conditions.filter(({ key }) => key === 'aws:sourcevpce');
  return effect === 'Deny' && principals.includes('*') && !notPrincipal && !notAction && !notResource
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
