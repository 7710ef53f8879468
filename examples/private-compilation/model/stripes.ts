import type { Graph, Tensor } from './onnx';

/** The classes that the model distinguishes, in the order of its output. */
export const CLASSES = ['smooth', 'vertical stripes', 'horizontal stripes'];

/** The name and the shape of the input. Neo requires NCHW for ONNX. */
export const INPUT = { name: 'image', shape: [1, 3, 32, 32] };

/**
 * A small network that detects the direction of stripes in an image. It was not trained. Its four filters compute the differences between
 * neighboring pixels (right, left, below, above), summed over the colors. Their averages determine the class.
 */
export const STRIPES: Graph = {
  name: 'stripes',
  input: INPUT,
  output: { name: 'probabilities', shape: [1, CLASSES.length] },
  weights: [
    filters('filters'),
    { name: 'decision', shape: [4, 3], values: [0, 40, 0, 0, 40, 0, 0, 0, 40, 0, 0, 40] },
    { name: 'bias', shape: [3], values: [4, 0, 0] },
  ],
  nodes: [
    { operator: 'Conv', inputs: ['image', 'filters'], output: 'edges', attributes: { kernel_shape: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0] } },
    { operator: 'Relu', inputs: ['edges'], output: 'strength' },
    { operator: 'GlobalAveragePool', inputs: ['strength'], output: 'average' },
    { operator: 'Flatten', inputs: ['average'], output: 'features', attributes: { axis: 1 } },
    { operator: 'Gemm', inputs: ['features', 'decision', 'bias'], output: 'scores', attributes: { alpha: { float: 1 }, beta: { float: 1 } } },
    { operator: 'Softmax', inputs: ['scores'], output: 'probabilities', attributes: { axis: 1 } },
  ],
};

/** Four 3x3 filters for three colors each. */
function filters(name: string): Tensor {
  const kernels = [
    [[0, 0, 0], [0, -1, 1], [0, 0, 0]],
    [[0, 0, 0], [1, -1, 0], [0, 0, 0]],
    [[0, 0, 0], [0, -1, 0], [0, 1, 0]],
    [[0, 1, 0], [0, -1, 0], [0, 0, 0]],
  ];
  return { name, shape: [4, 3, 3, 3], values: kernels.flatMap(kernel => Array(3).fill(kernel.flat().map(weight => weight / 3)).flat()) };
}
