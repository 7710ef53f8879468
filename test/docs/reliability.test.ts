import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { MarkdownPage, ROOT } from './markdown';

test('every test that docs/reliability.md names is there', () => {
  const folder = join(ROOT, 'test', 'compilation-job');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.test.ts'));
  const titles = sources.map(file => `${file}\n${readFileSync(join(folder, file), 'utf8')}`).join('\n').replace(/\\'/g, '\'');
  const rows = MarkdownPage.read('docs/reliability.md').text.split('\n').filter(line => /^\|(.*\|){3}$/.test(line));
  const named = rows.flatMap(row => [...row.split('|')[3].matchAll(/\*([^*]+)\*/g)].map(([, name]) => name.replace(/ ?… ?/g, '')));

  expect(named.length).toBeGreaterThan(25);
  expect(named.filter(name => !titles.includes(name))).toEqual([]);
});
