import { Stack, Token, type CfnResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { isArnByName, roleNameOf } from './bucket-policies';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { lateWarnings } from '../util/errors';
import { areSame, choicesOf, intrinsicOf, readableValue, referencesOf, resourcesById, type Statement } from '../util/intrinsics';
import { isNameOf, matchesAction, matchesPattern } from '../util/s3-names';

/** Lists the statements of a policy, including those that `Fn::If` may choose. */
export function statementsIn(stack: Stack, document: unknown): Statement[] {
  return choicesOf(stack.resolve(document)).flatMap(choice => [choice?.Statement ?? []].flat())
    .flatMap(choicesOf).filter(statement => statement !== undefined);
}

export function policiesOf(resources: CfnResource[], bucket: s3.IBucket): s3.CfnBucketPolicy[] {
  const isName = isNameOf(bucket, resources);
  return resources.filter((resource): resource is s3.CfnBucketPolicy => resource instanceof s3.CfnBucketPolicy)
    .filter(policy => isName(Stack.of(policy), policy.bucket));
}

/** True, false, or undefined if only the deployment decides. */
type Verdict = boolean | undefined;

const all = (verdicts: Verdict[]): Verdict => verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : true;
const any = (verdicts: Verdict[]): Verdict => verdicts.includes(true) ? true : verdicts.includes(undefined) ? undefined : false;
const not = (verdict: Verdict): Verdict => verdict === undefined ? undefined : !verdict;

/** Actions of jobs on buckets that they only read models from. */
const READ_ACTIONS = ['s3:GetObject', 's3:ListBucket'];

/**
 * Warns of each Deny that applies, or may apply, to requests of jobs.
 *
 * @param modelBuckets further buckets that jobs read models from
 */
export function warnOfDenies(network: INeoPrivateCompilationVpc, resources: CfnResource[], modelBuckets: s3.IBucket[]): void {
  for (const bucket of [...network.buckets, ...modelBuckets]) {
    const isOwn = network.buckets.includes(bucket);
    const needed = isOwn ? [...READ_ACTIONS, 's3:PutObject'] : READ_ACTIONS;
    const judged = policiesOf(resources, bucket).flatMap(policy => statementsIn(Stack.of(policy), policy.policyDocument)
      .map(statement => ({ text: JSON.stringify(readableValue(statement)), ...judge(policy, statement, needed, network) })));
    const certain = judged.filter(({ denies }) => denies === true);
    const possible = judged.filter(({ denies }) => denies === undefined);
    const texts = (statements: typeof judged) => statements.map(({ text }) => text).join(', ');
    const other = isOwn ? ', and if this network closes the bucket as well, no principal can' : '';
    const fix = 'Remove the statement, or exempt the S3 endpoint of this network (aws:SourceVpce) or the execution role (aws:PrincipalArn) in it';
    if (certain.length > 0) {
      lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeniesNetwork', `the policy of bucket ${bucket.node.path} denies requests of this network's jobs, so they cannot use the bucket${other}: `
        + `${texts(certain)}. ${fix}`);
    }
    if (possible.length > 0) {
      const unknown = [...new Set(possible.flatMap(each => each.unknown))].join(', ');
      lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketMayDenyNetwork', `the policy of bucket ${bucket.node.path} may deny requests of this network's jobs, which depends on what is not known `
        + `at synthesis (${unknown}): ${texts(possible)}. If it does, jobs cannot use the bucket${other}. ${fix}`);
    }
  }
}

/** Decides whether a statement denies what jobs need. If this is unknown at synthesis, `unknown` names what it depends on. */
function judge(
  policy: s3.CfnBucketPolicy, statement: Statement, needed: string[], network: INeoPrivateCompilationVpc,
): { denies: Verdict; unknown: string[] } {
  const stack = Stack.of(policy);
  const unconditional = [stack.resolve(policy.policyDocument)?.Statement].flat().map(each => JSON.stringify(each));
  const isConditional = policy.cfnOptions.condition !== undefined || !unconditional.includes(JSON.stringify(statement));
  const parts: [string, Verdict][] = [
    ['a condition of the template', isConditional ? undefined : true],
    ['Effect', typeof statement.Effect === 'string' ? statement.Effect === 'Deny' : undefined],
    ['Action', any(needed.map(action => concernsAction(statement, action)))],
    ['Resource', coversBucket(statement)],
    ['Principal', concernsRole(stack, statement, network.role)],
    ...Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]): [string, Verdict] => [key, holds(stack, operator, key.toLowerCase(), [values].flat(), network)])),
  ];
  return { denies: all(parts.map(([, verdict]) => verdict)), unknown: parts.filter(([, verdict]) => verdict === undefined).map(([name]) => name) };
}

function concernsAction({ Action, NotAction }: Statement, action: string): Verdict {
  const names = (patterns: unknown) => any([patterns].flat().map(pattern => typeof pattern === 'string' ? matchesAction(pattern, action) : undefined));
  return NotAction === undefined ? names(Action) : not(names(NotAction));
}

/** Whether a statement applies to the whole bucket, and not just to a prefix. */
function coversBucket({ Resource, NotResource }: Statement): Verdict {
  if (NotResource !== undefined) { return undefined; }
  return Resource === undefined || any([Resource].flat().map(arn => {
    const text = readableValue(arn);
    if (typeof text !== 'string' || intrinsicOf(arn)?.name === 'Ref') { return undefined; }
    return /^[^/]*(\/\*)?$/.test(text);
  }));
}

/** In `Principal`, an account stands for all its roles. In `NotPrincipal`, it exempts none of them. */
function concernsRole(stack: Stack, { Principal, NotPrincipal }: Statement, role: iam.IRole): Verdict {
  const principals = (principal: any): unknown[] => typeof principal === 'object' && intrinsicOf(principal) === undefined ? [principal?.AWS ?? []].flat() : [principal];
  const names = (arn: unknown) => arn === '*' || compareRole(stack, role, arn);
  return NotPrincipal === undefined
    ? any(principals(Principal).map(arn => any([names(arn), isAccount(stack, arn, role)])))
    : not(any(principals(NotPrincipal).map(names)));
}

function isAccount(stack: Stack, arn: unknown, role: iam.IRole): Verdict {
  const [, account] = /^(?:arn:.*:iam::)?(\d{12}|\$\{AWS::AccountId\})(?::root)?$/.exec(String(readableValue(arn))) ?? [];
  return account === undefined ? false : compare(stack, role.env.account, account === '${AWS::AccountId}' ? { Ref: 'AWS::AccountId' } : account);
}

/** Condition keys that requests of jobs lack, because jobs use an endpoint and the credentials of a role, and no service acts on their behalf. */
const ABSENT = ['aws:sourceip', 'aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:sourceorgpaths', 'aws:calledvia', 'aws:calledviafirst', 'aws:calledvialast',
  'aws:username', 'aws:multifactorauthage'];

/** Whether a condition holds for a request of a job. */
function holds(stack: Stack, operator: string, key: string, values: unknown[], { s3Endpoint, vpc, role }: INeoPrivateCompilationVpc): Verdict {
  const isNegated = /Not/.test(operator);
  const isNull = (isAbsent: boolean) => ['true', 'false'].includes(String(values[0])) ? String(values[0]) === String(isAbsent) : undefined;
  if (ABSENT.includes(key)) {
    if (operator === 'Null') { return isNull(true); }
    // A negated operator matches a missing key, but ForAnyValue needs a value.
    return !operator.startsWith('ForAnyValue') && (isNegated || operator.endsWith('IfExists') || operator.startsWith('ForAllValues'));
  }
  // S3 accepts nothing older than TLS 1.2.
  if (key === 's3:tlsversion' && operator === 'NumericLessThan' && values.every(value => Number(value) <= 1.2)) { return false; }
  const own = {
    'aws:sourcevpce': s3Endpoint.vpcEndpointId,
    'aws:sourcevpc': vpc.vpcId,
    'aws:principalarn': role.roleArn,
    'aws:principalaccount': role.env.account,
    'aws:principaltype': 'AssumedRole',
    'aws:securetransport': 'true',
    'aws:viaawsservice': 'false',
    'aws:principalisawsservice': 'false',
  }[key];
  if (own === undefined) { return undefined; }
  if (operator === 'Null') { return isNull(false); }
  const isPattern = /Like|^(?:For\w+:)?Arn/.test(operator);
  const isOneOf = any(values.map(value => {
    if (isPattern && typeof value === 'string' && /[*?]/.test(value)) { return matches(stack, own, value, role); }
    return key === 'aws:principalarn' ? compareRole(stack, role, value) : compare(stack, own, value);
  }));
  return isNegated ? not(isOneOf) : isOneOf;
}

/** Whether an ID or ARN matches a pattern. Only the prefix of an ID that AWS chooses is known. */
function matches(stack: Stack, own: string, pattern: string, role: iam.IRole): Verdict {
  if (/^(\*|vpce-\*|vpc-\*)$/.test(pattern)) { return true; }
  const known = stack.resolve(own);
  if (typeof known === 'string') { return matchesPattern(pattern, known); }
  return own === role.roleArn && !mayBeRole(role, pattern) ? false : undefined;
}

/** Whether an ARN is the role's ARN. */
function compareRole(stack: Stack, role: iam.IRole, arn: unknown): Verdict {
  if (isArnByName(arn, role)) { return true; }
  return mayBeRole(role, readableValue(arn)) ? compare(stack, role.roleArn, arn) : false;
}

/**
 * Whether an ARN or a pattern may match the role, judged by its name. A generated name begins with the stack's name, which CloudFormation may cut
 * short.
 */
function mayBeRole(role: iam.IRole, arn: unknown): boolean {
  if (typeof arn !== 'string' || !arn.startsWith('arn:')) { return true; }
  const [, name] = /:role\/(?:.*\/)?([^/]*)$/.exec(arn) ?? [];
  if (name === undefined) { return /role|[*?$]/.test(arn.replace(/\$\{AWS::\w+\}/g, '')); }
  const [beginning, ...more] = name.split(/[*?$]/);
  const isPattern = more.length > 0;
  const known = Token.isUnresolved(role.roleName) ? roleNameOf(role) : role.roleName;
  if (known !== undefined) { return isPattern ? known.startsWith(beginning) : known === name; }
  const { stackName } = Stack.of(role);
  const generated = stackName.slice(0, 20);
  return Token.isUnresolved(stackName) || beginning.startsWith(generated) || isPattern && generated.startsWith(beginning);
}

/** Whether two values are equal. A literal ID and a reference may be: the ID may have been copied after a deployment. */
function compare(stack: Stack, own: string, value: unknown): Verdict {
  const text = typeof value === 'boolean' ? String(value) : value;
  if (areSame(stack, own, text)) { return true; }
  const isLiteral = (each: unknown) => typeof each === 'string' && !each.includes('${');
  const known = stack.resolve(own);
  if (isLiteral(known) && isLiteral(text)) { return false; }
  // Two different references are not the same resource if both are resources of this stack, or if one of them is imported.
  return isOfResource(stack, known) && (isOfResource(stack, text) || isImport(text)) ? false : undefined;
}

function isImport(value: unknown): boolean {
  return ['Fn::ImportValue', 'Fn::GetStackOutput'].includes(intrinsicOf(value)?.name ?? '');
}

/** Whether a value refers to a resource of the stack, and not to a parameter. */
function isOfResource(stack: Stack, value: unknown): boolean {
  const intrinsic = intrinsicOf(value);
  const [id] = intrinsic ? referencesOf(intrinsic) : [];
  return id !== undefined && resourcesById(stack).has(id);
}
