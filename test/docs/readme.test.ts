import { execFileSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { MarkdownPage, ROOT } from './markdown';
import { README, renderReadme } from '../../docs/generate-readme';

test('README.md has at most 900 words besides its code', () => {
  const words = MarkdownPage.read('README.md').text.replace(/\]\([^)]*\)/g, ']').replace(/<!--.*?-->/g, '').split(/\s+/).filter(word => /\w/.test(word));

  expect(words.length).toBeGreaterThan(400);
  expect(words.length).toBeLessThanOrEqual(900);
});

test('its table of resources is that of its first example, as it stands there: `npx projen docs:readme` writes it', () => {
  const readme = readFileSync(README, 'utf8');

  expect(readme).toContain('| in all | nothing by the hour |');
  expect(renderReadme(readme)).toBe(readme);
});

test('fails to count a resource that no row has', () => {
  expect(() => renderReadme('', { Resources: { Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: {} } } })).toThrow('has no row for AWS::EC2::InternetGateway');
});

test('the pictures of state machines are those of the synthesized definitions: `npx projen docs:state-machines` draws them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'neo-pictures-'));
  try {
    // In a process of its own, as jest does not load ES modules.
    execFileSync(process.execPath, ['-r', './projenrc/register.js', 'docs/generate-state-machines.ts', folder], { cwd: ROOT });
    expect(readdirSync(folder).sort()).toEqual(['fleet-states.svg', 'job-life.svg']);
    for (const file of readdirSync(folder)) { expect(readFileSync(join(ROOT, 'docs', file), 'utf8')).toBe(readFileSync(join(folder, file), 'utf8')); }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['network', 'compilation-job', 'using-compiled-models', 'operations', 'fleet', 'tasks', 'privacy'])('docs/%s.md begins with a whole app', name => {
  const [first] = MarkdownPage.read(`docs/${name}.md`).blocks.filter(({ language }) => language.startsWith('ts'));

  expect(first.language).toBe('ts nofixture');
  expect(first.code).toMatch(/^import .*\bApp\b/);
});
