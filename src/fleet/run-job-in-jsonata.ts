import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { ApiCall } from './api-call';
import { NeoCreateCompilationJob } from './create-compilation-job';
import { jobStatement } from './job-permissions';
import { CALL_RETRIES, retried } from './retries';
import type { NeoRunCompilationJobJsonataProps } from './run-compilation-job-props';
import { FAILED, jobOf, RunJobLoop, RunJobLoopProps, STOPPED, stoppedCause, TIMED_OUT, timeoutCause } from './run-job-loop';

/** The name is kept in a variable, as the input of a state in JSONata is the output of the one before. */
export function jsonataLoop(scope: Construct, loop: RunJobLoopProps, props: NeoRunCompilationJobJsonataProps): RunJobLoop {
  const { id } = loop;
  const name = { CompilationJobName: '{% $neoCompilationJobName %}' };
  const create = NeoCreateCompilationJob.jsonata(scope, `Create ${id}`, { ...jobOf(props), assign: { neoCompilationJobName: props.compilationJobName } });
  const wait = sfn.Wait.jsonata(scope, `Wait for ${id}`, { time: sfn.WaitTime.duration(Duration.seconds(loop.interval)) });
  const describe = retried(new ApiCall(scope, `Describe ${id}`, {
    service: 'sagemaker',
    action: 'describeCompilationJob',
    parameters: name,
    policyStatements: [jobStatement(scope, loop.jobNamePattern, 'DescribeCompilationJob')],
  }), CALL_RETRIES);
  const completed = sfn.Pass.jsonata(scope, `${id} completed`);
  const failed = sfn.Fail.jsonata(scope, `${id} failed`, { error: FAILED, cause: '{% $states.input.FailureReason %}' });
  const stopped = sfn.Fail.jsonata(scope, `${id} stopped`, { error: STOPPED, cause: stoppedCause });

  const status = (value: string) => sfn.Condition.jsonata(`{% $states.input.CompilationJobStatus = '${value}' %}`);
  const ended = sfn.Choice.jsonata(scope, `${id} ended?`)
    .when(status('COMPLETED'), completed)
    .when(status('FAILED'), failed)
    .when(status('STOPPED'), stopped);
  if (loop.timeout !== undefined) {
    const stop = new ApiCall(scope, `Stop ${id}`, {
      service: 'sagemaker',
      action: 'stopCompilationJob',
      parameters: name,
      policyStatements: [jobStatement(scope, loop.jobNamePattern, 'StopCompilationJob')],
    });
    const timedOut = sfn.Fail.jsonata(scope, `${id} timed out`, { error: TIMED_OUT, cause: timeoutCause(loop.timeout) });
    // A job that has ended meanwhile cannot be stopped.
    retried(stop, CALL_RETRIES).addCatch(timedOut);
    stop.next(timedOut);
    ended.when(sfn.Condition.jsonata(
      `{% $toMillis($states.context.State.EnteredTime) - $toMillis($states.input.CreationTime) >= ${loop.timeout} * 1000 %}`), stop);
  }
  create.next(wait).next(describe).next(ended.otherwise(wait));
  return { start: create, end: completed };
}
