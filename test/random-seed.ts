import * as fc from 'fast-check';

/** What is random has one seed for all, so that a commit is green or is not; others are looked for on purpose (CONTRIBUTING.md). */
export const SEED = Number(process.env.NEO_SEED ?? 1);

fc.configureGlobal({ seed: SEED });
