import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import full from './stryker.config.mjs';

/** Of the code of each file, windows of five lines: one for every 300 lines, and of these windows one in six. */
const WINDOW = 5;
const PER_LINES = 300;
const ONE_IN = Number(process.env.NEO_ONE_IN ?? 6);

/** Another seed is another sample. */
const SEED = process.env.NEO_SEED ?? '1';
/** Folders of `src`, separated by commas. */
const AREAS = process.env.NEO_AREAS?.split(',') ?? globSync('src/*').map(folder => folder.slice('src/'.length)).filter(folder => existsSync(`test/${folder}`));

const random = (...parts) => createHash('sha256').update([SEED, ...parts].join(':')).digest().readUInt32BE();

/** Imports, comments and members of interfaces have nothing to mutate. */
const isCode = line => /[({=?]/.test(line) && !/^\s*(import|\*|\/|readonly|export (interface|type)|\}? ?from)/.test(line);

function windowsOf(file) {
  const code = readFileSync(file, 'utf8').split('\n').flatMap((line, index) => isCode(line) ? [index + 1] : []);
  return Array.from({ length: Math.ceil(code.length / PER_LINES) }, (_, index) => index).filter(index => random('chosen', file, index) % ONE_IN === 0).map(index => {
    const part = code.slice(index * PER_LINES, (index + 1) * PER_LINES);
    const first = part[random('first', file, index) % part.length];
    return `${file}:${first}-${first + WINDOW - 1}`;
  });
}

const isInHandler = file => file.startsWith('src/compilation-job/handler/');

/**
 * Mutation tests of a sample of `src` outside the handler, each mutant with the unit tests of all sampled folders that reach it. `npm run test:mutation:sample`;
 * docs/reliability.md has the last run.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  ...full,
  jest: {
    enableFindRelatedTests: false,
    config: {
      testEnvironment: 'node',
      testTimeout: 300_000,
      testMatch: AREAS.map(area => `<rootDir>/test/${area}/*.test.ts`),
      // These run whole state machines, hundreds of jobs or real models: minutes, for what smaller tests cover as well.
      testPathIgnorePatterns: ['any-faults', 'scale', 'execution', 'workflow-cases', 'stop-and-redrive', 'failed-compilations', 'many-jobs', 'real-models', 'pairs'],
      transform: { '^.+\\.[t]sx?$': ['ts-jest', { tsconfig: 'test/tsconfig.json' }] },
    },
  },
  mutate: AREAS.flatMap(area => globSync(`src/${area}/**/*.ts`)).filter(file => !isInHandler(file)).sort().flatMap(windowsOf),
  // Tests of constructs take their model from an example, and read the docs.
  ignorePatterns: full.ignorePatterns.filter(folder => !['/examples', '/docs'].includes(folder)),
  // What runs when a file is loaded would need every test for each mutant.
  ignoreStatic: true,
  // A busy machine is no survivor's excuse, and no mutant's death.
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 60,
  thresholds: { high: 90, low: 80, break: null },
};
