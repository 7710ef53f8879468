import { Aws, Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** Properties of an `ApiCall`. */
export interface ApiCallProps extends sfn.TaskStateJsonataBaseProps {
  /** As Step Functions spells it: `sagemaker`, `sfn`. */
  readonly service: string;
  /** In camel case: `describeCompilationJob`. */
  readonly action: string;
  /** An object with JSONata in its strings, or JSONata that gives the object: unlike the former, the latter can leave members out. */
  readonly parameters: { [name: string]: any } | string;
  readonly policyStatements: iam.PolicyStatement[];
}

/**
 * A call of the AWS API in JSONata. Like CDK's `CallAwsService`, but the arguments may be one expression, and the permissions are
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
 * How Step Functions spells the errors of its AWS SDK integration: the service, a dot, and the class of the Java SDK, which ends in
 * Exception whatever the API calls it. AWS lists these names nowhere for SageMaker; public logs show SageMaker.ResourceInUseException and
 * SageMaker.ResourceLimitExceededException. Other spellings are accepted as well, as a name that never comes costs nothing.
 */

/** The account's quota of concurrent jobs is used up. */
export const LIMIT_ERRORS = spellings('ResourceLimitExceeded');

/** A job of this name exists. */
export const IN_USE_ERRORS = spellings('ResourceInUse');

/** No job of this name exists. */
export const NOT_FOUND_ERRORS = spellings('ResourceNotFound');

/** The API is called too often. */
export const THROTTLING_ERRORS = [...spellings('Throttling'), ...spellings('TooManyRequests')];

function spellings(name: string): string[] {
  return ['SageMaker', 'Sagemaker'].flatMap(service => [`${service}.${name}Exception`, `${service}.${name}`]);
}

/**
 * Retries for a call that creates a job. Every wait is random between nothing and its limit (full jitter), so that callers who failed
 * together do not come back together.
 */
export const CREATE_RETRIES: sfn.RetryProps[] = [
  // An answer, not a failure: whoever wants it catches it. Without this, the last retrier would match it.
  { errors: IN_USE_ERRORS, maxAttempts: 0 },
  // Others hold the quota: wait for them, about a week, with a quarter of an execution's 25,000 events.
  retry(LIMIT_ERRORS, { interval: 10, maxDelay: 600, maxAttempts: 2_000 }),
  ...callRetries(),
];

/** Retries for every other call. */
export const CALL_RETRIES: sfn.RetryProps[] = [
  { errors: NOT_FOUND_ERRORS, maxAttempts: 0 },
  ...callRetries(),
];

function callRetries(): sfn.RetryProps[] {
  return [
    retry(THROTTLING_ERRORS, { interval: 2, maxDelay: 60, maxAttempts: 100 }),
    // Everything the API does not model arrives as one error: throttling, a role that is not known everywhere yet, a broken connection,
    // but also a request that will never be right. Hence four or five minutes, the time of a compilation.
    retry([sfn.Errors.TASKS_FAILED], { interval: 3, maxDelay: 60, maxAttempts: 12 }),
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

/** Add retries to a task, in their order. */
export function retried<T extends sfn.TaskStateBase>(task: T, retries: sfn.RetryProps[]): T {
  retries.forEach(props => task.addRetry(props));
  return task;
}
