/**
 * Mutation tests of a seeded sample of `src` outside of the handler: all of it would take a night. `npm run test:mutation:sample`; the score is in
 * docs/reliability.md. NEO_SEED=7 NEO_WINDOWS=100 for another sample, or a larger one.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import all from './stryker.config.mjs';

const SEED = process.env.NEO_SEED ?? '1';
const WINDOWS = Number(process.env.NEO_WINDOWS ?? 40);
const LINES = 8;

/** Every line of code is in one window, and every window is as likely as another. Windows of interfaces and comments have no mutants. */
const windows = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.startsWith('compilation-job/handler/') && name !== 'index.ts')
  .flatMap(name => {
    const count = readFileSync(`src/${name}`, 'utf8').split('\n').length;
    return Array.from({ length: Math.ceil(count / LINES) }, (_, i) => `src/${name}:${i * LINES + 1}-${Math.min(count, (i + 1) * LINES)}`);
  });
const order = window => createHash('sha256').update(`${SEED} ${window}`).digest('hex');

export default {
  ...all,
  jest: { configFile: 'stryker.sample.jest.config.json', enableFindRelatedTests: false },
  mutate: windows.sort((a, b) => order(a) < order(b) ? -1 : 1).slice(0, WINDOWS),
  // A constant of a module is read once, when it loads: each of its mutants would run every test.
  ignoreStatic: true,
  timeoutMS: 60_000,
  thresholds: { high: 90, low: 80, break: 70 },
};
