import * as zlib from 'zlib';
import { FormatError, UnsupportedFormat } from '../byte-reader';
import type { ByteReader, ModelFile, ModelInput } from '../byte-reader';

/** The number of bytes at the end that are read. The directory of a zip is there, and so is the code, because torch.jit writes the weights first. */
const TAIL = 8 * 1024 * 1024;
/** The maximum size of the code of a TorchScript module. */
const MAX_CODE = 4 * 1024 * 1024;

/**
 * Reads a model of PyTorch, which is a zip file. If torch.jit wrote it, it contains `code/`; otherwise, torch.save wrote a state dict or a pickled
 * module. Only the name of the class is read from its pickle. Libraries for zip need the whole file in memory or are asynchronous.
 */
export function readPyTorch(bytes: ByteReader): ModelFile {
  const size = bytes.remaining;
  const head = bytes.readUpTo(Math.min(64, size));
  if (head[0] === 0x80 && head[1] <= 5) { return { notAModel: 'a pickle, as torch.save of before PyTorch 1.6 makes it' }; }
  if (head.toString('latin1', 0, 4) !== 'PK\x03\x04') { return { notAModel: 'neither a zip nor a pickle, so PyTorch did not make it' }; }
  if (size > TAIL) { bytes.skip(size - TAIL - head.length); }
  const tail = size > TAIL ? bytes.read(TAIL) : Buffer.concat([head, bytes.read(size - head.length)]);
  const zip = new Zip(tail, size, bytes);
  if (zip.has('archive_format') || zip.has('models/model.json')) { return { notAModel: 'a program of torch.export' }; }
  if (!zip.hasFolder('code') && !zip.has('constants.pkl')) {
    return { notAModel: zip.has('data.pkl') ? 'a state dict or a pickled module, as torch.save makes it' : 'a zip that PyTorch did not make' };
  }
  return { inputs: readInputs(zip), writtenBy: writtenBy(zip) };
}

/**
 * The oldest release that writes a version of the format, according to the header versions.h of PyTorch 1.4 to 2.1. A model gets a version above 3
 * only if one of its operators needs it.
 */
const RELEASES: readonly { readonly format: number; readonly release: string }[] = [
  { format: 2, release: '1.5' },
  { format: 3, release: '1.6' },
  { format: 6, release: '1.9' },
  { format: 7, release: '1.11' },
  { format: 10, release: '1.12' },
];

function writtenBy(zip: Zip): ModelFile['writtenBy'] {
  if (zip.has('byteorder')) { return { version: '2.1', orNewer: true, because: 'it has a file byteorder' }; }
  const format = Number(zip.read('version') ?? zip.read('.data/version'));
  const [release] = RELEASES.filter(known => known.format <= format).slice(-1);
  return release && { version: release.release, orNewer: true, because: `version ${format} of TorchScript` };
}

/** Reads the parameters, without self, of `def forward(self: …, a: Tensor, b: Tensor)` in the class of the model. */
function readInputs(zip: Zip): ModelInput[] | undefined {
  // A pickle begins with the class of its outermost object.
  const [, module, className] = /^\x80.c(__torch__[\w.]*)\n(\w+)\n/s.exec(zip.read('data.pkl') ?? '') ?? [];
  const source = module && zip.read(`code/${module.replace(/\./g, '/')}.py`);
  if (!source) { return undefined; }
  const [, body] = source.split(`class ${className}(Module):`);
  const signature = body?.split(/^class /m)[0].split('def forward(self: ')[1]?.split(') ->')[0];
  if (signature === undefined) { return undefined; }
  const [, ...parameters] = signature.split(',').map(parameter => parameter.trim());
  const inputs = parameters.map(parameter => /^(\w+): Tensor$/.exec(parameter)?.[1]);
  // Parameters other than tensors, such as Tuple[Tensor, Tensor], or with a default make the number uncertain.
  return inputs.every(name => name !== undefined) ? inputs.map(name => ({ name })) : undefined;
}

interface ZipMember {
  readonly method: number;
  readonly compressedSize: number;
  readonly offset: number;
}

/** The files in the last megabytes of a zip, in the folder that PyTorch writes everything to. */
class Zip {
  private readonly members = new Map<string, ZipMember>();
  private readonly folder: string;

  constructor(private readonly tail: Buffer, private readonly size: number, bytes: ByteReader) {
    let first: string | undefined;
    this.readDirectory((path, member) => {
      bytes.spend(1 + path.length / 16);
      first ??= path;
      this.members.set(path, member);
    });
    this.folder = first?.split('/')[0] ?? '';
  }

  public has(path: string): boolean {
    return this.members.has(`${this.folder}/${path}`);
  }

  public hasFolder(path: string): boolean {
    return [...this.members.keys()].some(name => name.startsWith(`${this.folder}/${path}/`));
  }

  /** Returns the text of a member. It is undefined if the member is not in the tail, or too long. */
  public read(path: string): string | undefined {
    const member = this.members.get(`${this.folder}/${path}`);
    if (!member || member.offset < this.base || member.compressedSize > MAX_CODE) { return undefined; }
    const at = member.offset - this.base;
    try {
      const start = at + 30 + this.tail.readUInt16LE(at + 26) + this.tail.readUInt16LE(at + 28);
      const content = this.tail.subarray(start, start + member.compressedSize);
      return (member.method === 8 ? zlib.inflateRawSync(content, { maxOutputLength: MAX_CODE }) : content).toString('latin1');
    } catch {
      return undefined;
    }
  }

  /** The position of the tail in the file. */
  private get base(): number { return this.size - this.tail.length; }

  /** Reads the central directory, which must be in the tail. Zip64 is not needed, because files above 4 GiB are not read to their end. */
  private readDirectory(visit: (path: string, member: ZipMember) => void): void {
    const { tail, base } = this;
    const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    if (end < 0 || end + 22 > tail.length) { throw new FormatError('it is a zip without a directory: broken or cut off'); }
    const start = tail.readUInt32LE(end + 16);
    if (start > this.size) { throw new FormatError('the directory of the zip lies outside of the file'); }
    if (start < base) { throw new UnsupportedFormat(`the directory of the zip is larger than ${TAIL / 1024 / 1024} MiB`); }
    let at = start - base;
    for (let count = tail.readUInt16LE(end + 10); count > 0; count--) {
      if (tail.toString('latin1', at, at + 4) !== 'PK\x01\x02') { throw new FormatError('the directory of the zip is broken'); }
      const nameLength = tail.readUInt16LE(at + 28);
      visit(tail.toString('utf8', at + 46, at + 46 + nameLength), {
        method: tail.readUInt16LE(at + 10),
        compressedSize: tail.readUInt32LE(at + 20),
        offset: tail.readUInt32LE(at + 42),
      });
      at += 46 + nameLength + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
    }
  }
}
