import type { Dependencies } from './dependencies';
import { EnsureJob } from './ensure-job';
import { isTransient, type AwsError } from './errors';
import { isJobName, jobNameOf } from './identity';
import { JobFailure } from './messages';
import { NeoJobs } from './neo-jobs';
import { failed, report } from './outcome';
import { physicalIdForUpdate, physicalIdWithoutLookup } from './physical-id';
import { RemoveJob } from './remove-job';
import { NOT_YET, type PolledRequest, type Progress, type ResourceRequest, type Started } from './request';

/** The two functions that CDK's Provider framework calls. */
export class CompilationJobHandler {
  private readonly jobs: NeoJobs;

  constructor(private readonly deps: Dependencies) {
    this.jobs = new NeoJobs(deps);
  }

  /** Decide on the physical id, and change nothing: a crash here leaves nothing behind. */
  public async onEvent(request: ResourceRequest): Promise<Started> {
    return this.explained(request, async () => ({
      PhysicalResourceId: await this.physicalIdFor(request),
      RequestedAt: this.deps.now(),
    }));
  }

  /** Bring the job nearer to what the request wants. May be called any number of times, also at once. */
  public async isComplete(request: PolledRequest): Promise<Progress> {
    return this.explained(request, async () => {
      try {
        return request.RequestType === 'Delete'
          ? await new RemoveJob(this.deps, this.jobs).poll(request)
          : await new EnsureJob(this.deps, this.jobs).poll(request);
      } catch (e) {
        if (!isTransient(e as AwsError)) { throw e; }
        this.deps.log({ action: 'wait', resource: request.LogicalResourceId, why: (e as Error).name });
        return NOT_YET;
      }
    });
  }

  private async physicalIdFor(request: ResourceRequest): Promise<string> {
    switch (request.RequestType) {
      case 'Create':
        return requireJobName(jobNameOf(request, request.ResourceProperties));
      case 'Delete':
        return request.PhysicalResourceId!;
      case 'Update':
        try {
          return requireJobName(await physicalIdForUpdate(this.jobs, request));
        } catch (e) {
          if (!isTransient(e as AwsError)) { throw e; }
          return physicalIdWithoutLookup(request);
        }
    }
  }

  /** Every error leaves as words for CloudFormation, short enough for its answer. */
  private async explained<T>(request: ResourceRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const e = error as Error;
      this.deps.log({ action: 'fail', resource: request.LogicalResourceId, request: request.RequestType, why: `${e.name}: ${e.message}` });
      const failure = e instanceof JobFailure ? e : new JobFailure(`${request.RequestType} of the compilation job failed: ${e.name}: ${e.message}`);
      const outcome = failed(request, failure);
      if (outcome) { await report(this.deps, outcome); }
      throw failure;
    }
  }
}

function requireJobName(name: string): string {
  if (isJobName(name)) { return name; }
  throw new JobFailure(`compilationJobName must be 1 to 63 letters, digits and single hyphens between them; got: ${JSON.stringify(name)}`);
}
