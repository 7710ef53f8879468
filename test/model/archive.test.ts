import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { crc32, gunzipSync, gzipSync } from 'zlib';
import { tarGz } from '../../examples/private-compilation/model/tar';
import { NeoModel } from '../../src';
import { archiveProblem, readArchive } from '../../src/preflight/archive-contents';
import { compilation, OPTIONS } from '../compilation-job/fixture';

const folder = mkdtempSync(join(tmpdir(), 'neo-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = Buffer.alloc(300_000, 'model');

function file(content: Buffer | string, name = 'model.tar.gz'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const FLAGS = { crc: 2, extra: 4, name: 8, comment: 16 };

/** The archive with optional fields in the header of gzip, as RFC 1952 has them. */
function withHeader(fields: { extra?: number; name?: number; comment?: number; crc?: true }, archive = tarGz('model.pth', MODEL)): Buffer {
  const { extra, name, comment, crc } = fields;
  const header = Buffer.from(archive.subarray(0, 10));
  header[3] = Object.entries(fields).reduce((flags, [field]) => flags + FLAGS[field as keyof typeof FLAGS], 0);
  const parts = [header];
  if (extra !== undefined) {
    const length = Buffer.alloc(2);
    length.writeUInt16LE(extra);
    // The bytes are none of a text: a zero among them ends nothing.
    parts.push(length, Buffer.alloc(extra));
  }
  for (const text of [name, comment]) { if (text !== undefined) { parts.push(Buffer.alloc(text, 'n'), Buffer.from([0])); } }
  const before = Buffer.concat(parts);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc32(before) % 0x10000);
  return Buffer.concat([before, ...crc ? [checksum] : [], archive.subarray(10)]);
}

/** As users pack a model. */
function packed(...args: string[]): string {
  file(MODEL, 'model.pth');
  const path = join(folder, 'packed.tar.gz');
  execFileSync('tar', ['-czf', path, ...args, '-C', folder, 'model.pth']);
  return path;
}

test.each<[string, () => string]>([
  ['"tar czf"', () => packed()],
  ['tar in the format ustar', () => packed('--format=ustar')],
  ['tar in the format pax', () => packed('--format=pax')],
  ['a program', () => file(tarGz('model.pth', MODEL))],
  ['gzip, which keeps the name of the tar archive', () => {
    const name = join(folder, `${'long'.repeat(60)}.tar`);
    writeFileSync(name, gunzipSync(tarGz('model.pth', MODEL)));
    return file(execFileSync('gzip', ['-c', '-N', name]));
  }],
  ['a program that keeps a long name', () => file(withHeader({ name: 5_000 }))],
  ['a program that keeps a long comment', () => file(withHeader({ name: 20, comment: 100_000 }))],
  ['a program that keeps a table of its own, such as dictzip', () => file(withHeader({ extra: 65_535 }))],
  ['a program that keeps all of it', () => file(withHeader({ extra: 60_000, name: 70_000, comment: 80_000, crc: true }))],
  ['a program whose header has three MiB', () => file(withHeader({ name: 3 * 1024 * 1024 }))],
  ['two programs, the first of which packed nothing', () => file(Buffer.concat([gzipSync(''), tarGz('model.pth', MODEL)]))],
  ['a program that compresses nothing', () => file(gzipSync(gunzipSync(tarGz('model.pth', MODEL)), { level: 0 }))],
])('an archive made by %s is fine', (_, make) => {
  const path = make();
  // What the test has made is right: gzip unpacks it.
  expect(execFileSync('gzip', ['-dc'], { input: readFileSync(path) }).length).toBeGreaterThan(MODEL.length);
  expect(archiveProblem(path)).toBeUndefined();
  expect(readArchive(path)).toMatchObject({ entries: [{ path: 'model.pth' }] });
});

test.each<[string, () => string, RegExp]>([
  ['nothing', () => file(''), /an empty file/],
  ['a pointer of Git LFS', () => file('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'), /a pointer of Git LFS, run "git lfs pull"/],
  ['a zip that was renamed', () => file(Buffer.from('PK\x03\x04 and so on')), /a file that gzip did not make/],
  ['an uncompressed tar', () => file(gunzipSync(tarGz('model.pth', MODEL))), /a tar archive that is not compressed/],
  ['a compressed model without tar', () => file(gzipSync(MODEL)), /a compressed file that is no tar archive/],
  ['a compressed model without tar, and with a long name', () => file(withHeader({ name: 9_000, extra: 9_000 }, gzipSync(MODEL))), /a compressed file that is no tar archive/],
  ['a name without an end', () => file(withHeader({ name: 3_000_000 }).subarray(0, 2_000_000)), /a file that gzip did not make/],
  ['a file that ends in the name', () => file(withHeader({ name: 9_000 }).subarray(0, 4_000)), /a file that gzip did not make/],
  ['a file that ends in the table', () => file(withHeader({ extra: 9_000 }).subarray(0, 11)), /a file that gzip did not make/],
  ['flags that gzip has not', () => file(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0x20]), tarGz('model.pth', MODEL).subarray(4)])), /a file that gzip did not make/],
  ['a method that gzip has not', () => file(Buffer.concat([Buffer.from([0x1f, 0x8b, 7]), tarGz('model.pth', MODEL).subarray(3)])), /a file that gzip did not make/],
  ['something else behind the header', () => file(Buffer.concat([tarGz('model.pth', MODEL).subarray(0, 10), Buffer.alloc(9_000, 0xff)])), /a file that gzip did not make/],
  ['a compressed file of a few bytes', () => file(gzipSync('model')), /a compressed file that is no tar archive/],
])('fails: %s, at synthesis that says what it is', (_, make, message) => {
  const path = make();
  expect(() => compilation({ model: NeoModel.fromAsset(path, OPTIONS) }))
    .toThrow(new RegExp(`path must be a tar archive compressed with gzip.*"tar czf"; got: "\\S+model.tar.gz", ${message.source} \\[at Stack/Job\\]`));
});
