/**
 * The waiter of a compilation job: calls the function until there is an answer, and has it sent. Its input is a `Step` without `StartedAt`.
 *
 * The errors that the first retrier names mean that the function was not run, as it was throttled or AWS Lambda had trouble of its own: they are waited out as
 * long as CloudFormation waits. After any other error, a function that died included, the same step is repeated for a minute or two: it keeps no state.
 *
 * @param functionArn ARN of the function
 * @param partition of AWS, for example `aws`
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
    // The URL for the answer is valid for two hours.
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
