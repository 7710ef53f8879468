import type { CompilationJobAttributes } from '../compilation-job-properties';
import type { Dependencies } from './dependencies';
import { isAccessDenied, isInUse, isQuota, isRoleNotReady, isTransient, isUnanswered, mayBeLate, type AwsError } from './errors';
import { createRequestOf, fractionOf, isJobName, jobNameOf, tagsOf } from './identity';
import { artifactOf, isInProgress, type Job, type NeoJobs } from './neo-jobs';
import { completed, JobFailure, logsLink, refusal, report, summarizeRequest } from './outcome';
import { isNamedByThis, NOT_YET, type Look, type PolledRequest } from './request';

/** How long a role may take to become assumable. After that, its trust policy is assumed to be wrong. */
const ROLE_PROPAGATION_SECONDS = 5 * 60;

/**
 * The latest end of the time limit after CloudFormation's request, including pauses: stopping a job takes time, and CloudFormation waits for an hour.
 */
const LATEST_LIMIT_SECONDS = 55 * 60;

/** So close to the time limit there may be no further check, so a rejection is final. */
const LAST_POLL_SECONDS = 20;

/** How long a denied call is retried, in every request. */
const IAM_LAG_SECONDS = 2 * 60;

/** How long a job may stay invisible after CreateCompilationJob. */
const SHOW_LAG_SECONDS = 60;

/** How long after it a CreateCompilationJob call without a response may still take effect. */
const LANDING_SECONDS = 60;

const ASK_AGAIN_SECONDS = 60;

/** Whether to retry a denied call: the permission, or the role's token, may be only seconds old. */
export function isIamLate(e: AwsError, { Memory: { RefusedSince } }: PolledRequest, now: number): boolean {
  return mayBeLate(e) && now - (RefusedSince ?? now) < IAM_LAG_SECONDS * 1000;
}

/**
 * Handles a Create or an Update. Each check, every ten seconds, creates the job if it does not exist, waits for it, or responds with its result.
 */
export class CreateOrUpdateHandler {
  constructor(private readonly deps: Dependencies, private readonly jobs: NeoJobs) {}

  public async isComplete(request: PolledRequest): Promise<Look> {
    const job = await this.jobs.find(request.PhysicalResourceId);
    if (!job) { return this.start(request); }

    if (!isNamedByThis(request)) {
      const { ours, current, unknown, tags } = await this.jobs.ownershipOf(job, request);
      if (unknown) { return NOT_YET; }
      if (!ours || !current) { return this.refuse(job, request, ours); }
      if (job.CompilationJobStatus === 'COMPLETED' || isKept(job, request)) { return this.complete(job, request, tags); }
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
          : `compilation job ${job.CompilationJobName} was stopped from outside this stack. Log: ${logsLink(job.CompilationJobArn!)}`, request, job,
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
    if (this.isOverdue(request)) { await this.jobs.stop(job, 'time limit'); }
    if (isDue) { request.Memory.AskedAt = now; }
    return NOT_YET;
  }

  /** Stops the job of a request that CloudFormation has given up. The next checks find the job stopped, and the waiter ends. */
  private async abandon(job: Job, request: PolledRequest): Promise<Look> {
    // Clocks of AWS services differ, so what this request remembers counts first.
    const askedAt = request.Memory.CreatedAt ?? request.Memory.UnansweredAt;
    if (!isNamedByThis(request) && askedAt === undefined && (job.CreationTime?.getTime() ?? 0) < request.RequestedAt) {
      throw new JobFailure(`CloudFormation gave up on this ${request.RequestType} before a compilation job was started`, undefined, true);
    }
    await this.jobs.stop(job, 'given up');
    return NOT_YET;
  }

  private async complete(job: Job, request: PolledRequest, tags?: ReadonlyMap<string, string>): Promise<Look> {
    // A rollback ends here as well, so jobs that the failed update left running are stopped.
    if (await this.stopOthers(request)) { return NOT_YET; }
    // A job that this request created has had its tags from the start.
    if (request.RequestType === 'Update' && !isNamedByThis(request)) {
      const present = tags ?? await this.jobs.tags(job);
      await this.jobs.retag(job, present, tagsOf(request, request.ResourceProperties), request.OldResourceProperties?.Tags ?? []);
    }
    await report(this.deps, completed(request, job));
    return { Answer: { Status: 'SUCCESS', Data: attributesOf(job) } };
  }

  private async start(request: PolledRequest): Promise<Look> {
    const input = createRequestOf(request.PhysicalResourceId, request, request.ResourceProperties);
    const { Memory } = request;
    // A job whose CreateCompilationJob got no response could otherwise keep running with no waiter.
    const mayLand = this.deps.now() - (Memory.UnansweredAt ?? -Infinity) < LANDING_SECONDS * 1000;
    if (mayLand && (this.isOverdue(request) || !await this.isStillWanted(request))) { return NOT_YET; }
    if (this.isOverdue(request)) {
      throw new JobFailure(`no compilation job could be started within ${request.ResourceProperties.TimeLimitInSeconds} seconds (${summarizeRequest(input)})`);
    }
    const elapsed = this.elapsedSeconds(request);
    const isLastChance = this.remainingSeconds(request) <= LAST_POLL_SECONDS;
    // SageMaker has accepted the job, but does not show it yet.
    if (this.deps.now() - (Memory.CreatedAt ?? -Infinity) < SHOW_LAG_SECONDS * 1000) { return NOT_YET; }
    const unwanted = await this.unwantedStatus(request);
    if (unwanted !== undefined) {
      throw new JobFailure(`CloudFormation gave up on this ${request.RequestType} before a compilation job was started (resource status: ${unwanted})`, undefined, true);
    }
    if (await this.stopOthers(request)) { return NOT_YET; }

    try {
      await this.jobs.create(input);
      this.deps.log({ action: 'create', job: input.CompilationJobName });
      Memory.CreatedAt = this.deps.now();
      return NOT_YET;
    } catch (error) {
      const e = error as AwsError;
      if (isUnanswered(e)) { Memory.UnansweredAt = this.deps.now(); }
      // The job is ours, with a lost response, or another owner's. The next check reads its tags.
      if (isInUse(e)) { return NOT_YET; }
      if (!isLastChance && isIamLate(e, request, this.deps.now())) { throw e; }
      const canWait = isQuota(e) || isTransient(e) || (isRoleNotReady(e) && elapsed < ROLE_PROPAGATION_SECONDS);
      // If the error may be a lost response, the last check finds out.
      if (!canWait || (isLastChance && !isTransient(e))) {
        throw new JobFailure(refusal(e, input));
      }
      this.deps.log({ action: 'wait', job: input.CompilationJobName, why: e.name });
      const untilLastChance = Math.max(1, Math.floor(this.remainingSeconds(request)) - LAST_POLL_SECONDS - 1);
      return { WaitSeconds: Math.min((isQuota(e) ? secondsToNextSlot : secondsToNextTry)(elapsed, request.RequestId), untilLastChance) };
    }
  }

  /** Errors from CloudFormation count as yes: while a job runs, they must not prevent stopping it at its time limit. */
  private async isStillWanted(request: PolledRequest): Promise<boolean> {
    try {
      return await this.unwantedStatus(request) === undefined;
    } catch (e) {
      this.deps.log({ action: 'not told', resource: request.LogicalResourceId, why: (e as Error).name });
      return true;
    }
  }

  /**
   * Returns the status of the resource if CloudFormation no longer waits for this request, undefined if it does. A waiter can outlive its request:
   * CloudFormation may cancel a Create because another resource failed, and Lambda may deliver an event twice. Such a waiter must not start a job that
   * no Delete would stop.
   */
  private async unwantedStatus(request: PolledRequest): Promise<string | undefined> {
    const { StackId, LogicalResourceId, RequestType, OldPhysicalResourceId, Memory } = request;
    try {
      const { status, physicalId } = await this.deps.stackResources.describe(StackId, LogicalResourceId);
      if (status !== `${RequestType.toUpperCase()}_IN_PROGRESS`) { return `${status}`; }
      if (RequestType !== 'Update') { return undefined; }
      // For this Update, CloudFormation reports the physical id of the request. For its rollback, it may report the same id, but another stack
      // status.
      if (physicalId && OldPhysicalResourceId && physicalId !== OldPhysicalResourceId) { return `${status} of ${physicalId}`; }
      const stackStatus = await this.deps.stackResources.stackStatus(StackId);
      Memory.StackStatus ??= stackStatus;
      return stackStatus === Memory.StackStatus ? undefined : `${status} of a stack in ${stackStatus}`;
    } catch (error) {
      const e = error as AwsError;
      if (/^Stack .* does not exist/.test(e.message)) { return 'the stack is gone'; }
      // A permissions boundary may deny this call, and some engines do not know a resource in progress. The check is only a second line of defense.
      if (isAccessDenied(e) || /^Resource .* does not exist for stack/.test(e.message)) { return undefined; }
      throw e;
    }
  }

  /** A resource has at most one job in progress: an Update stops all others before it starts a job and before it responds. */
  private async stopOthers(request: PolledRequest, concerns?: (job: Job) => boolean): Promise<boolean> {
    if (request.RequestType !== 'Update') { return false; }
    const prefix = request.ResourceProperties.JobNamePrefix;
    const names = new Set([
      ...await this.jobs.listInProgress(`${prefix}-`),
      ...[request.OldResourceProperties?.JobName, request.OldPhysicalResourceId].filter(isJobName),
    ]);
    names.delete(request.PhysicalResourceId);
    return this.jobs.stopOwn(names, request, 'replaced', concerns);
  }

  /** Fails because the fixed name belongs to another job. */
  private async refuse(job: Job, request: PolledRequest, ours: boolean): Promise<Look> {
    if (ours && isLeftOver(job, request)) {
      await this.jobs.stop(job, 'left over');
      return NOT_YET;
    }
    return this.fail(notThisJob(job, request, ours), request);
  }

  /**
   * Before the request fails, this stops the jobs that earlier requests left running, and the job that this request created if it was delivered twice
   * and decided differently. It stops no other newer job, because Lambda may run this request again while a later one is in progress.
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

  /** The pauses before the first call do not count, unless they would use up the time that is reserved for stopping the job. */
  private remainingSeconds(request: PolledRequest): number {
    const { RequestedAt, Memory: { BeginsAt = RequestedAt }, ResourceProperties: { TimeLimitInSeconds } } = request;
    const pauseSeconds = (BeginsAt - RequestedAt) / 1000;
    return Math.min(pauseSeconds + Number(TimeLimitInSeconds), LATEST_LIMIT_SECONDS) - this.elapsedSeconds(request);
  }

  private isOverdue(request: PolledRequest): boolean {
    return this.remainingSeconds(request) <= 0;
  }
}

/**
 * Whether a job under the fixed name was created by a request that died: no request waits for a job of another configuration. This request fails and
 * must not leave that job running, unless the resource waits for its jobs neither before nor after the update.
 */
const isLeftOver = (job: Job, { RequestType, ResourceProperties, OldResourceProperties }: PolledRequest) => RequestType === 'Update' && isInProgress(job)
  && [ResourceProperties, OldResourceProperties].some(properties => properties?.WaitForCompletion !== 'false');

function notThisJob({ CompilationJobName: name }: Job, { RequestType }: PolledRequest, ours: boolean): string {
  if (!ours) {
    return `compilation job ${name} exists already and does not belong to this resource: give another compilationJobName, or omit it to have unique names generated`;
  }
  return RequestType === 'Update'
    ? `compilationJobName is fixed to ${name}, but the update needs a new job: a job cannot be changed, and its name cannot be used twice. `
      + 'Give another compilationJobName, or omit it to have unique names generated.'
    : `compilation job ${name} exists already with another configuration, and its name cannot be used twice: give another compilationJobName`;
}

/** Whether the job has ended without a result: a resource that does not wait for its job keeps it, however it ended. */
const isKept = ({ CompilationJobStatus: status }: Job, { RequestType, ResourceProperties }: PolledRequest) =>
  RequestType === 'Update' && ResourceProperties.WaitForCompletion === 'false' && (status === 'FAILED' || status === 'STOPPED');

function attributesOf(job: Job): CompilationJobAttributes {
  return {
    JobName: job.CompilationJobName!,
    JobArn: job.CompilationJobArn!,
    ...job.CompilationJobStatus === 'COMPLETED' && {
      ModelArtifactsUri: job.ModelArtifacts?.S3ModelArtifacts,
      ArtifactObjectKey: artifactOf(job)?.key,
      ArtifactDigest: job.ModelDigests?.ArtifactDigest,
      InferenceImage: job.InferenceImage,
    },
  };
}

const SHORTEST_SECONDS = 9;
const LONGEST_SECONDS = 110;

/**
 * Seconds to wait before the next try of a call that was throttled or failed. They grow with time, and are derived from the request and the time, so
 * that the jobs of a stack spread out. With the check itself, they are never more than two minutes.
 */
export function secondsToNextTry(elapsedSeconds: number, requestId: string): number {
  const longest = Math.min(LONGEST_SECONDS, SHORTEST_SECONDS + elapsedSeconds / 2);
  return Math.round(SHORTEST_SECONDS + fractionOf(`${requestId}:${Math.floor(elapsedSeconds)}`) * (longest - SHORTEST_SECONDS));
}

const LONGEST_FOR_YOUNG_SECONDS = 60;

/**
 * Seconds to wait before asking for a slot of the quota again. The longer a job has waited, the more often it asks, so that later jobs do not take
 * every slot before it.
 */
export function secondsToNextSlot(elapsedSeconds: number, requestId: string): number {
  const longest = Math.max(SHORTEST_SECONDS, LONGEST_FOR_YOUNG_SECONDS - elapsedSeconds / 30);
  return Math.round(SHORTEST_SECONDS + fractionOf(`${requestId}:${Math.floor(elapsedSeconds)}`) * (longest - SHORTEST_SECONDS));
}
