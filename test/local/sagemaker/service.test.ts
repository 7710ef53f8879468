import { CompilationJobStatus, CreateCompilationJobRequest, DescribeCompilationJobResponse$, ListCompilationJobsRequest } from '@aws-sdk/client-sagemaker';
import { request } from './requests';
import { always, ArtifactStore, byName, fleetOutcomes, JobPlan, NeoService, NeoServiceProps, SimulatedClock } from '../../../local/sagemaker';
import { shapeOf } from '../../../local/sagemaker/schema';

function setUp(props: NeoServiceProps = {}) {
  const clock = new SimulatedClock();
  const service = new NeoService({ now: clock.now, ...props });
  return {
    clock,
    service,
    create: (name = 'job', changes: Partial<CreateCompilationJobRequest> = {}) =>
      service.call('CreateCompilationJob', request({ CompilationJobName: name, ...changes })).CompilationJobArn!,
    describe: (name = 'job') => service.call('DescribeCompilationJob', { CompilationJobName: name }),
    status: (name = 'job') => service.call('DescribeCompilationJob', { CompilationJobName: name }).CompilationJobStatus,
    stop: (name = 'job') => service.call('StopCompilationJob', { CompilationJobName: name }),
    remove: (name = 'job') => service.call('DeleteCompilationJob', { CompilationJobName: name }),
    list: (query: ListCompilationJobsRequest = {}) => service.call('ListCompilationJobs', query),
  };
}

/** Brings a job into a status; every status the API knows. */
const REACH: Record<CompilationJobStatus, (world: ReturnType<typeof setUp>) => void> = {
  STARTING: () => {},
  INPROGRESS: ({ clock }) => clock.advance(2_000),
  COMPLETED: ({ clock }) => clock.advance(8_000),
  FAILED: ({ clock }) => clock.advance(8_000),
  STOPPING: ({ stop }) => stop(),
  STOPPED: ({ clock, stop }) => {
    stop();
    clock.advance(2_000);
  },
};
const STATUSES = Object.values(CompilationJobStatus);

function inStatus(status: CompilationJobStatus) {
  const world = setUp({ plan: always({ failureReason: status === 'FAILED' ? 'planned' : undefined }) });
  world.create();
  REACH[status](world);
  expect(world.status()).toBe(status);
  return world;
}

describe('transitions', () => {
  test.each(STATUSES)('stop in %s', status => {
    const { stop, status: now } = inStatus(status);
    if (status === 'STARTING' || status === 'INPROGRESS') {
      stop();
      expect(now()).toBe('STOPPING');
    } else {
      expect(() => stop()).toThrow(expect.objectContaining({
        name: 'ValidationException', message: `The request was rejected because the compilation job is in status ${status}`,
      }));
      expect(now()).toBe(status);
    }
  });

  test.each(STATUSES)('delete in %s', status => {
    const { remove, describe: describeJob } = inStatus(status);
    if (status === 'COMPLETED' || status === 'FAILED' || status === 'STOPPED') {
      remove();
      expect(() => describeJob()).toThrow(expect.objectContaining({ name: 'ResourceNotFound' }));
      expect(() => remove()).toThrow(expect.objectContaining({ name: 'ResourceNotFound' }));
    } else {
      expect(() => remove()).toThrow(expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(`in status ${status}`) }));
      expect(describeJob().CompilationJobStatus).toBe(status);
    }
  });

  test.each(STATUSES)('fails for the name of a job in %s', status => {
    const { create, remove, service } = inStatus(status);
    expect(() => create()).toThrow(expect.objectContaining({ name: 'ResourceInUse', message: expect.stringContaining(service.records()[0].arn) }));
    if (['COMPLETED', 'FAILED', 'STOPPED'].includes(status)) {
      remove();
      create();
    }
  });

  test.each(['StopCompilationJob', 'DeleteCompilationJob', 'DescribeCompilationJob'] as const)('fails: %s of a job that does not exist', operation => {
    expect(() => setUp().service.call(operation, { CompilationJobName: 'none' }))
      .toThrow(expect.objectContaining({ name: 'ResourceNotFound', statusCode: 400, message: "Could not find compilation job 'none'." }));
  });
});

describe('the end of a job', () => {
  test('has the planned reason when it fails, cut to what the API allows', () => {
    const { clock, create, describe: describeJob, service } = setUp({ plan: always({ failureReason: 'x'.repeat(2_000) }) });
    create();
    clock.advance(8_000);
    expect(describeJob()).toMatchObject({ CompilationJobStatus: 'FAILED', FailureReason: 'x'.repeat(1_024) });
    expect(service.artifacts.list('artifacts')).toEqual([]);
  });

  test('is a TimeOut after MaxRuntimeInSeconds, counted from INPROGRESS', () => {
    const { clock, create, describe: describeJob, status } = setUp({ plan: always({ startingMs: 60_000, compilingMs: 901_000 }) });
    create('job', { StoppingCondition: { MaxRuntimeInSeconds: 900 } });
    clock.advance(959_999);
    expect(status()).toBe('INPROGRESS');
    clock.advance(1);
    expect(describeJob()).toMatchObject({ CompilationJobStatus: 'FAILED', FailureReason: expect.stringMatching(/^TimeOut.*900 seconds/), CompilationEndTime: new Date(clock.now()) });
  });

  test('is STOPPED after MaxPendingTimeInSeconds without a start', () => {
    const { clock, create, describe: describeJob } = setUp({ plan: always({ startingMs: 7_201_000 }) });
    create('job', { StoppingCondition: { MaxRuntimeInSeconds: 900, MaxPendingTimeInSeconds: 7_200 } });
    clock.advance(7_200_000);
    expect(describeJob()).toMatchObject({ CompilationJobStatus: 'STOPPED', FailureReason: '' });
    expect(describeJob().CompilationStartTime).toBeUndefined();
  });

  const nvidia = (CompilerOptions?: string): Partial<CreateCompilationJobRequest> => ({
    OutputConfig: { S3OutputLocation: 's3://b', TargetPlatform: { Os: 'LINUX', Arch: 'ARM64', Accelerator: 'NVIDIA' }, CompilerOptions },
  });
  test.each<[string, Partial<CreateCompilationJobRequest>, string]>([
    ['a model that is no .tar.gz', { InputConfig: { S3Uri: 's3://models/model.zip', Framework: 'ONNX' } }, 'must be a single gzip compressed tar archive'],
    ['ml_inf2 outside us-east-2', { OutputConfig: { S3OutputLocation: 's3://b', TargetDevice: 'ml_inf2' } }, 'ml_inf2 is only available in us-east-2'],
    ['a model that is not there', {}, 'no object at s3://models/resnet.tar.gz'],
  ])('is a failure for %s', (_, changes, reason) => {
    const { clock, create, describe: describeJob } = setUp({ modelsMustExist: true });
    create('job', changes);
    clock.advance(8_000);
    expect(describeJob()).toMatchObject({ CompilationJobStatus: 'FAILED', FailureReason: expect.stringContaining(reason) });
  });

  test('is a success with all of that in order', () => {
    const { clock, create, status, service } = setUp({ modelsMustExist: true });
    service.artifacts.put('models', 'resnet.tar.gz', Buffer.from('model'), clock.now());
    create('job', nvidia('{"mcpu":"skylake-avx512"}'));
    clock.advance(8_000);
    expect(status()).toBe('COMPLETED');
    expect(service.artifacts.list('b').map(({ key }) => key)).toEqual(['resnet-LINUX_ARM64_NVIDIA.tar.gz']);
  });
});

describe('the answer of DescribeCompilationJob', () => {
  const shape = shapeOf(DescribeCompilationJobResponse$);
  const members = shape.kind === 'structure' ? shape.members : [];

  test.each(STATUSES)('has all members that the SDK\'s model requires, and no unknown one, in %s', status => {
    const answer = inStatus(status).describe() as Record<string, any>;
    expect(members.filter(member => member.required && answer[member.name] === undefined)).toEqual([]);
    expect(Object.keys(answer).filter(name => !members.some(member => member.name === name))).toEqual([]);
    expect(answer.FailureReason).toBe(status === 'FAILED' ? 'planned' : '');
    expect(answer.ModelDigests !== undefined).toBe(status === 'COMPLETED');
    expect(answer.CompilationEndTime !== undefined).toBe(['COMPLETED', 'FAILED', 'STOPPED'].includes(status));
  });

  test.each<[string, any, string | undefined]>([
    ['cloud CPU', { TargetDevice: 'ml_m5' }, 'cpu'],
    ['cloud GPU', { TargetDevice: 'ml_g4dn' }, 'gpu'],
    ['Inferentia', { TargetDevice: 'ml_inf1' }, 'neuron'],
    ['edge device', { TargetDevice: 'rasp4b' }, undefined],
    ['platform', { TargetPlatform: { Os: 'LINUX', Arch: 'X86_64' } }, undefined],
  ])('has an image for cloud targets only: %s', (_, target, processor) => {
    const { clock, create, describe: describeJob } = setUp();
    create('job', { OutputConfig: { S3OutputLocation: 's3://artifacts/x/', ...target } });
    clock.advance(8_000);
    const { InferenceImage: image, ModelArtifacts: artifacts } = describeJob();
    expect(image?.match(/-(\w+)-py3$/)?.[1]).toBe(processor);
    expect(artifacts!.S3ModelArtifacts).toMatch(/^s3:\/\/artifacts\/x\/resnet-\w+\.tar\.gz$/);
  });

  test('has the derived shape only if the request had none', () => {
    const derived = '{"input":[1,3,224,224]}';
    const { clock, create, describe: describeJob } = setUp({ plan: always({ derivedDataInputConfig: derived }) });
    create('given');
    create('derived', { InputConfig: { S3Uri: 's3://models/m.tar.gz', Framework: 'ONNX' } });
    clock.advance(8_000);
    expect(describeJob('given').DerivedInformation).toBeUndefined();
    expect(describeJob('derived').DerivedInformation).toEqual({ DerivedDataInputConfig: derived });
  });

  test('has equal digests for equal compilations and others for others', () => {
    const { clock, create, describe: describeJob } = setUp();
    create('one');
    create('two', { Tags: [{ Key: 'a', Value: 'b' }], RoleArn: 'arn:aws:iam::111122223333:role/other' });
    create('three', { OutputConfig: { ...request().OutputConfig!, TargetDevice: 'ml_m5' } });
    clock.advance(8_000);
    const digest = (name: string) => describeJob(name).ModelDigests!.ArtifactDigest;
    expect(digest('one')).toBe(digest('two'));
    expect(digest('one')).not.toBe(digest('three'));
  });
});

describe('account and Region', () => {
  test.each([['us-east-1', 'aws'], ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']])('%s', (region, partition) => {
    expect(setUp({ region, account: '999988887777' }).create()).toBe(`arn:${partition}:sagemaker:${region}:999988887777:compilation-job/job`);
  });
});

test('the quota counts STARTING, INPROGRESS and STOPPING', () => {
  const { clock, create, stop, service } = setUp({ quota: 3 });
  create('running');
  clock.advance(2_000);
  create('starting');
  create('stopping');
  stop('stopping');
  expect(service.activeJobs()).toBe(3);
  expect(() => create('one-too-many')).toThrow(expect.objectContaining({
    name: 'ResourceLimitExceeded', message: expect.stringContaining('is 3, with current utilization of 3 and a request delta of 1'),
  }));
  clock.advance(2_000);
  create('in-place-of-the-stopped-one');
  expect(() => create('one-too-many')).toThrow('The account-level service limit');
  clock.advance(100_000);
  expect(service.activeJobs()).toBe(0);
});

describe('ListCompilationJobs', () => {
  function listed() {
    const world = setUp({ plan: byName([[/fail/, { failureReason: 'planned' }]]) });
    ['a-fail', 'c', 'b', 'd-fail'].forEach(name => {
      world.create(name);
      world.clock.advance(3_000);
    });
    return { ...world, names: (query: ListCompilationJobsRequest) => world.list(query).CompilationJobSummaries!.map(job => job.CompilationJobName) };
  }

  test.each<[string, ListCompilationJobsRequest, string[]]>([
    ['by creation, oldest first, unless asked otherwise', {}, ['a-fail', 'c', 'b', 'd-fail']],
    ['newest first', { SortOrder: 'Descending' }, ['d-fail', 'b', 'c', 'a-fail']],
    ['by name', { SortBy: 'Name' }, ['a-fail', 'b', 'c', 'd-fail']],
    ['by status', { SortBy: 'Status' }, ['c', 'a-fail', 'b', 'd-fail']],
    ['part of the name', { NameContains: 'fail' }, ['a-fail', 'd-fail']],
    ['status', { StatusEquals: 'INPROGRESS' }, ['b', 'd-fail']],
    ['both', { StatusEquals: 'INPROGRESS', NameContains: 'fail' }, ['d-fail']],
  ])('%s', (_, query, expected) => {
    expect(listed().names(query)).toEqual(expected);
  });

  test('times are exclusive bounds', () => {
    const { clock, names } = listed();
    const ago = (ms: number) => new Date(clock.now() - ms);
    expect(names({ CreationTimeAfter: ago(9_000) })).toEqual(['b', 'd-fail']);
    expect(names({ CreationTimeBefore: ago(9_000) })).toEqual(['a-fail']);
    expect(names({ LastModifiedTimeAfter: ago(4_000) })).toEqual(['c', 'd-fail']);
    expect(names({ LastModifiedTimeBefore: ago(1_000) })).toEqual(['a-fail', 'b']);
  });

  test('pages of ten lose and double nothing, though jobs come and go between them', () => {
    const { clock, create, list, remove } = setUp();
    const names = Array.from({ length: 25 }, (_, i) => `job-${100 + i}`);
    names.forEach(name => create(name));
    clock.advance(8_000);
    const first = list({ SortBy: 'Name' });
    expect(first.CompilationJobSummaries).toHaveLength(10);
    remove('job-109');
    create('job-0');
    const second = list({ SortBy: 'Name', NextToken: first.NextToken });
    const third = list({ SortBy: 'Name', NextToken: second.NextToken });
    expect(third.NextToken).toBeUndefined();
    expect([first, second, third].flatMap(page => page.CompilationJobSummaries!.map(job => job.CompilationJobName))).toEqual(names);
    expect(list({ MaxResults: 100 }).NextToken).toBeUndefined();
    expect(() => list({ NextToken: 'made-up' })).toThrow('Invalid NextToken');
  });
});

describe('tags', () => {
  test('are added, overwritten, listed and deleted', () => {
    const { create, service } = setUp();
    const ResourceArn = create('job', { Tags: [{ Key: 'a', Value: '1' }] });
    service.call('AddTags', { ResourceArn, Tags: [{ Key: 'a', Value: '2' }, { Key: 'b', Value: '3' }] });
    expect(service.call('ListTags', { ResourceArn })).toEqual({ Tags: [{ Key: 'a', Value: '2' }, { Key: 'b', Value: '3' }] });
    service.call('DeleteTags', { ResourceArn, TagKeys: ['a'] });
    expect(service.records()[0].tags).toEqual({ b: '3' });
  });

  test('fails when they are more than fifty', () => {
    const { create, service } = setUp();
    const fifty = Array.from({ length: 50 }, (_, i) => ({ Key: `${i}`, Value: '' }));
    const ResourceArn = create('job', { Tags: fifty });
    service.call('AddTags', { ResourceArn, Tags: fifty });
    expect(() => service.call('AddTags', { ResourceArn, Tags: [{ Key: 'more', Value: '' }] })).toThrow(expect.objectContaining({ name: 'ResourceLimitExceeded' }));
  });

  test('fails for a deleted job', () => {
    const { clock, create, remove, service } = setUp();
    const ResourceArn = create();
    clock.advance(8_000);
    remove();
    expect(() => service.call('ListTags', { ResourceArn })).toThrow(expect.objectContaining({ name: 'ValidationException' }));
  });
});

test('artifacts outlive their job', () => {
  const artifacts = new ArtifactStore();
  const { clock, create, remove } = setUp({ artifacts });
  create();
  clock.advance(7_999);
  expect(artifacts.list('artifacts')).toEqual([]);
  clock.advance(1);
  expect(artifacts.list('artifacts').map(({ key }) => key)).toEqual(['compiled/job/resnet-ml_c5.tar.gz']);
  remove();
  expect(artifacts.list('artifacts')).toHaveLength(1);
});

test('what the caller does with its request afterwards changes no job', () => {
  const { describe: describeJob, service } = setUp();
  const input = request();
  service.call('CreateCompilationJob', input);
  input.OutputConfig!.TargetDevice = 'ml_p3';
  expect(describeJob().OutputConfig!.TargetDevice).toBe('ml_c5');
});

test('a fleet\'s outcomes are repeatable and as stated', () => {
  const plans = (seed: number): JobPlan[] => {
    const plan = fleetOutcomes({ seed, failureRate: 0.01, medianCompilingMs: 240_000, sigma: 0.5 });
    return Array.from({ length: 10_000 }, (_, i) => plan(request(), i));
  };
  const fleet = plans(7);
  expect(plans(7)).toEqual(fleet);
  expect(plans(8)).not.toEqual(fleet);
  const durations = fleet.map(plan => plan.compilingMs!).sort((a, b) => a - b);
  expect(durations[5_000]).toBeGreaterThan(230_000);
  expect(durations[5_000]).toBeLessThan(250_000);
  // One standard deviation up in a log-normal distribution: the median times e^sigma.
  expect(durations[8_413] / durations[5_000]).toBeCloseTo(Math.exp(0.5), 1);
  const failures = fleet.filter(plan => plan.failureReason).length;
  expect(failures).toBeGreaterThan(70);
  expect(failures).toBeLessThan(130);
});
