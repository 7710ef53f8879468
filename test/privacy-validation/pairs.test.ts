import { appOf, PAIRS, REFERENCES } from './pairs';
import { reportOf } from './private-app';

describe.each(PAIRS)('$rule: $name', ({ rule, verdict = 'fail', hostile, harmless, network }) => {
  const statusOf = (change: typeof hostile, strength: typeof REFERENCES[number]) =>
    reportOf(appOf(change, strength, network)).rules.find(({ id }) => id === rule)!;

  test(`${verdict === 'fail' ? 'fails' : 'is not visible'}, however stacks refer to each other`, () => {
    expect(REFERENCES.map(strength => statusOf(hostile, strength).status)).toEqual(REFERENCES.map(() => verdict));
  });

  test('passes next to it', () => {
    // What is imported is not visible in any case.
    const seen = REFERENCES.map(strength => statusOf(harmless, strength)).filter(({ status }) => !(network && status === 'unknown'));
    expect(seen.filter(({ status }) => status !== 'pass' && status !== 'not applicable')).toEqual([]);
  });
});
