import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NeoValidationError, shown } from './errors';
import { isRecord } from './records';

/**
 * What a prop takes, for callers without types: without this, their mistakes end in a TypeError somewhere inside of the library or of CDK.
 */
export interface PropType<IsOptional extends boolean = boolean> {
  /** For messages: `a text`. */
  readonly words: string;
  readonly isOptional: IsOptional;
  /** Where in a value something is wrong, the value itself or a part of it; undefined when all is right. */
  readonly fault: (value: unknown) => Fault | undefined;
}

interface Fault {
  /** Path below the prop, such as `[1].name`. */
  readonly path: string;
  readonly words: string;
  readonly value: unknown;
}

/** The types of all members of a struct: one that is forgotten does not compile. */
export type PropTypes<P> = { readonly [K in keyof P]-?: PropType<undefined extends P[K] ? true : false> };

/**
 * Fails when a prop is missing or of the wrong type. An unresolved token may be any text, number, list or map.
 *
 * @param what the props themselves, for messages
 */
export function requireTypes<P>(scope: IConstruct | undefined, props: P, types: PropTypes<P>, what = 'props'): void {
  const fault = faultInStruct(props, what, types);
  if (fault) { throw new NeoValidationError(faultMessage(fault.path.replace(/^\./, '') || what, fault), scope); }
}

/** Fails when an argument is of the wrong type. */
export function requireType(scope: IConstruct | undefined, name: string, value: unknown, of: PropType): void {
  const fault = faultIn(value, of);
  if (fault) { throw new NeoValidationError(faultMessage(`${name}${fault.path}`, fault), scope); }
}

function faultMessage(name: string, { words, value }: Fault): string {
  return value === undefined ? `${name} must be given; got: undefined` : `${name} has the wrong type: it must be ${words}; got: ${shown(value)}`;
}

export const TEXT = type('a text', value => typeof value === 'string' || Token.isUnresolved(value));
export const NUMBER = type('a number', value => typeof value === 'number' || Token.isUnresolved(value));
/** Decided upon at synthesis: a token would always count as true. */
export const BOOLEAN = type('true or false, known at synthesis', value => typeof value === 'boolean');
/** Judged elsewhere, with a message that says more. */
export const ANYTHING = type('anything', () => true);
export const DURATION = having('a Duration, such as Duration.minutes(15)', 'toSeconds', 'isUnresolved');

/**
 * An object with these members. Not of a class: it may come from another copy of the library that has it.
 */
export function having(words: string, ...members: string[]): PropType<false> {
  return type(words, value => typeof value === 'object' && value !== null && members.every(member => member in value));
}

export function listOf(item: PropType<false>): PropType<false> {
  const words = `a list, of which each is ${item.words}`;
  return {
    words,
    isOptional: false,
    fault: value => {
      if (Token.isUnresolved(value)) { return undefined; }
      if (!Array.isArray(value)) { return { path: '', words, value }; }
      // By index, as forEach and its kind pass over holes.
      for (let i = 0; i < value.length; i++) {
        const fault = faultIn(value[i], item);
        if (fault) { return below(`[${i}]`, fault); }
      }
      return undefined;
    },
  };
}

export function mapOf(item: PropType<false>): PropType<false> {
  const words = `a map, in which each is ${item.words}`;
  return {
    words,
    isOptional: false,
    fault: value => {
      if (Token.isUnresolved(value)) { return undefined; }
      if (!isRecord(value)) { return { path: '', words, value }; }
      for (const [name, entry] of Object.entries(value)) {
        const fault = faultIn(entry, item);
        if (fault) { return below(/^\w+$/.test(name) ? `.${name}` : `[${shown(name)}]`, fault); }
      }
      return undefined;
    },
  };
}

export function structOf<P>(words: string, members: PropTypes<P>): PropType<false> {
  return { words, isOptional: false, fault: value => faultInStruct(value, words, members) };
}

export function optional(of: PropType<false>): PropType<true> {
  return { ...of, isOptional: true };
}

function type(words: string, accepts: (value: unknown) => boolean): PropType<false> {
  return { words, isOptional: false, fault: value => accepts(value) ? undefined : { path: '', words, value } };
}

function faultIn(value: unknown, of: PropType): Fault | undefined {
  return value === undefined && of.isOptional ? undefined : of.fault(value);
}

function faultInStruct<P>(value: unknown, words: string, members: PropTypes<P>): Fault | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) { return { path: '', words, value }; }
  for (const name in members) {
    const fault = faultIn((value as any)[name], members[name]);
    if (fault) { return below(`.${name}`, fault); }
  }
  return undefined;
}

const below = (path: string, fault: Fault): Fault => ({ ...fault, path: `${path}${fault.path}` });
