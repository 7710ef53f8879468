import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, properties, World, type Answer } from '../protocol/world';

/** Which job answers an Update. */

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

/** So often a step dies that the waiter gives up. */
const DEADLY = 13;

/** The function dies over the job that it has just made, and over every look at it, until the waiter gives up. */
function dieAfterCreate(): void {
  world.inject('CreateCompilationJob', faults.crashAfter());
  world.onCall = ({ operation }) => {
    if (operation !== 'CreateCompilationJob') { return; }
    world.onCall = undefined;
    world.inject('DescribeCompilationJob', faults.crashBefore(), DEADLY - 1);
  };
}

const TAGGED = { Tags: [{ Key: 'team', Value: 'vision' }] };

async function created(changes: Parameters<typeof properties>[0] = {}): Promise<string> {
  await resource.create(properties(changes));
  world.calls.length = 0;
  return resource.physicalId!;
}

describe('the present job is kept', () => {
  test.each(['STARTING', 'INPROGRESS'] as const)('while it is %s, and waited for when the update asks for that', async status => {
    world.plan = { startingMs: status === 'STARTING' ? 600_000 : 1_000, compilingMs: 600_000 };
    const before = await created({ WaitForCompletion: 'false' });
    const answer = await resource.update(properties());
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalId: before });
    expect(answer.data!.ModelArtifactsUri).toContain(before);
    expect(resource.jobs()).toHaveLength(1);
  });

  test.each([['FAILED', { compilingMs: 60_000, failureReason: 'ClientError: no' }], ['STOPPED', HOURS]])('when it is %s, by a resource that promises only that it was started', async (status, plan) => {
    world.plan = plan;
    const before = await created({ WaitForCompletion: 'false' });
    if (status === 'STOPPED') { world.service.call('StopCompilationJob', { CompilationJobName: before }); }
    await world.advance(600_000);
    expect(resource.jobs()[0].status).toBe(status);
    expect(await resource.update(properties({ WaitForCompletion: 'false', ...TAGGED }))).toMatchObject({ status: 'SUCCESS', physicalId: before });
    expect(resource.jobs()[0].tags).toMatchObject({ team: 'vision' });
    expect(resource.jobs()).toHaveLength(1);
  });
});

test('a job that is being stopped from outside is waited for, also by a resource that does not wait', async () => {
  world.plan = { ...HOURS, stoppingMs: 300_000 };
  const before = await created({ WaitForCompletion: 'false' });
  let statusAtAnswer: string | undefined;
  resource.onAnswer = ({ RequestType }) => { if (RequestType === 'Update') { statusAtAnswer = resource.jobs()[0].status; } };
  const deliver = world.deliver.bind(world);
  jest.spyOn(world, 'deliver').mockImplementation((request, answer) => {
    if (request.RequestType === 'Update') { world.service.call('StopCompilationJob', { CompilationJobName: before }); }
    return deliver(request, answer);
  });
  expect(await resource.update(properties({ WaitForCompletion: 'false', ...TAGGED }))).toMatchObject({ status: 'SUCCESS', physicalId: before });
  expect(statusAtAnswer).toBe('STOPPED');
});

describe('a new job', () => {
  test.each([['FAILED', { compilingMs: 60_000, failureReason: 'ClientError: no' }], ['STOPPED', HOURS]])('is made instead of one that is %s, when the update waits for a result', async (status, plan) => {
    world.plan = plan;
    const before = await created({ WaitForCompletion: 'false' });
    if (status === 'STOPPED') { world.service.call('StopCompilationJob', { CompilationJobName: before }); }
    await world.advance(600_000);
    world.plan = {};
    const answer = await resource.update(properties());
    expect(answer.status).toBe('SUCCESS');
    expect(answer.physicalId).not.toBe(before);
  });

  test('that was in progress when the update came, and fails then, fails the update', async () => {
    world.plan = { startingMs: 1_000, compilingMs: 200_000, failureReason: 'ClientError: no' };
    const before = await created({ WaitForCompletion: 'false' });
    expect(await resource.update(properties())).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('ClientError: no') });
    expect(resource.jobs().map(({ name }) => name)).toEqual([before]);
  });

  test('has the new prefix when the construct was renamed under its logical id', async () => {
    const before = await created();
    const answer = await resource.update(properties({ JobNamePrefix: 'Models-7cd64c-Renamed' }));
    expect(answer.physicalId).toMatch(/^Models-7cd64c-Renamed-/);
    expect(resource.jobs().map(({ name, deletedAt }) => [name, deletedAt !== undefined])).toEqual([[before, true], [answer.physicalId, false]]);
  });

  test('is not one of a stranger whose name begins as ours would', async () => {
    await created();
    const ours = await resource.update(properties({ model: 'mobilenet' }));
    const theirs = world.strangersJob(`${ours.physicalId.slice(0, -8)}12345678`);
    await resource.update(properties());
    const back = await resource.update(properties({ model: 'mobilenet' }));
    expect(back.status).toBe('SUCCESS');
    expect(back.physicalId).not.toBe(theirs().name);
    expect(theirs().deletedAt).toBeUndefined();
  });
});

describe('a fixed name', () => {
  test('that is given to the same model makes a job of that name', async () => {
    const before = await created();
    expect(await resource.update(properties({ JobName: 'resnet' }))).toMatchObject({ status: 'SUCCESS', physicalId: 'resnet' });
    expect(resource.jobs().find(({ name }) => name === before)!.deletedAt).toBeDefined();
  });

  test('that is taken away from the same model makes a job of a generated name', async () => {
    await created({ JobName: 'resnet' });
    expect((await resource.update(properties())).physicalId).toMatch(/^Models-7cd64c-Job-/);
  });

  test('whose job is gone is used again: SageMaker has forgotten it', async () => {
    await created({ JobName: 'resnet' });
    world.service.call('DeleteCompilationJob', { CompilationJobName: 'resnet' });
    expect(await resource.update(properties({ JobName: 'resnet', ...TAGGED }))).toMatchObject({ status: 'SUCCESS', physicalId: 'resnet' });
    expect(resource.jobs()).toHaveLength(2);
  });

  test('whose running job is replaced: it is stopped before the new one starts', async () => {
    world.plan = HOURS;
    await created({ JobName: 'first', WaitForCompletion: 'false' });
    world.plan = {};
    await resource.update(properties({ JobName: 'second', model: 'mobilenet' }));
    const [old, replacement] = resource.jobs();
    expect(old.history.at(-1)).toMatchObject({ status: 'STOPPED' });
    expect(old.history.at(-1)!.at).toBeLessThanOrEqual(replacement.history[0].at);
  });

  test('says all of what to do when it stands in the way', async () => {
    await created({ JobName: 'resnet' });
    expect((await resource.update(properties({ JobName: 'resnet', model: 'mobilenet' }))).reason).toBe('compilationJobName is fixed to resnet, but the update needs a new job: '
      + 'a job cannot be changed, and its name cannot be used twice. Give another compilationJobName, or omit it to have unique names generated.');
  });

  test('whose job of a failed update still runs, the one before it being gone: it is stopped before the roll-back fails', async () => {
    await created({ JobName: 'resnet' });
    world.service.call('DeleteCompilationJob', { CompilationJobName: 'resnet' });
    world.plan = { ...HOURS, stoppingMs: 60_000 };
    world.inject('StopCompilationJob', faults.crashBefore(), DEADLY);
    const answers: [string, number][] = [];
    resource.onAnswer = ({ RequestType }, { status }) => { answers.push([`${RequestType} ${status}`, resource.jobsInProgress().length]); };
    const short = { TimeLimitInSeconds: '60', request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } };
    await resource.update(properties({ JobName: 'resnet', model: 'mobilenet', ...short }));
    // The function died over the first; the roll-back cannot have the name, and leaves nothing running.
    expect(answers.slice(0, 2)).toEqual([['Update FAILED', 1], ['Update FAILED', 0]]);
    expect(resource.history[2].answers[0].reason).toMatch(/^compilationJobName is fixed to resnet, but the update needs a new job/);
    expect(world.logs).toContainEqual({ action: 'stop', job: 'resnet', why: 'left over' });
  });

  test('whose job a dead function left running is stopped when the update would not have waited for it, but the roll-back does', async () => {
    await created({ JobName: 'resnet' });
    world.service.call('DeleteCompilationJob', { CompilationJobName: 'resnet' });
    world.plan = HOURS;
    dieAfterCreate();
    await resource.update(properties({ JobName: 'resnet', model: 'mobilenet', WaitForCompletion: 'false' }));
    expect(world.logs).toContainEqual({ action: 'stop', job: 'resnet', why: 'left over' });
    expect(resource.jobsInProgress()).toEqual([]);
  });

  test('that a Create of long ago is delivered for once more: nothing is run, and the job that has the name since goes on', async () => {
    await created({ JobName: 'resnet' });
    const [{ request }] = resource.history;
    await resource.delete();
    world.plan = HOURS;
    await created({ JobName: 'resnet', model: 'mobilenet', WaitForCompletion: 'false' });
    const answers: Answer[] = [];
    await world.deliver(request, answer => answers.push(answer));
    await world.advance(60_000);
    expect(answers).toEqual([]);
    expect(world.callsOf('StopCompilationJob')).toEqual([]);
    expect(resource.jobsInProgress()).toHaveLength(1);
  });

  test('fails: that stands in the way of an update while its job runs, unwatched, and the job goes on', async () => {
    world.plan = HOURS;
    await created({ JobName: 'resnet', WaitForCompletion: 'false' });
    const answer = await resource.update(properties({ JobName: 'resnet', WaitForCompletion: 'false', model: 'mobilenet' }));
    expect(answer.reason).toMatch(/^compilationJobName is fixed to resnet, but the update needs a new job/);
    expect(world.callsOf('StopCompilationJob')).toEqual([]);
    expect(resource.jobsInProgress()).toHaveLength(1);
  });

  test('that is taken away while SageMaker cannot be asked is not kept', async () => {
    await created({ JobName: 'resnet' });
    world.inject('ListCompilationJobs', faults.internalFailure());
    expect((await resource.update(properties())).physicalId).toMatch(/^Models-7cd64c-Job-/);
  });

  test('that changes while SageMaker cannot be asked is taken', async () => {
    await created({ JobName: 'first' });
    world.inject('DescribeCompilationJob', faults.internalFailure());
    expect(await resource.update(properties({ JobName: 'second' }))).toMatchObject({ status: 'SUCCESS', physicalId: 'second' });
  });
});

test('an update whose handler may not ask SageMaker fails at once, with AWS\'s words', async () => {
  await created();
  world.inject(['DescribeCompilationJob', 'ListCompilationJobs', 'ListTags'], faults.explicitlyDenied());
  const answer = await resource.update(properties({ model: 'mobilenet' }));
  expect(answer.status).toBe('FAILED');
  expect(answer.reason).toContain('AccessDenied');
  expect(resource.jobs()).toHaveLength(1);
});

describe('before an update fails, nothing is in progress', () => {
  const runningAtAnswers = () => {
    const seen: number[] = [];
    resource.onAnswer = ({ RequestType }, { status, crashed }) => { if (RequestType === 'Update' && status === 'FAILED' && !crashed) { seen.push(resource.jobsInProgress().length); } };
    return seen;
  };
  const SHORT = { TimeLimitInSeconds: '60', request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } };

  test('of a roll-back whose own job was stopped: what the failed update could not stop', async () => {
    world.plan = HOURS;
    await created({ JobName: 'resnet', WaitForCompletion: 'false', ...SHORT });
    resource.properties = properties({ JobName: 'resnet', ...SHORT });
    world.service.call('StopCompilationJob', { CompilationJobName: 'resnet' });
    await world.advance(60_000);
    world.inject('StopCompilationJob', faults.explicitlyDenied());
    const seen = runningAtAnswers();
    await resource.update(properties({ model: 'mobilenet', ...SHORT }));
    // Without a waiter, the new job could not be stopped at its time limit. The rollback has no good job, either.
    expect(seen).toEqual([1, 0]);
  });

  test('but a job of a later request, of which one delivered twice knows nothing, goes on', async () => {
    const before = await created();
    world.plan = { startingMs: 1_000, compilingMs: 1_000, failureReason: 'ClientError: no' };
    const late: any = { RequestType: 'Update', RequestId: 'late', PhysicalResourceId: before, ResourceProperties: properties({ JobName: 'second' }), OldResourceProperties: properties() };
    const { StackId, LogicalResourceId } = resource.history[0].request;
    world.resourceStatus.set(LogicalResourceId, 'UPDATE_IN_PROGRESS');
    let failed = false;
    await world.deliver({ StackId, LogicalResourceId, ...late }, answer => { failed = answer.status === 'FAILED'; });
    while (!resource.jobs().some(({ name }) => name === 'second')) { await world.advance(1_000); }
    world.plan = HOURS;
    await world.deliver({ StackId, LogicalResourceId, ...late, RequestId: 'next', ResourceProperties: properties({ model: 'mobilenet' }) }, () => {});
    await world.advance(80_000);
    expect(failed).toBe(true);
    expect(resource.jobsInProgress()).toHaveLength(1);
  });
});

test('a roll-back answers when what the failed update left running has stopped', async () => {
  await created();
  world.plan = { ...HOURS, stoppingMs: 60_000 };
  dieAfterCreate();
  const runningAtAnswer: number[] = [];
  resource.onAnswer = ({ RequestType }, { status }) => { if (RequestType === 'Update' && status === 'SUCCESS') { runningAtAnswer.push(resource.jobsInProgress().length); } };
  await resource.update(properties({ model: 'mobilenet' }));
  expect(resource.jobs()).toHaveLength(2);
  expect(runningAtAnswer).toEqual([0]);
});
