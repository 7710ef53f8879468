import { NeoValidationError, formatValue } from '../util/errors';

/**
 * How a Core ML model takes an input.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export enum NeoCoreMlInputType {
  /** An image; needs bias and scale. */
  IMAGE = 'Image',
  /** A multi-dimensional array. */
  TENSOR = 'Tensor',
}

/**
 * The sizes that an input of a Core ML model may have.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 *
 * @example
 * const shape = NeoCoreMlShape.range('1..10', 224, 224, 3);
 */
export class NeoCoreMlShape {
  /**
   * One fixed shape, for example `fixed(1, 224, 224, 3)`.
   *
   * @param dimensions integers of at least 1
   */
  public static fixed(...dimensions: number[]): NeoCoreMlShape {
    return new NeoCoreMlShape(flatDimensions('fixed', dimensions));
  }

  /**
   * One shape in which dimensions may be ranges, for example `range('1..10', 224, 224, 3)`.
   *
   * @param dimensions integers of at least 1, or ranges such as `'1..10'`
   */
  public static range(...dimensions: (number | string)[]): NeoCoreMlShape {
    return new NeoCoreMlShape(flatDimensions('range', dimensions));
  }

  /**
   * A choice of fixed shapes, for example
   * `enumerated(NeoCoreMlShape.fixed(1, 224, 224, 3), NeoCoreMlShape.fixed(1, 160, 160, 3))`.
   *
   * @param shapes at least one shape made by `fixed`
   */
  public static enumerated(...shapes: NeoCoreMlShape[]): NeoCoreMlShape {
    for (const shape of shapes) {
      if (!Array.isArray(shape?._value) || shape._value.some(Array.isArray)) {
        throw new NeoValidationError('shapes must each be a fixed shape, such as NeoCoreMlShape.fixed(1, 224, 224, 3); '
          + `got: ${formatValue(shape?._value ?? shape)}`);
      }
    }
    return new NeoCoreMlShape(shapes.map(({ _value }) => _value));
  }

  private constructor(
    /** @internal Dimensions, or a list of them. */
    public readonly _value: unknown[]) {}
}

/**
 * An input of a model that is compiled for Core ML.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoCoreMlInput {
  /**
   * The sizes that the input may have.
   */
  readonly shape: NeoCoreMlShape;

  /**
   * The size that the input has by default, for ranges and enumerated shapes: a shape made by `NeoCoreMlShape.fixed`.
   *
   * @default - the converter chooses one
   */
  readonly defaultShape?: NeoCoreMlShape;

  /**
   * How the model takes the input.
   *
   * @default NeoCoreMlInputType.TENSOR
   */
  readonly type?: NeoCoreMlInputType;

  /**
   * Offset of each channel; required for an image.
   *
   * @default - none
   */
  readonly bias?: number[];

  /**
   * Factor for every value of an image; required for an image.
   *
   * @default - none
   */
  readonly scale?: number;
}

/** Callers without types often pass a list instead of arguments. */
function flatDimensions<T>(method: string, dimensions: T[]): T[] {
  if (dimensions.length === 1 && Array.isArray(dimensions[0])) {
    throw new NeoValidationError(`dimensions must be separate arguments, such as NeoCoreMlShape.${method}(1, 224, 224, 3); got: ${formatValue(dimensions[0])}`);
  }
  return dimensions;
}
