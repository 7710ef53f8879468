import { ArnFormat, PhysicalName, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { NETWORK_REASONS, networkStatements } from '../network/execution-role';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';

/**
 * The role that hosts a model: what AWS lists for CreateModel in a VPC, without the model's own bucket.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export function createHostingRole(scope: Construct, network: INeoPrivateCompilationVpc): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'Role', {
    // A name only if a bucket or key of another account has to name it.
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    description: 'Hosts a model compiled by SageMaker Neo',
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
  });
  const logGroup = stack.formatArn({
    service: 'logs', resource: 'log-group', resourceName: '/aws/sagemaker/*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  [
    // Hosting needs nine of the eleven EC2 actions of compilation, in the same places; both sets are bound to the subnets and groups.
    ...networkStatements(scope, network),
    new iam.PolicyStatement({
      sid: 'PullImage',
      // The repository is AWS's, its account and name are known only to the finished job: any repository, as in AWS's own policy.
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [stack.formatArn({ service: 'ecr', account: '*', resource: 'repository', resourceName: '*' })],
    }),
    new iam.PolicyStatement({
      sid: 'LogInToRegistry',
      // The action takes no resource.
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'WriteLogs',
      // Named by SageMaker after the endpoint or the transform job, which do not exist yet.
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [logGroup, `${logGroup}:*`],
    }),
    new iam.PolicyStatement({
      sid: 'WriteMetrics',
      actions: ['cloudwatch:PutMetricData'],
      // The action takes no resource.
      resources: ['*'],
      conditions: { StringLike: { 'cloudwatch:namespace': ['AWS/SageMaker', '/aws/sagemaker/*'] } },
    }),
  ].forEach(statement => role.addToPolicy(statement));
  acknowledge(role, INLINE_POLICY_REASONS);
  acknowledgeWildcards(role, { ...NETWORK_REASONS, ...WILDCARD_REASONS });
  return role;
}

const WILDCARD_REASONS: Reasons = {
  PullImage: 'The repository is AWS\'s, and its account and name are known only to the finished job.',
  LogInToRegistry: 'GetAuthorizationToken takes no resource.',
  WriteLogs: 'The log group is named by SageMaker, after an endpoint or transform job that does not exist yet.',
  WriteMetrics: 'PutMetricData takes no resource; a condition narrows it to SageMaker\'s namespaces.',
};
