import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World } from '../protocol/world';

/** The lines that an operator reads, and that the saved queries of NeoCompilationMonitoring look for. */

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

const lines = () => world.logs.filter(entry => (entry as any).action !== 'outcome');

test('a job that is made and removed', async () => {
  const { physicalId: job } = await resource.create(properties());
  await resource.delete();
  expect(lines()).toEqual([{ action: 'create', job }, { action: 'delete', job }]);
});

test('a refusal that is waited out', async () => {
  world.inject('CreateCompilationJob', faults.throttling());
  const { physicalId: job } = await resource.create(properties());
  expect(lines()).toEqual([{ action: 'wait', job, why: 'ThrottlingException' }, { action: 'create', job }]);
});

test('a look that fails', async () => {
  world.inject('DescribeCompilationJob', faults.internalFailure());
  const { physicalId: job } = await resource.create(properties());
  expect(lines()).toEqual([{ action: 'wait', resource: 'Job', why: 'InternalFailure' }, { action: 'create', job }]);
});

test('a job that runs into the time limit, and what CloudFormation is told', async () => {
  world.plan = HOURS;
  const { reason } = await resource.create(properties({ TimeLimitInSeconds: '60', request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } }));
  const [{ name: job }] = resource.jobs();
  expect(lines()).toEqual([
    { action: 'create', job },
    { action: 'stop', job, why: 'time limit' },
    { action: 'fail', resource: 'Job', request: 'Create', why: `JobFailure: ${reason}` },
    { action: 'delete', job },
  ]);
});

test('a running job that is deleted', async () => {
  world.plan = HOURS;
  const { physicalId: job } = await resource.create(properties({ WaitForCompletion: 'false' }));
  await resource.delete();
  expect(lines()).toEqual([{ action: 'create', job }, { action: 'stop', job, why: 'delete' }, { action: 'delete', job }]);
});

test('a running job that is replaced', async () => {
  world.plan = { ...HOURS, stoppingMs: MINUTE };
  const { physicalId: old } = await resource.create(properties({ WaitForCompletion: 'false' }));
  const { physicalId: job } = await resource.update(properties({ WaitForCompletion: 'false', model: 'mobilenet' }));
  const stopped = lines().filter(entry => (entry as any).action === 'stop');
  expect(stopped[0]).toEqual({ action: 'stop', job: old, why: 'replaced' });
  expect(lines()).toEqual([{ action: 'create', job: old }, ...stopped, { action: 'create', job }, { action: 'delete', job: old }]);
});
