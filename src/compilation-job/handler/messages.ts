import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import { isAccessDenied, isRoleNotReady, type AwsError } from './errors';
import type { Job } from './neo-jobs';

const LOG_GROUP = '/aws/sagemaker/CompilationJobs';

/**
 * A CloudFormation response is at most 4,096 bytes in all; ids, ARNs and what the Provider framework adds take
 * up to 1,500 of them.
 */
const MAX_REASON_BYTES = 2_400;

/**
 * The reason that CloudFormation shows. It has no stack trace: the Provider framework would append it and push the words
 * that matter out of the response.
 */
export class JobFailure extends Error {
  /**
   * @param job the job that failed, if there is one
   * @param isAbandoned nobody waits for this answer any more, and no job has failed
   */
  constructor(message: string, public readonly job?: Job, public readonly isAbandoned = false) {
    super(truncated(message, MAX_REASON_BYTES));
    this.name = 'JobFailure';
    this.stack = this.name;
  }
}

/** Cut a text so that it takes at most so many bytes inside a JSON document. */
export function truncated(text: string, maxBytes: number): string {
  const bytes = (s: string) => Buffer.byteLength(JSON.stringify(s)) - 2;
  if (bytes(text) <= maxBytes) { return text; }
  const characters = [...text];
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (bytes(characters.slice(0, middle).join('')) + 3 <= maxBytes) { fits = middle; } else { tooLong = middle; }
  }
  return `${characters.slice(0, fits).join('')}...`;
}

/** Where the job's log is, in the console of the ARN's partition. */
export function logsLink(jobArn: string): string {
  const [, partition, , region] = jobArn.split(':');
  const name = jobArn.slice(jobArn.lastIndexOf('/') + 1);
  const host = ({
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  } as Record<string, string>)[partition] ?? 'console.aws.amazon.com';
  const twice = (s: string) => encodeURIComponent(encodeURIComponent(s)).replace(/%/g, '$');
  return `https://${region}.${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twice(LOG_GROUP)}/log-events/${twice(name)}`;
}

/** An Update that needs a new job under the name of the present one. */
export function nameIsTaken(jobName: string): string {
  return `compilationJobName is fixed to ${jobName}, but the update needs a new job: a job cannot be changed, and its name cannot be used twice. `
    + 'Give another compilationJobName, or leave it out and have unique names generated.';
}

/** A refused request: AWS's words, what was asked for, and what to do. */
export function refusal(operation: string, e: AwsError, request: CreateCompilationJobRequest): string {
  const advice = adviceFor(e);
  return `${operation} was refused: ${e.name}: ${e.message} (${summarizeRequest(request)}).${advice ? ` What to do: ${advice}.` : ''}`;
}

/** A request in one line: what decides whether it can be accepted. */
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

/** By AWS's own phrases: a wrong advice is worse than none. */
function adviceFor(e: AwsError): string | undefined {
  if (isAccessDenied(e)) {
    return 'look for an IAM permissions boundary, a service control policy or an endpoint policy that denies this action to the role of the compilation job provider, then deploy again';
  }
  if (isRoleNotReady(e)) {
    return 'let sagemaker.amazonaws.com assume the role (aws:SourceAccount and aws:SourceArn as in the docs), then deploy again';
  }
  if (/\bKMS\b|\bec2:/i.test(e.message)) { return undefined; }
  if (/\bS3 (objects?|ur[il]|bucket|prefix|path)\b|^The bucket\b/i.test(e.message)) {
    return 'check that the archive exists, is in a bucket of this Region, and that role, bucket policy and S3 endpoint policy let the job read it, then deploy again';
  }
  if (/\bunsupported framework ?version\b|\bframework ?version\b.* (is )?not supported\b/i.test(e.message)) {
    return 'pick a framework version that Neo supports for this target (docs/targets.md), then deploy again';
  }
  return undefined;
}
