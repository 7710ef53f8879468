import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World, type Answer } from '../protocol/world';

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

const SECOND = 1_000;
const awsError = (name: string) => Object.assign(new Error('no'), { name });

/** Seconds from the request to each answer for it. */
async function creation(changes: Parameters<typeof properties>[0] = {}, of = resource): Promise<{ answer: Answer; seconds: number }> {
  let started = 0;
  let ended = 0;
  of.onAnswer = ({ RequestType }) => { if (RequestType === 'Create') { ended = world.clock.now(); } };
  const deliver = world.deliver.bind(world);
  jest.spyOn(world, 'deliver').mockImplementation((request, answer) => {
    if (request.RequestType === 'Create') { started = world.clock.now(); }
    return deliver(request, answer);
  });
  return { answer: await of.create(properties(changes)), seconds: (ended - started) / SECOND };
}

describe('a Create that is refused', () => {
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
    expect(world.callsOf('CreateCompilationJob')).toHaveLength(6);
    expect(resource.jobs()).toHaveLength(1);
  });

  test.each(['DescribeCompilationJob', 'ListTags'])('%s throttled and failing: looked at again', async operation => {
    world.inject(operation, faults.internalFailure(), 4);
    expect((await resource.create(properties({ JobName: 'fixed-name' }))).status).toBe('SUCCESS');
  });

  test('a role that never becomes assumable fails after five minutes, with what to do', async () => {
    world.inject('CreateCompilationJob', faults.roleNotPropagated(), Infinity);
    const { answer, seconds } = await creation();
    expect(answer.reason).toMatch(/Could not assume role arn:aws:iam::111122223333:role\/neo-execution.*What to do: let sagemaker.amazonaws.com assume the role/s);
    expect(seconds).toBeGreaterThanOrEqual(300);
    expect(seconds).toBeLessThan(420);
  });

  test('a quota that never frees up fails just before the time limit, with the quota\'s words', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    const { answer, seconds } = await creation({ TimeLimitInSeconds: '1000' });
    expect(answer).toMatchObject({ status: 'FAILED', timedOut: false });
    expect(answer.reason).toMatch(/^CreateCompilationJob was refused: ResourceLimitExceeded: .*\(job: .*\)\.$/);
    // The last poll that leaves time for an answer. The limit began after a pause of three seconds.
    expect(seconds).toBe(983);
    expect(resource.jobs()).toEqual([]);
  });

  test('the wait for a slot has jitter, and gets shorter, so that jobs which came later do not take every slot', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    await resource.create(properties());
    const tries = world.callsOf('CreateCompilationJob').map(({ at }) => at / SECOND);
    const gaps = tries.slice(1).map((at, i) => at - tries[i]);
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(Math.max(...gaps)).toBeLessThanOrEqual(70);
    expect(new Set(gaps).size).toBeGreaterThan(10);
    expect(mean(gaps.slice(0, 20))).toBeGreaterThan(1.5 * mean(gaps.slice(-20)));
  });

  test('again after its name is in use, although the job was not visible', async () => {
    world.inject('CreateCompilationJob', faults.error('ResourceInUse', 'Compilation job already exists'));
    expect((await resource.create(properties())).status).toBe('SUCCESS');
    expect(world.callsOf('CreateCompilationJob')).toHaveLength(2);
  });

  test('SageMaker that cannot be asked until the time limit: says that nothing was started', async () => {
    world.inject('DescribeCompilationJob', faults.internalFailure(), 12);
    const { answer, seconds } = await creation({ TimeLimitInSeconds: '100' });
    expect(answer.reason).toMatch(/^no compilation job could be started within 100 seconds \(job: .*model: s3:\/\/models\/resnet\.tar\.gz/);
    // The next look after twelve that were refused.
    expect(seconds).toBeGreaterThanOrEqual(120);
    expect(seconds).toBeLessThan(130);
    expect(world.callsOf('CreateCompilationJob')).toEqual([]);
  });
});

describe('whether CloudFormation still wants the job', () => {
  test('is no question when it may not be asked', async () => {
    world.cloudFormationError = awsError('AccessDenied');
    expect((await resource.create(properties())).status).toBe('SUCCESS');
  });

  test('is asked again when CloudFormation throttles; no job is started meanwhile', async () => {
    world.cloudFormationError = awsError('Throttling');
    let jobsBefore: number | undefined;
    const began = world.clock.now();
    world.afterPoll = () => {
      if (world.clock.now() - began > MINUTE && world.cloudFormationError) {
        jobsBefore = resource.jobs().length;
        world.cloudFormationError = undefined;
      }
    };
    expect((await resource.create(properties())).status).toBe('SUCCESS');
    expect(jobsBefore).toBe(0);
  });

  test('is no question when CloudFormation does not know the resource, as it is only under way', async () => {
    world.cloudFormationError = Object.assign(new Error('Resource Job does not exist for stack Models'), { name: 'ValidationError' });
    expect((await resource.create(properties())).status).toBe('SUCCESS');
  });

  test('fails when the stack is gone', async () => {
    world.cloudFormationError = Object.assign(new Error('Stack with id Models does not exist'), { name: 'ValidationError' });
    expect((await resource.create(properties())).reason).toMatch(/^CloudFormation gave up on this Create .*\(resource status: the stack is gone\)/);
    expect(resource.jobs()).toEqual([]);
  });

  test('of an Update is answered by the physical id: that of another Update is not its own', async () => {
    await resource.create(properties());
    const deliver = world.deliver.bind(world);
    jest.spyOn(world, 'deliver').mockImplementation((request, answer) => {
      if (request.RequestId.endsWith('-2')) { world.physicalIds.set('Job', 'another'); }
      return deliver(request, answer);
    });
    expect((await resource.update(properties({ model: 'mobilenet' }))).reason).toMatch(/^CloudFormation gave up on this Update .*UPDATE_IN_PROGRESS of another/);
  });

  test('is asked again while the job runs: a job that was given up is stopped by its own waiter', async () => {
    world.plan = HOURS;
    const answers: Answer[] = [];
    world.resourceStatus.set('Job', 'CREATE_IN_PROGRESS');
    const request: any = { RequestType: 'Create', StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1', LogicalResourceId: 'Job', RequestId: 'r', ResourceProperties: properties() };
    await world.deliver(request, answer => answers.push(answer));
    await world.advance(3 * MINUTE);
    world.resourceStatus.set('Job', 'DELETE_COMPLETE');
    await world.advance(3 * MINUTE);
    expect(world.service.records().map(({ status }) => status)).toEqual(['STOPPED']);
    expect(answers).toHaveLength(1);
    // No job has failed: it was given up.
    expect(world.events).toEqual([]);
  });

  test('stops its own job of a fixed name also if the clock of SageMaker is slow', async () => {
    world.plan = HOURS;
    const call = world.service.call.bind(world.service);
    jest.spyOn(world.service, 'call').mockImplementation((operation, input) => {
      const answer: any = call(operation, input);
      return operation === 'DescribeCompilationJob' ? { ...answer, CreationTime: new Date(answer.CreationTime.getTime() - MINUTE) } : answer;
    });
    world.resourceStatus.set('Job', 'CREATE_IN_PROGRESS');
    const request: any = {
      RequestType: 'Create', StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1', LogicalResourceId: 'Job', RequestId: 'r', ResourceProperties: properties({ JobName: 'fixed' }),
    };
    await world.deliver(request, () => {});
    await world.advance(MINUTE);
    world.resourceStatus.set('Job', 'DELETE_COMPLETE');
    await world.advance(2 * MINUTE);
    expect(world.service.records().map(({ status }) => status)).toEqual(['STOPPED']);
  });
});

describe('access that is late', () => {
  const tokenRefused = (name: string) => faults.error(name, 'The security token included in the request is invalid.', 403);

  test.each(['CreateCompilationJob', 'DescribeCompilationJob', 'ListTags'])('%s refused for a while: waited out', async operation => {
    for (const fault of [faults.accessDenied(), tokenRefused('UnrecognizedClientException'), tokenRefused('ExpiredTokenException')]) {
      world.inject(operation, fault, 5);
      const one = new SimulatedResource(world);
      expect(await one.create(properties({ JobName: `fixed-${world.requests}` }))).toMatchObject({ status: 'SUCCESS' });
    }
  });

  test.each(['DescribeCompilationJob', 'StopCompilationJob', 'DeleteCompilationJob'])('a Delete waits for %s', async operation => {
    world.plan = HOURS;
    await resource.create(properties({ WaitForCompletion: 'false' }));
    world.inject(operation, faults.accessDenied(), 5);
    expect((await resource.delete()).status).toBe('SUCCESS');
    expect(resource.jobsInProgress()).toEqual([]);
  });

  test('an Update waits, too', async () => {
    await resource.create(properties());
    world.inject(['CreateCompilationJob', 'ListCompilationJobs'], faults.accessDenied(), 6);
    expect((await resource.update(properties({ model: 'mobilenet' }))).status).toBe('SUCCESS');
  });

  test('fails after two minutes, with AWS\'s words and what to do', async () => {
    world.inject('CreateCompilationJob', faults.accessDenied(), Infinity);
    const { answer, seconds } = await creation();
    expect(answer.reason).toMatch(/AccessDeniedException: User: .*What to do: look for an IAM permissions boundary/s);
    expect(seconds).toBeGreaterThanOrEqual(120);
    expect(seconds).toBeLessThan(140);
  });

  test.each(['CreateCompilationJob', 'DescribeCompilationJob'])('fails at once when %s is denied explicitly', async operation => {
    world.inject(operation, faults.explicitlyDenied(), Infinity);
    // Before there is a second look.
    expect((await creation()).seconds).toBeLessThan(9);
  });
});

describe('the time limit', () => {
  test('stops a job when it is reached, not one poll later', async () => {
    world.plan = HOURS;
    const { seconds } = await creation({ TimeLimitInSeconds: '600', request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } });
    const [stop] = world.callsOf('StopCompilationJob');
    expect((stop.at - resource.jobs()[0].history[0].at) / SECOND).toBe(600);
    expect(seconds).toBeGreaterThan(600);
  });
});
