import { Token, type Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { jsonataLoop, jsonPathLoop, pollSeconds } from './run-job-loop';
import type { RunJobLoop, RunJobLoopProps } from './run-job-loop';
import type { NeoCompilationTaskOptions } from './task-request';
import { jobNamePattern, TASK_TYPES } from './task-request';
import { formatValue, NeoValidationError } from '../util/errors';
import { DURATION, optional, requireTypes, STRING, wholeSeconds } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';

/**
 * Properties of `NeoRunCompilationJob.jsonata`.
 */
export interface NeoRunCompilationJobJsonataProps extends NeoCompilationTaskOptions {
  /**
   * How often the job is polled, in whole seconds from 1. Each poll costs three or four state transitions. It must be at least a 2,000th of
   * `timeout`, or else of `maxRuntime` and `maxPendingTime` together, as the history of an execution ends after 25,000 events.
   *
   * @default Duration.seconds(30)
   */
  readonly pollInterval?: Duration;

  /**
   * How long the job may take from its creation, including the wait for an instance. Then it is stopped, and the state machine fails
   * with `NeoCompilationTimeout`. It must be at least `pollInterval`, and is rounded up to a multiple of it.
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
   * Path in the state's input for the finished job, as DescribeCompilationJob returns it. It cannot be `$`, as the input is needed
   * while the job runs.
   *
   * @default '$.compilationJob'
   */
  readonly resultPath?: string;
}

const JSONATA_TYPES: PropTypes<NeoRunCompilationJobJsonataProps> = { ...TASK_TYPES, pollInterval: optional(DURATION), timeout: optional(DURATION) };
const JSONPATH_TYPES: PropTypes<NeoRunCompilationJobJsonPathProps> = { ...JSONATA_TYPES, resultPath: optional(STRING) };

/** The longest name of a state adds 15 characters. */
const MAX_ID = 65;

/**
 * Starts a compilation job and waits for its end: it creates the job and then waits and describes it until it has ended. Step Functions has
 * no `.sync` for compilation jobs.
 *
 * A completed job goes on to the next state. Otherwise the state machine fails with `NeoCompilationFailed` and SageMaker's reason, with
 * `NeoCompilationStopped`, or with `NeoCompilationTimeout` after the job was stopped; `toSingleState()` makes one state of it all, whose
 * errors can be caught. Step Functions runs nothing when an execution is aborted: `NeoOrphanedJobStopper` stops its jobs.
 *
 * The states are named after the construct id, which so must be unique in the state machine.
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
   * In JSONPath. The result is added to the state's input, at `resultPath`.
   *
   * @param scope construct that it becomes a part of
   * @param id construct id, unique in the scope
   * @param props the job, and how it is waited for
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
   * In JSONata. The output is the result of DescribeCompilationJob, and variables are kept.
   *
   * @param scope construct that it becomes a part of
   * @param id construct id, unique in the scope
   * @param props the job, and how it is waited for
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
    const interval = pollSeconds(this, props.pollInterval, props);
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

/** At least one look. */
function timeoutSeconds(scope: Construct, timeout: Duration, interval: number): number {
  const min = Token.isUnresolved(interval) ? 1 : interval;
  return wholeSeconds(scope, 'timeout', timeout, { min, description: `at least ${min} seconds` }) ?? timeout.toSeconds();
}
