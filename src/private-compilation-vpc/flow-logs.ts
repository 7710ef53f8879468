import { Annotations, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { readable } from '../private/readable-policy';

/**
 * Flow logs of the whole VPC, accepted and rejected traffic. They are evidence: the log group outlives the stack.
 */
export function createFlowLogs(scope: Construct, vpc: ec2.IVpc, encryptionKey?: kms.IKey): logs.LogGroup {
  const stack = Stack.of(scope);
  const logGroup = new logs.LogGroup(scope, 'FlowLogGroup', {
    retention: logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN,
    encryptionKey,
  });
  if (encryptionKey) { allowCloudWatchLogs(scope, encryptionKey); }
  new ec2.FlowLog(scope, 'FlowLog', {
    resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
    trafficType: ec2.FlowLogTrafficType.ALL,
    destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup, new iam.Role(scope, 'FlowLogRole', {
      description: 'Lets VPC flow logs write into their log group',
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'ec2', resource: 'vpc-flow-log', resourceName: '*' }) },
        },
      }),
    })),
  });
  return logGroup;
}

/**
 * A key must name CloudWatch Logs in its own policy. Any log group of the account and Region: the key cannot name this one, which is
 * made with the key.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function allowCloudWatchLogs(scope: Construct, encryptionKey: kms.IKey) {
  const stack = Stack.of(scope);
  const statement = new iam.PolicyStatement({
    sid: 'CloudWatchLogs',
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
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
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:flowLogKeyPolicy', `the policy of encryptionKey (${encryptionKey.node.path}) cannot be `
      + `changed or read here; CloudWatch Logs can use the key only if its policy has: ${readable(scope, statement)}`);
  }
}
