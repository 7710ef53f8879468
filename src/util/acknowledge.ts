import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { atEnd } from './errors';
import { intrinsicOf } from './intrinsics';

/**
 * Reasons by the ID of a cdk-nag rule.
 */
export type Reasons = Readonly<Record<string, string>>;

/**
 * Tells validations such as cdk-nag why a finding is intended, so that users need not find out. Use this only for findings that the library cannot
 * avoid.
 *
 * The reasons are written as metadata, because `Validations.of(scope).acknowledge` rejects IDs with more than one `::`, as most findings on policies
 * have, and because it would also hide a warning with the same ID.
 */
export function acknowledge(scope: IConstruct, reasons: Reasons): void {
  scope.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { ...reasons });
}

/**
 * Gives one reason for a rule that several cdk-nag packs have, each under its own ID.
 */
export function inPacks(rule: string, reason: string): Reasons {
  return { [`NIST.800.53.R5-${rule}`]: reason, [`HIPAA.Security-${rule}`]: reason };
}

/**
 * Acknowledges the wildcards in the policies below a construct, usually a role.
 *
 * A finding is acknowledged only if there is a reason for every statement with the wildcard, so that a statement that a user adds later is still
 * reported.
 *
 * @param reasons reasons by Sid, or by the actions, joined with commas, of a statement without a Sid
 */
export function acknowledgeWildcards(scope: IConstruct, reasons: Reasons): void {
  // This runs after all aspects, because policies are complete only then. Another aspect would make CDK walk the whole app once more.
  atEnd(scope, () => scope.node.findAll().filter(isPolicy).forEach(policy => acknowledgeFindings(policy, reasons)));
}

/**
 * Reasons for any function behind a custom resource.
 */
export const CUSTOM_RESOURCE_FUNCTION_REASONS: Reasons = {
  ...inPacks('LambdaConcurrency', 'It runs during deployments only. A reserved concurrency is taken from the account\'s other functions, cannot be had in accounts '
    + 'with a low limit, and would throttle stacks with many jobs.'),
  ...inPacks('LambdaDLQ', 'Its callers learn of every failure themselves: an error is answered to CloudFormation, which fails the deployment and shows the reason.'),
};

/** Reasons for inline policies, which CDK creates for roles. */
export const INLINE_POLICY_REASONS: Reasons = inPacks('IAMNoInlinePolicy', 'The policy is the role\'s own, made and deleted with it by the same stack: no one else is to use it.');

type Policy = iam.CfnPolicy | iam.CfnManagedPolicy;

function isPolicy(node: IConstruct): node is Policy {
  return CfnResource.isCfnResource(node) && (node instanceof iam.CfnPolicy || node instanceof iam.CfnManagedPolicy);
}

function acknowledgeFindings(policy: Policy, reasons: Reasons): void {
  const found = new Map<string, Set<string | undefined>>();
  const { policyDocument } = policy;
  // CDK merges statements when it resolves the document, which is slow and happens at synthesis anyway.
  const document = policyDocument instanceof iam.PolicyDocument ? policyDocument.toJSON() : policyDocument;
  for (const statement of Stack.of(policy).resolve(document)?.Statement ?? []) {
    const reason = statement.Sid ? reasons[statement.Sid] : reasonByActions(reasons, [statement.Action].flat());
    for (const finding of wildcardsOf(statement)) { found.set(finding, (found.get(finding) ?? new Set()).add(reason)); }
  }
  for (const [finding, explanations] of found) {
    if (!explanations.has(undefined)) { acknowledge(policy, { [`AwsSolutions-IAM5[${finding}]`]: [...explanations].join(' ') }); }
  }
}

/** CDK may have merged statements into one (`@aws-cdk/aws-iam:minimizePolicies`). There must then be a reason for each of its actions. */
function reasonByActions(reasons: Reasons, actions: string[]): string | undefined {
  const merged = Object.keys(reasons).map(key => key.split(',')).filter(group => group.every(action => actions.includes(action)));
  const explained = new Set(merged.flat());
  return actions.every(action => explained.has(action)) ? [...new Set(merged.map(group => reasons[group.join(',')]))].join(' ') : undefined;
}

/**
 * Lists the wildcards of a statement as cdk-nag names them.
 */
function wildcardsOf({ Effect, Action, Resource }: any): string[] {
  if (Effect !== 'Allow') { return []; }
  return [
    ...[Action].flat().filter(action => action.includes('*')).map(action => `Action::${action}`),
    ...[Resource].flat().map(flat).filter(resource => resource.includes('*')).map(resource => `Resource::${resource}`),
  ];
}

/** Renders a value as cdk-nag does in its ids. In contrast to `readableValue`, an intrinsic function that cdk-nag does not know stays raw JSON. */
function flat(value: unknown): string {
  if (typeof value === 'string') { return value.replace(/\$\{/g, '<').replace(/\}/g, '>'); }
  const { name, argument } = intrinsicOf(value) ?? {};
  switch (name) {
    case 'Ref': return `<${flat(argument)}>`;
    case 'Fn::GetAtt': return `<${[argument].flat().map(flat).join('.')}>`;
    case 'Fn::Join': return argument[1].map(flat).join(argument[0]);
    case 'Fn::ImportValue':
    case 'Fn::Sub': return flat(argument);
    default: return JSON.stringify(value);
  }
}
