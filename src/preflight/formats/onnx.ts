import { FormatError } from '../byte-reader';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';
import { INPUT_COST, readMessage, readSize, readText } from './protobuf';

/** The newest opset and IR version of ONNX releases, from onnx.helper.VERSION_TABLE of ONNX 1.23. */
const RELEASES: readonly { readonly release: string; readonly opset: number; readonly ir: number }[] = [
  { release: '1.5', opset: 10, ir: 5 },
  { release: '1.6', opset: 11, ir: 6 },
  { release: '1.7', opset: 12, ir: 7 },
  { release: '1.8', opset: 13, ir: 7 },
  { release: '1.9', opset: 14, ir: 7 },
  { release: '1.10', opset: 15, ir: 8 },
  { release: '1.11', opset: 16, ir: 8 },
  { release: '1.12', opset: 17, ir: 8 },
  { release: '1.13', opset: 18, ir: 8 },
  { release: '1.14', opset: 19, ir: 9 },
  { release: '1.15', opset: 20, ir: 9 },
  { release: '1.16', opset: 21, ir: 10 },
  { release: '1.17', opset: 22, ir: 10 },
  { release: '1.18', opset: 23, ir: 11 },
  { release: '1.19', opset: 24, ir: 12 },
  { release: '1.20', opset: 25, ir: 13 },
  { release: '1.21', opset: 26, ir: 13 },
  { release: '1.22', opset: 27, ir: 13 },
  { release: '1.23', opset: 28, ir: 14 },
];

/** The maximum number of files with weights in the result. */
const MAX_FILES = 100;

/** Reads a ModelProto: IR version (1), graph (7), opset imports (8). */
export function readOnnx(bytes: ByteReader): ModelFile {
  let ir: number | undefined, opset: number | undefined, graph: Graph | undefined;
  readMessage(bytes, {
    1: ({ value }) => { ir = value; },
    7: ({ content }) => { graph = readGraph(content); },
    8: ({ content }) => { opset = readOpset(content) ?? opset; },
  });
  if (ir === undefined || !graph) { throw new FormatError('it has no graph of ONNX'); }
  const { inputs, weights, externalData } = graph;
  return {
    inputs: inputs.filter(({ name }) => !weights.has(name!)),
    ...(externalData.size > 0 ? { externalData: [...externalData] } : {}),
    ...writtenBy(ir, opset),
  };
}

interface Graph {
  readonly inputs: ModelInput[];
  readonly weights: Set<string>;
  /** Files with weights. */
  readonly externalData: Set<string>;
}

/** Reads a GraphProto: initializers (5), inputs (11). Exporters from before IR version 4 list the weights among the inputs. */
function readGraph(bytes: ByteReader): Graph {
  const graph: Graph = { inputs: [], weights: new Set(), externalData: new Set() };
  readMessage(bytes, {
    5: ({ content }) => readWeights(content, graph),
    11: ({ content }) => {
      bytes.spend(INPUT_COST);
      graph.inputs.push(readInput(content));
    },
  });
  return graph;
}

/** Reads a TensorProto: name (8), external data (13), which contains key (1) and value (2). The value for the key "location" is a path. */
function readWeights(bytes: ByteReader, { weights, externalData }: Graph): void {
  readMessage(bytes, {
    8: field => { weights.add(readText(field)); },
    13: ({ content }) => {
      let key = '', value = '';
      readMessage(content, {
        1: field => { key = readText(field); },
        2: field => { value = readText(field); },
      });
      if (key === 'location' && externalData.size < MAX_FILES) { externalData.add(value); }
    },
  });
}

/** Reads a ValueInfoProto: name (1), type (2) > tensor_type (1) > shape (2) > dim (1). */
function readInput(bytes: ByteReader): ModelInput {
  let name = '';
  let dimensions: (number | undefined)[] | undefined;
  readMessage(bytes, {
    1: field => { name = readText(field); },
    2: {
      1: {
        2: ({ content }) => {
          const sizes: (number | undefined)[] = dimensions = [];
          readMessage(content, { 1: dimension => { sizes.push(readSize(dimension)); } });
        },
      },
    },
  });
  return { name, dimensions };
}

/** Reads an OperatorSetIdProto: domain (1), version (2). Only ONNX's own operators count, whose domain is empty. */
function readOpset(bytes: ByteReader): number | undefined {
  let domain = '';
  let version: number | undefined;
  readMessage(bytes, {
    1: field => { domain = readText(field); },
    2: ({ value }) => { version = value; },
  });
  return domain === '' || domain === 'ai.onnx' ? version : undefined;
}

function writtenBy(ir: number, opset: number | undefined): Pick<ModelFile, 'writtenBy'> {
  const release = RELEASES.find(known => known.ir >= ir && known.opset >= (opset ?? 0))?.release ?? 'later than 1.23';
  return { writtenBy: { version: release, orNewer: true, because: `IR version ${ir}${opset === undefined ? '' : `, opset ${opset}`}` } };
}
