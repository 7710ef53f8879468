import * as vm from 'node:vm';
import { Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoValidationError, formatValue } from '../../src/util/errors';
import { BOOLEAN, DURATION, listOf, mapOf, NUMBER, optional, requireType, requireTypes, structOf, STRING, type PropTypes } from '../../src/util/prop-types';
import { BUCKET } from '../../src/util/resource-types';

interface Props {
  readonly name: string;
  readonly bucket: s3.IBucket;
  readonly size?: number;
  readonly names?: string[];
  readonly tags?: { [key: string]: string };
  readonly time?: Duration;
  readonly flag?: boolean;
  readonly inner?: { readonly value: string };
}

const TYPES: PropTypes<Props> = {
  name: STRING,
  bucket: BUCKET,
  size: optional(NUMBER),
  names: optional(listOf(STRING)),
  tags: optional(mapOf(STRING)),
  time: optional(DURATION),
  flag: optional(BOOLEAN),
  inner: optional(structOf<{ readonly value: string }>('an inner', { value: STRING })),
};

const bucket = new s3.Bucket(new Stack(), 'Bucket');
const check = (props: unknown) => () => requireTypes(undefined, props as Props, TYPES);

test('what is of the right type passes, tokens too', () => {
  expect(check({ name: 'a', bucket })).not.toThrow();
  expect(check({
    name: Lazy.string({ produce: () => 'a' }),
    bucket,
    size: Token.asNumber({ Ref: 'A' }),
    names: Token.asList({ Ref: 'A' }),
    tags: Lazy.any({ produce: () => ({}) }),
    time: Duration.seconds(Lazy.number({ produce: () => 1 })),
    flag: false,
    inner: { value: Lazy.any({ produce: () => 'a' }) },
  })).not.toThrow();
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'props must be given; got: undefined'],
  ['null', null, 'props has the wrong type: it must be an object such as { name, bucket }; got: null'],
  ['a missing prop', { name: 'a' }, 'bucket must be given; got: undefined'],
  ['null in place of a prop that may be left out', { name: 'a', bucket, size: null }, 'size has the wrong type: it must be a number; got: null'],
  ['a number in place of a text', { name: 5, bucket }, 'name has the wrong type: it must be a string; got: 5'],
  ['a class', { name: 'a', bucket: s3.Bucket }, 'bucket has the wrong type: it must be a bucket (s3.IBucket); got: class '],
  ['a hole in a list', { name: 'a', bucket, names: ['a', , 'c'] }, 'names[1] must be given; got: undefined'], // eslint-disable-line no-sparse-arrays
  ['a date as a map', { name: 'a', bucket, tags: new Date(0) }, 'tags has the wrong type: it must be a map, each value a string; got: "1970'],
  ['an entry of a map', { name: 'a', bucket, tags: { 'a b': 1 } }, 'tags["a b"] has the wrong type: it must be a string; got: 1'],
  ['an entry under a token', { name: 'a', bucket, tags: { [Lazy.string({ produce: () => 'a' })]: 1 } }, 'tags[a token] has the wrong type: it must be a string; got: 1'],
  ['a number of seconds', { name: 'a', bucket, time: 60 }, 'time has the wrong type: it must be a Duration, such as Duration.minutes(15); got: 60'],
  ['a token for a flag', { name: 'a', bucket, flag: Lazy.any({ produce: () => true }) }, 'flag has the wrong type: it must be true or false, known at synthesis; got: a token'],
  ['a list as a struct', { name: 'a', bucket, inner: [] }, 'inner has the wrong type: it must be an inner; got: []'],
  ['a part of a struct', { name: 'a', bucket, inner: {} }, 'inner.value must be given; got: undefined'],
])('fails: %s, and says where', (_, props, message) => {
  expect(check(props)).toThrow(NeoValidationError);
  expect(check(props)).toThrow(message);
});

interface Near { readonly target: string; readonly compilerOptions?: string; readonly maxConcurrentInstances?: number }
const NEAR: PropTypes<Near> = {
  target: STRING, compilerOptions: optional(STRING), maxConcurrentInstances: optional(NUMBER),
};
const near = (props: object, isOpen = false) => () => requireTypes(undefined, { target: 'a', ...props }, NEAR, 'props', isOpen);

test.each<[string, object, string]>([
  ['one letter too few', { maxConcurrentInstance: 4 }, 'maxConcurrentInstance is not a prop: use maxConcurrentInstances; got: 4'],
  ['two letters swapped', { compilerOptoins: 'a' }, 'compilerOptoins is not a prop: use compilerOptions; got: "a"'],
  ['the name in Python', { compiler_options: 'a' }, 'compiler_options is not a prop: use compilerOptions; got: "a"'],
  ['the name in the API', { CompilerOptions: 'a' }, 'CompilerOptions is not a prop: use compilerOptions; got: "a"'],
  ['half of a name', { options: 'a' }, 'options is not a prop: remove it, or use one of target, compilerOptions, maxConcurrentInstances; got: "a"'],
  ['the beginning of a name', { maxConc: 4 }, 'maxConc is not a prop: use maxConcurrentInstances; got: 4'],
  ['too little of a name', { max: 'a' }, 'max is not a prop: remove it'],
  ['a name that every object has', { constructor: 'a' }, 'constructor is not a prop: remove it'],
  ['a required prop, misspelled', { target: undefined, targets: 'a' }, 'targets is not a prop: use target; got: "a"'],
  ['null', { options: null }, 'options is not a prop: remove it, or use one of target, compilerOptions, maxConcurrentInstances; got: null'],
])('fails for a prop that does not exist: %s', (_, props, message) => {
  expect(near(props)).toThrow(message);
});

test('fails for a prop that does not exist, wherever it is', () => {
  const inner = structOf('an inner', NEAR);
  expect(() => requireType(undefined, 'items', [{ target: 'a' }, { target: 'a', compiler_options: 'b' }], listOf(inner)))
    .toThrow('items[1].compiler_options is not a prop: use compilerOptions; got: "b"');
  expect(() => requireType(undefined, 'items', { 'a b': { target: 'a', other: 1 } }, mapOf(inner))).toThrow('items["a b"].other is not a prop: remove it');
});

test('a prop that does not exist and is undefined passes, as nothing is lost', () => {
  expect(near({ options: undefined })).not.toThrow();
});

test.each<[string, () => void]>([
  ['a subclass', near({ comment: 'a', targets: ['a'] }, true)],
  ['an object with a class', () => requireTypes(undefined, new class { public readonly target = 'a'; public readonly cache = {}; }(), NEAR as any)],
])('%s may have members of its own', (_, pass) => {
  expect(pass).not.toThrow();
});

test('fails for what is certainly misspelled, even where others may add members', () => {
  expect(near({ compiler_options: 'a' }, true)).toThrow('compiler_options is not a prop: use compilerOptions');
  expect(near({ maxConcurrentInstance: 1 }, true)).toThrow('maxConcurrentInstance is not a prop: use maxConcurrentInstances');
});

test('the longer a name, the more of it may be wrong; where others may add members, one letter, and in names of eight letters at least', () => {
  expect(near({ concurrentInstances: 4 })).toThrow('concurrentInstances is not a prop: use maxConcurrentInstances');
  expect(near({ instances: 4 })).toThrow('instances is not a prop: remove it');
  const names: PropTypes<{ readonly timeout?: number; readonly platform?: number }> = { timeout: optional(NUMBER), platform: optional(NUMBER) };
  const open = (props: object) => () => requireTypes(undefined, props, names, 'props', true);
  expect(open({ platfrm: 1 })).toThrow('platfrm is not a prop: use platform');
  expect(open({ timeot: 1 })).not.toThrow();
});

test('objects of another realm, as jsii makes them, are structs', () => {
  expect(() => requireTypes(undefined, vm.runInNewContext('({ target: "a" })') as Near, NEAR)).not.toThrow();
  expect(() => requireTypes(undefined, vm.runInNewContext('({ target: "a", other: 1 })') as Near, NEAR)).toThrow('other is not a prop');
});

test('fails for an argument, by its name', () => {
  expect(() => requireType(undefined, 'models', ['a', 5], listOf(STRING))).toThrow('models[1] has the wrong type: it must be a string; got: 5');
});

test.each<[string, unknown, string]>([
  ['a construct', bucket, 'the construct Default/Bucket'],
  ['a string with a token', `a${Lazy.string({ produce: () => 'b' })}c`, 'a token'],
  ['an object with a token', { a: Lazy.string({ produce: () => 'b' }) }, '{"a":"<token>"}'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a BigInt', 5n, '5'],
  ['NaN', NaN, 'NaN'],
  ['undefined', undefined, 'undefined'],
  ['a long string', 'x'.repeat(200), `"${'x'.repeat(116)}...`],
])('a message shows %s so that people can read it', (_, value, text) => {
  expect(formatValue(value)).toBe(text);
});

test('no message has a mark of a token', () => {
  expect(new NeoValidationError(`target ${Lazy.string({ produce: () => 'x' })}/ARM64 must not be`).message).toBe('target <token>/ARM64 must not be');
});
