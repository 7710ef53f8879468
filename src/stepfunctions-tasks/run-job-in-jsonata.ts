import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { ApiCall, CALL_RETRIES, DESCRIBE_RETRIES, IN_USE_ERRORS, retried } from './api-call';
import { NeoCreateCompilationJob } from './create-compilation-job';
import { EXECUTION_TAG, executionTag } from './jsonata';
import { FAILED, pauseInJsonata, RunJobLoop, RunJobLoopProps, STOPPED, stoppedCause, TAKEN, takenCause, TIMED_OUT, timeoutCause } from './polling';
import { jobStatement } from '../compilation/job-permissions';

/** The name is kept in a variable, as the input of a state in JSONata is the output of the one before. */
export function jsonataLoop(scope: Construct, loop: RunJobLoopProps): RunJobLoop {
  const { id } = loop;
  const name = { CompilationJobName: '{% $neoCompilationJobName %}' };
  const call = (stateId: string, action: string, parameters: object, assign?: object) => retried(new ApiCall(scope, stateId, {
    service: 'sagemaker',
    action: action[0].toLowerCase() + action.slice(1),
    parameters,
    assign,
    policyStatements: [jobStatement(scope, loop.jobNamePattern, action)],
  }), action === 'DescribeCompilationJob' ? DESCRIBE_RETRIES : CALL_RETRIES);

  // With a timeout, the interval stays as it is: the timeout bounds the number of looks.
  const pause = loop.timeout === undefined ? { neoPause: `{% ${pauseInJsonata('$states.result', loop.interval)} %}` } : undefined;
  const assign = { neoCompilationJobName: loop.job.compilationJobName, ...pause && { neoPause: loop.interval } };
  const create = NeoCreateCompilationJob.jsonata(scope, `Create ${id}`, { ...loop.job, assign });
  const find = call(`Find ${id}`, 'DescribeCompilationJob', name);
  const tags = call(`Tags of ${id}`, 'ListTags', { ResourceArn: '{% $states.input.CompilationJobArn %}' });
  const taken = sfn.Fail.jsonata(scope, `${id} is taken`, { error: TAKEN, cause: takenCause });
  const wait = sfn.Wait.jsonata(scope, `Wait for ${id}`, {
    time: pause ? sfn.WaitTime.seconds('{% $neoPause %}') : sfn.WaitTime.duration(Duration.seconds(loop.interval)),
  });
  const describe = call(`Describe ${id}`, 'DescribeCompilationJob', name, pause);
  const completed = sfn.Pass.jsonata(scope, `${id} completed`);
  const failed = sfn.Fail.jsonata(scope, `${id} failed`, { error: FAILED, cause: "{% $states.input.FailureReason ? $states.input.FailureReason : 'for no reason given' %}" });
  const stopped = sfn.Fail.jsonata(scope, `${id} stopped`, { error: STOPPED, cause: stoppedCause });

  const status = (value: string) => sfn.Condition.jsonata(`{% $states.input.CompilationJobStatus = '${value}' %}`);
  const ended = sfn.Choice.jsonata(scope, `${id} ended?`)
    .when(status('COMPLETED'), completed)
    .when(status('FAILED'), failed)
    .when(status('STOPPED'), stopped);
  if (loop.timeout !== undefined) {
    const stop = call(`Stop ${id}`, 'StopCompilationJob', name);
    const timedOut = sfn.Fail.jsonata(scope, `${id} timed out`, { error: TIMED_OUT, cause: timeoutCause(loop.timeout) });
    // A job that has ended meanwhile cannot be stopped.
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
