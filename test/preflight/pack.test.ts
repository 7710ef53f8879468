import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { packDirectory, packFiles } from '../../src/preflight/pack';

const NAMES = ['b-symbol.json', 'a-0000.params'];

function save(order: string[], modified: number): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pack-'));
  for (const name of order) {
    fs.writeFileSync(path.join(directory, name), `content of ${name}`);
    fs.utimesSync(path.join(directory, name), modified, modified);
  }
  return directory;
}

describe('the same content gives the same bytes, whatever the order and the times of its files', () => {
  const first = save(NAMES, 1_000_000_000);
  const second = save([...NAMES].reverse(), 1_600_000_000);
  afterAll(() => [first, second].forEach((directory) => fs.rmSync(directory, { recursive: true })));

  test('of a directory', () => {
    const before = fs.readFileSync(packDirectory(first));
    expect(fs.readFileSync(packDirectory(second)).equals(before)).toBe(true);
  });

  test('of files', () => {
    const before = fs.readFileSync(packFiles(NAMES.map((name) => path.join(first, name))));
    const after = fs.readFileSync(packFiles([...NAMES].reverse().map((name) => path.join(second, name))));
    expect(after.equals(before)).toBe(true);
  });
});
