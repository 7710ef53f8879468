import * as fs from 'fs';
import * as zlib from 'zlib';

/** The header of a tar file's first entry. */
const HEADER = { length: 512, checksumAt: 148, checksumLength: 8 };

/** Compressed, this is more than enough for the first header. */
const BEGINNING = 4096;

/** A Git LFS pointer begins so. */
const LFS_POINTER = 'version https://git-lfs';

/**
 * What is wrong with a file that should be a gzip-compressed tar archive, as far as its beginning shows. Models are large: the rest is not read.
 *
 * @returns undefined when nothing is
 */
export function archiveProblem(path: string): string | undefined {
  const beginning = readBeginning(path, BEGINNING);
  if (beginning.length === 0) { return 'an empty file'; }
  if (beginning.toString('latin1', 0, LFS_POINTER.length) === LFS_POINTER) { return 'a pointer of Git LFS, run "git lfs pull"'; }
  const unpacked = gunzipBeginning(beginning);
  if (!unpacked) { return isTar(beginning) ? 'a tar archive that is not compressed' : 'a file that gzip did not make'; }
  return isTar(unpacked) ? undefined : 'a compressed file that is no tar archive';
}

function readBeginning(path: string, length: number): Buffer {
  const file = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, fs.readSync(file, buffer, 0, length, 0));
  } finally {
    fs.closeSync(file);
  }
}

function gunzipBeginning(beginning: Buffer): Buffer | undefined {
  try {
    // The end is missing, which is no error with this flag.
    return zlib.gunzipSync(beginning, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** All formats of tar have this checksum: the sum of the header's bytes, its own being spaces. */
function isTar(content: Buffer): boolean {
  if (content.length < HEADER.length) { return false; }
  const { length, checksumAt, checksumLength } = HEADER;
  const written = parseInt(content.toString('latin1', checksumAt, checksumAt + checksumLength), 8);
  const header = Buffer.from(content.subarray(0, length));
  header.fill(' ', checksumAt, checksumAt + checksumLength);
  return header.reduce((sum, byte) => sum + byte, 0) === written;
}
