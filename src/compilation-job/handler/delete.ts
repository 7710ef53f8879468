import type { Dependencies } from './dependencies';
import { isAccessDenied, isValidation, type AwsError } from './errors';
import { isJobName } from './identity';
import { isInProgress, type Job, type NeoJobs } from './neo-jobs';
import { DONE, NOT_YET, type Look, type PolledRequest } from './request';

/** How long after its creation a job may be missing from lists. */
const LIST_LAG_MS = 30_000;

/** How long after its end SageMaker may reject the deletion of a job. */
const DELETE_LAG_MS = 2 * 60_000;

/**
 * Handles a Delete. The checks, every ten seconds, stop the job, wait for its end and delete it. For a job that is gone, was never created or belongs
 * to another resource, there is nothing to do.
 */
export class DeleteHandler {
  constructor(private readonly deps: Dependencies, private readonly jobs: NeoJobs) {}

  public async isComplete(request: PolledRequest): Promise<Look> {
    const job = await this.findOwn(request);
    if (job === 'unknown') { return NOT_YET; }
    if (!job) { return isOurKindOfName(request) ? DONE : this.sweep(request); }
    if (isInProgress(job)) { return this.stop(job); }

    if (request.ResourceProperties.DeleteArtifacts === 'true') {
      await this.jobs.deleteArtifact(job);
    }
    try {
      await this.jobs.delete(job);
    } catch (error) {
      if (!this.mayEndSoon(error as AwsError, request)) { throw error; }
      return this.stop(job);
    }
    this.deps.log({ action: 'delete', job: job.CompilationJobName });
    return DONE;
  }

  /** SageMaker may still reject the deletion of a job that it shows as ended. A job in a status that this library does not know may be running. */
  private mayEndSoon(error: AwsError, { Memory }: PolledRequest): boolean {
    if (!isValidation(error)) { return false; }
    Memory.NotDeletedSince ??= this.deps.now();
    return this.deps.now() - Memory.NotDeletedSince < DELETE_LAG_MS;
  }

  private async findOwn(request: PolledRequest): Promise<Job | 'unknown' | undefined> {
    const name = request.PhysicalResourceId;
    if (!isJobName(name)) { return undefined; }
    try {
      const job = await this.jobs.find(name);
      if (!job) { return undefined; }
      const { ours, unknown } = await this.jobs.ownershipOf(job, request);
      return ours ? job : unknown ? 'unknown' : undefined;
    } catch (e) {
      // IAM shows the handler only its own jobs, so a name of another form is not one of them.
      if (isAccessDenied(e as AwsError) && !isOurKindOfName(request)) { return undefined; }
      throw e;
    }
  }

  /**
   * If a Create was cancelled or timed out without a response, CloudFormation generates a physical id. The job of that Create may be running anyway.
   * It is stopped but not deleted, because the waiter of that Create may still check it and must find it stopped.
   */
  private async sweep(request: PolledRequest): Promise<Look> {
    const { JobName, JobNamePrefix } = request.ResourceProperties;
    const names = JobName !== undefined ? [JobName] : await this.jobs.listInProgress(`${JobNamePrefix}-`);
    const isWaiting = await this.jobs.stopOwn(names, request, 'delete');
    // Lists may lag, so a job that a cancelled Create has just started may be missing.
    return isWaiting || this.deps.now() - request.RequestedAt < LIST_LAG_MS ? NOT_YET : DONE;
  }

  private async stop(job: Job): Promise<Look> {
    await this.jobs.stop(job, 'delete');
    return NOT_YET;
  }
}

function isOurKindOfName({ PhysicalResourceId: id, ResourceProperties: { JobName, JobNamePrefix } }: PolledRequest): boolean {
  return id === JobName || id.startsWith(`${JobNamePrefix}-`);
}
