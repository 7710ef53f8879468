import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { isArnByName, matchesAction, networkOf, type EndpointOnlyBucketPolicy } from './bucket-policies';
import { lateWarnings } from '../util/errors';
import { areSame, intrinsicOf, membersOf, ownResourcesOf, readableValue, referencesOf, writtenIn } from '../util/intrinsics';

/** The parts of a network that use buckets. */
export interface BucketUsers {
  readonly vpc: ec2.IVpc;
  readonly s3Endpoint: ec2.IGatewayVpcEndpoint;
  readonly role: iam.IRole;
  readonly buckets: s3.IBucket[];
  /** Further buckets that jobs read models from. */
  readonly modelBuckets: s3.IBucket[];
}

/** A statement of a policy, resolved. */
interface Statement {
  readonly Effect?: string;
  readonly Principal?: any;
  readonly NotPrincipal?: any;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const statementsIn = (stack: Stack, document: unknown): Statement[] => [stack.resolve(document)?.Statement ?? []].flat();

const policiesOf = (resources: CfnResource[], bucket: s3.IBucket): s3.CfnBucketPolicy[] => resources
  .filter((resource): resource is s3.CfnBucketPolicy => resource instanceof s3.CfnBucketPolicy)
  .filter(policy => areSame(Stack.of(policy), bucket.bucketName, policy.bucket));

/** A bucket has one policy, so that the second resource fails or replaces the first. */
export function warnOfSecondPolicies(network: Construct, resources: CfnResource[], { buckets }: BucketUsers): void {
  for (const bucket of buckets.filter(each => networkOf(each) === network)) {
    const policies = policiesOf(resources, bucket);
    if (policies.length < 2) { continue; }
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:secondBucketPolicy', `bucket ${bucket.node.path} has more than one bucket policy (${paths(policies)}), but a bucket can only have one: the `
      + 'deployment fails, or one replaces the other. Write all statements with bucket.addToResourcePolicy, or import the bucket by its name and add network.bucketPolicyStatement(bucket) to the policy');
  }
}

const NEEDED = { buckets: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'], modelBuckets: ['s3:GetObject', 's3:ListBucket'] };

/** A Deny that applies to what jobs do in a bucket. */
export function warnOfDenies(network: Construct, resources: CfnResource[], users: BucketUsers): void {
  for (const kind of ['buckets', 'modelBuckets'] as const) {
    for (const bucket of users[kind]) {
      const denies = policiesOf(resources, bucket).flatMap(policy => statementsIn(Stack.of(policy), policy.policyDocument)
        .filter(statement => deniesJobs(Stack.of(policy), statement, NEEDED[kind], users)));
      if (denies.length === 0) { continue; }
      const other = kind === 'buckets' ? ', and if this network closes the bucket as well, no principal can' : '';
      lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeniesNetwork', `the policy of bucket ${bucket.node.path} denies requests of this network's jobs, so they cannot use the bucket${other}: `
        + `${denies.map(statement => JSON.stringify(readableValue(statement))).join(', ')}. Remove the statement, or exempt the S3 endpoint of this network (aws:SourceVpce) or the execution role (aws:PrincipalArn) in it`);
    }
  }
}

/** Conditions that only the deployment can judge are left out, as long as another one applies for certain. */
function deniesJobs(stack: Stack, statement: Statement, needed: string[], users: BucketUsers): boolean {
  if (statement.Effect !== 'Deny' || !coversBucket(statement) || !concernsRole(stack, statement, users.role)) { return false; }
  const names = (actions: unknown, action: string) => [actions].flat().some(pattern => typeof pattern === 'string' && matchesAction(pattern, action));
  const isDenied = (action: string) => statement.NotAction === undefined ? names(statement.Action, action) : !names(statement.NotAction, action);
  if (!needed.some(isDenied)) { return false; }
  const results = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => holds(stack, operator, key.toLowerCase(), [values].flat(), users)));
  return !results.includes(false) && (results.length === 0 || results.includes(true));
}

/** Not only objects under a prefix. */
function coversBucket({ Resource }: Statement): boolean {
  return Resource === undefined || [readableValue(Resource)].flat().some(arn => typeof arn === 'string' && /^[^/]*(\/\*)?$/.test(arn));
}

function concernsRole(stack: Stack, { Principal, NotPrincipal }: Statement, role: iam.IRole): boolean {
  const names = (principal: any) => [principal?.AWS ?? principal].flat().some(arn => arn === '*' || areSame(stack, arn, role.roleArn) || isArnByName(arn, role));
  return NotPrincipal === undefined ? names(Principal) : !names(NotPrincipal);
}

/** Whether a condition holds for a request of a job, as far as that is known at synthesis. */
function holds(stack: Stack, operator: string, key: string, values: unknown[], { s3Endpoint, vpc, role }: BucketUsers): boolean | undefined {
  const isNegated = /Not/.test(operator);
  // A request through an endpoint has no such key, and a negated operator matches a missing key.
  if (key === 'aws:sourceip') { return operator === 'Null' ? undefined : isNegated || operator.endsWith('IfExists'); }
  const own = {
    'aws:sourcevpce': s3Endpoint.vpcEndpointId,
    'aws:sourcevpc': vpc.vpcId,
    'aws:principalarn': role.roleArn,
    'aws:principalaccount': stack.account,
    'aws:securetransport': 'true',
    'aws:viaawsservice': 'false',
    'aws:principalisawsservice': 'false',
  }[key];
  if (own === undefined) { return undefined; }
  if (operator === 'Null') { return String(values[0]) === 'false'; }
  const compared = values.map(value => key === 'aws:principalarn' && isArnByName(value, role) ? 'same' : compare(stack, own, value));
  const isOneOf = compared.includes('same') ? true : compared.includes('unknown') ? undefined : false;
  return isOneOf === undefined ? undefined : isOneOf !== isNegated;
}

function compare(stack: Stack, own: string, value: unknown): 'same' | 'different' | 'unknown' {
  const text = typeof value === 'boolean' ? String(value) : value;
  if (areSame(stack, own, text)) { return 'same'; }
  const isLiteral = (each: unknown) => typeof each === 'string' && !/[*?]/.test(each);
  const known = stack.resolve(own);
  if (!isOfResource(stack, known)) { return isLiteral(known) && (isLiteral(text) || isOfResource(stack, text)) ? 'different' : 'unknown'; }
  // What a stack makes is neither what it imports nor what has a known ID.
  return isLiteral(text) || isOfResource(stack, text) || isImport(text) ? 'different' : 'unknown';
}

function isImport(value: unknown): boolean {
  return ['Fn::ImportValue', 'Fn::GetStackOutput'].includes(intrinsicOf(value)?.name ?? '');
}

/** A reference to a resource, not to a parameter. */
function isOfResource(stack: Stack, value: unknown): boolean {
  const intrinsic = intrinsicOf(value);
  const [id] = intrinsic ? referencesOf(intrinsic) : [];
  return id !== undefined && ownResourcesOf(stack).some(resource => stack.resolve(resource.logicalId) === id);
}

/** A `BucketDeployment` of CDK. */
export interface BucketDeployment {
  readonly resource: CfnResource;
  /** What the keys of its objects begin with. */
  readonly prefix?: string;
  readonly construct?: IConstruct & { readonly handlerRole: iam.IRole };
}

/** The deployments that write into a bucket. */
export function bucketDeployments(resources: CfnResource[], bucket: s3.IBucket): BucketDeployment[] {
  return resources.filter(({ cfnResourceType }) => cfnResourceType === 'Custom::CDKBucketDeployment').flatMap(resource => {
    const { DestinationBucketName, DestinationBucketKeyPrefix: prefix } = (resource as any)._cfnProperties;
    const construct = resource.node.scopes.find((scope): scope is IConstruct & { handlerRole: iam.IRole } => 'handlerRole' in scope);
    return areSame(Stack.of(resource), bucket.bucketName, DestinationBucketName) ? [{ resource, prefix, construct }] : [];
  });
}

/** The policy would otherwise refer to the stack of the role, which refers to the bucket. */
const IN_ANOTHER_STACK = ', which takes a roleName for a role in another stack than the network';

/** What the bucket policies of the network deny to the rest of the app. */
export function warnOfDenied(network: Construct, resources: CfnResource[], { buckets, role }: BucketUsers, policy: EndpointOnlyBucketPolicy): void {
  const closed = buckets.filter(bucket => networkOf(bucket) === network);
  const uploads = warnOfDeployments(network, resources, closed, policy);
  warnOfServices(network, resources, closed, policy);
  warnOfRoles(network, resources, closed, policy, [role, ...uploads]);
}

/**
 * CDK's function uploads from outside the endpoint. Whether it does so before the bucket's policy exists depends on luck.
 *
 * @returns the roles of such functions
 */
function warnOfDeployments(network: Construct, resources: CfnResource[], closed: s3.IBucket[], policy: EndpointOnlyBucketPolicy): iam.IRole[] {
  const uploads = closed.flatMap(bucket => bucketDeployments(resources, bucket)).flatMap(({ construct }) => construct ?? []);
  const denied = uploads.filter(({ handlerRole }) => !policy.exempts(handlerRole));
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketDeploymentDenied', `the bucket policies of this network deny the requests of the BucketDeployment ${paths(denied)}, because they do not come `
      + `through the S3 endpoint: exempt it with network.allowOutsideEndpoint(deployment.handlerRole)${denied.some(each => Stack.of(each) !== Stack.of(network)) ? IN_ANOTHER_STACK : ''}. `
      + 'A job of its stack that reads a model from the bucket waits for it');
  }
  return uploads.map(({ handlerRole }) => handlerRole);
}

/** What AWS services and the public do, such as delivering access logs, comes through no endpoint, and they have no ARN that could be exempt. */
function warnOfServices(network: Construct, resources: CfnResource[], closed: s3.IBucket[], policy: EndpointOnlyBucketPolicy): void {
  const granted = closed.flatMap(bucket => policiesOf(resources, bucket)).flatMap(resource =>
    statementsIn(Stack.of(resource), resource.policyDocument).filter(statement => allows(statement, policy)).flatMap(({ Principal }) => [
      ...[Principal?.Service ?? []].flat().map(readableValue),
      ...Principal?.CanonicalUser ? ['a CloudFront origin access identity'] : [],
      ...Principal === '*' || Principal?.AWS === '*' ? ['everyone'] : [],
    ]));
  const logsInto = ({ loggingConfiguration: settings }: s3.CfnBucket) =>
    (settings as s3.CfnBucket.LoggingConfigurationProperty | undefined)?.destinationBucketName;
  const logging = resources.filter(resource => resource instanceof s3.CfnBucket)
    .filter(resource => closed.some(({ bucketName }) => areSame(Stack.of(resource), bucketName, logsInto(resource))))
    .map(({ node }) => `access logs of ${node.scope!.node.path}`);
  const denied = [...new Set([...granted, ...logging])];
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:serviceDenied', 'the bucket policies of this network deny requests from outside the S3 endpoint, including those of AWS services, so these '
      + `cannot use their buckets: ${denied.join(', ')}. Give them a bucket outside of this network`);
  }
}

/** Roles of functions, projects and the like that have permissions on a bucket of the network, which they can use through its endpoint only. */
function warnOfRoles(network: Construct, resources: CfnResource[], closed: s3.IBucket[], policy: EndpointOnlyBucketPolicy, known: iam.IRole[]): void {
  const permitted = resources.flatMap(resource => {
    const stack = Stack.of(resource);
    const names = ({ Resource }: Statement, arn?: string) => arn !== undefined && JSON.stringify(Resource).includes(arn);
    const isOnBucket = (statement: Statement) => allows(statement, policy)
      && closed.some(({ bucketArn }) => names(statement, writtenIn(stack, bucketArn)));
    if (!(resource instanceof iam.CfnPolicy) || !statementsIn(stack, resource.policyDocument).some(isOnBucket)) { return []; }
    return membersOf(stack, resource.roles).map((name: unknown) => ({ stack, name }));
  });
  const denied = resources.flatMap(resource => {
    const role = resource instanceof iam.CfnRole ? resource.node.scope : undefined;
    return role instanceof iam.Role && permitted.some(({ stack, name }) => areSame(stack, name, role.roleName)) ? [role] : [];
  }).filter(role => !known.includes(role) && !policy.exempts(role) && !mayRunInVpc(role, resources));
  if (denied.length > 0) {
    lateWarnings(network).addWarningV2('cdk-sagemaker-neo:roleDenied', 'the bucket policies of this network deny requests from outside the S3 endpoint, so these roles cannot use their '
      + `permissions on its buckets from elsewhere: ${paths(denied)}. Exempt them with network.allowOutsideEndpoint(role)${denied.some(each => Stack.of(each) !== Stack.of(network)) ? IN_ANOTHER_STACK : ''}`);
  }
}

function allows({ Effect, Action }: Statement, policy: EndpointOnlyBucketPolicy): boolean {
  return Effect === 'Allow' && [Action].flat().some(action => policy.denies(action));
}

/** Services that run the work of a role in subnets that the template may name in many ways. SageMaker hosts models in the network. */
const SERVICES_IN_VPCS = /\b(sagemaker|ec2|ecs-tasks|batch|codebuild|glue)\.amazonaws\.com/;

/** Of functions, the template shows whether they run in a VPC. */
function mayRunInVpc(role: iam.Role, resources: CfnResource[]): boolean {
  const trust = JSON.stringify(role.stack.resolve(role.assumeRolePolicy));
  return SERVICES_IN_VPCS.test(trust) || resources.some(resource => resource.cfnResourceType === 'AWS::Lambda::Function'
    && (resource as any).vpcConfig !== undefined && areSame(Stack.of(resource), (resource as any).role, role.roleArn));
}

function paths(constructs: IConstruct[]): string {
  return constructs.map(({ node }) => node.path).join(', ');
}
