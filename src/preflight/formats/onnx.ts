import { readMessage, readText } from './protobuf';
import { FormatError, type ByteReader, ModelFile, ModelInput } from '../byte-reader';

/** The newest opset and IR version of ONNX releases, by the table of versions in ONNX's repository (docs/Versioning.md). */
const RELEASES: readonly { readonly release: string; readonly opset: number; readonly ir: number }[] = [
  { release: '1.5', opset: 10, ir: 5 },
  { release: '1.6', opset: 11, ir: 6 },
  { release: '1.7', opset: 12, ir: 7 },
  { release: '1.8', opset: 13, ir: 7 },
  { release: '1.9', opset: 14, ir: 7 },
  { release: '1.10', opset: 15, ir: 8 },
  { release: '1.12', opset: 17, ir: 8 },
  { release: '1.13', opset: 18, ir: 8 },
  { release: '1.14', opset: 19, ir: 9 },
  { release: '1.15', opset: 20, ir: 9 },
  { release: '1.16', opset: 21, ir: 10 },
];

/** A ModelProto: IR version (1), graph (7), opset imports (8). */
export function readOnnx(bytes: ByteReader): ModelFile {
  let ir: number | undefined, opset: number | undefined, graph: Graph | undefined;
  readMessage(bytes, ({ number, value, content }) => {
    if (number === 1) { ir = value; }
    if (number === 7 && content) { graph = readGraph(content); }
    if (number === 8 && content) { opset = readOpset(content) ?? opset; }
  });
  if (ir === undefined || !graph) { throw new FormatError('it has no graph of ONNX'); }
  return { inputs: graph.inputs.filter(({ name }) => !graph!.weights.has(name!)), ...writtenBy(ir, opset) };
}

interface Graph {
  readonly inputs: ModelInput[];
  readonly weights: Set<string>;
}

/** A GraphProto: initializers (5), inputs (11). Exporters of before IR version 4 list the weights among the inputs. */
function readGraph(bytes: ByteReader): Graph {
  const graph: Graph = { inputs: [], weights: new Set() };
  readMessage(bytes, ({ number, content }) => {
    if (number === 5 && content) {
      readMessage(content, field => { if (field.number === 8) { graph.weights.add(readText(field.content)); } });
    }
    if (number === 11 && content) { graph.inputs.push(readInput(content)); }
  });
  return graph;
}

/** A ValueInfoProto: name (1), type (2), in it tensor_type (1), in it shape (2), in it dim (1), in it dim_value (1). */
function readInput(bytes: ByteReader): ModelInput {
  let name = '';
  let dimensions: (number | undefined)[] | undefined;
  readMessage(bytes, field => {
    if (field.number === 1) { name = readText(field.content); }
    if (field.number !== 2 || !field.content) { return; }
    readMessage(field.content, type => {
      if (type.number !== 1 || !type.content) { return; }
      readMessage(type.content, tensor => {
        if (tensor.number !== 2 || !tensor.content) { return; }
        dimensions = [];
        readMessage(tensor.content, dimension => {
          if (dimension.number !== 1 || !dimension.content) { return; }
          let size: number | undefined;
          readMessage(dimension.content, part => { if (part.number === 1) { size = part.value; } });
          dimensions!.push(size !== undefined && size > 0 ? size : undefined);
        });
      });
    });
  });
  return { name, dimensions };
}

/** An OperatorSetIdProto: domain (1), version (2); only that of ONNX itself, which has no domain. */
function readOpset(bytes: ByteReader): number | undefined {
  let domain = '';
  let version: number | undefined;
  readMessage(bytes, field => {
    if (field.number === 1) { domain = readText(field.content); }
    if (field.number === 2) { version = field.value; }
  });
  return domain === '' || domain === 'ai.onnx' ? version : undefined;
}

function writtenBy(ir: number, opset: number | undefined): Pick<ModelFile, 'writtenBy'> {
  const release = RELEASES.find(known => known.ir >= ir && known.opset >= (opset ?? 0))?.release ?? 'later than 1.16';
  return { writtenBy: { version: release, because: `IR version ${ir}${opset === undefined ? '' : `, opset ${opset}`}` } };
}
