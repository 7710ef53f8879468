import { FormatError, UnsupportedFormat } from '../byte-reader';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';
import { INPUT_COST, readMessage, readSize, readText } from './protobuf';

const DEFAULT_SIGNATURE = 'serving_default';

/** Reads a SavedModel: meta graphs (2), each with its information (1) and signatures (5). */
export function readSavedModel(bytes: ByteReader): ModelFile {
  const signatures = new Map<string, ModelInput[]>();
  let version = '';
  let graphs = 0;
  readMessage(bytes, {
    2: ({ content }) => {
      graphs++;
      readMessage(content, {
        1: { 5: field => { version = readText(field); } },
        5: field => readSignature(field.content, signatures),
      });
    },
  });
  if (graphs === 0) { return { notAModel: 'a file without a graph' }; }
  const [release] = /^[0-9]+\.[0-9]+/.exec(version) ?? [];
  const all = [...signatures.values()];
  return {
    isSavedModel: true,
    ...(signatures.size === 0 ? { hasNoSignature: true } : {}),
    inputs: signatures.get(DEFAULT_SIGNATURE) ?? (all.length === 1 ? all[0] : undefined),
    ...(release ? { writtenBy: { version: release, because: 'it says so' } } : {}),
  };
}

/** Reads an entry of the map of signatures: key (1), SignatureDef (2) > map of inputs (1). `__saved_model_init_op` has no inputs. */
function readSignature(bytes: ByteReader, signatures: Map<string, ModelInput[]>): void {
  let signature = '';
  const inputs: ModelInput[] = [];
  readMessage(bytes, {
    1: field => { signature = readText(field); },
    2: {
      1: ({ content }) => {
        bytes.spend(INPUT_COST);
        inputs.push(readSignatureInput(content));
      },
    },
  });
  if (inputs.length > 0) { signatures.set(signature, inputs); }
}

/** Reads an entry of the map of inputs: key (1), TensorInfo (2), which contains the name of the tensor (1) and its shape (3). */
function readSignatureInput(bytes: ByteReader): ModelInput {
  let name = '', tensorName = '';
  let dimensions: ModelInput['dimensions'];
  readMessage(bytes, {
    1: field => { name = readText(field); },
    2: {
      1: field => { tensorName = readText(field); },
      3: ({ content }) => { dimensions = readShape(content); },
    },
  });
  return { name, aliases: [tensorName, tensorName.replace(/:0$/, '')], dimensions };
}

/** Reads a TensorShapeProto: dim (2), unknown rank (3). */
function readShape(bytes: ByteReader): (number | undefined)[] | undefined {
  const sizes: (number | undefined)[] = [];
  let isUnknown = false;
  readMessage(bytes, {
    2: dimension => { sizes.push(readSize(dimension)); },
    3: ({ value }) => { isUnknown = value !== 0; },
  });
  return isUnknown ? undefined : sizes;
}

/**
 * TF_GRAPH_DEF_VERSION in the header version.h of 1.15, 2.9 and 2.21. The number grows from release to release. 1.15 has 134 and is the last release
 * of TensorFlow 1, so 135 and above is TensorFlow 2. A release between two entries counts as the older entry "or newer".
 */
const RELEASES: readonly { readonly producer: number; readonly release: string }[] = [
  { producer: 135, release: '2.0' },
  { producer: 1087, release: '2.9' },
  { producer: 2474, release: '2.21' },
];

/** Up to 134, the release is unknown: AWS documents no release before 1.15, and some tools that freeze a graph omit the version. */
function writtenByProducer(producer: number): Pick<ModelFile, 'writtenBy'> {
  const [known] = RELEASES.filter(each => each.producer <= producer).slice(-1);
  return known ? { writtenBy: { version: known.release, orNewer: true, because: `version ${producer} of the graph's format` } } : {};
}

/** Reads a GraphDef: nodes (1), versions (4) > producer (1). The placeholders are the inputs. */
export function readFrozenGraph(bytes: ByteReader): ModelFile {
  const inputs: ModelInput[] = [];
  let producer = 0;
  let nodes = 0;
  let isOther = false;
  readMessage(bytes, {
    1: ({ value, content }) => {
      if (value === undefined) {
        nodes++;
        inputs.push(...readPlaceholder(content));
      } else {
        // In a SavedModel or in ONNX, field 1 is the number of the schema's version.
        isOther = true;
      }
    },
    4: { 1: ({ value = 0 }) => { producer = value; } },
  });
  if (nodes > 0) { return { inputs, ...writtenByProducer(producer) }; }
  return { notAModel: isOther ? 'no frozen graph, but a saved model under another name than saved_model.pb, or a model of ONNX' : 'a file without a graph' };
}

/** Reads a NodeDef: name (1), operation (2), attributes (5). The result is empty if the node is not a placeholder. */
function readPlaceholder(bytes: ByteReader): ModelInput[] {
  let name = '', operation = '';
  let dimensions: ModelInput['dimensions'];
  readMessage(bytes, {
    1: field => { name = readText(field); },
    2: field => { operation = readText(field); },
    5: ({ content }) => { if (operation === 'Placeholder') { dimensions = readShapeAttribute(content) ?? dimensions; } },
  });
  if (operation !== 'Placeholder') { return []; }
  bytes.spend(INPUT_COST);
  return [{ name, aliases: [`${name}:0`], dimensions }];
}

/** Reads an entry of the map of attributes: key (1), AttrValue (2) > shape (7). */
function readShapeAttribute(bytes: ByteReader): ModelInput['dimensions'] {
  let key = '';
  let shape: ModelInput['dimensions'];
  readMessage(bytes, {
    1: field => { key = readText(field); },
    2: { 7: ({ content }) => { if (key === 'shape') { shape = readShape(content); } } },
  });
  return shape;
}

/** The maximum size of a file. Models for devices are small. */
const MAX_SIZE = 64 * 1024 * 1024;
/** The maximum number of inputs, more than any model has. */
const MAX_INPUTS = 1_000;

/** The maximum number of tensors, buffers or sizes, more than any model has. */
const MAX_ELEMENTS = 200_000;
/** The only version of the schema that TensorFlow Lite has written since its first release. */
const SCHEMA = 3;

/**
 * Reads a flatbuffer of TensorFlow Lite. A model has version (0), subgraphs (2), buffers (4) and metadata (6); a subgraph has tensors (0) and inputs
 * (1); a tensor has shape (0), name (3) and shape signature (7), which contains -1 for an open size. The methods of a Buffer fail for
 * a position outside of it, unlike the flatbuffers library.
 */
export function readTflite(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_SIZE) { return { unreadable: `it is larger than the ${MAX_SIZE / 1024 / 1024} MiB that are looked into` }; }
  const file = new Flatbuffer(bytes.read(bytes.remaining), bytes);
  if (file.identifier !== 'TFL3') { return { notAModel: 'a file that TensorFlow Lite did not make' }; }
  const schema = file.integer(file.field(file.root, 0));
  if (schema !== SCHEMA) { throw new UnsupportedFormat(`it has version ${schema} of the schema, and TensorFlow Lite knows ${SCHEMA}`); }
  return { inputs: readInputs(file), ...writtenBy(file) };
}

function readInputs(file: Flatbuffer): ModelInput[] {
  const [subgraph] = file.tables(file.field(file.root, 2));
  if (subgraph === undefined) { throw new FormatError('it has no graph'); }
  const tensors = file.tables(file.field(subgraph, 0));
  return file.integers(file.field(subgraph, 1)).slice(0, MAX_INPUTS).map((index): ModelInput => {
    const tensor = tensors[index];
    if (tensor === undefined) { throw new FormatError('an input of it does not exist'); }
    const signature = file.integers(file.field(tensor, 7));
    const shape = signature.length > 0 ? signature : file.integers(file.field(tensor, 0));
    return { name: file.text(file.field(tensor, 3)), dimensions: shape.map(size => size > 0 ? size : undefined) };
  });
}

/**
 * Reads the oldest release that runs the model's operators. The converter writes it to a buffer, and metadata contains its name (0) and number (1).
 */
function writtenBy(file: Flatbuffer): Pick<ModelFile, 'writtenBy'> {
  const entry = file.tables(file.field(file.root, 6)).find(table => file.text(file.field(table, 0)) === 'min_runtime_version');
  if (entry === undefined) { return {}; }
  const buffer = file.tables(file.field(file.root, 4))[file.integer(file.field(entry, 1))];
  const [version] = /^[0-9]+\.[0-9]+/.exec(buffer === undefined ? '' : file.text(file.field(buffer, 0))) ?? [];
  return version === undefined ? {} : { writtenBy: { version, orNewer: true, because: 'its operators need that release' } };
}

class Flatbuffer {
  constructor(private readonly bytes: Buffer, private readonly budget: Pick<ByteReader, 'spend'>) {}

  public get identifier(): string { return this.bytes.toString('latin1', 4, 8); }

  public get root(): number { return this.follow(0); }

  /** Returns the position of a table's field. It is undefined if the field is absent. */
  public field(table: number, index: number): number | undefined {
    const vtable = table - this.bytes.readInt32LE(table);
    const at = 4 + index * 2;
    if (at >= this.bytes.readUInt16LE(vtable)) { return undefined; }
    const offset = this.bytes.readUInt16LE(vtable + at);
    return offset === 0 ? undefined : table + offset;
  }

  public tables(field: number | undefined): number[] {
    return this.elements(field).map(at => this.follow(at));
  }

  public integers(field: number | undefined): number[] {
    return this.elements(field).map(at => this.bytes.readInt32LE(at));
  }

  /** Returns the value of a field. It is zero if the field is absent, because flatbuffers omit defaults. */
  public integer(field: number | undefined): number {
    return field === undefined ? 0 : this.bytes.readInt32LE(field);
  }

  public text(field: number | undefined): string {
    if (field === undefined) { return ''; }
    const at = this.follow(field);
    const length = Math.min(this.bytes.readUInt32LE(at), 4096);
    return this.bytes.toString('utf8', at + 4, at + 4 + length);
  }

  /** Returns the positions of the elements of a vector, each of four bytes. */
  private elements(field: number | undefined): number[] {
    if (field === undefined) { return []; }
    const at = this.follow(field);
    const length = this.bytes.readUInt32LE(at);
    if (at + 4 + length * 4 > this.bytes.length) { throw new FormatError('it is cut off'); }
    this.budget.spend(length);
    if (length > MAX_ELEMENTS) { throw new FormatError(`it claims to have ${length} parts of a kind`); }
    return Array.from({ length }, (_, i) => at + 4 + i * 4);
  }

  private follow(at: number): number { return at + this.bytes.readUInt32LE(at); }
}
