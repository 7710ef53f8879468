import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct, IConstruct } from 'constructs';
import { readableValue } from './intrinsics';

/**
 * Renders policy statements as JSON that a user can copy, with references written as `${LogicalId}`, as in Fn::Sub.
 */
export function readable(scope: IConstruct, ...statements: iam.PolicyStatement[]): string {
  const resolved = Stack.of(scope).resolve(statements.map(statement => statement.toStatementJson()));
  return JSON.stringify(readableValue(resolved.length === 1 ? resolved[0] : resolved));
}

/**
 * Lets CloudWatch Logs use a key for the log groups of this account and Region. The key's own policy must allow that, and it cannot name a log
 * group that is created with the key.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowCloudWatchLogs(scope: Construct, encryptionKey: kms.IKey) {
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    sid: 'CloudWatchLogs',
    // The principal is regional and has the suffix of the partition, which is amazonaws.com.cn in China.
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
    actions: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  });
  if (!encryptionKey.addToResourcePolicy(statement, true).statementAdded) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:logKeyPolicy', `the policy of encryptionKey (${encryptionKey.node.path}) cannot be `
      + `changed or read here; CloudWatch Logs can use the key only if its policy has: ${readable(scope, statement)}`);
  }
}
