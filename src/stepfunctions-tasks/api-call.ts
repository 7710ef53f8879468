import { Aws, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { jobStatement } from '../compilation/permissions';

export interface ApiCallProps extends sfn.TaskStateJsonataBaseProps {
  /** The service in Step Functions' spelling, such as `sagemaker` or `sfn`. */
  readonly service: string;
  /** The action as the API spells it, such as `DescribeCompilationJob`. */
  readonly action: string;
  /** An object with JSONata in its strings, or JSONata that returns the object. Only the latter can leave members out. */
  readonly parameters: { [name: string]: any } | string;
  /** @default `CALL_RETRIES` */
  readonly retries?: sfn.RetryProps[];
  /** @default - none, because the permission is granted elsewhere */
  readonly policyStatements?: iam.PolicyStatement[];
}

/**
 * A call of an AWS API in JSONata, like CDK's `CallAwsService`, but its arguments may be a single expression, and its permissions are whole
 * statements.
 */
export class ApiCall extends sfn.TaskStateBase {
  protected readonly taskMetrics = undefined;
  protected readonly taskPolicies?: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, private readonly props: ApiCallProps) {
    super(scope, id, { ...props, queryLanguage: sfn.QueryLanguage.JSONATA });
    this.taskPolicies = props.policyStatements;
    retried(this, props.retries ?? CALL_RETRIES);
  }

  /** @internal */
  protected _renderTask(): any {
    return { Resource: sdkIntegration(this.props.service, this.props.action), Arguments: this.props.parameters };
  }
}

/** Returns a call of SageMaker that acts on one job, with the permission for the jobs whose names match the pattern. */
export function jobCall(scope: Construct, id: string, action: string, jobNamePattern: string, props: Omit<ApiCallProps, 'service' | 'action'>): ApiCall {
  return new ApiCall(scope, id, { service: 'sagemaker', action, policyStatements: [jobStatement(scope, jobNamePattern, action)], ...props });
}

/** Returns the ARN of Step Functions' integration with an action of the AWS SDK. */
export function sdkIntegration(service: string, action: string): string {
  return `arn:${Aws.PARTITION}:states:::aws-sdk:${service}:${camelCase(action)}`;
}

/** Returns the name of an action in Step Functions' spelling. */
export function camelCase(action: string): string {
  return action[0].toLowerCase() + action.slice(1);
}

/*
 * Step Functions names the errors of its AWS SDK integrations after the service and the error, and the name always ends in Exception. Errors that the
 * API's model does not list (throttling, validation, denied access) have the name SageMaker.SageMakerException.
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */

/** The account's quota of concurrent jobs is used up. */
const LIMIT_ERRORS = ['SageMaker.ResourceLimitExceededException'];
export const IN_USE_ERRORS = ['SageMaker.ResourceInUseException'];
export const NOT_FOUND_ERRORS = ['SageMaker.ResourceNotFoundException'];

/** An expression failed, or called `$error`. `States.TaskFailed` would match it too. */
export const EVALUATION_ERRORS = ['States.QueryEvaluationError'];

/**
 * Returns retries for temporary failures of a call, with waits of half a minute on average in the long run. Their number is limited, because
 * permanent failures have the same error name.
 */
export function failureRetry(maxAttempts: number): sfn.RetryProps {
  return retry([sfn.Errors.TASKS_FAILED], { interval: 3, maxDelay: 60, maxAttempts });
}

/** Retries temporary failures for four or five minutes. */
const TEMPORARY = failureRetry(12);

/**
 * Retries for a call that creates a job. Every wait is random between zero and its limit (full jitter), so that callers that failed at the same time
 * do not retry at the same time.
 */
export const CREATE_RETRIES: sfn.RetryProps[] = [
  // These are responses rather than failures, but TEMPORARY would match them.
  { errors: [...EVALUATION_ERRORS, ...IN_USE_ERRORS], maxAttempts: 0 },
  // While other jobs use up the quota, this waits for about five days, which takes a quarter of the 25,000 events of an execution.
  retry(LIMIT_ERRORS, { interval: 10, maxDelay: 600, maxAttempts: 1_500 }),
  TEMPORARY,
];

/** Retries for every other call. */
export const CALL_RETRIES: sfn.RetryProps[] = [
  { errors: [...EVALUATION_ERRORS, ...NOT_FOUND_ERRORS], maxAttempts: 0 },
  TEMPORARY,
];

/** Retries for the description of a job that may have been created a moment ago, so that SageMaker may not find it yet. */
export const DESCRIBE_RETRIES: sfn.RetryProps[] = [
  { errors: EVALUATION_ERRORS, maxAttempts: 0 },
  retry(NOT_FOUND_ERRORS, { interval: 5, maxDelay: 60, maxAttempts: 8 }),
  TEMPORARY,
];

/**
 * Returns retries that poll a job. The state must call `$error` until the job is in the status that it waits for. A poll then costs one state
 * transition, and not three as in a loop of Wait, Task and Choice. Failed calls get more attempts, because these count for all polls together.
 */
export function pollRetries(interval: Duration, maxPolls: number): sfn.RetryProps[] {
  const [, notFound] = DESCRIBE_RETRIES;
  return [
    { errors: EVALUATION_ERRORS, interval, backoffRate: 1, maxAttempts: maxPolls },
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
