import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { FRAMEWORK, SHAPE } from '../util/resource-types';
import { inPolicy } from '../util/s3-names';

/**
 * Options that describe a model archive.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoModelOptions {
  /**
   * Framework and version that the model was saved with.
   */
  readonly framework: NeoFramework;

  /**
   * Names and shapes of the model's inputs.
   *
   * @default - Neo derives them if it can, as for XGBoost; if it usually cannot, there is a warning
   */
  readonly dataInputShape?: NeoDataInputShape;
}

/**
 * Options of a model in a bucket.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoBucketModelOptions extends NeoModelOptions {
  /**
   * A value that changes whenever the archive changes under the same key, such as its version ID, ETag or digest. If the value changes, the model is
   * compiled again. Neo itself always reads the current object, because the API does not accept a version.
   *
   * @default - none: a change of the archive under the same key is not noticed
   */
  readonly modelVersion?: string;
}

/**
 * Options of a model in a local file.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 */
export interface NeoAssetModelOptions extends NeoModelOptions {
  /**
   * A string that identifies the model, for archives that every build packs anew: for example, the digest of the file in the
   * archive, or the version in a model registry. The model is compiled again only if this string changes. Different
   * archives need different strings.
   *
   * A reproducible archive does not need this. GNU tar creates one: `tar --sort=name --mtime=@0 --owner=0 --group=0
   * --numeric-owner -cf - model.pth | gzip -n > model.tar.gz`.
   *
   * @default - a hash of the archive's content
   */
  readonly assetHash?: string;

  /**
   * Whether to check the content of the archive when the app is synthesized. Its files, its inputs and the version that wrote it are compared with
   * AWS's documentation. What fails according to the documentation is an error; other findings are warnings.
   *
   * @default true
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-troubleshooting-compilation.html
   */
  readonly preflight?: boolean;
}

/**
 * The facts about a job that a model needs.
 */
export interface NeoModelBindOptions {
  /**
   * Execution role of the job, which must be able to read the model.
   */
  readonly role: iam.IRole;

  /**
   * Private network of the job. The model must be reachable through its S3 endpoint.
   *
   * @default - a network that this library does not know
   */
  readonly privateVpc?: INeoPrivateCompilationVpc;
}

/**
 * A model as the input of CreateCompilationJob: either an archive with its framework, or a model package.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoModelConfig {
  /**
   * S3 URI of the archive.
   * @default - a model package
   */
  readonly s3Uri?: string;

  /**
   * Framework of the archive.
   * @default - a model package
   */
  readonly framework?: NeoFramework;

  /**
   * Names and shapes of the inputs.
   * @default - Neo derives them if it can
   */
  readonly dataInputShape?: NeoDataInputShape;

  /**
   * Version ID, ETag or digest of the archive.
   * @default - unknown
   */
  readonly modelVersion?: string;

  /**
   * Bucket of the archive, if the object under its key may change. A fleet then looks up the version.
   * @default - the S3 URI identifies the content
   */
  readonly bucket?: s3.IBucket;

  /**
   * ARN of a versioned model package.
   * @default - an archive
   */
  readonly modelPackageVersionArn?: string;
}

/** Types of the options that every model has. */
export const MODEL_OPTION_TYPES = { framework: FRAMEWORK, dataInputShape: optional(SHAPE) };
const ASSET_TYPES: PropTypes<NeoAssetModelOptions> = { ...MODEL_OPTION_TYPES, assetHash: optional(STRING), preflight: optional(BOOLEAN) };

/** Checks options. A missing framework is a common mistake, so it has its own message. */
export function requireOptions<O extends NeoModelOptions>(options: O, types: PropTypes<O>): void {
  if (options?.framework === undefined) {
    throw new NeoValidationError('framework must be given: Neo cannot tell it from the archive; got: undefined');
  }
  requireTypes(undefined, options, types, 'options');
}

export function requireAssetOptions(options: NeoAssetModelOptions): void {
  requireOptions(options, ASSET_TYPES);
  const { assetHash } = options;
  if (assetHash !== undefined && (assetHash === '' || Token.isUnresolved(assetHash))) {
    throw new NeoValidationError(`assetHash must be known at synthesis and not empty; got: ${formatValue(assetHash)}`);
  }
}

/**
 * Grants jobs access to models: for their role and, in a private network, for the network's role and through its endpoint.
 */
export function permitModels(bucket: s3.IBucket, objectKeyPattern: string, { role, privateVpc }: NeoModelBindOptions): void {
  privateVpc?.grantReadThroughEndpoint(bucket, objectKeyPattern);
  if (role !== privateVpc?.role) { bucket.grantRead(role, inPolicy(objectKeyPattern)); }
}
