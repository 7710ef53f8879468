/**
 * How the demo ends when it is not left to run: no folder in the temporary directory, no trace.
 */
import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { complain } from '../../local/demo/terminal';

const ROOT = path.join(__dirname, '..', '..');
const TRACE = /\n\s+at \S+.*[:(]/;

let folder: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'neo-demo-test-'));
  temporary = path.join(folder, 'tmp');
  mkdirSync(temporary);
});
afterEach(() => {
  chmodSync(temporary, 0o700);
  rmSync(folder, { recursive: true });
});

interface DemoProps {
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdout?: 'pipe' | number;
}

/** As `npm run demo` starts it after bundling, with a temporary directory of its own. */
function demo({ program = 'local/demo.ts', env, stdout = 'pipe' }: DemoProps = {}) {
  const child = spawn(process.execPath, ['-r', './projenrc/register.js', program], {
    cwd: ROOT, env: { ...process.env, DISABLE_V8_COMPILE_CACHE: '', TMPDIR: temporary, ...env }, stdio: ['ignore', stdout, 'pipe'],
  });
  const run = {
    child,
    said: '',
    complaint: '',
    ended: new Promise<number | string | null>(resolve => child.once('close', (code, signal) => resolve(code ?? signal))),
    says: (text: string) => new Promise<void>((resolve, reject) => {
      const look = () => run.said.includes(text) && resolve();
      child.stdout!.on('data', look);
      child.once('close', () => reject(new Error(`ended without saying ${text}:\n${run.said}${run.complaint}`)));
    }),
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => { run.said += text; });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => { run.complaint += text; });
  return run;
}

/** Loaded into every process of the demo: an error of the disk at whatever `call` does below `where`. */
function broken(call: string, code: string, where: string): NodeJS.ProcessEnv {
  const file = path.join(folder, 'broken.js');
  writeFileSync(file, `
    const fs = require('fs');
    const real = fs.${call};
    const code = process.env.BROKEN;
    fs.${call} = (...args) => {
      const file = args.find(arg => typeof arg === 'string' && arg.startsWith(${JSON.stringify(where)}));
      if (!file) { return real(...args); }
      throw Object.assign(new Error(\`\${code}: no luck, ${call.replace('Sync', '')} '\${file}'\`), { code, path: file });
    };`);
  return { NODE_OPTIONS: `--require ${file}`, BROKEN: code };
}

const left = () => readdirSync(temporary);

test.each(['1. cdk synth', 'CREATE_IN_PROGRESS | Custom::'])('Ctrl-C after "%s" leaves nothing in the temporary directory', async text => {
  const run = demo();
  await run.says(text);
  // Or nothing would be shown.
  while (left().length === 0) { await new Promise(setImmediate); }
  run.child.kill('SIGINT');
  expect([await run.ended, run.complaint, left()]).toEqual([130, '', []]);
  expect(run.said).toContain('stopped by SIGINT');
});

describe('a reader that has seen enough', () => {
  test.each<[string, string]>([
    ['CREATE_COMPLETE', 'local/demo.ts'], ['\n', 'local/fleet/demo.ts'],
  ])('after %j ends %s without a word', async (text, program) => {
    const run = demo({ program });
    await run.says(text);
    run.child.stdout!.destroy();
    expect([await run.ended, run.complaint, left()]).toEqual([0, '', []]);
  });
});

test('two at once both run to their end', async () => {
  const runs = [demo(), demo()];
  expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0]);
  for (const { said, complaint } of runs) {
    expect(complaint).toBe('');
    expect(said).toContain('Done. Compilation jobs left: 0.');
  }
  expect(left()).toEqual([]);
  const drawn = readdirSync(path.join(ROOT, 'local', 'out')).filter(file => file.startsWith('network.svg'));
  expect(drawn).toEqual(['network.svg']);
  expect(readdirSync(path.join(ROOT, 'examples', 'private-compilation')).filter(file => /\.tar\.gz.+/.test(file))).toEqual([]);
});

describe('one sentence', () => {
  test.each([
    ['ENOSPC: no space left on device, write', 'the disk is full: a file cannot be written. Make room, or set TMPDIR to a folder on another disk'],
    ['EDQUOT: disk quota exceeded, open \'/repository/local/out/network.svg\'',
      'the disk is full: /repository/local/out/network.svg cannot be written. Make room, or copy this repository to a folder on another disk'],
    [`cdk synth failed:\nError: ENOSPC: no space left on device, copyfile '/from/index.js' -> '${tmpdir()}/to/index.js'\n    at copyFileSync ('node:fs')\n`,
      `the disk is full: ${tmpdir()}/to/index.js cannot be written. Make room, or set TMPDIR to a folder on another disk`],
    [`EACCES: permission denied, mkdtemp '${tmpdir()}/neo-XXXXXX'`,
      `${tmpdir()}/neo-XXXXXX cannot be written: the folder is read-only. Make it writable, or set TMPDIR to a folder that is`],
    ['listen EACCES: permission denied 127.0.0.1:80', 'listen EACCES: permission denied 127.0.0.1:80'],
    ['the deployment failed: User: \'arn\' is not authorized', 'the deployment failed: User: \'arn\' is not authorized'],
  ])('of %j', (message, said) => {
    const error = jest.spyOn(console, 'error').mockImplementation();
    const { exitCode } = process;
    complain('demo', new Error(message));
    process.exitCode = exitCode;
    expect(error.mock.calls).toEqual([[`demo: ${said}`]]);
    error.mockRestore();
  });

  const sentence = (text: RegExp) => new RegExp(`^demo: ${text.source}\n$`);

  test.each<[string, string, string, () => string]>([
    ['a full disk before the synthesis', 'mkdtempSync', 'ENOSPC', () => temporary],
    ['a full disk in the synthesis', 'writeFileSync', 'ENOSPC', () => path.join(temporary, 'neo-demo-')],
    ['a full disk in the deployment', 'mkdirSync', 'ENOSPC', () => path.join(temporary, 'neo-local-')],
    ['a read-only temporary directory', 'mkdtempSync', 'EROFS', () => temporary],
    ['a read-only example', 'writeFileSync', 'EROFS', () => path.join(ROOT, 'examples')],
  ])('for %s (%s)', async (_, call, code, where) => {
    const run = demo({ env: broken(call, code, where()) });
    expect(await run.ended).toBe(1);
    const what = /EROFS|EACCES/.test(code) ? /\S+ cannot be written: the folder is read-only\. Make it writable, or/ : /the disk is full: \S+ cannot be written\. Make room, or/;
    const advice = where().startsWith(temporary) ? 'set TMPDIR to a folder' : 'copy this repository to a folder';
    expect(run.complaint).toMatch(sentence(new RegExp(`${what.source} ${advice} .*`)));
    expect(run.complaint).toContain(where());
    expect([run.said.match(TRACE), left()]).toEqual([null, []]);
  });

  test('for a folder that really is read-only', async () => {
    // Nothing is read-only to root, but what the kernel shows there.
    const readOnly = process.getuid!() === 0 ? '/sys' : temporary;
    if (!existsSync(readOnly)) { return; }
    chmodSync(temporary, 0o500);
    const run = demo({ env: { TMPDIR: readOnly } });
    expect(await run.ended).toBe(1);
    expect(run.complaint).toMatch(sentence(/\S+ cannot be written: the folder is read-only\. Make it writable, or set TMPDIR to a folder that is/));
  });

  test.each([['demo', 'local/demo.ts'], ['demo:fleet', 'local/fleet/demo.ts']])('of %s for an output on a full disk', async (name, program) => {
    if (!existsSync('/dev/full') || !statSync('/dev/full').isCharacterDevice()) { return; }
    const full = openSync('/dev/full', 'w');
    const run = demo({ program, stdout: full });
    expect([await run.ended, run.complaint]).toEqual([1, `${name}: the output cannot be written: the disk is full\n`]);
    closeSync(full);
  });
});
