import { FormatError, UnsupportedFormat } from '../byte-reader';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';
import { INPUT_COST, readMessage, readText } from './protobuf';

const DEFAULT_SIGNATURE = 'serving_default';

/** Reads a SavedModel: meta graphs (2), each with its information (1) and signatures (5). */
export function readSavedModel(bytes: ByteReader): ModelFile {
  const signatures = new Map<string, ModelInput[]>();
  let version = '';
  let graphs = 0;
  readMessage(bytes, ({ number, content }) => {
    if (number !== 2 || !content) { return; }
    graphs++;
    readMessage(content, field => {
      if (field.number === 1 && field.content) {
        readMessage(field.content, info => { if (info.number === 5) { version = readText(info.content); } });
      }
      if (field.number === 5 && field.content) { readSignature(field.content, signatures); }
    });
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
  readMessage(bytes, ({ number, content }) => {
    if (number === 1) { signature = readText(content); }
    if (number !== 2 || !content) { return; }
    readMessage(content, field => {
      if (field.number !== 1 || !field.content) { return; }
      bytes.spend(INPUT_COST);
      inputs.push(readSignatureInput(field.content));
    });
  });
  if (inputs.length > 0) { signatures.set(signature, inputs); }
}

/** Reads an entry of the map of inputs: key (1), TensorInfo (2), which contains the name of the tensor (1) and its shape (3). */
function readSignatureInput(bytes: ByteReader): ModelInput {
  let name = '', tensorName = '';
  let dimensions: ModelInput['dimensions'];
  readMessage(bytes, entry => {
    if (entry.number === 1) { name = readText(entry.content); }
    if (entry.number !== 2 || !entry.content) { return; }
    readMessage(entry.content, tensor => {
      if (tensor.number === 1) { tensorName = readText(tensor.content); }
      if (tensor.number === 3 && tensor.content) { dimensions = readShape(tensor.content); }
    });
  });
  return { name, aliases: [tensorName, tensorName.replace(/:0$/, '')], dimensions };
}

/** Reads a TensorShapeProto: dim (2) > size (1), unknown rank (3). */
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

/**
 * Reads a GraphDef: nodes (1), each with name (1), operation (2) and attributes (5); versions (4) > producer (1). The placeholders are the inputs.
 */
export function readFrozenGraph(bytes: ByteReader): ModelFile {
  const inputs: ModelInput[] = [];
  let producer = 0;
  let nodes = 0;
  let isOther = false;
  readMessage(bytes, ({ number, content, value }) => {
    // In a SavedModel or in ONNX, field 1 is the number of the schema's version.
    if (number === 1 && value !== undefined) { isOther = true; }
    if (number === 4 && content) { readMessage(content, version => { if (version.number === 1) { producer = version.value ?? 0; } }); }
    if (number !== 1 || !content) { return; }
    nodes++;
    let name = '', operation = '';
    let dimensions: ModelInput['dimensions'];
    readMessage(content, field => {
      if (field.number === 1) { name = readText(field.content); }
      if (field.number === 2) { operation = readText(field.content); }
      if (field.number === 5 && field.content && operation === 'Placeholder') { dimensions = readShapeAttribute(field.content) ?? dimensions; }
    });
    if (operation !== 'Placeholder') { return; }
    bytes.spend(INPUT_COST);
    inputs.push({ name, aliases: [`${name}:0`], dimensions });
  });
  if (nodes > 0) { return { inputs, ...writtenByProducer(producer) }; }
  return { notAModel: isOther ? 'no frozen graph, but a saved model under another name than saved_model.pb, or a model of ONNX' : 'a file without a graph' };
}

/** Reads an entry of the map of attributes: key (1), AttrValue (2) > shape (7). */
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
 * (1); a tensor has shape (0), name (3) and shape signature (7), which contains -1 for an open size. Each position is checked, unlike in the
 * flatbuffers library.
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
  constructor(private readonly bytes: Buffer, private readonly budget: Pick<ByteReader, 'spend'>) {
    if (bytes.length < 8) { throw new FormatError('it is too short'); }
  }

  public get identifier(): string { return this.bytes.toString('latin1', 4, 8); }

  public get root(): number { return this.follow(0); }

  /** Returns the position of a table's field. It is undefined if the field is absent. */
  public field(table: number, index: number): number | undefined {
    const vtable = table - this.int32(table);
    const at = 4 + index * 2;
    if (at >= this.uint16(vtable)) { return undefined; }
    const offset = this.uint16(vtable + at);
    return offset === 0 ? undefined : table + offset;
  }

  public tables(field: number | undefined): number[] {
    return this.elements(field).map(at => this.follow(at));
  }

  public integers(field: number | undefined): number[] {
    return this.elements(field).map(at => this.int32(at));
  }

  /** Returns the value of a field. It is zero if the field is absent, because flatbuffers omit defaults. */
  public integer(field: number | undefined): number {
    return field === undefined ? 0 : this.int32(field);
  }

  public text(field: number | undefined): string {
    if (field === undefined) { return ''; }
    const at = this.follow(field);
    const length = Math.min(this.uint32(at), 4096);
    return this.bytes.toString('utf8', at + 4, at + 4 + length);
  }

  /** Returns the positions of the elements of a vector, each of four bytes. */
  private elements(field: number | undefined): number[] {
    if (field === undefined) { return []; }
    const at = this.follow(field);
    const length = this.uint32(at);
    if (at + 4 + length * 4 > this.bytes.length) { throw new FormatError('it is cut off'); }
    this.budget.spend(length);
    if (length > MAX_ELEMENTS) { throw new FormatError(`it claims to have ${length} parts of a kind`); }
    return Array.from({ length }, (_, i) => at + 4 + i * 4);
  }

  private follow(at: number): number { return at + this.uint32(at); }

  private uint16(at: number): number { return this.bytes.readUInt16LE(this.within(at, 2)); }

  private uint32(at: number): number { return this.bytes.readUInt32LE(this.within(at, 4)); }

  private int32(at: number): number { return this.bytes.readInt32LE(this.within(at, 4)); }

  private within(at: number, length: number): number {
    if (at < 0 || at + length > this.bytes.length) { throw new FormatError('it is broken or cut off'); }
    return at;
  }
}
