import { FrontEnd, NeoService, SimulatedClock, startHttpServer } from '../../../local/sagemaker';
import { EVENT_BUS_VARIABLE, EVENT_DETAIL_TYPE, EVENT_SOURCE } from '../../../src/compilation-job/compilation-job-properties';
import { EventBus } from '../../../src/compilation-job/handler/dependencies';
import { report } from '../../../src/compilation-job/handler/outcome';
import { BUNDLE, BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World } from '../protocol/world';

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

const outcomes = () => world.events.map(({ outcome, requestType }) => `${requestType} ${outcome}`);

describe('the outcome of a job', () => {
  test('completed: what it was, how long it took, where the result is', async () => {
    world.plan = { startingMs: 2 * MINUTE, compilingMs: 5 * MINUTE };
    const { physicalId } = await resource.create(properties());
    const artifact = `s3://models/neo/${physicalId}/resnet-ml_c5.tar.gz`;
    expect(world.events).toEqual([{
      stackName: 'Models',
      logicalResourceId: 'Job',
      requestType: 'Create',
      outcome: 'COMPLETED',
      jobName: physicalId,
      jobArn: `arn:aws:sagemaker:us-east-1:111122223333:compilation-job/${physicalId}`,
      jobStatus: 'COMPLETED',
      pendingSeconds: 120,
      compilationSeconds: 300,
      modelArtifactsUri: artifact,
      logUrl: expect.stringContaining(`/log-events/${physicalId}`),
    }]);
  });

  test('failed: why, and how long it took', async () => {
    world.plan = { startingMs: MINUTE, compilingMs: 3 * MINUTE, failureReason: 'ClientError: no such operator' };
    const { reason } = await resource.create(properties());
    expect(world.events).toEqual([expect.objectContaining({ outcome: 'FAILED', jobStatus: 'FAILED', pendingSeconds: 60, compilationSeconds: 180, reason })]);
    expect(reason).toContain('no such operator');
    expect(world.events[0].modelArtifactsUri).toBeUndefined();
  });

  test('failed before there was a job: the reason alone', async () => {
    world.inject('CreateCompilationJob', faults.explicitlyDenied());
    await resource.create(properties());
    const [outcome] = world.events;
    expect(outcome).toMatchObject({ outcome: 'FAILED', logicalResourceId: 'Job', reason: expect.stringContaining('AccessDenied') });
    const detail = JSON.parse(JSON.stringify(outcome));
    expect(detail).not.toHaveProperty('jobArn');
    expect(detail).not.toHaveProperty('compilationSeconds');
  });

  test('that has not stopped when CloudFormation is about to give up', async () => {
    world.plan = { ...HOURS, stoppingMs: 60 * MINUTE };
    const { reason } = await resource.create(properties({ request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } }));
    expect(reason).toMatch(/did not finish within 58 minutes/);
    expect(outcomes()).toEqual(['Create FAILED']);
  });

  test('is none when only the deletion failed', async () => {
    await resource.create(properties());
    world.inject('DeleteCompilationJob', faults.explicitlyDenied());
    expect((await resource.delete()).status).toBe('FAILED');
    expect(outcomes()).toEqual(['Create COMPLETED']);
  });

  test('failed with a name that cannot be', async () => {
    await resource.create(properties({ JobName: 'no_name' }));
    expect(outcomes()).toEqual(['Create FAILED']);
  });

  test('is a line of the log with the same fields', async () => {
    await resource.create(properties());
    expect(world.logs).toContainEqual({ action: 'outcome', ...world.events[0] });
  });

  test('is told once for each job: not for changed tags, a rollback or a deletion', async () => {
    await resource.create(properties());
    await resource.update(properties({ Tags: [{ Key: 'team', Value: 'vision' }] }));
    expect(outcomes()).toEqual(['Create COMPLETED']);
    world.plan = { failureReason: 'ClientError: no' };
    await resource.update(properties({ model: 'broken' }));
    expect(outcomes()).toEqual(['Create COMPLETED', 'Update FAILED']);
    world.plan = {};
    await resource.update(properties({ model: 'mobilenet' }));
    await resource.delete();
    await world.settle();
    expect(outcomes()).toEqual(['Create COMPLETED', 'Update FAILED', 'Update COMPLETED']);
  });

  test('is told once for a job with a fixed name, too', async () => {
    await resource.create(properties({ JobName: 'resnet' }));
    await resource.update(properties({ JobName: 'resnet', Tags: [{ Key: 'team', Value: 'vision' }] }));
    expect(outcomes()).toEqual(['Create COMPLETED']);
  });

  test('is not reported if the deployment does not wait for the job', async () => {
    world.plan = { compilingMs: 30 * MINUTE };
    await resource.create(properties({ WaitForCompletion: 'false' }));
    expect(outcomes()).toEqual([]);
  });

  test('of a request that CloudFormation gave up before a job was started is none', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(), 1_000);
    await resource.cancelledCreate(properties(), 5 * MINUTE);
    await world.settle();
    expect(world.logs).toContainEqual(expect.objectContaining({ action: 'fail', why: expect.stringContaining('gave up') }));
    expect(outcomes()).toEqual([]);
  });

  test('that cannot be told alters no answer, and is in the log', async () => {
    world.putEventError = Object.assign(new Error('not now'), { name: 'InternalException' });
    expect((await resource.create(properties())).status).toBe('SUCCESS');
    expect(world.logs).toContainEqual({ action: 'event lost', resource: 'Job', why: 'InternalException: not now' });
    expect(world.logs).toContainEqual(expect.objectContaining({ action: 'outcome', outcome: 'COMPLETED' }));
  });
});

test('an outcome without a rule is only in the log', async () => {
  const log: object[] = [];
  await report({ log: (entry: object) => log.push(entry) } as any, { stackName: 'Models', logicalResourceId: 'Job', requestType: 'Create', outcome: 'COMPLETED' });
  expect(log).toEqual([expect.objectContaining({ action: 'outcome', outcome: 'COMPLETED' })]);
});

describe('the event bus', () => {
  const outcome = { stackName: 'Models', logicalResourceId: 'Job', requestType: 'Create', outcome: 'COMPLETED', jobArn: 'arn:job' } as const;

  /** The client as it is, with an answer in place of the network. */
  function bus(answer: object) {
    const sent: any[] = [];
    const requestHandler = {
      handle: async (request: any) => {
        sent.push(JSON.parse(new TextDecoder().decode(request.body)));
        const { HttpResponse } = jest.requireActual('@smithy/core/protocols');
        return { response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) }) };
      },
    };
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    return { sent, bus: new EventBus('default', { region: 'us-east-1', credentials, requestHandler } as any) };
  }

  test('gets the outcome as the detail of one event', async () => {
    const { bus: eventBus, sent } = bus({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await eventBus.put(outcome);
    expect(sent).toEqual([{
      Entries: [{ EventBusName: 'default', Source: EVENT_SOURCE, DetailType: EVENT_DETAIL_TYPE, Resources: ['arn:job'], Detail: JSON.stringify(outcome) }],
    }]);
  });

  test('gets an outcome without a job, too', async () => {
    const { bus: eventBus, sent } = bus({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    const { jobArn, ...noJob } = outcome;
    await eventBus.put(noJob);
    expect(sent[0].Entries[0].Resources).toEqual([]);
  });

  test('fails: that refuses the event, although the call succeeds', async () => {
    const { bus: eventBus } = bus({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slowly' }] });
    await expect(eventBus.put(outcome)).rejects.toMatchObject({ name: 'ThrottlingException', message: 'slowly' });
  });
});

/** The bundle with its own clients, as Lambda runs it, against servers on this machine. */
describe('the function', () => {
  const environment = { ...process.env };
  afterEach(() => { process.env = { ...environment }; jest.restoreAllMocks(); });

  test.each([[undefined], ['default']])('with %s as its bus', async busName => {
    const clock = new SimulatedClock();
    const frontEnd = new FrontEnd(new NeoService({ now: clock.now }), { clock });
    const server = await startHttpServer(frontEnd);
    Object.assign(process.env, {
      AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_ENDPOINT_URL: server.url,
    });
    if (busName) { process.env[EVENT_BUS_VARIABLE] = busName; }
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation(line => { lines.push(String(line)); return true; });
    let bundle: any;
    jest.isolateModules(() => { bundle = jest.requireActual(BUNDLE); });
    try {
      const Request = { RequestType: 'Create', StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1', LogicalResourceId: 'Job', ResourceProperties: properties({ JobName: '-' }) };
      expect((await bundle.isComplete({ Request, StartedAt: '2030-01-01T00:00:00.000Z', Progress: {} })).Answer.Reason).toMatch(/compilationJobName/);
    } finally {
      await server.close();
    }
    const entries = lines.map(line => JSON.parse(line));
    expect(entries).toContainEqual(expect.objectContaining({ action: 'outcome', outcome: 'FAILED' }));
    // The stand-in knows no EventBridge: that the call was made shows in its failure.
    expect(entries.filter(({ action }) => action === 'event lost')).toHaveLength(busName ? 1 : 0);
  });
});
