import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { NeoCoreMlInput } from './core-ml-input';
import { isJson, minifyJson, parseJson, toCompactJson, withinLimits } from './json';
import { failWhenOrderIsLost, readInputs, ShapeInput } from './shape-inputs';
import { NeoValidationError, formatValue } from '../util/errors';
import { having, isRecord, listOf, NUMBER, optional, requireTypes, STRING, type PropTypes } from '../util/prop-types';

const CORE_ML_SHAPE = having('a NeoCoreMlShape, such as NeoCoreMlShape.fixed(1, 224, 224, 3)', '_value');

const CORE_ML_TYPES: PropTypes<NeoCoreMlInput> = {
  shape: CORE_ML_SHAPE,
  defaultShape: optional(CORE_ML_SHAPE),
  type: optional(STRING),
  bias: optional(listOf(NUMBER)),
  scale: optional(NUMBER),
};

const LIMITS = { what: 'data input shape', min: 1, max: 16384 };

/**
 * Names and shapes of a model's inputs (`DataInputConfig`).
 *
 * Neo compiles for fixed sizes: every dimension, including the batch size, is an integer of at least 1. AWS documents images
 * as NHWC for TensorFlow and TensorFlow Lite, and as NCHW for Keras (even though its artifact is NHWC), MXNet, ONNX, DarkNet
 * and PyTorch. List the inputs in the order in which the model takes them. XGBoost needs no shape.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 *
 * @example
 * const image = NeoDataInputShape.of('input0', 1, 3, 224, 224);
 * const imageAndMask = NeoDataInputShape.of('image', 1, 3, 224, 224).withInput('mask', 1, 128);
 */
export class NeoDataInputShape {
  /**
   * The shape of the first input, for example `of('input0', 1, 3, 224, 224)`; `withInput` adds more inputs.
   *
   * @param inputName name of the input in the model
   * @param dimensions integers of at least 1
   */
  public static of(inputName: string, ...dimensions: number[]): NeoDataInputShape {
    requireInput(inputName, dimensions);
    return NeoDataInputShape.typed({ [inputName]: dimensions });
  }

  /**
   * Shapes that a program computes, by input name, in the order in which the model takes the inputs. For shapes that you
   * write down, `of` is shorter.
   *
   * JavaScript does not keep the order of names that are integers: for several inputs with such names, use `fromJson`.
   *
   * @param shapes dimensions by name, each an integer of at least 1
   */
  public static fromMap(shapes: { [inputName: string]: number[] }): NeoDataInputShape {
    failUnlessMap(shapes);
    return NeoDataInputShape.typed(copyMap(shapes, (shape) => Array.isArray(shape) && !Token.isUnresolved(shape) ? [...shape] : shape));
  }

  /**
   * Shapes without names, in the order in which the model takes the inputs, for example `[[1, 3, 224, 224]]`. Only PyTorch
   * takes these.
   *
   * @param shapes one list of dimensions per input, each an integer of at least 1
   */
  public static fromList(shapes: number[][]): NeoDataInputShape {
    failUnlessList(shapes);
    return NeoDataInputShape.typed(copyList(shapes, (shape) => Array.isArray(shape) && !Token.isUnresolved(shape) ? [...shape] : shape));
  }

  /**
   * Inputs by name for the target `coreml`, which also takes ranges, enumerated shapes and images.
   *
   * @param inputs shape and type of each input, by name
   */
  public static fromCoreMlInputs(inputs: { [inputName: string]: NeoCoreMlInput }): NeoDataInputShape {
    failUnlessMap(inputs);
    return NeoDataInputShape.typed(copyMap(inputs, renderCoreMlInput));
  }

  /**
   * Inputs without names for a PyTorch model and the target `coreml`.
   *
   * @param inputs shape and type of each input, in the order in which the model takes them
   */
  public static fromCoreMlInputList(inputs: NeoCoreMlInput[]): NeoDataInputShape {
    failUnlessList(inputs);
    return NeoDataInputShape.typed(copyList(inputs, renderCoreMlInput));
  }

  /**
   * The JSON that the API takes, for forms that the other methods do not know. The order of its keys is kept, and a wrong
   * layout of an image is then never an error, only a warning.
   *
   * @param json for example `{"input0":[1,3,224,224]}`, 1 to 16384 characters without white space
   */
  public static fromJson(json: string): NeoDataInputShape {
    if (Token.isUnresolved(json)) return new NeoDataInputShape(json, [], false, true);
    if (typeof json !== 'string') {
      throw new NeoValidationError(`data input shape must be a string of JSON; for shapes in numbers, use NeoDataInputShape.of; got: ${formatValue(json)}`);
    }
    const value = parseJson(json, LIMITS.what);
    return new NeoDataInputShape(withinLimits(minifyJson(json), LIMITS), readInputs(value), Array.isArray(value), true);
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
    /** @internal What is known of the inputs at synthesis. */
    public readonly _inputs: ShapeInput[],
    /** @internal Whether the inputs have no names. */
    public readonly _isList: boolean,
    /** @internal Whether it was given as text. */
    public readonly _isRaw: boolean) {}

  /**
   * Adds an input after those that are there, as `NeoDataInputShape.of('ids', 1, 128).withInput('mask', 1, 128)`.
   *
   * @param inputName name of the input in the model
   * @param dimensions integers of at least 1
   */
  public withInput(inputName: string, ...dimensions: number[]): NeoDataInputShape {
    requireInput(inputName, dimensions);
    const inputs = this.value;
    if (this._isRaw || !isRecord(inputs) || Token.isUnresolved(inputs)) {
      throw new NeoValidationError(`withInput needs inputs with names: begin with NeoDataInputShape.of; got: ${formatValue(inputs)}`);
    }
    if (Object.keys(inputs).includes(inputName)) {
      throw new NeoValidationError(`inputName must differ from the names of the other inputs; got: ${formatValue(inputName)} twice`);
    }
    failWhenOrderIsLost([...Object.keys(inputs), inputName]);
    return NeoDataInputShape.typed({ ...inputs, [inputName]: dimensions });
  }

  /**
   * The compact JSON that the API takes. Tokens may stand anywhere in it.
   *
   * @param scope construct that the tokens in it are resolved for
   */
  public toJson(scope: IConstruct): string {
    return this._isRaw ? this.value as string : toCompactJson(scope, this.value, LIMITS);
  }
}

function requireInput(inputName: string, dimensions: unknown[]): void {
  if (typeof inputName !== 'string' || inputName === '') {
    throw new NeoValidationError(`inputName must be the name of an input of the model; got: ${formatValue(inputName)}`);
  }
  if (dimensions.length === 1 && Array.isArray(dimensions[0])) {
    throw new NeoValidationError(`dimensions must be separate arguments, such as NeoDataInputShape.of('input0', 1, 3, 224, 224); got: ${formatValue(dimensions[0])}`);
  }
}

/** In the API's own spelling. */
function renderCoreMlInput(input: NeoCoreMlInput): { [key: string]: unknown } {
  requireTypes(undefined, input, CORE_ML_TYPES, 'input');
  const rendered = {
    shape: input.shape._value,
    default_shape: input.defaultShape?._value,
    type: input.type,
    bias: input.bias,
    scale: input.scale,
  };
  return Object.fromEntries(Object.entries(rendered).filter(([_, value]) => value !== undefined));
}

function failUnlessMap(value: unknown): void {
  if (Token.isUnresolved(value)) return;
  if (!isRecord(value)) {
    throw new NeoValidationError(`data input shape must be a map of shapes by input name; for a list, use NeoDataInputShape.fromList; got: ${formatValue(value)}`);
  }
  failWhenOrderIsLost(Object.keys(value));
}

function failUnlessList(value: unknown): void {
  if (!Token.isUnresolved(value) && !Array.isArray(value)) {
    throw new NeoValidationError(`data input shape must be a list of shapes; for a map, use NeoDataInputShape.fromMap; got: ${formatValue(value)}`);
  }
}

function copyMap<T>(map: { [name: string]: T }, copy: (item: T) => unknown): unknown {
  return Token.isUnresolved(map) ? map : Object.fromEntries(Object.entries(map).map(([name, item]) => [name, copy(item)]));
}

function copyList<T>(list: T[], copy: (item: T) => unknown): unknown {
  return Token.isUnresolved(list) ? list : list.map(copy);
}
