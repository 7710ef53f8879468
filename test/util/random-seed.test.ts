import * as fs from 'fs';
import * as path from 'path';

test('every random test has the seed of all', () => {
  const tests = fs.readdirSync(path.join(__dirname, '..'), { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.test.ts'));
  const random = tests.map(file => ({ file, text: fs.readFileSync(path.join(__dirname, '..', file), 'utf8') })).filter(({ text }) => text.includes("from 'fast-check'"));
  expect(random.length).toBeGreaterThan(10);
  expect(random.filter(({ text }) => !/import .*random-seed'/.test(text)).map(({ file }) => file)).toEqual([]);
});
