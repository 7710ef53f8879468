import { isRecord } from '../../util/prop-types';
import { FormatError, UnsupportedFormat } from '../byte-reader';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';

const MAX_CONFIG = 1024 * 1024;
/** The sections that identify Yolo models, one for each of the three generations. */
const YOLO = ['detection', 'region', 'yolo'];

/** Reads a `.cfg` file. Its `[net]` section contains the size of the image. AWS documents no name for the input. */
export function readDarknetConfig(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_CONFIG) { return { unreadable: `it is larger than ${MAX_CONFIG / 1024 / 1024} MiB` }; }
  const lines = bytes.read(bytes.remaining).toString('utf8').split('\n').map(line => line.trim());
  const titles = lines.filter(line => line.startsWith('[') && line.endsWith(']')).map(line => line.slice(1, -1));
  if (!titles.includes('net') && !titles.includes('network')) { return { notAModel: 'a file without a [net] section' }; }
  const yolo = titles.find(title => YOLO.includes(title));
  if (yolo) { return { notSupported: `a Yolo model, with a section [${yolo}], which AWS documents as not supported` }; }
  const start = lines.findIndex(line => line === '[net]' || line === '[network]') + 1;
  const next = lines.findIndex((line, i) => i >= start && line.startsWith('['));
  const settings = lines.slice(start, next < 0 ? undefined : next).map(line => line.split('=').map(part => part.trim()));
  const size = (name: string) => {
    const value = Number(settings.find(([key]) => key === name)?.[1]);
    return value > 0 ? value : undefined;
  };
  return { inputs: [{ dimensions: [undefined, size('channels'), size('height'), size('width')] }] };
}

/** Reads a `.weights` file, which begins with its major, minor and revision numbers. */
export function readDarknetWeights(bytes: ByteReader): ModelFile {
  if (bytes.remaining < 16) { return { notAModel: 'a file too short for weights' }; }
  const major = bytes.read(4).readInt32LE();
  return major >= 0 && major < 10 ? {} : { notAModel: 'a file that DarkNet did not make' };
}

/** The maximum size of a symbol, which contains no weights. */
const MAX_SYMBOL = 8 * 1024 * 1024;
const MAX_ARRAYS = 100_000;
/** The magic numbers of a list of arrays, and of an array in versions 2 and 3 of its format. */
const LIST_MAGIC = 0x112, ARRAY_V2 = 0xf993fac9, ARRAY_V3 = 0xf993faca;
/** Bytes of an element by the number of its type: float32, float64, float16, uint8, int32, int8, int64, bool. */
const ELEMENT_SIZES = [4, 8, 2, 1, 4, 1, 8, 1];

/** Reads a symbol. Its nodes with the operator "null" are variables, and those that are not parameters are inputs. */
export function readSymbol(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_SYMBOL) { return { unreadable: `it is larger than ${MAX_SYMBOL / 1024 / 1024} MiB` }; }
  bytes.spend(bytes.remaining / 16);
  let symbol: any;
  try {
    symbol = JSON.parse(bytes.read(bytes.remaining).toString('utf8'));
  } catch {
    return { notAModel: 'a file that is no JSON' };
  }
  if (!isRecord(symbol) || !Array.isArray(symbol.nodes)) { return { notAModel: 'JSON without the nodes of a symbol' }; }
  const variables = symbol.nodes.filter((node: any) => isRecord(node) && node.op === 'null' && typeof node.name === 'string')
    .map((node: any): ModelInput => ({ name: node.name, ...shapeOf(node) }));
  const version = isRecord(symbol.attrs) ? (symbol.attrs as Record<string, any>).mxnet_version?.[1] : undefined;
  return { variables, ...(typeof version === 'number' ? { writtenBy: { version: releaseOf(version), because: 'its symbol says so' } } : {}) };
}

/** Reads the shape of a variable that was created with one. It is a string, with 0 for an open size. */
function shapeOf(node: any): Pick<ModelInput, 'dimensions'> {
  const text = node.attrs?.__shape__;
  const [, sizes] = /^[([]([0-9, -]+)[)\]]$/.exec(typeof text === 'string' ? text : '') ?? [];
  return sizes === undefined ? {} : { dimensions: sizes.split(',').filter(size => size.trim() !== '').map(size => Number(size) > 0 ? Number(size) : undefined) };
}

/** Returns the release for a version number, such as 1.9 for 10901. */
function releaseOf(version: number): string {
  return `${Math.floor(version / 10_000)}.${Math.floor(version / 100) % 100}`;
}

/** Reads parameters: a list of arrays, followed by their names with the prefix "arg:" or "aux:". */
export function readParameters(bytes: ByteReader): ModelFile {
  const uint64 = () => Number(bytes.read(8).readBigUInt64LE());
  if (uint64() !== LIST_MAGIC) { return { notAModel: 'a file that MXNet did not make' }; }
  bytes.skip(8);
  const count = limited(uint64());
  for (let i = 0; i < count; i++) { skipArray(bytes); }
  const names = Array.from({ length: limited(uint64()) }, () => {
    const length = uint64();
    if (length > 4096) { throw new FormatError('a name in it is too long'); }
    bytes.spend(1 + length / 16);
    return bytes.read(length).toString('utf8').replace(/^(arg|aux):/, '');
  });
  return { parameters: names };
}

function skipArray(bytes: ByteReader): void {
  const magic = bytes.read(4).readUInt32LE();
  if (magic !== ARRAY_V2 && magic !== ARRAY_V3) { throw new UnsupportedFormat('its arrays have a format that this library does not know'); }
  if (bytes.read(4).readInt32LE() !== 0) { throw new UnsupportedFormat('it has sparse arrays'); }
  const rank = bytes.read(4).readInt32LE();
  if (rank < -1 || rank > 32) { throw new FormatError('an array of it has no possible shape'); }
  if (rank < 0 || rank === 0 && magic === ARRAY_V2) { return; }
  let elements = 1;
  for (let i = 0; i < rank; i++) { elements *= Number(bytes.read(8).readBigInt64LE()); }
  bytes.skip(8);
  const size = ELEMENT_SIZES[bytes.read(4).readInt32LE()];
  if (size === undefined || !Number.isSafeInteger(elements * size) || elements < 0) { throw new FormatError('an array of it has no possible size'); }
  bytes.skip(elements * size);
}

function limited(count: number): number {
  if (count > MAX_ARRAYS) { throw new FormatError(`it claims to have ${count} arrays`); }
  return count;
}

const MAX_TAIL = 4 * 1024 * 1024;
/** The beginning of the binary format in some releases. */
const MAGIC = 'binf';
/** The number of bytes in which the binary contains the name of its booster, and the other formats contain the name of their first part. */
const HEAD = 512;
const BOOSTER = /gbtree|gblinear|dart/;
const NOT_XGBOOST: ModelFile = { notAModel: 'a file that XGBoost did not write' };

/**
 * Reads a model of XGBoost. Its binary format begins with numbers, its JSON with a brace, and UBJSON (since 1.6) with a brace and a length. A pickle
 * begins with none of these. JSON contains the version near its end.
 */
export function readXgboost(bytes: ByteReader): ModelFile {
  const size = bytes.remaining;
  const head = bytes.readUpTo(HEAD);
  const beginning = head.toString('latin1');
  if (head[0] === 0x80 && head[1] <= 5) { return { unreadable: 'it is a pickle of Python, which Neo may not load' }; }
  if (head[0] !== 0x7b) { return BOOSTER.test(beginning) ? { writtenBy: versionOfBinary(head) } : NOT_XGBOOST; }
  if (!beginning.includes('learner')) { return NOT_XGBOOST; }
  if (head[1] === 0x4c || head[1] === 0x69 || head[1] === 0x6c) { return { writtenBy: { version: '1.6', orNewer: true, because: 'it is UBJSON' } }; }
  if (size > MAX_TAIL) { bytes.skip(size - MAX_TAIL - head.length); }
  const text = beginning + bytes.read(bytes.remaining).toString('latin1');
  const [, major, minor] = /"version"\s*:\s*\[\s*([0-9]+)\s*,\s*([0-9]+)/.exec(text) ?? [];
  return major === undefined ? {} : { writtenBy: { version: `${major}.${minor}`, because: 'it says so' } };
}

/** Reads the version from numbers 6 and 7 of the binary. They are zero in files from before 1.0, and arbitrary in other files. */
function versionOfBinary(head: Buffer): ModelFile['writtenBy'] {
  const start = head.toString('latin1', 0, 4) === MAGIC ? 4 : 0;
  if (head.length < start + 28) { return undefined; }
  const major = head.readUInt32LE(start + 20), minor = head.readUInt32LE(start + 24);
  return major >= 1 && major < 10 && minor < 100 ? { version: `${major}.${minor}`, because: 'it says so' } : undefined;
}
