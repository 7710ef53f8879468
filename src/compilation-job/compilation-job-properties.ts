import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/**
 * The contract between the construct and its handler: the properties of the custom resource as CloudFormation
 * delivers them, with every scalar as a string.
 */
export interface CompilationJobProperties {
  /** Exact name of the job. Without it, the handler makes a unique name from JobNamePrefix. */
  readonly JobName?: string;
  /** Beginning of a generated name, at most 45 characters. IAM lets the handler create only jobs whose names begin with it. */
  readonly JobNamePrefix: string;
  /** Input of CreateCompilationJob in the API's own spelling, without name and tags. */
  readonly Request: Stringified<Omit<CreateCompilationJobRequest, 'CompilationJobName' | 'Tags'>>;
  /** The user's tags. A change of these alone makes no new job. */
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
  /** Version ID or digest of the model archive. A change makes a new job. */
  readonly ModelVersion?: string;
  /** 'false': answer as soon as the job is accepted. */
  readonly WaitForCompletion: 'true' | 'false';
  /** Whole seconds from CloudFormation's request after which the job is stopped and the request fails. */
  readonly TimeLimitInSeconds: string;
  /** 'true': the artifact is deleted with the job. */
  readonly DeleteArtifacts: 'true' | 'false';
}

/** CloudFormation passes every number and boolean as a string. */
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

/** Tag with the custom resource that a job belongs to, as a digest of StackId and LogicalResourceId. */
export const OWNER_TAG = 'cdk-sagemaker-neo:owner';

/** Tag with the stack that a job belongs to. IAM lets the stack's handler stop and delete no other job. */
export const STACK_TAG = 'cdk-sagemaker-neo:stack';

/** Tag with a digest of everything that alters the result of a job. */
export const CONFIGURATION_TAG = 'cdk-sagemaker-neo:configuration';

/** Environment variable of the function that CloudFormation calls. It has the ARN of the waiter's state machine. */
export const STATE_MACHINE_VARIABLE = 'STATE_MACHINE_ARN';

/**
 * The handler's report on the end of a job: one line of JSON in its log, from which the metrics are made, and, if there is a rule, the detail of an
 * event. Rules and queries of users read both, so the names are contract.
 */
export interface CompilationOutcome {
  readonly stackName: string;
  readonly logicalResourceId: string;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly outcome: 'COMPLETED' | 'FAILED';
  /** Absent when the request failed before a name could be decided on. */
  readonly jobName?: string;
  /** Absent when no job could be started, as is everything that follows but the reason. */
  readonly jobArn?: string;
  readonly jobStatus?: string;
  /** From the job's creation to its start. */
  readonly pendingSeconds?: number;
  /** From the job's start to its end. */
  readonly compilationSeconds?: number;
  readonly modelArtifactsUri?: string;
  readonly logUrl?: string;
  /** Why it failed, as CloudFormation shows it. */
  readonly reason?: string;
}

/** `action` of the line of an outcome in the log. */
export const OUTCOME_ACTION = 'outcome';

export const EVENT_SOURCE = 'cdk-sagemaker-neo';

export const EVENT_DETAIL_TYPE = 'Neo Compilation Job Outcome';

/** Environment variable of the handler. It has the event bus that outcomes are put on; without it, there are no events. */
export const EVENT_BUS_VARIABLE = 'EVENT_BUS_NAME';
