import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import { jobLogUrl, OUTCOME_ACTION, type CompilationOutcome } from '../compilation-job-properties';
import type { Dependencies } from './dependencies';
import { isAccessDenied, isRoleNotReady, type AwsError } from './errors';
import type { Job } from './neo-jobs';
import { isNamedByThis, type PolledRequest, type ResourceRequest } from './request';

/**
 * Returns the outcome of a completed job that this request created. It is undefined for a job of an earlier request, which was already counted: a
 * rollback or a change of tags finds it completed.
 */
export function completed(request: PolledRequest, job: Job): CompilationOutcome | undefined {
  const isNew = isNamedByThis(request) || (job.CreationTime?.getTime() ?? 0) >= request.RequestedAt;
  return isNew && job.CompilationJobStatus === 'COMPLETED' ? outcomeOf(request, 'COMPLETED', job) : undefined;
}

/** Returns the outcome of a Create or an Update that fails, with or without a job. It is undefined if no job has failed. */
export function failed(request: ResourceRequest, error: JobFailure): CompilationOutcome | undefined {
  return request.RequestType === 'Delete' || error.isAbandoned ? undefined : outcomeOf(request, 'FAILED', error.job, error.message);
}

/** Logs the outcome, if there is one, and sends it to the event bus. Neither may change the response to CloudFormation. */
export async function report({ log, eventBus }: Dependencies, outcome: CompilationOutcome | undefined): Promise<void> {
  if (!outcome) { return; }
  log({ action: OUTCOME_ACTION, ...outcome });
  try {
    await eventBus?.put(outcome);
  } catch (e) {
    log({ action: 'event lost', resource: outcome.logicalResourceId, why: `${(e as Error).name}: ${(e as Error).message}` });
  }
}

function outcomeOf(request: ResourceRequest, outcome: CompilationOutcome['outcome'], job: Partial<Job> = {}, reason?: string): CompilationOutcome {
  const { CompilationJobArn: jobArn, CompilationJobStatus: jobStatus } = job;
  const { CreationTime: created, CompilationStartTime: started, CompilationEndTime: ended } = job;
  const seconds = (from?: Date, to?: Date) => from && to && Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
  return {
    // arn:aws:cloudformation:us-east-1:111122223333:stack/NAME/unique-part
    stackName: request.StackId.split('/')[1],
    logicalResourceId: request.LogicalResourceId,
    requestType: request.RequestType,
    outcome,
    jobName: request.PhysicalResourceId,
    jobArn,
    jobStatus,
    pendingSeconds: seconds(created, started ?? ended),
    compilationSeconds: seconds(started, ended),
    modelArtifactsUri: jobStatus === 'COMPLETED' ? job.ModelArtifacts?.S3ModelArtifacts : undefined,
    logUrl: jobArn && logsLink(jobArn),
    reason,
  };
}

/** A response to CloudFormation can have at most 4,096 bytes, of which ids and ARNs use up to 1,500. */
const MAX_REASON_BYTES = 2_400;

/** A failure whose message is the reason that CloudFormation shows. */
export class JobFailure extends Error {
  /**
   * @param job the job that failed, if there is one
   * @param isAbandoned CloudFormation no longer waits for this response, and no job has failed
   */
  constructor(message: string, public readonly job?: Job, public readonly isAbandoned = false) {
    super(truncated(message, MAX_REASON_BYTES));
    this.name = 'JobFailure';
  }
}

/** Cuts a text to at most this many bytes inside a JSON document. */
export function truncated(text: string, maxBytes: number): string {
  const bytes = (s: string) => Buffer.byteLength(JSON.stringify(s)) - 2;
  if (bytes(text) <= maxBytes) { return text; }
  let cut = '';
  let left = maxBytes - '...'.length;
  for (const character of text) {
    left -= bytes(character);
    if (left < 0) { break; }
    cut += character;
  }
  return `${cut}...`;
}

/** Returns a console link to the log of the job. */
export function logsLink(jobArn: string): string {
  return jobLogUrl(jobArn.split(':')[3], jobArn.slice(jobArn.lastIndexOf('/') + 1));
}

/** Returns the message for a rejected request: AWS's message, a summary of the request, and what to do. */
export function refusal(e: AwsError, request: CreateCompilationJobRequest): string {
  const advice = adviceFor(e);
  return `CreateCompilationJob was refused: ${e.name}: ${e.message} (${summarizeRequest(request)}).${advice ? ` What to do: ${advice}.` : ''}`;
}

/** Summarizes, in one line, the parts of a request that decide whether it is accepted. */
export function summarizeRequest(request: CreateCompilationJobRequest): string {
  const { InputConfig: input, OutputConfig: output, VpcConfig: vpc } = request;
  const platform = output?.TargetPlatform;
  return Object.entries({
    job: request.CompilationJobName,
    model: input?.S3Uri ?? request.ModelPackageVersionArn,
    framework: [input?.Framework, input?.FrameworkVersion].filter(Boolean).join(' '),
    target: output?.TargetDevice ?? [platform?.Os, platform?.Arch, platform?.Accelerator].filter(Boolean).join(' '),
    output: output?.S3OutputLocation,
    role: request.RoleArn,
    subnets: vpc?.Subnets?.join(' '),
    securityGroups: vpc?.SecurityGroupIds?.join(' '),
  }).filter(([, value]) => value).map(([key, value]) => `${key}: ${value}`).join(', ');
}

/**
 * Returns advice for an error that contains a phrase that AWS is known to use. Wrong advice is worse than none, so there is none for unknown
 * messages, and none for messages that name several causes.
 */
function adviceFor(e: AwsError): string | undefined {
  if (isAccessDenied(e)) {
    return 'look for an IAM permissions boundary, a service control policy or an endpoint policy that denies this action to the role of the compilation job provider, then deploy again';
  }
  if (/^could not access model data\b|\bKMS\b|\bec2:/i.test(e.message)) { return undefined; }
  if (isRoleNotReady(e)) {
    return 'let sagemaker.amazonaws.com assume the role (aws:SourceAccount and aws:SourceArn as in the docs), then deploy again';
  }
  if (/\bS3 (objects?|ur[il]|bucket|prefix|path)\b|^The bucket\b/i.test(e.message)) {
    return 'check that the archive exists, is in a bucket of this Region, and that role, bucket policy and S3 endpoint policy let the job read it, then deploy again';
  }
  if (/\bunsupported framework ?version field\b/i.test(e.message)) {
    return 'name the framework without a version, as this target takes none (docs/targets.md), then deploy again';
  }
  if (/\bunsupported framework ?version\b|\bframework ?version\b.* (is )?not supported\b/i.test(e.message)) {
    return 'choose a framework version that Neo supports for this target (docs/targets.md), then deploy again';
  }
  return undefined;
}
