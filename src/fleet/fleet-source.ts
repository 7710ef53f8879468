import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { NeoModelBindOptions } from '../model/model-options';
import type { NeoDataInputShape } from '../target/data-input-shape';
import type { NeoFramework } from '../target/framework';

/** What a source of models needs of its fleet. */
export interface FleetContext {
  readonly scope: Construct;
  readonly jobAccess: NeoModelBindOptions;
}

/** Models as a Distributed Map reads them: exactly one of `items`, `file` and `listing`. */
export interface FleetSource {
  /** What is known of the models at synthesis, to be checked against every target. */
  readonly models: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape }[];
  /** For rows that do not say. */
  readonly defaults: { readonly framework?: NeoFramework; readonly dataInputShape?: NeoDataInputShape };
  /** What is listed, for the ETags that no row names. */
  readonly buckets: { readonly bucket: s3.IBucket; readonly keyPattern: string }[];
  readonly items?: object[];
  readonly file?: { readonly bucket: s3.IBucket; readonly key: string; readonly format: string };
  /** Archives whose keys begin with a prefix; their uploads can start an execution. */
  readonly listing?: { readonly bucket: s3.IBucket; readonly prefix: string };
  /** The buckets that rows may name; undefined where the rows do not come from a user. */
  readonly modelBuckets?: s3.IBucket[];
  /**
   * JSONata that wraps an item into `{Row, Digest}`: a row as `NeoFleetModels.fromManifest` documents it, and the digest of its model if that is
   * known. No `Row` where the item is no model.
   */
  readonly selector: string;
}
