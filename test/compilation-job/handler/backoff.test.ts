import * as fc from 'fast-check';
import { isTimeToTry } from '../../../src/compilation-job/handler/backoff';
import '../../random-seed';

describe('backoff', () => {
  test('every poll at first, one of six after two minutes, never more than two minutes apart', () => {
    fc.assert(fc.property(fc.uuid(), id => {
      const tries = Array.from({ length: 330 }, (_, i) => i * 10).filter(elapsed => isTimeToTry(elapsed, id));
      const late = tries.filter(elapsed => elapsed >= 120);
      expect(tries.slice(0, 3)).toEqual([0, 10, 20]);
      expect(late.length).toBeGreaterThan(45);
      expect(late.length).toBeLessThan(65);
      expect(Math.max(...late.slice(1).map((elapsed, i) => elapsed - late[i]))).toBeLessThanOrEqual(110);
    }));
  });

  test('spreads the jobs of a stack: no poll is everybody\'s', () => {
    const at = (elapsed: number) => Array.from({ length: 200 }, (_, i) => isTimeToTry(elapsed, `request-${i}`)).filter(Boolean).length;
    for (const elapsed of [600, 610, 1_230, 3_000]) {
      expect(at(elapsed)).toBeGreaterThan(15);
      expect(at(elapsed)).toBeLessThan(55);
    }
  });
});
