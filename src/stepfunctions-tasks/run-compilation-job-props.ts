import type { Duration } from 'aws-cdk-lib';
import type { NeoCompilationTaskOptions } from './create-compilation-job-props';

/**
 * Properties of `NeoRunCompilationJob.jsonata`.
 */
export interface NeoRunCompilationJobJsonataProps extends NeoCompilationTaskOptions {
  /**
   * How often the job is looked at, in whole seconds from 1. Each look costs three or four state transitions. At least a 2,000th of
   * `timeout`, or else of `maxRuntime` and `maxPendingTime` together, as the history of an execution ends after 25,000 events.
   *
   * @default Duration.seconds(30)
   */
  readonly pollInterval?: Duration;

  /**
   * How long the job may take from its creation, the wait for an instance included. Then it is stopped, and the state machine fails
   * with `NeoCompilationTimeout`. At least `pollInterval`, to which it is rounded up.
   *
   * @default - as long as `maxRuntime` and `maxPendingTime` let it
   */
  readonly timeout?: Duration;
}

/**
 * Properties of `NeoRunCompilationJob.jsonPath`.
 */
export interface NeoRunCompilationJobJsonPathProps extends NeoRunCompilationJobJsonataProps {
  /**
   * Where in the state's input the finished job goes, as DescribeCompilationJob answers it. Cannot be `$`: the input is needed
   * while the job runs.
   *
   * @default '$.compilationJob'
   */
  readonly resultPath?: string;
}
