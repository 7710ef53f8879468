import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateCompilationJobCommand, DescribeCompilationJobCommand, ListCompilationJobsCommand, SageMakerClient, StopCompilationJobCommand,
} from '@aws-sdk/client-sagemaker';
import { request } from './requests';
import {
  CallRecord, CrashError, Fault, FaultRule, faults, FaultSchedule, FrontEnd, InProcessTransport, NeoService, s3Client, sageMakerClient,
  SimulatedClock, startHttpServer,
} from '../../../local/sagemaker';

function setUp(rules: FaultRule[], seed?: number) {
  const clock = new SimulatedClock();
  const service = new NeoService({ now: clock.now });
  const calls: CallRecord[] = [];
  const frontEnd = new FrontEnd(service, { clock, faults: new FaultSchedule(rules, { seed }), onCall: call => calls.push(call) });
  const transport = new InProcessTransport(frontEnd);
  const client = sageMakerClient(transport);
  return {
    clock,
    service,
    frontEnd,
    transport,
    client,
    calls,
    create: (name = 'job', by = client) => by.send(new CreateCompilationJobCommand(request({ CompilationJobName: name }))),
    jobs: () => service.records().map(job => job.name),
  };
}

const operation = 'CreateCompilationJob';

describe('each fault, as the real client sees it', () => {
  test.each<[string, Fault, object]>([
    ['throttling', faults.throttling(), { name: 'ThrottlingException', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } }],
    ['throttling with 429', faults.throttling(429), { name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } }],
    ['internal failure', faults.internalFailure(), { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }],
    ['unavailable', faults.serviceUnavailable(), { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } }],
    ['reset connection', faults.connectionReset(), { name: 'TimeoutError', code: 'ECONNRESET' }],
    ['quota taken by others', faults.quotaTaken(), { name: 'ResourceLimitExceeded' }],
    ['role not propagated', faults.roleNotPropagated(), {
      name: 'ValidationException',
      message: 'Could not assume role arn:aws:iam::111122223333:role/neo. Please ensure that the role exists and allows principal '
        + "'sagemaker.amazonaws.com' to assume the role.",
    }],
    ['access denied', faults.accessDenied(), {
      name: 'AccessDeniedException', message: expect.stringContaining('not authorized to perform: sagemaker:CreateCompilationJob'),
    }],
    ['anything else', faults.error('OddException', 'odd', 418), { name: 'OddException', message: 'odd', $metadata: { httpStatusCode: 418 } }],
    ['crash before', faults.crashBefore(), { name: 'CrashError' }],
  ])('%s: nothing was done', async (_, fault, seen) => {
    const { create, jobs, calls } = setUp([{ operation, nth: 1, fault }]);
    await expect(create()).rejects.toMatchObject(seen);
    expect(jobs()).toEqual([]);
    expect(calls).toMatchObject([{ operation, effect: false, input: { CompilationJobName: 'job' } }]);
  });

  test.each<[string, Fault, object]>([
    ['response lost', faults.responseLost(), { name: 'TimeoutError', code: 'ECONNRESET' }],
    ['crash after', faults.crashAfter(), { name: 'CrashError' }],
  ])('%s: it was done all the same', async (_, fault, seen) => {
    const { create, jobs, calls } = setUp([{ operation, nth: 1, fault }]);
    await expect(create()).rejects.toMatchObject(seen);
    expect(jobs()).toEqual(['job']);
    expect(calls).toMatchObject([{ effect: true, outcome: expect.not.stringMatching('ok') }]);
  });

  test('an error of the service itself is told from a lost response', async () => {
    const { create, calls } = setUp([{ operation, nth: 2, fault: faults.responseLost() }]);
    await create();
    await expect(create()).rejects.toMatchObject({ name: 'ResourceInUse' });
    expect(calls.map(({ effect, outcome }) => [effect, outcome])).toEqual([[true, 'ok'], [false, 'ResourceInUse']]);
  });

  test('latency passes on the given clock, and other faults follow it', async () => {
    const { create, clock } = setUp([{ operation, nth: 1, fault: [faults.latency(3_000), faults.throttling()] }]);
    const before = clock.now();
    await expect(create()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(clock.now() - before).toBe(3_000);
  });

  test('S3 has faults too', async () => {
    const { transport } = setUp([{ operation: 'DeleteObject', fault: faults.error('SlowDown', 'Please reduce your request rate.', 503) }]);
    await expect(s3Client(transport).send(new DeleteObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toMatchObject({
      name: 'SlowDown', $metadata: { httpStatusCode: 503 },
    });
  });
});

describe('a crashed process', () => {
  test('has no effect any more, whatever it catches', async () => {
    const { client, transport, create, frontEnd, jobs } = setUp([{ operation, nth: 1, fault: faults.crashAfter() }]);
    await expect(create()).rejects.toThrow(CrashError);
    expect(transport.crashed).toBe(true);
    await expect(client.send(new StopCompilationJobCommand({ CompilationJobName: 'job' }))).rejects.toThrow(CrashError);
    expect(frontEnd.counts.has('StopCompilationJob')).toBe(false);

    const next = new InProcessTransport(frontEnd);
    await expect(create('job', sageMakerClient(next))).rejects.toMatchObject({ name: 'ResourceInUse' });
    expect(next.crashed).toBe(false);
    expect(jobs()).toEqual(['job']);
  });

  test('is not revived by the retries of the SDK', async () => {
    const { transport, frontEnd, create } = setUp([{ operation, nth: 1, fault: faults.crashBefore() }]);
    await expect(create('job', sageMakerClient(transport, { maxAttempts: 5 }))).rejects.toThrow(CrashError);
    expect(frontEnd.counts.get(operation)).toBe(1);
  });
});

test('the SDK retries what it should: throttling, 5xx and a reset connection', async () => {
  const { transport, create, calls, jobs } = setUp([
    { operation, nth: 1, fault: faults.throttling() },
    { operation, nth: 2, fault: faults.serviceUnavailable() },
    { operation, nth: 3, fault: faults.connectionReset() },
  ]);
  await create('job', sageMakerClient(transport, { maxAttempts: 4 }));
  expect(calls.map(call => call.outcome)).toEqual(['ThrottlingException', 'ServiceUnavailable', 'TimeoutError', 'ok']);
  expect(jobs()).toEqual(['job']);
});

describe('when a rule applies', () => {
  /** Calls List ten times, a second apart, and says which of them failed. */
  async function hits(rule: Omit<FaultRule, 'fault'>, seed?: number): Promise<number[]> {
    const { client, clock } = setUp([{ ...rule, fault: faults.throttling() }], seed);
    const failed: number[] = [];
    for (let i = 1; i <= 10; i++) {
      await client.send(new ListCompilationJobsCommand({ MaxResults: i })).catch(() => failed.push(i));
      clock.advance(1_000);
    }
    return failed;
  }
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const start = new SimulatedClock().now();

  test.each<[string, Omit<FaultRule, 'fault'>, number[]]>([
    ['to every call', {}, all],
    ['to one operation', { operation: 'ListCompilationJobs' }, all],
    ['to one of several operations', { operation: ['ListTags', 'ListCompilationJobs'] }, all],
    ['to no other operation', { operation: 'ListTags' }, []],
    ['to the nth call', { nth: 3 }, [3]],
    ['to several calls', { nth: [1, 4] }, [1, 4]],
    ['to what the call asks', { when: call => call.input.MaxResults > 8 }, [9, 10]],
    ['for a time', { when: call => call.now < start + 2_500 }, [1, 2, 3]],
    ['so many times', { times: 2 }, [1, 2]],
    ['never', { probability: 0 }, []],
    ['for sure', { probability: 1 }, all],
  ])('%s', async (_, rule, expected) => {
    expect(await hits(rule)).toEqual(expected);
  });

  test('by chance, the same for the same seed', async () => {
    const some = await hits({ probability: 0.5 }, 3);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(10);
    expect(await hits({ probability: 0.5 }, 3)).toEqual(some);
    expect(await hits({ probability: 0.5 }, 4)).not.toEqual(some);
  });
});

describe('over HTTP', () => {
  type Run = (client: SageMakerClient, world: ReturnType<typeof setUp>) => Promise<void>;

  async function overHttp(rules: FaultRule[], run: Run, onCrash?: () => void) {
    const world = setUp(rules);
    const server = await startHttpServer(world.frontEnd, { onCrash });
    const client = new SageMakerClient({
      endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1,
    });
    try {
      await run(client, world);
    } finally {
      client.destroy();
      await server.close();
    }
  }

  test('a lost response is a reset connection', async () => {
    await overHttp([{ operation, nth: 1, fault: faults.responseLost() }], async (client, { create, jobs }) => {
      await expect(create('job', client)).rejects.toThrow('ECONNRESET');
      expect(jobs()).toEqual(['job']);
      expect((await client.send(new DescribeCompilationJobCommand({ CompilationJobName: 'job' }))).CompilationJobStatus).toBe('STARTING');
    });
  });

  test('a crash is reported to the callback that can kill the caller', async () => {
    const killed = jest.fn();
    await overHttp([{ operation, nth: 1, fault: faults.crashBefore() }], async (client, { create, jobs }) => {
      await expect(create('job', client)).rejects.toThrow('ECONNRESET');
      expect(killed).toHaveBeenCalledTimes(1);
      expect(jobs()).toEqual([]);
    }, killed);
  });
});
