import { Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { NeoAssetModelOptions, NeoBucketModelOptions, NeoModelBindOptions, NeoModelOptions } from './model-options';
import { NeoValidationError, formatValue } from '../util/errors';
import { inPolicy } from '../util/object-keys';
import { BOOLEAN, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { FRAMEWORK, SHAPE } from '../util/resource-types';

const TYPES: PropTypes<NeoModelOptions> = { framework: FRAMEWORK, dataInputShape: optional(SHAPE) };
const BUCKET_TYPES: PropTypes<NeoBucketModelOptions> = { ...TYPES, modelVersion: optional(STRING) };
const ASSET_TYPES: PropTypes<NeoAssetModelOptions> = { ...TYPES, assetHash: optional(STRING), preflight: optional(BOOLEAN) };

/** What must be known of every model. */
export function requireOptions(options: NeoModelOptions): void {
  requireFramework(options);
  requireTypes(undefined, options, TYPES, 'options');
}

export function requireBucketOptions(options: NeoBucketModelOptions): void {
  requireFramework(options);
  requireTypes(undefined, options, BUCKET_TYPES, 'options');
}

export function requireAssetOptions(options: NeoAssetModelOptions): void {
  requireFramework(options);
  requireTypes(undefined, options, ASSET_TYPES, 'options');
  const { assetHash } = options;
  if (assetHash !== undefined && (assetHash === '' || Token.isUnresolved(assetHash))) {
    throw new NeoValidationError(`assetHash must be known at synthesis and not empty; got: ${formatValue(assetHash)}`);
  }
}

/** What is forgotten most often has a message of its own. */
function requireFramework(options: NeoModelOptions): void {
  if (options?.framework === undefined) {
    throw new NeoValidationError('framework must be given: Neo cannot tell it from the archive; got: undefined');
  }
}

/**
 * Let jobs read models: their role, and where there is a private network, its role and its endpoint.
 */
export function permitModels(bucket: s3.IBucket, objectKeyPattern: string, { role, privateVpc }: NeoModelBindOptions): void {
  privateVpc?.grantReadThroughEndpoint(bucket, objectKeyPattern);
  if (role !== privateVpc?.role) { bucket.grantRead(role, inPolicy(objectKeyPattern)); }
}
