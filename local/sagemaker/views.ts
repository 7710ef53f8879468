import { CompilationJobStatus, CompilationJobSummary, DescribeCompilationJobResponse } from '@aws-sdk/client-sagemaker';
import { artifactBody, artifactDigest, artifactUri, inferenceImage } from './artifacts';
import { Job } from './job';

/** A job as DescribeCompilationJob returns it. */
export function describe(job: Job, now: number, region: string): DescribeCompilationJobResponse {
  const { Tags: _tags, ...request } = job.request;
  const derived = request.InputConfig?.DataInputConfig === undefined ? job.plan.derivedDataInputConfig : undefined;
  return {
    ...request,
    ...times(job, now),
    CompilationJobArn: job.arn,
    CompilationJobStatus: job.status(now),
    // Required in the response, in every status.
    FailureReason: job.failureReason(now),
    ModelArtifacts: { S3ModelArtifacts: artifactUri(request) },
    ...job.status(now) === CompilationJobStatus.COMPLETED && {
      ModelDigests: { ArtifactDigest: artifactDigest(artifactBody(request)) },
      InferenceImage: inferenceImage(request, region),
      DerivedInformation: derived === undefined ? undefined : { DerivedDataInputConfig: derived },
    },
  } as DescribeCompilationJobResponse;
}

/** A job as ListCompilationJobs returns it. */
export function summarize(job: Job, now: number): CompilationJobSummary {
  const { TargetDevice, TargetPlatform } = job.request.OutputConfig!;
  return {
    ...times(job, now),
    CompilationJobName: job.name,
    CompilationJobArn: job.arn,
    CompilationJobStatus: job.status(now),
    CompilationTargetDevice: TargetDevice,
    CompilationTargetPlatformOs: TargetPlatform?.Os,
    CompilationTargetPlatformArch: TargetPlatform?.Arch,
    CompilationTargetPlatformAccelerator: TargetPlatform?.Accelerator,
  };
}

function times(job: Job, now: number) {
  const started = job.enteredAt(CompilationJobStatus.INPROGRESS, now);
  return {
    CreationTime: new Date(job.createdAt),
    LastModifiedTime: new Date(job.lastModifiedAt(now)),
    CompilationStartTime: started === undefined ? undefined : new Date(started),
    CompilationEndTime: job.isActive(now) ? undefined : new Date(job.endsAt),
  };
}
