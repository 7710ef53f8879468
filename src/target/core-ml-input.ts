import { ANYTHING, having, listOf, NUMBER, optional, requireType, requireTypes, TEXT, type PropTypes } from '../util/prop-types';

/**
 * How a Core ML model takes an input.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export enum NeoCoreMlInputType {
  /** A picture; needs bias and scale. */
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
 * NeoCoreMlShape.range(['1..10', 224, 224, 3]);
 */
export class NeoCoreMlShape {
  /**
   * One shape.
   *
   * @param dimensions whole numbers of at least 1
   */
  public static fixed(dimensions: number[]): NeoCoreMlShape {
    return new NeoCoreMlShape(dimensions);
  }

  /**
   * One shape in which dimensions may be ranges, for example `['1..10', 224, 224, 3]`.
   *
   * @param dimensions each a whole number of at least 1, or a text `'from..to'`
   */
  public static range(dimensions: any[]): NeoCoreMlShape {
    return new NeoCoreMlShape(dimensions);
  }

  /**
   * A choice of shapes, for example `[[1, 224, 224, 3], [1, 160, 160, 3]]`.
   *
   * @param shapes at least one, each of whole numbers of at least 1
   */
  public static enumerated(shapes: number[][]): NeoCoreMlShape {
    // A list of sizes would be taken as a single shape.
    requireType(undefined, 'shapes', shapes, listOf(listOf(ANYTHING)));
    return new NeoCoreMlShape(shapes);
  }

  private constructor(
    /** @internal */
    public readonly _value: any[]) {}
}

/**
 * An input of a model that is compiled for Core ML.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InputConfig.html
 */
export interface NeoCoreMlInput {
  /**
   * The sizes that it may have.
   */
  readonly shape: NeoCoreMlShape;

  /**
   * The size that it has unless told otherwise, for ranges and enumerated shapes.
   *
   * @default - chosen by the converter
   */
  readonly defaultShape?: number[];

  /**
   * How the model takes it.
   *
   * @default NeoCoreMlInputType.TENSOR
   */
  readonly type?: NeoCoreMlInputType;

  /**
   * Offset of each channel, required for an image.
   *
   * @default - none
   */
  readonly bias?: number[];

  /**
   * Factor for every value of a picture, required for an image.
   *
   * @default - none
   */
  readonly scale?: number;
}

const TYPES: PropTypes<NeoCoreMlInput> = {
  shape: having('a NeoCoreMlShape, such as NeoCoreMlShape.fixed([1, 224, 224, 3])', '_value'),
  defaultShape: optional(ANYTHING),
  type: optional(TEXT),
  bias: optional(listOf(NUMBER)),
  scale: optional(NUMBER),
};

/**
 * In the API's own spelling.
 *
 * @internal
 */
export function renderCoreMlInput(input: NeoCoreMlInput): { [key: string]: unknown } {
  requireTypes(undefined, input, TYPES, 'input');
  const rendered = {
    shape: input.shape._value,
    default_shape: input.defaultShape,
    type: input.type,
    bias: input.bias,
    scale: input.scale,
  };
  return Object.fromEntries(Object.entries(rendered).filter(([_, value]) => value !== undefined));
}
