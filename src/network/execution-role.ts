import { ArnFormat, PhysicalName, Stack, Annotations, Resource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { checkTrust, FOR_JOBS } from './role-trust';
import { BUCKET_ACTIONS, OBJECT_ACTIONS } from './s3-endpoint';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';
import { pathsOf } from '../util/errors';
import { readable } from '../util/intrinsics';

/**
 * Creates the role that Neo assumes, for compilation jobs of this account and Region only.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
 */
export function createExecutionRole(scope: Construct): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'Role', {
    // The role gets a name only if a bucket or key of another account must name it.
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    description: 'Execution role of SageMaker Neo compilation jobs in a private VPC',
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: '*' }) },
      },
    }),
  });
  acknowledge(role, INLINE_POLICY_REASONS);
  acknowledgeWildcards(role, WILDCARD_REASONS);
  return role;
}

/**
 * Actions on a key that encrypts the output of a job. AWS documents kms:Encrypt for the output of SageMaker's jobs, S3 needs kms:Decrypt and
 * kms:GenerateDataKey, and AWS's own roles also allow kms:DescribeKey.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
 */
export const OUTPUT_KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];

/** Sid of the statement on objects in the policy of an existing role. */
export const OBJECTS_SID = 'UseObjects';

const OBJECTS_REASON = 'The buckets are there for models and compiled models; the names of the latter are generated.';

/** Reasons for the wildcards in the result of `networkStatements`. */
export const NETWORK_REASONS: Reasons = {
  DescribeNetwork: 'EC2\'s Describe actions take no resource.',
  CreateInterfaces: 'An interface has no ID before it is made. The same request must name a subnet and a group, and only the network\'s are allowed.',
  UseInterfaces: 'The IDs of interfaces are not known beforehand; a condition narrows them to those in the network\'s subnets.',
};

const WILDCARD_REASONS: Reasons = {
  ...NETWORK_REASONS,
  WriteLogs: 'A job writes into a stream of its own in the one log group that Neo has.',
  WriteMetrics: 'PutMetricData takes no resource, and AWS documents no namespace for Neo.',
  [OBJECT_ACTIONS.join(',')]: OBJECTS_REASON,
  [OBJECTS_SID]: OBJECTS_REASON,
};

type NetworkParts = Pick<INeoPrivateCompilationVpc, 'vpc' | 'subnets' | 'securityGroups'>;

/** Returns the reasons for the wildcards of statements, by Sid. A Sid may have a suffix (`statementsOf`). */
function wildcardReasons(statements: iam.PolicyStatement[]): Reasons {
  const known = Object.entries(WILDCARD_REASONS);
  return Object.fromEntries(statements.flatMap(({ sid = '' }) => known.filter(([name]) => sid.startsWith(name)).map(([, reason]) => [sid, reason])));
}

export function bucketStatement(buckets: s3.IBucket[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'UseBuckets', actions: BUCKET_ACTIONS, resources: buckets.map(bucket => bucket.bucketArn) });
}

/**
 * Grants reading and writing objects, including encrypted ones.
 */
export function grantObjects(scope: Construct, role: iam.IRole, buckets: s3.IBucket[]): iam.Grant {
  const objects = iam.Grant.addToPrincipal({
    grantee: role,
    actions: OBJECT_ACTIONS,
    resourceArns: buckets.map(bucket => bucket.arnForObjects('*')),
  });
  const keys = grantKeys(scope, role, buckets.flatMap(({ encryptionKey }) => encryptionKey ?? []), ...OUTPUT_KEY_ACTIONS);
  return keys.reduce((grant, key) => grant.combine(key), objects);
}

/**
 * Returns statements with the EC2 actions of AWS's page on Neo in a VPC, which allows all of them on `*`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-vpc.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function networkStatements(scope: Construct, { vpc, subnets, securityGroups }: NetworkParts): iam.PolicyStatement[] {
  const arn = (resource: string, resourceName: string, account?: string) =>
    Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName, account });
  // In a shared VPC, the subnets belong to another account. Groups and interfaces always belong to this account.
  const subnetArns = subnets.map(subnet => arn('subnet', subnet.subnetId, vpc.env.account));
  const groupArns = securityGroups.map(group => arn('security-group', group.securityGroupId));
  const anyInterface = arn('network-interface', '*');
  return [
    new iam.PolicyStatement({
      sid: 'DescribeNetwork',
      actions: [
        'ec2:DescribeVpcEndpoints',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeVpcs',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeNetworkInterfaces',
      ],
      // EC2's Describe actions take neither a resource nor a condition on one.
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'PlaceInterfaces',
      // Every resource of the request must be allowed, so no other subnet and no other group can be used.
      actions: ['ec2:CreateNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute'],
      resources: [...subnetArns, ...groupArns],
    }),
    new iam.PolicyStatement({
      sid: 'CreateInterfaces',
      // The interface has no ID yet, and this action has no condition on its subnet or VPC. The statement above restricts it.
      actions: ['ec2:CreateNetworkInterface'],
      resources: [anyInterface],
    }),
    new iam.PolicyStatement({
      sid: 'UseInterfaces',
      actions: [
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
        'ec2:ModifyNetworkInterfaceAttribute',
      ],
      resources: [anyInterface],
      // IDs are unknown in advance, but the subnets are not. There is no ec2:AuthorizedService, because AWS does not say whether Neo grants the
      // permission to a service or to one of its own accounts.
      conditions: { ArnEquals: { 'ec2:Subnet': subnetArns } },
    }),
  ];
}

/**
 * Lets SageMaker write logs.
 *
 * @param logGroupName name or pattern
 */
export function writeLogsStatement(scope: Construct, logGroupName: string): iam.PolicyStatement {
  const logGroup = Stack.of(scope).formatArn({
    service: 'logs', resource: 'log-group', resourceName: logGroupName, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new iam.PolicyStatement({
    sid: 'WriteLogs',
    actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [logGroup, `${logGroup}:*`],
  });
}

export function observationStatements(scope: Construct): iam.PolicyStatement[] {
  return [
    // All compilation jobs of the account share one log group, which the first job creates.
    writeLogsStatement(scope, '/aws/sagemaker/CompilationJobs'),
    new iam.PolicyStatement({
      sid: 'WriteMetrics',
      actions: ['cloudwatch:PutMetricData'],
      // The action takes no resource, and AWS documents no namespace for Neo, so there is no condition on cloudwatch:namespace.
      resources: ['*'],
    }),
  ];
}

/**
 * Grants an existing execution role the permissions that it lacks. Warns if the role cannot be changed, so that the grants have no effect, and checks
 * that SageMaker can assume it.
 *
 * @param granted the permissions that it has been granted already
 * @returns whether the role can be changed
 */
export function permitExistingRole(scope: Construct, role: iam.IRole, lacking: iam.PolicyStatement[], granted: iam.PolicyStatement[] = []): boolean {
  const added = lacking.map(statement => role.addToPrincipalPolicy(statement));
  const statements = [...lacking, ...granted];
  // An immutable role reports that statements were added, but there is no policy construct to wait for.
  const isMutable = role instanceof iam.Role || added.every(({ policyDependable }) => Construct.isConstruct(policyDependable));
  acknowledgeWildcards(role, wildcardReasons(statements));
  if (!isMutable) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:roleNotManaged',
      `the policies of role ${role.node.path} cannot be changed here; they must allow: ${readable(scope, ...statements)}`);
  }
  checkTrust(scope, role, FOR_JOBS);
  return isMutable;
}

/**
 * Appends a suffix to the Sids of statements, from the network or bucket that they are for: a role may serve several of these, and Sids must be
 * unique in a policy.
 */
export function statementsOf(owner: IConstruct, ...statements: iam.PolicyStatement[]): iam.PolicyStatement[] {
  statements.forEach(statement => { statement.sid = `${statement.sid}${owner.node.addr.slice(-8)}`; });
  return statements;
}

/**
 * Lets a role use keys. CDK extends the policy of a key if that is necessary and possible. It cannot extend the policy of another app's key.
 */
export function grantKeys(scope: IConstruct, role: iam.IRole, keys: Iterable<kms.IKey>, ...actions: string[]): iam.Grant[] {
  const grants = [...new Set(keys)].map(key => ({ key, grant: key.grant(role, ...actions) }));
  const unknown = grants.filter(({ key }) => !Resource.isOwnedResource(key));
  if (unknown.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:keyPolicyNotManaged', `the policy of key ${pathsOf(unknown.map(({ key }) => key))} cannot be read or changed here: it must delegate to the IAM policies of `
      + `this account, as the policy of a new key does, or allow ${actions.join(' and ')} to the role ${role.node.path}`);
  }
  // The key behind an imported alias is unknown, so nothing can be granted on it.
  const refused = grants.filter(({ grant }) => !grant.success);
  if (refused.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:keyNotGranted', `the role ${role.node.path} must be allowed ${actions.join(' and ')} on key ${pathsOf(refused.map(({ key }) => key))}, `
      + 'which cannot be done here: import the key by its ARN (kms.Key.fromKeyArn), or give the role the permission');
  }
  return grants.map(({ grant }) => grant);
}
