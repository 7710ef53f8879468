import type { Duration } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { NeoFleetModels } from './fleet-models';
import type { NeoCommonCompilationProps } from '../compilation/compilation-props';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';

/**
 * One of the targets that a fleet compiles every model for.
 */
export interface NeoFleetTarget {
  /**
   * The device or platform.
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler, as far as the target takes any.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;
}

/**
 * Properties of a `NeoCompilationFleet`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export interface NeoCompilationFleetProps extends NeoCommonCompilationProps {
  /**
   * Where the models come from.
   */
  readonly models: NeoFleetModels;

  /**
   * What every model is compiled for, at least one; each target once with the same options. A row of a manifest may name its own instead.
   */
  readonly targets: NeoFleetTarget[];

  /**
   * How many jobs an execution runs at once, 1 to 10,000: not more than the account's quota of concurrent compilation jobs, which Service
   * Quotas shows, less what others need of it. Where that quota is used up all the same, by others or by further executions of the fleet, jobs
   * wait for it.
   */
  readonly maxConcurrentJobs: number;

  /**
   * Bucket for what Step Functions writes: the plan of every execution under `plans/`, its results and failures under `results/`. They
   * hold names, digests and reasons, never a model. In account and Region of the stack.
   *
   * @default - a bucket of its own, encrypted with `encryptionKey` of the private network if that has one, which stays when the stack goes
   */
  readonly resultsBucket?: s3.IBucket;

  /**
   * Percentage of compilations that may fail before the execution fails, a whole number from 0 to 100. When more have failed, the compilations that still run are
   * stopped, and the rest is not started. `toleratedFailurePercentage` in the input of an execution overrides it.
   *
   * @default - 10; 99 for an execution that an upload starts, so that a target that fails does not stop the others
   */
  readonly toleratedFailurePercentage?: number;

  /**
   * Whether every archive that is uploaded below the prefix is compiled at once. Only with `NeoFleetModels.fromPrefix`. The bucket then sends its
   * events to EventBridge.
   *
   * @default false
   */
  readonly startOnUpload?: boolean;

  /**
   * How often a job is looked at, in whole seconds from 1. The first look comes after six intervals; a job that runs for more than 46 intervals is
   * looked at each time it is 3 % older. A look costs one state transition, and the place of a job that has ended stays empty until the next look.
   *
   * @default Duration.seconds(15)
   */
  readonly pollInterval?: Duration;

  /**
   * How long an execution may take. Then its jobs are stopped.
   *
   * @default - Step Functions' own limit, one year
   */
  readonly timeout?: Duration;

  /**
   * Tags of the jobs, at most 48.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };

  /**
   * Logging of the state machine.
   *
   * @default - none; the history of an execution is kept by Step Functions for 90 days
   */
  readonly logs?: sfn.LogOptions;

  /**
   * Whether AWS X-Ray traces the executions.
   *
   * @default false
   */
  readonly tracingEnabled?: boolean;
}
