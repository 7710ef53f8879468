import { documentationGaps } from './public-api';

// The real assembly is checked by `npm run check:readme`, as it takes a run of jsii. Here: that no gap escapes it.

const see = 'https://docs.aws.amazon.com/sagemaker/latest/dg/neo.html';
const docs = { summary: 'What it is.' };
const gapsOf = (type: object) => documentationGaps({ types: { 'lib.T': { name: 'T', kind: 'interface', docs, ...type } } });

test('a class with all of it has no gap', () => {
  const parameters = [{ name: 'scope', docs }];
  expect(gapsOf({
    kind: 'class',
    docs: { ...docs, see, example: 'new T(this);' },
    properties: [{ name: 'p', docs }, { name: 'q', optional: true, docs: { summary: 'Undefined without one.' } }],
    methods: [{ name: 'm', docs, parameters }],
    initializer: { name: 'constructor', parameters },
  })).toEqual([]);
});

test.each([
  ['type without documentation', { docs: {} }, 'T: no documentation'],
  ['property without documentation', { properties: [{ name: 'p', docs: { see } }] }, 'T.p: no documentation'],
  ['property without any docs', { properties: [{ name: 'p' }] }, 'T.p: no documentation'],
  ['method without documentation', { methods: [{ name: 'm' }] }, 'T.m: no documentation'],
  ['value of an enum without documentation', { kind: 'enum', members: [{ name: 'A', docs }, { name: 'B', docs: {} }] }, 'T.B: no documentation'],
  ['optional prop without default', { datatype: true, properties: [{ name: 'p', optional: true, docs }] }, 'T.p: optional without @default'],
  ['optional attribute', { properties: [{ name: 'p', optional: true, docs }] }, 'T.p: does not say when it is undefined'],
  ['parameter of a method', { methods: [{ name: 'm', docs, parameters: [{ name: 'a', docs: {} }] }] }, 'T.m: parameter a has no @param'],
  ['parameter of the constructor', { initializer: { parameters: [{ name: 'id' }] } }, 'T: parameter id has no @param'],
  ['class without example', { kind: 'class', docs: { ...docs, see } }, 'T: no @example'],
  ['class without page', { kind: 'class', docs: { ...docs, example: 'x' } }, expect.stringMatching(/^T: no @see .* got: nothing$/)],
  ['class with a page that is not AWS\'s', { kind: 'class', docs: { ...docs, example: 'x', see: 'https://example.com/docs.aws.amazon.com/' } },
    expect.stringMatching(/^T: no @see/)],
  ['deprecation without replacement', { properties: [{ name: 'p', docs: { ...docs, stability: 'deprecated', deprecated: 'no longer needed' } }] },
    expect.stringMatching(/^T.p: @deprecated without/)],
])('gap: %s', (_name, type, gap) => {
  expect(gapsOf(type)).toEqual([gap]);
});

test('a deprecation that names its replacement is none', () => {
  expect(gapsOf({ properties: [{ name: 'p', docs: { ...docs, stability: 'deprecated', deprecated: 'Use `q` instead.' } }] })).toEqual([]);
});
