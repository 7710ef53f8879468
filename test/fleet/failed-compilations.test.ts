import { fleetStack, LocalFleet } from './fleet-harness';
import { faults } from '../../local/sagemaker';

const { stack } = fleetStack();

describe('an input that is wrong fails at once, in words', () => {
  test.each([
    [{ retryFailed: 'yes' }, 'retryFailed must be true or false; got: yes'],
    [{ toleratedFailurePercentage: 101 }, 'toleratedFailurePercentage must be 0 to 100; got: 101'],
    [{ toleratedFailurePercentage: -1 }, 'toleratedFailurePercentage must be 0 to 100; got: -1'],
    [{ toleratedFailurePercentage: '50' }, 'toleratedFailurePercentage must be a number; got: 50'],
    [{ prefix: 'secrets/' }, 'prefix must begin with that of the fleet; got: secrets/'],
    [{ prefix: 5 }, 'prefix must begin with that of the fleet; got: 5'],
  ])('%j', async (input, message) => {
    const local = LocalFleet.withModels(stack);
    const { status, failure } = await local.run(input);
    expect([status, failure?.error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
    expect(failure?.cause).toContain(message);
    expect(local.records()).toEqual([]);
  });

  test('a percentage that is no whole number is rounded down, as Step Functions takes no other', async () => {
    const local = LocalFleet.withModels(stack, { plan: (_: any, index: number) => index === 0 ? { failureReason: 'broken' } : {} });
    // One of six is 16.67 percent.
    expect((await local.run({ toleratedFailurePercentage: 16.9 })).status).toBe('FAILED');
    expect((await local.run({ toleratedFailurePercentage: 17.9 })).status).toBe('SUCCEEDED');
  });
});

describe('failed compilations', () => {
  const failing = { plan: (request: any, index: number) => index < 6 && request.InputConfig.S3Uri.endsWith('/b.tar.gz') ? { failureReason: 'ClientError: broken' } : {} };

  test('are tolerated to the percentage, and listed with SageMaker\'s reason', async () => {
    const local = LocalFleet.withModels(stack, failing);
    const execution = await local.run({ toleratedFailurePercentage: 34 });
    const { succeeded, failed } = local.results(execution);
    expect(succeeded).toHaveLength(4);
    expect(failed.map(({ Error, Cause }) => [Error, Cause])).toEqual([0, 1].map(() =>
      ['NeoCompilationFailed', expect.stringMatching(/^stack-fleet-.*-1 FAILED: ClientError: broken$/)]));
  });

  test('beyond it end the execution, and the jobs that still run', async () => {
    const local = LocalFleet.withModels(stack, failing);
    const execution = await local.run();
    expect(execution.failure?.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(local.records().every(({ status }) => !['STARTING', 'INPROGRESS', 'STOPPING'].includes(status))).toBe(true);
  });

  test('are not compiled again by another execution, and reported again', async () => {
    const local = LocalFleet.withModels(stack, failing);
    await local.run({ toleratedFailurePercentage: 100 });
    const { failed, succeeded } = local.results(await local.run({ toleratedFailurePercentage: 100 }));
    expect(local.records()).toHaveLength(6);
    expect(failed).toHaveLength(2);
    expect(succeeded).toHaveLength(4);
  });

  test('are compiled again with retryFailed, under the next name, and known from then on', async () => {
    const local = LocalFleet.withModels(stack, failing);
    await local.run({ toleratedFailurePercentage: 100 });
    const again = local.results(await local.run({ retryFailed: true }));
    expect(again.succeeded).toHaveLength(6);
    expect(local.records().slice(6).map(({ name }) => name)).toEqual([expect.stringMatching(/-2$/), expect.stringMatching(/-2$/)]);
    // Without retryFailed, the later attempt is found behind the failed one.
    const third = local.results(await local.run());
    expect(third.succeeded).toHaveLength(6);
    expect(third.failed).toEqual([]);
    expect(local.records()).toHaveLength(8);
  });

  test('a request that the API rejects fails its compilation alone', async () => {
    const local = LocalFleet.withModels(stack, { faults: [{ operation: 'CreateCompilationJob', fault: faults.error('ValidationException', 'no'), when: ({ input }: any) => input.InputConfig.S3Uri.endsWith('/c.tar.gz') }] });
    const { failed } = local.results(await local.run({ toleratedFailurePercentage: 50 }));
    expect(failed.map(({ Error }) => Error)).toEqual(['SageMaker.SageMakerException', 'SageMaker.SageMakerException']);
  });

  test('a job that is stopped by hand is not started again, but by the next execution', async () => {
    const local = LocalFleet.withModels(stack, {}, ['a']);
    const execution = local.stateMachine.start({ toleratedFailurePercentage: 50 });
    await local.time.run(local.time.sleep(4_000));
    local.service.call('StopCompilationJob', { CompilationJobName: local.records()[0].name });
    await local.settle(execution);
    expect(local.results(execution).failed.map(({ Error }) => Error)).toEqual(['NeoCompilationStopped']);
    expect(local.results(await local.run()).succeeded).toHaveLength(2);
    expect(local.records()).toHaveLength(3);
  });
});
