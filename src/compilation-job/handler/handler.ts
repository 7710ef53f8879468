import { CreateOrUpdateHandler, isIamLate } from './create-or-update';
import { DeleteHandler } from './delete';
import type { Dependencies } from './dependencies';
import { isTransient, mayBeLate, type AwsError } from './errors';
import { fractionOf, configurationOf, isJobName, jobNameOf, searchPrefixOf } from './identity';
import { NeoJobs } from './neo-jobs';
import { failed, JobFailure, report } from './outcome';
import { NOT_YET, type Look, type Memory, type PolledRequest, type Progress, type ResourceRequest, type Step } from './request';

/** Seconds between two checks. A check takes less than a second, so the end of a job is noticed within ten seconds. */
export const WAIT_SECONDS = 9;

/**
 * Random pauses at the beginning of a request, in seconds. A deployment sends ten requests at once, each of which makes several calls within a second
 * or two. The pauses spread these calls, so that ten requests together make fewer than five calls per second. An Update also pauses before it looks
 * for a job. That pause is longer in a rollback, which begins for all jobs at once while the waiters of the cancelled requests are still running.
 */
const PAUSE_SECONDS = { Lookup: [0, 30], LookupInRollback: [0, 60], Create: [0, 8], Update: [4, 24], Delete: [4, 16] } as const;

function pauseSeconds(kind: keyof typeof PAUSE_SECONDS, { RequestId }: ResourceRequest): number {
  const [shortest, longest] = PAUSE_SECONDS[kind];
  return Math.round(shortest + (longest - shortest) * fractionOf(`${kind}:${RequestId}`));
}

/** CloudFormation waits for an hour. */
const GIVE_UP_SECONDS = 58 * 60;

/** Carries out a request from CloudFormation step by step. It keeps no state between two steps; the waiter's state machine does. */
export class CompilationJobHandler {
  private readonly jobs: NeoJobs;

  constructor(private readonly deps: Dependencies) {
    this.jobs = new NeoJobs(deps);
  }

  /**
   * The first steps determine the physical id, and the following ones work on that job until there is a response. A step may be repeated, even while
   * another run of the same step is in progress.
   */
  public async proceed({ Request, StartedAt, Progress: { PhysicalResourceId, WaitSeconds: _, Answer: __, ...Memory } }: Step): Promise<Progress> {
    try {
      if (PhysicalResourceId === undefined) { return await this.begin(Request, Memory); }
      const RequestedAt = Date.parse(StartedAt);
      const { Answer, WaitSeconds = WAIT_SECONDS } = await this.look({
        ...Request, OldPhysicalResourceId: Request.PhysicalResourceId, PhysicalResourceId, RequestedAt, Memory,
      });
      if (Answer) { return { PhysicalResourceId, Answer }; }
      if (this.deps.now() - RequestedAt < GIVE_UP_SECONDS * 1000) { return { ...Memory, PhysicalResourceId, WaitSeconds }; }
      throw new JobFailure(`the ${Request.RequestType} of compilation job ${PhysicalResourceId} did not finish within ${GIVE_UP_SECONDS / 60} minutes; deploy again`);
    } catch (e) {
      const Reason = await this.explain({ ...Request, PhysicalResourceId: PhysicalResourceId ?? Request.PhysicalResourceId }, e as Error);
      return { PhysicalResourceId, Answer: { Status: 'FAILED', Reason } };
    }
  }

  /** The state machine keeps the physical id before anything changes, so that every later response has the id that a clean-up needs. */
  private async begin(request: ResourceRequest, memory: Memory): Promise<Progress> {
    if (request.RequestType === 'Update' && !memory.IsSpread) {
      const StackStatus = await this.stackStatus(request);
      const pause = StackStatus?.includes('ROLLBACK') ? 'LookupInRollback' : 'Lookup';
      return { IsSpread: true, StackStatus, WaitSeconds: pauseSeconds(pause, request) };
    }
    const PhysicalResourceId = await this.physicalIdFor(request);
    const WaitSeconds = pauseSeconds(request.RequestType, request);
    return { ...memory, PhysicalResourceId, WaitSeconds, BeginsAt: this.deps.now() + WaitSeconds * 1000 };
  }

  /** Takes the next step towards what the request asks for. */
  private async look(request: PolledRequest): Promise<Look> {
    const { RequestType, LogicalResourceId, Memory } = request;
    try {
      const look = await new (RequestType === 'Delete' ? DeleteHandler : CreateOrUpdateHandler)(this.deps, this.jobs).isComplete(request);
      Memory.RefusedSince = undefined;
      return look;
    } catch (e) {
      const isLate = isIamLate(e as AwsError, request, this.deps.now());
      if (!isLate && !isTransient(e as AwsError)) { throw e; }
      this.deps.log({ action: 'wait', resource: LogicalResourceId, why: (e as Error).name });
      Memory.RefusedSince = isLate ? Memory.RefusedSince ?? this.deps.now() : undefined;
      return NOT_YET;
    }
  }

  /** Read as early as possible: the rollback of this Update is later recognized by a different status. */
  private async stackStatus({ StackId }: ResourceRequest): Promise<string | undefined> {
    try {
      return await this.deps.stackResources.stackStatus(StackId);
    } catch (e) {
      this.deps.log({ action: 'not told', stack: StackId, why: (e as Error).name });
      return undefined;
    }
  }

  /** Returns the physical id, which is the name of the job. It changes nothing. */
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
          if (!isTransient(e as AwsError) && !mayBeLate(e as AwsError)) { throw e; }
          return physicalIdWithoutLookup(request);
        }
    }
  }

  /** Logs and reports an error, and returns a message for CloudFormation that is short enough for its response. */
  private async explain(request: ResourceRequest, e: Error): Promise<string> {
    this.deps.log({ action: 'fail', resource: request.LogicalResourceId, request: request.RequestType, why: `${e.name}: ${e.message}` });
    const failure = e instanceof JobFailure ? e : new JobFailure(`${request.RequestType} of the compilation job failed: ${e.name}: ${e.message}`);
    await report(this.deps, failed(request, failure));
    return failure.message;
  }
}

function requireJobName(name: string): string {
  if (isJobName(name)) { return name; }
  throw new JobFailure(`compilationJobName must be 1 to 63 letters, digits and single hyphens between them; got: ${JSON.stringify(name)}`);
}

/**
 * Returns the name of the job for an Update:
 *  - the present job, if it is ours, has the requested configuration and has not failed: nothing that alters the result has changed, or this is a
 *    rollback with the old physical id;
 *  - an earlier job of the same configuration: this is a rollback with the new physical id;
 *  - otherwise a new job, under a name that was never used. CloudFormation sends a Delete for the present job afterwards.
 *
 * This changes nothing, so whatever happens later, the response to CloudFormation has the name of the job.
 */
async function physicalIdForUpdate(jobs: NeoJobs, request: ResourceRequest): Promise<string> {
  const properties = request.ResourceProperties;
  const present = request.PhysicalResourceId!;

  // Removing or changing a fixed name also asks for another job, because users know the job by its name.
  const nameFits = properties.JobName === undefined ? present.startsWith(`${searchPrefixOf(properties)}-`) : properties.JobName === present;
  if (nameFits && await isUsable(jobs, present, request)) {
    return present;
  }
  // If that name belongs to another job, the checks find out: unlike this step, they may stop jobs.
  if (properties.JobName !== undefined) { return properties.JobName; }
  for (const { CompilationJobName: name } of await jobs.list(searchPrefixOf(properties))) {
    if (await isUsable(jobs, name!, request)) { return name!; }
  }
  return jobNameOf(request, properties);
}

/**
 * Used if SageMaker cannot be asked: the present job if the configuration is the same, otherwise a new one. At worst, this compiles once too often.
 */
export function physicalIdWithoutLookup(request: ResourceRequest): string {
  const { ResourceProperties: wanted, OldResourceProperties: old } = request;
  return old && configurationOf(old) === configurationOf(wanted) && old.JobName === wanted.JobName
    ? request.PhysicalResourceId!
    : jobNameOf(request, wanted);
}

async function isUsable(jobs: NeoJobs, name: string, request: ResourceRequest): Promise<boolean> {
  const job = isJobName(name) ? await jobs.find(name) : undefined;
  if (!job) { return false; }
  // A resource that does not wait only promises that its job was started.
  const isGood = ['STARTING', 'INPROGRESS', 'COMPLETED'].includes(job.CompilationJobStatus!)
    || request.ResourceProperties.WaitForCompletion === 'false';
  if (!isGood) { return false; }
  const { ours, current } = await jobs.ownershipOf(job, request);
  return ours && current;
}
