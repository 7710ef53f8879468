import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { allPages, MarkdownPage, ROOT } from './markdown';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const { tasks } = JSON.parse(readFileSync(join(ROOT, '.projen', 'tasks.json'), 'utf8')) as { tasks: Record<string, unknown> };

test('every npm script and projen task that a page names is there', () => {
  const named = allPages().flatMap(page => [page.text, ...page.blocks.map(({ code }) => code)].flatMap(text => [
    ...[...text.matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)].map(([, name]) => ({ page: page.path, name, isThere: name in scripts })),
    ...[...text.matchAll(/npx projen ([a-z][a-z:-]*)/g)].map(([, name]) => ({ page: page.path, name, isThere: name in tasks })),
  ]));

  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ isThere }) => !isThere).map(({ page, name }) => `${page}: ${name}`)).toEqual([]);
});

test('CI runs the README\'s command for tests, which stands below the one for the main job', () => {
  const commands = MarkdownPage.read('README.md').blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);

  expect(commands.slice(0, 2)).toEqual(['npm ci --ignore-scripts && npm run demo', 'npm ci --ignore-scripts && npm test']);
  expect(readFileSync(join(ROOT, '.ci', 'run'), 'utf8').split('\n')).toContain(commands[1]);
});

test('every file and folder of this repository that a page names in code is there', () => {
  const named = allPages().flatMap(page => [...page.text.matchAll(/`((?:src|test|docs|examples|local(?!\/out)|bench|rosetta|\.ci|\.github)\/[\w./-]*)`/g)]
    .map(([, path]) => ({ page: page.path, path })));

  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path))).map(({ page, path }) => `${page}: ${path}`)).toEqual([]);
});

test('CONTRIBUTING.md has every check, and marks those that CI runs, in their order', () => {
  const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const checks = Object.keys(scripts).filter(name => /^(check|test|demo|bench)(:|$)/.test(name) && name !== 'test:watch');
  const marked = [...contributing.matchAll(/^\| `([^`]+)` \| ✓ \|/gm)].map(([, command]) => command);

  expect(checks.filter(name => !contributing.includes(`npm run ${name}\``) && name !== 'test')).toEqual([]);
  expect(readFileSync(join(ROOT, '.ci', 'run'), 'utf8').split('\n').filter(line => line.startsWith('npm ')).map(line => line.replace(/ > .*&$/, ''))).toEqual(marked);
});

test('the map of the code has every folder', () => {
  const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const folders = (folder: string) => readdirSync(join(ROOT, folder), { withFileTypes: true }).filter(entry => entry.isDirectory() && !/^(__|\.)/.test(entry.name)).map(({ name }) => name);
  const map = contributing.slice(contributing.indexOf('## Map of the code'), contributing.indexOf('## Rules'));
  // Generated, or not under version control.
  const others = ['assets', 'coverage', 'dist', 'lib', 'node_modules', 'projenrc', 'reports', 'src'];
  const sameAs = [...folders('src'), ...folders('local')];
  const wanted = [
    ...folders('.').filter(name => !others.includes(name)),
    ...folders('src').map(name => `src/${name}`),
    ...folders('test').filter(name => !sameAs.includes(name) && name !== 'local').map(name => `test/${name}`),
  ];

  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter(name => !map.includes(`\`${name}\``))).toEqual([]);
});
