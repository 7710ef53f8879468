import { EventBus, type Dependencies } from '../../../src/compilation-job/handler/dependencies';
import { BundledHandler } from '../protocol/bundle';
import { properties } from '../protocol/world';

/** What AWS's model calls optional may be missing, whatever the service does today. */

const PENDING = { RequestType: 'Create', StackId: 'arn:aws:cloudformation:us-east-1:111122223333:stack/Models/1', LogicalResourceId: 'Job', RequestId: '1', RequestedAt: 0 };
const JOB = { CompilationJobName: 'resnet', CompilationJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:compilation-job/resnet' };

function look(answers: { Describe?: object; status?: string }, request: object = {}) {
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
  const started = { ...PENDING, ResourceProperties: properties(), ...request } as any;
  return onEventThen(new BundledHandler(dependencies), started);
}

/** Under the name that the request itself has made. */
async function onEventThen(handler: InstanceType<typeof BundledHandler>, request: any) {
  return handler.isComplete({ ...request, PhysicalResourceId: await handler.onEvent(request), Memory: {} });
}

test('a completed job without artifact, digest and image', async () => {
  expect(await look({ Describe: { ...JOB, CompilationJobStatus: 'COMPLETED' } })).toEqual({
    IsComplete: true,
    Data: { JobName: 'resnet', JobArn: JOB.CompilationJobArn, ModelArtifactsUri: undefined, ArtifactObjectKey: undefined, ArtifactDigest: undefined, InferenceImage: undefined },
  });
});

test('fails: a failed job without a reason', async () => {
  await expect(look({ Describe: { ...JOB, CompilationJobStatus: 'FAILED' } })).rejects.toThrow(/^compilation job resnet failed: no reason given\. Log: https:/);
});

test('a resource without a status is not one that waits for a job', async () => {
  await expect(look({ status: undefined })).rejects.toThrow(/gave up on this Create before a compilation job was started \(resource status: undefined\)/);
});

test('an event bus that says nothing of the entry', async () => {
  const eventBus = new EventBus('default', {});
  (eventBus as any).client = { putEvents: async () => ({}) };
  await expect(eventBus.put({ outcome: 'COMPLETED' } as any)).resolves.toBeUndefined();
});
