import { referencesOf, wronglyJudged } from './pair';
import { PAIRS } from './pairs';

// One kind of references for each pair, in turn. All kinds run with the newest aws-cdk-lib: check-pairs.ts, which is a part of `check:templates`.
const SAMPLE = PAIRS.map((pair, index) => {
  const strengths = referencesOf(pair);
  return { ...pair, strength: strengths[index % strengths.length] };
});

test.each(SAMPLE)('$rule: $name is told from what is harmless, with $strength references across stacks', ({ strength, ...pair }) => {
  expect(wronglyJudged(pair, strength)).toEqual([]);
});

test('fails a pair whose sides are the wrong way round', () => {
  const [pair] = PAIRS;
  expect(wronglyJudged({ ...pair, hostile: pair.harmless, harmless: pair.hostile }, 'weak')).toEqual(expect.arrayContaining([
    expect.stringContaining('must be fail; got: pass'), expect.stringContaining('must be pass; got: fail'), expect.stringContaining('must break no rule'),
  ]));
});
