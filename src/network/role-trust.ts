import { Annotations, CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { serviceDomains } from '../util/environment';
import { choicesOf, intrinsicOf, readableValue, type Statement } from '../util/intrinsics';
import { matchesAction, matchesPattern } from '../util/s3-names';

/** What SageMaker assumes a role for. */
export interface RoleUse {
  readonly description: string;
  /** Type of the resources whose ARNs SageMaker sends as `aws:SourceArn`. */
  readonly resourceType: string;
  /** Types of resources whose ARNs SageMaker may send as well. AWS does not document which ones. */
  readonly otherTypes: string[];
}

export const FOR_JOBS: RoleUse = { description: 'compilation jobs', resourceType: 'compilation-job', otherTypes: [] };

export const FOR_HOSTING: RoleUse = {
  description: 'models',
  resourceType: 'model',
  otherTypes: ['endpoint', 'endpoint-config', 'inference-component', 'inference-experiment', 'transform-job'],
};

/**
 * Whether a condition holds, or a statement applies. Undefined means that this is unclear, which is worth a warning. A token is not compared, which is
 * not.
 */
type Verdict = boolean | undefined | 'token';

const all = (verdicts: Verdict[]): Verdict => verdicts.includes(false) ? false : verdicts.includes(undefined) ? undefined : verdicts.includes('token') ? 'token' : true;
const any = (verdicts: Verdict[]): Verdict => verdicts.includes(true) ? true : verdicts.includes(undefined) ? undefined : verdicts.includes('token') ? 'token' : false;
const not = (verdict: Verdict): Verdict => typeof verdict === 'boolean' ? !verdict : verdict;

/** Whether the app creates the role, directly or behind a wrapper. */
export function isRoleOfApp(role: iam.IRole): boolean {
  return resourceOf(role) !== undefined || 'assumeRolePolicy' in role;
}

/**
 * Checks that SageMaker can assume a role. This fails at the end of synthesis if it certainly cannot, because a trust policy may be extended until
 * then, and warns if it is unclear, or if it can do so for other accounts.
 */
export function checkTrust(scope: Construct, role: iam.IRole, use: RoleUse): void {
  // The warnings belong to a child, because CDK ignores an acknowledgement on a construct if the warning is later added to the same construct. Tasks
  // share the scope of their state machine.
  const id = `Trust${role.node.addr}${use.resourceType}`;
  if (scope.node.tryFindChild(id)) { return; }
  const arn = Stack.of(scope).formatArn({ service: 'sagemaker', resource: use.resourceType, resourceName: '*' });
  const conditions = `the conditions aws:SourceAccount (this account) and aws:SourceArn (${readableValue(Stack.of(scope).resolve(arn))})`;
  if (!isRoleOfApp(role)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:roleTrustNotChecked', `the ARN of role ${role.node.path} does not refer to a role that this app creates, so its trust policy cannot be read: `
      + `it must trust sagemaker.amazonaws.com for ${use.description} of this account, with ${conditions}`);
    return;
  }
  const check = new Construct(scope, id);
  check.node.addValidation({
    validate: () => {
      const { granting, denying } = new TrustPolicy(role, scope, use);
      const denial = denying.find(({ applies }) => applies === true);
      if (denial) {
        return [`role must trust sagemaker.amazonaws.com, but its trust policy denies that: remove the statement; got: ${denial.text} of ${role.node.path}`];
      }
      if (granting.length === 0) {
        return [`role must trust sagemaker.amazonaws.com, or SageMaker cannot assume it; got: ${role.node.path}, which does not`];
      }
      const possible = granting.filter(({ applies }) => applies !== false);
      if (possible.length === 0) {
        return [`role must trust sagemaker.amazonaws.com for ${use.description} of this account and Region, but its conditions never match them: use ${conditions}; `
          + `got: ${granting.map(({ text }) => text).join(', ')} of ${role.node.path}`];
      }
      warnOfTrust(check, role, use, { granting: possible, denying }, conditions);
      return [];
    },
  });
}

function warnOfTrust(
  check: Construct, { node }: iam.IRole, { description }: RoleUse, { granting, denying }: Pick<TrustPolicy, 'granting' | 'denying'>, conditions: string,
): void {
  const isClear = granting.some(({ applies }) => applies !== undefined);
  const unclear = [...isClear ? [] : granting, ...denying].filter(({ applies }) => applies === undefined);
  if (unclear.length > 0) {
    const parts = [...new Set(unclear.flatMap(statement => statement.unclear))].join(', ');
    Annotations.of(check).addWarningV2('cdk-sagemaker-neo:roleTrustUnclear', `SageMaker may be unable to assume role ${node.path} for ${description}, because it is unclear whether parts of its trust policy (${parts}) match: `
      + unclear.map(({ text }) => text).join(', '));
  }
  if (granting.some(({ isRestricted }) => !isRestricted)) {
    Annotations.of(check).addWarningV2('cdk-sagemaker-neo:roleTrustUnconditional', `role ${node.path} trusts SageMaker on behalf of any account: give its service principal ${conditions}, `
      + 'or another account could make SageMaker use it');
  }
}

/** Finds the resource of a role. Wrappers such as `LazyRole` and the result of `withoutPolicyUpdates` pass on its ARN, which refers to it. */
function resourceOf({ roleArn }: iam.IRole): CfnResource | undefined {
  // An ARN may end with the role's name, as with `Role.fromRoleName`, but not with a part of the name.
  if (!/(^|\/)\$\{Token\[[^\]]*\]\}$/.test(roleArn)) { return undefined; }
  const token = Tokenization.reverseString(roleArn).tokens.pop();
  const target = Reference.isReference(token) ? token.target : undefined;
  return CfnResource.isCfnResource(target) && target.cfnResourceType === 'AWS::IAM::Role' ? target : undefined;
}

interface JudgedStatement {
  /** Whether the statement applies when SageMaker assumes the role. */
  readonly applies: Verdict;
  /** Whether the statement applies for some accounts only. */
  readonly isRestricted: boolean;
  /** The parts of the statement that make `applies` undefined. */
  readonly unclear: string[];
  readonly text: string;
}

class TrustPolicy {
  /** Statements that may let SageMaker assume the role, including those whose conditions never match. */
  public readonly granting: JudgedStatement[];
  /** Statements that may forbid it. */
  public readonly denying: JudgedStatement[];

  private readonly stack: Stack;
  private readonly account: string;
  /** The components of the ARNs of resources, except for the last one. */
  private readonly arn: string[];

  constructor(role: iam.IRole, scope: Construct, private readonly use: RoleUse) {
    const resource = resourceOf(role);
    this.stack = Stack.of(resource ?? role);
    const { account, region } = Stack.of(scope);
    this.account = withoutReferences(account);
    this.arn = ['arn', withoutReferences(partitionOf(region)), 'sagemaker', withoutReferences(region), this.account];
    const document = this.stack.resolve(resource ? propertiesOf(resource).AssumeRolePolicyDocument : (role as iam.Role).assumeRolePolicy);
    const concerned = statementsIn(document).filter(({ statement }) => concernsSageMaker(statement).every(([, verdict]) => verdict !== false));
    const judge = (isDenying: boolean) => concerned.filter(({ statement }) => (statement.Effect === 'Deny') === isDenying).map(each => this.judge(each));
    this.granting = judge(false);
    this.denying = judge(true);
  }

  private judge({ statement, isOptional }: OptionalStatement): JudgedStatement {
    const isUnreadable = intrinsicOf(statement.Condition) !== undefined;
    const conditions = isUnreadable ? [] : Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) => Object.entries(keys)
      .map(([key, values]) => ({ operator, key, values: [values].flat().map(value => this.textOf(value)) })));
    const parts: [string, Verdict][] = [
      ['a condition of the template', isOptional && statement.Effect === 'Deny' ? undefined : true],
      ...concernsSageMaker(statement),
      ['Condition', isUnreadable ? undefined : true],
      ...conditions.map(({ operator, key, values }): [string, Verdict] => [key, this.holds(operator, key.toLowerCase(), values)]),
    ];
    return {
      applies: all(parts.map(([, verdict]) => verdict)),
      isRestricted: isUnreadable || conditions.some(({ operator, key, values }) => !/Not|Null/.test(operator) && values.every(value => restricts(key.toLowerCase(), value))),
      unclear: parts.filter(([, verdict]) => verdict === undefined).map(([name]) => name),
      text: JSON.stringify(readableValue(statement)),
    };
  }

  /** Makes a value readable, with the environment of the role's stack. Any other reference is replaced by a mark. */
  private textOf(value: unknown): string {
    const { account, region } = this.stack;
    const known: Record<string, unknown> = { 'AWS::AccountId': account, 'AWS::Region': region, 'AWS::Partition': partitionOf(region) };
    const text = readableValue(value);
    if (!['string', 'number', 'boolean'].includes(typeof text)) { return REFERENCE; }
    return withoutReferences(String(text).replace(/\$\{([^}]*)\}/g, (reference, name) => typeof known[name] === 'string' ? withoutReferences(known[name]) : reference));
  }

  /** Whether a condition holds when SageMaker assumes the role. */
  private holds(operator: string, key: string, values: string[]): Verdict {
    const [, comparison] = /^(?:For(?:AllValues|AnyValue):)?(.*?)(?:IfExists)?$/.exec(operator)!;
    // Whether the account belongs to an organization is unknown at synthesis.
    if (ORGANIZATION_KEYS.includes(key)) { return 'token'; }
    if (!SOURCE_KEYS.includes(key)) { return undefined; }
    if (comparison === 'Null') { return values[0] === 'false' || (values[0] === REFERENCE ? 'token' : undefined); }
    const [, negation, kind] = /^(?:String|Arn)(Not)?(Equals|EqualsIgnoreCase|Like)$/.exec(comparison) ?? [];
    if (kind === undefined) { return undefined; }
    const isPattern = kind === 'Like' || comparison.startsWith('Arn');
    const compared = kind === 'EqualsIgnoreCase' ? values.map(value => value.toLowerCase()) : values;
    const isOneOf = any(compared.map(value => key === 'aws:sourceaccount' ? compare(this.account, value, isPattern) : this.matchesArn(value, isPattern)));
    return negation ? not(isOneOf) : isOneOf;
  }

  /** Whether the ARNs of all resources match a value. If only some may match, this is like a token: the names of the resources are not compared. */
  private matchesArn(value: string, isPattern: boolean): Verdict {
    const [resource, ...components] = [value.split(':').slice(5).join(':'), ...value.split(':').slice(0, 5)];
    if (components.length < 5 || resource === '') {
      if (value.includes(REFERENCE)) { return 'token'; }
      return isPattern && value.includes('*') ? (value === '*' || undefined) : false;
    }
    const mayBe = (type: string) => {
      const [beginning] = resource.split(isPattern ? WILDCARD_OR_REFERENCE : REFERENCE);
      return `${type}/`.startsWith(beginning) ? beginning !== resource : beginning.startsWith(`${type}/`);
    };
    const matchesAll = ['*', `${this.use.resourceType}*`, `${this.use.resourceType}/*`].includes(resource);
    const other = this.use.otherTypes.some(mayBe) ? undefined : false;
    // Names of resources contain no wildcards.
    const isName = isPattern || !/[*?]/.test(resource);
    return all([
      ...components.map((component, i) => compare(this.arn[i], component, isPattern)),
      isName && (mayBe(this.use.resourceType) ? (matchesAll || 'token') : other),
    ]);
  }
}

/** Stands for a reference in a text. It is no character of an ARN. */
const REFERENCE = '$';
const WILDCARD_OR_REFERENCE = /[*?$]/;
const SOURCE_KEYS = ['aws:sourceaccount', 'aws:sourcearn'];
const ORGANIZATION_KEYS = ['aws:sourceorgid', 'aws:sourceorgpaths'];

/** The partition of a Region. `Stack.partition` is a token even if the Region is known. */
function partitionOf(region: string): string | undefined {
  return Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition;
}

function withoutReferences(text: unknown): string {
  return typeof text === 'string' && !Token.isUnresolved(text) ? text.replace(/\$\{[^}]*\}/g, REFERENCE) : REFERENCE;
}

/** Whether a part of the request matches a value of a condition. */
function compare(own: string, value: string, isPattern: boolean): Verdict {
  if (isPattern && value === '*') { return true; }
  if (own.includes(REFERENCE) || value.includes(REFERENCE)) { return 'token'; }
  return isPattern ? matchesPattern(value, own) : value === own;
}

/** Whether a value of a condition names one account or organization. */
function restricts(key: string, value: string): boolean {
  if (key !== 'aws:sourcearn') { return [...SOURCE_KEYS, ...ORGANIZATION_KEYS].includes(key) && !/[*?]/.test(value); }
  const [, , , , account, ...resource] = value.split(':');
  return resource.length > 0 ? !/[*?]/.test(account) : value.includes(REFERENCE);
}

/** Whether the principals and actions of a statement include SageMaker and assuming a role. */
function concernsSageMaker({ Principal, NotPrincipal, Action, NotAction, Effect }: Statement): [string, Verdict][] {
  const named = any([Action ?? NotAction].flat().map(pattern => typeof pattern === 'string' ? matchesAction(pattern, 'sts:AssumeRole') : undefined));
  return [
    ['Effect', typeof Effect === 'string' || undefined],
    ['Principal', NotPrincipal === undefined ? isSageMaker(Principal) : undefined],
    ['Action', Action === undefined ? not(named) : named],
  ];
}

function isSageMaker(principal: any): Verdict {
  if (principal === '*' || intrinsicOf(principal)) { return undefined; }
  const services = [principal?.Service ?? []].flat().map((value): Verdict => {
    const name = readableValue(value);
    if (typeof name !== 'string') { return undefined; }
    if ([...serviceDomains(), '${AWS::URLSuffix}'].some(domain => name === `sagemaker.${domain}`)) { return true; }
    // AWS does not document whether the name of SageMaker in a Region works.
    return /^sagemaker\.[a-z0-9-]+\.amazonaws\./.test(name) || name.includes('${') ? undefined : false;
  });
  return any([...services, [principal?.AWS].flat().includes('*') ? undefined : false]);
}

interface OptionalStatement {
  readonly statement: Statement;
  /** Whether a condition of the template decides whether the policy contains it. */
  readonly isOptional: boolean;
}

/** Lists the statements of a resolved policy. A part that cannot be read is a statement of which everything is unknown. */
function statementsIn(document: any): OptionalStatement[] {
  const documents = choicesOf(document);
  return documents.flatMap(choice => intrinsicOf(choice) ? [choice] : [choice?.Statement ?? []].flat()).flatMap(member => {
    const choices = choicesOf(member);
    return choices.flat().filter(choice => choice !== undefined).map(choice => ({
      statement: intrinsicOf(choice) ? { Principal: choice, Action: choice, Condition: choice } : choice,
      isOptional: documents.length > 1 || choices.length > 1,
    }));
  });
}

/** Renders the properties of a resource, including overrides. */
function propertiesOf(resource: CfnResource): any {
  const rendered = resource.stack.resolve((resource as unknown as { _toCloudFormation(): object })._toCloudFormation());
  return Object.values<any>(rendered.Resources)[0]?.Properties ?? {};
}
