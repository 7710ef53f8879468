import { Duration, Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { CALL_RETRIES, DESCRIBE_RETRIES, IN_USE_ERRORS, retried } from './api-call';
import { NeoCreateCompilationJob } from './create-compilation-job';
import { EXECUTION_TAG } from './jsonata';
import { FAILED, RunJobLoop, RunJobLoopProps, STOPPED, stoppedCause, TAKEN, takenCause, TIMED_OUT, timeoutCause } from './polling';
import { jobArns } from '../compilation/job-permissions';
import { NeoValidationError } from '../util/errors';

/**
 * The input is kept, so the job's name can be read from it again. JSONPath cannot calculate with times, so the timeout is a number
 * of looks at the job.
 */
export function jsonPathLoop(scope: Construct, loop: RunJobLoopProps, resultPath: string): RunJobLoop {
  const { id } = loop;
  const [job, looks, owner] = [`${resultPath}.Job`, `${resultPath}.Looks`, `${resultPath}.Tags.Owner[0]`];
  if (loop.timeout !== undefined && [loop.timeout, loop.interval].some(value => Token.isUnresolved(value))) {
    throw new NeoValidationError('timeout and pollInterval must be known at synthesis in JSONPath, as they become a number of looks at the job: use NeoRunCompilationJob.jsonata; '
      + 'got: a token', scope);
  }
  const call = (stateId: string, action: string, options: Partial<tasks.CallAwsServiceJsonPathProps>) =>
    retried(tasks.CallAwsService.jsonPath(scope, stateId, {
      service: 'sagemaker',
      action: action[0].toLowerCase() + action.slice(1),
      parameters: { CompilationJobName: loop.job.compilationJobName },
      iamAction: `sagemaker:${action}`,
      iamResources: jobArns(scope, loop.jobNamePattern),
      ...options,
    }), action === 'DescribeCompilationJob' ? DESCRIBE_RETRIES : CALL_RETRIES);

  const begun = { resultSelector: { 'Arn.$': '$.CompilationJobArn', 'Looks': 0 }, resultPath };
  const create = NeoCreateCompilationJob.jsonPath(scope, `Create ${id}`, { ...loop.job, ...begun });
  const find = call(`Find ${id}`, 'DescribeCompilationJob', begun);
  const tags = call(`Tags of ${id}`, 'ListTags', {
    parameters: { ResourceArn: sfn.JsonPath.stringAt(`${resultPath}.Arn`) },
    resultSelector: { 'Owner.$': `$.Tags[?(@.Key=='${EXECUTION_TAG}')].Value` },
    resultPath: `${resultPath}.Tags`,
  });
  const taken = sfn.Fail.jsonPath(scope, `${id} is taken`, { error: TAKEN, cause: takenCause });
  const wait = sfn.Wait.jsonPath(scope, `Wait for ${id}`, { time: sfn.WaitTime.duration(Duration.seconds(loop.interval)) });
  const describe = call(`Describe ${id}`, 'DescribeCompilationJob', { resultPath: job });
  const completed = sfn.Pass.jsonPath(scope, `${id} completed`, { inputPath: job, resultPath });
  const failed = sfn.Fail.jsonPath(scope, `${id} failed`, { error: FAILED, causePath: `${job}.FailureReason` });
  const stopped = sfn.Fail.jsonPath(scope, `${id} stopped`, { error: STOPPED, cause: stoppedCause });

  const status = (value: string) => sfn.Condition.stringEquals(`${job}.CompilationJobStatus`, value);
  const ended = sfn.Choice.jsonPath(scope, `${id} ended?`)
    .when(status('COMPLETED'), completed)
    .when(status('FAILED'), failed)
    .when(status('STOPPED'), stopped);
  if (loop.timeout === undefined) {
    ended.otherwise(wait);
  } else {
    const stop = call(`Stop ${id}`, 'StopCompilationJob', { resultPath: sfn.JsonPath.DISCARD });
    const timedOut = sfn.Fail.jsonPath(scope, `${id} timed out`, { error: TIMED_OUT, cause: timeoutCause(loop.timeout) });
    // A job that has ended meanwhile cannot be stopped.
    stop.addCatch(timedOut).next(timedOut);
    const count = sfn.Pass.jsonPath(scope, `Count looks at ${id}`, {
      parameters: { Looks: sfn.JsonPath.mathAdd(sfn.JsonPath.numberAt(looks), 1) }, resultPath,
    });
    ended
      .when(sfn.Condition.numberGreaterThanEquals(looks, Math.ceil(loop.timeout / loop.interval) - 1), stop)
      .otherwise(count.next(wait));
  }
  create.addCatch(find, { errors: IN_USE_ERRORS, resultPath }).next(wait).next(describe).next(ended);
  find.next(tags).next(sfn.Choice.jsonPath(scope, `Is ${id} ours?`)
    .when(sfn.Condition.and(sfn.Condition.isPresent(owner), sfn.Condition.stringEqualsJsonPath(owner, '$$.Execution.Id')), wait)
    .otherwise(taken));
  return { start: create, end: completed };
}
