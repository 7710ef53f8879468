import * as fs from 'fs';
import * as path from 'path';
import * as zlib from 'zlib';
import { archiveWith, check, MODELS, tar, written } from './archives';
import { NeoDataInputShape, NeoFramework } from '../../src/index';
import { SEED } from '../random-seed';

const shape = NeoDataInputShape.fromMap({ image: [1, 3, 32, 32] });
const onnx = (archive: string) => check(archive, NeoFramework.ONNX, shape);
const good = fs.readFileSync(path.join(MODELS, 'onnx/fixed.onnx'));

test('fails: an archive that is cut off', () => {
  const whole = zlib.gzipSync(tar([{ name: 'model.onnx', content: good }]));
  expect(onnx(written(whole.subarray(0, whole.length - 20))).errors).toEqual([expect.stringMatching(/cannot be unpacked.*gzip finds it broken or cut off/)]);
  const cut = zlib.gzipSync(tar([{ name: 'model.onnx', content: good, size: 1_000_000 }]));
  expect(onnx(written(cut)).errors).toEqual([expect.stringMatching(/cannot be unpacked.*it ends in the middle/)]);
});

test('a bomb is read up to the limit', () => {
  // 600 MB of zeros in 600 kB: a header that claims them, and the same block of gzip over and over.
  const zeros = Buffer.alloc(60_000_000);
  const member = zlib.gzipSync(zeros);
  const [head] = [tar([{ name: 'model.onnx', size: 600_000_000 }]).subarray(0, 512)];
  const bomb = Buffer.concat([zlib.gzipSync(head), ...Array(10).fill(member)]);
  expect(bomb.length).toBeLessThan(1_000_000);
  const before = process.memoryUsage().rss;
  const { errors, warnings } = onnx(written(bomb));
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
  expect([...errors, ...warnings].join()).toMatch(/archivePartial: .*first 512 MiB|no protobuf/);
});

test('many entries are read up to the limit', () => {
  const entries = tar([{ name: 'x' }]).subarray(0, 512);
  const many = zlib.gzipSync(Buffer.concat([tar([{ name: 'model.onnx', content: good }]).subarray(0, -1024), Buffer.alloc(512 * 100_000, entries)]));
  expect(onnx(written(many))).toEqual({ errors: [], warnings: [expect.stringMatching(/^archivePartial: .*first 20000 entries/)] });
});

test.each<[string, Parameters<typeof archiveWith>[0], RegExp]>([
  ['a long name', [{ name: '././@LongLink', flag: 'L', content: Buffer.alloc(100_000, 'a') }], /the name of a member has 100000 bytes/],
  ['a name that is a header and never ends', [{ name: 'x', flag: 'x', content: '99999999999 path=a' }], /extended header of the tar archive is broken/],
  ['a record without a length', [{ name: 'x', flag: 'x', content: '0 path=a\n' }], /extended header of the tar archive is broken/],
  ['a size below zero', [{ name: 'x', flag: 'x', content: '12 size=-10\n' }, { name: 'y' }], /no possible size/],
])('fails: %s', (_, members, message) => {
  expect(onnx(archiveWith(members)).errors).toEqual([expect.stringMatching(message)]);
});

test('names are shown without what a terminal obeys, without what reorders or hides text, and short', () => {
  const { errors } = onnx(archiveWith([{ name: Buffer.from('\x1b[31mred\u202e\u200b\u2028').toString('latin1') }, { name: `${'a'.repeat(90)}/b` }, ...Array.from({ length: 20 }, (_, i) => ({ name: `${i}` }))]));
  expect(errors).toEqual([expect.stringMatching(/got: \?\[31mred\?\?\?, a+\/b, 0, 1, 2 and 17 more$/)]);
});

test('a link that leads to itself is only a link', () => {
  expect(onnx(archiveWith([{ name: 'model.onnx', content: good }, { name: 'a', flag: '2', linkname: 'a' }]))).toEqual({ errors: [], warnings: [] });
});

describe('what is made to keep the check busy, or to fill the memory, ends in a finding', () => {
  const large = 8 * 1024 * 1024;
  const varint = (value: number): number[] => value < 0x80 ? [value] : [value % 0x80 + 0x80, ...varint(Math.floor(value / 0x80))];
  const field = (number: number, content: Buffer) => Buffer.concat([Buffer.from([number * 8 + 2, ...varint(content.length)]), content]);
  const graph = (content: Buffer) => Buffer.concat([Buffer.from([8, 7]), field(7, content)]);
  const repeated = (bytes: string | Buffer, length = large) => Buffer.alloc(length, bytes);
  const flatbuffer = Buffer.concat([Buffer.from([8, 0, 0, 0]), Buffer.from('TFL3'), repeated(Buffer.from([4, 0, 0, 0]))]);
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), repeated(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.alloc(42)]), 46 * 60_000), (() => {
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06');
    end.writeUInt16LE(60_000, 10);
    end.writeUInt32LE(4, 16);
    return end;
  })()]);
  /** Gzip's members follow each other: a small file of a large archive. */
  const members = (content: Buffer, count: number) => {
    const packed = zlib.gzipSync(content);
    return Buffer.concat(Array.from({ length: count }, () => packed));
  };
  const entry = tar([{ name: 'x' }]).subarray(0, 512);
  const extended = tar([{ name: 'x', flag: 'x', content: '10 path=a\n' }]).subarray(0, 1024);

  const input = (name: string, sizes = 1) => field(11, Buffer.concat([
    field(1, Buffer.from(name)), field(2, field(1, field(2, repeated(Buffer.from([0x0a, 2, 8, 1]), 4 * sizes)))),
  ]));
  const onnxWith = (...inputs: Buffer[]) => zlib.gzipSync(tar([{ name: 'a.onnx', content: graph(Buffer.concat(inputs)) }]));

  test.each<[string, NeoFramework, () => Buffer, RegExp]>([
    ['a path of slashes', NeoFramework.ONNX, () => {
      const record = ` path=${'/'.repeat(1_000_000)}x\n`;
      return zlib.gzipSync(tar([{ name: 'x', flag: 'x', content: `${record.length + 7}${record}` }, { name: 'a.onnx' }]));
    }, /cannot be unpacked.*the name of a member has 1000001 characters/],
    ['inputs of which the last one is meant', NeoFramework.ONNX, () => onnxWith(...Array.from({ length: 110_000 }, (_, i) => input(`i${i}`)), input('image')),
      /inputNames: .*also has the inputs i0, .* and 109990 more/],
    ['sizes without end', NeoFramework.ONNX, () => onnxWith(input('image', 500_000)), /inputSizes: .*the model has \[(1,){16}\.\.\. 500000 sizes\]; got: \[1,3,32,32\]/],
    ['a thousand inputs of TensorFlow Lite with one shape of 200,000 sizes', NeoFramework.TFLITE_1_15, () => {
      const file = Buffer.alloc(4_108 + 800_000, 1);
      file.fill(0, 0, 4_104);
      file.write('TFL3', 4);
      // Vtables of the model, a subgraph and a tensor: their length, that of the table, and positions of fields in the table.
      for (const [position, ...values] of [[8, 10, 12, 4, 0, 8], [40, 8, 12, 4, 8], [76, 6, 8, 4]]) {
        for (const [i, value] of values.entries()) { file.writeUInt16LE(value, position + 2 * i); }
      }
      // The tables with offsets to their vtables and fields, and the vectors with their lengths.
      const numbers = [[0, 20], [20, 12, 3, 4, 1, 20], [56, 16, 8, 36, 1, 16], [88, 12, 4_104 - 92], [100, 1_000], [4_104, 200_000]];
      for (const [position, ...values] of numbers) { for (const [i, value] of values.entries()) { file.writeUInt32LE(value, position + 4 * i); } }
      return zlib.gzipSync(tar([{ name: 'a.tflite', content: file }]));
    }, /a\.tflite must be.*got: a broken file: it has more parts than any model/],
    ['ten million entries', NeoFramework.ONNX, () => members(repeated(entry, 512 * 100_000), 100), /archivePartial: .*first 20000 entries/],
    ['ten million extended headers', NeoFramework.ONNX, () => members(repeated(extended, 1024 * 100_000), 100), /archivePartial: .*512 MiB|more parts than any model/],
    ['fields of protobuf without end', NeoFramework.ONNX, () => zlib.gzipSync(tar([{ name: 'a.onnx', content: graph(repeated(Buffer.from([8, 1]), 2 * large)) }])), /a\.onnx must be.*got: a broken file: it has more parts than any model/],
    ['inputs without end', NeoFramework.ONNX, () => zlib.gzipSync(tar([{ name: 'a.onnx', content: graph(repeated(Buffer.from([0x5a, 0]), large)) }])), /a\.onnx must be.*got: a broken file: it has more parts than any model/],
    ['four such models', NeoFramework.TENSORFLOW_2_9, () => zlib.gzipSync(tar(Array.from({ length: 4 }, (_, i) => ({ name: `${i}.pb`, content: repeated(Buffer.from([0x0a, 0])) })))), /it has more parts than any model/],
    ['a directory of a zip', NeoFramework.PYTORCH_1_12, () => zlib.gzipSync(tar([{ name: 'a.pth', content: zip }])), /a zip that PyTorch did not make/],
    ['a flatbuffer of offsets', NeoFramework.TFLITE_1_15, () => zlib.gzipSync(tar([{ name: 'a.tflite', content: flatbuffer }])), /modelUnreadable: .*it has version 4 of the schema/],
    ['JSON of brackets', NeoFramework.MXNET_1_8, () => zlib.gzipSync(tar([{ name: 'a-symbol.json', content: repeated('[', large - 1) }, { name: 'a.params' }])), /no JSON/],
    ['JSON of small nodes', NeoFramework.MXNET_1_8, () => zlib.gzipSync(tar([{ name: 'a-symbol.json', content: `{"nodes":[${'{},'.repeat(2_500_000)}{}]}` }, { name: 'a.params' }])), /a\.params must be.*got: an empty file/],
    ['a definition of Keras that never ends', NeoFramework.KERAS, () => zlib.gzipSync(tar([{ name: 'a.h5', content: Buffer.concat([Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'), repeated('{"class_name": ')]) }])), /^$|inputShape|keras/],
    ['lines of DarkNet', NeoFramework.DARKNET, () => zlib.gzipSync(tar([{ name: 'a.cfg', content: repeated(' \n', 1024 * 1024) }, { name: 'a.weights', content: repeated('\0', 64) }])), /without a \[net\] section/],
    ['versions of XGBoost', NeoFramework.XGBOOST, () => zlib.gzipSync(tar([{ name: 'a.model', content: `{"learner":"version"${' '.repeat(4_000_000)}` }])), /^$/],
  ])('%s', (_, framework, make, message) => {
    const file = written(make());
    const before = process.memoryUsage().rss;
    const cpu = process.cpuUsage();
    const { errors, warnings } = check(file, framework, framework === NeoFramework.ONNX ? shape : undefined);
    const { user, system } = process.cpuUsage(cpu);
    const taken = { seconds: (user + system) / 1e6, mebibytes: (process.memoryUsage().rss - before) / 2 ** 20 };
    expect([...errors, ...warnings].join('\n')).toMatch(message);
    // Far more than any of them takes, as a busy machine inflates the time of CPU, too.
    expect(taken.seconds).toBeLessThan(20);
    expect(taken.mebibytes).toBeLessThan(600);
  });
});

test('mutations of real models end in findings, never in anything else', () => {
  let state = SEED;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const models: [string, NeoFramework][] = [
    ['onnx/fixed.onnx', NeoFramework.ONNX], ['torch/traced-1-12.pth', NeoFramework.PYTORCH_1_12], ['tensorflow/fixed.tflite', NeoFramework.TFLITE_1_15],
    ['keras/keras2.h5', NeoFramework.KERAS], ['mxnet/gluon-0000.params', NeoFramework.MXNET_1_8], ['mxnet/gluon-symbol.json', NeoFramework.MXNET_1_8],
    ['xgboost/booster-1-3.model', NeoFramework.XGBOOST], ['tensorflow/frozen.pb', NeoFramework.TENSORFLOW_2_9],
    ['tensorflow/saved_model/saved_model.pb', NeoFramework.TENSORFLOW_2_9],
  ];
  const archive = path.join(path.dirname(written(Buffer.alloc(0))), 'mutated.tar.gz');
  for (let i = 0; i < 3_000; i++) {
    const [file, framework] = models[i % models.length];
    const content = Buffer.from(fs.readFileSync(path.join(MODELS, file)));
    for (let n = random(6); n >= 0; n--) { content[random(content.length)] = [0, 0xff, 0x7f, 0x80, random(256)][random(5)]; }
    const cut = random(4) === 0 ? content.subarray(0, random(content.length)) : content;
    const packed = tar([{ name: path.basename(file), content: cut }]);
    if (random(4) === 0) { packed[random(packed.length)] = random(256); }
    fs.writeFileSync(archive, zlib.gzipSync(packed, { level: 1 }));
    // Another time, as an archive that has not changed is not read again.
    fs.utimesSync(archive, i, i);
    const { errors, warnings } = check(archive, framework, shape);
    expect([...errors, ...warnings].every(text => text.length < 1_500)).toBe(true);
  }
});
