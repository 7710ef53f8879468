/**
 * Mutation tests of what must not be wrong: the handler and the sizing of subnets. `npm run test:mutation`; docs/reliability.md
 * has the last run.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'jest',
  // Which tests concern the handler cannot be seen from their imports: they load it as a bundle.
  jest: { configFile: 'stryker.jest.config.json', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  mutate: ['src/compilation-job/handler/*.ts', '!src/compilation-job/handler/compilation-job.lambda.ts', 'src/network/new-vpc.ts'],
  ignorePatterns: ['/.cache', '/dist', '/lib', '/cdk.out', '/coverage', '/local/out', '/examples', '/docs', '/bench'],
  concurrency: 2,
  timeoutMS: 8_000,
  disableTypeChecks: false,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { logTests: false, allowColor: false },
  thresholds: { high: 95, low: 90, break: 90 },
  tempDirName: '.stryker-tmp',
};
