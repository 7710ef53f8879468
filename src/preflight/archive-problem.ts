import * as fs from 'fs';
import * as zlib from 'zlib';
import { hasChecksum } from './tar';

/** More than the first header of a tar archive needs when it is compressed. */
const BEGINNING = 4096;
/** Length of a header of a tar archive. */
const HEADER = 512;

/**
 * What is wrong with a file that should be a tar archive compressed with gzip, as far as its beginning shows. Models are large, so the rest is not read.
 *
 * @returns undefined if nothing is wrong
 */
export function archiveProblem(path: string): string | undefined {
  const beginning = readBeginning(path, BEGINNING);
  if (beginning.length === 0) { return 'an empty file'; }
  if (isLfsPointer(beginning)) { return LFS_POINTER.description; }
  const unpacked = gunzipBeginning(beginning);
  if (!unpacked) { return isTar(beginning) ? 'a tar archive that is not compressed' : 'a file that gzip did not make'; }
  return isTar(unpacked) ? undefined : 'a compressed file that is no tar archive';
}

/** Git LFS checks out a text instead of a large file if it is not set up. */
export const LFS_POINTER = {
  beginning: Buffer.from('version https://git-lfs'),
  description: 'a pointer of Git LFS, run "git lfs pull"',
};

export function isLfsPointer(content: Buffer): boolean {
  return content.subarray(0, LFS_POINTER.beginning.length).equals(LFS_POINTER.beginning);
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

/** An archive without files has only zeros. */
function isTar(content: Buffer): boolean {
  const header = content.subarray(0, HEADER);
  return hasChecksum(header) || header.length === HEADER && header.every(byte => byte === 0);
}
