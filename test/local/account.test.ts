import { liveOneStack, templateOfJobs, type OperationResult } from '../../local/account/scenario';
import { CompilationJobHandler } from '../../src/compilation-job/handler/handler';
import * as order from '../../src/compilation-job/job-order';
import { waiterDefinition } from '../../src/compilation-job/waiter-definition';

/**
 * Deployments in an account of which Lambda runs ten functions at once, as new ones do. This is a sample of what `npm run bench:account` runs whole: 50 runs
 * of up to 400 jobs (docs/reliability.md).
 */
const LIMITS = { lambdaConcurrency: 10, quota: 10, Handler: CompilationJobHandler };

const failuresOf = (results: OperationResult[]) => results.filter(({ failure }) => failure !== undefined).map(({ operation, failure }) => `${operation}: ${failure}`);

test.each([[1, 3], [20, 2], [60, 1]])('%i jobs at a concurrency of 10 are created, replaced, rolled back and deleted, with fewer than five calls a second', async (jobs, runs) => {
  const template = templateOfJobs(jobs);
  for (let run = 0; run < runs; run++) {
    const results = await liveOneStack(jobs, template, { ...LIMITS, seed: 100 + run });
    expect(failuresOf(results)).toEqual([]);
    for (const { peakCallsPerSecond, longestGapSeconds } of results) {
      expect(peakCallsPerSecond).toBeLessThan(5);
      expect(longestGapSeconds).toBeLessThanOrEqual(120);
    }
  }
});

test('an account whose SageMaker API takes three calls a second deploys, too', async () => {
  const results = await liveOneStack(20, templateOfJobs(20), { ...LIMITS, seed: 1, callsPerSecond: 3 });
  expect(failuresOf(results)).toEqual([]);
  expect(results.reduce((sum, { throttledCalls }) => sum + throttledCalls, 0)).toBeGreaterThan(0);
});

/** Each means is taken away once. */
describe('fails without', () => {
  afterEach(() => jest.restoreAllMocks());

  test('the order of jobs: far more calls a second', async () => {
    jest.spyOn(order, 'limitConcurrentJobs').mockReturnValue();
    const results = await liveOneStack(60, templateOfJobs(60), { ...LIMITS, quota: undefined, seed: 1 });
    expect(Math.max(...results.map(({ callsPerSecondInMinute }) => callsPerSecondInMinute))).toBeGreaterThan(5);
  });

  test('the retrier for throttled functions: a deployment in an account with room for one execution', async () => {
    const template = templateOfJobs(20);
    const patient = await liveOneStack(20, template, { ...LIMITS, lambdaConcurrency: 1, seed: 1 });
    expect(failuresOf(patient)).toEqual([]);
    expect(patient[0].throttledExecutions).toBeGreaterThan(0);
    const impatient = () => JSON.parse(JSON.stringify(template('v1')).replaceAll('Lambda.TooManyRequestsException', 'Other').replaceAll('States.ALL', 'Another'));
    expect(JSON.stringify(waiterDefinition('arn', 'aws'))).toContain('Lambda.TooManyRequestsException');
    expect(failuresOf(await liveOneStack(20, impatient, { ...LIMITS, lambdaConcurrency: 1, seed: 1 }))).not.toEqual([]);
  });
});
