/** The part of minizlib that is published: `projen bundle` writes it to assets/build/gunzip, which src/preflight/gunzip.ts loads. */
export { Gunzip } from 'minizlib';
