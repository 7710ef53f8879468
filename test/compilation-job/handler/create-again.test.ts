import { isTimeToTry } from '../../../src/compilation-job/handler/backoff';
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

/** A resource whose only request is tried at this time after it came. */
function resourceTriedAt(elapsedSeconds: number): SimulatedResource {
  const id = Array.from({ length: 100 }, (_, i) => `Job${i}`).find(one => isTimeToTry(elapsedSeconds, `${one}-request-1`));
  return new SimulatedResource(world, id);
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
    const { answer, seconds } = await creation({}, resourceTriedAt(300));
    expect(answer.reason).toMatch(/Could not assume role arn:aws:iam::111122223333:role\/neo-execution.*What to do: let sagemaker.amazonaws.com assume the role/s);
    expect(seconds).toBe(300);
  });

  test('a quota that never frees up fails just before the time limit, with the quota\'s words', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    const { answer, seconds } = await creation({ TimeLimitInSeconds: '1000' });
    expect(answer).toMatchObject({ status: 'FAILED', timedOut: false });
    expect(answer.reason).toMatch(/^CreateCompilationJob was refused: ResourceLimitExceeded: .*\(job: .*\)\. What to do: /);
    // The last poll that leaves time for an answer.
    expect(seconds).toBe(980);
    expect(resource.jobs()).toEqual([]);
  });

  test('the wait for a slot backs off, with jitter', async () => {
    world.inject('CreateCompilationJob', faults.quotaTaken(4), Infinity);
    await resource.create(properties());
    const tries = world.callsOf('CreateCompilationJob').map(({ at }) => at / SECOND);
    const gaps = tries.slice(1).map((at, i) => at - tries[i]);
    const late = gaps.slice(Math.floor(gaps.length / 2));
    expect(late.reduce((a, b) => a + b) / late.length).toBeGreaterThan(30);
    expect(new Set(late).size).toBeGreaterThan(3);
  });

  test('as its name is in use although nobody saw the job: looked at again', async () => {
    world.inject('CreateCompilationJob', faults.error('ResourceInUse', 'Compilation job already exists'));
    expect((await resource.create(properties())).status).toBe('SUCCESS');
    expect(world.callsOf('CreateCompilationJob')).toHaveLength(2);
  });

  test('SageMaker that cannot be asked until the time limit: says that nothing was started', async () => {
    world.inject('DescribeCompilationJob', faults.internalFailure(), 12);
    const { answer, seconds } = await creation({ TimeLimitInSeconds: '100' });
    expect(answer.reason).toMatch(/^no compilation job could be started within 100 seconds \(job: .*model: s3:\/\/models\/resnet\.tar\.gz/);
    expect(seconds).toBe(120);
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
    world.afterPoll = () => {
      if (world.clock.now() % MINUTE === 0 && world.cloudFormationError) {
        jobsBefore = resource.jobs().length;
        world.cloudFormationError = undefined;
      }
    };
    expect((await resource.create(properties())).status).toBe('SUCCESS');
    expect(jobsBefore).toBe(0);
  });

  test('fails with its words when CloudFormation knows no such resource', async () => {
    world.cloudFormationError = Object.assign(new Error('Resource Job does not exist for stack Models'), { name: 'ValidationError' });
    expect((await resource.create(properties())).reason).toBe('Create of the compilation job failed: ValidationError: Resource Job does not exist for stack Models');
    expect(resource.jobs()).toEqual([]);
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
