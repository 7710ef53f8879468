import { FormatError, type ByteReader } from './byte-reader';

/** One member of a tar archive. */
export interface TarEntry {
  /** The path without a leading `./` and without a trailing slash. */
  readonly path: string;
  /** A hard link is another name for a file in the same archive. */
  readonly type: 'file' | 'directory' | 'link' | 'hardlink' | 'other';
  /** The size of its content in bytes. */
  readonly size: number;
  /** The target of a link. */
  readonly linkTarget?: string;
  /** Whether the archive contains only parts of the file, because tar omitted its holes. */
  readonly isSparse?: boolean;
}

export const TAR_BLOCK = 512;
/** The types by the flag in the header. */
const TYPES: { readonly [flag: string]: TarEntry['type'] } = { '0': 'file', '\0': 'file', '7': 'file', 'S': 'file', '1': 'hardlink', '2': 'link', '5': 'directory' };
/** Extended headers of a sparse file, including its own name. */
const SPARSE = 'GNU.sparse.', SPARSE_NAME = `${SPARSE}name`;
/** The positions at which the header of a sparse file in GNU's format, and a block of its map, indicate that another block follows. */
const SPARSE_HEADER_FLAG = 482, SPARSE_BLOCK_FLAG = 504;
/** The maximum lengths of a path, which is Linux's limit, and of an extended header, in which macOS also stores the attributes of a file. */
const MAX_NAME = 4096, MAX_EXTENDED = 1024 * 1024;

/**
 * Reads the members of a tar archive one after the other, in the formats of POSIX (ustar, pax) and GNU. Libraries push the content to their
 * callers, but the readers of this library ask for it, so that they need not hold it in memory.
 *
 * @param visit called with each member and a reader of its content, which it need not read
 */
export function readTar(bytes: ByteReader, visit: (entry: TarEntry, content: ByteReader) => void): void {
  let pax: Record<string, string> = {};
  let longPath: string | undefined, longLink: string | undefined;
  while (!bytes.isAtEnd) {
    const block = bytes.read(TAR_BLOCK);
    if (block.every(byte => byte === 0)) { return; }
    if (!hasChecksum(block)) { throw new FormatError('a header of the tar archive has a wrong checksum'); }
    const flag = String.fromCharCode(block[156]);
    const size = pax.size !== undefined && !'xgLK'.includes(flag) ? safe(Number(pax.size)) : readNumber(block.subarray(124, 136));
    const padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
    bytes.spend(1);
    if ('xgLK'.includes(flag)) {
      // GNU tar adds a zero to the name.
      if (size > ('LK'.includes(flag) ? MAX_NAME + 1 : MAX_EXTENDED)) { throw new FormatError(`the name of a member has ${size} bytes`); }
      const content = bytes.read(size);
      skipPadding(bytes, padding);
      if (flag === 'x') { pax = readPax(content); }
      if (flag === 'L') { longPath = text(content); }
      if (flag === 'K') { longLink = text(content); }
      continue;
    }
    if (flag === 'S') { skipSparseMap(bytes, block); }
    const type = TYPES[flag] ?? 'other';
    const isLink = type === 'link' || type === 'hardlink';
    const linkTarget = isLink ? pax.linkpath ?? longLink ?? text(block.subarray(157, 257)) : undefined;
    const entry: TarEntry = {
      path: normalize(pax[SPARSE_NAME] ?? pax.path ?? longPath ?? pathOf(block)),
      type,
      size: isLink || type === 'directory' ? 0 : size,
      ...(linkTarget === undefined ? {} : { linkTarget: type === 'hardlink' ? normalize(linkTarget) : linkTarget }),
      ...(flag === 'S' || Object.keys(pax).some(key => key.startsWith(SPARSE)) ? { isSparse: true } : {}),
    };
    for (const { length } of [entry.path, entry.linkTarget ?? '']) {
      if (length > MAX_NAME) { throw new FormatError(`the name of a member has ${length} characters`); }
    }
    bytes.spend((entry.path.length + (entry.linkTarget?.length ?? 0)) / 16);
    pax = {};
    longPath = longLink = undefined;
    const content = bytes.part(entry.size);
    visit(entry, content);
    bytes.finish(content);
    if (entry.size === size) { skipPadding(bytes, padding); }
  }
}

/** Skips the map of the parts of a sparse file, if it does not fit into the header. */
function skipSparseMap(bytes: ByteReader, header: Buffer): void {
  for (let more = header[SPARSE_HEADER_FLAG]; more !== 0;) {
    bytes.spend(1);
    more = bytes.read(TAR_BLOCK)[SPARSE_BLOCK_FLAG];
  }
}

/** Skips padding. It may be missing at the end, as in the archives of some programs. */
function skipPadding(bytes: ByteReader, padding: number): void {
  bytes.readUpTo(padding);
}

/** Whether a header has the right checksum: the sum of its bytes, with the checksum's field counted as spaces. */
function hasChecksum(header: Buffer): boolean {
  if (header.length < TAR_BLOCK) { return false; }
  let sum = 8 * 0x20;
  for (let i = 0; i < TAR_BLOCK; i++) {
    if (i < 148 || i >= 156) { sum += header[i]; }
  }
  return sum === parseInt(header.toString('latin1', 148, 156), 8);
}

function pathOf(block: Buffer): string {
  const prefix = block.toString('latin1', 257, 262) === 'ustar' && block[262] === 0 ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  return prefix ? `${prefix}/${name}` : name;
}

/** Normalizes a path. A regular expression for the trailing slashes would take quadratic time for a path that consists of slashes. */
function normalize(path: string): string {
  const start = /^(\.\/+)*/.exec(path)![0].length;
  let end = path.length;
  while (end > start && path[end - 1] === '/') { end--; }
  return path.slice(start, end);
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Reads a number: octal digits, or a binary number after a byte of 0x80. */
function readNumber(field: Buffer): number {
  if (field[0] === 0x80) { return safe(Number(field.subarray(4).readBigUInt64BE())); }
  const digits = text(field).trim();
  if (!/^[0-7]*$/.test(digits)) { throw new FormatError('a header of the tar archive has no size'); }
  return safe(digits === '' ? 0 : parseInt(digits, 8));
}

function safe(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0) { throw new FormatError('a member of the tar archive has no possible size'); }
  return size;
}

/** Reads the records of an extended header, which have the form "LENGTH KEY=VALUE\n". */
function readPax(content: Buffer): Record<string, string> {
  const records: Record<string, string> = {};
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(content.toString('latin1', at, space));
    if (!(length > space - at) || at + length > content.length) { throw new FormatError('an extended header of the tar archive is broken'); }
    const [, key, value] = /^([^=]*)=([\s\S]*)\n?$/.exec(content.toString('utf8', space + 1, at + length - 1)) ?? [];
    if (key === 'path' || key === 'linkpath' || key === 'size' || key?.startsWith(SPARSE)) { records[key] = value; }
    at += length;
  }
  return records;
}

/** Whether content is the beginning of a tar archive. An archive without files consists of zeros. */
export function isTar(content: Buffer): boolean {
  const header = content.subarray(0, TAR_BLOCK);
  return hasChecksum(header) || header.length === TAR_BLOCK && header.every(byte => byte === 0);
}
