import * as fc from 'fast-check';
import { fleetStack, LocalFleet } from './fleet-harness';
import { ACTIVE_STATUSES, always, FaultRule, faults, Random, seededRandom } from '../../local/sagemaker';
import { StatesError, TaskCall } from '../../local/stepfunctions/jsonata';
import { SEED } from '../random-seed';

/**
 * Whatever goes wrong, and whenever an execution is aborted and redriven: in the end every pair of model and target has exactly one artifact
 * that the results name, no two jobs ever compile the same at the same time, and no job outlives its execution.
 */
const { stack } = fleetStack(() => ({ startOnUpload: true }));

const FAULTS = {
  throttling: faults.throttling(),
  tooManyRequests: faults.throttling(429),
  quotaTaken: faults.quotaTaken(),
  internalFailure: faults.internalFailure(),
  serviceUnavailable: faults.serviceUnavailable(),
  latency: faults.latency(45_000),
  connectionReset: faults.connectionReset(),
  responseLost: faults.responseLost(),
};
const OPERATIONS = ['CreateCompilationJob', 'DescribeCompilationJob', 'ListCompilationJobs', 'ListTags', 'StopCompilationJob'];

const rule = fc.record({
  fault: fc.constantFrom(...Object.values(FAULTS)),
  operation: fc.constantFrom(...OPERATIONS),
  probability: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
}) as fc.Arbitrary<FaultRule>;

const life = fc.record({
  rules: fc.array(rule, { maxLength: 4 }),
  /** Of the calls to S3, and to Step Functions, that Task states make; Step Functions retries its own. */
  s3Failures: fc.double({ min: 0, max: 0.2, noNaN: true }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  models: fc.integer({ min: 1, max: 5 }),
  compilingMinutes: fc.integer({ min: 1, max: 14 }),
  /** How long a Map Run outlives its execution. */
  cancellationMinutes: fc.integer({ min: 0, max: 3 }),
  /** Minutes after which the execution is aborted, and after which it is redriven or started anew. */
  aborts: fc.array(fc.record({
    after: fc.integer({ min: 0, max: 30 }),
    pause: fc.integer({ min: 0, max: 20 }),
    redrive: fc.boolean(),
    /** Models that are uploaded before the abort; every event comes twice. */
    uploads: fc.integer({ min: 0, max: 2 }),
  }), { maxLength: 3 }),
});

const SEQUENCES = Number(process.env.NEO_SEQUENCES ?? 20);

test('no compilation is lost or doubled', async () => {
  await fc.assert(fc.asyncProperty(life, async ({ rules, s3Failures, seed, models, compilingMinutes, cancellationMinutes, aborts }) => {
    const plan = always({ startingMs: 30_000, compilingMs: compilingMinutes * 60_000, stoppingMs: 10_000 });
    const local = new LocalFleet(stack, {
      faults: rules, seed, plan, cancellationMs: cancellationMinutes * 60_000, wrapCall: unreliable(s3Failures, seededRandom(seed)),
    });
    for (let i = 0; i < models; i++) { local.place(`models/${i}.tar.gz`); }
    const minutes = (n: number) => local.time.run(local.time.sleep(n * 60_000));

    let execution = local.stateMachine.start({ toleratedFailurePercentage: 100 });
    let uploaded = 0;
    for (const { after, pause, redrive, uploads } of aborts) {
      for (let i = 0; i < 2 * uploads; i++) { local.upload(`models/upload-${uploaded + Math.floor(i / 2)}.tar.gz`); }
      uploaded += uploads;
      await minutes(after);
      execution.stop();
      await minutes(pause);
      if (redrive && execution.status === 'ABORTED') {
        execution.redrive();
      } else {
        execution = local.stateMachine.start({ toleratedFailurePercentage: 100 });
      }
    }
    await minutes(1);
    // Also those that others start meanwhile.
    for (let running; (running = local.stateMachine.all.find(({ status }) => status === 'RUNNING'));) { await local.settle(running); }
    await local.settle(execution);
    // Uploads are compiled without another execution; this one finds all that is done.
    execution = await local.run({ toleratedFailurePercentage: 100 });
    // Few attempts are made at what fails again and again; the next execution mends it.
    for (let i = 0; local.results(execution).failed.length > 0 && i < 5; i++) { execution = await local.run({ toleratedFailurePercentage: 100 }); }

    const { succeeded, failed } = local.results(execution);
    expect(failed).toEqual([]);
    expect(succeeded).toHaveLength((models + uploaded) * 2);
    const completed = local.records('COMPLETED');
    expect(completed).toHaveLength((models + uploaded) * 2);
    expect(succeeded.map(({ CompilationJobName }) => CompilationJobName).sort()).toEqual(completed.map(({ name }) => name).sort());
    expectNoneAtOnce(local);
    expect(local.records().filter(({ status }) => (ACTIVE_STATUSES as string[]).includes(status))).toEqual([]);
  }), { numRuns: SEQUENCES, seed: SEED });
}, 120_000 + 20_000 * SEQUENCES);

/** Calls of Task states to S3, for one digest or the manifest of a plan, and those that queue uploads, which may fail before or after they are done. */
function unreliable(probability: number, random: Random): (call: TaskCall) => TaskCall {
  return call => async (resource, args) => {
    if (/:startExecution$/.test(resource) && random() < probability) {
      if (random() < 0.5) { await call(resource, args); }
      throw new StatesError('Sfn.SfnException', 'Service Unavailable (Service: Sfn, Status Code: 503)');
    }
    if (/:s3:/.test(resource) && (args.MaxKeys === 1 || /getObject$/.test(resource) && /manifest\.json$/.test(args.Key)) && random() < probability) {
      throw new StatesError('S3.S3Exception', 'Please reduce your request rate. (Service: S3, Status Code: 503)');
    }
    return call(resource, args);
  };
}

/** Attempts at the same compilation follow one another. */
function expectNoneAtOnce(local: LocalFleet) {
  const spans = new Map<string, { from: number; to: number }[]>();
  for (const { name, history } of local.records()) {
    const compilation = name.replace(/-\d+$/, '');
    spans.set(compilation, [...spans.get(compilation) ?? [], { from: history[0].at, to: history[history.length - 1].at }]);
  }
  for (const attempts of spans.values()) {
    attempts.sort((a, b) => a.from - b.from).forEach(({ from }, i) => { if (i > 0) { expect(from).toBeGreaterThanOrEqual(attempts[i - 1].to); } });
  }
}
