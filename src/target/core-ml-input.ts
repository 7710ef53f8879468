import { Token } from 'aws-cdk-lib';
import { NeoValidationError, formatValue } from '../util/errors';

/**
 * The form in which a Core ML model accepts an input.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export enum NeoCoreMlInputType {
  /** An image, which requires bias and scale. */
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
   * Returns a fixed shape, such as `fixed(1, 224, 224, 3)`.
   *
   * @param dimensions integers of at least 1
   */
  public static fixed(...dimensions: number[]): NeoCoreMlShape {
    const range = dimensions.find(dimension => typeof dimension === 'string' && !Token.isUnresolved(dimension));
    if (range !== undefined) {
      throw new NeoValidationError(`dimensions of a fixed shape must be integers of at least 1: for ranges, use NeoCoreMlShape.range; got: ${formatValue(range)}`);
    }
    return new NeoCoreMlShape(flatDimensions('NeoCoreMlShape.fixed(', dimensions));
  }

  /**
   * Returns a shape whose dimensions may be ranges, such as `range('1..10', 224, 224, 3)`.
   *
   * @param dimensions integers of at least 1, or ranges such as `'1..10'`
   */
  public static range(...dimensions: (number | string)[]): NeoCoreMlShape {
    return new NeoCoreMlShape(flatDimensions('NeoCoreMlShape.range(', dimensions));
  }

  /**
   * Returns a choice of fixed shapes, such as `enumerated(NeoCoreMlShape.fixed(1, 224, 224, 3), NeoCoreMlShape.fixed(1, 160, 160, 3))`.
   *
   * @param shapes at least one shape that `fixed` returned
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
   * The default size of an input with ranges or enumerated shapes. It must be a shape that `NeoCoreMlShape.fixed` returned.
   *
   * @default - the converter chooses one
   */
  readonly defaultShape?: NeoCoreMlShape;

  /**
   * The form in which the model accepts the input.
   *
   * @default NeoCoreMlInputType.TENSOR
   */
  readonly type?: NeoCoreMlInputType;

  /**
   * Offset of each channel. It is required for an image.
   *
   * @default - none
   */
  readonly bias?: number[];

  /**
   * Factor for every value of an image. It is required for an image.
   *
   * @default - none
   */
  readonly scale?: number;
}

/** Fails for a list instead of separate arguments, which callers without types often pass. */
export function flatDimensions<T>(call: string, dimensions: T[]): T[] {
  if (dimensions.length === 1 && Array.isArray(dimensions[0])) {
    throw new NeoValidationError(`dimensions must be separate arguments, such as ${call}1, 3, 224, 224); got: ${formatValue(dimensions[0])}`);
  }
  return dimensions;
}
