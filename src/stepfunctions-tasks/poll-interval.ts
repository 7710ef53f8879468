import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { maxRuntimeOrDefault } from '../compilation/compilation-settings';
import { wholeSeconds } from '../util/durations';
import { NeoValidationError } from '../util/errors';

export const DEFAULT_POLL_INTERVAL = Duration.seconds(30);

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
