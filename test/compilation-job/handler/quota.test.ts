import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { MINUTE, properties, World } from '../protocol/world';

/** Too slow to run once per mutant (stryker.config.mjs). */
const slow = (globalThis as any).NEO_HANDLER_FROM_SOURCE === true ? test.skip : test;

slow('forty jobs on a quota of four all deploy, none starved', async () => {
  const world = new World(BundledHandler, 4);
  world.plan = { startingMs: 30_000, compilingMs: 3 * MINUTE };
  const resources = Array.from({ length: 40 }, (_, i) => new SimulatedResource(world, `Job${i}`));
  const done = await createTogether(world, resources);
  expect(done.filter(answer => answer.status !== 'SUCCESS')).toEqual([]);
  expect(world.service.records()).toHaveLength(40);
});

/** One stack: all requests are out before the first poll. */
async function createTogether(world: World, resources: SimulatedResource[]) {
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
