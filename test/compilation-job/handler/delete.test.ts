import { OWNER_TAG } from '../../../src/compilation-job/compilation-job-properties';
import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World } from '../protocol/world';

const WRONG_STATE = faults.error('ValidationException', 'The compilation job cannot be deleted in status Stopping');

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

describe('Delete', () => {
  const slowly = async () => {
    world.plan = HOURS;
    await resource.create(properties({ WaitForCompletion: 'false' }));
  };

  test('a finished job is deleted, its artifact stays', async () => {
    await resource.create(properties());
    await resource.delete();
    expect(resource.jobs()[0].deletedAt).toBeDefined();
    expect(world.callsOf('StopCompilationJob')).toEqual([]);
    expect(world.storedKeys()).toHaveLength(1);
  });

  test('is tried again while SageMaker rejects it for a job that it shows as ended', async () => {
    await resource.create(properties());
    world.inject('DeleteCompilationJob', WRONG_STATE, 4);
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobs()[0].deletedAt).toBeDefined();
  });

  test('stops a job in a status that this library does not know', async () => {
    await slowly();
    const call = world.service.call.bind(world.service);
    jest.spyOn(world.service, 'call').mockImplementation((operation, input) => {
      const answer: any = call(operation, input);
      return ['STARTING', 'INPROGRESS'].includes(answer.CompilationJobStatus) ? { ...answer, CompilationJobStatus: 'PENDING' } : answer;
    });
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobs().map(({ deletedAt, history }) => [deletedAt !== undefined, history.at(-1)!.status])).toEqual([[true, 'STOPPED']]);
  });

  test('fails after two minutes of such rejections, with AWS\'s words', async () => {
    await resource.create(properties());
    world.inject('DeleteCompilationJob', WRONG_STATE, Infinity);
    const began = world.clock.now();
    const { status, reason } = await resource.delete();
    expect({ status, reason }).toEqual({ status: 'FAILED', reason: expect.stringContaining('cannot be deleted in status Stopping') });
    expect(world.clock.now() - began).toBeGreaterThan(2 * MINUTE);
  });

  test('a running one is stopped, waited for, then deleted', async () => {
    await slowly();
    await resource.delete();
    const [job] = resource.jobs();
    expect(job.history.map(({ status }) => status)).toEqual(expect.arrayContaining(['STOPPING', 'STOPPED']));
    expect(job.deletedAt).toBeGreaterThanOrEqual(job.history.at(-1)!.at);
    expect(world.callsOf('StopCompilationJob')).toHaveLength(1);
  });

  test.each([
    ['gone already', async () => { await resource.create(properties()); world.service.call('DeleteCompilationJob', { CompilationJobName: resource.physicalId! }); }],
    ['never made', async () => { resource.physicalId = 'Models-7cd64c-Job-00000000-00000000'; resource.properties = properties(); }],
    ['of an id that is not ours', async () => { resource.physicalId = 'Models-Job-1ABCDEFGHIJKL'; resource.properties = properties(); }],
    ['of an id that is no job name', async () => { resource.physicalId = '2026/11/24/[$LATEST]abcdef'; resource.properties = properties(); }],
  ])('a job %s is success', async (_, given) => {
    await given();
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(world.callsOf('DeleteCompilationJob')).toEqual([]);
  });

  test.each(['Models-7cd64c-Job-12345678-12345678', 'a-stranger'])('a stranger\'s job under our physical id %s is not touched', async name => {
    const theirs = world.strangersJob(name, [{ Key: OWNER_TAG, Value: 'someone else' }]);
    resource.physicalId = name;
    resource.properties = properties();
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(theirs().deletedAt).toBeUndefined();
    expect(world.callsOf('StopCompilationJob')).toEqual([]);
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

  test('fails: no permission to delete, with AWS\'s words', async () => {
    await resource.create(properties());
    world.inject('DeleteCompilationJob', faults.accessDenied(), Infinity);
    expect(await resource.delete()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('sagemaker:DeleteCompilationJob') });
  });

  test('fails: no permission to stop, with AWS\'s words, and the job stays', async () => {
    await slowly();
    world.inject('StopCompilationJob', faults.accessDenied(), Infinity);
    expect(await resource.delete()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('sagemaker:StopCompilationJob') });
    expect(resource.jobs()[0].deletedAt).toBeUndefined();
  });

  test('fails: no permission to see it, under a name of our kind, nothing to do under a foreign one', async () => {
    await resource.create(properties());
    world.inject('DescribeCompilationJob', faults.accessDenied(), Infinity);
    expect(await resource.delete()).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('sagemaker:DescribeCompilationJob') });
    resource.physicalId = 'Models-Job-1ABCDEFGHIJKL';
    expect((await resource.delete()).status).toBe('SUCCESS');
  });

  describe('of an id that CloudFormation made up, as the Create was given up', () => {
    const madeUp = async (changes: Parameters<typeof properties>[0] = {}) => {
      resource.physicalId = 'Models-Job-1ABCDEFGHIJKL';
      resource.properties = properties(changes);
      world.calls.length = 0;
      return resource.delete();
    };

    test.each([['a generated name', {}], ['a fixed name', { JobName: 'resnet' }]])('stops our running job of %s, and leaves it to be found stopped', async (_, changes) => {
      world.plan = HOURS;
      await resource.create(properties({ WaitForCompletion: 'false', ...changes }));
      expect((await madeUp(changes)).status).toBe('SUCCESS');
      expect(resource.jobs().map(({ status, deletedAt }) => [status, deletedAt])).toEqual([['STOPPED', undefined]]);
    });

    test('leaves alone jobs that ended, and running ones of a stranger', async () => {
      await resource.create(properties());
      world.plan = HOURS;
      const theirs = world.strangersJob('Models-7cd64c-Job-12345678-12345678', [{ Key: OWNER_TAG, Value: 'someone else' }]);
      const fixed = world.strangersJob('resnet');
      for (const changes of [{}, { JobName: 'resnet' }]) { expect((await madeUp(changes)).status).toBe('SUCCESS'); }
      expect(world.callsOf('StopCompilationJob')).toEqual([]);
      expect([theirs().status, fixed().status]).toEqual(['INPROGRESS', 'INPROGRESS']);
    });
  });

  describe('with deleteArtifacts', () => {
    const withArtifacts = properties({ DeleteArtifacts: 'true' });

    test('the artifact goes, and nothing else', async () => {
      world.service.artifacts.put('models', 'neo/another-job/resnet-ml_c5.tar.gz', Buffer.from('theirs'), 0);
      await resource.create(withArtifacts);
      expect(world.storedKeys()).toHaveLength(2);
      await resource.delete();
      expect(world.storedKeys()).toEqual(['neo/another-job/resnet-ml_c5.tar.gz']);
    });

    test('an artifact outside the job\'s own folder stays', async () => {
      await resource.create(withArtifacts);
      const [job] = world.service.records();
      (job.request.OutputConfig as any).S3OutputLocation = 's3://models/elsewhere';
      await resource.delete();
      expect(world.callsOf('DeleteObject')).toEqual([]);
    });

    test('a bucket that is gone is success', async () => {
      await resource.create(withArtifacts);
      world.inject('DeleteObject', faults.error('NoSuchBucket', 'The specified bucket does not exist', 404), Infinity);
      expect((await resource.delete()).status).toBe('SUCCESS');
      expect(resource.jobs()[0].deletedAt).toBeDefined();
    });

    test('a job that made none is deleted all the same', async () => {
      world.plan = { failureReason: 'ClientError: no' };
      await resource.create(withArtifacts);
      expect(resource.jobs()[0].deletedAt).toBeDefined();
    });
  });

  test('tags that are late: a young job without any may be ours, for two minutes', async () => {
    const original = world.service.call.bind(world.service);
    const born = () => world.service.records()[0]?.history[0].at ?? 0;
    jest.spyOn(world.service, 'call').mockImplementation(((operation: any, input: any) =>
      operation === 'ListTags' && world.clock.now() - born() < 100_000 ? { Tags: [] } : original(operation, input)) as any);
    world.plan = HOURS;
    // Not called a stranger's job by its own Create, and not forgotten by the Delete that comes at once.
    expect((await resource.create(properties({ JobName: 'resnet', WaitForCompletion: 'false' }))).status).toBe('SUCCESS');
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobs()[0].deletedAt).toBeDefined();
  });
});
