import { Duration, Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { CALL_RETRIES, camelCase, DESCRIBE_RETRIES, IN_USE_ERRORS, jobCall, retried } from './api-call';
import { NeoCreateCompilationJob } from './create-compilation-job';
import { EXECUTION_TAG, executionTag } from './execution-model';
import type { NeoCompilationTaskOptions } from './task-request';
import { jobArns } from '../compilation/permissions';
import { NeoValidationError } from '../util/errors';

/** The maximum wait between two polls of a job that has been running for days. */
const LONGEST_PAUSE_SECONDS = 1_800;

/**
 * Returns JSONata for the seconds to wait before the next poll of a job: 3 % of its age, and at least the interval. This keeps the polls of a job
 * that may wait 28 days for an instance below 25,000 events, at which Step Functions ends an execution.
 *
 * @param job JSONata for the description of the job
 */
export function pauseInJsonata(job: string, intervalSeconds: number): string {
  const age = `($toMillis($states.context.State.EnteredTime) - $toMillis(${job}.CreationTime)) / 1000`;
  return `$max([${intervalSeconds}, $min([${LONGEST_PAUSE_SECONDS}, $floor(0.03 * ${age})])])`;
}

/** The input for the loop that waits for a job, in both query languages. */
export interface RunJobLoopProps {
  /** The job, without the timeout and the interval of the loop. */
  readonly job: NeoCompilationTaskOptions;
  /** Part of the names of the states. */
  readonly id: string;
  /** The time between two polls, in seconds. */
  readonly interval: number;
  /** The time limit of the job, in seconds. */
  readonly timeout?: number;
  /** Names of the jobs that may be described and stopped. */
  readonly jobNamePattern: string;
}

export interface RunJobLoop {
  readonly start: sfn.State;
  readonly end: sfn.INextable;
}

const retriesOf = (action: string) => action === 'DescribeCompilationJob' ? DESCRIBE_RETRIES : CALL_RETRIES;

/**
 * The error if the name is in use. The job may still belong to this execution, because the response to the call that created it may have been lost,
 * or because the execution was redriven. Its tag says which execution it belongs to.
 */
const TAKEN = { error: 'SageMaker.ResourceInUseException', cause: 'a compilation job of this name exists, and this execution has not made it' };

const FAILED = 'NeoCompilationFailed';

const STOPPED = {
  error: 'NeoCompilationStopped', cause: 'the compilation job was stopped, or waited longer for an instance than MaxPendingTimeInSeconds',
};

const timedOutAfter = (timeout: number) => (
  { error: 'NeoCompilationTimeout', cause: `the compilation job did not end within ${timeout} seconds and was told to stop` });

/** Returns the loop in JSONata. It keeps the job's name in a variable, because the input of a state is the output of the previous one. */
export function jsonataLoop(scope: Construct, loop: RunJobLoopProps): RunJobLoop {
  const { id } = loop;
  // A variable in a Map or Parallel state cannot have the name of a variable around it, and the states around it may run another job.
  const [nameVariable, pauseVariable] = ['neoCompilationJobName', 'neoPause'].map(variable => `${variable}_${scope.node.addr.slice(-8)}`);
  const name = { CompilationJobName: `{% $${nameVariable} %}` };
  const call = (stateId: string, action: string, parameters: object, assign?: object) =>
    jobCall(scope, stateId, action, loop.jobNamePattern, { parameters, assign, retries: retriesOf(action) });

  // With a timeout, the interval is constant, because the timeout limits the number of polls.
  const pause = loop.timeout === undefined ? { [pauseVariable]: `{% ${pauseInJsonata('$states.result', loop.interval)} %}` } : undefined;
  const assign = { [nameVariable]: loop.job.compilationJobName, ...pause && { [pauseVariable]: loop.interval } };
  const create = NeoCreateCompilationJob.jsonata(scope, `Create ${id}`, { ...loop.job, assign });
  const find = call(`Find ${id}`, 'DescribeCompilationJob', name);
  const tags = call(`Tags of ${id}`, 'ListTags', { ResourceArn: '{% $states.input.CompilationJobArn %}' });
  const taken = sfn.Fail.jsonata(scope, `${id} is taken`, TAKEN);
  const wait = sfn.Wait.jsonata(scope, `Wait for ${id}`, {
    time: pause ? sfn.WaitTime.seconds(`{% $${pauseVariable} %}`) : sfn.WaitTime.duration(Duration.seconds(loop.interval)),
  });
  const describe = call(`Describe ${id}`, 'DescribeCompilationJob', name, pause);
  const completed = sfn.Pass.jsonata(scope, `${id} completed`);
  const failed = sfn.Fail.jsonata(scope, `${id} failed`, { error: FAILED, cause: "{% $states.input.FailureReason ? $states.input.FailureReason : 'for no reason given' %}" });
  const stopped = sfn.Fail.jsonata(scope, `${id} stopped`, STOPPED);

  const status = (value: string) => sfn.Condition.jsonata(`{% $states.input.CompilationJobStatus = '${value}' %}`);
  const ended = sfn.Choice.jsonata(scope, `${id} ended?`)
    .when(status('COMPLETED'), completed)
    .when(status('FAILED'), failed)
    .when(status('STOPPED'), stopped);
  if (loop.timeout !== undefined) {
    const stop = call(`Stop ${id}`, 'StopCompilationJob', name);
    const timedOut = sfn.Fail.jsonata(scope, `${id} timed out`, timedOutAfter(loop.timeout));
    // StopCompilationJob fails if the job has ended since it was last described.
    stop.addCatch(timedOut).next(timedOut);
    ended.when(sfn.Condition.jsonata(
      `{% $toMillis($states.context.State.EnteredTime) - $toMillis($states.input.CreationTime) >= ${loop.timeout} * 1000 %}`), stop);
  }
  create.addCatch(find, { errors: IN_USE_ERRORS, assign }).next(wait).next(describe).next(ended.otherwise(wait));
  find.next(tags).next(sfn.Choice.jsonata(scope, `Is ${id} ours?`)
    .when(sfn.Condition.jsonata(`{% $states.input.Tags[Key = '${EXECUTION_TAG}'].Value = ${executionTag('$states.context.Execution.Id')} %}`), wait)
    .otherwise(taken));
  return { start: create, end: completed };
}

/**
 * Returns the loop in JSONPath. It keeps the input, which contains the job's name. JSONPath cannot calculate with times, so the timeout is counted in
 * polls.
 */
export function jsonPathLoop(scope: Construct, loop: RunJobLoopProps, resultPath: string): RunJobLoop {
  const { id } = loop;
  const [job, polls, owner] = [`${resultPath}.Job`, `${resultPath}.Looks`, `${resultPath}.Tags.Owner[0]`];
  if (loop.timeout !== undefined && [loop.timeout, loop.interval].some(value => Token.isUnresolved(value))) {
    throw new NeoValidationError('timeout and pollInterval must be known at synthesis in JSONPath, because they determine how often the job is checked: use NeoRunCompilationJob.jsonata; '
      + 'got: a token', scope);
  }
  const call = (stateId: string, action: string, options: Partial<tasks.CallAwsServiceJsonPathProps>) =>
    retried(tasks.CallAwsService.jsonPath(scope, stateId, {
      service: 'sagemaker',
      action: camelCase(action),
      parameters: { CompilationJobName: loop.job.compilationJobName },
      iamAction: `sagemaker:${action}`,
      iamResources: jobArns(scope, loop.jobNamePattern),
      ...options,
    }), retriesOf(action));

  const begun = { resultSelector: { 'Arn.$': '$.CompilationJobArn', 'Looks': 0 }, resultPath };
  const create = NeoCreateCompilationJob.jsonPath(scope, `Create ${id}`, { ...loop.job, ...begun });
  const find = call(`Find ${id}`, 'DescribeCompilationJob', begun);
  const tags = call(`Tags of ${id}`, 'ListTags', {
    parameters: { ResourceArn: sfn.JsonPath.stringAt(`${resultPath}.Arn`) },
    resultSelector: { 'Owner.$': `$.Tags[?(@.Key=='${EXECUTION_TAG}')].Value` },
    resultPath: `${resultPath}.Tags`,
  });
  const taken = sfn.Fail.jsonPath(scope, `${id} is taken`, TAKEN);
  const wait = sfn.Wait.jsonPath(scope, `Wait for ${id}`, { time: sfn.WaitTime.duration(Duration.seconds(loop.interval)) });
  const describe = call(`Describe ${id}`, 'DescribeCompilationJob', { resultPath: job });
  const completed = sfn.Pass.jsonPath(scope, `${id} completed`, { inputPath: job, resultPath });
  const failed = sfn.Fail.jsonPath(scope, `${id} failed`, { error: FAILED, causePath: `${job}.FailureReason` });
  const stopped = sfn.Fail.jsonPath(scope, `${id} stopped`, STOPPED);

  const status = (value: string) => sfn.Condition.stringEquals(`${job}.CompilationJobStatus`, value);
  const ended = sfn.Choice.jsonPath(scope, `${id} ended?`)
    .when(status('COMPLETED'), completed)
    .when(status('FAILED'), failed)
    .when(status('STOPPED'), stopped);
  if (loop.timeout === undefined) {
    ended.otherwise(wait);
  } else {
    const stop = call(`Stop ${id}`, 'StopCompilationJob', { resultPath: sfn.JsonPath.DISCARD });
    const timedOut = sfn.Fail.jsonPath(scope, `${id} timed out`, timedOutAfter(loop.timeout));
    // StopCompilationJob fails if the job has ended since it was last described.
    stop.addCatch(timedOut).next(timedOut);
    const count = sfn.Pass.jsonPath(scope, `Count looks at ${id}`, {
      parameters: { Looks: sfn.JsonPath.mathAdd(sfn.JsonPath.numberAt(polls), 1) }, resultPath,
    });
    ended
      .when(sfn.Condition.numberGreaterThanEquals(polls, Math.ceil(loop.timeout / loop.interval) - 1), stop)
      .otherwise(count.next(wait));
  }
  create.addCatch(find, { errors: IN_USE_ERRORS, resultPath }).next(wait).next(describe).next(ended);
  find.next(tags).next(sfn.Choice.jsonPath(scope, `Is ${id} ours?`)
    .when(sfn.Condition.and(sfn.Condition.isPresent(owner), sfn.Condition.stringEqualsJsonPath(owner, '$$.Execution.Id')), wait)
    .otherwise(taken));
  return { start: create, end: completed };
}
