import { Aws } from 'aws-cdk-lib';
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
