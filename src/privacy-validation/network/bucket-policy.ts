import type { Gates } from './network';
import { matchesPattern } from '../../util/s3-names';
import { isUnknown } from '../template/canonical';
import { coversAction, documentsOf, limitOf, type Statement } from '../template/policy';
import { type TemplateResource, mayBeAbsent } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** The actions that the policy must deny outside the endpoint, so that models cannot be read, replaced or listed there. */
const DENIED_ACTIONS = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'];

/** An object key that only a pattern for all keys matches. */
const ANY_KEY = '/\u0001\u0002\u0003\u0004';

/** The actions that remove the Deny or bypass it. */
const UNLOCKING_ACTIONS = ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:PutReplicationConfiguration'];

const PUBLIC_ACCESS_BLOCK = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

/** How a bucket's policy treats requests from outside the endpoint. */
export interface EndpointOnlyPolicy {
  readonly policies: TemplateResource[];
  /** The `DENIED_ACTIONS` that are not denied, or whose Deny other principals can remove. */
  readonly missing: string[];
  readonly exempt: string[];
  /** Actions with which any principal can remove the Deny or bypass it. */
  readonly unlocking: string[];
}

export function endpointOnlyPolicy(templates: TemplateSet, bucket: TemplateResource, gates: Gates): EndpointOnlyPolicy {
  const policies = templates.ofType('AWS::S3::BucketPolicy').filter(policy => isPolicyOf(templates, policy, bucket));
  // A policy that may not exist does not protect a bucket that may exist.
  const isThere = policies.some(policy => policy.condition === undefined || policy.condition === bucket.condition);
  // A bucket can have only one policy, so any of several may be the one that remains.
  const documents = policies.flatMap(({ properties: { PolicyDocument: document }, template }) =>
    [...documentsOf(templates, document, template) ?? [[]], ...mayBeAbsent(document) ? [[]] : []]);
  const denials = documents.map(statements => statements.filter(statement => isDenial(statement, gates)));
  const open = documents.flat().filter(statement => isForEveryone(statement, templates.owners));
  const unlocking = UNLOCKING_ACTIONS.filter(action => open.some(({ actions }) => coversAction(actions, action)));
  const isLocked = isThere && unlocking.length === 0;
  const denies = (statement: Statement, action: string) => coversAction(statement.actions, action)
    && statement.resources.some(pattern => resourcesFor(action, bucket).some(resource => matchesPattern(pattern, resource)));
  return {
    policies,
    missing: DENIED_ACTIONS.filter(action => !isLocked || denials.some(statements => !statements.some(statement => denies(statement, action)))),
    exempt: [...new Set(denials.flat().flatMap(({ conditions }) => conditions.filter(isExemption)).flatMap(({ values }) => values))],
    unlocking,
  };
}

function isPolicyOf(templates: TemplateSet, policy: TemplateResource, bucket: TemplateResource): boolean {
  const names = templates.property(bucket, 'BucketName');
  return templates.property(policy, 'Bucket').some(name => templates.find(name) === bucket || names.includes(name));
}

function isForEveryone(statement: Statement, accounts: string[]): boolean {
  return statement.effect !== 'Deny' && (statement.principals.includes('*') || statement.notPrincipal) && !statement.notAction && limitOf(statement, 'principal', accounts) !== 'own';
}

/** Returns the disabled settings of the public access block. S3 has blocked public access to new buckets by default since April 2023. */
export function openPublicAccess(templates: TemplateSet, bucket: TemplateResource): string[] {
  const { PublicAccessBlockConfiguration: written } = bucket.properties;
  if (written === undefined) { return []; }
  const block = templates.choices(written);
  // An update that removes the configuration removes the block.
  return PUBLIC_ACCESS_BLOCK.filter(name => mayBeAbsent(written)
    || block.some(choice => mayBeAbsent(choice[name]) || templates.values(choice[name], bucket.template).some(value => value !== 'true')));
}

function isDenial({ effect, isCertain, principals, notPrincipal, notAction, notResource, conditions }: Statement, gates: Gates): boolean {
  const unlessGate = conditions.filter(({ key }) => key in GATES);
  return effect === 'Deny' && isCertain && principals.includes('*') && !notPrincipal && !notAction && !notResource
    && unlessGate.length > 0 && unlessGate.every(({ key, operator, values }) => /^StringNot(Equals|EqualsIgnoreCase|Like)$/.test(operator)
      && values.length > 0 && values.every(id => gates[GATES[key]].includes(id)))
    && conditions.every(condition => condition.key in GATES || isExemption(condition));
}

/** The condition keys that identify a request from a network. */
const GATES: { readonly [key: string]: keyof Gates } = { 'aws:sourcevpce': 'endpoints', 'aws:sourcevpc': 'vpcs' };

function isExemption({ key, operator, values }: Statement['conditions'][number]): boolean {
  return key === 'aws:principalarn' && /^(ArnNotLike|ArnNotEquals|StringNotLike|StringNotEquals|StringNotEqualsIgnoreCase)$/.test(operator)
    && values.every(value => !isUnknown(value) && namesPrincipal(value));
}

/**
 * Whether a pattern names specific principals: it must contain the account and a part of the name. A pattern that exempts all principals, or every
 * role of the account, protects nothing.
 */
function namesPrincipal(arn: string): boolean {
  const match = /^arn:[^:]+:iam::([^:]*):(.+)$/.exec(arn);
  return match ? !/[*?]/.test(match[1]) && !/^[a-z-]*[/*?]+$/.test(match[2]) : /^\$\{[^{}]+\.Arn\}$/.test(arn);
}

function resourcesFor(action: string, { ref, properties }: TemplateResource): string[] {
  const names = [ref, ...typeof properties.BucketName === 'string' ? [properties.BucketName] : []];
  return names.flatMap(name => ['${AWS.Partition}', 'aws'].map(partition => `arn:${partition}:s3:::${name}${action === 's3:ListBucket' ? '' : ANY_KEY}`));
}
