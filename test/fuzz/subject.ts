import type { Construct } from 'constructs';
import * as fc from 'fast-check';
import { worstOf, type Value, type Values, type Verdict } from './values';
import type { World } from './world';

/** Something public that takes props, or arguments by name. */
export interface Subject<P extends object = any> {
  readonly name: string;
  /** Props that are right. */
  readonly base: (world: World, scope: Construct) => P;
  /** What is tried for each prop; a prop that is forgotten does not compile. */
  readonly values: { readonly [K in keyof Required<P>]: Values };
  /** Make it with these props, and use it, so that it leaves in the template, or throws, what is to be judged. */
  readonly make: (world: World, scope: Construct, props: P) => void;
  /** What an error may call a prop, apart from its own name. */
  readonly calls?: { readonly [K in keyof P]?: RegExp };
  /** How many cases one synthesis is shared by, at most. */
  readonly share?: number;
  /** Its part of all cases. */
  readonly weight: number;
}

export const subject = <P extends object>(of: Subject<P>): Subject => of;

/** A subject with some props that are not the right ones. */
export class Case {
  constructor(public readonly of: Subject, private readonly changes: readonly (readonly [string, Value])[]) {}

  public props(world: World, scope: Construct): any {
    return { ...this.of.base(world, scope), ...Object.fromEntries(this.changes.map(([prop, value]) => [prop, value.make(world)])) };
  }

  public verdictWhen(isKnown: boolean): Verdict {
    return worstOf(this.changes.map(([, value]) => value.verdictWhen(isKnown)));
  }

  /** Whether a message says which prop is wrong. */
  public isNamedIn(message: string): boolean {
    return this.changes.filter(([, value]) => value.verdictWhen(true) !== 'good').some(([prop, value]) =>
      new RegExp(`(?<![\\w-])${prop}(?![\\w-])`).test(message) || this.of.calls?.[prop]?.test(message) || value.isRefusedBy(message));
  }

  public toString(): string {
    return `${this.of.name} with ${this.changes.map(([prop, value]) => `${prop}: ${value} (${value.verdict})`).join(', ') || 'nothing changed'}`;
  }
}

/** Up to three props of a subject are changed. */
export function cases(of: Subject): fc.Arbitrary<Case> {
  return fc.uniqueArray(fc.constantFrom(...Object.keys(of.values)), { minLength: 1, maxLength: 3 })
    .chain(props => fc.tuple(...props.map(prop => of.values[prop].map(value => [prop, value] as const))))
    .map(changes => new Case(of, changes));
}
