import type { Dependencies } from './dependencies';
import { isJobName } from './identity';
import { isInProgress, type Job, type NeoJobs } from './neo-jobs';
import { belongingOf, DONE, NOT_YET, type PolledRequest, type Progress } from './request';

/**
 * A Delete, seen every ten seconds: stop, wait, delete. What is gone, was never made or belongs to somebody else is done.
 */
export class RemoveJob {
  constructor(private readonly deps: Dependencies, private readonly jobs: NeoJobs) {}

  public async poll(request: PolledRequest): Promise<Progress> {
    const name = request.PhysicalResourceId;
    if (!isOurKindOfName(name, request)) { return this.sweep(request); }

    const job = await this.jobs.find(name);
    if (!job || !(await belongingOf(this.jobs, job, request)).ours) { return DONE; }
    if (isInProgress(job)) { return this.stop(job); }

    if (request.ResourceProperties.DeleteArtifacts === 'true') {
      await this.jobs.deleteArtifact(job);
    }
    await this.jobs.delete(job);
    this.deps.log({ action: 'delete', job: name });
    return DONE;
  }

  /**
   * CloudFormation makes up a physical id when a Create was cancelled or timed out without an answer. Its job may be running
   * all the same. It is stopped, not deleted: the waiter of that Create may still be looking for it, and must find it stopped.
   */
  private async sweep(request: PolledRequest): Promise<Progress> {
    const { JobName, JobNamePrefix } = request.ResourceProperties;
    const names = JobName !== undefined ? [JobName] : [
      ...await this.jobs.list(`${JobNamePrefix}-`, 'STARTING'),
      ...await this.jobs.list(`${JobNamePrefix}-`, 'INPROGRESS'),
    ];
    let progress = DONE;
    for (const name of names) {
      const job = await this.jobs.find(name);
      if (job && isInProgress(job) && (await belongingOf(this.jobs, job, request)).ours) {
        progress = await this.stop(job);
      }
    }
    return progress;
  }

  private async stop(job: Job): Promise<Progress> {
    this.deps.log({ action: 'stop', job: job.CompilationJobName, why: 'delete' });
    await this.jobs.stop(job);
    return NOT_YET;
  }
}

function isOurKindOfName(id: string, { ResourceProperties }: PolledRequest): boolean {
  return isJobName(id) && (id === ResourceProperties.JobName || id.startsWith(`${ResourceProperties.JobNamePrefix}-`));
}
