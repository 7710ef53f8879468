import { Stack, Token, type CfnResource } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { NeoValidationError, formatValue } from './errors';
import { areSame } from './intrinsics';

/** S3's limit for keys, in bytes of UTF-8. */
const MAX_BYTES = 1_024;
/** Control characters, which S3 advises against, line ends, which the API's pattern for S3 URIs excludes, and halves of surrogate pairs. */
const UNUSABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/**
 * Fails unless a string can be an S3 key, or a part or pattern of one, in an S3 URI that SageMaker accepts.
 */
export function requireKey(scope: IConstruct | undefined, prop: string, key: string): void {
  if (Token.isUnresolved(key)) { return; }
  if (/^(s3|https):\/\//i.test(key)) {
    throw new NeoValidationError(`${prop} must be a key, without the bucket: for s3://my-bucket/models/a.tar.gz, the key is models/a.tar.gz; got: ${formatValue(key)}`, scope);
  }
  if (UNUSABLE.test(key)) {
    throw new NeoValidationError(`${prop} must have no control characters and no line breaks, because SageMaker does not accept them in an S3 URI; got: ${formatValue(key)}`, scope);
  }
  if (Buffer.byteLength(key) > MAX_BYTES) {
    throw new NeoValidationError(`${prop} must have at most ${MAX_BYTES} bytes in UTF-8, because S3 does not allow longer keys; got: ${Buffer.byteLength(key)} bytes`, scope);
  }
}

/**
 * Converts a key, or a part or pattern of one, to a pattern for a policy. IAM accepts characters up to U+00FF and reads `${…}` as a variable, so
 * other characters and variables become wildcards. The escapes of `literally` are kept.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
export function inPolicy(key: string): string {
  const latin = Token.asString(key).replace(/[^\t\n\r -\u00ff]+/g, '*');
  return Token.isUnresolved(key) ? latin : latin.replace(/\$(?=\{(?![*?]\}))/g, '?');
}

/**
 * Returns a pattern that matches only this key. IAM reads `*` and `?` as wildcards, and `${*}` and `${?}` as the characters themselves.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function literally(key: string): string {
  return Token.isUnresolved(key) ? Token.asString(key) : key.replace(/[*?]/g, character => `\${${character}}`);
}

/** Whether a text matches a pattern of a policy, with the wildcards `*` and `?`. */
export function matchesPattern(pattern: string, text: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

/** Whether a pattern of a policy matches an action, which may itself be a pattern. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesPattern(pattern.toLowerCase(), action.toLowerCase());
}

/** Returns the bucket itself for the `deployedBucket` of a `BucketDeployment`, which is the same bucket under a name that depends on the upload. */
export function uploadDestination(bucket: s3.IBucket): s3.IBucket {
  const { destinationBucket, _deployedBucket } = (bucket.node.scope ?? {}) as { destinationBucket?: s3.IBucket; _deployedBucket?: s3.IBucket };
  return _deployedBucket === bucket && destinationBucket ? destinationBucket : bucket;
}

/**
 * Returns the ways in which an app's templates may refer to a bucket. A bucket with a fixed name is often created in one stack and imported in
 * another.
 */
export function aliasesOf(bucket: s3.IBucket, resources: CfnResource[]): Pick<s3.IBucket, 'bucketName' | 'bucketArn'>[] {
  const { defaultChild } = bucket.node;
  const name = defaultChild instanceof s3.CfnBucket ? defaultChild.bucketName : bucket.bucketName;
  if (name === undefined || Token.isUnresolved(name)) { return [bucket]; }
  const imported = { bucketName: name, bucketArn: Stack.of(bucket).formatArn({ service: 's3', region: '', account: '', resource: name }) };
  const created = resources.filter(resource => resource instanceof s3.CfnBucket).filter(({ bucketName }) => bucketName === name)
    .map(({ ref, attrArn }) => ({ bucketName: ref, bucketArn: attrArn }));
  return [bucket, imported, ...created];
}

/** Whether a value of a stack's template is the name of a bucket. */
export function isNameOf(bucket: s3.IBucket, resources: CfnResource[]): (stack: Stack, value: unknown) => boolean {
  const aliases = aliasesOf(bucket, resources);
  return (stack, value) => aliases.some(({ bucketName }) => areSame(stack, bucketName, value));
}
