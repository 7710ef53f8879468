import { Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { bindModel } from '../compilation/compilation-validation';
import type { NeoModel } from '../model/model';
import { permitModels, requireOptions } from '../model/model-options';
import type { NeoModelBindOptions, NeoModelOptions } from '../model/model-options';
import { BYTES_IN_JSONATA, bytesOf, failOnJsonata, MAX_PAYLOAD, oneLine } from '../stepfunctions-tasks/execution-model';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';
import { requireSameRegion } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { listOf, optional, requireType, requireTypes, STRING } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';
import { BUCKET, FRAMEWORK, MODEL, SHAPE } from '../util/resource-types';
import { literally, requireKey } from '../util/s3-names';

/** A row of a manifest may have this many bytes, so that it fits beside the fleet's targets. The API takes about 20 KiB of what a row can say. */
export const MAX_ROW = MAX_PAYLOAD / 4;

/** What a source of models needs from its fleet. */
export interface FleetContext {
  readonly scope: Construct;
  readonly jobAccess: NeoModelBindOptions;
}

/** Models as a Distributed Map reads them: exactly one of `items`, `file` and `listing`. */
export interface FleetSource {
  /** The models that are known at synthesis, which are checked against every target. */
  readonly models: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape }[];
  /** Defaults for rows without a value. */
  readonly defaults: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape };
  /** The listed places, for ETags that no row names. */
  readonly buckets: { readonly bucket: s3.IBucket; readonly keyPattern: string }[];
  readonly items?: object[];
  readonly file?: { readonly bucket: s3.IBucket; readonly key: string; readonly format: string };
  /** Archives whose keys begin with a prefix; their uploads can start an execution. */
  readonly listing?: { readonly bucket: s3.IBucket; readonly prefix: string };
  /** The buckets that rows may name; undefined if the rows do not come from a user. */
  readonly modelBuckets?: s3.IBucket[];
  /**
   * JSONata that wraps an item into `{Row, Digest}`: a row as `NeoFleetModels.fromManifest` documents it, and the digest of its model if that is
   * known. `{Row, Invalid}` where the row cannot be passed on, with the reason. No `Row` if the item is not a model.
   */
  readonly selector: string;
}

/**
 * Format of a manifest.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export enum NeoManifestFormat {
  /** Comma-separated values; the first row names the columns. */
  CSV = 'CSV',
  /** A JSON array of objects, or an object whose values are objects. */
  JSON = 'JSON',
  /** An object in every line. */
  JSONL = 'JSONL',
}

/**
 * Options of models that a manifest lists.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
export interface NeoManifestOptions {
  /**
   * Buckets that the models are in.
   *
   * @default - the bucket of the manifest
   */
  readonly modelBuckets?: s3.IBucket[];

  /**
   * Framework of the models whose row names none.
   *
   * @default - every row names its framework
   */
  readonly framework?: NeoFramework;

  /**
   * Shapes of the models whose row names none.
   *
   * @default - left to Neo
   */
  readonly dataInputShape?: NeoDataInputShape;
}

/**
 * Where a fleet's models come from.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 *
 * @example
 * declare const bucket: s3.Bucket;
 * NeoFleetModels.fromManifest(bucket, 'manifests/models.csv', NeoManifestFormat.CSV, { framework: NeoFramework.XGBOOST });
 */
export abstract class NeoFleetModels {
  /**
   * A list in the template, at least one model and at most 256 KiB of JSON: some hundreds of models, fewer when their shapes are long.
   *
   * @param models the models
   */
  public static fromList(models: NeoModel[]): NeoFleetModels {
    return new ListedModels(models);
  }

  /**
   * A manifest in a bucket of the Region, read when an execution starts. A row has the members `s3Uri` (required), `etag` (the ETag that the object
   * must have), `framework`, `frameworkVersion`, `dataInputConfig` (JSON), and `targetDevice`, perhaps with `compilerOptions` (JSON), for one device
   * instead of the fleet's targets. A row for a model package has `modelPackageVersionArn`, and at most a target. A row with any other member, or
   * with a value of the wrong type, or with more than 64 KiB, fails on its own and says why; the other rows are compiled. A JSON object of rows is
   * read like an array. JSON and JSON Lines must not begin with a byte order mark.
   *
   * @param bucket bucket of the manifest
   * @param objectKey key of the manifest
   * @param format its format
   * @param options defaults for what rows leave out
   */
  public static fromManifest(bucket: s3.IBucket, objectKey: string, format: NeoManifestFormat, options: NeoManifestOptions = {}): NeoFleetModels {
    return new ManifestModels(bucket, objectKey, format, options);
  }

  /**
   * Every `.tar.gz` archive whose key begins with a prefix when an execution starts, all of one framework and shape. The input of an
   * execution can name a longer prefix.
   *
   * @param bucket bucket of the Region
   * @param prefix for example `models/resnet/`
   * @param options framework and shapes
   */
  public static fromPrefix(bucket: s3.IBucket, prefix: string, options: NeoModelOptions): NeoFleetModels {
    return new PrefixModels(bucket, prefix, options);
  }

  /** @internal */
  public abstract _bind(context: FleetContext): FleetSource;
}

const MANIFEST_TYPES: PropTypes<NeoManifestOptions> = {
  modelBuckets: optional(listOf(BUCKET)), framework: optional(FRAMEWORK), dataInputShape: optional(SHAPE),
};

/** The item of a Map state, in JSONata. */
const ITEM = '$states.context.Map.Item.Value';

class ListedModels extends NeoFleetModels {
  constructor(private readonly models: NeoModel[]) {
    super();
    requireType(undefined, 'models', models, listOf(MODEL));
    if (models.length === 0) { throw new NeoValidationError('models must list at least one NeoModel; got: []'); }
  }

  /** @internal */
  public _bind(context: FleetContext): FleetSource {
    const configs = this.models.map((model, index) => bindModel(new Construct(context.scope, `Model${index}`), model, context.jobAccess));
    const items = configs.map(({ s3Uri, bucket, modelVersion, framework, dataInputShape, modelPackageVersionArn }) => ({
      Row: {
        s3Uri,
        modelPackageVersionArn,
        framework: framework?.name,
        frameworkVersion: framework?.version,
        dataInputConfig: dataInputShape?.toJson(context.scope),
      },
      // Users choose versions, which may be the same for several objects. An asset's URI identifies its content.
      Digest: modelVersion === undefined ? bucket ? undefined : s3Uri : `${s3Uri}#${modelVersion}`,
    }));
    const bytes = bytesOf(items);
    if (bytes > MAX_PAYLOAD) {
      throw new NeoValidationError(`models must be fewer, because Step Functions accepts a list of at most ${MAX_PAYLOAD} bytes: list them in a manifest `
        + `(NeoFleetModels.fromManifest); got: ${configs.length} models in ${bytes} bytes`, context.scope);
    }
    return {
      models: configs,
      defaults: {},
      buckets: configs.flatMap(({ bucket, modelVersion }) => bucket && modelVersion === undefined ? [{ bucket, keyPattern: '*' }] : []),
      items,
      selector: `{% ${ITEM} %}`,
    };
  }
}

class ManifestModels extends NeoFleetModels {
  constructor(
    private readonly bucket: s3.IBucket, private readonly objectKey: string,
    private readonly format: NeoManifestFormat, private readonly options: NeoManifestOptions,
  ) {
    super();
    requireType(undefined, 'bucket', bucket, BUCKET);
    requireType(undefined, 'objectKey', objectKey, STRING);
    requireTypes(undefined, options, MANIFEST_TYPES, 'options');
    if (!Token.isUnresolved(objectKey) && (objectKey === '' || objectKey.startsWith('/'))) {
      throw new NeoValidationError(`objectKey must be the key of the manifest, without a leading slash; got: ${formatValue(objectKey)}`);
    }
    requireKey(undefined, 'objectKey', objectKey);
    failOnJsonata('objectKey', objectKey);
    if (!Object.values(NeoManifestFormat).includes(format)) {
      throw new NeoValidationError(`format must be one of ${Object.values(NeoManifestFormat).join(', ')}; got: ${formatValue(format)}`);
    }
  }

  /** @internal */
  public _bind(context: FleetContext): FleetSource {
    const { modelBuckets = [this.bucket], framework, dataInputShape } = this.options;
    requireSameRegion(context.scope, 'bucket', this.bucket);
    modelBuckets.forEach(bucket => {
      requireSameRegion(context.scope, 'modelBuckets', bucket);
      permitModels(bucket, '*', context.jobAccess);
    });
    return {
      models: framework ? [{ framework, dataInputShape }] : [],
      defaults: { framework, dataInputShape },
      buckets: modelBuckets.map(bucket => ({ bucket, keyPattern: '*' })),
      file: { bucket: this.bucket, key: this.objectKey, format: this.format },
      modelBuckets,
      // A larger row would fail the execution, not itself alone. Step Functions reads rows of up to 8 MB if the selector reduces them.
      selector: oneLine(`{% (
        $bytes := ${BYTES_IN_JSONATA};
        $row := $lookup($states.context.Map.Item, 'Value');
        $size := $bytes($row);
        $size > ${MAX_ROW} ? {'Row': $substring($string($row), 0, 1000), 'Invalid': 'a row may have ${MAX_ROW} bytes as JSON; got: ' & $size}
          : {'Row': $row}
      ) %}`),
    };
  }
}

class PrefixModels extends NeoFleetModels {
  constructor(private readonly bucket: s3.IBucket, private readonly prefix: string, private readonly options: NeoModelOptions) {
    super();
    requireType(undefined, 'bucket', bucket, BUCKET);
    requireType(undefined, 'prefix', prefix, STRING);
    if (!Token.isUnresolved(prefix) && prefix.startsWith('/')) {
      throw new NeoValidationError(`prefix must not start with a slash: S3 would look for an empty folder name; got: ${formatValue(prefix)}`);
    }
    requireKey(undefined, 'prefix', prefix);
    failOnJsonata('prefix', prefix);
    requireOptions(options);
  }

  /** @internal */
  public _bind(context: FleetContext): FleetSource {
    const { bucket, prefix, options: { framework, dataInputShape } } = this;
    requireSameRegion(context.scope, 'bucket', bucket);
    const keyPattern = `${literally(prefix)}*`;
    permitModels(bucket, keyPattern, context.jobAccess);
    return {
      models: [{ framework, dataInputShape }],
      defaults: { framework, dataInputShape },
      buckets: [{ bucket, keyPattern }],
      listing: { bucket, prefix },
      // Folders and files other than archives are not models.
      selector: `{% $contains(${ITEM}.Key, /\\.tar\\.gz$/) ? {'Row': {'s3Uri': 's3://${bucket.bucketName}/' & ${ITEM}.Key}} : {} %}`,
    };
  }
}
