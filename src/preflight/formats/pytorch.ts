import * as zlib from 'zlib';
import { FormatError, type ByteReader, ModelFile } from '../byte-reader';

/** The directory of a zip is at its end, with the code of TorchScript before it. */
const TAIL = 8 * 1024 * 1024;
const MAX_MEMBERS = 200_000;
/** Code of one module of TorchScript, at most. */
const MAX_CODE = 4 * 1024 * 1024;

/**
 * A zip: with `code/` when made by torch.jit, without when made by torch.save, a state dict or a pickled module. What is in its pickles is not read, as
 * nothing of it is needed.
 */
export function readPyTorch(bytes: ByteReader): ModelFile {
  const size = bytes.remaining;
  const head = bytes.readUpTo(Math.min(64, size));
  if (head[0] === 0x80 && head[1] <= 5) { return { notAModel: 'a pickle, as torch.save of before PyTorch 1.6 makes it' }; }
  if (head.toString('latin1', 0, 4) !== 'PK\x03\x04') { return { notAModel: 'neither a zip nor a pickle, so PyTorch did not make it' }; }
  if (size > TAIL) { bytes.skip(size - TAIL - head.length); }
  const tail = size > TAIL ? bytes.read(TAIL) : Buffer.concat([head, bytes.read(size - head.length)]);
  const zip = readDirectory(tail, size);
  const inFolder = (name: string) => zip.find(member => member.path === name);
  const folder = zip[0]?.path.split('/')[0] ?? '';
  const code = inFolder(`${folder}/code/__torch__.py`);
  if (inFolder(`${folder}/archive_format`) || inFolder(`${folder}/models/model.json`)) { return { notAModel: 'a program of torch.export' }; }
  if (!zip.some(({ path }) => path.startsWith(`${folder}/code/`)) && !inFolder(`${folder}/constants.pkl`)) {
    return { notAModel: inFolder(`${folder}/data.pkl`) ? 'a state dict or a pickled module, as torch.save makes it' : 'a zip that PyTorch did not make' };
  }
  const source = code && readMember(tail, size, code);
  return {
    ...(source ? { inputCount: countInputs(source) } : {}),
    ...(inFolder(`${folder}/byteorder`) ? { writtenBy: { version: '2.1', because: 'it has a file byteorder' } } : {}),
  };
}

interface ZipMember {
  readonly path: string;
  readonly method: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/** The central directory, of which at most its last megabytes are in `tail`. */
function readDirectory(tail: Buffer, size: number): ZipMember[] {
  const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > tail.length) { throw new FormatError('it is a zip without a directory: broken or cut off'); }
  let count = tail.readUInt16LE(end + 10);
  let start = tail.readUInt32LE(end + 16);
  const zip64 = tail.lastIndexOf('PK\x06\x06', end, 'latin1');
  if (zip64 >= 0 && zip64 + 56 <= end && (start === 0xffffffff || count === 0xffff)) {
    count = Number(tail.readBigUInt64LE(zip64 + 32));
    start = Number(tail.readBigUInt64LE(zip64 + 48));
  }
  const base = size - tail.length;
  if (count > MAX_MEMBERS || start < base || start > size) { throw new FormatError(`its directory of ${count} members is too large or outside of the file`); }
  const members: ZipMember[] = [];
  for (let at = start - base; members.length < count;) {
    if (at + 46 > tail.length || tail.toString('latin1', at, at + 4) !== 'PK\x01\x02') { throw new FormatError('its directory is broken'); }
    const nameLength = tail.readUInt16LE(at + 28);
    members.push({
      path: tail.toString('utf8', at + 46, at + 46 + nameLength),
      method: tail.readUInt16LE(at + 10),
      compressedSize: tail.readUInt32LE(at + 20),
      offset: tail.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
  }
  return members;
}

/** Text of a member, undefined when it is not in `tail` or is too long. */
function readMember(tail: Buffer, size: number, { method, compressedSize, offset }: ZipMember): string | undefined {
  const at = offset - (size - tail.length);
  if (at < 0 || at + 30 > tail.length || compressedSize > MAX_CODE) { return undefined; }
  const start = at + 30 + tail.readUInt16LE(at + 26) + tail.readUInt16LE(at + 28);
  const content = tail.subarray(start, start + compressedSize);
  try {
    return (method === 8 ? zlib.inflateRawSync(content, { maxOutputLength: MAX_CODE }) : content).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Of the last `def forward(self: …, a: Tensor, b: Tensor)`, the parameters without self. */
function countInputs(source: string): number | undefined {
  const start = source.lastIndexOf('def forward(');
  const end = source.indexOf(') ->', start);
  if (start < 0 || end < 0) { return undefined; }
  const parameters = source.slice(start, end).split(',');
  // Types with commas in them, such as Tuple[Tensor, Tensor], make the count unsure.
  return source.slice(start, end).includes('[') ? undefined : parameters.length - 1;
}
