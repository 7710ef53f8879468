import { existsSync, statSync } from 'fs';
import { resolve } from 'path';
import { Annotations, AssetStaging, FileAssetPackaging, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { permitModels, requireAssetOptions, requireOptions, MODEL_OPTION_TYPES } from './model-options';
import type { NeoAssetModelOptions, NeoBucketModelOptions, NeoModelBindOptions, NeoModelConfig } from './model-options';
import { MODEL_ASSETS_ID } from '../network/model-access';
import type { Findings } from '../preflight/rules';
import { setArchive } from '../target/compilation';
import { requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { listOf, optional, requireType, STRING } from '../util/prop-types';
import { BUCKET } from '../util/resource-types';
import { literally, requireKey, uploadDestination } from '../util/s3-names';

/**
 * A model to compile: one `.tar.gz` archive with the framework and input shapes that it was saved with, or a model package.
 * The same object can be used for any number of jobs.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 *
 * @example
 * const model = NeoModel.fromAsset('resnet18.tar.gz', {
 *   framework: NeoFramework.PYTORCH_1_13,
 *   dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
 * });
 */
export abstract class NeoModel {
  /**
   * Uses a `.tar.gz` archive in a bucket of the job's Region. The job's role is granted access to exactly this object. The content of the archive is
   * not available at synthesis: check it before the upload with `npx cdk-sagemaker-neo check`.
   *
   * @param bucket the bucket, encrypted or not
   * @param objectKey key of the archive, without a leading slash
   * @param options framework and shapes
   */
  public static fromBucket(bucket: s3.IBucket, objectKey: string, options: NeoBucketModelOptions): NeoModel {
    return new BucketModel(bucket, objectKey, options);
  }

  /**
   * Uses a local `.tar.gz` archive. The deployment uploads it to the bootstrap bucket under a key that contains the hash of its content, so a changed
   * archive is compiled again. `assetHash` replaces that hash.
   *
   * @param path path of the archive, absolute or relative to the working directory
   * @param options framework and shapes
   */
  public static fromAsset(path: string, options: NeoAssetModelOptions): NeoModel {
    return new AssetModel(path, options);
  }

  /**
   * Packs local files, as the framework saved them, into the `.tar.gz` archive that Neo needs, all of them at its top level.
   * The same content always gives the same archive, so nothing is compiled twice.
   *
   * @param paths paths of the files, absolute or relative to the working directory
   * @param options framework and shapes
   */
  public static fromFiles(paths: string[], options: NeoAssetModelOptions): NeoModel {
    requireType(undefined, 'paths', paths, listOf(STRING, false));
    return new AssetModel(preflight().packFiles(paths), options);
  }

  /**
   * Packs the content of a local directory, as the framework saved it, into the `.tar.gz` archive that Neo needs. An example is a SavedModel of
   * TensorFlow. The directory itself is not in the archive. The same content always gives the same archive, so nothing is compiled twice.
   *
   * @param path path of the directory, absolute or relative to the working directory
   * @param options framework and shapes
   */
  public static fromDirectory(path: string, options: NeoAssetModelOptions): NeoModel {
    requireType(undefined, 'path', path, STRING);
    return new AssetModel(preflight().packDirectory(path), options);
  }

  /**
   * Uses a model package of the model registry or AWS Marketplace. It has its own archive, framework and shapes. You must grant the role access to
   * everything that it reads for the package.
   *
   * @param modelPackageVersionArn ARN of a versioned model package, 1 to 2048 characters
   */
  public static fromModelPackageVersion(modelPackageVersionArn: string): NeoModel {
    return new PackageModel(modelPackageVersionArn);
  }

  /**
   * Grants the job access to the model, and returns its location. Jobs, tasks and fleets call this method.
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
    requireOptions(options, { ...MODEL_OPTION_TYPES, modelVersion: optional(STRING) });
    if (!Token.isUnresolved(objectKey) && objectKey.startsWith('/')) {
      throw new NeoValidationError(`objectKey must not start with a slash: S3 would look for an empty folder name; got: ${formatValue(objectKey)}`);
    }
    requireKey(undefined, 'objectKey', objectKey);
  }

  public bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig {
    requireSameRegion(scope, 'bucket', this.bucket);
    const bucket = uploadDestination(this.bucket);
    permitModels(bucket, literally(this.objectKey), options);
    return {
      ...this.options,
      bucket,
      s3Uri: requireShortUri(scope, this.bucket.s3UrlForObject(this.objectKey)),
    };
  }
}

class AssetModel extends NeoModel {
  private readonly findings?: Findings;

  constructor(private readonly path: string, private readonly options: NeoAssetModelOptions) {
    super();
    if (Token.isUnresolved(path)) { throw new NeoValidationError('path must be known at synthesis, because the archive is uploaded from this machine; got: a token'); }
    requireArchiveName('path', path);
    requireAssetOptions(options);
    this.findings = options.preflight === false ? undefined : check(path, options);
  }

  public bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig {
    const { assetHash, preflight: _, ...model } = this.options;
    for (const { id, message } of this.findings?.warnings ?? []) { Annotations.of(scope).addWarningV2(id, message); }
    if (this.findings) { setArchive(scope, this.findings); }
    const { bucket, objectKey } = upload(scope, this.path, assetHash);
    permitModels(bucket, objectKey, options);
    return { ...model, s3Uri: bucket.s3UrlForObject(objectKey) };
  }
}

/** Loads the code for local archives when it is first used. It is a quarter of the library, and a model in a bucket does not need it. */
function preflight(): typeof import('../preflight/preflight') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('../preflight/preflight');
}

/** Checks the content of the archive. A file that is not an archive is reported later, with the path of the job. */
function check(path: string, options: NeoAssetModelOptions): Findings | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile() || preflight().archiveProblem(path)) { return undefined; }
  const findings = preflight().checkArchive(path, options);
  const { errors } = findings;
  if (errors.length > 0) { throw new NeoValidationError(`${formatValue(path)} cannot be compiled by Neo: ${errors.join('; ')} (preflight: false turns this check off)`); }
  return findings;
}

class PackageModel extends NeoModel {
  constructor(private readonly modelPackageVersionArn: string) {
    super();
    requireType(undefined, 'modelPackageVersionArn', modelPackageVersionArn, STRING);
    if (!Token.isUnresolved(modelPackageVersionArn)
      && (modelPackageVersionArn.length > 2_048 || !/^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package\/\S+$/.test(modelPackageVersionArn))) {
      throw new NeoValidationError('modelPackageVersionArn must be the ARN of a versioned model package, '
        + `such as arn:aws:sagemaker:us-east-1:111122223333:model-package/my-models/1; got: ${formatValue(modelPackageVersionArn)}`);
    }
  }

  public bind(scope: Construct): NeoModelConfig {
    const region = Token.isUnresolved(this.modelPackageVersionArn) ? undefined : this.modelPackageVersionArn.split(':')[3];
    const here = Stack.of(scope).region;
    if (region !== undefined && !Token.isUnresolved(here) && region !== here) {
      Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:modelPackageRegion', `the model package ${this.modelPackageVersionArn} is in ${region}, and the job is in ${here}: SageMaker probably finds `
        + 'only packages of its own Region');
    }
    return { modelPackageVersionArn: this.modelPackageVersionArn };
  }
}

/**
 * Uploads a file as an Asset does, but under a key that ends in .tar.gz, as Neo requires. The key of an Asset would end in .gz only.
 */
function upload(scope: Construct, sourcePath: string, assetHash?: string): { bucket: s3.IBucket; objectKey: string } {
  if (!existsSync(sourcePath)) {
    throw new NeoValidationError(`path must be a file, a single .tar.gz archive, absolute or relative to ${process.cwd()}; got a path that does not exist: ${formatValue(sourcePath)}`, scope);
  }
  if (assetHash !== undefined) { requireUniqueHash(scope, assetHash, sourcePath); }
  const staging = new AssetStaging(scope, 'Model', { sourcePath, assetHash });
  if (staging.packaging !== FileAssetPackaging.FILE) {
    throw new NeoValidationError(`path must be a file, a single .tar.gz archive; got the directory ${formatValue(sourcePath)}`, scope);
  }
  const problem = preflight().archiveProblem(sourcePath);
  if (problem) {
    throw new NeoValidationError('path must be a tar archive compressed with gzip, because Neo reads no other format: pack the model with "tar czf"; '
      + `got: ${formatValue(sourcePath)}, ${problem}`, scope);
  }
  const stack = Stack.of(scope);
  const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
    packaging: FileAssetPackaging.FILE,
    fileName: staging.relativeStagedPath(stack),
    sourceHash: `${staging.assetHash}.tar`,
    displayName: scope.node.path,
  });
  // All models of the stack share one import, because policies would otherwise name the bucket several times.
  const bucket = stack.node.tryFindChild(MODEL_ASSETS_ID) as s3.IBucket | undefined ?? s3.Bucket.fromBucketName(stack, MODEL_ASSETS_ID, bucketName);
  return { bucket, objectKey };
}

const hashes = new WeakMap<IConstruct, Map<string, string>>();

/** CDK stages one file per hash, so a second archive with the same hash would not be uploaded. */
function requireUniqueHash(scope: Construct, assetHash: string, sourcePath: string) {
  const { root } = scope.node;
  const paths = hashes.get(root) ?? new Map<string, string>();
  hashes.set(root, paths);
  const path = resolve(sourcePath);
  const other = paths.get(assetHash) ?? path;
  if (other !== path) {
    throw new NeoValidationError(`assetHash must differ between archives, or only the first would be uploaded; got: ${formatValue(assetHash)} for both ${formatValue(other)} and ${formatValue(path)}`, scope);
  }
  paths.set(assetHash, path);
}

/** Checks the API's limit. The name of a bucket may be a token. */
function requireShortUri(scope: Construct, s3Uri: string): string {
  if (!Token.isUnresolved(s3Uri) && s3Uri.length > 1_024) {
    throw new NeoValidationError(`objectKey must result in an S3 URI of at most 1,024 characters, including the bucket; got: ${s3Uri.length} characters`, scope);
  }
  return s3Uri;
}

function requireArchiveName(prop: string, value: string) {
  if (Token.isUnresolved(value)) {
    requireType(undefined, prop, value, STRING);
    return;
  }
  if (typeof value !== 'string' || !value.endsWith('.tar.gz')) {
    const fix = typeof value === 'string' && value.endsWith('.tgz') ? 'rename the file, as .tgz is the same format under a name that AWS does not document' : 'pack the model with "tar czf"';
    throw new NeoValidationError(`${prop} must name a single .tar.gz archive, the only format that Neo reads: ${fix}; got: ${formatValue(value)}`);
  }
}
