import { Duration } from 'aws-cdk-lib';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import type { NeoCompilationTaskOptions } from './compilation-task-options';
import { maxRuntimeOrDefault } from '../compilation/compilation-settings';
import { wholeSeconds } from '../util/durations';
import { NeoValidationError } from '../util/errors';

export const DEFAULT_POLL_INTERVAL = Duration.seconds(30);

/** How long a state waits at most between two looks at a job that has been running for days. */
const LONGEST_PAUSE_SECONDS = 1_800;

/**
 * JSONata: the seconds to wait before the next look at a job, 3 % of its age and at least the interval. The looks at a job that may wait 28 days
 * for an instance thus make fewer than the 25,000 events at which Step Functions ends an execution.
 *
 * @param job JSONata for the description of the job
 */
export function pauseInJsonata(job: string, intervalSeconds: number): string {
  const age = `($toMillis($states.context.State.EnteredTime) - $toMillis(${job}.CreationTime)) / 1000`;
  return `$max([${intervalSeconds}, $min([${LONGEST_PAUSE_SECONDS}, $floor(0.03 * ${age})])])`;
}

/** Each look at a job makes ten events or so. Step Functions ends an execution with the 25,000th, and waiting for the quota takes some as well. */
const MOST_LOOKS = 2_000;

/** Limits on how long a job may take. */
export interface JobTimes {
  readonly maxRuntime?: Duration;
  readonly maxPendingTime?: Duration;
  readonly timeout?: Duration;
}

/**
 * The seconds between two looks at a job. Nothing that is unresolved is checked.
 *
 * @throws NeoValidationError when it is no whole number of seconds, or too short for a job that takes as long as it may
 */
export function pollSeconds(scope: IConstruct, pollInterval: Duration | undefined, times: JobTimes): number {
  const duration = pollInterval ?? DEFAULT_POLL_INTERVAL;
  const interval = wholeSeconds(scope, 'pollInterval', duration, { least: 1, words: 'at least 1 second' }) ?? duration.toSeconds();
  const limits = times.timeout ? [times.timeout] : [maxRuntimeOrDefault(times.maxRuntime), ...times.maxPendingTime ? [times.maxPendingTime] : []];
  if (pollInterval?.isUnresolved() || limits.some(limit => limit.isUnresolved())) { return interval; }
  const longest = limits.reduce((sum, limit) => sum + limit.toSeconds({ integral: false }), 0);
  if (longest > MOST_LOOKS * interval) {
    throw new NeoValidationError(`pollInterval must be at least ${Math.ceil(longest / MOST_LOOKS)} seconds for a job that may take ${longest} seconds `
      + `(${times.timeout ? 'timeout' : 'maxRuntime and maxPendingTime'}), as the history of an execution ends after 25,000 events; got: ${interval} seconds`, scope);
  }
  return interval;
}

/** What both query languages need to build the loop that waits for a job. */
export interface RunJobLoopProps {
  /** The job, without the timeout and the interval of the loop. */
  readonly job: NeoCompilationTaskOptions;
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
