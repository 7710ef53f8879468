import { Duration } from 'aws-cdk-lib';
import { fleetStack, LocalFleet } from './fleet-harness';
import { ACTIVE_STATUSES, always, faults } from '../../local/sagemaker';

const { stack } = fleetStack();
const MINUTE = 60_000;

/** Six compilations of ten minutes, four at a time. */
function slowFleet(props = {}, from = stack): LocalFleet {
  const local = new LocalFleet(from, { plan: always({ startingMs: MINUTE, compilingMs: 9 * MINUTE, stoppingMs: 5_000 }), ...props });
  ['a', 'b', 'c'].forEach(name => local.place(`models/${name}.tar.gz`));
  return local;
}

const running = (local: LocalFleet) => local.records().filter(({ status }) => (ACTIVE_STATUSES as string[]).includes(status));

describe('an execution that is aborted', () => {
  test('has its jobs stopped within a few minutes, and starts no other', async () => {
    const local = slowFleet();
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(5 * MINUTE));
    expect(running(local)).toHaveLength(4);
    execution.stop();
    await local.settle(execution);
    expect(local.records().map(({ status }) => status)).toEqual(['STOPPED', 'STOPPED', 'STOPPED', 'STOPPED']);
    for (const { history } of local.records()) {
      expect(history.find(({ status }) => status === 'STOPPING')!.at).toBeLessThan(Date.UTC(2030, 0, 1, 0, 8));
    }
  });

  test('leaves the jobs of other executions and of strangers alone', async () => {
    const local = slowFleet({ quota: 20 });
    const first = local.stateMachine.start();
    await local.time.run(local.time.sleep(MINUTE));
    local.place('models/later.tar.gz');
    const second = local.stateMachine.start();
    await local.time.run(local.time.sleep(MINUTE));
    const stranger = { ...local.records()[0].request, CompilationJobName: local.records()[0].name.replace(/.{6}-1$/, 'theirs'), Tags: [] };
    local.service.call('CreateCompilationJob', stranger);
    first.stop();
    await local.settle(first);
    const stopped = local.records('STOPPED').map(({ tags }) => tags['cdk-sagemaker-neo:execution']);
    expect(stopped).toEqual([first.arn, first.arn, first.arn, first.arn]);
    expect(local.service.call('DescribeCompilationJob', { CompilationJobName: stranger.CompilationJobName }).CompilationJobStatus).not.toBe('STOPPED');
    await local.settle(second);
    // The second shared jobs with the first, and compiled them itself when they were stopped.
    expect(local.results(second).succeeded).toHaveLength(8);
  });

  test('redriven, compiles what had not ended, and nothing that had', async () => {
    const local = slowFleet();
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(12 * MINUTE));
    const completed = local.records('COMPLETED').map(({ name }) => name);
    expect(completed).toHaveLength(4);
    execution.stop();
    await local.settle(execution);
    execution.redrive();
    await local.settle(execution);
    expect(local.results(execution).succeeded).toHaveLength(6);
    expect(local.records('COMPLETED').map(({ name }) => name)).toEqual(expect.arrayContaining(completed));
    expect(local.records('COMPLETED')).toHaveLength(6);
    expect(local.records('STOPPED')).toHaveLength(2);
  });

  test('redriven at once, keeps its jobs', async () => {
    const local = slowFleet();
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(5 * MINUTE));
    execution.stop();
    execution.redrive();
    await local.settle(execution);
    expect(local.results(execution).succeeded).toHaveLength(6);
    expect(local.records()).toHaveLength(6);
  });

  test('redriven while its jobs are being stopped, compiles those again, and keeps what it begins', async () => {
    const local = slowFleet();
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(5 * MINUTE));
    execution.stop();
    // Between the stopper's first look and its second.
    await local.time.run(local.time.sleep(45_000));
    expect(local.records('STOPPED')).toHaveLength(4);
    execution.redrive();
    await local.settle(execution);
    expect(local.results(execution).succeeded).toHaveLength(6);
    expect(local.records()).toHaveLength(10);
    expect(local.records('STOPPED')).toHaveLength(4);
  });

  describe('on AWS goes on for a while in its Map Run, which begins further jobs', () => {
    // Long enough between looks for the stopper to find nothing twice.
    const { stack: rarelyLooking } = fleetStack(() => ({ pollInterval: Duration.seconds(20) }));

    test('these are stopped, too', async () => {
      const local = slowFleet({ cancellationMs: 4 * MINUTE }, rarelyLooking);
      const execution = local.stateMachine.start({ toleratedFailurePercentage: 100 });
      await local.time.run(local.time.sleep(4.5 * MINUTE));
      execution.stop();
      await local.settle(execution);
      // The last two began after the first four were stopped.
      expect(local.records().map(({ status }) => status)).toEqual(Array(6).fill('STOPPED'));
      expect(running(local)).toEqual([]);
    });

    test('a redrive waits for its end, and then continues', async () => {
      const local = slowFleet({ cancellationMs: 4 * MINUTE }, rarelyLooking);
      const execution = local.stateMachine.start({ toleratedFailurePercentage: 100 });
      await local.time.run(local.time.sleep(5 * MINUTE));
      execution.stop();
      await local.time.run(local.time.sleep(10_000));
      execution.redrive();
      await local.settle(execution);
      expect(local.results(execution).succeeded).toHaveLength(6);
      expect(local.records()).toHaveLength(6);
    });
  });
});

test('an execution that times out has its jobs stopped', async () => {
  const local = slowFleet({}, fleetStack(() => ({ timeout: Duration.minutes(7) })).stack);
  const execution = await local.run();
  expect(execution.status).toBe('TIMED_OUT');
  expect(local.records('STOPPED')).toHaveLength(4);
});

test('an execution that fails for the API\'s sake goes on after a redrive', async () => {
  const outage = { operation: 'DescribeCompilationJob', fault: faults.serviceUnavailable(), when: ({ now }: any) => now > Date.UTC(2030, 0, 1, 0, 5) && now < Date.UTC(2030, 0, 1, 1) };
  const local = slowFleet({ faults: [outage], plan: always({ startingMs: MINUTE, compilingMs: 13 * MINUTE }) });
  const execution = await local.run();
  expect(execution.status).toBe('FAILED');
  await local.time.run(local.time.sleep(60 * MINUTE));
  execution.redrive();
  await local.settle(execution);
  expect(local.results(execution).succeeded).toHaveLength(6);
});

test('a stop during the stopper\'s own failures still stops', async () => {
  const local = slowFleet({ faults: [{ operation: ['ListCompilationJobs', 'ListTags', 'StopCompilationJob'], fault: faults.throttling(), probability: 0.3 }] });
  const execution = local.stateMachine.start();
  await local.time.run(local.time.sleep(2 * MINUTE));
  execution.stop();
  await local.settle(execution);
  expect(local.records('STOPPED')).toHaveLength(4);
});

test('more jobs than a page of the list are found', async () => {
  const { stack: large } = fleetStack(() => ({ maxConcurrentJobs: 250 }));
  const local = slowFleet({ quota: 250 }, large);
  for (let i = 0; i < 120; i++) { local.place(`models/${i}.tar.gz`); }
  const execution = local.stateMachine.start();
  await local.time.run(local.time.sleep(2 * MINUTE));
  expect(running(local).length).toBe(246);
  execution.stop();
  await local.settle(execution);
  expect(local.records('STOPPED')).toHaveLength(246);
});
