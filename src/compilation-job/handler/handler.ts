import { CreateOrUpdateHandler, isIamLate } from './create-or-update';
import { DeleteHandler } from './delete';
import type { Dependencies } from './dependencies';
import { isTransient, mayBeLate, type AwsError } from './errors';
import { isJobName, jobNameOf } from './identity';
import { JobFailure } from './messages';
import { NeoJobs } from './neo-jobs';
import { failed, report } from './outcome';
import { physicalIdForUpdate, physicalIdWithoutLookup } from './physical-id';
import { NOT_YET, type Look, type PolledRequest, type Progress, type ResourceRequest, type Step } from './request';

/** Between two looks, so that a job's end goes unnoticed for ten seconds at most: the look itself takes some time, too. */
export const WAIT_SECONDS = 9;

/** CloudFormation waits for an hour. */
const GIVE_UP_SECONDS = 58 * 60;

/** Carries out a request of CloudFormation step by step. It keeps nothing between two steps: the waiter's state machine does. */
export class CompilationJobHandler {
  private readonly jobs: NeoJobs;

  constructor(private readonly deps: Dependencies) {
    this.jobs = new NeoJobs(deps);
  }

  /**
   * The first step decides on the physical id, and the next ones work on it until there is an answer. A step may be repeated, also while the function
   * is still at it elsewhere.
   */
  public async proceed({ Request, StartedAt, Progress: { PhysicalResourceId, RefusedSince, AskedAt, CreatedAt } }: Step): Promise<Progress> {
    try {
      // Kept by the state machine before anything is changed, so that each later answer has the id that a clean-up needs.
      if (PhysicalResourceId === undefined) { return { PhysicalResourceId: await this.onEvent(Request), WaitSeconds: 0 }; }
      const RequestedAt = Date.parse(StartedAt);
      const { IsComplete, WaitSeconds = WAIT_SECONDS, Data, ...memory } = await this.isComplete({
        ...Request, OldPhysicalResourceId: Request.PhysicalResourceId, PhysicalResourceId, RequestedAt, RefusedSince, AskedAt, CreatedAt,
      });
      if (IsComplete) { return { PhysicalResourceId, Answer: { Status: 'SUCCESS', Data } }; }
      if (this.deps.now() - RequestedAt < GIVE_UP_SECONDS * 1000) { return { AskedAt, CreatedAt, ...memory, PhysicalResourceId, WaitSeconds }; }
      throw new Error(`the ${Request.RequestType} of compilation job ${PhysicalResourceId} is not over after ${GIVE_UP_SECONDS / 60} minutes; deploy again`);
    } catch (e) {
      return { PhysicalResourceId, Answer: { Status: 'FAILED', Reason: (e as Error).message } };
    }
  }

  /** The physical id, which is the name of the job. Changes nothing. */
  public async onEvent(request: ResourceRequest): Promise<string> {
    return this.explained(request, () => this.physicalIdFor(request));
  }

  /** Bring the job nearer to what the request wants. May be called any number of times, also at once. */
  public async isComplete(request: PolledRequest): Promise<Look> {
    return this.explained(request, async () => {
      try {
        const { RequestType } = request;
        return await new (RequestType === 'Delete' ? DeleteHandler : CreateOrUpdateHandler)(this.deps, this.jobs).isComplete(request);
      } catch (e) {
        const isLate = isIamLate(e as AwsError, request, this.deps.now());
        if (!isLate && !isTransient(e as AwsError)) { throw e; }
        this.deps.log({ action: 'wait', resource: request.LogicalResourceId, why: (e as Error).name });
        return isLate ? { ...NOT_YET, RefusedSince: request.RefusedSince ?? this.deps.now() } : NOT_YET;
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
          return requireJobName(await physicalIdForUpdate(this.jobs, request, this.deps.now()));
        } catch (e) {
          if (!isTransient(e as AwsError) && !mayBeLate(e as AwsError)) { throw e; }
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
