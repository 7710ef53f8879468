import { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import { ArtifactStore, parseS3Uri } from './artifact-store';

/** Devices that AWS offers in one Region only. */
const ONLY_IN: Readonly<Record<string, string>> = { ml_inf2: 'us-east-2', ml_trn1: 'us-east-1' };

/**
 * Finds well-formed requests that cannot compile, according to AWS's documentation. AWS does not say whether the request or the
 * job fails. Here, the job does. The messages are ours.
 *
 * @returns the FailureReason, or undefined for a job that can run
 */
export function documentedFailure(request: CreateCompilationJobRequest, region: string, models?: ArtifactStore): string | undefined {
  const { InputConfig: input, OutputConfig: output } = request;
  const device = output!.TargetDevice;
  if (input && !input.S3Uri!.endsWith('.tar.gz')) {
    return `ClientError: InputConfiguration: the model must be a single gzip compressed tar archive (.tar.gz), got ${input.S3Uri}`;
  }
  if (device && ONLY_IN[device] && ONLY_IN[device] !== region) {
    return `ClientError: the target device ${device} is only available in ${ONLY_IN[device]}`;
  }
  const model = models && input && parseS3Uri(input.S3Uri!);
  if (model && !models.get(model.bucket, model.key)) {
    return `ClientError: InputConfiguration: no object at ${input.S3Uri}`;
  }
  return undefined;
}
