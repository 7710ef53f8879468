import { Annotations, Aws, CfnParameter, Lazy, Reference, Resource, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { networkOf, warnOfUnknownKey } from './bucket-policies';
import { grantKeys } from './execution-role';
import { throughEndpoint, withinAccount } from './s3-endpoint';
import { requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { readable } from '../util/intrinsics';
import { requireType, STRING } from '../util/prop-types';
import { BUCKET } from '../util/resource-types';
import { inPolicy, requireKey } from '../util/s3-names';

/** Construct id of the assets bucket in a stack. */
export const MODEL_ASSETS_ID = 'cdk-sagemaker-neo.ModelAssets';

/**
 * Fails unless policies of a role and an endpoint can name the objects.
 */
export function requireReadable(scope: IConstruct, bucket: s3.IBucket, objectKeyPattern: string): void {
  requireType(scope, 'bucket', bucket, BUCKET);
  requireSameRegion(scope, 'bucket', bucket);
  requireType(scope, 'objectKeyPattern', objectKeyPattern, STRING);
  if (objectKeyPattern === '') {
    throw new NeoValidationError(`objectKeyPattern must be the key of an object, or a pattern for keys; got: ${formatValue(objectKeyPattern)}`, scope);
  }
  requireKey(scope, 'objectKeyPattern', objectKeyPattern);
}

/**
 * Lets jobs read models from buckets other than the network's, by grants to the network's role and in its endpoint policy.
 */
export class ModelAccess {
  private readonly byRole = new ReadableModels();
  private readonly byEndpoint = new ReadableModels();
  private readonly assetsByEndpoint = new ReadableModels();
  private grant?: iam.Grant;
  /** The buckets of models, without duplicates and without those that the endpoint allows anyway. */
  public readonly buckets: s3.IBucket[] = [];

  /**
   * @param endpoint the endpoint, if this library manages its policy
   */
  constructor(private readonly scope: IConstruct, private readonly role: iam.IRole, private readonly endpoint?: ec2.GatewayVpcEndpoint) {}

  /**
   * @param isReachable whether the endpoint already allows the bucket
   */
  public grantRead(bucket: s3.IBucket, objectKeyPattern: string, isReachable = false): iam.Grant {
    const owner = networkOf(bucket);
    if (owner && this.endpoint) {
      throw new NeoValidationError(`bucket ${bucket.node.path} belongs to the network ${owner.node.path}, whose bucket policy denies requests through any other `
        + 'endpoint: compile in that network, or keep the model in another bucket; '
        + `got: the network ${this.scope.node.path}`, this.scope);
    }
    const bucketArn = this.arnOf(bucket);
    this.requireNameable(bucket, objectKeyPattern);
    const pattern = inPolicy(objectKeyPattern);
    if (!this.byRole.add(bucketArn, pattern)) { return this.grant!; }

    if (!isReachable && !this.buckets.some(other => other.bucketArn === bucket.bucketArn)) {
      this.buckets.push(bucket);
      this.warnOfUnknownKey(bucket);
    }
    if (bucket.encryptionKey) { grantKeys(this.scope, this.role, [bucket.encryptionKey], 'kms:Decrypt'); }
    this.grant ??= this.grantRole();
    if (!isReachable) { this.openEndpoint(bucket, bucketArn, pattern); }
    return this.grant;
  }

  /** The legacy synthesizer creates parameters for the bucket and the key of an asset in the job's stack, which refers to the network's stack. */
  private requireNameable(bucket: s3.IBucket, objectKeyPattern: string) {
    const network = Stack.of(this.scope);
    const foreign = [bucket.bucketName, objectKeyPattern].flatMap(text => Tokenization.reverseString(text).tokens)
      .find(token => Reference.isReference(token) && token.target instanceof CfnParameter && Stack.of(token.target) !== network);
    if (foreign) {
      throw new NeoValidationError(`a model from fromAsset must be in the stack of the network, ${network.node.path}, if the job's stack uses the legacy synthesizer, because the network would have to refer to `
        + 'a parameter of that stack: use the DefaultStackSynthesizer, or create the job in the stack of the network, or use NeoModel.fromBucket; got: a bucket whose name is a parameter', this.scope);
    }
  }

  /** A bucket that is imported by its name may have a key. If the bootstrap stack's bucket has one, the key's policy lets the account use it. */
  private warnOfUnknownKey(bucket: s3.IBucket) {
    const isKnown = bucket.encryptionKey !== undefined || Resource.isOwnedResource(bucket) || bucket.node.id === MODEL_ASSETS_ID;
    if (!isKnown) { warnOfUnknownKey(Annotations.of(this.scope), bucket, this.role, 'kms:Decrypt'); }
  }

  private grantRole(): iam.Grant {
    const { objects, locations, listings } = this.byRole.statements(props => new iam.PolicyStatement(props));
    this.role.addToPrincipalPolicy(locations);
    this.role.addToPrincipalPolicy(listings);
    return iam.Grant.addToPrincipal({ grantee: this.role, actions: objects.actions, resourceArns: objects.resources });
  }

  private openEndpoint(bucket: s3.IBucket, bucketArn: string, key: string) {
    // Any account may take the name of a deleted bucket, so the assets bucket must be in this account.
    const isOwn = bucket.node.id === MODEL_ASSETS_ID && namesAccount(Stack.of(this.scope), bucket.bucketName);
    const [models, make] = isOwn ? [this.assetsByEndpoint, withinAccount] : [this.byEndpoint, throughEndpoint];
    if (!this.endpoint) {
      const missing = new ReadableModels();
      missing.add(bucketArn, key);
      Annotations.of(this.scope).addWarningV2('cdk-sagemaker-neo:modelThroughEndpoint',
        `the policy of the S3 endpoint is not managed here; it must allow: ${readable(this.scope, ...Object.values(missing.statements(make)))}`);
      return;
    }
    const isFirst = models.isEmpty;
    models.add(bucketArn, key);
    if (isFirst) { Object.values(models.statements(make)).forEach(statement => this.endpoint!.addToPolicy(statement)); }
  }

  /**
   * Returns the ARN of a bucket of another stack without a reference to that stack. Otherwise, the role and the endpoint would depend on the bucket's
   * stack, which is often the job's stack and depends on them.
   */
  private arnOf(bucket: s3.IBucket): string {
    if (!this.endpoint || !Resource.isOwnedResource(bucket) || Stack.of(bucket) === Stack.of(this.scope)) { return bucket.bucketArn; }
    const { bucketName } = bucket.node.defaultChild as s3.CfnBucket;
    const isKeyElsewhere = bucket.encryptionKey && Resource.isOwnedResource(bucket.encryptionKey);
    if (bucketName !== undefined && !Token.isUnresolved(bucketName) && !isKeyElsewhere) { return `arn:${Aws.PARTITION}:s3:::${bucketName}`; }
    throw new NeoValidationError(`bucket ${bucket.node.path} is in a different stack than the network, whose role and endpoint would have to refer to it: `
      + 'add it to buckets of the network, or create it in the stack of the network, or give it a bucketName and no key of its own stack; '
      + `got: a bucket of ${Stack.of(bucket).node.path}`, this.scope);
  }
}

/** Whether the name of an assets bucket contains the account, by number or as a reference, as names of bootstrap stacks do. */
function namesAccount(stack: Stack, name: string): boolean {
  const written = JSON.stringify(stack.resolve(name));
  return written.includes('AWS::AccountId') || (!Token.isUnresolved(stack.account) && written.includes(stack.account));
}

/**
 * An endpoint policy has at most 20,480 characters, and the policies of a role may have about as many. If a bucket contains more models than this,
 * the policies allow all keys with the extension of models.
 */
const MAX_KEYS_PER_BUCKET = 30;
const ALL_MODELS = '*.tar.gz';

/**
 * A set of models in any number of buckets. Three statements, rendered at synthesis, allow reading all of them.
 */
class ReadableModels {
  private readonly keysByBucket = new Map<string, Set<string>>();

  public get isEmpty(): boolean {
    return this.keysByBucket.size === 0;
  }

  /**
   * @returns whether the key was new
   */
  public add(bucketArn: string, key: string): boolean {
    const keys = this.keysByBucket.get(bucketArn) ?? new Set();
    this.keysByBucket.set(bucketArn, keys);
    const isNew = !keys.has(key);
    keys.add(key);
    return isNew;
  }

  public statements(make: (props: iam.PolicyStatementProps) => iam.PolicyStatement) {
    const buckets = Lazy.list({ produce: () => [...this.keysByBucket.keys()] });
    return {
      objects: make({ actions: ['s3:GetObject'], resources: Lazy.list({ produce: () => this.patterns().map(([arn, key]) => `${arn}/${key}`) }) }),
      locations: make({ actions: ['s3:GetBucketLocation'], resources: buckets }),
      // Only these keys can be listed, so that the rest of a shared bucket stays invisible.
      listings: make({
        actions: ['s3:ListBucket'],
        resources: buckets,
        conditions: { StringLike: { 's3:prefix': Lazy.any({ produce: () => [...new Set(this.patterns().map(([, key]) => key))] }) } },
      }),
    };
  }

  private patterns(): [string, string][] {
    return [...this.keysByBucket].flatMap(([arn, keys]) => {
      const named = keys.size > MAX_KEYS_PER_BUCKET ? [ALL_MODELS] : [...keys];
      return named.map(key => [arn, key] as [string, string]);
    });
  }
}
