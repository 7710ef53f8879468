import * as fs from 'fs';
import { Worker } from 'worker_threads';
import * as zlib from 'zlib';
import { BeyondLimit, FormatError } from './byte-reader';

/** The number of slots of the ring that the worker fills and the caller empties. */
const RING = { slots: 4, slotSize: 256 * 1024 };
/** Starting a worker takes longer than unpacking this much at once. */
const SMALL = { packed: 4 * 1024 * 1024, unpacked: 32 * 1024 * 1024 };
/** The fields in the header of the ring. */
const PRODUCED = 0, CONSUMED = 1, STATE = 2, FIRST_LENGTH = 3;
/** States of the worker. */
const ENDED = 1, FAILED = 2;
/** The maximum wait for one slot, much longer than a slow disk needs. */
const PATIENCE_MS = 30_000;

/**
 * The worker's code, in plain JavaScript. It is a string, so that the worker needs no separate file if this library is bundled.
 */
const WORKER = `
const { workerData: { path, ring, slots, slotSize } } = require('worker_threads');
const head = new Int32Array(ring, 0, ${FIRST_LENGTH} + slots);
const bytes = new Uint8Array(ring, head.byteLength);
const fs = require('fs');
const source = fs.createReadStream(path, { highWaterMark: slotSize });
const unpacked = source.pipe(require('zlib').createGunzip({ chunkSize: slotSize }));
source.on('error', (error) => unpacked.destroy(error));
(async () => {
  try {
    for await (const chunk of unpacked) {
      for (let at = 0; at < chunk.length; at += slotSize) {
        const piece = chunk.subarray(at, at + slotSize);
        const produced = Atomics.load(head, ${PRODUCED});
        for (let consumed; produced - (consumed = Atomics.load(head, ${CONSUMED})) >= slots;) Atomics.wait(head, ${CONSUMED}, consumed);
        bytes.set(piece, (produced % slots) * slotSize);
        head[${FIRST_LENGTH} + produced % slots] = piece.length;
        Atomics.store(head, ${PRODUCED}, produced + 1);
        Atomics.notify(head, ${PRODUCED});
      }
    }
    Atomics.store(head, ${STATE}, ${ENDED});
  } catch (error) {
    Atomics.store(head, ${STATE}, ${FAILED});
  }
  Atomics.add(head, ${PRODUCED}, 1);
  Atomics.notify(head, ${PRODUCED});
})();
`;

/**
 * Unpacks a gzip file chunk by chunk, synchronously and in about a megabyte of memory. Node.js has no such function: its synchronous functions need
 * the whole file, and JavaScript libraries take three times as long. Therefore, a worker thread unpacks with zlib, and this thread waits for its
 * chunks.
 *
 * @param limit number of unpacked bytes after which it fails with BeyondLimit
 * @returns `next` returns the next chunk, undefined at the end; `close` ends the worker
 */
export function inflate(path: string, limit: number): { next: () => Buffer | undefined; close: () => void } {
  const whole = inflateAtOnce(path);
  if (whole) {
    const chunks = [whole];
    return { next: () => chunks.pop(), close: () => {} };
  }
  const { slots, slotSize } = RING;
  const headLength = FIRST_LENGTH + slots;
  const ring = new SharedArrayBuffer(headLength * 4 + slots * slotSize);
  const head = new Int32Array(ring, 0, headLength);
  const bytes = Buffer.from(ring, headLength * 4);
  const worker = new Worker(WORKER, { eval: true, workerData: { path, ring, slots, slotSize }, execArgv: [], env: {} });
  worker.unref();
  // Without a listener, an error of the worker would end the app.
  worker.on('error', () => {});
  let taken = 0;
  let total = 0;

  const next = (): Buffer | undefined => {
    while (Atomics.load(head, PRODUCED) === taken) {
      if (Atomics.wait(head, PRODUCED, taken, PATIENCE_MS) === 'timed-out') { throw new FormatError(`nothing was read of it for ${PATIENCE_MS / 1000} s`); }
    }
    const state = Atomics.load(head, STATE);
    if (state !== 0 && Atomics.load(head, PRODUCED) === taken + 1) {
      if (state === FAILED) { throw new FormatError('gzip finds it broken or cut off'); }
      return undefined;
    }
    if (total >= limit) { throw new BeyondLimit(); }
    const slot = taken % slots;
    const chunk = Buffer.from(bytes.subarray(slot * slotSize, slot * slotSize + head[FIRST_LENGTH + slot]));
    total += chunk.length;
    Atomics.store(head, CONSUMED, ++taken);
    Atomics.notify(head, CONSUMED);
    return chunk;
  };
  return { next, close: () => void worker.terminate() };
}

/** Returns the unpacked content of a small file. It is undefined for other files, and for small ones with a large unpacked size. */
function inflateAtOnce(path: string): Buffer | undefined {
  if (fs.statSync(path).size > SMALL.packed) { return undefined; }
  try {
    return zlib.gunzipSync(fs.readFileSync(path), { maxOutputLength: SMALL.unpacked });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') { return undefined; }
    throw new FormatError('gzip finds it broken or cut off');
  }
}
