import type { NeoBucketModelOptions, NeoModelOptions } from './model';
import { NeoValidationError } from '../util/errors';
import { optional, requireTypes, TEXT, type PropTypes } from '../util/prop-types';
import { FRAMEWORK, SHAPE } from '../util/resource-types';

const TYPES: PropTypes<NeoModelOptions> = { framework: FRAMEWORK, dataInputShape: optional(SHAPE) };
const BUCKET_TYPES: PropTypes<NeoBucketModelOptions> = { ...TYPES, modelVersion: optional(TEXT) };

/** What must be known of every model. */
export function requireOptions(options: NeoModelOptions): void {
  requireFramework(options);
  requireTypes(undefined, options, TYPES, 'options');
}

export function requireBucketOptions(options: NeoBucketModelOptions): void {
  requireFramework(options);
  requireTypes(undefined, options, BUCKET_TYPES, 'options');
}

/** What is forgotten most often has a message of its own. */
function requireFramework(options: NeoModelOptions): void {
  if (options?.framework === undefined) {
    throw new NeoValidationError('framework must be given: Neo cannot tell it from the archive; got: undefined');
  }
}
