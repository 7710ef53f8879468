import { BundledHandler } from './protocol/bundle';
import { SimulatedResource } from './protocol/simulated-resource';
import { faults, MINUTE, properties, World } from './protocol/world';
import type { CallRecord } from '../../local/sagemaker';
import { CONFIGURATION_TAG, OWNER_TAG } from '../../src/compilation-job/compilation-job-properties';

/** Too slow to run once per mutant (stryker.config.mjs). */
const slow = (globalThis as any).NEO_HANDLER_FROM_SOURCE === true ? test.skip : test;

const SLOW = { compilingMs: 3 * 60 * MINUTE };

let world: World;
let resource: SimulatedResource;
let calls: CallRecord[];

beforeEach(() => start());

function start(quota?: number) {
  world = new World(BundledHandler, quota);
  resource = new SimulatedResource(world);
  calls = [];
  (world.frontEnd as any).onCall = (call: CallRecord) => calls.push(call);
}

const callsOf = (operation: string) => calls.filter(call => call.operation === operation);
const seconds = (ms: number) => ms / 1000;
const storedKeys = () => world.service.artifacts.list('models').map(object => object.key);

function strangersJob(name: string, tags: { Key: string; Value: string }[] = []) {
  const request = properties().Request;
  world.service.call('CreateCompilationJob', {
    ...request,
    CompilationJobName: name,
    StoppingCondition: { MaxRuntimeInSeconds: 900 },
    Tags: tags,
    OutputConfig: { ...request.OutputConfig, S3OutputLocation: 's3://models/strangers' },
  });
  return () => world.service.records().find(job => job.name === name && job.request.OutputConfig!.S3OutputLocation === 's3://models/strangers')!;
}

describe('Create', () => {
  test('sends the request as the API wants it: numbers as numbers, an output location of its own, our tags', async () => {
    await resource.create(properties({ Tags: [{ Key: 'team', Value: 'vision' }] }));

    const [{ input }] = callsOf('CreateCompilationJob');
    const name = resource.physicalId!;
    expect(name).toMatch(/^Models-7cd64c-Job-[0-9a-f]{8}-[0-9a-f]{8}$/);
    expect(input).toEqual({
      ...properties().Request,
      CompilationJobName: name,
      OutputConfig: { S3OutputLocation: `s3://models/neo/${name}`, TargetDevice: 'ml_c5' },
      StoppingCondition: { MaxRuntimeInSeconds: 900 },
      Tags: [
        { Key: 'team', Value: 'vision' },
        { Key: OWNER_TAG, Value: expect.stringMatching(/^[0-9a-f]{32}$/) },
        { Key: CONFIGURATION_TAG, Value: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ],
    });
  });

  test('answers with the attributes of the finished job', async () => {
    const answer = await resource.create(properties());

    expect(answer.status).toBe('SUCCESS');
    expect(answer.data).toEqual({
      JobName: answer.physicalId,
      JobArn: `arn:aws:sagemaker:us-east-1:111122223333:compilation-job/${answer.physicalId}`,
      ModelArtifactsUri: `s3://models/neo/${answer.physicalId}/resnet-ml_c5.tar.gz`,
      ArtifactObjectKey: `neo/${answer.physicalId}/resnet-ml_c5.tar.gz`,
      ArtifactDigest: expect.stringMatching(/^[0-9a-f]{64,}$/),
      InferenceImage: expect.stringContaining('dkr.ecr.us-east-1'),
    });
  });

  test('waits for the end, one look every ten seconds', async () => {
    world.plan = { startingMs: 60_000, compilingMs: 5 * MINUTE };
    await resource.create(properties());
    const looks = callsOf('DescribeCompilationJob');
    // Nothing there, then every ten seconds of six minutes, then the end.
    expect(looks).toHaveLength(1 + 36);
    expect(seconds(looks[20].at - looks[19].at)).toBe(10);
    expect(callsOf('ListTags')).toHaveLength(0);
  });

  test('without waiting, answers as soon as the job is accepted, and leaves it running', async () => {
    world.plan = SLOW;
    const answer = await resource.create(properties({ WaitForCompletion: 'false' }));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.data).toEqual({ JobName: answer.physicalId, JobArn: expect.stringContaining(answer.physicalId) });
    expect(resource.jobsInProgress()).toHaveLength(1);
  });

  test('a request delivered twice makes one job and gets the same answer', async () => {
    await resource.create(properties(), 2);
    await world.settle();
    expect(resource.jobs()).toHaveLength(1);
    const [{ answers }] = resource.history;
    expect(answers.map(answer => answer.data)).toEqual([answers[0].data, answers[0].data]);
  });

  test.each([
    ['the answer of the call is lost', faults.responseLost()],
    ['the function dies after the call', faults.crashAfter()],
    ['the function dies before the call', faults.crashBefore()],
  ])('%s: at most one job, none in progress in the end', async (_, fault) => {
    world.inject('CreateCompilationJob', fault);
    await resource.create(properties());
    await world.settle();
    expect(resource.jobs().length).toBeLessThanOrEqual(1);
    expect(resource.jobsInProgress()).toEqual([]);
  });

  test.each([
    ['the quota is used up', faults.quotaTaken()],
    ['throttled', faults.throttling()],
    ['throttled with 429', faults.throttling(429)],
    ['an internal failure', faults.internalFailure()],
    ['the service is unavailable', faults.serviceUnavailable()],
    ['the connection breaks', faults.connectionReset()],
    ['the role is too young', faults.roleNotPropagated()],
  ])('%s: tried again until it works', async (_, fault) => {
    world.inject('CreateCompilationJob', fault, 5);
    const answer = await resource.create(properties());
    expect(answer.status).toBe('SUCCESS');
    expect(callsOf('CreateCompilationJob')).toHaveLength(6);
    expect(resource.jobs()).toHaveLength(1);
  });

  test.each(['DescribeCompilationJob', 'ListTags'])('%s throttled and failing: looked at again', async operation => {
    world.inject(operation, faults.internalFailure(), 4);
    expect((await resource.create(properties({ JobName: 'fixed-name' }))).status).toBe('SUCCESS');
  });

  test('a role that never becomes assumable fails after five minutes, with what to do', async () => {
    world.inject('CreateCompilationJob', faults.roleNotPropagated(), Infinity);
    const answer = await resource.create(properties());
    expect(answer.reason).toMatch(/Could not assume role arn:aws:iam::111122223333:role\/neo-execution.*What to do: let sagemaker.amazonaws.com assume the role/s);
    expect(seconds(world.clock.now() - calls[0].at)).toBeLessThan(600);
  });

  test('a quota that never frees up fails at the time limit, with the quota\'s words', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    const answer = await resource.create(properties());
    expect(answer.status).toBe('FAILED');
    expect(answer.timedOut).toBe(false);
    expect(answer.reason).toMatch(/ResourceLimitExceeded/);
    expect(resource.jobs()).toEqual([]);
  });

  test('the wait for a slot backs off, with jitter', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    await resource.create(properties());
    const gaps = callsOf('CreateCompilationJob').slice(1).map((call, i) => seconds(call.at - callsOf('CreateCompilationJob')[i].at));
    const late = gaps.slice(Math.floor(gaps.length / 2));
    expect(late.reduce((a, b) => a + b) / late.length).toBeGreaterThan(30);
    expect(new Set(late).size).toBeGreaterThan(3);
  });

  test.each([
    ['ValidationException', faults.error('ValidationException', 'Unsupported framework version 9.9'), /ValidationException: Unsupported framework version 9\.9 \(job: .*model: s3:\/\/models\/resnet\.tar\.gz, framework: PYTORCH 1\.13, target: ml_c5.*What to do: pick a framework version/s],
    ['AccessDeniedException', faults.accessDenied(), /AccessDeniedException: User: .*sagemaker:CreateCompilationJob.*What to do: look for an IAM permissions boundary/s],
  ])('%s fails at once: AWS\'s words, the request and what to do', async (_, fault, reason) => {
    world.inject('CreateCompilationJob', fault, Infinity);
    const answer = await resource.create(properties());
    expect(answer.status).toBe('FAILED');
    expect(answer.reason).toMatch(reason);
    expect(callsOf('CreateCompilationJob')).toHaveLength(1);
  });

  test('FAILED: reason and link to the log', async () => {
    world.plan = { failureReason: 'ClientError: InputConfiguration: No model file found' };
    const answer = await resource.create(properties());
    const [job] = resource.jobs();
    expect(answer.reason).toContain('ClientError: InputConfiguration: No model file found');
    expect(answer.reason).toContain(`https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/${job.name}`);
  });

  test('STOPPED from outside fails with that word', async () => {
    world.plan = { compilingMs: 10 * MINUTE };
    const answer = resource.create(properties());
    await untilInProgress();
    world.service.call('StopCompilationJob', { CompilationJobName: resource.jobs()[0].name });
    expect((await answer).reason).toMatch(/was STOPPED from outside/);
  });

  test('at the time limit the job is stopped before the answer is given', async () => {
    world.plan = { ...SLOW, stoppingMs: 90_000 };
    let inProgressAtAnswer: number | undefined;
    const original = resource.history.push.bind(resource.history);
    resource.history.push = (...entries) => {
      for (const entry of entries) {
        entry.answers.push = (...answers) => {
          inProgressAtAnswer ??= resource.jobsInProgress().length;
          return Array.prototype.push.apply(entry.answers, answers);
        };
      }
      return original(...entries);
    };
    const answer = await resource.create(properties({ TimeLimitInSeconds: '600', Request: { ...properties().Request, StoppingCondition: { MaxRuntimeInSeconds: '36000' } } }));

    expect(answer.reason).toMatch(/was stopped at the time limit of 600 seconds. Raise timeout, or set waitForCompletion to false/);
    expect(answer.timedOut).toBe(false);
    expect(inProgressAtAnswer).toBe(0);
    expect(resource.jobs()[0].history.map(({ status }) => status)).toEqual(['STARTING', 'INPROGRESS', 'STOPPING', 'STOPPED']);
  });

  describe('a fixed name', () => {
    test('is used as it is', async () => {
      expect((await resource.create(properties({ JobName: 'resnet-for-c5' }))).physicalId).toBe('resnet-for-c5');
    });

    test('that a stranger has fails, and the stranger is left alone, by the clean-up too', async () => {
      const theirs = strangersJob('resnet-for-c5');
      const answer = await resource.create(properties({ JobName: 'resnet-for-c5' }));
      expect(answer.reason).toMatch(/resnet-for-c5 exists already and does not belong to this resource: give another compilationJobName/);
      expect(theirs().deletedAt).toBeUndefined();
      expect(theirs().history.map(({ status }) => status)).not.toContain('STOPPING');
    });

    test('that another resource of ours has fails as well', async () => {
      await new SimulatedResource(world, 'Other').create(properties({ JobName: 'resnet-for-c5' }));
      const answer = await resource.create(properties({ JobName: 'resnet-for-c5' }));
      expect(answer.reason).toMatch(/does not belong to this resource/);
      expect(world.service.records()[0].deletedAt).toBeUndefined();
    });

    test('that cannot be one fails before anything is asked of AWS', async () => {
      const answer = await resource.create(properties({ JobName: 'not a name' }));
      expect(answer.reason).toMatch(/compilationJobName must be 1 to 63 .*got: "not a name"/);
      expect(calls).toEqual([]);
    });
  });

  describe('given up by CloudFormation', () => {
    test('while waiting for a slot: no job is started any more', async () => {
      world.inject('CreateCompilationJob', faults.quotaTaken(), Infinity);
      const removal = await resource.cancelledCreate(properties(), 2 * MINUTE);
      world.heal();
      await world.settle();
      expect(removal.status).toBe('SUCCESS');
      expect(resource.jobs()).toEqual([]);
      expect(resource.history[0].answers[0].reason).toMatch(/CloudFormation gave up this Create before a compilation job was started/);
    });

    test('while the job runs: it is stopped, though the id is one that CloudFormation made up', async () => {
      world.plan = SLOW;
      await resource.cancelledCreate(properties(), 2 * MINUTE);
      expect(resource.jobsInProgress()).toEqual([]);
      await world.settle();
      expect(resource.jobs()).toHaveLength(1);
    });
  });

  async function untilInProgress() {
    for (let i = 0; i < 1000 && resource.jobsInProgress().length === 0; i++) { await Promise.resolve(); }
    expect(resource.jobsInProgress()).toHaveLength(1);
  }
});

describe('Update', () => {
  const created = async (changes: any = {}) => {
    await resource.create(properties(changes));
    calls.length = 0;
    return resource.physicalId!;
  };

  test.each([
    ['nothing', {}],
    ['the role', { Request: { ...properties().Request, RoleArn: 'arn:aws:iam::111122223333:role/other-execution-role' } }],
    ['the network', { Request: { ...properties().Request, VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } } }],
    ['a time limit', { TimeLimitInSeconds: '120' }],
  ])('%s that does not alter the result makes no job', async (_, changes) => {
    const before = await created();
    const answer = await resource.update(properties(changes));
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalId: before });
    expect(answer.data!.ModelArtifactsUri).toContain(before);
    expect(callsOf('CreateCompilationJob')).toEqual([]);
    expect(callsOf('DeleteCompilationJob')).toEqual([]);
  });

  test.each([
    ['the model', { model: 'mobilenet' }],
    ['the version of the model under the same key', { ModelVersion: 'second' }],
    ['the target', { Request: { ...properties().Request, OutputConfig: { ...properties().Request.OutputConfig, TargetDevice: 'ml_m5' } } }],
    ['the shape', { Request: { ...properties().Request, InputConfig: { ...properties().Request.InputConfig, DataInputConfig: '{"x":[1,3,32,32]}' } } }],
  ])('%s alters the result: a new job under a new name, the old one removed', async (_, changes) => {
    const before = await created();
    const answer = await resource.update(properties(changes));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.physicalId).not.toBe(before);
    expect(resource.jobs().map(job => [job.name, job.deletedAt !== undefined])).toEqual([[before, true], [answer.physicalId, false]]);
  });

  test('the order in which CloudFormation gives properties means nothing', async () => {
    const before = await created();
    const { InputConfig, ...rest } = properties().Request;
    const reversed: any = { InputConfig: Object.fromEntries(Object.entries(InputConfig).reverse()), ...rest };
    const answer = await resource.update(properties({ Request: reversed }));
    expect(answer.physicalId).toBe(before);
  });

  test('tags alone change in place; tags of others stay', async () => {
    await created({ Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'gone', Value: 'soon' }] });
    const [job] = resource.jobs();
    world.service.call('AddTags', { ResourceArn: job.arn, Tags: [{ Key: 'auditor', Value: 'was here' }] });
    await resource.update(properties({ Tags: [{ Key: 'team', Value: 'speech' }, { Key: 'new', Value: 'one' }] }));
    expect(resource.jobs()[0].tags).toEqual({ ...job.tags, auditor: 'was here', team: 'speech', new: 'one', gone: undefined });
    expect(callsOf('CreateCompilationJob')).toEqual([]);
  });

  test.each([['the old', false], ['the new', true]])('a failed one rolls back to the old job without compiling again, if CloudFormation comes with %s id', async (_, keepsNewId) => {
    resource = new SimulatedResource(world, 'Job', keepsNewId);
    const before = await created();
    world.plan = { failureReason: 'ClientError: no' };
    expect((await resource.update(properties({ model: 'broken' }))).status).toBe('FAILED');
    expect(resource.physicalId).toBe(before);
    expect(callsOf('CreateCompilationJob')).toHaveLength(1);
    expect(resource.jobs().filter(job => job.deletedAt === undefined).map(job => job.name)).toEqual([before]);
  });

  test('a crash on the way leaves no job in progress after the roll-back', async () => {
    const before = await created();
    world.plan = SLOW;
    world.inject('CreateCompilationJob', faults.crashAfter());
    await resource.update(properties({ model: 'mobilenet' }));
    expect(resource.jobsInProgress()).toEqual([]);
    expect(resource.physicalId).toBe(before);
  });

  test('there and back again: names are never used twice', async () => {
    const first = await created();
    await resource.update(properties({ model: 'mobilenet' }));
    const third = (await resource.update(properties())).physicalId;
    expect(third).not.toBe(first);
    expect(third.slice(0, -9)).toBe(first.slice(0, -9));
  });

  test('the job that is replaced is stopped before the new one starts', async () => {
    world.plan = SLOW;
    await created({ WaitForCompletion: 'false' });
    world.plan = {};
    await resource.update(properties({ model: 'mobilenet' }));
    const [old, replacement] = resource.jobs();
    expect(old.history.at(-1)!.status).toBe('STOPPED');
    expect(old.history.at(-1)!.at).toBeLessThanOrEqual(replacement.history[0].at);
  });

  test('a job that is gone is made again under a new name', async () => {
    const before = await created();
    world.service.call('DeleteCompilationJob', { CompilationJobName: before });
    const answer = await resource.update(properties({ Tags: [{ Key: 'a', Value: 'b' }] }));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.physicalId).not.toBe(before);
  });

  test('SageMaker cannot be asked: the unchanged job is kept, a changed one gets a new name', async () => {
    const before = await created();
    world.inject('DescribeCompilationJob', faults.internalFailure());
    expect((await resource.update(properties())).physicalId).toBe(before);
    world.inject('DescribeCompilationJob', faults.internalFailure());
    expect((await resource.update(properties({ model: 'mobilenet' }))).physicalId).not.toBe(before);
  });

  describe('a fixed name', () => {
    test('with a change that alters the result says to change the name, and nothing happens', async () => {
      await created({ JobName: 'resnet-for-c5' });
      const answer = await resource.update(properties({ JobName: 'resnet-for-c5', model: 'mobilenet' }));
      expect(answer.reason).toMatch(/compilationJobName is fixed to resnet-for-c5, but the update needs a new job/);
      expect(resource.physicalId).toBe('resnet-for-c5');
      expect(resource.jobs()).toHaveLength(1);
    });

    test('that changes makes a new job, and a failure returns to the old one', async () => {
      await created({ JobName: 'first' });
      expect((await resource.update(properties({ JobName: 'second', model: 'mobilenet' }))).physicalId).toBe('second');
      world.plan = { failureReason: 'ClientError: no' };
      await resource.update(properties({ JobName: 'third', model: 'broken' }));
      expect(resource.physicalId).toBe('second');
      expect(callsOf('CreateCompilationJob').map(call => call.input.CompilationJobName)).toEqual(['second', 'third']);
    });
  });
});

describe('Delete', () => {
  const slowly = async () => {
    world.plan = SLOW;
    await resource.create(properties({ WaitForCompletion: 'false' }));
  };

  test('a finished job is deleted, its artifact stays', async () => {
    await resource.create(properties());
    await resource.delete();
    expect(resource.jobs()[0].deletedAt).toBeDefined();
    expect(callsOf('StopCompilationJob')).toEqual([]);
    expect(storedKeys()).toHaveLength(1);
  });

  test('a running one is stopped, waited for, then deleted', async () => {
    await slowly();
    await resource.delete();
    const [job] = resource.jobs();
    expect(job.history.map(({ status }) => status)).toEqual(expect.arrayContaining(['STOPPING', 'STOPPED']));
    expect(job.deletedAt).toBeGreaterThanOrEqual(job.history.at(-1)!.at);
    expect(callsOf('StopCompilationJob')).toHaveLength(1);
  });

  test.each([
    ['gone already', async () => { await resource.create(properties()); world.service.call('DeleteCompilationJob', { CompilationJobName: resource.physicalId! }); }],
    ['never made', async () => { resource.physicalId = 'Models-7cd64c-Job-00000000-00000000'; resource.properties = properties(); }],
    ['of an id that is not ours', async () => { resource.physicalId = 'Models-Job-1ABCDEFGHIJKL'; resource.properties = properties(); }],
    ['of an id that is no job name', async () => { resource.physicalId = '2026/11/24/[$LATEST]abcdef'; resource.properties = properties(); }],
  ])('a job %s is success', async (_, given) => {
    await given();
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(callsOf('DeleteCompilationJob')).toEqual([]);
  });

  test.each(['Models-7cd64c-Job-12345678-12345678', 'a-stranger'])('a stranger\'s job under our physical id %s is not touched', async name => {
    const theirs = strangersJob(name, [{ Key: OWNER_TAG, Value: 'somebody else' }]);
    resource.physicalId = name;
    resource.properties = properties();
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(theirs().deletedAt).toBeUndefined();
    expect(callsOf('StopCompilationJob')).toEqual([]);
  });

  test.each([
    ['throttled', faults.throttling()],
    ['5xx', faults.internalFailure()],
    ['broken', faults.connectionReset()],
    ['lost after effect', faults.responseLost()],
  ])('calls that are %s are tried again', async (_, fault) => {
    await slowly();
    world.inject(['StopCompilationJob', 'DeleteCompilationJob', 'DescribeCompilationJob', 'ListTags'], fault, 6);
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobsInProgress()).toEqual([]);
    expect(resource.jobs()[0].deletedAt).toBeDefined();
  });

  test('a job that ends by itself between the look and the stop is deleted', async () => {
    await slowly();
    world.inject('StopCompilationJob', faults.error('ValidationException', 'The request was rejected because the compilation job is in status COMPLETED.'));
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobs()[0].deletedAt).toBeDefined();
  });

  test('no permission to delete is an error with AWS\'s words', async () => {
    await resource.create(properties());
    world.inject('DeleteCompilationJob', faults.accessDenied(), Infinity);
    expect(await resource.delete()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('sagemaker:DeleteCompilationJob') });
  });

  describe('with deleteArtifacts', () => {
    const withArtifacts = properties({ DeleteArtifacts: 'true' });

    test('the artifact goes, and nothing else', async () => {
      world.service.artifacts.put('models', 'neo/another-job/resnet-ml_c5.tar.gz', Buffer.from('theirs'), 0);
      await resource.create(withArtifacts);
      expect(storedKeys()).toHaveLength(2);
      await resource.delete();
      expect(storedKeys()).toEqual(['neo/another-job/resnet-ml_c5.tar.gz']);
    });

    test('an artifact outside the job\'s own folder stays', async () => {
      await resource.create(withArtifacts);
      const [job] = world.service.records();
      (job.request.OutputConfig as any).S3OutputLocation = 's3://models/elsewhere';
      await resource.delete();
      expect(callsOf('DeleteObject')).toEqual([]);
    });

    test('a job that made none is deleted all the same', async () => {
      world.plan = { failureReason: 'ClientError: no' };
      await resource.create(withArtifacts);
      expect(resource.jobs()[0].deletedAt).toBeDefined();
    });
  });
});

slow('forty jobs on a quota of four all deploy, none starved', async () => {
  start(4);
  world.plan = { startingMs: 30_000, compilingMs: 3 * MINUTE };
  const resources = Array.from({ length: 40 }, (_, i) => new SimulatedResource(world, `Job${i}`));
  const done = await createTogether(resources);
  expect(done.filter(answer => answer.status !== 'SUCCESS')).toEqual([]);
  expect(world.service.records()).toHaveLength(40);
});

/** One stack: all requests are out before the first poll. */
async function createTogether(resources: SimulatedResource[]) {
  const began = world.clock.now();
  const answers: any[] = [];
  for (const [i, one] of resources.entries()) {
    world.resourceStatus.set(one.logicalId, 'CREATE_IN_PROGRESS');
    await world.deliver({
      RequestType: 'Create',
      StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Many/1',
      LogicalResourceId: one.logicalId,
      RequestId: `${i}`,
      ResourceProperties: properties({ model: `model${i}` }),
    }, answer => answers.push(answer));
  }
  await world.settle();
  expect(world.clock.now() - began).toBeLessThan(60 * MINUTE);
  return answers;
}

describe('whatever happens, what leaves the handler', () => {
  test('is short enough for CloudFormation, in bytes, with the longest of everything', async () => {
    world.plan = { failureReason: '\u0001'.repeat(1024) };
    const answer = await resource.create(properties({ JobName: 'n'.repeat(63) }));
    const response = {
      Status: answer.status,
      Reason: `${answer.reason}\n\nLogs: /aws/lambda/${'f'.repeat(64)}\n`,
      PhysicalResourceId: answer.physicalId,
      LogicalResourceId: 'L'.repeat(255),
      RequestId: 'r'.repeat(36),
      StackId: `arn:aws:cloudformation:us-east-1:111122223333:stack/${'s'.repeat(128)}/${'u'.repeat(36)}`,
      Data: {},
    };
    expect(answer.reason).toContain('...');
    expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThanOrEqual(4_096);
  });

  test('carries no stack trace: the framework would append it', async () => {
    world.inject('CreateCompilationJob', faults.accessDenied());
    await resource.create(properties());
    const handler = new BundledHandler({ log: () => {} } as any);
    const error = await handler.onEvent({ RequestType: 'Create', StackId: 'stack/Models', ResourceProperties: properties({ JobName: '-' }) } as any).catch(e => e);
    expect(error.stack.split('\n')).toHaveLength(1);
  });

  test('logs neither the presigned URL nor whole events', async () => {
    world.inject('CreateCompilationJob', faults.throttling(), 3);
    await resource.create(properties());
    world.plan = { failureReason: 'ClientError: no' };
    await resource.update(properties({ model: 'broken' }));
    await resource.delete();
    expect(world.logs.length).toBeGreaterThan(5);
    expect(JSON.stringify(world.logs)).not.toMatch(/X-Amz-Signature|ResponseURL|https:\/\/cloudformation/);
  });
});
