import { readFileSync } from 'fs';
import * as path from 'path';
import { Linter } from 'eslint';

const { overrides } = JSON.parse(readFileSync(path.join(__dirname, '..', '..', '.eslintrc.json'), 'utf8').replace(/^\/\/.*$/gm, ''));
const { rules } = overrides.find((override: { files: string[] }) => override.files.includes('local/**/*.ts') && override.files.includes('test/**/*.ts'));

function findings(code: string) {
  return new Linter({ configType: 'eslintrc' }).verify(code, { rules, parserOptions: { ecmaVersion: 2022, sourceType: 'module' }, env: { node: true, es2022: true } });
}

test.each([
  'setTimeout(f, 5)',
  'globalThis.setTimeout(f, 5)',
  "globalThis['setInterval'](f, 5)",
  'const { setTimeout: later } = globalThis;',
  'socket.setTimeout(5)',
  'promisify(setTimeout)(5)',
  "import { setTimeout as later } from 'timers';",
  "import * as timers from 'node:timers/promises';",
  "require('timers/promises')",
  "import('node:timers')",
  'Date.now()',
  'const { now } = Date;',
  'new Date()',
  'new globalThis.Date()',
  'Date()',
  'performance.now()',
  'globalThis.performance.now()',
  "import { performance as p } from 'perf_hooks';",
  'process.hrtime.bigint()',
  'process.uptime()',
  "import { hrtime } from 'node:process';",
  'AbortSignal.timeout(5)',
  'Atomics.wait(cells, 0, 0, 5)',
])('fails to lint the machine\'s time: %s', code => {
  expect(findings(code)).toEqual([expect.objectContaining({ message: expect.stringContaining('it is the time of the machine') })]);
});

test.each(['jest.setTimeout(5)', "test('a', () => {}, 5_000)", "test.each([1])('a', () => {}, 5)"])('fails to lint a limit: %s', code => {
  expect(findings(code).map(({ message }) => message).join()).toContain('a limit in the machine\'s time');
});

test.each(['new Date(0)', 'new Date(clock.now())', 'clock.sleep(5)', "import { env } from 'process';"])('lints the time of the run: %s', code => {
  expect(findings(code)).toEqual([]);
});
