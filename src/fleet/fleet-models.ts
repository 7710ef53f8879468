import { Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bindDeployedModel } from '../compilation/compilation-validation';
import type { NeoModel } from '../model/model';
import { MODEL_OPTION_TYPES, permitModels, requireOptions } from '../model/model-options';
import type { NeoModelBindOptions, NeoModelOptions } from '../model/model-options';
import { BYTES_IN_JSONATA, bytesOf, failOnJsonata, MAX_PAYLOAD, oneLine } from '../stepfunctions-tasks/execution-model';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';
import { requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { failOnExecutionValues } from '../util/execution-values';
import { listOf, optional, requireType, requireTypes, STRING } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';
import { BUCKET, FRAMEWORK, MODEL, SHAPE } from '../util/resource-types';
import { literally, requireKey } from '../util/s3-names';

/**
 * The maximum size of a row of a manifest in bytes, so that the row and the fleet's targets fit into a payload. The API accepts at most about 20 KiB
 * of its values.
 */
export const MAX_ROW = MAX_PAYLOAD / 4;

/** The facts about a fleet that a source of models needs. */
export interface FleetContext {
  readonly scope: Construct;
  readonly jobAccess: NeoModelBindOptions;
}

/** Models as a Distributed Map reads them: exactly one of `items`, `file` and `listing`. */
export interface FleetSource {
  /** The models that are known at synthesis. They are checked against every target. */
  readonly models: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape }[];
  /** Defaults for rows without a value. */
  readonly defaults: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape };
  /** Buckets and patterns of keys that are listed to look up ETags. */
  readonly buckets: { readonly bucket: s3.IBucket; readonly keyPattern: string }[];
  readonly items?: object[];
  readonly file?: { readonly bucket: s3.IBucket; readonly key: string; readonly format: string };
  /** A prefix of archives. Uploads of such archives can start executions. */
  readonly listing?: { readonly bucket: s3.IBucket; readonly prefix: string };
  /** The buckets that rows may name. Undefined if the rows do not come from a user. */
  readonly modelBuckets?: s3.IBucket[];
  /**
   * JSONata that converts an item to `{Row, Digest}`: a row as `NeoFleetModels.fromManifest` documents it, and the digest of its model if it is
   * known. The result is `{Row, Invalid}`, with a reason, for a row that is too large, and has no `Row` if the item is not a model.
   */
  readonly selector: string;
}

/**
 * Format of a manifest.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export enum NeoManifestFormat {
  /** Comma-separated values. The first row contains the names of the columns. */
  CSV = 'CSV',
  /** A JSON array of objects, or an object whose values are objects. */
  JSON = 'JSON',
  /** JSON Lines: one object per line. */
  JSONL = 'JSONL',
}

/**
 * Options of models that a manifest lists.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export interface NeoManifestOptions {
  /**
   * Buckets that contain the models.
   *
   * @default - the bucket of the manifest
   */
  readonly modelBuckets?: s3.IBucket[];

  /**
   * Framework of models whose row names none.
   *
   * @default - every row must name its framework
   */
  readonly framework?: NeoFramework;

  /**
   * Input shapes of models whose row has none.
   *
   * @default - Neo derives the shapes if it can
   */
  readonly dataInputShape?: NeoDataInputShape;
}

/**
 * The source of a fleet's models.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 *
 * @example
 * declare const bucket: s3.Bucket;
 * NeoFleetModels.fromManifest(bucket, 'manifests/models.csv', NeoManifestFormat.CSV, { framework: NeoFramework.XGBOOST });
 */
export abstract class NeoFleetModels {
  /**
   * Uses a list in the template, of at least one model and at most 256 KiB of JSON. This suffices for some hundreds of models, or fewer if their
   * shapes are long.
   *
   * @param models the models
   */
  public static fromList(models: NeoModel[]): NeoFleetModels {
    requireType(undefined, 'models', models, listOf(MODEL));
    if (models.length === 0) { throw new NeoValidationError('models must list at least one NeoModel; got: []'); }
    return new BoundModels(context => listedModels(context, models));
  }

  /**
   * Uses a manifest in a bucket of the Region, which is read when an execution starts. A row has the members `s3Uri` (required), `etag` (the ETag
   * that the object must have), `framework`, `frameworkVersion`, `dataInputConfig` (JSON), and `targetDevice`, optionally with `compilerOptions`
   * (JSON), for one device instead of the fleet's targets. A row for a model package has `modelPackageVersionArn`, and otherwise only a target. A row
   * with any other member, with a value of the wrong type, or with more than 64 KiB fails with a message; the other rows are compiled. A JSON object
   * of rows is read like an array. JSON and JSON Lines must not begin with a byte order mark.
   *
   * @param bucket bucket of the manifest
   * @param objectKey key of the manifest
   * @param format format of the manifest
   * @param options defaults for values that rows leave out
   */
  public static fromManifest(bucket: s3.IBucket, objectKey: string, format: NeoManifestFormat, options: NeoManifestOptions = {}): NeoFleetModels {
    requireLocation(bucket, 'objectKey', objectKey);
    requireTypes(undefined, options, MANIFEST_TYPES, 'options');
    if (!Token.isUnresolved(objectKey) && (objectKey === '' || objectKey.startsWith('/'))) {
      throw new NeoValidationError(`objectKey must be the key of the manifest, without a leading slash; got: ${formatValue(objectKey)}`);
    }
    if (!Object.values(NeoManifestFormat).includes(format)) {
      throw new NeoValidationError(`format must be one of ${Object.values(NeoManifestFormat).join(', ')}; got: ${formatValue(format)}`);
    }
    return new BoundModels(context => manifestModels(context, { bucket, key: objectKey, format }, options));
  }

  /**
   * Uses every `.tar.gz` archive whose key has a prefix when an execution starts. All of them must have the same framework and shapes. The input of
   * an execution can name a longer prefix.
   *
   * @param bucket bucket of the models, in the Region of the stack
   * @param prefix prefix of the keys, such as `models/resnet/`
   * @param options framework and shapes of all models
   */
  public static fromPrefix(bucket: s3.IBucket, prefix: string, options: NeoModelOptions): NeoFleetModels {
    requireLocation(bucket, 'prefix', prefix);
    requireOptions(options, MODEL_OPTION_TYPES);
    if (!Token.isUnresolved(prefix) && prefix.startsWith('/')) {
      throw new NeoValidationError(`prefix must not start with a slash: S3 would look for an empty folder name; got: ${formatValue(prefix)}`);
    }
    return new BoundModels(context => prefixModels(context, { bucket, prefix }, options));
  }

  /** @internal */
  public abstract readonly _bind: (context: FleetContext) => FleetSource;
}

const MANIFEST_TYPES: PropTypes<NeoManifestOptions> = {
  modelBuckets: optional(listOf(BUCKET)), framework: optional(FRAMEWORK), dataInputShape: optional(SHAPE),
};

/** JSONata for the item of a Map state. */
const ITEM = '$states.context.Map.Item.Value';

class BoundModels extends NeoFleetModels {
  constructor(public readonly _bind: (context: FleetContext) => FleetSource) {
    super();
  }
}

function listedModels({ scope, jobAccess }: FleetContext, models: NeoModel[]): FleetSource {
  const configs = models.map((model, index) => bindDeployedModel(new Construct(scope, `Model${index}`), `models[${index}]`, model, jobAccess));
  const items = configs.map(({ s3Uri, bucket, modelVersion, framework, dataInputShape, modelPackageVersionArn }) => ({
    Row: {
      s3Uri,
      modelPackageVersionArn,
      framework: framework?.name,
      frameworkVersion: framework?.version,
      dataInputConfig: dataInputShape?.toJson(scope),
    },
    // Users choose versions, which may be the same for several objects. An asset's URI identifies its content.
    Digest: modelVersion === undefined ? bucket ? undefined : s3Uri : `${s3Uri}#${modelVersion}`,
  }));
  const bytes = bytesOf(items);
  if (bytes > MAX_PAYLOAD) {
    throw new NeoValidationError(`models must fit into ${MAX_PAYLOAD} bytes, because this is the maximum for a list in Step Functions: write them into a manifest `
      + `(NeoFleetModels.fromManifest); got: ${configs.length} models in ${bytes} bytes`, scope);
  }
  return {
    models: configs,
    defaults: {},
    buckets: configs.flatMap(({ bucket, modelVersion }) => bucket && modelVersion === undefined ? [{ bucket, keyPattern: '*' }] : []),
    items,
    selector: `{% ${ITEM} %}`,
  };
}

function manifestModels({ scope, jobAccess }: FleetContext, file: NonNullable<FleetSource['file']>, options: NeoManifestOptions): FleetSource {
  const { modelBuckets = [file.bucket], framework } = options;
  failOnExecutionValues(scope, { bucket: file.bucket, objectKey: file.key, ...options });
  requireSameRegion(scope, 'bucket', file.bucket);
  modelBuckets.forEach(bucket => {
    requireSameRegion(scope, 'modelBuckets', bucket);
    permitModels(bucket, '*', jobAccess);
  });
  return {
    models: framework ? [options] : [],
    defaults: options,
    buckets: modelBuckets.map(bucket => ({ bucket, keyPattern: '*' })),
    file,
    modelBuckets,
    // A larger row would make the whole execution fail. Step Functions reads rows of up to 8 MB if the selector makes them smaller.
    selector: oneLine(`{% (
      $bytes := ${BYTES_IN_JSONATA};
      $row := $lookup($states.context.Map.Item, 'Value');
      $size := $bytes($row);
      $size > ${MAX_ROW} ? {'Row': $substring($string($row), 0, 1000), 'Invalid': 'a row may have ${MAX_ROW} bytes as JSON; got: ' & $size}
        : {'Row': $row}
    ) %}`),
  };
}

function prefixModels({ scope, jobAccess }: FleetContext, listing: NonNullable<FleetSource['listing']>, options: NeoModelOptions): FleetSource {
  const { bucket, prefix } = listing;
  failOnExecutionValues(scope, { ...listing, ...options });
  requireSameRegion(scope, 'bucket', bucket);
  const keyPattern = `${literally(prefix)}*`;
  permitModels(bucket, keyPattern, jobAccess);
  return {
    models: [options],
    defaults: options,
    buckets: [{ bucket, keyPattern }],
    listing,
    // Folders and files other than archives are not models.
    selector: `{% $contains(${ITEM}.Key, /\\.tar\\.gz$/) ? {'Row': {'s3Uri': 's3://${bucket.bucketName}/' & ${ITEM}.Key}} : {} %}`,
  };
}

function requireLocation(bucket: s3.IBucket, prop: string, key: string): void {
  requireType(undefined, 'bucket', bucket, BUCKET);
  requireType(undefined, prop, key, STRING);
  requireKey(undefined, prop, key);
  failOnJsonata(prop, key);
}
