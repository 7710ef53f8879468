import * as crypto from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as zlib from 'zlib';
import { NeoValidationError, formatValue } from '../util/errors';

/** What is never part of a model. */
const IGNORED = /^(\._.*|\.DS_Store|__MACOSX|Thumbs\.db|desktop\.ini)$/;
const BLOCK = 512;
/** Bytes of a block that is not compressed, at most. */
const STORED = 0xffff;
/** It is packed in memory. */
const MAX_SIZE = 2 * 1024 * 1024 * 1024 - 1;

/** A file of the archive: where it is, and its path in the archive. */
interface Member {
  readonly source: string;
  readonly target: string;
}

/**
 * Packs files into a `.tar.gz` of this machine's temporary folder: sorted, without owners and times, so that the same content gives the same bytes, and no
 * second compilation.
 *
 * @param files paths, each of which comes to the top of the archive
 * @returns path of the archive, named by its content
 */
export function packFiles(files: readonly string[]): string {
  if (files.length === 0) { throw new NeoValidationError('paths must name at least one file; got: []'); }
  const members = files.map((source): Member => {
    requireKind('paths', source, 'file');
    return { source, target: path.basename(source) };
  });
  const twice = members.find(({ target }, i) => members.some((other, j) => j < i && other.target === target));
  if (twice) { throw new NeoValidationError(`paths must have different file names, as all come to the top of the archive; got twice: ${formatValue(twice.target)}`); }
  return pack(members);
}

/**
 * Packs what is in a folder, as `packFiles` does: the folder itself is not in the archive.
 */
export function packDirectory(directory: string): string {
  requireKind('path', directory, 'directory');
  const members = walk(directory, '', new Set());
  if (members.length === 0) { throw new NeoValidationError(`path must be a directory with the files of a model; got the empty directory ${formatValue(directory)}`); }
  return pack(members);
}

function requireKind(prop: string, source: string, kind: 'file' | 'directory'): void {
  const stat = typeof source === 'string' ? fs.statSync(source, { throwIfNoEntry: false }) : undefined;
  if (!stat) { throw new NeoValidationError(`${prop} must exist, absolute or relative to ${process.cwd()}; got a path with nothing there: ${formatValue(source)}`); }
  if (kind === 'file' ? !stat.isFile() : !stat.isDirectory()) {
    throw new NeoValidationError(`${prop} must be ${kind === 'file' ? 'files: for a directory use NeoModel.fromDirectory' : 'a directory: for files use NeoModel.fromFiles'}; `
      + `got: ${formatValue(source)}`);
  }
}

/** Links are followed, as Neo needs what they lead to; a loop of them fails. */
function walk(directory: string, prefix: string, above: Set<string>): Member[] {
  const real = fs.realpathSync(directory);
  if (above.has(real)) { throw new NeoValidationError(`path must not have a link that leads to a folder around it; got: ${formatValue(directory)}`); }
  return fs.readdirSync(directory).filter(entry => !IGNORED.test(entry)).flatMap((entry): Member[] => {
    const source = path.join(directory, entry);
    const stat = fs.statSync(source, { throwIfNoEntry: false });
    if (!stat) { throw new NeoValidationError(`path must not have a link that leads nowhere; got: ${formatValue(source)}`); }
    if (stat.isDirectory()) { return walk(source, `${prefix}${entry}/`, new Set([...above, real])); }
    return stat.isFile() ? [{ source, target: `${prefix}${entry}` }] : [];
  });
}

function pack(members: readonly Member[]): string {
  const sorted = [...members].sort((a, b) => a.target < b.target ? -1 : 1);
  const sizes = sorted.map(({ source }) => fs.statSync(source).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > MAX_SIZE) { throw new NeoValidationError(`files of a model that is packed here must have at most 2 GiB: pack it with "tar czf" and use NeoModel.fromAsset; got: ${total} bytes`); }
  const parts = sorted.flatMap(({ source, target }) => {
    const content = fs.readFileSync(source);
    return [...headers(target, content.length), content, Buffer.alloc((BLOCK - content.length % BLOCK) % BLOCK)];
  });
  const tar = Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
  const digest = crypto.createHash('sha256').update(tar).digest('hex');
  const folder = path.join(os.tmpdir(), `cdk-sagemaker-neo-${process.getuid?.() ?? 'user'}`);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${digest}.tar.gz`);
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, gzip(tar), { mode: 0o600 });
  fs.renameSync(unfinished, file);
  return file;
}

/**
 * Gzip without compression: what zlib makes of the same bytes differs with the release of Node.js and the processor, and weights get hardly smaller. Made of
 * blocks of a fixed size, it is the same everywhere.
 */
function gzip(tar: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at < tar.length; at += STORED) {
    const block = tar.subarray(at, at + STORED);
    const head = Buffer.alloc(5);
    head[0] = at + STORED >= tar.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(0xffff - block.length, 3);
    parts.push(head, block);
  }
  // Node.js 22.0 has no zlib.crc32, and gzip's own is at its end, with the length.
  parts.push(zlib.gzipSync(tar, { level: 0 }).subarray(-8));
  return Buffer.concat(parts);
}

/** A header of POSIX; a path that does not fit has an extended one before it. */
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
