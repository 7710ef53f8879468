import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { policiesOf, statementsIn } from './bucket-denies';
import { CLOSING_SID, networkOf, warnOfOpenBucket, warnOfUnknownKey, type EndpointOnlyBucketPolicy } from './bucket-policies';
import { OUTPUT_KEY_ACTIONS } from './execution-role';
import { compareIds } from './existing-vpc';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { deploymentOf, dependsOn } from '../util/dependencies';
import { lateWarnings, pathsOf } from '../util/errors';
import { areSame, membersOf, readableValue, renderedIn, type Statement } from '../util/intrinsics';
import { aliasesOf, isNameOf } from '../util/s3-names';

/** A bucket can have only one policy: a second policy resource fails or replaces the first. */
export function warnOfSecondPolicies(network: INeoPrivateCompilationVpc, resources: CfnResource[]): void {
  for (const bucket of network.buckets.filter(each => networkOf(each) === network)) {
    const policies = policiesOf(resources, bucket);
    if (policies.length < 2) { continue; }
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:secondBucketPolicy', `bucket ${bucket.node.path} has more than one bucket policy (${pathsOf(policies)}), but a bucket can only have one: the `
      + 'deployment fails, or one replaces the other. Write all statements with bucket.addToResourcePolicy, or import the bucket by its name and add network.bucketPolicyStatement(bucket) to the policy');
  }
}

/** A `BucketDeployment` of aws-cdk-lib. */
export interface BucketDeployment {
  readonly resource: CfnResource;
  /** The prefix of the keys that it writes. */
  readonly prefix?: string;
  readonly construct?: IConstruct & { readonly handlerRole: iam.IRole };
}

/** Returns the deployments that write to a bucket. */
export function bucketDeployments(resources: CfnResource[], bucket: s3.IBucket): BucketDeployment[] {
  const isName = isNameOf(bucket, resources);
  return resources.filter(({ cfnResourceType }) => cfnResourceType === 'Custom::CDKBucketDeployment').flatMap(resource => {
    const { DestinationBucketName, DestinationBucketKeyPrefix: prefix } = (resource as any)._cfnProperties;
    const construct = resource.node.scopes.find((scope): scope is IConstruct & { handlerRole: iam.IRole } => 'handlerRole' in scope);
    return isName(Stack.of(resource), DestinationBucketName) ? [{ resource, prefix, construct }] : [];
  });
}

/**
 * Finds exempt roles whose nested stack depends on the bucket policy, for example because it contains a job. The policy would have to refer to the
 * role, which would close a cycle.
 *
 * @returns error messages
 */
export function exemptRolesInCycle(network: INeoPrivateCompilationVpc, resources: CfnResource[], policy: EndpointOnlyBucketPolicy): string[] {
  const policies = network.buckets.filter(bucket => networkOf(bucket) === network).flatMap(bucket => policiesOf(resources, bucket));
  return policy.referredRoles.filter(role => deploymentOf(role) === deploymentOf(network) && Stack.of(role) !== Stack.of(network))
    .filter(({ node }) => policies.some(each => dependsOn(node.defaultChild as CfnResource, each)))
    .map(({ node, stack }) => `grantee must not be created in the nested stack ${stack.node.path}, because that stack waits for the bucket policy, which would have to refer to the role: `
      + `create it in the stack of the network, ${Stack.of(network).node.path}, or give the role a roleName; got: ${node.path}`);
}

/** The buckets of a network whose policies, written by this library or by the app, deny all requests from outside its endpoint. */
interface ClosedBuckets {
  readonly buckets: s3.IBucket[];
  readonly policies: s3.CfnBucketPolicy[];
  readonly policy: EndpointOnlyBucketPolicy;
}

function closedBuckets(network: INeoPrivateCompilationVpc, resources: CfnResource[], policy: EndpointOnlyBucketPolicy): ClosedBuckets {
  const closes = (each: s3.CfnBucketPolicy) => statementsIn(Stack.of(each), each.policyDocument)
    .some(({ Sid, Condition }) => Sid === CLOSING_SID && areSame(Stack.of(each), Condition?.StringNotEquals?.['aws:SourceVpce'], network.s3Endpoint.vpcEndpointId));
  const closed = network.buckets.map(bucket => ({ bucket, policies: policiesOf(resources, bucket).filter(closes) }))
    .filter(({ policies }) => policies.length > 0);
  return { buckets: closed.map(({ bucket }) => bucket), policies: closed.flatMap(({ policies }) => policies), policy };
}

/** Whether a bucket may have a key that this app does not know: it is imported by name, and the app does not create it without a key. */
function mayHaveUnknownKey(bucket: s3.IBucket, resources: CfnResource[]): boolean {
  if (bucket.encryptionKey || bucket.node.defaultChild) { return false; }
  const created = resources.filter(resource => resource instanceof s3.CfnBucket && resource.bucketName === bucket.bucketName);
  return created.length === 0 || created.some(resource => /kms/.test(JSON.stringify(Stack.of(resource).resolve((resource as s3.CfnBucket).bucketEncryption)) ?? ''));
}

/** Warns of requests of the rest of the app that the network's bucket policies deny, and of buckets that they leave open. */
export function warnOfDenied(network: INeoPrivateCompilationVpc, resources: CfnResource[], policy: EndpointOnlyBucketPolicy): void {
  const closed = closedBuckets(network, resources, policy);
  network.buckets.filter(bucket => !closed.buckets.includes(bucket)).forEach(bucket => warnOfOpenBucket(network, bucket, policy));
  closed.buckets.filter(bucket => mayHaveUnknownKey(bucket, resources))
    .forEach(bucket => warnOfUnknownKey(lateWarnings(network), bucket, network.role, ...OUTPUT_KEY_ACTIONS));
  const uploads = warnOfDeployments(network, resources, closed);
  warnOfServices(network, resources, closed);
  warnOfRoles(network, resources, closed, [network.role, ...uploads]);
}

/**
 * The function of a BucketDeployment uploads from outside the endpoint. Whether the bucket's policy exists by then is a matter of chance.
 *
 * @returns the roles of such functions
 */
function warnOfDeployments(network: INeoPrivateCompilationVpc, resources: CfnResource[], { buckets, policies, policy }: ClosedBuckets): iam.IRole[] {
  const uploads = buckets.flatMap(bucket => bucketDeployments(resources, bucket)).flatMap(({ construct }) => construct ?? []);
  const denied = uploads.filter(({ handlerRole }) => !policy.exempts(handlerRole));
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeploymentDenied', `the bucket policies of this network deny the requests of the BucketDeployment ${pathsOf(denied)}, because they do not come `
      + `through the S3 endpoint: exempt it with network.allowOutsideEndpoint(deployment.handlerRole)${isApart(policies, denied) ? '. In a different stack than the bucket policy, it needs a role with a fixed name: '
        + 'role: new iam.Role(this, \'UploadRole\', { roleName: \'…\', assumedBy: new iam.ServicePrincipal(\'lambda.amazonaws.com\') })' : ''}`);
  }
  return uploads.map(({ handlerRole }) => handlerRole);
}

/** Requests of AWS services and the public, such as the delivery of access logs, come through no endpoint, and have no ARN to exempt. */
function warnOfServices(network: INeoPrivateCompilationVpc, resources: CfnResource[], { buckets, policies, policy }: ClosedBuckets): void {
  const granted = policies.flatMap(resource =>
    statementsIn(Stack.of(resource), resource.policyDocument).filter(statement => allows(statement, policy)).flatMap(({ Principal }) => [
      ...[Principal?.Service ?? []].flat().map(readableValue),
      ...Principal?.CanonicalUser ? ['a CloudFront origin access identity'] : [],
      ...Principal === '*' || Principal?.AWS === '*' ? ['everyone'] : [],
    ]));
  const logDestinationOf = ({ loggingConfiguration: settings }: s3.CfnBucket) =>
    (settings as s3.CfnBucket.LoggingConfigurationProperty | undefined)?.destinationBucketName;
  const areNames = buckets.map(bucket => isNameOf(bucket, resources));
  const logging = resources.filter(resource => resource instanceof s3.CfnBucket)
    .filter(resource => areNames.some(isName => isName(Stack.of(resource), logDestinationOf(resource))))
    .map(({ node }) => `access logs of ${node.scope!.node.path}`);
  const denied = [...new Set([...granted, ...logging])];
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:serviceDenied', 'the bucket policies of this network deny requests from outside the S3 endpoint, including those of AWS services, so these '
      + `cannot use their buckets: ${denied.join(', ')}. Give them a bucket outside of this network`);
  }
}

/** Warns of roles, such as those of functions, with permissions on a bucket of the network that they can use only through its endpoint. */
function warnOfRoles(
  network: INeoPrivateCompilationVpc, resources: CfnResource[], { buckets, policies, policy }: ClosedBuckets, known: iam.IRole[],
): void {
  const aliases = buckets.flatMap(bucket => aliasesOf(bucket, resources));
  const isOnBucket = (stack: Stack, document: unknown) => statementsIn(stack, document).filter(statement => allows(statement, policy))
    .some(({ Resource = '' }) => aliases.some(({ bucketArn }) => JSON.stringify(Resource).includes(renderedIn(stack, bucketArn) ?? ' ')));
  const permissions = resources.filter(resource => resource instanceof iam.CfnPolicy || resource instanceof iam.CfnManagedPolicy)
    .filter(resource => isOnBucket(Stack.of(resource), resource.policyDocument));
  const isAttached = (resource: iam.CfnPolicy | iam.CfnManagedPolicy, role: iam.Role, managedPolicyArns: unknown) =>
    membersOf(Stack.of(resource), resource.roles).some(name => areSame(Stack.of(resource), name, role.roleName))
    || membersOf(Stack.of(role), managedPolicyArns).some(arn => areSame(Stack.of(role), arn, resource.ref));
  const denied = resources.flatMap(resource => {
    const role = resource instanceof iam.CfnRole ? resource.node.scope : undefined;
    if (!(role instanceof iam.Role)) { return []; }
    const { policies: inline, managedPolicyArns } = resource as iam.CfnRole;
    const isPermitted = membersOf(Stack.of(role), inline).some(({ policyDocument }) => isOnBucket(Stack.of(role), policyDocument))
      || permissions.some(each => isAttached(each, role, managedPolicyArns));
    return isPermitted ? [role] : [];
  }).filter(role => !known.includes(role) && !policy.exempts(role) && !mayUseEndpoint(role, resources, network));
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:roleDenied', 'the bucket policies of this network deny requests from outside the S3 endpoint, so these roles cannot use their '
      + `permissions on its buckets from elsewhere: ${pathsOf(denied)}. Exempt them with network.allowOutsideEndpoint(role)${isApart(policies, denied) ? '. A role in a different stack than the bucket policy needs a roleName' : ''}`);
  }
}

function allows({ Effect, Action }: Statement, policy: EndpointOnlyBucketPolicy): boolean {
  return Effect === 'Allow' && [Action].flat().some(action => policy.denies(action));
}

/**
 * Services whose workloads may run in the network's subnets. Their templates name subnets in too many ways to check. SageMaker is one of them,
 * because it hosts models in the network.
 */
const SERVICES_IN_VPCS = /\b(sagemaker|ec2|ecs-tasks|batch|codebuild|glue)\.amazonaws\.com/;

/** Whether workloads with this role may use the endpoint. For functions and build projects, the app says in which subnets they run. */
function mayUseEndpoint(role: iam.Role, resources: CfnResource[], network: INeoPrivateCompilationVpc): boolean {
  const workers = resources.flatMap(resource => {
    const { role: functionRole, serviceRole, vpcConfig } = resource as any;
    const own = { 'AWS::Lambda::Function': functionRole, 'AWS::CodeBuild::Project': serviceRole }[resource.cfnResourceType];
    const stack = Stack.of(resource);
    if (own === undefined || !areSame(stack, own, role.roleArn)) { return []; }
    const { subnetIds, subnets } = stack.resolve(vpcConfig) ?? {};
    return [membersOf(stack, subnetIds ?? subnets).map(id => ({ stack, id }))];
  });
  return workers.length > 0
    ? workers.every(subnets => subnets.length > 0 && subnets.every(({ stack, id }) => isOnEndpoint(stack, id, resources, network)))
    : SERVICES_IN_VPCS.test(JSON.stringify(role.stack.resolve(role.assumeRolePolicy)));
}

/** Whether the route table of a subnet has, or may have, a route to the endpoint. */
function isOnEndpoint(stack: Stack, subnetId: unknown, resources: CfnResource[], { vpc, subnets, s3Endpoint }: INeoPrivateCompilationVpc): boolean {
  const subnet = [...subnets, ...vpc.isolatedSubnets, ...vpc.privateSubnets, ...vpc.publicSubnets]
    .find(each => areSame(stack, each.subnetId, subnetId));
  if (!subnet) {
    return resources.some(resource => resource instanceof ec2.CfnSubnet
      && areSame(stack, resource.ref, subnetId) && compareIds(resource.vpcId, vpc.vpcId) === 'same');
  }
  const endpoint = s3Endpoint.node.defaultChild;
  const ownTables = endpoint instanceof ec2.CfnVPCEndpoint && Array.isArray(endpoint.routeTableIds) ? endpoint.routeTableIds : [];
  const tables = [...subnets.flatMap(({ routeTable }) => routeTable?.routeTableId ?? []), ...ownTables];
  const table = subnet.routeTable?.routeTableId;
  return !table || subnets.includes(subnet) || tables.some(each => compareIds(each, table) !== 'different');
}

/**
 * Whether some of these constructs are deployed separately from the policies. A policy can then name a role only by a fixed name: a reference would
 * make the policy's stack depend on the role's, which depends on the bucket.
 */
function isApart(policies: s3.CfnBucketPolicy[], constructs: IConstruct[]): boolean {
  return constructs.some(construct => policies.some(policy => deploymentOf(construct) !== deploymentOf(policy)));
}
