/**
 * A busy machine changes nothing: the tests with busy loops beside them, and the demo's output, idle and busy.
 * `npm run test:busy`; folders after it restrict the tests, `--times 1` their repetitions, `--loops 8` is another load.
 */
import { spawn, spawnSync } from 'child_process';
import * as path from 'path';
import { parseArgs } from 'util';
import { ROOT } from '../templates/tools';

const { values, positionals } = parseArgs({
  options: { times: { type: 'string', default: '3' }, loops: { type: 'string', default: '4' } }, allowPositionals: true,
});

/** What jest prints when a worker is still there a minute after the last test. */
const FORCED = 'A worker process has failed to exit gracefully';

const started = Date.now();
const say = (text: string): void => console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s] ${text}`);
let passed = 0;
let failed = 0;

function check(name: string, faults: string[]): void {
  say(`${faults.length === 0 ? 'ok   ' : 'FAIL '} ${name}${faults.map(fault => `\n${fault}`).join('')}`);
  if (faults.length === 0) { passed++; } else { failed++; }
}

/** Does something beside busy loops, which end with this process at the latest. */
function besideLoops<T>(loops: number, body: () => T): T {
  // A loop looks whether its parent is still there: a parent that is killed cannot end it.
  const loop = 'const parent = process.ppid; for (;;) { for (let n = 0; n < 1e8; n++); if (process.ppid !== parent) process.exit(); }';
  const children = Array.from({ length: loops }, () => spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }));
  try {
    return body();
  } finally {
    children.forEach(child => child.kill('SIGKILL'));
  }
}

function node(args: string[]): { output: string; errors: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { output: stdout, errors: stderr, status };
}

function demo(): string {
  const { output, errors, status } = node(['-r', path.join(ROOT, 'projenrc', 'register.js'), path.join(ROOT, 'local', 'demo.ts')]);
  return status === 0 ? output : `failed with ${status}:\n${output}\n${errors}`;
}

function testSuite(): string[] {
  const { output, errors, status } = node([path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--ci', ...positionals]);
  const said = `${output}\n${errors}`;
  say(/^Tests: .*$/m.exec(said)?.[0] ?? 'no summary');
  return [
    ...status === 0 ? [] : [`jest ended with ${status}:\n${(said.match(/^ *● .*$/gm) ?? [said]).join('\n')}`],
    ...said.includes(FORCED) ? ['a worker had something open after the last test'] : [],
  ];
}

const loops = Number(values.loops);
const outputs = [...[1, 2, 3].map(demo), ...besideLoops(loops, () => [demo(), demo()])];
check(`the demo prints the same ${outputs[0].split('\n').length} lines in five runs, two of them beside ${loops} busy loops`, outputs.slice(1).flatMap((output, index) => {
  const [one, other] = [outputs[0], output].map(text => text.split('\n'));
  const line = Math.max(one.length, other.length) > 0 ? [...one, ...other.slice(one.length)].findIndex((_, at) => one[at] !== other[at]) : -1;
  return line === -1 ? [] : [`run ${index + 2} differs in line ${line + 1}:\n- ${one[line]}\n+ ${other[line]}`];
}).concat(outputs[0].startsWith('failed') ? [outputs[0]] : []));

for (let time = 1; time <= Number(values.times); time++) {
  check(`run ${time} of the tests beside ${loops} busy loops`, besideLoops(loops, testSuite));
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
