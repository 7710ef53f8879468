import * as crypto from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as zlib from 'zlib';
import { NeoValidationError, formatValue } from '../util/errors';

/** Files that are never part of a model. */
const IGNORED = /^(\._.*|\.DS_Store|__MACOSX|Thumbs\.db|desktop\.ini)$/;
const BLOCK = 512;
/** The beginning of a gzip file, with deflate, which is its only method, and without optional fields. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** The maximum number of bytes in an uncompressed block. */
const STORED = 0xffff, BLOCK_HEADER = 5;
/** The maximum size of a file, because the header of tar has eleven octal digits for it. */
const MAX_SIZE = 8 ** 11 - 1;
/** The number of bytes that are read at once. */
const CHUNK = 1024 * 1024;

interface Member {
  /** The location of the file. */
  readonly source: string;
  /** The path in the archive. */
  readonly target: string;
}

/**
 * Packs files into a `.tar.gz` in this machine's temporary folder. They are sorted, and packed without owners and times, so that the same content
 * results in the same bytes and is not compiled twice.
 *
 * @param files paths, each of which is packed at the top level of the archive
 * @returns path of the archive, named by its content
 */
export function packFiles(files: readonly string[]): string {
  if (files.length === 0) { throw new NeoValidationError('paths must name at least one file; got: []'); }
  const members = files.map((source): Member => {
    requireKind('paths', source, 'file');
    return { source, target: path.basename(source) };
  });
  const twice = members.find(({ target }, i) => members.some((other, j) => j < i && other.target === target));
  if (twice) { throw new NeoValidationError(`paths must have different file names, because all files are packed at the top of the archive; got twice: ${formatValue(twice.target)}`); }
  return pack(members);
}

/**
 * Packs the content of a folder, like `packFiles`. The folder itself is not in the archive.
 */
export function packDirectory(directory: string): string {
  requireKind('path', directory, 'directory');
  const members = walk(directory, '', new Set());
  if (members.length === 0) { throw new NeoValidationError(`path must be a directory with the files of a model; got the empty directory ${formatValue(directory)}`); }
  return pack(members);
}

function requireKind(prop: string, source: string, kind: 'file' | 'directory'): void {
  const stat = typeof source === 'string' ? fs.statSync(source, { throwIfNoEntry: false }) : undefined;
  if (!stat) { throw new NeoValidationError(`${prop} must exist, absolute or relative to ${process.cwd()}; got a path that does not exist: ${formatValue(source)}`); }
  if (kind === 'file' ? !stat.isFile() : !stat.isDirectory()) {
    throw new NeoValidationError(`${prop} must be ${kind === 'file' ? 'files: for a directory use NeoModel.fromDirectory' : 'a directory: for files use NeoModel.fromFiles'}; `
      + `got: ${formatValue(source)}`);
  }
}

/** Lists the files of a folder. It follows links, because Neo needs their targets, and fails for a loop of links. */
function walk(directory: string, prefix: string, above: Set<string>): Member[] {
  const real = fs.realpathSync(directory);
  if (above.has(real)) { throw new NeoValidationError(`path must not contain a link to one of its parent folders; got: ${formatValue(directory)}`); }
  return fs.readdirSync(directory).filter(entry => !IGNORED.test(entry)).flatMap((entry): Member[] => {
    const source = path.join(directory, entry);
    const stat = fs.statSync(source, { throwIfNoEntry: false });
    if (!stat) { throw new NeoValidationError(`path must not contain a broken link; got: ${formatValue(source)}`); }
    if (stat.isDirectory()) { return walk(source, `${prefix}${entry}/`, new Set([...above, real])); }
    return stat.isFile() ? [{ source, target: `${prefix}${entry}` }] : [];
  });
}

/** Packs files into an archive. It streams them, so that memory does not grow with the model. */
function pack(members: readonly Member[]): string {
  const sorted = [...members].sort((a, b) => a.target < b.target ? -1 : 1);
  const folder = ownFolder();
  const unfinished = path.join(folder, `${crypto.randomUUID()}.unfinished`);
  try {
    const file = path.join(folder, `${writeArchive(unfinished, sorted)}.tar.gz`);
    fs.renameSync(unfinished, file);
    return file;
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

/** Writes an archive, and returns the digest of its content. */
function writeArchive(file: string, members: readonly Member[]): string {
  const output = fs.openSync(file, 'wx');
  try {
    const archive = new Archive(output);
    for (const member of members) { packFile(member, archive); }
    return archive.end();
  } finally {
    fs.closeSync(output);
  }
}

/**
 * Returns a folder below this machine's temporary folder. Other users of the machine could create a folder with this name first, and then replace the
 * model before it is uploaded. Such a folder is not used, unless a new one would be open to them as well, as on a file system without modes.
 */
function ownFolder(): string {
  const temporary = os.tmpdir();
  fs.mkdirSync(temporary, { recursive: true });
  const folder = path.join(temporary, `cdk-sagemaker-neo-${process.getuid?.() ?? 'user'}`);
  const fresh = fs.mkdtempSync(`${folder}-`);
  const { uid, mode } = fs.lstatSync(fresh);
  const isAsSafe = () => {
    const stat = fs.lstatSync(folder);
    return stat.uid === uid && stat.mode === mode;
  };
  try {
    // With `recursive`, it is not an error if another synthesis has just created the folder.
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = fs.lstatSync(folder);
    // Files that others put into it are replaced, because each archive is renamed to its name when it is complete.
    if (stat.isDirectory() && stat.uid === uid && stat.mode !== mode) { fs.chmodSync(folder, 0o700); }
    if (isAsSafe()) {
      fs.rmdirSync(fresh);
      return folder;
    }
  } catch { /* A file or a broken link has this name. */ }
  return fresh;
}

function packFile({ source, target }: Member, archive: Archive): void {
  const input = fs.openSync(source, 'r');
  try {
    const { size } = fs.fstatSync(input);
    if (size > MAX_SIZE) {
      throw new NeoValidationError(`a model file must be smaller than 8 GiB to be packed, because a tar header has no room for a larger size; got: ${size} bytes of ${formatValue(source)}`);
    }
    for (const block of headers(target, size)) { archive.write(block); }
    const chunk = Buffer.alloc(CHUNK);
    let total = 0;
    for (let count; (count = fs.readSync(input, chunk, 0, CHUNK, null)) > 0; total += count) { archive.write(chunk.subarray(0, count)); }
    if (total !== size) { throw new NeoValidationError(`a model file must not change while it is packed; got: ${formatValue(source)}`); }
    archive.write(Buffer.alloc((BLOCK - size % BLOCK) % BLOCK));
  } finally {
    fs.closeSync(input);
  }
}

/**
 * Writes a tar archive in gzip format, without compression: weights hardly compress, and the output of zlib depends on the release of Node.js and the
 * processor. With blocks of a fixed size, the result is the same everywhere.
 */
class Archive {
  private readonly hash = crypto.createHash('sha256');
  /** The header of a block and its content. */
  private readonly block = Buffer.alloc(BLOCK_HEADER + STORED);
  private used = 0;
  private size = 0;
  private checksum = 0;

  constructor(private readonly output: number) {
    fs.writeFileSync(output, GZIP_HEADER);
  }

  public write(bytes: Buffer): void {
    this.hash.update(bytes);
    this.checksum = zlib.crc32(bytes, this.checksum);
    this.size += bytes.length;
    for (let at = 0; at < bytes.length;) {
      // A full block is written only when more bytes follow, because the last block has a flag.
      if (this.used === STORED) { this.flush(false); }
      const count = bytes.copy(this.block, BLOCK_HEADER + this.used, at);
      this.used += count;
      at += count;
    }
  }

  /** Completes the archive, and returns the SHA-256 digest of the tar archive. */
  public end(): string {
    this.write(Buffer.alloc(2 * BLOCK));
    this.flush(true);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(this.checksum, 0);
    tail.writeUInt32LE(this.size % 2 ** 32, 4);
    fs.writeFileSync(this.output, tail);
    return this.hash.digest('hex');
  }

  private flush(isLast: boolean): void {
    this.block[0] = isLast ? 1 : 0;
    this.block.writeUInt16LE(this.used, 1);
    this.block.writeUInt16LE(STORED - this.used, 3);
    fs.writeFileSync(this.output, this.block.subarray(0, BLOCK_HEADER + this.used));
    this.used = 0;
  }
}

/** Returns a POSIX header, preceded by an extended header if the path does not fit. */
function headers(target: string, size: number): Buffer[] {
  if (Buffer.byteLength(target) <= 100) { return [header(target, size, '0')]; }
  const record = paxRecord('path', target);
  return [
    header('pax', record.length, 'x'), record, Buffer.alloc((BLOCK - record.length % BLOCK) % BLOCK),
    header(Buffer.from(target).toString('latin1', 0, 100), size, '0'),
  ];
}

function paxRecord(key: string, value: string): Buffer {
  const body = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(body) + 1;
  while (Buffer.byteLength(`${length}${body}`) !== length) { length++; }
  return Buffer.from(`${length}${body}`);
}

function header(target: string, size: number, flag: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) => block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  block.write(target, 0, 100, flag === '0' && Buffer.byteLength(target) <= 100 ? 'utf8' : 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(flag, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  octal(block.reduce((sum, byte) => sum + byte, 0), 148, 7);
  return block;
}
