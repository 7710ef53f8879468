import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { flatDimensions, type NeoCoreMlInput } from './core-ml-input';
import { isJson, isStringToken, readJson, toCompactJson } from './json';
import { formatValue, NeoValidationError } from '../util/errors';
import { having, isRecord, listOf, memberPath, NUMBER, optional, requireType, STRING, structOf } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';

const CORE_ML_SHAPE = having('a NeoCoreMlShape, such as NeoCoreMlShape.fixed(1, 224, 224, 3)', '_value');

const CORE_ML_TYPES: PropTypes<NeoCoreMlInput> = {
  shape: CORE_ML_SHAPE,
  defaultShape: optional(CORE_ML_SHAPE),
  type: optional(STRING),
  bias: optional(listOf(NUMBER)),
  scale: optional(NUMBER),
};

const CORE_ML_INPUT = structOf('a NeoCoreMlInput, such as { shape: NeoCoreMlShape.fixed(1, 224, 224, 3) }', CORE_ML_TYPES);

const LIMITS = { what: 'data input shape', min: 1, max: 16384 };

/**
 * Names and shapes of a model's inputs (`DataInputConfig`).
 *
 * Neo compiles for fixed sizes: every dimension, including the batch size, is an integer of at least 1. AWS documents images
 * as NHWC for TensorFlow and TensorFlow Lite, and as NCHW for Keras (even though its artifact is NHWC), MXNet, ONNX, DarkNet
 * and PyTorch. List the inputs in the order in which the model expects them. XGBoost needs no shape.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 *
 * @example
 * const image = NeoDataInputShape.of('input0', 1, 3, 224, 224);
 * const imageAndMask = NeoDataInputShape.of('image', 1, 3, 224, 224).withInput('mask', 1, 128);
 */
export class NeoDataInputShape {
  /**
   * Returns the shape of one input, such as `of('input0', 1, 3, 224, 224)`. To add more inputs, use `withInput`.
   *
   * @param inputName name of the input in the model
   * @param dimensions integers of at least 1
   */
  public static of(inputName: string, ...dimensions: number[]): NeoDataInputShape {
    requireInput(inputName, dimensions);
    return NeoDataInputShape.typed({ [inputName]: dimensions });
  }

  /**
   * Uses shapes by input name, in the order in which the model expects the inputs. This is for shapes that a program computes; for literal shapes,
   * `of` is shorter.
   *
   * JavaScript does not keep the order of names that are integers. For several inputs with such names, use `fromJson`.
   *
   * @param shapes dimensions by name, each an integer of at least 1
   */
  public static fromMap(shapes: { [inputName: string]: number[] }): NeoDataInputShape {
    return NeoDataInputShape.typed(mapInputs(shapes, copyShape));
  }

  /**
   * Uses shapes without names, in the order in which the model expects the inputs, such as `[[1, 3, 224, 224]]`. This is for PyTorch only.
   *
   * @param shapes one list of dimensions per input, each an integer of at least 1
   */
  public static fromList(shapes: number[][]): NeoDataInputShape {
    return NeoDataInputShape.typed(listInputs(shapes, copyShape));
  }

  /**
   * Uses inputs by name for the target `coreml`, which also accepts ranges, enumerated shapes and images.
   *
   * @param inputs shape and type of each input, by name
   */
  public static fromCoreMlInputs(inputs: { [inputName: string]: NeoCoreMlInput }): NeoDataInputShape {
    return NeoDataInputShape.typed(mapInputs(inputs, renderCoreMlInput));
  }

  /**
   * Uses inputs without names for a PyTorch model and the target `coreml`.
   *
   * @param inputs shape and type of each input, in the order in which the model expects them
   */
  public static fromCoreMlInputList(inputs: NeoCoreMlInput[]): NeoDataInputShape {
    return NeoDataInputShape.typed(listInputs(inputs, renderCoreMlInput));
  }

  /**
   * Uses a JSON string in the API's form, for shapes that the other methods do not support. The order of its keys is kept. The layout of an image
   * causes at most a warning, and not an error. Single quotes, as in AWS's examples, are replaced with double quotes.
   *
   * @param json JSON such as `{"input0":[1,3,224,224]}`, 1 to 16384 characters without white space
   */
  public static fromJson(json: string): NeoDataInputShape {
    if (isStringToken(json)) return new NeoDataInputShape(json, [], false, true);
    const { value, compact } = readJson(json, LIMITS, 'for numbers, use NeoDataInputShape.of');
    return new NeoDataInputShape(compact, readInputs(value), Array.isArray(value), true);
  }

  private static typed(value: unknown): NeoDataInputShape {
    const inputs = readInputs(value);
    if (!isJson(value)) {
      throw new NeoValidationError(`data input shape must consist of strings, numbers, lists and maps; got: ${formatValue(value)}`);
    }
    return new NeoDataInputShape(value, inputs, Array.isArray(value), false);
  }

  private constructor(
    private readonly value: unknown,
    /** @internal The inputs, as far as they are known at synthesis. */
    public readonly _inputs: ShapeInput[],
    /** @internal Whether the inputs have no names. */
    public readonly _isList: boolean,
    /** @internal Whether the shape was given as a JSON string. */
    public readonly _isRaw: boolean) {}

  /**
   * Returns a shape with an additional last input, such as `NeoDataInputShape.of('ids', 1, 128).withInput('mask', 1, 128)`.
   *
   * @param inputName name of the input in the model
   * @param dimensions integers of at least 1
   */
  public withInput(inputName: string, ...dimensions: number[]): NeoDataInputShape {
    requireInput(inputName, dimensions);
    const inputs = this.value;
    if (this._isRaw || !isRecord(inputs) || Token.isUnresolved(inputs)) {
      throw new NeoValidationError(`withInput needs inputs with names: start with NeoDataInputShape.of; got: ${formatValue(inputs)}`);
    }
    if (Object.keys(inputs).includes(inputName)) {
      throw new NeoValidationError(`inputName must differ from the names of the other inputs; got: ${formatValue(inputName)} twice`);
    }
    failWhenOrderIsLost([...Object.keys(inputs), inputName]);
    return NeoDataInputShape.typed({ ...inputs, [inputName]: dimensions });
  }

  /**
   * Returns the compact JSON that the API accepts. It may contain tokens anywhere.
   *
   * @param scope construct for which tokens are resolved
   */
  public toJson(scope: IConstruct): string {
    return this._isRaw ? this.value as string : toCompactJson(scope, this.value, LIMITS);
  }
}

function requireInput(inputName: string, dimensions: unknown[]): void {
  if (typeof inputName !== 'string' || inputName === '') {
    throw new NeoValidationError(`inputName must be the name of an input of the model; got: ${formatValue(inputName)}`);
  }
  flatDimensions("NeoDataInputShape.of('input0', ", dimensions);
}

/** Renders an input in the API's spelling. A token must resolve to that spelling. */
function renderCoreMlInput(input: NeoCoreMlInput, path: string): unknown {
  if (Token.isUnresolved(input)) return input;
  requireType(undefined, `inputs${path}`, input, CORE_ML_INPUT);
  const rendered = {
    shape: input.shape._value,
    default_shape: input.defaultShape?._value,
    type: input.type,
    bias: input.bias,
    scale: input.scale,
  };
  return Object.fromEntries(Object.entries(rendered).filter(([_, value]) => value !== undefined));
}

/** Copies a shape, because the user may change the array later. */
function copyShape(shape: number[]): unknown {
  return Array.isArray(shape) ? [...shape] : shape;
}

function mapInputs<T>(inputs: { [name: string]: T }, render: (input: T, path: string) => unknown): unknown {
  if (Token.isUnresolved(inputs)) return inputs;
  if (!isRecord(inputs)) {
    throw new NeoValidationError(`data input shape must be a map of shapes by input name: for a list, use NeoDataInputShape.fromList; got: ${formatValue(inputs)}`);
  }
  failWhenOrderIsLost(Object.keys(inputs));
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, render(input, memberPath(name))]));
}

function listInputs<T>(inputs: T[], render: (input: T, path: string) => unknown): unknown {
  if (Token.isUnresolved(inputs)) return inputs;
  if (!Array.isArray(inputs)) {
    throw new NeoValidationError(`data input shape must be a list of shapes: for a map, use NeoDataInputShape.fromMap; got: ${formatValue(inputs)}`);
  }
  return inputs.map((input, index) => render(input, `[${index}]`));
}

/**
 * One input of a model, as far as it is known at synthesis.
 */
export interface ShapeInput {
  /** Absent in a list of shapes. */
  readonly name?: string;
  /** The possible shapes: one, or several if Core ML enumerates them. A dimension may be a token or a range. */
  readonly shapes: readonly (readonly unknown[])[];
  /** The input in Core ML's form, an object with `shape` and other members. */
  readonly coreMl?: { readonly [key: string]: unknown };
}

/**
 * Reads a `DataInputConfig` in any of the documented forms, and fails if it has none of these. Unresolved parts are left out.
 */
function readInputs(value: unknown): ShapeInput[] {
  if (Token.isUnresolved(value)) return [];
  if (Array.isArray(value)) {
    failWhenEmpty(value, value.length);
    return value.flatMap((input, index) => readInput(input, `number ${index}`));
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    failWhenEmpty(value, entries.length);
    return entries.flatMap(([name, input]) => readInput(input, formatValue(name)).map((read) => ({ name, ...read })));
  }
  throw new NeoValidationError(`data input shape must be a map of shapes by input name or a list of shapes; got: ${formatValue(value)}`);
}

/**
 * Fails if JavaScript changes the order of the inputs, which it does by moving integer keys to the front. Neo matches the inputs of some frameworks
 * by their order.
 */
function failWhenOrderIsLost(names: readonly string[]): void {
  const moved = names.find((name) => /^(0|[1-9][0-9]*)$/.test(name));
  if (names.length > 1 && moved !== undefined) {
    throw new NeoValidationError(`input name ${formatValue(moved)} is an integer, and JavaScript moves such keys to the front of a map, so the order of the inputs `
      + `is lost: write the shapes as JSON with NeoDataInputShape.fromJson; got: ${formatValue(names)}`);
  }
}

function failWhenEmpty(value: unknown, count: number): void {
  if (count === 0) throw new NeoValidationError(`data input shape must describe at least one input: omit it to let Neo derive the inputs; got: ${formatValue(value)}`);
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
  throw new NeoValidationError(`shape of input ${which} must be a list of dimensions such as [1,3,224,224] (a list of shapes is [[1,3,224,224]]); `
    + `got: ${formatValue(input)}`);
}

function readShape(shape: unknown, which: string, ranges: boolean): readonly unknown[] {
  if (Token.isUnresolved(shape)) return [];
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new NeoValidationError(`shape of input ${which} must be a list of at least one dimension; got: ${formatValue(shape)}`);
  }
  // The loop uses indexes, because a hole in the list is a dimension without a size, too.
  for (let i = 0; i < shape.length; i++) checkDimension(shape[i], shape, which, ranges);
  return [...shape];
}

function checkDimension(dimension: unknown, shape: unknown, which: string, ranges: boolean): void {
  if (Number.isSafeInteger(dimension) && Number(dimension) >= 1 || Token.isUnresolved(dimension)) return;
  if (ranges && typeof dimension === 'string') {
    const bounds = /^([0-9]+)\.\.([0-9]+)$/.exec(dimension);
    if (bounds && Number(bounds[1]) >= 1 && Number(bounds[1]) <= Number(bounds[2])) return;
    throw new NeoValidationError(`range in the shape of input ${which} must be written '1..10', the smaller bound first and at least 1; got: ${formatValue(dimension)}`);
  }
  throw new NeoValidationError(`shape of input ${which} has the dimension ${formatValue(dimension)}: Neo compiles for fixed sizes, so give every dimension `
    + `an integer of at least 1, including the batch size; got: ${formatValue(shape)}`);
}
