import { firstDifference } from './templates';

const json = (value: unknown) => JSON.stringify(value);
const hash = (letter: string) => letter.repeat(64);

test('templates are equal but for metadata and asset hashes', () => {
  const one = { Resources: { A: { Type: 'T', Metadata: { path: 'x' }, Properties: { S3Key: `${hash('a')}.zip` } } }, Metadata: { made: 1 } };
  const other = { Resources: { A: { Type: 'T', Properties: { S3Key: `${hash('b')}.zip` } } } };
  expect(firstDifference(json(one), json(other))).toBeUndefined();
});

test('a value, the order of keys, and what is only in one of them make a difference, which says where', () => {
  const base = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags: [{ Key: 'a' }, { Key: 'b' }] } } } };
  const changed = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { Tags: [{ Key: 'a' }, { Key: 'c' }] } } } };
  const reordered = { Resources: { Bucket: { Properties: { Tags: [{ Key: 'a' }, { Key: 'b' }] }, Type: 'AWS::S3::Bucket' } } };

  expect(firstDifference(json(base), json(changed))).toMatch(/below Resources \/ Bucket \/ Properties \/ Tags:\n[^]*- +"Key": "b"\n +\+ +"Key": "c"$/);
  expect(firstDifference(json(base), json(reordered))).toMatch(/- +"Type"[^]*\+ +"Properties"/);
  expect(firstDifference(json(base), json({ ...base, Outputs: {} }))).toMatch(/\+ +"Outputs"/);
});

test('of a long line the part that differs is shown', () => {
  const definition = (concurrency: number) => json({ Definition: `${'x'.repeat(2000)}"MaxConcurrency":${concurrency},${'y'.repeat(2000)}` });
  const shown = firstDifference(definition(4), definition(5))!;
  expect(shown).toMatch(/- …x+\\"MaxConcurrency\\":4,y+…\n +\+ …x+\\"MaxConcurrency\\":5,y+…$/);
  expect(shown.length).toBeLessThan(500);
});

test('a hash must be a whole one', () => {
  expect(firstDifference(json({ a: hash('a').slice(1) }), json({ a: hash('b').slice(1) }))).toBeDefined();
});
