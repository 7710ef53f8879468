import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { HOURS, MINUTE, properties, World } from '../protocol/world';

/** The time limit of a request, which begins after the random pauses. */

/** By the ID of the request, the pauses are as different as they can be. */
const RESOURCES = Array.from({ length: 30 }, (_, i) => `Job${i}`);
const LONG = { request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } };
const SHORT = { TimeLimitInSeconds: '60', ...LONG };

/** A resource that has a job, and what happened in the request after it. */
async function existing(logicalId: string) {
  const world = new World(BundledHandler);
  const resource = new SimulatedResource(world, logicalId);
  await resource.create(properties());
  const created: number[] = [];
  world.onCall = ({ operation }) => { if (operation === 'CreateCompilationJob') { created.push(world.clock.now()); } };
  return { world, resource, created };
}

test.each(RESOURCES)('the shortest limit suffices an update to a job of half a minute, whatever its pauses are: %s', async logicalId => {
  const { world, resource } = await existing(logicalId);
  world.plan = { startingMs: 2_000, compilingMs: 30_000 };
  expect(await resource.update(properties({ model: 'mobilenet', ...SHORT }))).toMatchObject({ status: 'SUCCESS' });
});

test.each(RESOURCES)('the shortest limit suffices a rollback, whose pauses are longer: %s', async logicalId => {
  const { world, resource } = await existing(logicalId);
  resource.properties = properties(SHORT);
  // The job is gone, so the rollback makes another one.
  const answers: string[] = [];
  resource.onAnswer = ({ RequestType }, { status }) => {
    answers.push(`${RequestType} ${status}`);
    world.plan = { startingMs: 2_000, compilingMs: 30_000 };
  };
  world.service.call('DeleteCompilationJob', { CompilationJobName: resource.physicalId! });
  world.plan = { failureReason: 'ClientError: no' };
  await resource.update(properties({ model: 'mobilenet', ...SHORT }));
  expect(answers.slice(0, 2)).toEqual(['Update FAILED', 'Update SUCCESS']);
});

test.each(RESOURCES)('fails an update whose job does not end, a minute after the pauses and not later: %s', async logicalId => {
  const { world, resource, created } = await existing(logicalId);
  world.plan = HOURS;
  const stopped: number[] = [];
  const { onCall } = world;
  world.onCall = call => {
    onCall?.(call);
    if (call.operation === 'StopCompilationJob') { stopped.push(world.clock.now()); }
  };
  const answer = await resource.update(properties({ model: 'mobilenet', ...SHORT }));
  expect(answer.reason).toMatch(/was stopped at the time limit of 60 seconds/);
  const ran = (stopped[0] - created[0]) / 1000;
  expect(ran).toBeGreaterThanOrEqual(45);
  expect(ran).toBeLessThanOrEqual(70);
});

test.each(RESOURCES.slice(0, 10))('fails an update with the longest limit 55 minutes after the request, as CloudFormation waits for an hour: %s', async logicalId => {
  const { world, resource } = await existing(logicalId);
  world.plan = { ...HOURS, stoppingMs: 2 * MINUTE };
  let requestedAt = 0, answeredAt = 0;
  const deliver = world.deliver.bind(world);
  world.deliver = (request, answer) => {
    requestedAt ||= world.clock.now();
    return deliver(request, answer);
  };
  resource.onAnswer = () => { answeredAt ||= world.clock.now(); };
  const answer = await resource.update(properties({ model: 'mobilenet', ...LONG }));
  expect(answer).toMatchObject({ status: 'FAILED', timedOut: false });
  expect(answer.reason).toMatch(/was stopped at the time limit of 3300 seconds/);
  expect((answeredAt - requestedAt) / MINUTE).toBeLessThan(57.5);
});
