import { BundledHandler } from '../protocol/bundle';
import { SimulatedResource } from '../protocol/simulated-resource';
import { faults, properties, World } from '../protocol/world';

let world: World;
let resource: SimulatedResource;

beforeEach(() => {
  world = new World(BundledHandler);
  resource = new SimulatedResource(world);
});

describe('whatever happens, what leaves the handler', () => {
  test('is short enough for CloudFormation, in bytes, with the longest of everything', async () => {
    world.plan = { failureReason: '\u0001'.repeat(1024) };
    const answer = await resource.create(properties({ JobName: 'n'.repeat(63) }));
    const response = {
      Status: answer.status,
      Reason: `${answer.reason}\n\nLogs: /aws/lambda/${'f'.repeat(64)}\n`,
      PhysicalResourceId: answer.physicalId,
      LogicalResourceId: 'L'.repeat(255),
      RequestId: 'r'.repeat(36),
      StackId: `arn:aws:cloudformation:us-east-1:111122223333:stack/${'s'.repeat(128)}/${'u'.repeat(36)}`,
      Data: {},
    };
    expect(answer.reason).toContain('...');
    expect(Buffer.byteLength(JSON.stringify(response))).toBeLessThanOrEqual(4_096);
  });

  test('carries no stack trace', async () => {
    const handler = new BundledHandler({ log: () => {} } as any);
    const Request: any = { RequestType: 'Create', StackId: 'stack/Models', ResourceProperties: properties({ JobName: '-' }) };
    const { Answer } = await handler.proceed({ Request, StartedAt: new Date(0).toISOString(), Progress: {} });
    expect(Answer).toEqual({ Status: 'FAILED', Reason: 'compilationJobName must be 1 to 63 letters, digits and single hyphens between them; got: "-"' });
  });

  test('logs neither the presigned URL nor whole events', async () => {
    world.inject('CreateCompilationJob', faults.throttling(), 3);
    await resource.create(properties());
    world.plan = { failureReason: 'ClientError: no' };
    await resource.update(properties({ model: 'broken' }));
    await resource.delete();
    expect(world.logs.length).toBeGreaterThan(5);
    expect(JSON.stringify(world.logs)).not.toMatch(/X-Amz-Signature|ResponseURL|https:\/\/cloudformation/);
  });
});
