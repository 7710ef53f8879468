import { CreateCompilationJobCommand, DescribeCompilationJobCommand } from '@aws-sdk/client-sagemaker';
import type { Dependencies } from '../../src/compilation-job/handler/dependencies';
import { createRequestOf, jobNameOf } from '../../src/compilation-job/handler/identity';
import type { Answer, PolledRequest, Progress, ResourceRequest, Step } from '../../src/compilation-job/handler/request';

/** A simple handler for CDK's Provider framework, as a user would write it: it creates the job and polls until the job has ended. */
export class HandlerByHand {
  constructor(private readonly deps: Dependencies) {}

  /** Calls the two functions as the framework does, with the signature of the library's handler. */
  public async proceed({ Request, StartedAt, Progress: { PhysicalResourceId } }: Step): Promise<Progress> {
    if (PhysicalResourceId === undefined) { return { ...await this.onEvent(Request), WaitSeconds: 0 }; }
    const { IsComplete, Data } = await this.isComplete({ ...Request, PhysicalResourceId, RequestedAt: Date.parse(StartedAt), Memory: {} });
    return { PhysicalResourceId, ...IsComplete ? { Answer: { Status: 'SUCCESS', Data: Data as Answer['Data'] } } : { WaitSeconds: 9 } };
  }

  public async onEvent(request: ResourceRequest) {
    const name = jobNameOf(request, request.ResourceProperties);
    await this.deps.sagemaker.send(new CreateCompilationJobCommand(createRequestOf(name, request, request.ResourceProperties)));
    return { PhysicalResourceId: name };
  }

  public async isComplete({ PhysicalResourceId }: PolledRequest) {
    const job = await this.deps.sagemaker.send(new DescribeCompilationJobCommand({ CompilationJobName: PhysicalResourceId }));
    if (job.CompilationJobStatus === 'FAILED') { throw new Error(job.FailureReason); }
    return job.CompilationJobStatus === 'COMPLETED' ? { IsComplete: true, Data: { JobName: PhysicalResourceId } } : { IsComplete: false };
  }
}
