import { Field, float, floats, integer, message, text } from './protobuf';

/**
 * Writes ONNX model files. The field numbers are those of ONNX's schema.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** An operation of the graph, with the names of its inputs and outputs. */
export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Attributes are integers, lists of integers, or `{ float }`. */
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

export interface ValueInfo {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly weights: readonly Tensor[];
  readonly input: ValueInfo;
  readonly output: ValueInfo;
}

/** Neo reads ONNX 1.7.0, which is IR version 7 and operator set 12 at most. */
const IR_VERSION = 6;
const OPERATOR_SET = 11;

const FLOAT = 1;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

export function onnxModel(graph: Graph): Buffer {
  return Buffer.concat([
    integer(1, IR_VERSION),
    text(2, 'cdk-sagemaker-neo'),
    message(7,
      ...graph.nodes.map(node => message(1, ...nodeFields(node))),
      text(2, graph.name),
      ...graph.weights.map(weight => message(5, ...tensorFields(weight))),
      message(11, ...valueFields(graph.input)),
      message(12, ...valueFields(graph.output)),
    ),
    message(8, text(1, ''), integer(2, OPERATOR_SET)),
  ]);
}

function nodeFields({ operator, inputs, output, attributes = {} }: Node): Field[] {
  return [
    ...inputs.map(input => text(1, input)),
    text(2, output),
    text(3, `${operator}_${output}`),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, text(1, name), ...attributeFields(value))),
  ];
}

function attributeFields(value: number | readonly number[] | { readonly float: number }): Field[] {
  if (typeof value === 'number') { return [integer(3, value), integer(20, ATTRIBUTE_INT)]; }
  if ('float' in value) { return [float(2, value.float), integer(20, ATTRIBUTE_FLOAT)]; }
  return [...value.map(item => integer(8, item)), integer(20, ATTRIBUTE_INTS)];
}

function tensorFields({ name, shape, values }: Tensor): Field[] {
  return [...shape.map(size => integer(1, size)), integer(2, FLOAT), floats(4, values), text(8, name)];
}

function valueFields({ name, shape }: ValueInfo): Field[] {
  const dimensions = shape.map(size => message(1, integer(1, size)));
  return [text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dimensions)))];
}
