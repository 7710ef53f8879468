import { CfnResource, Reference, Stack, Token, Tokenization, type IResolvable } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** An intrinsic function of CloudFormation, such as `Ref` or `Fn::Join`, with its argument. */
export interface Intrinsic {
  readonly name: string;
  readonly argument: any;
}

/**
 * Reads a resolved value as an intrinsic function: an object whose only member is `Ref` or `Fn::…`.
 *
 * @returns undefined for any other value
 */
export function intrinsicOf(value: unknown): Intrinsic | undefined {
  const names = value && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
  return names.length === 1 && /^(Ref|Fn::.*)$/.test(names[0]) ? { name: names[0], argument: (value as any)[names[0]] } : undefined;
}

/** Lists the logical IDs and parameters that an intrinsic function itself names, without those in nested functions. */
export function referencesOf({ name, argument }: Intrinsic): string[] {
  switch (name) {
    case 'Ref': return [argument];
    case 'Fn::GetAtt': return [String([argument].flat()[0]).split('.')[0]];
    case 'Fn::Sub': return [...JSON.stringify(argument).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id);
    default: return [];
  }
}

/** Lists the logical IDs and parameters that a resolved value names, at any depth. */
export function referencesIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') { return []; }
  const call = intrinsicOf(value);
  return [...call ? referencesOf(call) : [], ...Object.values(value).flatMap(referencesIn)];
}

/** Lists the values that `Fn::If` may choose from, at any depth. Undefined stands for an absent value, such as `AWS::NoValue`. */
export function choicesOf(value: any): any[] {
  const call = intrinsicOf(value);
  if (call?.name === 'Fn::If' && Array.isArray(call.argument)) { return call.argument.slice(1).flatMap(choicesOf); }
  return [value === null || value?.Ref === 'AWS::NoValue' ? undefined : value];
}

/** Lists the members of a list that may be a token or an `Fn::If`. A list that is unknown at synthesis has none. */
export function membersOf(stack: Stack, list: unknown): any[] {
  return choicesOf(stack.resolve(list)).filter(choice => Array.isArray(choice)).flat();
}

/**
 * Makes a resolved value readable. References are written as in Fn::Sub, and parts that cannot be written in a string are written as JSON.
 */
export function readableValue(value: any): any {
  if (Array.isArray(value)) { return value.map(readableValue); }
  if (typeof value !== 'object' || value === null) { return value; }
  const { name, argument } = intrinsicOf(value) ?? {};
  switch (name) {
    case 'Ref': return `\${${argument}}`;
    case 'Fn::GetAtt': return `\${${[argument].flat().map(readableText).join('.')}}`;
    case 'Fn::ImportValue': return `\${${readableText(argument)}}`;
    case 'Fn::GetStackOutput': return `\${${readableText(argument?.OutputName ?? argument)}}`;
    case 'Fn::Join': if (Array.isArray(argument?.[1])) { return argument[1].map(readableText).join(argument[0]); } break;
    case 'Fn::Sub': return substituted(argument);
  }
  return Object.fromEntries(Object.entries(value).map(([member, child]) => [member, readableValue(child)]));
}

function readableText(value: unknown): string {
  const text = readableValue(value);
  return typeof text === 'object' ? JSON.stringify(text) : String(text);
}

/** Replaces the variables that an Fn::Sub defines itself. All others are references, which need no replacement. */
function substituted(argument: unknown): string {
  const [template, variables = {}] = [argument].flat() as [string, Record<string, unknown>?];
  return template.replace(/\$\{([^!}][^}]*)\}/g, (reference, name) => name in variables ? readableText(variables[name]) : reference);
}

/** Lists the tokens of a value: several of a string, and none of a value that is no token. */
export function tokensIn(value: unknown): IResolvable[] {
  // `isUnresolved` is slow for numbers. No token is an integer.
  if (Number.isSafeInteger(value) || !Token.isUnresolved(value)) { return []; }
  return typeof value === 'string' ? Tokenization.reverseString(value).tokens : [Tokenization.reverse(value)!];
}

/** A resolved policy statement. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: any;
  readonly NotPrincipal?: any;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Renders policy statements as JSON that a user can copy, with references written as `${LogicalId}`, as in Fn::Sub.
 */
export function readable(scope: IConstruct, ...statements: iam.PolicyStatement[]): string {
  const resolved = Stack.of(scope).resolve(statements.map(statement => statement.toStatementJson()));
  return JSON.stringify(readableValue(resolved.length === 1 ? resolved[0] : resolved));
}

/**
 * Returns a value as JSON, as the template of a stack contains it. It is undefined for an attribute of a resource in a stack that this one does not
 * refer to, because the logical IDs of two stacks may be equal.
 */
export function renderedIn(stack: Stack, value: unknown): string | undefined {
  const rendered = JSON.stringify(stack.resolve(value));
  const token = typeof value === 'string' && Token.isUnresolved(value) ? Tokenization.reverse(value, { failConcat: false }) : value;
  const owner = Reference.isReference(token) ? Stack.of(token.target) : stack;
  const isForeign = owner !== stack && rendered === JSON.stringify(owner.resolve(value));
  return isForeign ? undefined : rendered;
}

/**
 * Whether two values are the same in the template of a stack.
 */
export function areSame(stack: Stack, one: unknown, other: unknown): boolean {
  const rendered = renderedIn(stack, one);
  return rendered !== undefined && rendered === renderedIn(stack, other);
}

/** Returns all resources in a part of an app. */
export function resourcesOf(scope: IConstruct): CfnResource[] {
  return scope.node.findAll().filter(construct => CfnResource.isCfnResource(construct));
}

/** Returns the resources in the template of a stack, without those of its nested stacks, by logical ID. */
export function resourcesById(stack: Stack): Map<string, CfnResource> {
  const own = resourcesOf(stack).filter(resource => resource.stack === stack);
  // One call that resolves all is faster than a call for each.
  const ids: string[] = stack.resolve(own.map(({ logicalId }) => logicalId));
  return new Map(own.map((resource, index) => [ids[index], resource]));
}

/**
 * Whether resources of a stack refer to another stack. It must be called before CDK replaces such references.
 */
export function refersTo(from: Stack, to: Stack): boolean {
  const [own, other] = [resourcesById(from), resourcesById(to)];
  return [...own.values()].some(resource => {
    const { cfnProperties } = resource as unknown as { cfnProperties: unknown };
    return referencesIn(from.resolve(cfnProperties)).some(id => !own.has(id) && other.has(id));
  });
}
