import { Token } from 'aws-cdk-lib';
import { NeoValidationError, formatValue } from '../util/errors';
import { isRecord } from '../util/prop-types';

/**
 * One input of a model, as far as it is known at synthesis.
 */
export interface ShapeInput {
  /** Absent in a list of shapes. */
  readonly name?: string;
  /** The shapes it may have: one, or several where Core ML enumerates them. A dimension may be a token or a range. */
  readonly shapes: readonly (readonly unknown[])[];
  /** Core ML's form, an object with `shape` and more. */
  readonly coreMl?: { readonly [key: string]: unknown };
}

/**
 * Reads a `DataInputConfig` in any of the documented forms and fails where no form allows what it says.
 * What is unresolved is left out.
 */
export function readInputs(value: unknown): ShapeInput[] {
  if (Token.isUnresolved(value)) return [];
  if (Array.isArray(value)) {
    failWhenEmpty(value.length);
    return value.flatMap((input, index) => readInput(input, `number ${index}`));
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    failWhenEmpty(entries.length);
    return entries.flatMap(([name, input]) => readInput(input, formatValue(name)).map((read) => ({ name, ...read })));
  }
  throw new NeoValidationError(`data input shape must be a map of shapes by input name or a list of shapes; got: ${formatValue(value)}`);
}

/**
 * Fails when the order of the inputs is not the author's: JavaScript moves keys that are integers to the front,
 * and Neo matches the inputs of some frameworks by their order.
 */
export function failWhenOrderIsLost(names: readonly string[]): void {
  const moved = names.find((name) => /^(0|[1-9][0-9]*)$/.test(name));
  if (names.length > 1 && moved !== undefined) {
    throw new NeoValidationError(`input name ${formatValue(moved)} is an integer, and JavaScript moves such keys to the front of a map, so the order of the inputs `
      + 'is lost: write the shapes as JSON with NeoDataInputShape.fromJson');
  }
}

function failWhenEmpty(count: number): void {
  if (count === 0) throw new NeoValidationError('data input shape must describe at least one input; omit it to let Neo derive the inputs');
}

function readInput(input: unknown, which: string): Omit<ShapeInput, 'name'>[] {
  if (Token.isUnresolved(input)) return [];
  if (Array.isArray(input)) return [{ shapes: [readShape(input, which, false)] }];
  if (isRecord(input) && 'shape' in input) {
    if (input.default_shape !== undefined) readShape(input.default_shape, which, false);
    if (Token.isUnresolved(input.shape)) return [{ shapes: [], coreMl: input }];
    const enumerated = Array.isArray(input.shape) && input.shape.length > 0 && input.shape.every((shape) => Array.isArray(shape));
    const shapes = enumerated ? input.shape as unknown[] : [input.shape];
    return [{ shapes: shapes.map((shape) => readShape(shape, which, !enumerated)), coreMl: input }];
  }
  throw new NeoValidationError(`shape of input ${which} must be a list of dimensions such as [1,3,224,224] (a list of shapes is [[1,3,224,224]]), `
    + `got: ${formatValue(input)}`);
}

function readShape(shape: unknown, which: string, ranges: boolean): readonly unknown[] {
  if (Token.isUnresolved(shape)) return [];
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new NeoValidationError(`shape of input ${which} must be a list of at least one dimension; got: ${formatValue(shape)}`);
  }
  // By index: a hole in the list is a dimension without a size, too.
  for (let i = 0; i < shape.length; i++) checkDimension(shape[i], shape, which, ranges);
  return [...shape];
}

function checkDimension(dimension: unknown, shape: unknown, which: string, ranges: boolean): void {
  if (isSize(dimension) || Token.isUnresolved(dimension)) return;
  if (ranges && typeof dimension === 'string') {
    const bounds = /^([0-9]+)\.\.([0-9]+)$/.exec(dimension);
    if (bounds && Number(bounds[1]) >= 1 && Number(bounds[1]) <= Number(bounds[2])) return;
    throw new NeoValidationError(`range in the shape of input ${which} must be written '1..10', the smaller bound first and at least 1; got: ${formatValue(dimension)}`);
  }
  throw new NeoValidationError(`shape of input ${which} has the dimension ${formatValue(dimension)}: Neo compiles for fixed sizes, so give every dimension `
    + `an integer of at least 1, including the batch size; got: ${formatValue(shape)}`);
}

function isSize(dimension: unknown): boolean {
  return typeof dimension === 'number' && Number.isSafeInteger(dimension) && dimension >= 1;
}
