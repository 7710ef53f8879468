import * as fc from 'fast-check';
import { BundledHandler } from './bundle';
import { SimulatedResource } from './simulated-resource';
import { weather, WEATHERS, type Weather, type WeatherName } from './weather';
import { faults, MINUTE, properties, World, type HandlerClass } from './world';
import { ACTIVE_STATUSES } from '../../../local/sagemaker';
import { CreateOrUpdateHandler } from '../../../src/compilation-job/handler/create-or-update';
import * as errors from '../../../src/compilation-job/handler/errors';
import { CompilationJobHandler } from '../../../src/compilation-job/handler/handler';
import { jobNameOf } from '../../../src/compilation-job/handler/identity';
import { NeoJobs } from '../../../src/compilation-job/handler/neo-jobs';
import { SEED } from '../../random-seed';

/**
 * Random lives of a custom resource: stack operations, faults at any call, jobs that fail or never end, strangers, cancelled and repeated requests.
 */
const SEQUENCES = Number(process.env.NEO_SEQUENCES ?? 600);

/** In each weather. There were 2,000 lives in clear weather before; 600, and 100 in each of five others, take as long in CI. More are for a run by hand. */
const SEQUENCES_IN_WEATHER = Number(process.env.NEO_SEQUENCES ?? 100);

const FAULTS = {
  throttled: faults.throttling(),
  internalFailure: faults.internalFailure(),
  connectionReset: faults.connectionReset(),
  responseLost: faults.responseLost(),
  crashBefore: faults.crashBefore(),
  crashAfter: faults.crashAfter(),
  quotaTaken: faults.quotaTaken(),
  accessDenied: faults.accessDenied(),
  explicitlyDenied: faults.explicitlyDenied(),
};
const OPERATIONS = ['CreateCompilationJob', 'DescribeCompilationJob', 'StopCompilationJob', 'DeleteCompilationJob', 'ListCompilationJobs', 'ListTags'];
const PLANS = {
  quick: { startingMs: 2_000, compilingMs: 6_000, stoppingMs: 2_000 },
  slow: { startingMs: 30_000, compilingMs: 2 * MINUTE, stoppingMs: 70_000 },
  endless: { startingMs: 60_000, compilingMs: 10 * 60 * MINUTE, stoppingMs: 30_000 },
  failing: { startingMs: 5_000, compilingMs: 20_000, failureReason: 'ClientError: no' },
};
type Command =
  | { do: 'create' | 'update'; model: string; wait: boolean; name?: string; deliveries: number; tag: string }
  | { do: 'cancelled'; model: string; afterMs: number; name?: string }
  | { do: 'delete' | 'outsideStop' | 'outsideDelete' | 'stranger' }
  | { do: 'plan'; plan: keyof typeof PLANS }
  | { do: 'fault'; operation: string; fault: keyof typeof FAULTS; times: number };

const change = fc.record({
  do: fc.constantFrom('create' as const, 'update' as const, 'update' as const),
  model: fc.constantFrom('a', 'b', 'c'),
  wait: fc.boolean(),
  name: fc.option(fc.constantFrom('fixed-1', 'fixed-2'), { nil: undefined, freq: 4 }),
  deliveries: fc.constantFrom(1, 1, 1, 2),
  tag: fc.constantFrom('x', 'y'),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: change },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('cancelled' as const), model: fc.constantFrom('a', 'b'), afterMs: fc.oneof(fc.nat({ max: 15_000 }), fc.nat({ max: 4 * MINUTE })), name: fc.option(fc.constant('fixed-1'), { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'outsideStop' as const, 'outsideDelete' as const, 'stranger' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('plan' as const), plan: fc.constantFrom(...Object.keys(PLANS) as (keyof typeof PLANS)[]) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('fault' as const), operation: fc.constantFrom(...OPERATIONS), fault: fc.constantFrom(...Object.keys(FAULTS) as (keyof typeof FAULTS)[]), times: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

interface Life {
  readonly commands: Command[];
  /** AWS does not say with which of the two ids CloudFormation rolls a failed replacement back. */
  readonly keepsNewIdInRollback: boolean;
}

const life: fc.Arbitrary<Life> = fc.record({ commands: fc.array(command, { minLength: 1, maxLength: 12 }), keepsNewIdInRollback: fc.boolean() });

/** What most of these mutants show themselves in: requests that CloudFormation gives up while their jobs would run on. */
const livesOfCancels: fc.Arbitrary<Life> = fc.record({
  commands: fc.array(fc.oneof(
    fc.constant<Command>({ do: 'create', model: 'a', wait: true, deliveries: 1, tag: 'x' }),
    fc.constant<Command>({ do: 'plan', plan: 'endless' }),
    fc.record({ do: fc.constant('cancelled' as const), model: fc.constantFrom('b', 'c'), afterMs: fc.nat({ max: 60_000 }) }),
  ), { minLength: 2, maxLength: 6 }),
  keepsNewIdInRollback: fc.boolean(),
});

/** Live it, and after every step compare with what is promised. */
async function live(Handler: HandlerClass, { commands, keepsNewIdInRollback }: Life, conditions?: Weather): Promise<void> {
  const world = new World(Handler, Infinity, undefined, conditions);
  const resource = new SimulatedResource(world, 'Job', keepsNewIdInRollback, 10);
  const strangers: string[] = [];
  let seen = 0;
  world.afterPoll = () => atMostOneInProgress(resource, conditions === undefined);
  resource.onAnswer = (answered, answer) => {
    // CloudFormation has taken the first answer, and may have begun with something else.
    if (resource.history.find(entry => entry.request === answered)!.answers.length > 1) { return; }
    // A handler cannot stop a job if it crashed, or if it may not see the job. The Delete that follows stops it.
    if (answer.timedOut) { throw new Error('the framework had to give up after its hour'); }
    // What the weather refuses, it refuses for less than two minutes.
    if (/security token|assume role/.test(answer.reason ?? '')) { throw new Error(`gave up too soon: ${answer.reason}`); }
    if (answer.status === 'FAILED' && !answer.crashed && !/AccessDenied/.test(answer.reason!)) {
      resource.requireNothingLeftRunning();
    }
  };

  for (const step of commands) {
    await run(step, world, resource, strangers);
    for (const { request: { RequestType }, answers, abandoned } of resource.history.slice(seen)) {
      if (answers.length === 0 && !abandoned) { throw new Error(`a ${RequestType} got no answer`); }
    }
    seen = resource.history.length;
    strangersUntouched(world, strangers);
    resource.requireNothingLeftRunning();
  }
  world.heal();
  // A waiter that CloudFormation has forgotten may still be at work.
  await world.settle();
  atMostOneInProgress(resource);
  resource.requireNothingLeftRunning();
  strangersUntouched(world, strangers);
  for (const { request: { RequestType, RequestId }, answers } of resource.history) {
    if (answers.length !== 1) { throw new Error(`${RequestType} ${RequestId} got ${answers.length} answers`); }
  }
}

async function run(step: Command, world: World, resource: SimulatedResource, strangers: string[]): Promise<void> {
  switch (step.do) {
    case 'create':
    case 'update': {
      const wanted = properties({
        request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } }, model: step.model, WaitForCompletion: step.wait ? 'true' : 'false', TimeLimitInSeconds: '400', JobName: step.name, Tags: [{ Key: 'tag', Value: step.tag }],
      });
      await (resource.exists ? resource.update(wanted, step.deliveries) : resource.create(wanted, step.deliveries));
      return;
    }
    case 'cancelled': {
      const wanted = properties({ model: step.model, JobName: step.name });
      await (resource.exists ? resource.cancelledUpdate(wanted, step.afterMs) : resource.cancelledCreate(wanted, step.afterMs));
      // The waiter of the cancelled request asks CloudFormation once a minute, and its job takes its time to stop.
      await world.advance(world.weather ? 6 * MINUTE : 2.5 * MINUTE);
      return;
    }
    case 'delete':
      if (resource.exists) { await resource.delete(); }
      return;
    case 'outsideStop': {
      const [job] = resource.jobsInProgress();
      if (job && job.status !== 'STOPPING') { world.service.call('StopCompilationJob', { CompilationJobName: job.name }); }
      return;
    }
    case 'outsideDelete': {
      const job = resource.jobs().find(one => one.deletedAt === undefined && !ACTIVE_STATUSES.includes(one.status));
      if (job) { world.service.call('DeleteCompilationJob', { CompilationJobName: job.name }); }
      return;
    }
    case 'stranger': {
      // Calls of ours that were left without an answer have landed.
      if (world.weather) { await world.advance(MINUTE); }
      const { StoppingCondition, ...theirs } = properties({ model: 'theirs' }).Request;
      const name = ['fixed-1', 'fixed-2', 'Models-7cd64c-Job-strangers'].find(one => !world.service.records().some(job => job.name === one && job.deletedAt === undefined));
      if (name) {
        world.service.call('CreateCompilationJob', { ...theirs, CompilationJobName: name, StoppingCondition: { MaxRuntimeInSeconds: 900 } });
        strangers.push(`${name}@${world.service.records().length - 1}`);
      }
      return;
    }
    case 'plan':
      world.plan = PLANS[step.plan];
      return;
    case 'fault':
      world.inject(step.fault === 'quotaTaken' ? 'CreateCompilationJob' : step.operation, FAULTS[step.fault], step.times);
  }
}

/** In weather, the job of a request that CloudFormation has given up may run for a while beside the present one. */
function atMostOneInProgress(resource: SimulatedResource, isClear = true) {
  const givenUp = resource.history.filter(({ abandoned }) => abandoned).map(({ request: one }) => jobNameOf(one, one.ResourceProperties));
  const running = resource.jobsInProgress().filter(({ name }) => isClear || !givenUp.includes(name));
  if (running.length > 1) { throw new Error(`${running.length} jobs in progress at once: ${running.map(job => job.name).join(', ')}`); }
}

function strangersUntouched(world: World, strangers: string[]) {
  for (const stranger of strangers) {
    const [name, index] = stranger.split('@');
    const job = world.service.records()[Number(index)];
    if (job.deletedAt !== undefined || job.history.some(({ status }) => status === 'STOPPING') || Object.keys(job.tags).length > 0) {
      throw new Error(`the stranger's job ${name} was touched`);
    }
  }
}

test(`every promise holds over ${SEQUENCES} lives (NEO_SEED=${SEED})`, async () => {
  await fc.assert(fc.asyncProperty(life, one => live(BundledHandler, one)), { numRuns: SEQUENCES, seed: SEED, endOnFailure: false });
});

const inWeather = (name: WeatherName, lives = life) => fc.record({ one: lives, seed: fc.nat() }).map(({ one, seed }) => ({ one, seed, name }));

test.each(Object.keys(WEATHERS) as WeatherName[])(`every promise holds over ${SEQUENCES_IN_WEATHER} lives in %s`, async name => {
  const property = fc.asyncProperty(inWeather(name), ({ one, seed }) => live(BundledHandler, one, weather(name, seed)));
  await fc.assert(property, { numRuns: SEQUENCES_IN_WEATHER, seed: SEED, endOnFailure: false });
});

/** Each promise is broken on purpose once: a test that cannot fail proves nothing. */
describe('a handler that…', () => {
  afterEach(() => jest.restoreAllMocks());

  const breaks = async (promise: RegExp, name?: WeatherName, lives = life) => {
    const property = name
      ? fc.asyncProperty(inWeather(name, lives), ({ one, seed }) => live(CompilationJobHandler, one, weather(name, seed)))
      : fc.asyncProperty(lives, one => live(CompilationJobHandler, one));
    const result = await fc.check<any>(property, { numRuns: 3_000, seed: 42, endOnFailure: true });
    expect(result.failed).toBe(true);
    expect(String((result.errorInstance as Error)?.message)).toMatch(promise);
  };

  test('…does not stop the job it replaces has two in progress', async () => {
    jest.spyOn(CreateOrUpdateHandler.prototype as any, 'stopOthers').mockResolvedValue(false);
    await breaks(/jobs in progress at once/);
  });

  test('…does not stop at the time limit never answers in time', async () => {
    jest.spyOn(CreateOrUpdateHandler.prototype as any, 'isOverdue').mockReturnValue(false);
    await breaks(/had to give up/);
  });

  test('…does not stop before it deletes never answers in time', async () => {
    jest.spyOn(NeoJobs.prototype, 'stop').mockResolvedValue();
    await breaks(/had to give up/);
  });

  test('…does not ask whether CloudFormation still wants the job leaves one running', async () => {
    jest.spyOn(CreateOrUpdateHandler.prototype as any, 'unwantedStatus').mockResolvedValue(undefined);
    await breaks(/left running/, undefined, livesOfCancels);
  });

  test('…does not look at the status of the stack starts the job of a cancelled Update', async () => {
    const jobsAfterCancelledUpdates = async () => {
      const world = new World(CompilationJobHandler);
      const resources = Array.from({ length: 8 }, (_, i) => new SimulatedResource(world, `Job${i}`));
      for (const resource of resources) {
        await resource.create(properties({ model: 'a', JobNamePrefix: resource.logicalId }));
        await resource.cancelledUpdate(properties({ model: 'b', JobNamePrefix: resource.logicalId }), 0);
      }
      await world.settle();
      return resources.flatMap(resource => resource.jobs()).length;
    };
    expect(await jobsAfterCancelledUpdates()).toBe(8);
    jest.spyOn(World.prototype, 'askForStackStatus').mockResolvedValue('UPDATE_IN_PROGRESS');
    expect(await jobsAfterCancelledUpdates()).toBeGreaterThan(8);
  });

  test('…does not wait for a call without an answer leaves a job running', async () => {
    jest.spyOn(errors, 'isUnanswered').mockReturnValue(false);
    await breaks(/left running/, 'a slow API', livesOfCancels);
  });

  test('…takes a refused token for good gives up too soon', async () => {
    jest.spyOn(errors, 'mayBeLate').mockReturnValue(false);
    await breaks(/gave up too soon/, 'late permissions');
  });

  test('…takes a job without tags for a stranger\'s leaves its own running', async () => {
    const { ownershipOf } = NeoJobs.prototype;
    jest.spyOn(NeoJobs.prototype, 'ownershipOf').mockImplementation(async function (this: NeoJobs, ...args) {
      return { ...await ownershipOf.apply(this, args), unknown: false };
    });
    await breaks(/left running|never/, 'lists and tags that lag');
  });

  test('…takes every job for its own touches a stranger\'s', async () => {
    jest.spyOn(NeoJobs.prototype, 'ownershipOf').mockResolvedValue({ ours: true, current: true, unknown: false, tags: new Map() });
    await breaks(/stranger's job .* was touched/);
  });
});
