import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NeoValidationError, formatValue } from './errors';

/** S3's limit, in bytes of UTF-8. */
const MOST_BYTES = 1_024;
/** Control characters, line ends, halves of surrogate pairs: S3 advises against the first, and the API's pattern for S3 URIs excludes line ends. */
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
  if (Buffer.byteLength(key) > MOST_BYTES) {
    throw new NeoValidationError(`${prop} must have at most ${MOST_BYTES} bytes in UTF-8, because S3 allows no longer key; got: ${Buffer.byteLength(key)} bytes`, scope);
  }
}

/**
 * Returns a key, or a part or pattern of one, as a policy can name it. IAM accepts characters up to U+00FF and reads `${…}` as a variable, so
 * other characters and variables become wildcards. What `literally` has escaped is kept.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
export function inPolicy(key: string): string {
  const latin = key.replace(/[^\t\n\r -\u00ff]+/g, '*');
  return Token.isUnresolved(key) ? latin : latin.replace(/\$(?=\{(?![*?]\}))/g, '?');
}

/**
 * Returns a pattern that matches one key only: IAM reads `*` and `?` as wildcards, and `${*}` and `${?}` as the characters themselves.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function literally(key: string): string {
  return Token.isUnresolved(key) ? key : key.replace(/[*?]/g, character => `\${${character}}`);
}
