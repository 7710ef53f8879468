import * as fc from 'fast-check';
import { judge, type TemplateCheck } from './judge';
import { cases, type Subject } from './subject';
import { SEED } from '../random-seed';

/** All subjects together have at least so many cases. */
export const CASES = Number(process.env.NEO_CASES ?? 5_200);

export interface Tried {
  readonly cases: number;
  /** Those that were taken, and synthesized. */
  readonly taken: number;
}

/**
 * Try a subject with so many cases at least. A failure is shrunk, to one case with one prop if that is enough.
 *
 * @param alsoWrong finds more that is wrong with a template than the checks of the fuzz do
 */
export function fuzz(of: Subject, least: number, seed = SEED, alsoWrong?: TemplateCheck): Tried {
  const tried = { cases: 0, taken: 0 };
  // Several share a synthesis, as that takes longest.
  const batches = fc.record({ isKnown: fc.boolean(), batch: fc.array(cases(of), { minLength: 1, maxLength: of.share ?? 20, size: 'max' }) });
  const property = fc.property(batches, ({ isKnown, batch }) => {
    tried.taken += judge(batch, isKnown, alsoWrong);
    tried.cases += batch.length;
  });
  for (let round = 0; tried.cases < least; round++) {
    fc.assert(property, { seed: seed + round, numRuns: Math.ceil((least - tried.cases) / (of.share ?? 20)) });
  }
  return tried;
}
