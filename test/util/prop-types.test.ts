import { Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoValidationError, shown } from '../../src/util/errors';
import { BOOLEAN, DURATION, listOf, mapOf, NUMBER, optional, requireType, requireTypes, structOf, TEXT, type PropTypes } from '../../src/util/prop-types';
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
  name: TEXT,
  bucket: BUCKET,
  size: optional(NUMBER),
  names: optional(listOf(TEXT)),
  tags: optional(mapOf(TEXT)),
  time: optional(DURATION),
  flag: optional(BOOLEAN),
  inner: optional(structOf<{ readonly value: string }>('an inner', { value: TEXT })),
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
  ['null', null, 'props has the wrong type: it must be props; got: null'],
  ['a missing prop', { name: 'a' }, 'bucket must be given; got: undefined'],
  ['null in place of a prop that may be left out', { name: 'a', bucket, size: null }, 'size has the wrong type: it must be a number; got: null'],
  ['a number in place of a text', { name: 5, bucket }, 'name has the wrong type: it must be a text; got: 5'],
  ['a class', { name: 'a', bucket: s3.Bucket }, 'bucket has the wrong type: it must be a bucket (s3.IBucket); got: class '],
  ['a hole in a list', { name: 'a', bucket, names: ['a', , 'c'] }, 'names[1] must be given; got: undefined'], // eslint-disable-line no-sparse-arrays
  ['a date as a map', { name: 'a', bucket, tags: new Date(0) }, 'tags has the wrong type: it must be a map, in which each is a text; got: "1970'],
  ['an entry of a map', { name: 'a', bucket, tags: { 'a b': 1 } }, 'tags["a b"] has the wrong type: it must be a text; got: 1'],
  ['an entry under a token', { name: 'a', bucket, tags: { [Lazy.string({ produce: () => 'a' })]: 1 } }, 'tags[a token] has the wrong type: it must be a text; got: 1'],
  ['a number of seconds', { name: 'a', bucket, time: 60 }, 'time has the wrong type: it must be a Duration, such as Duration.minutes(15); got: 60'],
  ['a token for a flag', { name: 'a', bucket, flag: Lazy.any({ produce: () => true }) }, 'flag has the wrong type: it must be true or false, known at synthesis; got: a token'],
  ['a list as a struct', { name: 'a', bucket, inner: [] }, 'inner has the wrong type: it must be an inner; got: []'],
  ['a part of a struct', { name: 'a', bucket, inner: {} }, 'inner.value must be given; got: undefined'],
])('%s is an error that says where', (_, props, message) => {
  expect(check(props)).toThrow(NeoValidationError);
  expect(check(props)).toThrow(message);
});

test('an argument goes by its name', () => {
  expect(() => requireType(undefined, 'models', ['a', 5], listOf(TEXT))).toThrow('models[1] has the wrong type: it must be a text; got: 5');
});

test.each<[unknown, string]>([
  [bucket, 'the construct Default/Bucket'],
  [`a${Lazy.string({ produce: () => 'b' })}c`, 'a token'],
  [{ a: Lazy.string({ produce: () => 'b' }) }, '{"a":"<token>"}'],
  [Symbol('s'), 'Symbol(s)'],
  [5n, '5'],
  [NaN, 'NaN'],
  [undefined, 'undefined'],
  ['x'.repeat(200), `"${'x'.repeat(116)}...`],
])('%p is shown so that people can read it', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('no message has a mark of a token', () => {
  expect(new NeoValidationError(`target ${Lazy.string({ produce: () => 'x' })}/ARM64 must not be`).message).toBe('target <token>/ARM64 must not be');
});
