import { Annotations, ArnFormat, CustomResourceProviderBase, Lazy, Resource, Stack, Token, type IResolveContext } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { IConstruct, IDependable } from 'constructs';
import { OUTPUT_KEY_ACTIONS } from './execution-role';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { deploymentOf, stackPathOf } from '../util/dependencies';
import { differ, requireSameRegion } from '../util/environment';
import { formatValue, lateWarnings, NeoValidationError } from '../util/errors';
import { readable, refersTo } from '../util/intrinsics';
import { requireType } from '../util/prop-types';
import { GRANTEE } from '../util/resource-types';
import { matchesAction, uploadDestination } from '../util/s3-names';

const DEFAULT_DENIED_ACTIONS = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'];

/**
 * Actions on objects and listings. All other actions are on the bucket itself, and CloudFormation may need them.
 */
const DENIABLE = new RegExp('^s3:(?:(?:Get|Put|Delete|Restore|Replicate)Object[A-Za-z]*\\*?'
  + '|AbortMultipartUpload|ListMultipartUploadParts|ListBucket(?:\\*|Versions|MultipartUploads)?)$');

const DELETING = /^s3:Delete/;

/** Actions that the custom resource behind `autoDeleteObjects` needs. */
const EMPTYING = /^s3:(?:Delete|ListBucket(?:\*|Versions))/;

/** The Sid of the statement that closes a bucket. */
export const CLOSING_SID = 'OnlyThroughNeoEndpoint';

/**
 * Renders the statement that denies requests from outside the endpoint, with the principals that it exempts.
 */
export class EndpointOnlyBucketPolicy {
  private readonly exemptArns: string[] = [];
  /** Exempt roles without a fixed name. Policies of another stack can name them only by a reference. */
  public readonly referredRoles: iam.Role[] = [];

  constructor(
    private readonly scope: IConstruct,
    private readonly endpoint: ec2.IGatewayVpcEndpoint,
    private readonly actions = DEFAULT_DENIED_ACTIONS,
  ) {
    if (actions.length === 0) {
      throw new NeoValidationError('bucketPolicyActions must name at least one action; got: []', scope);
    }
    if (Token.isUnresolved(actions)) {
      throw new NeoValidationError('bucketPolicyActions must be known at synthesis, because they could lock out the deployment itself; got: a token', scope);
    }
    for (const action of actions) {
      if (!Token.isUnresolved(action) && !DENIABLE.test(action)) {
        throw new NeoValidationError('bucketPolicyActions must be S3 actions on objects or listings, such as "s3:DeleteObject*": '
          + `denying other actions could lock out the deployment itself; got: ${formatValue(action)}`, scope);
      }
    }
  }

  /**
   * Exempts a principal. Conditions are rendered at synthesis, so this also affects statements that already exist.
   */
  public exempt(grantee: iam.IGrantable) {
    const known = this.exemptArns;
    known.push(...arnsOf(this.scope, grantee).filter(arn => !known.includes(arn)));
    const { grantPrincipal: principal } = grantee;
    if (principal instanceof iam.Role && roleNameOf(principal) === undefined) { this.referredRoles.push(principal); }
  }

  /** Whether a principal is or may be exempt. A wildcard counts as a match, because its roles are not known at synthesis. */
  public exempts(grantee: iam.IGrantable): boolean {
    const covers = (exempt: string) => /[*?]/.test(exempt) || isArnByName(exempt, grantee.grantPrincipal);
    return arnsOf(this.scope, grantee).every(arn => this.exemptArns.some(exempt => exempt === arn || covers(exempt)));
  }

  /** Whether the statement denies an action. Both may be patterns, and one must contain the other. */
  public denies(action: unknown): boolean {
    return typeof action === 'string' && this.actions.some(denied => matchesAction(denied, action) || matchesAction(action, denied));
  }

  public get deniesDeletion(): boolean {
    return this.actions.some(action => Token.isUnresolved(action) || DELETING.test(action));
  }

  public statementFor(bucket: s3.IBucket): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: CLOSING_SID,
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: this.actions,
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: {
        // A request that comes through no endpoint lacks this key. It is denied too, because a negated operator matches a missing key.
        StringNotEquals: { 'aws:SourceVpce': this.endpoint.vpcEndpointId },
        ArnNotLike: Lazy.uncachedAny({ produce: context => this.exemption(bucket, context) }),
      },
    });
  }

  /** Conditions on aws:PrincipalArn can name roles, because for a session it is the ARN of the role. */
  private exemption(bucket: s3.IBucket, { scope, preparing }: IResolveContext) {
    const stack = Stack.of(scope);
    // Nested stacks may refer to roles of their deployment: CloudFormation orders its resources one by one.
    const isApart = (role: iam.IRole) => deploymentOf(role) !== deploymentOf(stack);
    const inCycle = preparing && this.referredRoles.find(role => isApart(role) && refersTo(Stack.of(role), stack));
    if (inCycle) { throw stackCycleError(this.scope, 'grantee', inCycle, stack, 'create it in that stack, or give the role a roleName'); }
    const arns = [...this.exemptArns, ...this.actions.some(action => EMPTYING.test(action)) ? autoDeleteObjectsRoleArn(bucket) : []];
    return arns.length ? { 'aws:PrincipalArn': arns } : undefined;
  }
}

/**
 * Returns the ARN of the role that empties a bucket with `autoDeleteObjects` before CloudFormation deletes it, or nothing for any other bucket.
 */
function autoDeleteObjectsRoleArn(bucket: s3.IBucket): string[] {
  if (!bucket.node.tryFindChild('AutoDeleteObjectsCustomResource')) { return []; }
  const provider = Stack.of(bucket).node.tryFindChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  return provider instanceof CustomResourceProviderBase ? [provider.roleArn] : [];
}

/**
 * Returns the values of aws:PrincipalArn for a grantee.
 */
export function arnsOf(scope: IConstruct, grantee: iam.IGrantable): string[] {
  requireType(scope, 'grantee', grantee, GRANTEE);
  const principal = grantee.grantPrincipal;
  const literal = literalArnOf(scope, principal);
  if (literal) { return [literal]; }
  const arns = principal && !(principal instanceof iam.AccountPrincipal) && !(principal instanceof iam.UnknownPrincipal)
    ? principal.policyFragment.principalJson.AWS ?? []
    : [];
  if (arns.length === 0 || arns.includes('*')) {
    throw new NeoValidationError('bucketPolicyExemptPrincipals must be roles, users or ARNs of them, because the exemption compares aws:PrincipalArn: '
      + `for all roles of an account, use new iam.ArnPrincipal('arn:aws:iam::111122223333:role/*'); got: ${principal}`, scope);
  }
  return arns;
}

/**
 * Returns the ARN of a role of another stack without a reference to that stack, if the role has a fixed name.
 */
function literalArnOf(scope: IConstruct, principal: unknown): string | undefined {
  const roleName = roleNameOf(principal);
  if (roleName === undefined || Stack.of(principal as iam.Role) === Stack.of(scope)) { return undefined; }
  const { node, stack } = principal as iam.Role;
  const { path = '/' } = node.defaultChild as iam.CfnRole;
  return stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: `${path.slice(1)}${roleName}`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}

/**
 * Returns the fixed name of a role, if it has one.
 */
export function roleNameOf(principal: unknown): string | undefined {
  const resource = Construct.isConstruct(principal) ? principal.node.defaultChild : undefined;
  return resource instanceof iam.CfnRole && !Token.isUnresolved(resource.roleName) ? resource.roleName : undefined;
}

/** Whether a literal ARN may be the ARN of a role with a fixed name. The account and the path are not compared. */
export function isArnByName(arn: unknown, principal: unknown): boolean {
  const name = roleNameOf(principal);
  return name !== undefined && typeof arn === 'string' && arn.endsWith(`/${name}`);
}

/** Facts about the bucket policies of a network of this app, for other parts of the library. */
export interface BucketPolicies {
  /** Whether the network's stack contains bucket policies that name the exempt principals. */
  readonly areWritten: boolean;
  /** Whether the policies deny the deletion of compiled models from outside the endpoint. */
  readonly denyDeletion: boolean;
  /** Deploys a job after the buckets whose policies name the endpoint. */
  readonly orderJob: (job: IConstruct) => void;
}

/**
 * Recognizes a network by its member, not by its class, because it may come from another copy of this package.
 *
 * @returns undefined for an imported network, because this app does not know its bucket policies
 */
export function bucketPoliciesOf(network: object): BucketPolicies | undefined {
  return (network as { _bucketPolicies?: BucketPolicies })._bucketPolicies;
}

/** The network of each bucket whose policy denies requests from outside that network's endpoint. */
const networks = new WeakMap<s3.IBucket, IConstruct>();

export function networkOf(bucket: s3.IBucket): IConstruct | undefined {
  return networks.get(bucket);
}

/**
 * Removes duplicates from the buckets of a network.
 */
export function uniqueBuckets(scope: IConstruct, buckets: s3.IBucket[]): s3.IBucket[] {
  if (buckets.length === 0) {
    throw new NeoValidationError('buckets must name at least one bucket for models and artifacts: jobs can reach nothing else; got: []', scope);
  }
  buckets.forEach(bucket => requireSameRegion(scope, 'buckets', bucket));
  const destinations = buckets.map(uploadDestination);
  return destinations.filter((bucket, index) => destinations.findIndex(other => other.bucketArn === bucket.bucketArn) === index);
}

/**
 * Denies requests from outside the endpoint, and requests without TLS, in the policies of this stack's buckets. The owners of other buckets must do
 * that.
 *
 * This includes buckets of other stacks of the app: such a policy would refer to this stack's endpoint, whose policy refers to the bucket, and two
 * stacks cannot depend on each other.
 *
 * @returns the bucket policies written
 */
export function closeBuckets(scope: IConstruct, buckets: s3.IBucket[], policy: EndpointOnlyBucketPolicy): IDependable[] {
  return buckets.flatMap(bucket => {
    const statement = policy.statementFor(bucket);
    if (Resource.isOwnedResource(bucket) && Stack.of(bucket) === Stack.of(scope)) {
      const other = networks.get(bucket);
      if (other) {
        throw new NeoValidationError(`buckets must not be shared between networks, because each network's policy denies requests through the other's endpoint; got: ${bucket.node.path}, `
          + `which belongs to ${other.node.path} already`, scope);
      }
      const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
      if (statementAdded) {
        networks.set(bucket, scope);
        bucket.addToResourcePolicy(onlyOverTls(bucket));
        return policyDependable ? [policyDependable] : [];
      }
    }
    if (differ(bucket.env.account, Stack.of(scope).account)) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:bucketOfOtherAccount', `bucket ${bucket.node.path} belongs to account ${bucket.env.account}: `
        + 'its policy, and that of its key, must also allow the execution role to do what jobs need');
    }
    return [];
  });
}

/** Warns that no policy of the app denies requests from outside the endpoint. It must be called at the end of synthesis. */
export function warnOfOpenBucket(network: INeoPrivateCompilationVpc, bucket: s3.IBucket, policy: EndpointOnlyBucketPolicy): void {
  const isKeyKnown = bucket.encryptionKey !== undefined || Resource.isOwnedResource(bucket);
  lateWarnings(network).addWarningV2('cdk-sagemaker-neo:bucketPolicyNotManaged',
    `the policy of bucket ${bucket.node.path} is not managed by this stack${whyNot(network, bucket)}. Until it has the following statement (bucketPolicyStatement() `
    + `returns it), the bucket can be used from outside the S3 endpoint: ${readable(bucket, policy.statementFor(bucket))}`
    + (isKeyKnown ? '' : `. Its encryption is not known here: ${keyAdvice(network.role, ...OUTPUT_KEY_ACTIONS)}`));
}

/** Warns that the encryption of an imported bucket is unknown. For a bucket without the closing statement, `warnOfOpenBucket` says so. */
export function warnOfUnknownKey(annotations: Annotations, { node }: s3.IBucket, role: iam.IRole, ...actions: string[]): void {
  annotations.addWarningV2('cdk-sagemaker-neo:bucketKeyUnknown', `bucket ${node.path} is imported, so its encryption is not known here: ${keyAdvice(role, ...actions)}`);
}

function keyAdvice(role: iam.IRole, ...actions: string[]): string {
  return 'if it has a KMS key, import it with encryptionKey (s3.Bucket.fromBucketAttributes), or the role '
    + `${role.node.path} needs ${JSON.stringify({ Effect: 'Allow', Action: actions, Resource: '<ARN of the key>' })}`;
}

/**
 * Explains why the policy of a bucket of another stack does not get the statement: it would refer to the network's stack, which refers to the bucket.
 * Only a parent and its nested stack may refer to each other.
 */
function whyNot(scope: IConstruct, bucket: s3.IBucket): string {
  if (!Resource.isOwnedResource(bucket)) { return ''; }
  const { path } = Stack.of(bucket).node;
  return stackPathOf(scope).includes(Stack.of(bucket))
    ? `: it is created in the parent stack ${path} (add the statement there, bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket)), and create the jobs outside of the nested stack ${Stack.of(scope).node.path})`
    : `: it is created in the stack ${path}, whose policies cannot refer to this stack while this stack refers to it (create it in this stack, or import it by name, `
      + 's3.Bucket.fromBucketName, and add the statement there)';
}

/**
 * Returns exactly the statement that `enforceSSL` of a bucket writes, so that CDK merges the two.
 */
function onlyOverTls(bucket: s3.IBucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['s3:*'],
    resources: [bucket.bucketArn, bucket.arnForObjects('*')],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}

/**
 * Two stacks cannot refer to each other, and everything that uses a network refers to its stack. CDK also reports the cycle, but neither its reason
 * nor a fix.
 */
function stackCycleError(scope: IConstruct, prop: string, construct: IConstruct, other: Stack, fix: string, referrer = 'the network'): NeoValidationError {
  return new NeoValidationError(`${prop} must not be created in the stack ${Stack.of(construct).node.path}, because ${referrer}, in the stack ${other.node.path}, would have to refer to it, and `
    + `two stacks cannot refer to each other: ${fix}; got: ${construct.node.path}`, scope);
}

/**
 * Fails if exempting a role would close a cycle of stacks: the role's policy refers to the bucket, and the bucket policy refers to the role.
 */
export function requireExemptable(scope: IConstruct, network: INeoPrivateCompilationVpc, prop: string, role: unknown, fix: string) {
  if (bucketPoliciesOf(network)?.areWritten && isOwned(role) && Stack.of(role) !== Stack.of(network) && roleNameOf(role) === undefined) {
    throw stackCycleError(scope, prop, role, Stack.of(network), fix);
  }
}

/**
 * Fails if granting an execution role the use of a resource would close a cycle of stacks: the role's policy refers to the resource, and the job, in
 * the resource's stack, refers to the role.
 */
export function requireGrantable(job: IConstruct, role: iam.IRole, prop: string, resource: unknown, fix: string) {
  if (isOwned(resource) && Stack.of(resource) === Stack.of(job) && Stack.of(role) !== Stack.of(job)) {
    throw stackCycleError(job, prop, resource, Stack.of(role), fix, 'the execution role');
  }
}

function isOwned(thing: unknown): thing is IConstruct {
  return Construct.isConstruct(thing) && Resource.isOwnedResource(thing);
}

/**
 * Orders jobs after buckets of other stacks. The policies of such buckets name the network's endpoint, so they are deployed after the network. Jobs
 * use such a bucket by its name, which is no dependency to CDK: without this class, the first deployment would run jobs before the bucket exists.
 */
export class LaterBuckets {
  private readonly buckets: s3.IBucket[] = [];
  private readonly jobs: IConstruct[] = [];

  constructor(private readonly network: IConstruct) {}

  /** Adds a bucket whose policy gets the network's statement. */
  public addBucket(bucket: s3.IBucket): void {
    if (!Resource.isOwnedResource(bucket) || Stack.of(bucket) === Stack.of(this.network) || this.buckets.includes(bucket)) { return; }
    this.buckets.push(bucket);
    this.jobs.forEach(job => this.order(job, bucket));
  }

  /** Adds a job that runs in the network. */
  public addJob(job: IConstruct): void {
    this.jobs.push(job);
    this.buckets.forEach(bucket => this.order(job, bucket));
  }

  private order(job: IConstruct, bucket: s3.IBucket): void {
    if (!this.isBeforePolicy(job, bucket)) {
      job.node.addDependency(bucket);
      return;
    }
    const [jobPath, stack] = [(job.node.scope ?? job).node.path, Stack.of(bucket)];
    if (stackPathOf(job).includes(stack)) {
      job.node.addDependency(bucket.node.defaultChild!);
      Annotations.of(this.network).addWarningV2('cdk-sagemaker-neo:bucketClosedLater', `the job ${jobPath} is in the nested stack of the network, which is deployed before the policy of the bucket `
        + `${bucket.node.path} in its parent stack: on the first deployment, the job runs while the bucket can be used from outside the S3 endpoint. Create jobs outside of that nested stack`);
      return;
    }
    Annotations.of(this.network).addWarningV2('cdk-sagemaker-neo:bucketDeployedLater', `the stack ${Stack.of(job).node.path}, with the job ${jobPath}, is deployed before the stack `
      + `${stack.node.path}, with the bucket ${bucket.node.path}: on the first deployment, the job does not find the bucket. Create jobs in a stack other than the network's`);
  }

  /**
   * Whether a job is deployed before the policy of a bucket. The policy refers to the network, so it is deployed after the network's stack, or after
   * the nested stack with the network if both are deployed together. A job in that stack comes first.
   */
  private isBeforePolicy(job: IConstruct, bucket: s3.IBucket): boolean {
    const [policy, network] = [stackPathOf(bucket), stackPathOf(this.network)];
    const earlier = network.find((stack, index) => stack !== policy[index]);
    return earlier !== undefined && stackPathOf(job).includes(earlier);
  }
}
