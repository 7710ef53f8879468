import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as zlib from 'zlib';
import { seededRandom } from '../../local/sagemaker/random';
import { built } from '../harness/build';
import { spread, table, type Result } from '../harness/result';
import { interleaved } from '../harness/sampling';
import { measured, summary } from '../harness/statistics';

const SIZES = [1, 100, 1_000];
const MB = 1_000_000;
/** The size of a block of weights. Weights hardly compress, so they are random numbers, except for every fourth byte. */
const BLOCK = 1024 * 1024;

/** Measures the check of archives of 1, 100 and 1,000 MB, compressed by gzip as by "tar czf". */
export async function preflight(samples: number): Promise<Result> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-bench-'));
  try {
    const archives = SIZES.map(size => ({ size, file: path.join(folder, `${size}.tar.gz`) }));
    for (const { size, file } of archives) { writeArchive(file, size * MB); }
    const program = await built('preflight/check');
    const found = await interleaved(archives.map(({ size, file }) => ({ name: `${size}`, command: [process.execPath, program, file] })), samples);
    const of = (size: number, measure: string) => summary(measured(found.get(`${size}`)!, measure));
    return {
      text: table(['archive of an ONNX model, unpacked', 'ms', 'ms of CPU', 'memory, MiB', 'read'], archives.map(({ size }) => [
        `${size.toLocaleString('en')} MB`, spread(of(size, 'time')), spread(of(size, 'cpu')), spread(of(size, 'memory')), of(size, 'warnings').median > 0 ? 'its beginning' : 'all of it',
      ])),
      figures: {
        'check of 100 MB, s': { value: of(100, 'time').median / 1_000, steady: of(100, 'cpu').median / 1_000, most: 1, kind: 'time' },
        'check of 1,000 MB, s': { value: of(1_000, 'time').median / 1_000, steady: of(1_000, 'cpu').median / 1_000, most: 10, kind: 'time' },
      },
    };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Writes a .tar.gz with an ONNX model whose initializer has this many bytes, in pieces. */
function writeArchive(file: string, size: number): void {
  const random = seededRandom(1);
  const weights = Buffer.from(Array.from({ length: BLOCK }, (_, i) => i % 4 === 3 ? 0x3d : Math.floor(random() * 256)));
  const name = field(8, Buffer.from('w'));
  // The length of the field comes before its content.
  const tensor = Buffer.concat([name, Buffer.from([9 * 8 + 2]), varint(size)]);
  const input = field(11, Buffer.concat([field(1, Buffer.from('image')), field(2, field(1, Buffer.concat([Buffer.from([8, 1]), shapeOf([1, 3, 32, 32])])))]));
  const initializer = Buffer.concat([Buffer.from([5 * 8 + 2]), varint(tensor.length + size), tensor]);
  const graph = Buffer.concat([Buffer.from([7 * 8 + 2]), varint(initializer.length + size + input.length), initializer]);
  const head = Buffer.concat([Buffer.from([8, 7]), graph]);
  const tail = Buffer.concat([input, field(8, Buffer.from([2 * 8, 12]))]);
  const total = head.length + size + tail.length;
  const descriptor = fs.openSync(file, 'w');
  // The file is a sequence of gzip members, so that only one block is in memory.
  const write = (bytes: Buffer) => fs.writeSync(descriptor, zlib.gzipSync(bytes));
  write(Buffer.concat([tarHeader('model.onnx', total), head]));
  const packed = zlib.gzipSync(weights);
  for (let left = size; left > 0; left -= BLOCK) { left >= BLOCK ? fs.writeSync(descriptor, packed) : write(weights.subarray(0, left)); }
  write(Buffer.concat([tail, Buffer.alloc((512 - total % 512) % 512 + 1024)]));
  fs.closeSync(descriptor);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) { bytes.push(value % 0x80 + 0x80); }
  return Buffer.from([...bytes, value]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function shapeOf(sizes: number[]): Buffer {
  return field(2, Buffer.concat(sizes.map(size => field(1, Buffer.concat([Buffer.from([8]), varint(size)])))));
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
