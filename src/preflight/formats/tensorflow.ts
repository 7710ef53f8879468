import { readMessage, readText } from './protobuf';
import type { ByteReader } from '../byte-reader';
import type { ModelFile, ModelInput } from '../model-file';

/** A SavedModel: meta graphs (2), of each its information (1) and signatures (5). */
export function readSavedModel(bytes: ByteReader): ModelFile {
  const inputs = new Map<string, ModelInput>();
  let version = '';
  let graphs = 0;
  readMessage(bytes, ({ number, content }) => {
    if (number !== 2 || !content) { return; }
    graphs++;
    readMessage(content, field => {
      if (field.number === 1 && field.content) {
        readMessage(field.content, info => { if (info.number === 5) { version = readText(info.content); } });
      }
      if (field.number === 5 && field.content) { readSignature(field.content, inputs); }
    });
  });
  if (graphs === 0) { return { notAModel: 'a file without a graph' }; }
  const [release] = /^[0-9]+\.[0-9]+/.exec(version) ?? [];
  return {
    isSavedModel: true,
    inputs: [...inputs.values()],
    ...(release ? { writtenBy: { version: release, because: 'it says so' } } : {}),
  };
}

/** An entry of the map: key (1), SignatureDef (2), in it the map of inputs (1). `__saved_model_init_op` has none. */
function readSignature(bytes: ByteReader, inputs: Map<string, ModelInput>): void {
  readMessage(bytes, ({ number, content }) => {
    if (number !== 2 || !content) { return; }
    readMessage(content, field => {
      if (field.number !== 1 || !field.content) { return; }
      let name = '';
      let dimensions: ModelInput['dimensions'];
      readMessage(field.content, entry => {
        if (entry.number === 1) { name = readText(entry.content); }
        if (entry.number === 2 && entry.content) {
          readMessage(entry.content, tensor => { if (tensor.number === 3 && tensor.content) { dimensions = readShape(tensor.content); } });
        }
      });
      inputs.set(name, { name, dimensions });
    });
  });
}

/** A TensorShapeProto: dim (2), in it size (1); unknown rank (3). */
function readShape(bytes: ByteReader): (number | undefined)[] | undefined {
  const sizes: (number | undefined)[] = [];
  let isUnknown = false;
  readMessage(bytes, ({ number, value, content }) => {
    if (number === 3 && value) { isUnknown = true; }
    if (number === 2 && content) {
      let size: number | undefined;
      readMessage(content, field => { if (field.number === 1) { size = field.value; } });
      sizes.push(size !== undefined && size > 0 ? size : undefined);
    }
  });
  return isUnknown ? undefined : sizes;
}

/** A GraphDef: nodes (1), of each name (1), operation (2), attributes (5). Inputs are the placeholders. */
export function readFrozenGraph(bytes: ByteReader): ModelFile {
  const inputs: ModelInput[] = [];
  let nodes = 0;
  readMessage(bytes, ({ number, content }) => {
    if (number !== 1 || !content) { return; }
    nodes++;
    let name = '', operation = '';
    let dimensions: ModelInput['dimensions'];
    readMessage(content, field => {
      if (field.number === 1) { name = readText(field.content); }
      if (field.number === 2) { operation = readText(field.content); }
      if (field.number === 5 && field.content && operation === 'Placeholder') { dimensions = readShapeAttribute(field.content) ?? dimensions; }
    });
    if (operation === 'Placeholder') { inputs.push({ name, dimensions }); }
  });
  return nodes === 0 ? { notAModel: 'a file without a graph' } : { inputs };
}

/** An entry of the map: key (1), AttrValue (2), in it shape (7). */
function readShapeAttribute(bytes: ByteReader): ModelInput['dimensions'] {
  let key = '';
  let shape: ModelInput['dimensions'];
  readMessage(bytes, ({ number, content }) => {
    if (number === 1) { key = readText(content); }
    if (number === 2 && content && key === 'shape') {
      readMessage(content, value => { if (value.number === 7 && value.content) { shape = readShape(value.content); } });
    }
  });
  return shape;
}
