import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/**
 * What the construct and its handler say to each other: the properties of the custom resource, as CloudFormation
 * delivers them, every scalar a string.
 */
export interface CompilationJobProperties {
  /** Exact name of the job; excludes JobNamePrefix. */
  readonly JobName?: string;
  /** The handler completes it to a unique name. */
  readonly JobNamePrefix?: string;
  /** Input of CreateCompilationJob in the API's own spelling, without name and tags; scalars are strings. */
  readonly Request: Stringified<Omit<CreateCompilationJobRequest, 'CompilationJobName' | 'Tags'>>;
  /** Tags of the job; a change here alone makes no new job. */
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
  /** Version ID or digest of the model archive: a change here makes a new job. */
  readonly ModelVersion?: string;
  /** "false": answer as soon as the job is accepted. */
  readonly WaitForCompletion: 'true' | 'false';
  /** Whole seconds, counted from CloudFormation's request, after which the job is stopped and the request fails. */
  readonly TimeLimitInSeconds: string;
  /** "true": the artifacts go with the job. */
  readonly DeleteArtifacts: 'true' | 'false';
}

type Stringified<T> = T extends number | boolean ? string
  : T extends object ? { [K in keyof T]: Stringified<T[K]> }
    : T;

/** The attributes of the finished job (Fn::GetAtt). */
export interface CompilationJobAttributes {
  readonly JobName: string;
  readonly JobArn: string;
  readonly ModelArtifactsUri?: string;
  readonly ArtifactDigest?: string;
  readonly InferenceImage?: string;
}
