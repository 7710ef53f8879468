import * as fc from 'fast-check';

/** All random tests use one seed, so that the same commit always gives the same result. NEO_SEED sets another one: see CONTRIBUTING.md. */
export const SEED = Number(process.env.NEO_SEED ?? 1);

fc.configureGlobal({ seed: SEED });
