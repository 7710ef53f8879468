import type { CompilationJobAttributes } from '../compilation-job-properties';
import type { Dependencies } from './dependencies';
import { isAccessDenied, isInUse, isQuota, isRoleNotReady, isTransient, isUnanswered, mayBeLate } from './errors';
import type { AwsError } from './errors';
import { createRequestOf, fractionOf, isJobName, jobNameOf, tagsOf } from './identity';
import { artifactOf, isInProgress } from './neo-jobs';
import type { Job, NeoJobs } from './neo-jobs';
import { completed, JobFailure, logsLink, nameIsTaken, refusal, report, summarizeRequest } from './outcome';
import { DONE, isNamedByThis, NOT_YET, ownershipOf } from './request';
import type { Look, PolledRequest } from './request';

/** How long a role may take to become assumable before that counts as an error of its trust policy. */
const ROLE_PROPAGATION_SECONDS = 5 * 60;

/** No further poll may come before the time limit: what is refused now is refused for good. */
const LAST_POLL_SECONDS = 20;

/** How long a refusal is waited out, in every request. */
const IAM_LAG_SECONDS = 2 * 60;

/** How long after CreateCompilationJob a job may be invisible. */
const SHOW_LAG_SECONDS = 60;

/** How long a call of CreateCompilationJob without an answer may still take effect. */
const LANDING_SECONDS = 60;

const ASK_AGAIN_SECONDS = 60;

/** Whether a refusal is waited out: it may come from a permission, or a role's token, that is seconds old. */
export function isIamLate(e: AwsError, { Memory: { RefusedSince } }: PolledRequest, now: number): boolean {
  return mayBeLate(e) && now - (RefusedSince ?? now) < IAM_LAG_SECONDS * 1000;
}

/**
 * A Create or an Update, seen every ten seconds: make the job if it is not there, wait for it, and answer with its result.
 */
export class CreateOrUpdateHandler {
  constructor(private readonly deps: Dependencies, private readonly jobs: NeoJobs) {}

  public async isComplete(request: PolledRequest): Promise<Look> {
    const job = await this.jobs.find(request.PhysicalResourceId);
    if (!job) { return this.start(request); }

    if (!isNamedByThis(request)) {
      const { ours, current, unknown, tags } = await ownershipOf(this.jobs, job, request, this.deps.now());
      if (unknown) { return NOT_YET; }
      if (!ours || !current) { return this.refuse(job, request, ours); }
      const waits = request.ResourceProperties.WaitForCompletion !== 'false';
      if (request.RequestType === 'Update' && !waits && isOver(job)) { return this.complete(job, request, tags); }
      if (job.CompilationJobStatus === 'COMPLETED') { return this.complete(job, request, tags); }
    }
    switch (job.CompilationJobStatus) {
      case 'COMPLETED':
        return this.complete(job, request);
      case 'FAILED':
        return this.fail(`compilation job ${job.CompilationJobName} failed: ${job.FailureReason ?? 'no reason given'}. Log: ${logsLink(job.CompilationJobArn!)}`, request, job);
      case 'STOPPED':
        return this.fail(this.isOverdue(request)
          ? `compilation job ${job.CompilationJobName} was stopped at the time limit of ${request.ResourceProperties.TimeLimitInSeconds} seconds. `
            + `Raise timeout, or set waitForCompletion to false for a job that takes longer. Log: ${logsLink(job.CompilationJobArn!)}`
          : `compilation job ${job.CompilationJobName} was STOPPED from outside of this stack. Log: ${logsLink(job.CompilationJobArn!)}`, request, job,
        !await this.isStillWanted(request));
      default:
        return this.wait(job, request);
    }
  }

  private async wait(job: Job, request: PolledRequest): Promise<Look> {
    if (job.CompilationJobStatus === 'STOPPING') { return NOT_YET; }
    const now = this.deps.now();
    const isDue = now - (request.Memory.AskedAt ?? 0) >= ASK_AGAIN_SECONDS * 1000;
    if (isDue && !await this.isStillWanted(request)) { return this.abandon(job, request); }
    if (request.ResourceProperties.WaitForCompletion === 'false') { return this.complete(job, request); }
    if (this.isOverdue(request)) {
      this.deps.log({ action: 'stop', job: job.CompilationJobName, why: 'time limit' });
      await this.jobs.stop(job);
    }
    if (isDue) { request.Memory.AskedAt = now; }
    return NOT_YET;
  }

  /** CloudFormation has given this request up: stop what it has made. The next looks find the job stopped, and end. */
  private async abandon(job: Job, request: PolledRequest): Promise<Look> {
    if (!isNamedByThis(request) && (job.CreationTime?.getTime() ?? 0) < request.RequestedAt) {
      throw new JobFailure(`CloudFormation gave up this ${request.RequestType} before a compilation job was started`, undefined, true);
    }
    this.deps.log({ action: 'stop', job: job.CompilationJobName, why: 'given up' });
    await this.jobs.stop(job);
    return NOT_YET;
  }

  private async complete(job: Job, request: PolledRequest, tags?: ReadonlyMap<string, string>): Promise<Look> {
    // A roll-back ends here as well: whatever the failed update left running is stopped.
    if (await this.stopOthers(request)) { return NOT_YET; }
    // A job made by this very request has its tags from the start.
    if (request.RequestType === 'Update' && !isNamedByThis(request)) {
      const present = tags ?? await this.jobs.tags(job);
      await this.jobs.retag(job, present, tagsOf(request, request.ResourceProperties), request.OldResourceProperties?.Tags ?? []);
    }
    const outcome = job.CompilationJobStatus === 'COMPLETED' && completed(request, job);
    if (outcome) { await report(this.deps, outcome); }
    return { ...DONE, Data: attributesOf(job) };
  }

  private async start(request: PolledRequest): Promise<Look> {
    const input = createRequestOf(request.PhysicalResourceId, request, request.ResourceProperties);
    const { Memory } = request;
    // What was asked for without an answer would run on when nothing waits for it any more.
    const mayLand = this.deps.now() - (Memory.UnansweredAt ?? -Infinity) < LANDING_SECONDS * 1000;
    if (mayLand && (this.isOverdue(request) || !await this.isStillWanted(request))) { return NOT_YET; }
    if (this.isOverdue(request)) {
      throw new JobFailure(`no compilation job could be started within ${request.ResourceProperties.TimeLimitInSeconds} seconds (${summarizeRequest(input)})`);
    }
    const elapsed = this.elapsedSeconds(request);
    const isLastChance = this.remainingSeconds(request) <= LAST_POLL_SECONDS;
    // SageMaker has taken the job, and does not show it yet.
    if (this.deps.now() - (Memory.CreatedAt ?? -Infinity) < SHOW_LAG_SECONDS * 1000) { return NOT_YET; }
    await this.requireWanted(request);
    if (await this.stopOthers(request)) { return NOT_YET; }

    try {
      await this.jobs.create(input);
      this.deps.log({ action: 'create', job: input.CompilationJobName });
      Memory.CreatedAt = this.deps.now();
      return NOT_YET;
    } catch (error) {
      const e = error as AwsError;
      if (isUnanswered(e)) { Memory.UnansweredAt = this.deps.now(); }
      // Ours whose answer was lost, or a stranger's: the next poll reads its tags.
      if (isInUse(e)) { return NOT_YET; }
      if (!isLastChance && isIamLate(e, request, this.deps.now())) { throw e; }
      const canWait = isQuota(e) || isTransient(e) || (isRoleNotReady(e) && elapsed < ROLE_PROPAGATION_SECONDS);
      // After an error that may have been an answer lost on its way, the last look finds out.
      if (!canWait || (isLastChance && !isTransient(e))) {
        throw new JobFailure(refusal('CreateCompilationJob', e, input));
      }
      this.deps.log({ action: 'wait', job: input.CompilationJobName, why: e.name });
      const untilLastChance = Math.max(1, Math.floor(this.remainingSeconds(request)) - LAST_POLL_SECONDS - 1);
      return { ...NOT_YET, WaitSeconds: Math.min((isQuota(e) ? secondsToNextSlot : secondsToNextTry)(elapsed, request.RequestId), untilLastChance) };
    }
  }

  /**
   * A waiter can outlive its request: when CloudFormation cancels a Create because another resource failed, or when Lambda
   * delivers an event twice. Such a waiter must not start a job that no Delete would ever stop.
   */
  private async requireWanted(request: PolledRequest): Promise<void> {
    const status = await this.unwantedStatus(request);
    if (status === undefined) { return; }
    throw new JobFailure(`CloudFormation gave up this ${request.RequestType} before a compilation job was started (resource status: ${status})`, undefined, true);
  }

  /** While a job runs, an error of CloudFormation must not keep it from being stopped at its time limit. */
  private async isStillWanted(request: PolledRequest): Promise<boolean> {
    try {
      return await this.unwantedStatus(request) === undefined;
    } catch (e) {
      this.deps.log({ action: 'not told', resource: request.LogicalResourceId, why: (e as Error).name });
      return true;
    }
  }

  /** What CloudFormation does with the resource instead of this request; undefined when it waits for this request. */
  private async unwantedStatus(request: PolledRequest): Promise<string | undefined> {
    const { StackId, LogicalResourceId, RequestType, OldPhysicalResourceId, Memory } = request;
    try {
      const stack = await this.deps.stackResources();
      const { status, physicalId } = await stack.describe(StackId, LogicalResourceId);
      if (status !== `${RequestType.toUpperCase()}_IN_PROGRESS`) { return `${status}`; }
      if (RequestType !== 'Update') { return undefined; }
      // An Update of its own has the physical id that the request has named. Its roll-back may have it too, and the stack another status.
      if (physicalId && OldPhysicalResourceId && physicalId !== OldPhysicalResourceId) { return `${status} of ${physicalId}`; }
      const stackStatus = await stack.stackStatus(StackId);
      Memory.StackStatus ??= stackStatus;
      return stackStatus === Memory.StackStatus ? undefined : `${status} of a stack in ${stackStatus}`;
    } catch (error) {
      const e = error as AwsError;
      if (/^Stack .* does not exist/.test(e.message)) { return 'the stack is gone'; }
      // A boundary may take this permission away, and some engines do not know a resource that is under way: the check is a second
      // line of defence.
      if (isAccessDenied(e) || /^Resource .* does not exist for stack/.test(e.message)) { return undefined; }
      throw e;
    }
  }

  /** A resource has at most one job in progress: an Update stops every other before it starts one, and before it answers. */
  private async stopOthers(request: PolledRequest, concerns: (job: Job) => boolean = () => true): Promise<boolean> {
    if (request.RequestType !== 'Update') { return false; }
    const prefix = request.ResourceProperties.JobNamePrefix;
    const names = new Set([
      ...await this.jobs.listInProgress(`${prefix}-`),
      ...[request.OldResourceProperties?.JobName, request.OldPhysicalResourceId].filter(isJobName),
    ]);
    names.delete(request.PhysicalResourceId);
    let waiting = false;
    for (const name of names) {
      const job = await this.jobs.find(name);
      if (!job || !isInProgress(job) || !concerns(job)) { continue; }
      const { ours, unknown } = await ownershipOf(this.jobs, job, request, this.deps.now());
      waiting ||= unknown;
      if (!ours) { continue; }
      this.deps.log({ action: 'stop', job: name, why: 'replaced' });
      await this.jobs.stop(job);
      waiting = true;
    }
    return waiting;
  }

  /** The fixed name is another job's. */
  private async refuse(job: Job, request: PolledRequest, ours: boolean): Promise<Look> {
    if (ours && isLeftOver(job, request)) {
      this.deps.log({ action: 'stop', job: job.CompilationJobName, why: 'left over' });
      await this.jobs.stop(job);
      return NOT_YET;
    }
    return this.fail(notThisJob(job, request, ours), request);
  }

  /**
   * Whatever earlier requests have left running is stopped before a failure is the answer, and what this one has made when it was delivered a second
   * time and decided otherwise. No other job that is younger: Lambda may have this request run once more while a later one is at work.
   */
  private async fail(reason: string, request: PolledRequest, job?: Job, isAbandoned = false): Promise<Look> {
    const own = jobNameOf(request, request.ResourceProperties);
    const concerns = ({ CompilationJobName, CreationTime }: Job) => CompilationJobName === own || CreationTime!.getTime() < request.RequestedAt;
    if (!isNamedByThis(request) && await this.stopOthers(request, concerns)) { return NOT_YET; }
    throw new JobFailure(reason, job, isAbandoned);
  }

  private elapsedSeconds(request: PolledRequest): number {
    return (this.deps.now() - request.RequestedAt) / 1000;
  }

  private remainingSeconds(request: PolledRequest): number {
    return Number(request.ResourceProperties.TimeLimitInSeconds) - this.elapsedSeconds(request);
  }

  private isOverdue(request: PolledRequest): boolean {
    return this.remainingSeconds(request) <= 0;
  }
}

/**
 * A job under the fixed name that a request made and died over, as nobody waits for a job of another configuration any more. This request ends in an
 * error, which must not leave it running, unless the resource does not wait for its jobs, neither before nor after.
 */
const isLeftOver = (job: Job, { RequestType, ResourceProperties, OldResourceProperties }: PolledRequest) => RequestType === 'Update' && isInProgress(job)
  && [ResourceProperties, OldResourceProperties].some(properties => properties?.WaitForCompletion !== 'false');

function notThisJob({ CompilationJobName: name }: Job, { RequestType }: PolledRequest, ours: boolean): string {
  if (!ours) {
    return `compilation job ${name} exists already and does not belong to this resource: give another compilationJobName, or leave it out and have unique names generated`;
  }
  return RequestType === 'Update'
    ? nameIsTaken(name!)
    : `compilation job ${name} exists already with another configuration, and its name cannot be used twice: give another compilationJobName`;
}

/** As it was before this request: whatever became of it, a resource that does not wait keeps it. */
const isOver = (job: Job) => job.CompilationJobStatus === 'FAILED' || job.CompilationJobStatus === 'STOPPED';

function attributesOf(job: Job): CompilationJobAttributes {
  const isCompleted = job.CompilationJobStatus === 'COMPLETED';
  return {
    JobName: job.CompilationJobName!,
    JobArn: job.CompilationJobArn!,
    ModelArtifactsUri: isCompleted ? job.ModelArtifacts?.S3ModelArtifacts : undefined,
    ArtifactObjectKey: isCompleted ? artifactOf(job)?.key : undefined,
    ArtifactDigest: isCompleted ? job.ModelDigests?.ArtifactDigest : undefined,
    InferenceImage: isCompleted ? job.InferenceImage : undefined,
  };
}

const SHORTEST_SECONDS = 9;
const LONGEST_SECONDS = 110;

/**
 * How long to wait before trying again what was refused for lack of capacity: longer and longer, and drawn from the request and the time, so that the jobs
 * of a stack spread out. Never longer than two minutes, the look itself included.
 */
export function secondsToNextTry(elapsedSeconds: number, requestId: string): number {
  const longest = Math.min(LONGEST_SECONDS, SHORTEST_SECONDS + elapsedSeconds / 2);
  return Math.round(SHORTEST_SECONDS + fractionOf(`${requestId}:${Math.floor(elapsedSeconds)}`) * (longest - SHORTEST_SECONDS));
}

const LONGEST_FOR_YOUNG_SECONDS = 60;

/**
 * How long to wait before asking for a slot of the quota again: the longer a job has waited, the more often it asks, so that those which came later do not
 * take every slot before it.
 */
export function secondsToNextSlot(elapsedSeconds: number, requestId: string): number {
  const longest = Math.max(SHORTEST_SECONDS, LONGEST_FOR_YOUNG_SECONDS - elapsedSeconds / 30);
  return Math.round(SHORTEST_SECONDS + fractionOf(`${requestId}:${Math.floor(elapsedSeconds)}`) * (longest - SHORTEST_SECONDS));
}
