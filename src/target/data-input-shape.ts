import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NeoCoreMlInput, renderCoreMlInput } from './core-ml-input';
import { isJson, minifyJson, parseJson, toCompactJson, withinLimits } from './json';
import { failWhenOrderIsLost, readInputs, ShapeInput } from './shape-inputs';
import { NeoValidationError, shown } from '../util/errors';
import { isRecord } from '../util/prop-types';

const LIMITS = { what: 'data input shape', min: 1, max: 16384 };

/**
 * Names and shapes of a model's inputs (`DataInputConfig`).
 *
 * Neo compiles for fixed sizes: every dimension is a whole number of at least 1, the batch size too. Images are NHWC for
 * TensorFlow and TensorFlow Lite, and NCHW for Keras (even though its artifact is NHWC), MXNet, ONNX, DarkNet and PyTorch.
 * Inputs are listed in the order in which the model takes them. XGBoost needs no shape.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html
 *
 * @example
 * NeoDataInputShape.fromMap({ input0: [1, 3, 224, 224] });
 */
export class NeoDataInputShape {
  /**
   * Shapes by input name, in the order in which the model takes them, for example `{ input0: [1, 3, 224, 224] }`.
   *
   * Names that are whole numbers lose their order in JavaScript: with several inputs use `fromJson` for those.
   *
   * @param shapes dimensions by name, each a whole number of at least 1
   */
  public static fromMap(shapes: { [inputName: string]: number[] }): NeoDataInputShape {
    failUnlessMap(shapes);
    return NeoDataInputShape.typed(copyMap(shapes, (shape) => Array.isArray(shape) && !Token.isUnresolved(shape) ? [...shape] : shape));
  }

  /**
   * Shapes without names, in the order in which the model takes them, for example `[[1, 3, 224, 224]]`: PyTorch only.
   *
   * @param shapes one list of dimensions per input, each a whole number of at least 1
   */
  public static fromList(shapes: number[][]): NeoDataInputShape {
    failUnlessList(shapes);
    return NeoDataInputShape.typed(copyList(shapes, (shape) => Array.isArray(shape) && !Token.isUnresolved(shape) ? [...shape] : shape));
  }

  /**
   * Inputs by name for the target `coreml`, which also takes ranges and choices of sizes, and pictures.
   *
   * @param inputs sizes and kind, by name
   */
  public static fromCoreMlInputs(inputs: { [inputName: string]: NeoCoreMlInput }): NeoDataInputShape {
    failUnlessMap(inputs);
    return NeoDataInputShape.typed(copyMap(inputs, renderCoreMlInput));
  }

  /**
   * Inputs without names for a PyTorch model and the target `coreml`.
   *
   * @param inputs sizes and kind, in the model's order
   */
  public static fromCoreMlInputList(inputs: NeoCoreMlInput[]): NeoDataInputShape {
    failUnlessList(inputs);
    return NeoDataInputShape.typed(copyList(inputs, renderCoreMlInput));
  }

  /**
   * The JSON that the API takes, as text: for forms that the other methods do not know. The order of its keys is kept.
   * What the text says about the layout of images is not an error then, only a warning.
   *
   * @param json for example `{"input0":[1,3,224,224]}`, 1 to 16384 characters without white space
   */
  public static fromJson(json: string): NeoDataInputShape {
    if (Token.isUnresolved(json)) return new NeoDataInputShape(json, [], false, true);
    if (typeof json !== 'string') {
      throw new NeoValidationError(`data input shape must be a text with JSON here; for a map use NeoDataInputShape.fromMap; got: ${shown(json)}`);
    }
    const value = parseJson(json, LIMITS.what);
    return new NeoDataInputShape(withinLimits(minifyJson(json), LIMITS), readInputs(value), Array.isArray(value), true);
  }

  private static typed(value: unknown): NeoDataInputShape {
    const inputs = readInputs(value);
    if (!isJson(value)) {
      throw new NeoValidationError(`data input shape must be texts, numbers, lists and maps of those; got: ${shown(value)}`);
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
   * The compact JSON that the API takes; tokens may stand anywhere in it.
   *
   * @param scope construct that the tokens in it are resolved for
   */
  public toJson(scope: IConstruct): string {
    return this._isRaw ? this.value as string : toCompactJson(scope, this.value, LIMITS);
  }
}

function failUnlessMap(value: unknown): void {
  if (Token.isUnresolved(value)) return;
  if (!isRecord(value)) {
    throw new NeoValidationError(`data input shape must be a map of shapes by input name; for a list use NeoDataInputShape.fromList; got: ${shown(value)}`);
  }
  failWhenOrderIsLost(Object.keys(value));
}

function failUnlessList(value: unknown): void {
  if (!Token.isUnresolved(value) && !Array.isArray(value)) {
    throw new NeoValidationError(`data input shape must be a list of shapes; for a map use NeoDataInputShape.fromMap; got: ${shown(value)}`);
  }
}

function copyMap<T>(map: { [name: string]: T }, copy: (item: T) => unknown): unknown {
  return Token.isUnresolved(map) ? map : Object.fromEntries(Object.entries(map).map(([name, item]) => [name, copy(item)]));
}

function copyList<T>(list: T[], copy: (item: T) => unknown): unknown {
  return Token.isUnresolved(list) ? list : list.map(copy);
}
