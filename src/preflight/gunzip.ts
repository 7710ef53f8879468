import * as fs from 'fs';
import { BeyondLimit, FormatError } from './byte-reader';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the bundle has no types
const { Gunzip } = require('../../assets/build/gunzip') as typeof import('minizlib');

/** The number of compressed bytes that are unpacked at once. Unpacked, they are at most a thousand times as many. */
const PIECE = 16 * 1024;

/**
 * Unpacks a gzip file piece by piece, synchronously and with a few megabytes of memory. The synchronous functions of Node.js need the whole file.
 * minizlib calls the same zlib for each piece. Libraries in JavaScript, such as pako and fflate, take three times as long.
 *
 * @param limit number of unpacked bytes after which it fails with BeyondLimit
 */
export function* gunzip(path: string, limit: number): Generator<Buffer, undefined> {
  const chunks: Buffer[] = [];
  let isBroken = false;
  const unpacking = new Gunzip({}).on('data', chunk => chunks.push(chunk)).on('error', () => { isBroken = true; });
  const file = fs.openSync(path, 'r');
  try {
    const piece = Buffer.alloc(PIECE);
    let total = 0;
    let isAtEnd = false;
    while (!isAtEnd) {
      const length = fs.readSync(file, piece);
      isAtEnd = length === 0;
      if (isAtEnd) { unpacking.end(); } else { unpacking.write(piece.subarray(0, length)); }
      for (const chunk of chunks.splice(0)) {
        if (total >= limit) { throw new BeyondLimit(`its first ${limit / 1024 / 1024} MiB (unpacked)`); }
        total += chunk.length;
        yield chunk;
      }
      if (isBroken) { throw new FormatError('gzip finds it broken or cut off'); }
    }
  } finally {
    fs.closeSync(file);
    unpacking.close();
  }
}
