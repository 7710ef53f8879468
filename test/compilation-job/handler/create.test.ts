import { CONFIGURATION_TAG, OWNER_TAG } from '../../../src/compilation-job/compilation-job-properties';
import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World } from '../protocol/world';

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

describe('Create', () => {
  test('sends the request as the API wants it: numbers as numbers, an output location of its own, our tags', async () => {
    await resource.create(properties({ Tags: [{ Key: 'team', Value: 'vision' }] }));

    const [{ input }] = world.callsOf('CreateCompilationJob');
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
    const looks = world.callsOf('DescribeCompilationJob');
    // Nothing there, then every ten seconds of six minutes, then the end.
    expect(looks).toHaveLength(1 + 36);
    expect(looks[20].at - looks[19].at).toBe(10_000);
    expect(world.callsOf('ListTags')).toHaveLength(0);
  });

  test('without waiting, answers as soon as the job is accepted, and leaves it running', async () => {
    world.plan = HOURS;
    const answer = await resource.create(properties({ WaitForCompletion: 'false' }));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.data).toEqual({ JobName: answer.physicalId, JobArn: expect.stringContaining(answer.physicalId) });
    expect(resource.jobsInProgress()).toHaveLength(1);
  });

  test('a request delivered twice makes one job and gets one answer', async () => {
    await resource.create(properties(), 2);
    await world.settle();
    expect(resource.jobs()).toHaveLength(1);
    expect(resource.history[0].answers).toHaveLength(1);
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
    ['ValidationException', faults.error('ValidationException', 'Unsupported framework version 9.9'), /ValidationException: Unsupported framework version 9\.9 \(job: .*model: s3:\/\/models\/resnet\.tar\.gz, framework: PYTORCH 1\.13, target: ml_c5.*What to do: choose a framework version/s],
    ['AccessDeniedException', faults.explicitlyDenied(), /AccessDeniedException: User: .*explicit deny.*What to do: look for an IAM permissions boundary/s],
  ])('%s fails at once: AWS\'s words, the request and what to do', async (_, fault, reason) => {
    world.inject('CreateCompilationJob', fault, Infinity);
    const answer = await resource.create(properties());
    expect(answer.status).toBe('FAILED');
    expect(answer.reason).toMatch(reason);
    expect(world.callsOf('CreateCompilationJob')).toHaveLength(1);
  });

  test('FAILED: reason and link to the log', async () => {
    world.plan = { failureReason: 'ClientError: InputConfiguration: No model file found' };
    const answer = await resource.create(properties());
    const [job] = resource.jobs();
    expect(answer.reason).toContain('ClientError: InputConfiguration: No model file found');
    expect(answer.reason).toContain(`https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/${job.name}`);
  });

  test('without waiting, a job that is being stopped from outside is waited for, and fails', async () => {
    world.plan = { ...HOURS, stoppingMs: MINUTE };
    world.onCall = ({ operation, input: { CompilationJobName } }) => {
      if (operation === 'CreateCompilationJob') { world.service.call('StopCompilationJob', { CompilationJobName }); }
    };
    expect((await resource.create(properties({ WaitForCompletion: 'false' }))).reason).toMatch(/was stopped from outside/);
  });

  test('without waiting, a job that fails before anyone looks fails the request', async () => {
    world.plan = { startingMs: 1_000, compilingMs: 1_000, failureReason: 'ClientError: no' };
    for (const JobName of [undefined, 'resnet']) {
      expect((await resource.create(properties({ WaitForCompletion: 'false', JobName }))).reason).toMatch(/ClientError: no/);
    }
  });

  test('fails if the job was stopped from outside, and says so', async () => {
    world.plan = { compilingMs: 10 * MINUTE };
    const answer = resource.create(properties());
    await untilInProgress();
    world.service.call('StopCompilationJob', { CompilationJobName: resource.jobs()[0].name });
    expect((await answer).reason).toMatch(/was stopped from outside/);
  });

  test('at the time limit the job is stopped before the answer is given', async () => {
    world.plan = { ...HOURS, stoppingMs: 90_000 };
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
      const theirs = world.strangersJob('resnet-for-c5');
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

    test('that this resource had before, for another model, fails: the job was kept, and no name can be used twice', async () => {
      await resource.create(properties({ JobName: 'resnet-for-c5' }));
      const again = new SimulatedResource(world);
      const answer = await again.create(properties({ JobName: 'resnet-for-c5', model: 'mobilenet' }));
      expect(answer.reason).toMatch(/^compilation job resnet-for-c5 exists already with another configuration, and its name cannot be used twice: give another compilationJobName/);
    });

    test('that cannot be one fails before anything is asked of AWS', async () => {
      const answer = await resource.create(properties({ JobName: 'not a name' }));
      expect(answer.reason).toMatch(/compilationJobName must be 1 to 63 .*got: "not a name"/);
      expect(world.calls).toEqual([]);
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
      expect(resource.history[0].answers[0].reason).toMatch(/CloudFormation gave up on this Create before a compilation job was started/);
    });

    test('while the job runs: it is stopped, though the id is one that CloudFormation made up', async () => {
      world.plan = HOURS;
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
