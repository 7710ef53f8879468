import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';

/**
 * The properties of the custom resource, which are the contract between the construct and its handler. CloudFormation delivers every scalar as a
 * string.
 */
export interface CompilationJobProperties {
  /** Exact name of the job. Without it, the handler generates a unique name from JobNamePrefix. */
  readonly JobName?: string;
  /** Prefix of a generated name, at most 45 characters. IAM lets the handler create only jobs with this prefix. */
  readonly JobNamePrefix: string;
  /** Input of CreateCompilationJob in the API's spelling, without name and tags. */
  readonly Request: Stringified<Omit<CreateCompilationJobRequest, 'CompilationJobName' | 'Tags'>>;
  /** The user's tags. Changing them does not create a new job. */
  readonly Tags?: { readonly Key: string; readonly Value: string }[];
  /** Version ID or digest of the model archive. A change creates a new job. */
  readonly ModelVersion?: string;
  /** 'false' if the handler responds as soon as SageMaker has accepted the job. */
  readonly WaitForCompletion: 'true' | 'false';
  /** Whole seconds after CloudFormation's request, apart from the pauses, at which the job is stopped and the request fails. */
  readonly TimeLimitInSeconds: string;
  /** 'true' if the artifact is deleted with the job. */
  readonly DeleteArtifacts: 'true' | 'false';
}

/** CloudFormation passes every number and boolean as a string. */
export type Stringified<T> = T extends number | boolean ? string
  : T extends string ? T
    : T extends object ? { [K in keyof T]: Stringified<T[K]> }
      : T;

/** The custom resource's type in CloudFormation. */
export const COMPILATION_JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/** The attributes of the custom resource, for Fn::GetAtt. */
export interface CompilationJobAttributes {
  readonly JobName: string;
  readonly JobArn: string;
  readonly ModelArtifactsUri?: string;
  /** The part of the URI after the bucket. A template cannot extract it. */
  readonly ArtifactObjectKey?: string;
  readonly ArtifactDigest?: string;
  readonly InferenceImage?: string;
}

/** Key of the tag for the custom resource that a job belongs to. Its value is a digest of StackId and LogicalResourceId. */
export const OWNER_TAG = 'cdk-sagemaker-neo:owner';

/** Key of the tag for the stack that a job belongs to. IAM lets the stack's handler stop and delete only jobs with this tag. */
export const STACK_TAG = 'cdk-sagemaker-neo:stack';

/** Key of the tag whose value is a digest of everything that alters the result of a job. */
export const CONFIGURATION_TAG = 'cdk-sagemaker-neo:configuration';

/** Environment variable with the ARN of the waiter's state machine, for the function that CloudFormation calls. */
export const STATE_MACHINE_VARIABLE = 'STATE_MACHINE_ARN';

/**
 * The handler's report on the end of a job. It is one line of JSON in the log, from which metrics are derived, and, if there is a rule, the detail of
 * an event. Users' rules and queries read both, so the names are contract.
 */
export interface CompilationOutcome {
  readonly stackName: string;
  readonly logicalResourceId: string;
  readonly requestType: 'Create' | 'Update' | 'Delete';
  readonly outcome: 'COMPLETED' | 'FAILED';
  /** Absent if the request failed before the name was determined. */
  readonly jobName?: string;
  /** Absent if no job could be started. The same applies to all following members except the reason. */
  readonly jobArn?: string;
  readonly jobStatus?: string;
  /** From the job's creation to its start. */
  readonly pendingSeconds?: number;
  /** From the job's start to its end. */
  readonly compilationSeconds?: number;
  readonly modelArtifactsUri?: string;
  readonly logUrl?: string;
  /** The reason of a failure, as CloudFormation shows it. */
  readonly reason?: string;
}

/** Value of `action` in the log line of an outcome. */
export const OUTCOME_ACTION = 'outcome';

export const EVENT_SOURCE = 'cdk-sagemaker-neo';

export const EVENT_DETAIL_TYPE = 'Neo Compilation Job Outcome';

/** Returns the base URL of the console in a Region. A Region that is a token is taken for a commercial one. */
export function consoleUrl(region: string): string {
  const host = region.startsWith('cn-') ? 'console.amazonaws.cn' : region.startsWith('us-gov-') ? 'console.amazonaws-us-gov.com' : 'console.aws.amazon.com';
  return `https://${region}.${host}`;
}

/** Returns the URL of a job's log in the console, which encodes the name of the log group twice, with `$` instead of `%`. */
export function jobLogUrl(region: string, jobName: string): string {
  return `${consoleUrl(region)}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FCompilationJobs/log-events/${jobName}`;
}

/** Environment variable with the event bus for outcomes. Without it, the handler sends no events. */
export const EVENT_BUS_VARIABLE = 'EVENT_BUS_NAME';
