import { CreateOrUpdateHandler, isIamLate } from './create-or-update';
import { DeleteHandler } from './delete';
import type { Dependencies } from './dependencies';
import { isTransient, mayBeLate } from './errors';
import type { AwsError } from './errors';
import { fractionOf, configurationOf, isJobName, jobNameOf, searchPrefixOf } from './identity';
import { NeoJobs } from './neo-jobs';
import type { Job } from './neo-jobs';
import { failed, JobFailure, report } from './outcome';
import { NOT_YET, ownershipOf } from './request';
import type { Look, PolledRequest, Progress, ResourceRequest, Step } from './request';

/** Between two looks, so that a job's end goes unnoticed for ten seconds at most: the look itself takes some time, too. */
export const WAIT_SECONDS = 9;

/**
 * Between the first two steps of a request, on average. What takes minutes anyway starts at once. What is over after a few calls would have ten jobs, which a
 * deployment runs at once, make dozens of calls a second: with these, they make fewer than five.
 */
const PAUSE_SECONDS = { Create: 0, Update: 20, Delete: 8 };

function pauseSeconds({ RequestType, RequestId }: ResourceRequest): number {
  return Math.round(PAUSE_SECONDS[RequestType] * (0.7 + 0.6 * fractionOf(RequestId)));
}

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
  public async proceed({ Request, StartedAt, Progress: { PhysicalResourceId, WaitSeconds: _, Answer: __, ...before } }: Step): Promise<Progress> {
    try {
      // Kept by the state machine before anything is changed, so that each later answer has the id that a clean-up needs.
      if (PhysicalResourceId === undefined) {
        return { PhysicalResourceId: await this.onEvent(Request), StackStatus: await this.stackStatus(Request), WaitSeconds: pauseSeconds(Request) };
      }
      const RequestedAt = Date.parse(StartedAt);
      const Memory = { ...before };
      const { IsComplete, WaitSeconds = WAIT_SECONDS, Data } = await this.isComplete({
        ...Request, OldPhysicalResourceId: Request.PhysicalResourceId, PhysicalResourceId, RequestedAt, Memory,
      });
      if (IsComplete) { return { PhysicalResourceId, Answer: { Status: 'SUCCESS', Data } }; }
      if (this.deps.now() - RequestedAt < GIVE_UP_SECONDS * 1000) { return { ...Memory, PhysicalResourceId, WaitSeconds }; }
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
        const { RequestType, Memory } = request;
        const look = await new (RequestType === 'Delete' ? DeleteHandler : CreateOrUpdateHandler)(this.deps, this.jobs).isComplete(request);
        Memory.RefusedSince = undefined;
        return look;
      } catch (e) {
        const isLate = isIamLate(e as AwsError, request, this.deps.now());
        if (!isLate && !isTransient(e as AwsError)) { throw e; }
        this.deps.log({ action: 'wait', resource: request.LogicalResourceId, why: (e as Error).name });
        request.Memory.RefusedSince = isLate ? request.Memory.RefusedSince ?? this.deps.now() : undefined;
        return NOT_YET;
      }
    });
  }

  /** As soon as can be, so that the roll-back of this very Update is known by another status. */
  private async stackStatus({ RequestType, StackId }: ResourceRequest): Promise<string | undefined> {
    if (RequestType !== 'Update') { return undefined; }
    try {
      return await (await this.deps.stackResources()).stackStatus(StackId);
    } catch (e) {
      this.deps.log({ action: 'not told', stack: StackId, why: (e as Error).name });
      return undefined;
    }
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

/**
 * Which job answers an Update:
 *  - the present one, if it is ours, has the wanted configuration and is good: nothing that alters the result changed,
 *    or a rollback came with the old physical id;
 *  - an earlier one of the same configuration: a rollback that came with the new physical id;
 *  - else a new one under a name never used before. CloudFormation sends a Delete for the present one afterwards.
 *
 * Nothing is changed here: whatever happens later, CloudFormation's answer carries the name of the job in question.
 */
export async function physicalIdForUpdate(jobs: NeoJobs, request: ResourceRequest, now: number): Promise<string> {
  const properties = request.ResourceProperties;
  const present = request.PhysicalResourceId!;
  const wanted = jobNameOf(request, properties);

  // A fixed name that is taken away or changed asks for another job, too: the name is what the user sees of it.
  const nameFits = properties.JobName === undefined ? present.startsWith(`${searchPrefixOf(properties)}-`) : properties.JobName === present;
  if (nameFits && await isUsable(jobs, present, request, now)) {
    return present;
  }
  // Should that name be another job's, the polls find out: they can stop what must not go on.
  if (properties.JobName !== undefined) { return properties.JobName; }
  for (const { CompilationJobName: name } of await jobs.list(searchPrefixOf(properties))) {
    if (await isUsable(jobs, name!, request, now)) { return name!; }
  }
  return wanted;
}

/** Without an answer of SageMaker: the present job if the configuration is the same, else a new one. Never wrong, at worst a compilation too many. */
export function physicalIdWithoutLookup(request: ResourceRequest): string {
  const { ResourceProperties: wanted, OldResourceProperties: old } = request;
  return old && configurationOf(old) === configurationOf(wanted) && old.JobName === wanted.JobName
    ? request.PhysicalResourceId!
    : jobNameOf(request, wanted);
}

async function isUsable(jobs: NeoJobs, name: string, request: ResourceRequest, now: number): Promise<boolean> {
  const job = await existing(jobs, name);
  if (!job) { return false; }
  // A resource that does not wait promises that its job was started, not how it ended.
  const isGood = ['STARTING', 'INPROGRESS', 'COMPLETED'].includes(job.CompilationJobStatus!)
    || request.ResourceProperties.WaitForCompletion === 'false';
  if (!isGood) { return false; }
  const { ours, current } = await ownershipOf(jobs, job, request, now);
  return ours && current;
}

async function existing(jobs: NeoJobs, name: string): Promise<Job | undefined> {
  return isJobName(name) ? jobs.find(name) : undefined;
}
