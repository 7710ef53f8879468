import * as fc from 'fast-check';
import { secondsToNextSlot, secondsToNextTry } from '../../../src/compilation-job/handler/create-or-update';
import '../../random-seed';

describe('backoff', () => {
  test('every look at first, about once a minute later, never more than two minutes apart', () => {
    fc.assert(fc.property(fc.uuid(), id => {
      const gaps: number[] = [];
      // A look takes a second, or ten.
      for (let at = 0; at < 3_300; at += gaps.at(-1)! + 10) { gaps.push(secondsToNextTry(at, id)); }
      expect(gaps[0]).toBe(9);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(110);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9);
      expect(gaps.length).toBeLessThan(90);
    }));
  });

  test('asks for a slot of the quota the more often, the longer a job has waited', () => {
    fc.assert(fc.property(fc.uuid(), id => {
      const mean = (from: number) => Array.from({ length: 100 }, (_, i) => secondsToNextSlot(from + i, id)).reduce((sum, gap) => sum + gap, 0) / 100;
      expect(mean(0)).toBeGreaterThan(mean(900));
      expect(mean(3_000)).toBe(9);
      expect(secondsToNextSlot(0, id)).toBeLessThanOrEqual(60);
    }));
  });

  test('spreads the jobs of a stack', () => {
    const waits = Array.from({ length: 200 }, (_, i) => secondsToNextTry(600, `request-${i}`));
    expect(new Set(waits).size).toBeGreaterThan(60);
  });
});
