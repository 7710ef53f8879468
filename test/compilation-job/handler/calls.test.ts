import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, MINUTE, properties, World } from '../protocol/world';

/** What is asked of AWS, call by call: every one costs, counts against the account's rates, and could be one too many. */

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  world.plan = { startingMs: 1_000, compilingMs: 2_000 };
  resource = new SimulatedResource(world);
});

const [DESCRIBE, TAGS] = ['DescribeCompilationJob', 'ListTags'];

async function callsOf(operation: () => Promise<unknown>): Promise<string[]> {
  world.calls.length = 0;
  await operation();
  return world.calls.map(({ operation: name }) => name);
}

test('Create: a look, the job, a look', async () => {
  expect(await callsOf(() => resource.create(properties()))).toEqual([DESCRIBE, 'CreateCompilationJob', DESCRIBE]);
});

test('Create with a fixed name: whose the job is, too', async () => {
  expect(await callsOf(() => resource.create(properties({ JobName: 'resnet' })))).toEqual([DESCRIBE, 'CreateCompilationJob', DESCRIBE, TAGS]);
});

// Once to decide which job it is, once to answer with it; other jobs of the resource are looked for.
const UNCHANGED = [DESCRIBE, TAGS, DESCRIBE, TAGS, 'ListCompilationJobs'];

test('Update that changes nothing of a job with a fixed name', async () => {
  await resource.create(properties({ JobName: 'resnet' }));
  expect(await callsOf(() => resource.update(properties({ JobName: 'resnet' })))).toEqual(UNCHANGED);
});

describe('Update', () => {
  beforeEach(() => resource.create(properties({ Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'stage', Value: 'beta' }] })));

  const wanted = (changes: Parameters<typeof properties>[0] = {}) => properties({ Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'stage', Value: 'beta' }], ...changes });

  test('that changes nothing writes nothing', async () => {
    expect(await callsOf(() => resource.update(wanted()))).toEqual(UNCHANGED);
  });

  test('of a tag writes that one', async () => {
    const calls = await callsOf(() => resource.update(wanted({ Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'stage', Value: 'prod' }] })));
    expect(calls).toEqual([...UNCHANGED, 'AddTags']);
    expect(world.callsOf('AddTags')[0].input.Tags).toEqual([{ Key: 'stage', Value: 'prod' }]);
  });

  test('that takes a tag away deletes that one, if it is still there', async () => {
    expect(await callsOf(() => resource.update(wanted({ Tags: [{ Key: 'team', Value: 'vision' }] })))).toEqual([...UNCHANGED, 'DeleteTags']);
    expect(world.callsOf('DeleteTags')[0].input.TagKeys).toEqual(['stage']);

    const [{ arn }] = resource.jobs();
    world.service.call('DeleteTags', { ResourceArn: arn, TagKeys: ['team'] });
    expect(await callsOf(() => resource.update(properties()))).toEqual(UNCHANGED);
  });

  test('that needs a new job writes no tags afterwards: it has them from the start', async () => {
    expect(await callsOf(() => resource.update(wanted({ model: 'mobilenet' })))).toEqual([
      // The name of the present one tells that it has another configuration; is there another job?
      'ListCompilationJobs',
      // The new one, and the old one, which a list that lags would not show.
      DESCRIBE, 'ListCompilationJobs', DESCRIBE, 'CreateCompilationJob',
      DESCRIBE, 'ListCompilationJobs', DESCRIBE,
      // The clean-up of the old one.
      DESCRIBE, TAGS, 'DeleteCompilationJob',
    ]);
  });
});

describe('Delete', () => {
  test('of a job that ended: whose it is, and away', async () => {
    await resource.create(properties());
    expect(await callsOf(() => resource.delete())).toEqual([DESCRIBE, TAGS, 'DeleteCompilationJob']);
  });

  test('of a running one stops it once, however long that takes', async () => {
    world.plan = { ...HOURS, stoppingMs: 35_000 };
    await resource.create(properties({ WaitForCompletion: 'false' }));
    expect(await callsOf(() => resource.delete())).toEqual([
      DESCRIBE, TAGS, 'StopCompilationJob', ...Array(4).fill([DESCRIBE, TAGS]).flat(), 'DeleteCompilationJob',
    ]);
  });

  test.each([['a generated', undefined], ['a fixed', 'resnet']])('of a job that is gone is one look, under %s name', async (_, JobName) => {
    await resource.create(properties({ JobName }));
    world.service.call('DeleteCompilationJob', { CompilationJobName: resource.physicalId! });
    expect(await callsOf(() => resource.delete())).toEqual([DESCRIBE]);
  });
});

test('at the time limit one stop, however long it takes', async () => {
  world.plan = { ...HOURS, stoppingMs: 2 * MINUTE };
  await resource.create(properties({ TimeLimitInSeconds: '60', request: { StoppingCondition: { MaxRuntimeInSeconds: '36000' } } }));
  expect(world.callsOf('StopCompilationJob')).toHaveLength(1);
});

test('a refused call of the tags leaves them as they are, and is tried again', async () => {
  await resource.create(properties());
  world.inject('AddTags', faults.throttling(), 2);
  const calls = await callsOf(() => resource.update(properties({ Tags: [{ Key: 'team', Value: 'vision' }] })));
  expect(calls.filter(name => name === 'AddTags')).toHaveLength(3);
  expect(resource.jobs()[0].tags).toMatchObject({ team: 'vision' });
});
