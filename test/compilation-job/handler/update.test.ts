import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, HOURS, properties, World } from '../protocol/world';

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

describe('Update', () => {
  const created = async (changes: any = {}) => {
    await resource.create(properties(changes));
    world.calls.length = 0;
    return resource.physicalId!;
  };

  test.each([
    ['nothing', {}],
    ['the role', { Request: { ...properties().Request, RoleArn: 'arn:aws:iam::111122223333:role/other-execution-role' } }],
    ['the network', { Request: { ...properties().Request, VpcConfig: { Subnets: ['subnet-1'], SecurityGroupIds: ['sg-1'] } } }],
    ['a time limit', { TimeLimitInSeconds: '120' }],
  ])('%s that does not alter the result makes no job', async (_, changes) => {
    const before = await created();
    const answer = await resource.update(properties(changes));
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalId: before });
    expect(answer.data!.ModelArtifactsUri).toContain(before);
    expect(world.callsOf('CreateCompilationJob')).toEqual([]);
    expect(world.callsOf('DeleteCompilationJob')).toEqual([]);
  });

  test.each([
    ['the model', { model: 'mobilenet' }],
    ['the version of the model under the same key', { ModelVersion: 'second' }],
    ['the target', { Request: { ...properties().Request, OutputConfig: { ...properties().Request.OutputConfig, TargetDevice: 'ml_m5' } } }],
    ['the shape', { Request: { ...properties().Request, InputConfig: { ...properties().Request.InputConfig, DataInputConfig: '{"x":[1,3,32,32]}' } } }],
  ])('%s alters the result: a new job under a new name, the old one removed', async (_, changes) => {
    const before = await created();
    const answer = await resource.update(properties(changes));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.physicalId).not.toBe(before);
    expect(resource.jobs().map(job => [job.name, job.deletedAt !== undefined])).toEqual([[before, true], [answer.physicalId, false]]);
  });

  test('the order in which CloudFormation gives properties means nothing', async () => {
    const before = await created();
    const { InputConfig, ...rest } = properties().Request;
    const reversed: any = { InputConfig: Object.fromEntries(Object.entries(InputConfig).reverse()), ...rest };
    const answer = await resource.update(properties({ Request: reversed }));
    expect(answer.physicalId).toBe(before);
  });

  test('tags alone change in place; tags of others stay', async () => {
    await created({ Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'gone', Value: 'soon' }] });
    const [job] = resource.jobs();
    world.service.call('AddTags', { ResourceArn: job.arn, Tags: [{ Key: 'auditor', Value: 'was here' }] });
    await resource.update(properties({ Tags: [{ Key: 'team', Value: 'speech' }, { Key: 'new', Value: 'one' }] }));
    expect(resource.jobs()[0].tags).toEqual({ ...job.tags, auditor: 'was here', team: 'speech', new: 'one', gone: undefined });
    expect(world.callsOf('CreateCompilationJob')).toEqual([]);
  });

  test.each([['the old', false], ['the new', true]])('a failed one rolls back to the old job without compiling again, if CloudFormation comes with %s id', async (_, keepsNewId) => {
    resource = new SimulatedResource(world, 'Job', keepsNewId);
    const before = await created();
    world.plan = { failureReason: 'ClientError: no' };
    expect((await resource.update(properties({ model: 'broken' }))).status).toBe('FAILED');
    expect(resource.physicalId).toBe(before);
    expect(world.callsOf('CreateCompilationJob')).toHaveLength(1);
    expect(resource.jobs().filter(job => job.deletedAt === undefined).map(job => job.name)).toEqual([before]);
  });

  test('a crash on the way leaves no job in progress after the roll-back', async () => {
    const before = await created();
    world.plan = HOURS;
    world.inject('CreateCompilationJob', faults.crashAfter());
    await resource.update(properties({ model: 'mobilenet' }));
    expect(resource.jobsInProgress()).toEqual([]);
    expect(resource.physicalId).toBe(before);
  });

  test('there and back again: names are never used twice', async () => {
    const first = await created();
    await resource.update(properties({ model: 'mobilenet' }));
    const third = (await resource.update(properties())).physicalId;
    expect(third).not.toBe(first);
    expect(third.slice(0, -9)).toBe(first.slice(0, -9));
  });

  test('the job that is replaced is stopped before the new one starts', async () => {
    world.plan = HOURS;
    await created({ WaitForCompletion: 'false' });
    world.plan = {};
    await resource.update(properties({ model: 'mobilenet' }));
    const [old, replacement] = resource.jobs();
    expect(old.history.at(-1)!.status).toBe('STOPPED');
    expect(old.history.at(-1)!.at).toBeLessThanOrEqual(replacement.history[0].at);
  });

  test('a job that is gone is made again under a new name', async () => {
    const before = await created();
    world.service.call('DeleteCompilationJob', { CompilationJobName: before });
    const answer = await resource.update(properties({ Tags: [{ Key: 'a', Value: 'b' }] }));
    expect(answer.status).toBe('SUCCESS');
    expect(answer.physicalId).not.toBe(before);
  });

  test('SageMaker cannot be asked: the unchanged job is kept, a changed one gets a new name', async () => {
    const before = await created();
    world.inject('DescribeCompilationJob', faults.internalFailure());
    expect((await resource.update(properties())).physicalId).toBe(before);
    world.inject('DescribeCompilationJob', faults.internalFailure());
    expect((await resource.update(properties({ model: 'mobilenet' }))).physicalId).not.toBe(before);
  });

  describe('a fixed name', () => {
    test('with a change that alters the result says to change the name, and nothing happens', async () => {
      await created({ JobName: 'resnet-for-c5' });
      const answer = await resource.update(properties({ JobName: 'resnet-for-c5', model: 'mobilenet' }));
      expect(answer.reason).toMatch(/compilationJobName is fixed to resnet-for-c5, but the update needs a new job/);
      expect(resource.physicalId).toBe('resnet-for-c5');
      expect(resource.jobs()).toHaveLength(1);
    });

    test('that changes makes a new job, and a failure returns to the old one', async () => {
      await created({ JobName: 'first' });
      expect((await resource.update(properties({ JobName: 'second', model: 'mobilenet' }))).physicalId).toBe('second');
      world.plan = { failureReason: 'ClientError: no' };
      await resource.update(properties({ JobName: 'third', model: 'broken' }));
      expect(resource.physicalId).toBe('second');
      expect(world.callsOf('CreateCompilationJob').map(call => call.input.CompilationJobName)).toEqual(['second', 'third']);
    });
  });
});
