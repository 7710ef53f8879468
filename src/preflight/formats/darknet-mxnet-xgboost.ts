import { isRecord } from '../../util/prop-types';
import { FormatError } from '../byte-reader';
import type { ByteReader, ModelFile } from '../byte-reader';

const MAX_CONFIG = 4 * 1024 * 1024;

/** The `[net]` section of a `.cfg` tells the size of the image; the input's name is always `data` in TVM's importer, and AWS documents none. */
export function readDarknetConfig(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_CONFIG) { return { notAModel: 'a file too large for a configuration' }; }
  const text = bytes.read(bytes.remaining).toString('utf8');
  const net = /^\s*\[net(?:work)?\]([^[]*)/m.exec(text)?.[1];
  if (net === undefined) { return { notAModel: 'a file without a [net] section' }; }
  const size = (name: string) => {
    const value = Number(new RegExp(`^\\s*${name}\\s*=\\s*([0-9]+)\\s*$`, 'm').exec(net)?.[1]);
    return value > 0 ? value : undefined;
  };
  return { inputs: [{ dimensions: [undefined, size('channels'), size('height'), size('width')] }] };
}

/** Major, minor, revision, and counters before the numbers. */
export function readDarknetWeights(bytes: ByteReader): ModelFile {
  if (bytes.remaining < 16) { return { notAModel: 'a file too short for weights' }; }
  const major = bytes.read(4).readInt32LE();
  return major >= 0 && major < 10 ? {} : { notAModel: 'a file that DarkNet did not make' };
}

const MAX_SYMBOL = 32 * 1024 * 1024;
const MAX_ARRAYS = 100_000;
/** Of a list of arrays, and of an array in the versions 2 and 3 of its format. */
const LIST_MAGIC = 0x112, ARRAY_V2 = 0xf993fac9, ARRAY_V3 = 0xf993faca;
/** Bytes of an element by the number of its type: float32, float64, float16, uint8, int32, int8, int64, bool. */
const ELEMENT_SIZES = [4, 8, 2, 1, 4, 1, 8, 1];

/** A symbol: nodes with the operator "null" are variables, which are inputs unless the parameters have them. */
export function readSymbol(bytes: ByteReader): ModelFile {
  if (bytes.remaining > MAX_SYMBOL) { return { unreadable: `it is larger than ${MAX_SYMBOL / 1024 / 1024} MiB` }; }
  let symbol: any;
  try {
    symbol = JSON.parse(bytes.read(bytes.remaining).toString('utf8'));
  } catch {
    return { notAModel: 'a file that is no JSON' };
  }
  if (!isRecord(symbol) || !Array.isArray(symbol.nodes)) { return { notAModel: 'JSON without the nodes of a symbol' }; }
  const variables = symbol.nodes.filter((node: any) => isRecord(node) && node.op === 'null' && typeof node.name === 'string')
    .map((node: any) => node.name as string);
  return { variables };
}

/** A list of arrays, then their names with "arg:" or "aux:" before. */
export function readParameters(bytes: ByteReader): ModelFile {
  const uint64 = () => Number(bytes.read(8).readBigUInt64LE());
  if (uint64() !== LIST_MAGIC) { return { notAModel: 'a file that MXNet did not make' }; }
  bytes.skip(8);
  const count = limited(uint64());
  for (let i = 0; i < count; i++) { skipArray(bytes); }
  const names = Array.from({ length: limited(uint64()) }, () => {
    const length = uint64();
    if (length > 4096) { throw new FormatError('a name in it is too long'); }
    return bytes.read(length).toString('utf8').replace(/^(arg|aux):/, '');
  });
  return { parameters: names };
}

function skipArray(bytes: ByteReader): void {
  const magic = bytes.read(4).readUInt32LE();
  if (magic !== ARRAY_V2 && magic !== ARRAY_V3) { throw new FormatError('its arrays are of a format that is not known here'); }
  if (bytes.read(4).readInt32LE() !== 0) { throw new FormatError('it has sparse arrays'); }
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

const MAX_HEAD = 4 * 1024 * 1024;

/**
 * XGBoost's own binary begins with numbers, its JSON with a brace, UBJSON with a brace and a length; a pickle is none of them. JSON and UBJSON tell the
 * version near their end, UBJSON is written since 1.6.
 */
export function readXgboost(bytes: ByteReader): ModelFile {
  const size = bytes.remaining;
  const head = bytes.readUpTo(16);
  if (head.length === 0) { return { notAModel: 'an empty file' }; }
  if (head[0] === 0x80 && head[1] <= 5) { return { unreadable: 'it is a pickle of Python, which Neo may not load' }; }
  if (head[0] !== 0x7b) { return {}; }
  if (head[1] === 0x4c || head[1] === 0x69 || head[1] === 0x6c) { return { writtenBy: { version: '1.6', because: 'it is UBJSON' } }; }
  if (size > MAX_HEAD) { bytes.skip(size - MAX_HEAD - head.length); }
  const [, major, minor] = /"version"\s*:\s*\[\s*([0-9]+)\s*,\s*([0-9]+)/.exec(bytes.read(bytes.remaining).toString('latin1')) ?? [];
  return major === undefined ? {} : { writtenBy: { version: `${major}.${minor}`, because: 'it says so' } };
}
