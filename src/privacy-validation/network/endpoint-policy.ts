import { isUnknown } from '../template/canonical';
import { type Statement, statementsOf } from '../template/policy';
import { type TemplateResource, mayBeAbsent } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/**
 * Why the policy of an endpoint for S3 lets through more than named buckets.
 *
 * @returns an empty list when it does not
 */
export function endpointOpenings(templates: TemplateSet, endpoint: TemplateResource): string[] {
  if (mayBeAbsent(endpoint.properties.PolicyDocument)) { return ['no policy: AWS then allows full access']; }
  const statements = statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template);
  if (!statements) { return ['a policy that cannot be read from the template']; }
  return statements.filter(({ effect }) => effect !== 'Deny').flatMap(statement => tooWide(statement));
}

/** What the policy allows, for people: actions and the number of buckets. */
export function endpointActions(templates: TemplateSet, endpoint: TemplateResource): string[] {
  const statements = statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template) ?? [];
  return [...new Set(statements.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions))].sort();
}

/** A bucket that the policy of an endpoint names, and what it allows there. */
export interface ReachableBucket {
  readonly name: string;
  readonly actions: string[];
}

/** Buckets by canonical name, in the order of the policy. */
export function reachableBuckets(templates: TemplateSet, endpoint: TemplateResource): ReachableBucket[] {
  const actions = new Map<string, Set<string>>();
  for (const statement of statementsOf(templates, endpoint.properties.PolicyDocument, endpoint.template) ?? []) {
    if (statement.effect !== 'Allow' || statement.notAction || statement.notResource) { continue; }
    for (const name of statement.resources.flatMap(arn => bucketOf(arn) ?? [])) {
      actions.set(name, new Set([...actions.get(name) ?? [], ...statement.actions]));
    }
  }
  return [...actions].map(([name, allowed]) => ({ name, actions: [...allowed] }));
}

function tooWide({ resources, notResource, notAction }: Statement): string[] {
  if (notResource) { return ['NotResource allows every other bucket']; }
  if (notAction) { return ['NotAction allows every other action']; }
  if (resources.length === 0) { return ['a statement that cannot be read from the template']; }
  return resources.filter(resource => !namesBucket(resource)).map(resource => `resource ${resource} is not one bucket`);
}

function namesBucket(arn: string): boolean {
  const bucket = bucketOf(arn);
  return bucket !== undefined && !/[*?]/.test(bucket.replace(/\$\{\?[^}]*\}/g, '')) && !isUnknown(bucket);
}

/** Access points have an ARN with Region and account, and may lead to any bucket. */
function bucketOf(arn: string): string | undefined {
  return /^arn:[^:]*:s3:::((?:\$\{[^}]*\}|[^/$])+)/.exec(arn)?.[1];
}
