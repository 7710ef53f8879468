import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gunzipSync, gzipSync } from 'zlib';
import { tarGz } from '../../examples/private-compilation/model/tar';
import { NeoModel } from '../../src';
import { archiveProblem } from '../../src/preflight/tar';
import { compilation, OPTIONS } from '../compilation-job/fixture';

const folder = mkdtempSync(join(tmpdir(), 'neo-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = Buffer.alloc(300_000, 'model');

function file(content: Buffer | string, name = 'model.tar.gz'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
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
  ['a program that compresses nothing', () => file(gzipSync(gunzipSync(tarGz('model.pth', MODEL)), { level: 0 }))],
])('an archive made by %s is fine', (_, make) => {
  expect(archiveProblem(make())).toBeUndefined();
});

test.each<[string, () => string, RegExp]>([
  ['nothing', () => file(''), /an empty file/],
  ['a pointer of Git LFS', () => file('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'), /a pointer of Git LFS, run "git lfs pull"/],
  ['a zip that was renamed', () => file(Buffer.from('PK\x03\x04 and so on')), /a file that gzip did not make/],
  ['an uncompressed tar', () => file(gunzipSync(tarGz('model.pth', MODEL))), /a tar archive that is not compressed/],
  ['a compressed model without tar', () => file(gzipSync(MODEL)), /a compressed file that is no tar archive/],
  ['a compressed file of a few bytes', () => file(gzipSync('model')), /a compressed file that is no tar archive/],
])('fails: %s, at synthesis that says what it is', (_, make, message) => {
  const path = make();
  expect(() => compilation({ model: NeoModel.fromAsset(path, OPTIONS) }))
    .toThrow(new RegExp(`path must be a tar archive compressed with gzip.*"tar czf"; got: "\\S+model.tar.gz", ${message.source} \\[at Stack/Job\\]`));
});
