import { Aws, Duration, Fn, Lazy, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import type { World } from './world';

/** What must become of a value: it is taken, it is refused by an error that names the prop, or either. */
export type Verdict = 'good' | 'bad' | 'any';

interface ValueOptions {
  /** What must become of it where account and Region are known. */
  readonly whenKnown?: Verdict;
  /** What CDK itself says when it is made. */
  readonly refusal?: RegExp;
}

/** A value for a prop, made only when there is an app for it, as constructs and tokens belong to one. */
export class Value {
  constructor(
    public readonly verdict: Verdict, public readonly shown: string, public readonly make: (world: World) => any,
    private readonly options: ValueOptions = {},
  ) {}

  public verdictWhen(isKnown: boolean): Verdict { return isKnown ? this.options.whenKnown ?? this.verdict : this.verdict; }

  public isRefusedBy(message: string): boolean { return this.options.refusal?.test(message) ?? false; }

  /** Something made of it, as right or wrong as it is. */
  public map(show: (shown: string) => string, convert: (made: any, world: World) => unknown): Value {
    return new Value(this.verdict, show(this.shown), world => convert(this.make(world), world), this.options);
  }

  public as(verdict: Verdict): Value { return new Value(verdict, this.shown, this.make, { ...this.options, whenKnown: undefined }); }

  public toString() { return this.shown; }
}

export type Values = fc.Arbitrary<Value>;

type Made = [shown: string, make: (world: World) => unknown];

const made = (verdict: Verdict, ...values: Made[]): Values => fc.constantFrom(...values).map(([shown, make]) => new Value(verdict, shown, make));
export const good = (...values: Made[]): Values => made('good', ...values);
export const bad = (...values: Made[]): Values => made('bad', ...values);
export const any = (...values: Made[]): Values => made('any', ...values);
/** Of another Region or account: wrong where that is known at synthesis. */
export const elsewhere = (...values: Made[]): Values => made('any', ...values).map(({ shown, make }) => new Value('any', shown, make, { whenKnown: 'bad' }));

/** A value that is what it says. */
export function literal(verdict: Verdict, value: unknown): Value {
  const shown = fc.stringify(value);
  return new Value(verdict, shown.length > 200 ? `${shown.slice(0, 100)}… (${shown.length} characters)` : shown, () => value);
}

/** One of several, the first ones most likely. */
export const oneOf = (...values: Values[]): Values => fc.oneof(...values.map((arbitrary, index) => ({ arbitrary, weight: index === 0 ? 3 : 2 })));

/** A prop that may be left out. */
export const optional = (...values: Values[]): Values => oneOf(...values, good(['undefined', () => undefined]));
/** A prop that may not. */
export const required = (...values: Values[]): Values => oneOf(...values, bad(['undefined', () => undefined]));

class Foreign { public readonly label = 'foreign'; }

const circular: any = {};
circular.self = circular;

/** What a caller without types may pass, by what it is. */
const STRANGE: [kind: string, value: unknown][] = [
  ['null', null], ['boolean', true], ['boolean', false], ['number', 0], ['number', 42], ['number', NaN], ['string', 'text'], ['string', ''], ['bigint', 5n],
  ['symbol', Symbol('s')], ['function', () => 1], ['array', []], ['array', [undefined]], ['array', ['a', undefined]], ['array', [[]]], ['object', {}],
  ['object', { name: undefined }], ['object', Object.create(null)], ['other', new Date(0)], ['other', new Map([['a', 1]])], ['object', new Foreign()], ['other', circular],
  ['other', /x/], ['other', Buffer.from('b')],
];

/** Values of any type but those. */
export const notOf = (...kinds: string[]): Values => fc.constantFrom(...STRANGE.filter(([kind]) => !kinds.includes(kind))).map(([, value]) => literal('bad', value));
/** Values of whatever type. */
export const strange: Values = fc.constantFrom(...STRANGE).map(([, value]) => literal('any', value));

const HOSTILE_TEXTS = [
  '', ' ', 'a b', '\u0000', 'a\u0007b', '\n', 'a\nb', 'a\r\n', '\t', '\u0085', '\u2028', '\ufeff', '\ud800', 'é', 'naïve', '模型', '🦄', 'e\u0301', '\u202ertl', "'", "it's", '"', '\\', '`',
  '${x}', '${AWS::Region}', '{{resolve:secretsmanager:x}}', '{% $x %}', '{%', '%}', '$.x', '$$.Execution.Id', '$', '%', '*', '?', '[', '{', '<script>', '&amp;', '..', '../..', '/', '//', 'a/', '/a', 'a//b', '-', '-a',
  'a-', '0', '-1', '1e3', 'null', 'true', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a'.repeat(64), 'a'.repeat(257), 'a'.repeat(1_025), 'a'.repeat(20_000), '模'.repeat(400),
];

const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
);

/** Texts, each judged. Those after are tried as well: what is nearly right, and what is right. */
export const texts = (judge: (text: string) => Verdict, ...near: fc.Arbitrary<string>[]): Values =>
  fc.oneof(...near.map(arbitrary => ({ arbitrary, weight: 2 })), { arbitrary: anyText, weight: 3 }).map(text => literal(judge(text), text));

/** By a regular expression for the whole text, as AWS documents it. */
export const matching = (pattern: RegExp, ...near: fc.Arbitrary<string>[]): Values =>
  texts(text => pattern.test(text) ? 'good' : 'bad', fc.stringMatching(pattern, { maxLength: 80 }), ...near);

const TEXT_TOKENS: Made[] = [
  ['Lazy.string', () => Lazy.string({ produce: () => Aws.STACK_NAME })],
  ['CfnParameter', world => world.parameter('String').valueAsString],
  ['Aws.REGION', () => Aws.REGION],
  ['Fn.join', () => Fn.join('-', ['a', Aws.STACK_NAME])],
  ['Fn.importValue', () => Fn.importValue('elsewhere')],
  ['a text with a token in it', () => `a${Aws.REGION}b`],
  ['Fn.select(split)', () => Fn.select(1, Fn.split('-', Aws.REGION))],
];

export const textTokens = (verdict: Verdict = 'good'): Values => made(verdict, ...TEXT_TOKENS);

const NUMBERS = [
  0, -0, 1, 2, 3, 16, 17, 100, -1, -100, 0.5, 1.5, 99.9, NaN, Infinity, -Infinity,
  2 ** 31, 2 ** 31 - 1, 2 ** 53, -(2 ** 53), 1e-9, 1e21, 1e308, Number.MIN_VALUE,
];

/** Numbers, each judged; those from 0 to 20,000 are tried most. */
export const numbers = (judge: (number: number) => Verdict): Values =>
  fc.oneof(fc.constantFrom(...NUMBERS), fc.integer({ min: 0, max: 200 }), fc.integer({ min: -5, max: 20_000 }), fc.double())
    .map(number => literal(judge(number), number));

export const wholeNumbers = (least: number, most: number): Values =>
  numbers(number => Number.isInteger(number) && number >= least && number <= most ? 'good' : 'bad');

export const numberTokens = (verdict: Verdict = 'good'): Values => made(verdict,
  ['Lazy.number', () => Lazy.number({ produce: () => 7 })],
  ['a number CfnParameter', world => world.parameter('Number').valueAsNumber],
  ['Token.asNumber', () => Token.asNumber({ Ref: 'AWS::NoValue' })],
);

const notDurations = notOf();

/**
 * Durations, each judged by its seconds. `Duration` itself refuses negative ones, before anyone can pass them.
 */
export const durations = (judge: (seconds: number) => Verdict): Values => fc.oneof(
  { weight: 4, arbitrary: durationsOf(judge) },
  { weight: 1, arbitrary: fc.constantFrom(new Value('good', 'Duration.seconds(token)', world => Duration.seconds(world.parameter('Number').valueAsNumber))) },
  // A conversion of what is not known.
  { weight: 1, arbitrary: fc.constantFrom(...(['minutes', 'hours', 'days', 'millis'] as const)).map(unit => new Value('any', `Duration.${unit}(token)`, () => Duration[unit](Lazy.number({ produce: () => 1 })))) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -1.5, -1e9, -Infinity).map(amount => new Value('bad', `Duration.seconds(${amount})`, () => Duration.seconds(amount), { refusal: /Duration amounts cannot be negative/ })) },
  { weight: 2, arbitrary: notDurations },
);

function durationsOf(judge: (seconds: number) => Verdict): Values {
  const units = { millis: 0.001, seconds: 1, minutes: 60, hours: 3_600, days: 86_400 };
  const amount = fc.oneof(
    fc.integer({ min: 0, max: 100 }), fc.constantFrom(0, 0.5, 1.5, 999, 1_500, 1e9, 1e300, NaN, Infinity), fc.integer({ min: 0, max: 5_000_000 }),
  );
  return fc.tuple(fc.constantFrom(...Object.keys(units) as (keyof typeof units)[]), amount)
    .map(([unit, number]) => new Value(judge(units[unit] * number), `Duration.${unit}(${number})`, () => Duration[unit](number)));
}

/** true, false, and what is neither. A token cannot be decided upon. */
export const booleans: Values = fc.oneof(
  { weight: 3, arbitrary: fc.boolean().map(value => literal('good', value)) },
  { weight: 1, arbitrary: notOf('boolean') },
  { weight: 1, arbitrary: bad(['a token', () => Lazy.any({ produce: () => true })]) },
);

/** Lists of values, with what else may be in a list. */
export function lists(item: Values, { least = 0, most = Infinity, reach = 20 }: { least?: number; most?: number; reach?: number } = {}): Values {
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.tuple(item, fc.integer({ min: 0, max: reach })).map(([one, size]) => Array.from({ length: size }, () => one)) },
  ).map(items => combined(
    items,
    `[${items.length > 5 ? `${items.length} times ${items[0]}` : items.join(', ')}]`,
    world => items.map(({ make }) => make(world)),
    items.length < least || items.length > most,
  ));
}

export const listTokens = (verdict: Verdict = 'good'): Values => made(verdict,
  ['a list CfnParameter', world => world.parameter('CommaDelimitedList').valueAsList],
  ['Fn.split', () => Fn.split(',', Aws.REGION)],
  ['Lazy.list', () => Lazy.list({ produce: () => ['lazy'] })],
);

/** Maps with texts as keys. */
export function maps(key: Values, value: Values, most = Infinity): Values {
  const entries = fc.oneof(
    { weight: 4, arbitrary: fc.uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([{ shown }]) => shown }) },
    // So that the limit is met.
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0, max: 60 }), value).map(([size, item]) => Array.from({ length: size }, (_, index): [Value, Value] => [literal('good', `k${index}`), item])) },
  );
  return entries.map(pairs => combined(
    pairs.flat(),
    `{${pairs.length > 5 ? `${pairs.length} entries` : pairs.map(([name, item]) => `${name}: ${item}`).join(', ')}}`,
    world => Object.fromEntries(pairs.map(([name, item]) => [name.make(world), item.make(world)])),
    pairs.length > most,
  ));
}

/** A struct that is right but for one or two members. */
export function structs<P extends object>(base: (world: World) => P, members: { readonly [K in keyof Required<P>]: Values }): Values {
  const names = Object.keys(members) as (keyof P & string)[];
  return fc.uniqueArray(fc.constantFrom(...names), { minLength: 0, maxLength: 2 })
    .chain(chosen => fc.tuple(...chosen.map(name => members[name].map(value => [name, value] as const))))
    .map(changes => combined(
      changes.map(([, value]) => value),
      `{…, ${changes.map(([name, value]) => `${name}: ${value}`).join(', ')}}`,
      world => ({ ...base(world), ...Object.fromEntries(changes.map(([name, value]) => [name, value.make(world)])) }),
    ));
}

/** As bad as the worst of its parts. */
function combined(parts: Value[], shown: string, make: (world: World) => any, isBad = false): Value {
  const worst = (isKnown: boolean) => isBad ? 'bad' : worstOf(parts.map(part => part.verdictWhen(isKnown)));
  return new Value(worst(false), shown, make, { whenKnown: worst(true) });
}

export function worstOf(verdicts: Verdict[]): Verdict {
  return (['bad', 'any'] as const).find(verdict => verdicts.includes(verdict)) ?? 'good';
}
