import { Token, Tokenization } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { formatValue, NeoValidationError } from './errors';

/*
 * Types of props, for callers without a compiler. Without these checks, their mistakes would cause a TypeError inside this library or CDK, or be
 * ignored.
 */

export interface PropType<IsOptional extends boolean = boolean> {
  /** The type in messages, such as `a string`. */
  readonly description: string;
  readonly isOptional: IsOptional;
  /** Whether a list or map of such values may be a token. CloudFormation cannot return objects of classes. */
  readonly isPrimitive?: boolean;
  /** Returns the error in a value or a part of it, undefined if there is none. */
  readonly typeError: (value: unknown) => TypeMismatch | undefined;
}

export interface TypeMismatch {
  /** Path below the prop, such as `[1].name`. */
  readonly path: string;
  readonly value: unknown;
  /** The type that is expected, or, for an unknown prop, what to do instead. */
  readonly fix: string;
  readonly isUnknown?: boolean;
  /** Whether the value is a token, although this library must know it. */
  readonly isToken?: boolean;
}

/** The types of all members of a struct. A missing member is a compile error. */
export type PropTypes<P> = { readonly [K in keyof P]-?: PropType<undefined extends P[K] ? true : false> };

/**
 * Fails if a prop is missing, of the wrong type or unknown. An unresolved token passes for a string, for a number, and for an array or map of these.
 *
 * @param description the name of the props in messages
 * @param isOpen see `structOf`
 */
export function requireTypes<P>(scope: IConstruct | undefined, props: P, types: PropTypes<P>, description = 'props', isOpen = false): void {
  const mismatch = structOf('', types, isOpen).typeError(props);
  if (!mismatch) { return; }
  const { path, fix } = mismatch;
  throw typeErrorAt(scope, path.replace(/^\./, '') || description, { ...mismatch, fix: fix || `an object such as { ${exampleMembers(types).join(', ')} }` });
}

/** Fails if an argument is of the wrong type. */
export function requireType(scope: IConstruct | undefined, name: string, value: unknown, of: PropType): void {
  const mismatch = typeErrorOf(value, of);
  if (mismatch) { throw typeErrorAt(scope, `${name}${mismatch.path}`, mismatch); }
}

/** The members that must be given, or otherwise the first one. */
function exampleMembers<P>(types: PropTypes<P>): string[] {
  const members = Object.keys(types);
  const required = members.filter(name => !types[name as keyof P].isOptional);
  return required.length > 0 ? required : members.slice(0, 1);
}

function typeErrorAt(scope: IConstruct | undefined, name: string, { value, fix, isUnknown, isToken }: TypeMismatch): NeoValidationError {
  if (isToken) { return new NeoValidationError(`${name} must be ${fix} that is known at synthesis; got: a token`, scope); }
  if (isUnknown) { return new NeoValidationError(`${name} is not a prop: ${fix}; got: ${formatValue(value)}`, scope); }
  if (value === undefined) { return new NeoValidationError(`${name} must be given; got: undefined`, scope); }
  return new NeoValidationError(`${name} has the wrong type: it must be ${fix}; got: ${formatValue(value)}`, scope);
}

/** A string or a token, encoded as a string or as an object. */
export const STRING = { ...type('a string', value => typeof value === 'string' || isTokenObject(value)), isPrimitive: true };
/** A number or a token, in any encoding but a list. */
export const NUMBER = { ...type('a number', value => typeof value === 'number' || isTokenObject(value) || typeof value === 'string' && Token.isUnresolved(value)), isPrimitive: true };
/** A boolean, but not a token, because a token would always count as true. */
export const BOOLEAN = type('true or false, known at synthesis', value => typeof value === 'boolean');
/** Any value, for props that are checked elsewhere, with a more specific message. */
export const ANYTHING = type('anything', () => true);
export const DURATION = having('a Duration, such as Duration.minutes(15)', 'toSeconds', 'isUnresolved');

/**
 * An object with these members. Its class does not matter, because it may come from another copy of the library that defines it.
 */
export function having(description: string, ...members: string[]): PropType<false> {
  return type(description, value => typeof value === 'object' && value !== null && members.every(member => member in value));
}

/** An object with at least one of these members. */
export function havingOneOf(description: string, ...members: string[]): PropType<false> {
  return type(description, value => members.some(member => having(description, member).typeError(value) === undefined));
}

/** @param mayBeToken whether the list may be a token, because the template takes it whole */
export function listOf(item: PropType<false>, mayBeToken = item.isPrimitive): PropType<false> {
  const description = `an array, each item ${item.description}`;
  return {
    description,
    isOptional: false,
    typeError: value => {
      if (isTokenValue(value)) { return mayBeToken ? undefined : unresolved('an array', value); }
      if (!Array.isArray(value)) { return wrongType(description, value); }
      // The loop uses indexes, because `forEach` and similar methods skip holes.
      for (let i = 0; i < value.length; i++) {
        const mismatch = typeErrorOf(value[i], item);
        if (mismatch) { return below(`[${i}]`, mismatch); }
      }
      return undefined;
    },
  };
}

/** @param mayBeToken whether the map may be a token, because the template takes it whole */
export function mapOf(item: PropType<false>, mayBeToken = item.isPrimitive): PropType<false> {
  const description = `a map, each value ${item.description}`;
  return {
    description,
    isOptional: false,
    typeError: value => {
      if (isTokenValue(value)) { return mayBeToken ? undefined : unresolved('a map', value); }
      if (!isRecord(value)) { return wrongType(description, value); }
      for (const [name, entry] of Object.entries(value)) {
        const mismatch = typeErrorOf(entry, item);
        if (mismatch) { return below(memberPath(name), mismatch); }
      }
      return undefined;
    },
  };
}

/** Returns the path of a member of a map, such as `.a` or `["a b"]`. */
export function memberPath(name: string): string {
  return /^\w+$/.test(name) ? `.${name}` : `[${formatValue(name)}]`;
}

/**
 * A struct with these members.
 *
 * @param isOpen whether the struct may have further members, like that of a subclass; only obvious misspellings are then errors
 */
export function structOf<P>(description: string, members: PropTypes<P>, isOpen = false, isTolerant = isOpen): PropType<false> {
  return {
    description,
    isOptional: false,
    typeError: value => {
      if (typeof value !== 'object' || value === null) { return wrongType(description, value); }
      if (isTokenObject(value) || Array.isArray(value)) { return isTokenValue(value) ? unresolved('an object', value) : wrongType(description, value); }
      // A misspelled member is often missing as well: report the misspelling.
      const unknown = unknownMember(value, members, isOpen, isTolerant);
      if (unknown) { return unknown; }
      for (const name in members) {
        const mismatch = typeErrorOf((value as any)[name], members[name]);
        if (mismatch) { return below(`.${name}`, mismatch); }
      }
      return undefined;
    },
  };
}

/** A number or string that must not be a token. */
export function known(description: 'a number' | 'a string', of: PropType<false>): PropType<false> {
  return { ...of, typeError: value => isTokenValue(value) ? unresolved(description, value) : of.typeError(value) };
}

/**
 * A struct that CDK gets as it is. A newer aws-cdk-lib may have further members, so only names that are similar to those of these members are errors.
 */
export function cdkStructOf<P>(description: string, members: PropTypes<P>): PropType<false> {
  return structOf(description, members, true, false);
}

export function optional(of: PropType<false>): PropType<true> {
  return { ...of, isOptional: true };
}

/**
 * Whether a value is an object with keys and values, and not null, an array, a date or a buffer. The prototype does not matter, because jsii's
 * objects may have another.
 */
export function isRecord(value: unknown): value is { [name: string]: unknown } {
  return Object.prototype.toString.call(value) === '[object Object]';
}

export function wrongType(description: string, value: unknown): TypeMismatch {
  return { path: '', value, fix: description };
}

/** Whether a value is a token. Some constructs, such as parameters and stacks, would otherwise count as one. */
function isTokenValue(value: unknown): boolean {
  return Token.isUnresolved(value) && !Construct.isConstruct(value);
}

/** Whether a value is a token that is not encoded as a string, number or list. */
function isTokenObject(value: unknown): boolean {
  return Tokenization.isResolvable(value) && !Construct.isConstruct(value);
}

function unresolved(fix: string, value: unknown): TypeMismatch {
  return { path: '', value, fix, isToken: true };
}

function type(description: string, accepts: (value: unknown) => boolean): PropType<false> {
  return { description, isOptional: false, typeError: value => accepts(value) ? undefined : wrongType(description, value) };
}

function typeErrorOf(value: unknown, of: PropType): TypeMismatch | undefined {
  return value === undefined && of.isOptional ? undefined : of.typeError(value);
}

const below = (path: string, mismatch: TypeMismatch): TypeMismatch => ({ ...mismatch, path: `${path}${mismatch.path}` });

/** Returns an error for the first unknown member of a struct. */
function unknownMember(struct: object, members: object, isOpen: boolean, isTolerant: boolean): TypeMismatch | undefined {
  const others = Object.keys(struct).filter(name => !Object.hasOwn(members, name) && (struct as any)[name] !== undefined);
  if (others.length === 0) { return undefined; }
  const names = Object.keys(members);
  for (const name of others) {
    const right = nearest(name, names, isTolerant || !isLiteral(struct));
    if (right) { return { path: `.${name}`, value: (struct as any)[name], fix: `use ${right}`, isUnknown: true }; }
  }
  if (isOpen || !isLiteral(struct)) { return undefined; }
  const [name] = others;
  return { path: `.${name}`, value: (struct as any)[name], fix: `remove it, or use one of ${names.join(', ')}`, isUnknown: true };
}

/**
 * Whether an object is a literal. An instance of a class may have further members. The prototype's prototype decides, because jsii's objects come
 * from another realm.
 */
export function isLiteral(struct: object): boolean {
  const prototype = Object.getPrototypeOf(struct);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Returns the member that was probably meant, such as `compilerOptions` for `compiler_options` or `compilerOption`, or `maxRuntime` for
 * `maxRuntimeSeconds`, or `subnetGroupName` for `groupName`.
 */
export function nearest(name: string, members: string[], isCertain = false): string | undefined {
  const plain = (text: string) => text.replace(/[_-]/g, '').toLowerCase();
  const isPart = (member: string) => plain(name).startsWith(plain(member))
    || (name.length >= 4 && plain(member).startsWith(plain(name)))
    || (plain(member).endsWith(plain(name)) && name.length > member.length / 2);
  const limit = (member: string) => isCertain ? (member.length < 8 ? 0 : 1) : isPart(member) ? Infinity : Math.max(1, Math.floor(member.length / 3));
  const [best] = members
    .map(member => ({ member, distance: editDistance(plain(name), plain(member)) }))
    .filter(({ member, distance }) => distance <= limit(member))
    .sort((a, b) => a.distance - b.distance);
  return best?.member;
}

/** Counts the letters to insert, remove, replace or swap with a neighbor to get from one word to the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
        isSwap ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
  }
  return rows[a.length][b.length];
}

export interface SecondsLimits {
  readonly min: number;
  /** @default - the largest number that the API's type can hold */
  readonly max?: number;
  /** The limits in messages, such as `between 1 and 55 minutes`. */
  readonly description: string;
}

/** The API's `Integer` has 32 bits. */
const LARGEST = 2 ** 31 - 1;

/**
 * Converts a duration to whole seconds.
 *
 * @returns undefined for an unresolved duration
 */
export function wholeSeconds(scope: IConstruct, prop: string, duration: Duration, limits: SecondsLimits): number | undefined {
  const { min, max = LARGEST } = limits;
  if (duration.isUnresolved()) {
    requireSecondsUnit(scope, prop, duration);
    return undefined;
  }
  const value = duration.toSeconds({ integral: false });
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new NeoValidationError(`${prop} must be ${limits.description}, in whole seconds; got: ${duration.toHumanString()} (${value} seconds)`, scope);
  }
  return value;
}

/** The API counts in seconds, and the unit of a token cannot be converted. */
function requireSecondsUnit(scope: IConstruct, prop: string, duration: Duration): void {
  const unit = duration.unitLabel();
  if (unit !== 'seconds') {
    throw new NeoValidationError(`${prop} must be in seconds if it is a token: use Duration.seconds(...), because a token cannot be converted; got: ${unit}`, scope);
  }
}
