import { referencesOf, wronglyJudged } from './pair';
import { PAIRS } from './pairs';

describe.each(PAIRS)('$rule: $name', pair => {
  test.each(referencesOf(pair))('is told from what is harmless, with %s references across stacks', strength => { expect(wronglyJudged(pair, strength)).toEqual([]); });
});

test('fails a pair whose sides are the wrong way round', () => {
  const [pair] = PAIRS;
  expect(wronglyJudged({ ...pair, hostile: pair.harmless, harmless: pair.hostile }, 'weak')).toEqual(expect.arrayContaining([
    expect.stringContaining('must be fail; got: pass'), expect.stringContaining('must be pass; got: fail'), expect.stringContaining('must break no rule'),
  ]));
});
