/**
 * Returns the definition of the state machine that waits for a compilation job. It calls the function until there is a response, and then makes it
 * send the response. Its input is a `Step` without `StartedAt`.
 *
 * The errors of the first retrier mean that the function did not run, because it was throttled or AWS Lambda itself failed. The state machine retries
 * these for as long as CloudFormation waits. After any other error, such as a crash of the function, it repeats the step for a minute or two, as a
 * step keeps no state.
 *
 * @param functionArn ARN of the function
 * @param partition AWS partition, such as `aws`
 */
export function waiterDefinition(functionArn: string, partition: string): object {
  const backoff = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 20, JitterStrategy: 'FULL' };
  const call = {
    Type: 'Task',
    Resource: `arn:${partition}:states:::lambda:invoke`,
    Arguments: { FunctionName: functionArn, Payload: "{% $merge([$states.input, {'StartedAt': $states.context.Execution.StartTime}]) %}" },
    Output: "{% $merge([$states.input, {'Progress': $states.result.Payload}]) %}",
    Retry: [
      {
        ErrorEquals: [
          'Lambda.TooManyRequestsException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.ClientExecutionTimeoutException',
        ],
        MaxAttempts: 350,
        ...backoff,
      },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 12, ...backoff },
    ],
  };
  const failed = "{'Status': 'FAILED', 'Reason': 'the function that controls the compilation job failed: ' & $states.errorOutput.Error & ': ' & $substring($states.errorOutput.Cause, 0, 1000)}";
  return {
    Comment: 'Waits for a SageMaker Neo compilation job and answers CloudFormation',
    QueryLanguage: 'JSONata',
    // The URL for the response is valid for two hours.
    TimeoutSeconds: 7_200,
    StartAt: 'Proceed',
    States: {
      Proceed: {
        ...call,
        Catch: [{ ErrorEquals: ['States.ALL'], Output: `{% $merge([$states.input, {'Progress': $merge([$states.input.Progress, {'Answer': ${failed}}])}]) %}`, Next: 'Answer' }],
        Next: 'IsComplete',
      },
      IsComplete: { Type: 'Choice', Choices: [{ Condition: '{% $exists($states.input.Progress.Answer) %}', Next: 'Answer' }], Default: 'Wait' },
      Wait: { Type: 'Wait', Seconds: '{% $states.input.Progress.WaitSeconds %}', Next: 'Proceed' },
      Answer: { ...call, End: true },
    },
  };
}
