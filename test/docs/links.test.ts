import { existsSync, statSync } from 'fs';
import { dirname, join, normalize } from 'path';
import { allPages, MarkdownPage, ROOT } from './markdown';

const pages = allPages();

/** Addresses are not asked for: a test needs no network. */
const isRelative = (target: string) => !/^[a-z]+:/.test(target);

function problem(page: MarkdownPage, target: string): string | undefined {
  const [path, anchor] = target.split('#');
  const file = path ? normalize(join(dirname(page.path), decodeURIComponent(path))) : page.path;
  if (!existsSync(join(ROOT, file))) { return 'no such file'; }
  if (anchor === undefined) { return undefined; }
  if (!file.endsWith('.md') || statSync(join(ROOT, file)).isDirectory()) { return 'an anchor in what is no page'; }
  return MarkdownPage.read(file).anchors.has(anchor) ? undefined : 'no such heading';
}

test('no relative link or anchor of any page is dead', () => {
  const links = pages.flatMap(page => page.links.filter(({ target }) => isRelative(target)).map(link => ({ page, ...link })));

  expect(links.length).toBeGreaterThan(50);
  expect(links.flatMap(({ page, target, line }) => {
    const wrong = problem(page, target);
    return wrong ? [`${page.path}:${line}: ${target}: ${wrong}`] : [];
  })).toEqual([]);
});

test('docs/README.md leads to every page of docs/', () => {
  const listed = MarkdownPage.read('docs/README.md').links.map(({ target }) => target);
  const there = pages.map(({ path }) => path).filter(path => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md').map(path => path.slice('docs/'.length));

  expect(there.filter(page => !listed.includes(page))).toEqual([]);
});

describe('README.md, which npm, PyPI, Maven, NuGet and Construct Hub show, too', () => {
  const readme = MarkdownPage.read('README.md');
  const ours = /^https:\/\/(?:github\.com\/cdk-sagemaker-neo\/cdk-sagemaker-neo\/(?:blob|tree)|raw\.githubusercontent\.com\/cdk-sagemaker-neo\/cdk-sagemaker-neo)\/main\/([^?]*)/;

  test('has no relative link or picture, which would be dead there', () => {
    expect(readme.links.length).toBeGreaterThan(10);
    expect(readme.links.map(({ target }) => target).filter(isRelative)).toEqual([]);
  });

  test('has no dead link into this repository', () => {
    const targets = readme.links.flatMap(({ target }) => ours.exec(target)?.[1] ?? []);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.flatMap(target => problem(readme, target) ?? [])).toEqual([]);
  });
});

test('every row of every table has the cells of its head', () => {
  expect(pages.flatMap(page => page.unevenRows.map(({ line, cells, expected }) => `${page.path}:${line}: ${cells} cells instead of ${expected}`))).toEqual([]);
});

test('a row with a cell too many or too few is found, one with an escaped bar is none', () => {
  const page = new MarkdownPage('x.md', '| a | b |\n|---|---|\n| 1 | `x|y` |\n| 1 |\n| 1 | 2 | 3 |\n| \\| | 2 |\n\n| a |\n|---|\n| 1 |');

  expect(page.unevenRows).toEqual([{ line: 4, cells: 1, expected: 2 }, { line: 5, cells: 3, expected: 2 }]);
});

test.each([
  ['## What it costs', 'what-it-costs'],
  ['# `NeoModel`: the model', 'neomodel-the-model'],
  ['### Files, tasks & more', 'files-tasks--more'],
  ['## [Link](x.md) in it', 'link-in-it'],
])('the anchor of %j is GitHub\'s', (heading, anchor) => {
  expect([...new MarkdownPage('x.md', heading).anchors]).toEqual([anchor]);
});

test('links in code are none, and headings that repeat are numbered', () => {
  const page = new MarkdownPage('x.md', '# A\n```ts\n# B\n[x](y.md)\n```\n`[x](z.md)` [a](b.md#c)\n# A');

  expect([...page.anchors]).toEqual(['a', 'a-1']);
  expect(page.links).toEqual([{ target: 'b.md#c', line: 6 }]);
  expect(page.blocks).toEqual([{ language: 'ts', code: '# B\n[x](y.md)', line: 3 }]);
});
