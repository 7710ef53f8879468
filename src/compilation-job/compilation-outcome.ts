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
