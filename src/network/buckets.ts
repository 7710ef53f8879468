import { Annotations, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct, IDependable } from 'constructs';
import type { BucketLock } from './bucket-policies';
import { differ, requireSameRegion } from './same-environment';
import { NeoValidationError } from '../util/errors';
import { readable } from '../util/readable-policy';

/** The networks that buckets have been closed for. */
const networks = new WeakMap<s3.IBucket, IConstruct>();

/**
 * The network through whose endpoint alone a bucket can be used, as far as this app knows.
 */
export function networkOf(bucket: s3.IBucket): IConstruct | undefined {
  return networks.get(bucket);
}

/**
 * The buckets of the network, each once.
 */
export function requireBuckets(scope: IConstruct, buckets: s3.IBucket[]): s3.IBucket[] {
  if (buckets.length === 0) {
    throw new NeoValidationError('buckets must name at least one bucket, for models and artifacts: jobs reach nothing else; got: []', scope);
  }
  buckets.forEach(bucket => requireSameRegion(scope, 'buckets', bucket));
  return buckets.filter((bucket, index) => buckets.findIndex(other => other.bucketArn === bucket.bucketArn) === index);
}

/**
 * Close a bucket of this stack to everything outside the endpoint, and to requests without TLS; for another, say what its owner must do.
 *
 * A bucket of another stack of the app is among the others: its policy would refer to this stack's endpoint, whose policy refers to the
 * bucket, and CloudFormation knows no two stacks that depend on each other.
 *
 * @returns the bucket policies written
 */
export function lockBuckets(scope: IConstruct, buckets: s3.IBucket[], lock: BucketLock): IDependable[] {
  return buckets.flatMap(bucket => {
    const statement = lock.statementFor(bucket);
    if (Resource.isOwnedResource(bucket) && Stack.of(bucket) === Stack.of(scope)) {
      const other = networks.get(bucket);
      if (other) {
        throw new NeoValidationError(`buckets must not be shared between networks, as each denies what comes through the other's endpoint; got: ${bucket.node.path}, `
          + `which belongs to ${other.node.path} already`, scope);
      }
      const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
      if (statementAdded) {
        networks.set(bucket, scope);
        bucket.addToResourcePolicy(onlyOverTls(bucket));
        return policyDependable ? [policyDependable] : [];
      }
    }
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:bucketPolicyNotManaged',
      `the policy of bucket ${bucket.node.path} is not managed by this stack${whyNot(bucket)}; until it has the following statement (bucketPolicyStatement() `
      + `returns it), the bucket can be used from outside the S3 endpoint: ${readable(scope, statement)}`);
    warnAboutOtherAccount(scope, bucket);
    return [];
  });
}

/** The statement names this stack's endpoint, and this stack the bucket. */
function whyNot(bucket: s3.IBucket): string {
  return Resource.isOwnedResource(bucket)
    ? `: it is made in the stack ${Stack.of(bucket).node.path}, whose policies cannot refer to this one as long as this one refers to it (make it in this stack, or bring it by name, `
      + 's3.Bucket.fromBucketName, and add the statement there)'
    : '';
}

/**
 * The very statement that `enforceSSL` of a bucket writes, so that a policy with both has it once.
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

function warnAboutOtherAccount(scope: IConstruct, bucket: s3.IBucket) {
  if (differ(bucket.env.account, Stack.of(scope).account)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:bucketOfOtherAccount', `bucket ${bucket.node.path} belongs to account ${bucket.env.account}: `
      + 'its policy, and that of its key, must also allow the execution role what jobs do');
  }
}
