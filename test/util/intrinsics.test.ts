import { choicesOf, intrinsicOf, readableValue, referencesOf } from '../../src/util/intrinsics';

test.each<[unknown, ReturnType<typeof intrinsicOf>]>([
  [{ Ref: 'A' }, { name: 'Ref', argument: 'A' }],
  [{ 'Fn::Join': ['', ['a']] }, { name: 'Fn::Join', argument: ['', ['a']] }],
  [{ Ref: 'A', Other: 1 }, undefined],
  [{ Reference: 'A' }, undefined],
  [{ 'XFn::Join': 'a' }, undefined],
  [{}, undefined],
  [[{ Ref: 'A' }], undefined],
  ['Ref', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j is read as the intrinsic function %j', (value, expected) => {
  expect(intrinsicOf(value)).toEqual(expected);
});

test.each<[object, string[]]>([
  [{ Ref: 'A' }, ['A']],
  [{ 'Fn::GetAtt': ['A', 'Arn'] }, ['A']],
  [{ 'Fn::GetAtt': 'A.Outputs.B' }, ['A']],
  [{ 'Fn::Sub': 'x${A}-${B.Arn}' }, ['A', 'B']],
  [{ 'Fn::Sub': ['${A}${C}', { C: { Ref: 'D' } }] }, ['A', 'C']],
  [{ 'Fn::Join': ['', [{ Ref: 'A' }]] }, []],
])('%j names %j', (value, ids) => {
  expect(referencesOf(intrinsicOf(value)!)).toEqual(ids);
});

test.each<[unknown, unknown[]]>([
  ['a', ['a']],
  [{ 'Fn::If': ['C', 'a', { 'Fn::If': ['D', 'b', { Ref: 'AWS::NoValue' }] }] }, ['a', 'b', undefined]],
  [{ Ref: 'A' }, [{ Ref: 'A' }]],
  [null, [undefined]],
  [undefined, [undefined]],
  [['a', 'b'], [['a', 'b']]],
  [{ 'Fn::If': 'C' }, [{ 'Fn::If': 'C' }]],
])('%j may be %j', (value, choices) => {
  expect(choicesOf(value)).toEqual(choices);
});

test('what a string cannot show is written as JSON', () => {
  expect(readableValue({ 'Fn::Join': ['-', ['a', { Ref: 'B' }, { 'Fn::Select': [0, { Ref: 'C' }] }]] })).toBe('a-${B}-{"Fn::Select":[0,"${C}"]}');
  expect(readableValue({ 'Fn::Join': 'a' })).toEqual({ 'Fn::Join': 'a' });
});
