import { MarkdownPage } from './markdown';

const { text } = MarkdownPage.read('docs/facts.md');
const rows = text.split('\n').filter(line => /^\| (?!fact |---)/.test(line) && !/^\|---/.test(line)).map(line => line.split(' | '));

test('each fact about AWS has a source, and the page says when they were looked up', () => {
  expect(rows.length).toBeGreaterThan(35);
  // A page of AWS or of this repository, a package with its version, an issue; or that there is none.
  expect(rows.filter(([, source]) => !/\]\(|\d+\.\d+|issues? \d+|botocore|inferred/.test(source ?? ''))).toEqual([]);
  expect(text).toMatch(/looked up on 20\d\d-\d\d-\d\d/);
});
