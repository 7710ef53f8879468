import { execFileSync } from 'child_process';
import * as crypto from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { seededRandom } from '../../local/sagemaker/random';
import { NeoModel, NeoFramework } from '../../src/index';
import { packDirectory, packFiles } from '../../src/preflight/pack';
import { SEED } from '../random-seed';

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'neo-pack-')));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Files of a model, by path. */
const MODEL = { 'b-symbol.json': '{}', 'a-0000.params': 'weights', 'deep/Er/ü b.txt': 'text', 'deep/empty': '', [`${'long/'.repeat(30)}name`]: 'far below' };

let count = 0;

/** Writes the files in the order that is given. */
function save(files: { readonly [name: string]: string | Buffer }, options: { modified?: number; mode?: number } = {}): string {
  const directory = path.join(folder, `${++count}`);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    if (options.mode !== undefined) { fs.chmodSync(file, options.mode); }
    if (options.modified !== undefined) { fs.utimesSync(file, options.modified, options.modified); }
  }
  return directory;
}

/** Runs with another temporary folder. Jest's copy of the environment does not reach the function itself. */
function withTemporary<T>(directory: string, body: () => T): T {
  const temporary = jest.spyOn(jest.requireActual<typeof os>('os'), 'tmpdir').mockReturnValue(directory);
  try {
    return body();
  } finally {
    temporary.mockRestore();
  }
}

describe('the same content gives the same bytes, whatever', () => {
  const reversed = Object.fromEntries(Object.entries(MODEL).reverse());
  const expected = fs.readFileSync(packDirectory(save(MODEL)));

  test.each<[string, () => string]>([
    ['the order in which the files were written', () => packDirectory(save(reversed))],
    ['their times', () => packDirectory(save(MODEL, { modified: 1_000_000_000 }))],
    ['their modes', () => packDirectory(save(MODEL, { mode: 0o755 }))],
    ['the umask', () => {
      const before = process.umask(0o077);
      try { return packDirectory(save(MODEL)); } finally { process.umask(before); }
    }],
    ['the working directory and the form of the path', () => packDirectory(`${path.relative(process.cwd(), save(MODEL))}/./`)],
    ['the temporary folder', () => withTemporary(save({ x: '' }), () => packDirectory(save(MODEL)))],
    ['links to files elsewhere', () => {
      const directory = path.join(folder, `${++count}`);
      fs.mkdirSync(directory);
      const real = save(MODEL);
      for (const name of fs.readdirSync(real)) { fs.symlinkSync(path.join(real, name), path.join(directory, name)); }
      return packDirectory(directory);
    }],
    ['files of the system next to them', () => packDirectory(save({ ...MODEL, '.DS_Store': 'x', '._a-0000.params': 'x', 'deep/Thumbs.db': 'x' }))],
  ])('%s', (_, make) => {
    const archive = fs.readFileSync(make());
    expect(archive.equals(expected)).toBe(true);
  });

  test('the order in which files are named', () => {
    const directory = save(MODEL);
    const [first, second] = ['b-symbol.json', 'a-0000.params'].map(name => path.join(directory, name));
    expect(fs.readFileSync(packFiles([first, second])).equals(fs.readFileSync(packFiles([second, first])))).toBe(true);
  });

  test('the machine: neither a release of Node.js or zlib nor one of this library changes these digests', () => {
    const archive = packDirectory(save({ 'model.onnx': 'content', 'data/weights': Buffer.alloc(200_000, 7) }));
    expect(path.basename(archive)).toBe('69091b7de336ecd16cde2a8cf2a27570dbef770324279030efb3f3513e9fd1dd.tar.gz');
    expect(crypto.createHash('sha256').update(fs.readFileSync(archive)).digest('hex')).toBe('ea51c1b6840a022cdebf286b0dbb2bd11acde1dd601171f02231fc836520ebc1');
  });
});

test('other content gives another archive', () => {
  const digests = [MODEL, { ...MODEL, 'deep/empty': ' ' }, { ...MODEL, more: '' }, { 'b-symbol.json': '{}' }].map(files => packDirectory(save(files)));
  expect(new Set(digests).size).toBe(4);
});

test('tar unpacks what was packed, at each size around the blocks of tar and gzip', () => {
  const random = seededRandom(SEED);
  const sizes = [0, 1, 511, 512, 513, 65_535 - 1_024, 65_535 - 512, 65_535, 65_536, 131_070, 1_048_576, 1_048_577, 3_000_000];
  const files = { ...MODEL, ...Object.fromEntries(sizes.map(size => [`size-${size}`, Buffer.alloc(size, `${random()}`)])) };
  const directory = save(files);
  const to = path.join(folder, `${++count}`);
  fs.mkdirSync(to);
  execFileSync('tar', ['-xzf', packDirectory(directory), '-C', to]);
  expect(fs.readdirSync(to, { recursive: true }).sort()).toEqual(fs.readdirSync(directory, { recursive: true }).sort());
  for (const [name, content] of Object.entries(files)) { expect(fs.readFileSync(path.join(to, name)).equals(Buffer.from(content))).toBe(true); }
});

test('memory does not grow with the model', () => {
  const file = path.join(save({ x: '' }), 'model.onnx');
  fs.writeFileSync(file, '');
  fs.truncateSync(file, 150_000_000);
  const before = process.memoryUsage();
  fs.rmSync(packFiles([file]));
  const after = process.memoryUsage();
  expect(after.rss - before.rss).toBeLessThan(60_000_000);
});

describe('the folder of the archives', () => {
  const uid = process.getuid!();
  const own = (temporary: string) => path.join(temporary, `cdk-sagemaker-neo-${uid}`);
  const pack = (temporary: string) => withTemporary(temporary, () => packDirectory(save(MODEL)));
  const EVERYTHING = 0o40777;

  /** A file system that shows every folder as open to all. */
  function withoutModes<T>(owner: number, body: () => T): T {
    const actual = jest.requireActual<typeof fs>('fs');
    const { lstatSync } = actual;
    const spies = [
      jest.spyOn(actual, 'lstatSync').mockImplementation(((file: string, options: any) => {
        const stat = lstatSync(file, options);
        return stat?.isDirectory() ? Object.assign(stat, { mode: EVERYTHING, uid: owner }) : stat;
      }) as any),
      jest.spyOn(actual, 'chmodSync').mockImplementation(() => {}),
    ];
    try {
      return body();
    } finally {
      for (const spy of spies) { spy.mockRestore(); }
    }
  }

  test.each<[string, (at: string) => void]>([
    ['a link', at => fs.symlinkSync(save({ theirs: '' }), at)],
    ['a link to nowhere', at => fs.symlinkSync('/nowhere/at/all', at)],
    ['a file', at => fs.writeFileSync(at, '')],
    ...uid === 0 ? [['a folder of another user', (at: string) => { fs.mkdirSync(at, { mode: 0o700 }); fs.chownSync(at, 12_345, 12_345); }] as [string, any]] : [],
  ])('is another one when another user may have made it: %s', (_, make) => {
    const temporary = save({ x: '' });
    make(own(temporary));
    const archive = pack(temporary);
    expect(path.dirname(archive)).toMatch(new RegExp(`/cdk-sagemaker-neo-${uid}-\\w+$`));
    expect(fs.statSync(path.dirname(archive)).mode % 0o1000).toBe(0o700);
  });

  test.each<[string, (at: string) => void]>([
    ['is not there', () => {}],
    ['is there', at => fs.mkdirSync(at, { mode: 0o700 })],
    ['is our own, and was opened to others, who put a file of this name into it', at => {
      fs.mkdirSync(at);
      fs.chmodSync(at, 0o777);
      fs.symlinkSync('/nowhere/at/all', path.join(at, path.basename(packDirectory(save(MODEL)))));
    }],
  ])('is the same at each synthesis, closed to others, when it %s', (_, make) => {
    const temporary = save({ x: '' });
    make(own(temporary));
    const archives = [pack(temporary), pack(temporary)];
    for (const archive of archives) {
      expect(path.dirname(archive)).toBe(own(temporary));
      expect(fs.lstatSync(archive).isFile()).toBe(true);
    }
    expect(fs.statSync(own(temporary)).mode % 0o1000).toBe(0o700);
    expect(fs.readdirSync(temporary).filter(name => name !== 'x')).toEqual([path.basename(own(temporary))]);
  });

  test.each([['our own', uid], ['another user\'s', 54_321]])('is the same at each synthesis where a file system keeps no modes, and everything looks like %s', (_, owner) => {
    const temporary = save({ x: '' });
    const archives = withoutModes(owner, () => [pack(temporary), pack(temporary), pack(temporary)]);
    expect(new Set(archives.map(path.dirname))).toEqual(new Set([own(temporary)]));
    expect(fs.readdirSync(temporary).filter(name => name !== 'x')).toEqual([path.basename(own(temporary))]);
  });

  test('is below a temporary folder that was not there', () => {
    const temporary = path.join(save({ x: '' }), 'not', 'there');
    expect(path.dirname(pack(temporary))).toBe(own(temporary));
  });
});

describe('what cannot be packed', () => {
  const options = { framework: NeoFramework.ONNX };

  test.each<[string, () => unknown, RegExp]>([
    ['no file', () => NeoModel.fromFiles([], options), /paths must name at least one file; got: \[\]/],
    ['a file that is not there', () => NeoModel.fromFiles(['nothing.onnx'], options), /paths must exist.*nothing\.onnx/],
    ['a directory among files', () => NeoModel.fromFiles([folder], options), /paths must be files: for a directory use NeoModel\.fromDirectory/],
    ['a file for a directory', () => NeoModel.fromDirectory(__filename, options), /path must be a directory: for files use NeoModel\.fromFiles/],
    ['an empty directory', () => NeoModel.fromDirectory(save({ '.DS_Store': '' }), options), /path must be a directory with the files of a model; got the empty directory/],
    ['two files of one name', () => NeoModel.fromFiles([path.join(save({ m: '1' }), 'm'), path.join(save({ m: '2' }), 'm')], options), /different file names.*got twice: "m"/],
    ['a link that leads to nowhere', () => {
      const directory = save(MODEL);
      fs.symlinkSync('nowhere', path.join(directory, 'link'));
      return NeoModel.fromDirectory(directory, options);
    }, /a broken link/],
    ['a link to a folder around it', () => {
      const directory = save(MODEL);
      fs.symlinkSync('..', path.join(directory, 'deep', 'up'));
      return NeoModel.fromDirectory(directory, options);
    }, /a link to one of its parent folders/],
    ['a file of 8 GiB', () => {
      const file = path.join(save({ x: '' }), 'model.onnx');
      fs.writeFileSync(file, '');
      fs.truncateSync(file, 8 * 1024 ** 3);
      return NeoModel.fromFiles([file], options);
    }, /smaller than 8 GiB.*got: 8589934592 bytes/],
  ])('fails: %s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(fs.readdirSync(path.join(os.tmpdir(), `cdk-sagemaker-neo-${process.getuid!()}`)).filter(name => name.endsWith('.unfinished'))).toEqual([]);
  });
});
