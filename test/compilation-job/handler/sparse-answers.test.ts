import { EventBus, type Dependencies } from '../../../src/compilation-job/handler/dependencies';
import { BundledHandler } from '../protocol/bundle';
import { properties } from '../protocol/world';

/** What AWS's model calls optional may be missing, whatever the service does today. */

const PENDING = { RequestType: 'Create', StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1', LogicalResourceId: 'Job', RequestId: '1' };
const JOB = { CompilationJobName: 'resnet', CompilationJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:compilation-job/resnet' };

function look(answers: { Describe?: object; status?: string }) {
  const dependencies: Dependencies = {
    sagemaker: {
      send: async ({ constructor: { name } }: any) => {
        if (name === 'DescribeCompilationJobCommand' && answers.Describe) { return answers.Describe; }
        if (name === 'DescribeCompilationJobCommand') { throw Object.assign(new Error('none'), { name: 'ResourceNotFound' }); }
        return {};
      },
    } as any,
    artifacts: { delete: jest.fn() },
    stackResources: { describe: async () => ({ status: answers.status }), stackStatus: async () => undefined },
    now: () => 0,
    log: () => {},
  };
  return firstLook(new BundledHandler(dependencies), { ...PENDING, ResourceProperties: properties() } as any);
}

/** The answer to the second step; the first one names the job. */
async function firstLook(handler: InstanceType<typeof BundledHandler>, Request: any) {
  const step = { Request, StartedAt: new Date(0).toISOString() };
  return (await handler.proceed({ ...step, Progress: await handler.proceed({ ...step, Progress: {} }) })).Answer;
}

test('a completed job without artifact, digest and image', async () => {
  expect(await look({ Describe: { ...JOB, CompilationJobStatus: 'COMPLETED' } })).toEqual({
    Status: 'SUCCESS',
    Data: { JobName: 'resnet', JobArn: JOB.CompilationJobArn },
  });
});

test('fails: a failed job without a reason', async () => {
  expect((await look({ Describe: { ...JOB, CompilationJobStatus: 'FAILED' } }))?.Reason).toMatch(/^compilation job resnet failed: no reason given\. Log: https:/);
});

test('a resource without a status is not one that waits for a job', async () => {
  expect((await look({ status: undefined }))?.Reason).toMatch(/gave up on this Create before a compilation job was started \(resource status: undefined\)/);
});

test('an event bus that says nothing of the entry', async () => {
  const eventBus = new EventBus('default', {});
  (eventBus as any).client = { putEvents: async () => ({}) };
  await expect(eventBus.put({ outcome: 'COMPLETED' } as any)).resolves.toBeUndefined();
});
