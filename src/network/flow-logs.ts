import { Annotations, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { FLOW_LOG_DETAILS, type NeoPrivateCompilationVpcProps } from './private-compilation-vpc-props';
import { acknowledge, INLINE_POLICY_REASONS } from '../util/acknowledge';
import { NeoValidationError } from '../util/errors';
import { readable } from '../util/intrinsics';

/**
 * Creates flow logs that record the accepted and rejected traffic of the whole VPC, unless they are turned off.
 *
 * @param buckets the buckets of jobs, which must not be the destination, because their policies deny the delivery of logs
 * @returns the log group; undefined without flow logs or for another destination
 */
export function createFlowLogs(
  scope: Construct, vpc: ec2.IVpc, buckets: s3.IBucket[], props: NeoPrivateCompilationVpcProps,
): logs.ILogGroup | undefined {
  const isOn = props.flowLogs ?? (!props.vpc || FLOW_LOG_DETAILS.some(prop => props[prop] !== undefined));
  if (!isOn) { return undefined; }
  const flowLog = new ec2.FlowLog(scope, 'FlowLog', {
    resourceType: ec2.FlowLogResourceType.fromVpc(vpc),
    trafficType: ec2.FlowLogTrafficType.ALL,
    destination: props.flowLogDestination ?? ownLogGroup(scope, props),
  });
  const closed = buckets.find(({ bucketArn }) => bucketArn === flowLog.bucket?.bucketArn);
  if (closed) {
    throw new NeoValidationError('flowLogDestination must not be one of buckets, because their policies deny requests from outside the S3 endpoint, and AWS delivers flow logs from there: '
      + `give the flow logs their own bucket; got: ${closed.node.path}`, scope);
  }
  return flowLog.logGroup;
}

/** Creates the default destination. Flow logs are evidence, so their log group outlives the stack by default. */
function ownLogGroup(scope: Construct, props: NeoPrivateCompilationVpcProps): ec2.FlowLogDestination {
  const { flowLogRetention, flowLogRemovalPolicy, encryptionKey } = props;
  const stack = Stack.of(scope);
  const logGroup = new logs.LogGroup(scope, 'FlowLogGroup', {
    retention: flowLogRetention ?? logs.RetentionDays.ONE_YEAR,
    removalPolicy: flowLogRemovalPolicy ?? RemovalPolicy.RETAIN,
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
  return ec2.FlowLogDestination.toCloudWatchLogs(logGroup, role);
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
