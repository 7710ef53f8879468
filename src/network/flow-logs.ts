import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY_REASONS } from '../util/acknowledge';
import { allowCloudWatchLogs } from '../util/policies';

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
  const role = new iam.Role(scope, 'FlowLogRole', {
    description: 'Lets VPC flow logs write into their log group',
    assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'ec2', resource: 'vpc-flow-log', resourceName: '*' }) },
      },
    }),
  });
  acknowledge(role, INLINE_POLICY_REASONS);
  new ec2.FlowLog(scope, 'FlowLog', {
    resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
    trafficType: ec2.FlowLogTrafficType.ALL,
    destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup, role),
  });
  return logGroup;
}
