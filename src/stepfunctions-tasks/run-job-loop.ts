import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { NeoCompilationTaskOptions } from './create-compilation-job-props';
import type { NeoRunCompilationJobJsonataProps } from './run-compilation-job-props';

/** What both query languages need to build the loop that waits for a job. */
export interface RunJobLoopProps {
  /** Names the states. */
  readonly id: string;
  /** Seconds. */
  readonly interval: number;
  /** Seconds. */
  readonly timeout?: number;
  /** Names of the jobs that may be described and stopped. */
  readonly jobNamePattern: string;
}

export interface RunJobLoop {
  readonly start: sfn.State;
  readonly end: sfn.INextable;
}

/**
 * A name that is taken need not be somebody else's: the answer to a call that did create the job may have been lost, or the execution was
 * redriven. The tag says whose job it is.
 */
export const TAKEN = 'SageMaker.ResourceInUseException';
export const takenCause = 'a compilation job of this name exists, and this execution has not made it';

export const FAILED = 'NeoCompilationFailed';
export const STOPPED = 'NeoCompilationStopped';
export const TIMED_OUT = 'NeoCompilationTimeout';

export const stoppedCause = 'the compilation job was stopped, or waited longer for an instance than MaxPendingTimeInSeconds';
export const timeoutCause = (timeout: number) => `the compilation job did not end within ${timeout} seconds and was told to stop`;

/** The props of the job alone: the timeout is the loop's, not the Create task's. */
export function jobOf({ timeout: _timeout, pollInterval: _pollInterval, ...job }: NeoRunCompilationJobJsonataProps): NeoCompilationTaskOptions {
  return job;
}
