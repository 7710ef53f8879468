import { Duration, Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { jsonataLoop, jsonPathLoop } from './run-job-loop';
import type { RunJobLoop, RunJobLoopProps } from './run-job-loop';
import type { NeoCompilationTaskOptions } from './task-request';
import { jobNamePattern, TASK_TYPES } from './task-request';
import { maxRuntimeOrDefault } from '../compilation/compilation-settings';
import { formatValue, NeoValidationError } from '../util/errors';
import { DURATION, known, optional, requireTypes, STRING, wholeSeconds } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';

/**
 * Properties of `NeoRunCompilationJob.jsonata`.
 */
export interface NeoRunCompilationJobJsonataProps extends NeoCompilationTaskOptions {
  /**
   * How often the job is polled, in whole seconds, at least 1. Each poll costs three or four state transitions. The interval must be at least a
   * 2,000th of `timeout`, or without `timeout`, of `maxRuntime` plus `maxPendingTime`, because the history of an execution is limited to 25,000
   * events.
   *
   * @default Duration.seconds(30)
   */
  readonly pollInterval?: Duration;

  /**
   * How long the job may take from its creation, including the wait for an instance. After that, it is stopped, and the state machine fails
   * with `NeoCompilationTimeout`. The timeout must be at least `pollInterval`, and is rounded up to a multiple of it.
   *
   * @default - none: only `maxRuntime` and `maxPendingTime` limit the job
   */
  readonly timeout?: Duration;
}

/**
 * Properties of `NeoRunCompilationJob.jsonPath`.
 */
export interface NeoRunCompilationJobJsonPathProps extends NeoRunCompilationJobJsonataProps {
  /**
   * Path in the state's input for the result of DescribeCompilationJob after the job has ended. It cannot be `$`, because the input is needed while
   * the job runs.
   *
   * @default '$.compilationJob'
   */
  readonly resultPath?: string;
}

const JSONATA_TYPES: PropTypes<NeoRunCompilationJobJsonataProps> = { ...TASK_TYPES, pollInterval: optional(DURATION), timeout: optional(DURATION) };
const JSONPATH_TYPES: PropTypes<NeoRunCompilationJobJsonPathProps> = { ...JSONATA_TYPES, resultPath: optional(known('a string', STRING)) };

/** The names of states add at most 15 characters to the id, and may have 80. */
const MAX_ID = 65;

/**
 * Starts a compilation job and polls it until it has ended. Step Functions has no `.sync` for compilation jobs.
 *
 * If the job completes, the next state follows. Otherwise, the state machine fails with `NeoCompilationFailed` and SageMaker's reason, with
 * `NeoCompilationStopped`, or, after stopping the job, with `NeoCompilationTimeout`. To catch these errors, combine the states with
 * `toSingleState()`. Step Functions runs no further state when an execution is aborted: `NeoOrphanedJobStopper` stops its jobs.
 *
 * The states are named after the construct id, which must therefore be unique in the state machine.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeCompilationJob.html
 *
 * @example
 * declare const network: NeoPrivateCompilationVpc;
 * declare const bucket: s3.Bucket;
 * const run = NeoRunCompilationJob.jsonata(this, 'Compile', {
 *   vpcConfig: network.vpcConfig,
 *   compilationJobName: '{% $states.input.name %}',
 *   compilationJobNamePattern: 'nightly-*',
 *   model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
 *     framework: NeoFramework.PYTORCH_1_13,
 *     dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
 *   }),
 *   target: NeoTarget.ML_C5,
 *   outputBucket: bucket,
 * });
 * new sfn.StateMachine(this, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(run) });
 */
export class NeoRunCompilationJob extends sfn.StateMachineFragment {
  /**
   * Creates states in JSONPath. The result is added to the state's input, at `resultPath`.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the state machine, at most 65 characters
   * @param props the job, and how to wait for it
   */
  public static jsonPath(scope: Construct, id: string, props: NeoRunCompilationJobJsonPathProps): NeoRunCompilationJob {
    requireTypes(scope, props, JSONPATH_TYPES);
    const { resultPath = '$.compilationJob' } = props;
    if (!/^\$(\.[A-Za-z0-9_]+)+$/.test(resultPath)) {
      throw new NeoValidationError(`resultPath must be a member of the input, such as $.compilationJob, because the input is needed while the job runs; got: ${formatValue(resultPath)}`, scope);
    }
    return new NeoRunCompilationJob(scope, id, props, (inner, loop) => jsonPathLoop(inner, loop, resultPath));
  }

  /**
   * Creates states in JSONata. The output is the result of DescribeCompilationJob, and variables are kept.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the state machine, at most 65 characters
   * @param props the job, and how to wait for it
   */
  public static jsonata(scope: Construct, id: string, props: NeoRunCompilationJobJsonataProps): NeoRunCompilationJob {
    requireTypes(scope, props, JSONATA_TYPES);
    return new NeoRunCompilationJob(scope, id, props, (inner, loop) => jsonataLoop(inner, loop));
  }

  public readonly startState: sfn.State;
  public readonly endStates: sfn.INextable[];

  private constructor(
    scope: Construct, id: string, props: NeoRunCompilationJobJsonataProps, build: (scope: Construct, loop: RunJobLoopProps) => RunJobLoop,
  ) {
    super(scope, id);
    if (id.length > MAX_ID) {
      throw new NeoValidationError(`id must have at most ${MAX_ID} characters, because states are named after it and a name has at most 80; got: ${id.length}`, this);
    }
    const interval = pollSeconds(this, props);
    const timeout = props.timeout && timeoutSeconds(this, props.timeout, interval);
    const { timeout: _timeout, pollInterval: _pollInterval, ...job } = props;
    const { start, end } = build(this, {
      job,
      id,
      interval,
      timeout,
      jobNamePattern: jobNamePattern(this, props),
    });
    this.startState = start;
    this.endStates = [end];
  }
}

/** The maximum number of polls. A poll takes about ten of the 25,000 events of an execution, and waiting for the quota takes some, too. */
const MAX_POLLS = 2_000;

/**
 * Returns the seconds between two polls of a job. Unresolved values are not checked.
 *
 * @throws NeoValidationError if it is not a whole number of seconds, or too short for a job that takes the maximum time
 */
function pollSeconds(scope: Construct, props: NeoRunCompilationJobJsonataProps): number {
  const { pollInterval = Duration.seconds(30), timeout, maxRuntime, maxPendingTime } = props;
  const interval = wholeSeconds(scope, 'pollInterval', pollInterval, { min: 1, description: 'at least 1 second' }) ?? pollInterval.toSeconds();
  const limits = timeout ? [timeout] : [maxRuntimeOrDefault(maxRuntime), ...maxPendingTime ? [maxPendingTime] : []];
  if (pollInterval.isUnresolved() || limits.some(limit => limit.isUnresolved())) { return interval; }
  const longest = limits.reduce((sum, limit) => sum + limit.toSeconds({ integral: false }), 0);
  if (longest > MAX_POLLS * interval) {
    throw new NeoValidationError(`pollInterval must be at least ${Math.ceil(longest / MAX_POLLS)} seconds for a job that may take ${longest} seconds `
      + `(${timeout ? 'timeout' : 'maxRuntime and maxPendingTime'}), because the history of an execution is limited to 25,000 events; got: ${interval} seconds`, scope);
  }
  return interval;
}

/** Returns the timeout in seconds. It must be long enough for one poll. */
function timeoutSeconds(scope: Construct, timeout: Duration, interval: number): number {
  const min = Token.isUnresolved(interval) ? 1 : interval;
  return wholeSeconds(scope, 'timeout', timeout, { min, description: `at least ${min} seconds` }) ?? timeout.toSeconds();
}
