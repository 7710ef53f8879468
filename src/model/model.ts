import { existsSync } from 'fs';
import { Annotations, AssetStaging, FileAssetPackaging, Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { archiveProblem } from './archive';
import { requireBucketOptions, requireOptions } from './model-options';
import { permitModels } from './permit-models';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { requireSameRegion } from '../network/same-environment';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';
import { NeoValidationError, shown } from '../util/errors';
import { requireKey } from '../util/object-keys';
import { requireType, TEXT } from '../util/prop-types';
import { BUCKET } from '../util/resource-types';

/**
 * What Neo must know about a model archive besides where it is.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoModelOptions {
  /**
   * Framework (and version) that the model was saved with.
   */
  readonly framework: NeoFramework;

  /**
   * Names and shapes of the model's inputs.
   *
   * @default - none: Neo derives them where it can, as for XGBoost; a warning says so where it usually cannot
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
   * Something that changes whenever the archive changes under the same key: its version ID, ETag or digest. A new value
   * compiles the model again. Neo itself always reads the current object: the API takes no version.
   *
   * @default - an archive that changes under the same key is not noticed
   */
  readonly modelVersion?: string;
}

/**
 * Options of a model in a local file.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 */
export interface NeoAssetModelOptions extends NeoModelOptions {}

/**
 * What a model needs to know of the job that compiles it.
 */
export interface NeoModelBindOptions {
  /**
   * Execution role of the job; it must be able to read the model.
   */
  readonly role: iam.IRole;

  /**
   * The private network of the job; the model must be reachable through its S3 endpoint.
   *
   * @default - a network this library does not know
   */
  readonly privateVpc?: INeoPrivateCompilationVpc;
}

/**
 * A model as CreateCompilationJob takes it: either an archive with its framework, or a model package.
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
   * @default - left to Neo
   */
  readonly dataInputShape?: NeoDataInputShape;

  /**
   * Version ID, ETag or digest of the archive.
   * @default - unknown
   */
  readonly modelVersion?: string;

  /**
   * Bucket of the archive, where the object under its key may change: a fleet looks up the version then.
   * @default - the S3 URI names the content, too
   */
  readonly bucket?: s3.IBucket;

  /**
   * ARN of a versioned model package.
   * @default - an archive
   */
  readonly modelPackageVersionArn?: string;
}

/**
 * A model to compile: one `.tar.gz` archive with the framework and input shapes it was saved with, or a model package.
 * The same object serves any number of jobs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 *
 * @example
 * NeoModel.fromAsset('resnet18.tar.gz', {
 *   framework: NeoFramework.PYTORCH_1_13,
 *   dataInputShape: NeoDataInputShape.fromMap({ input0: [1, 3, 224, 224] }),
 * });
 */
export abstract class NeoModel {
  /**
   * A `.tar.gz` archive in a bucket of the job's Region. The job's role may read exactly this object.
   *
   * @param bucket the bucket, encrypted or not
   * @param objectKey key of the archive, without a leading slash
   * @param options framework and shapes
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string, options: NeoBucketModelOptions): NeoModel {
    return new BucketModel(bucket, objectKey, options);
  }

  /**
   * A local `.tar.gz` archive. It is uploaded to the bootstrap bucket by the deployment, and its content's hash is part of
   * its key: a changed archive compiles again.
   *
   * @param path path of the archive, absolute or relative to the working directory
   * @param options framework and shapes
   */
  public static fromAsset(path: string, options: NeoAssetModelOptions): NeoModel {
    return new AssetModel(path, options);
  }

  /**
   * A model package of the model registry or AWS Marketplace. It brings its own archive, framework and shapes; what the
   * role must read for it is yours to grant.
   *
   * @param modelPackageVersionArn ARN of a versioned model package, 1 to 2048 characters
   */
  public static fromModelPackageVersion(modelPackageVersionArn: string): NeoModel {
    return new PackageModel(modelPackageVersionArn);
  }

  /**
   * Called by the job: make the model readable for it and say where it is.
   *
   * @param scope the job
   * @param options the job's role and network
   */
  public abstract bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig;
}

class BucketModel extends NeoModel {
  constructor(private readonly bucket: s3.IBucket, private readonly objectKey: string, private readonly options: NeoBucketModelOptions) {
    super();
    requireType(undefined, 'bucket', bucket, BUCKET);
    requireArchiveName('objectKey', objectKey);
    requireBucketOptions(options);
    if (!Token.isUnresolved(objectKey) && objectKey.startsWith('/')) {
      throw new NeoValidationError(`objectKey must not start with a slash: S3 would look for an empty folder name; got: ${shown(objectKey)}`);
    }
    requireKey(undefined, 'objectKey', objectKey);
  }

  public bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig {
    requireSameRegion(scope, 'bucket', this.bucket);
    permitModels(this.bucket, this.objectKey, options);
    return {
      ...this.options,
      bucket: this.bucket,
      s3Uri: requireShortUri(scope, this.bucket.s3UrlForObject(this.objectKey)),
    };
  }
}

class AssetModel extends NeoModel {
  constructor(private readonly path: string, private readonly options: NeoAssetModelOptions) {
    super();
    if (Token.isUnresolved(path)) { throw new NeoValidationError('path must be known at synthesis, as the archive is uploaded from this machine; got: a token'); }
    requireArchiveName('path', path);
    requireOptions(options);
  }

  public bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig {
    const { bucket, objectKey } = upload(scope, this.path);
    permitModels(bucket, objectKey, options);
    return { ...this.options, s3Uri: bucket.s3UrlForObject(objectKey) };
  }
}

class PackageModel extends NeoModel {
  constructor(private readonly modelPackageVersionArn: string) {
    super();
    requireType(undefined, 'modelPackageVersionArn', modelPackageVersionArn, TEXT);
    if (!Token.isUnresolved(modelPackageVersionArn)
      && (modelPackageVersionArn.length > 2_048 || !/^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package\/\S+$/.test(modelPackageVersionArn))) {
      throw new NeoValidationError('modelPackageVersionArn must be the ARN of a versioned model package, '
        + `such as arn:aws:sagemaker:us-east-1:111122223333:model-package/my-models/1; got: ${shown(modelPackageVersionArn)}`);
    }
  }

  public bind(scope: Construct): NeoModelConfig {
    const region = Token.isUnresolved(this.modelPackageVersionArn) ? undefined : this.modelPackageVersionArn.split(':')[3];
    const here = Stack.of(scope).region;
    if (region !== undefined && !Token.isUnresolved(here) && region !== here) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:modelPackageRegion', `the model package ${this.modelPackageVersionArn} is in ${region}, and the job in ${here}: SageMaker most likely finds `
        + 'packages of its own Region only');
    }
    return { modelPackageVersionArn: this.modelPackageVersionArn };
  }
}

const MODEL_ASSETS_ID = 'cdk-sagemaker-neo.ModelAssets';

/**
 * As an Asset would, but under a key that ends in .tar.gz: Neo wants that ending, and an Asset's key keeps only .gz of it.
 */
function upload(scope: Construct, sourcePath: string): { bucket: s3.IBucket; objectKey: string } {
  if (!existsSync(sourcePath)) {
    throw new NeoValidationError(`path must be a file, a single .tar.gz archive, absolute or relative to ${process.cwd()}; got a path with nothing there: ${shown(sourcePath)}`, scope);
  }
  const staging = new AssetStaging(scope, 'Model', { sourcePath });
  if (staging.packaging !== FileAssetPackaging.FILE) {
    throw new NeoValidationError(`path must be a file, a single .tar.gz archive; got the directory ${shown(sourcePath)}`, scope);
  }
  const problem = archiveProblem(sourcePath);
  if (problem) {
    throw new NeoValidationError('path must be a tar archive compressed with gzip, as Neo reads nothing else: pack the model with "tar czf"; '
      + `got: ${shown(sourcePath)}, ${problem}`, scope);
  }
  const stack = Stack.of(scope);
  const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
    packaging: FileAssetPackaging.FILE,
    fileName: staging.relativeStagedPath(stack),
    sourceHash: `${staging.assetHash}.tar`,
    displayName: scope.node.path,
  });
  // One import for all models of the stack: policies that name the bucket would else name it once for each.
  const bucket = stack.node.tryFindChild(MODEL_ASSETS_ID) as s3.IBucket | undefined ?? s3.Bucket.fromBucketName(stack, MODEL_ASSETS_ID, bucketName);
  return { bucket, objectKey };
}

/** The API's limit; a bucket's name may be a token. */
function requireShortUri(scope: Construct, s3Uri: string): string {
  if (!Token.isUnresolved(s3Uri) && s3Uri.length > 1_024) {
    throw new NeoValidationError(`objectKey must make an S3 URI of at most 1,024 characters, with the bucket; got: ${s3Uri.length} characters`, scope);
  }
  return s3Uri;
}

function requireArchiveName(prop: string, value: string) {
  if (Token.isUnresolved(value)) { return; }
  if (typeof value !== 'string' || !value.endsWith('.tar.gz')) {
    throw new NeoValidationError(`${prop} must name a single .tar.gz archive, the only format that Neo reads: pack the model with "tar czf"; got: ${shown(value)}`);
  }
}
