import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * ARN of the compilation jobs of a name, or of names with `*`, in the account and Region of the stack. Twice for a name with capitals: IAM minds
 * them, and SageMaker has written its ARNs in either way.
 */
export function jobArns(scope: IConstruct, jobNamePattern: string): string[] {
  const patterns = Token.isUnresolved(jobNamePattern) ? [jobNamePattern] : [...new Set([jobNamePattern, jobNamePattern.toLowerCase()])];
  return patterns.map(resourceName => Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName }));
}

/** Create jobs of these names that run under this role. */
export function createJobStatements(scope: IConstruct, jobNamePattern: string, role: iam.IRole): iam.PolicyStatement[] {
  return [
    // AddTags, as a request with tags needs it.
    jobStatement(scope, jobNamePattern, 'CreateCompilationJob', 'AddTags'),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }),
  ];
}

/** Do something with jobs of these names. */
export function jobStatement(scope: IConstruct, jobNamePattern: string, ...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map(action => `sagemaker:${action}`),
    resources: jobArns(scope, jobNamePattern),
  });
}
