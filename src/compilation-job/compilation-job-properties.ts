import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/**
 * What the construct and its handler say to each other: the properties of the custom resource as CloudFormation
 * delivers them, every scalar a string.
 */
export interface CompilationJobProperties {
  /** Exact name of the job; without it the handler makes a unique one from JobNamePrefix. */
  readonly JobName?: string;
  /** Start of a generated name, at most 45 characters; IAM lets the handler touch only jobs that begin like it. */
  readonly JobNamePrefix: string;
  /** Input of CreateCompilationJob in the API's own spelling, without name and tags. */
  readonly Request: Stringified<Omit<CreateCompilationJobRequest, 'CompilationJobName' | 'Tags'>>;
  /** The user's tags; a change here alone makes no new job. */
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
  /** Version ID or digest of the model archive; a change here makes a new job. */
  readonly ModelVersion?: string;
  /** 'false': answer as soon as the job is accepted. */
  readonly WaitForCompletion: 'true' | 'false';
  /** Whole seconds from CloudFormation's request after which the job is stopped and the request fails. */
  readonly TimeLimitInSeconds: string;
  /** 'true': the artifact goes with the job. */
  readonly DeleteArtifacts: 'true' | 'false';
}

/** CloudFormation hands every number and boolean over as a string. */
export type Stringified<T> = T extends number | boolean ? string
  : T extends string ? T
    : T extends object ? { [K in keyof T]: Stringified<T[K]> }
      : T;

/** CloudFormation's type of the custom resource. */
export const COMPILATION_JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/** The attributes that Fn::GetAtt finds on the custom resource. */
export interface CompilationJobAttributes {
  readonly JobName: string;
  readonly JobArn: string;
  readonly ModelArtifactsUri?: string;
  /** The part of the URI after the bucket: a template cannot cut it off by itself. */
  readonly ArtifactObjectKey?: string;
  readonly ArtifactDigest?: string;
  readonly InferenceImage?: string;
}

/** Tag that says which custom resource a job belongs to: a digest of StackId and LogicalResourceId. */
export const OWNER_TAG = 'cdk-sagemaker-neo:owner';

/** Tag that says which stack a job belongs to: IAM lets its handler touch no other. */
export const STACK_TAG = 'cdk-sagemaker-neo:stack';

/** Tag that says what a job was made from: a digest of all that alters its result. */
export const CONFIGURATION_TAG = 'cdk-sagemaker-neo:configuration';

/** Environment variable of the function that CloudFormation calls: ARN of the waiter's state machine. */
export const STATE_MACHINE_VARIABLE = 'STATE_MACHINE_ARN';

/**
 * What the handler reports of the end of a job: one line of JSON in its log, which the metrics are made from, and, if there is a
 * rule, the detail of an event. Both are read by rules and queries of users: names are contract.
 */
export interface CompilationOutcome {
  readonly stackName: string;
  readonly logicalResourceId: string;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly outcome: 'COMPLETED' | 'FAILED';
  /** Absent when the request failed before a name could be decided on. */
  readonly jobName?: string;
  /** Absent, with all that follows but the reason, when no job could be started. */
  readonly jobArn?: string;
  readonly jobStatus?: string;
  /** From the job's creation to its start. */
  readonly pendingSeconds?: number;
  /** From the job's start to its end. */
  readonly compilationSeconds?: number;
  readonly modelArtifactsUri?: string;
  readonly logUrl?: string;
  /** Why it failed: what CloudFormation shows. */
  readonly reason?: string;
}

/** `action` of an outcome's line in the log. */
export const OUTCOME_ACTION = 'outcome';

export const EVENT_SOURCE = 'cdk-sagemaker-neo';

export const EVENT_DETAIL_TYPE = 'Neo Compilation Job Outcome';

/** Environment variable of the handler: the event bus that outcomes are put on. Without it there are no events. */
export const EVENT_BUS_VARIABLE = 'EVENT_BUS_NAME';
