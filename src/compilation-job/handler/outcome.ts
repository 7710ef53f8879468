import { OUTCOME_ACTION, type CompilationOutcome } from '../compilation-job-outcome';
import type { Dependencies } from './dependencies';
import { JobFailure, logsLink } from './messages';
import type { Job } from './neo-jobs';
import { isNamedByThis, type PolledRequest, type ResourceRequest } from './request';

/**
 * The end of a job that this very request made. Undefined for a job of an earlier request: a rollback or a change of tags finds it completed, and
 * it has been counted.
 */
export function completed(request: PolledRequest, job: Job): CompilationOutcome | undefined {
  const isNew = isNamedByThis(request) || (job.CreationTime?.getTime() ?? 0) >= request.RequestedAt;
  return isNew ? { ...subject(request), outcome: 'COMPLETED', ...resultOf(job) } : undefined;
}

/** A Create or an Update that fails, with a job or before there is one. Undefined where no job has failed. */
export function failed(request: ResourceRequest, error: JobFailure): CompilationOutcome | undefined {
  if (request.RequestType === 'Delete' || error.isAbandoned) { return undefined; }
  return { ...subject(request), outcome: 'FAILED', ...error.job && resultOf(error.job), reason: error.message };
}

/** Write the outcome down, and tell whoever wants to know. Neither may alter the answer to CloudFormation. */
export async function report({ log, eventBus }: Dependencies, outcome: CompilationOutcome): Promise<void> {
  log({ action: OUTCOME_ACTION, ...outcome });
  try {
    await (await eventBus?.())?.put(outcome);
  } catch (e) {
    log({ action: 'event lost', resource: outcome.logicalResourceId, why: `${(e as Error).name}: ${(e as Error).message}` });
  }
}

function subject(request: ResourceRequest): Pick<CompilationOutcome, 'stackName' | 'logicalResourceId' | 'requestType' | 'jobName'> {
  return {
    // arn:aws:cloudformation:us-east-1:111122223333:stack/NAME/unique-part
    stackName: request.StackId.split('/')[1],
    logicalResourceId: request.LogicalResourceId,
    requestType: request.RequestType,
    jobName: request.PhysicalResourceId,
  };
}

function resultOf(job: Job): Partial<CompilationOutcome> {
  const { CreationTime: created, CompilationStartTime: started, CompilationEndTime: ended } = job;
  const seconds = (from?: Date, to?: Date) => from && to && Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  return {
    jobArn: job.CompilationJobArn,
    jobStatus: job.CompilationJobStatus,
    pendingSeconds: seconds(created, started ?? ended),
    compilationSeconds: seconds(started, ended),
    modelArtifactsUri: job.CompilationJobStatus === 'COMPLETED' ? job.ModelArtifacts?.S3ModelArtifacts : undefined,
    logUrl: job.CompilationJobArn && logsLink(job.CompilationJobArn),
  };
}
