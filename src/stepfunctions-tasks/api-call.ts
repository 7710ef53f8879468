import { Aws, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** Properties of an `ApiCall`. */
export interface ApiCallProps extends sfn.TaskStateJsonataBaseProps {
  /** The service in Step Functions' spelling: `sagemaker`, `sfn`. */
  readonly service: string;
  /** The action in camel case: `describeCompilationJob`. */
  readonly action: string;
  /** An object with JSONata in its strings, or JSONata that returns the object. Only the latter can leave members out. */
  readonly parameters: { [name: string]: any } | string;
  readonly policyStatements: iam.PolicyStatement[];
}

/**
 * A call of the AWS API in JSONata, like CDK's `CallAwsService`. But the arguments may be a single expression, and the permissions are
 * whole statements.
 */
export class ApiCall extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, private readonly props: ApiCallProps) {
    super(scope, id, { ...props, queryLanguage: sfn.QueryLanguage.JSONATA });
    this.taskPolicies = props.policyStatements;
  }

  /** @internal */
  protected _renderTask(): any {
    return { Resource: sdkIntegration(this.props.service, this.props.action), Arguments: this.props.parameters };
  }
}

/** ARN of Step Functions' integration with an action of the AWS SDK. */
export function sdkIntegration(service: string, action: string): string {
  return `arn:${Aws.PARTITION}:states:::aws-sdk:${service}:${action}`;
}

/*
 * Step Functions names the errors of its AWS SDK integrations after the service and the error, and the name always ends in Exception. What the
 * model of the API does not list (throttling, validation, denied access) has the name SageMaker.SageMakerException.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */

/** The account's quota of concurrent jobs is used up. */
const LIMIT_ERRORS = ['SageMaker.ResourceLimitExceededException'];

/** A job of this name exists. */
export const IN_USE_ERRORS = ['SageMaker.ResourceInUseException'];

/** No job of this name exists. */
export const NOT_FOUND_ERRORS = ['SageMaker.ResourceNotFoundException'];

/** An expression failed, or called `$error`. `States.TaskFailed` would match it too. */
export const EVALUATION_ERRORS = ['States.QueryEvaluationError'];

/** Temporary failures of a call, half a minute each on average. Permanent failures have the same name, so these retries end. */
export function failureRetry(maxAttempts: number): sfn.RetryProps {
  return retry([sfn.Errors.TASKS_FAILED], { interval: 3, maxDelay: 60, maxAttempts });
}

/** Ends after four or five minutes. */
const PASSING = failureRetry(12);

/**
 * Retries for a call that creates a job. Every wait is random between zero and its limit (full jitter), so that callers that failed together do
 * not retry together.
 */
export const CREATE_RETRIES: sfn.RetryProps[] = [
  // These are responses rather than failures, but PASSING would match them.
  { errors: [...EVALUATION_ERRORS, ...IN_USE_ERRORS], maxAttempts: 0 },
  // Other jobs use up the quota, so this waits about five days, with a quarter of the 25,000 events of an execution.
  retry(LIMIT_ERRORS, { interval: 10, maxDelay: 600, maxAttempts: 1_500 }),
  PASSING,
];

/** Retries for every other call. */
export const CALL_RETRIES: sfn.RetryProps[] = [
  { errors: [...EVALUATION_ERRORS, ...NOT_FOUND_ERRORS], maxAttempts: 0 },
  PASSING,
];

/** Retries for the description of a job that may have been created a moment ago, and so may not be found yet. */
export const DESCRIBE_RETRIES: sfn.RetryProps[] = [
  { errors: EVALUATION_ERRORS, maxAttempts: 0 },
  retry(NOT_FOUND_ERRORS, { interval: 5, maxDelay: 60, maxAttempts: 8 }),
  PASSING,
];

/**
 * Retries that poll a job until its description is what the state waits for: until then, the state calls `$error`. A poll then costs one state
 * transition, and not three as in a loop of Wait, Task and Choice. Failures of calls get more attempts, because these count for all polls together.
 */
export function pollRetries(interval: Duration, maxLooks: number): sfn.RetryProps[] {
  const [, notFound] = DESCRIBE_RETRIES;
  return [
    { errors: EVALUATION_ERRORS, interval, backoffRate: 1, maxAttempts: maxLooks },
    notFound,
    failureRetry(20),
  ];
}

function retry(errors: string[], { interval, maxDelay, maxAttempts }: { interval: number; maxDelay: number; maxAttempts: number }): sfn.RetryProps {
  return {
    errors,
    interval: Duration.seconds(interval),
    maxDelay: Duration.seconds(maxDelay),
    backoffRate: 2,
    jitterStrategy: sfn.JitterType.FULL,
    maxAttempts,
  };
}

/** Adds retries to a task, in their order. */
export function retried<T extends sfn.TaskStateBase>(task: T, retries: sfn.RetryProps[]): T {
  retries.forEach(props => task.addRetry(props));
  return task;
}
