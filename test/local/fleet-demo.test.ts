import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { FleetDemo } from '../../local/fleet/fleet-demo';

/** The demo in this process, to a terminal or not. */
async function demo(isTTY: boolean) {
  let said = '';
  const left = await new FleetDemo({ isTTY, write: text => { said += text; } }).run();
  return { left, said };
}

test('a dozen, the same again, an upload that is aborted, its redrive: with a line for every change, and no job is left', async () => {
  const { left, said } = await demo(false);
  expect(left).toBe(0);
  expect(said).toMatch(/mobilenet +ml_c5 +(STARTING|INPROGRESS)\n/);
  expect(said).toMatch(/mobilenet +rk3399 +FAILED +\d+ of 12 ended/);
  expect(said).toMatch(/12 of 12 ended/);
  expect(said).toMatch(/11 compiled, 1 failed, in \d+:\d\d minutes; [1-9]\d* calls failed and were retried/);
  expect(said).toContain('failed: mobilenet for rk3399: ClientError: OperatorNotImplemented: (hard_swish)');
  expect(said).toContain('4 jobs for the new model; 11 compilations found done');
  expect(said).toContain('the stopper has stopped 4 jobs; running: 0');
  expect(said).toMatch(/4 compiled; jobs left running: 0\n$/);
  // Nothing that only a terminal understands, no line that wraps on one.
  expect(said).not.toContain('\u001b');
  expect(Math.max(...said.split('\n').map(line => line.length))).toBeLessThanOrEqual(125);
});

test('on a terminal, as a table that is drawn over itself', async () => {
  const { left, said } = await demo(true);
  expect(left).toBe(0);
  expect(said).toMatch(/\u001b\[5A\u001b\[2K +ml_c5 +rasp4b +rk3399 +jetson_nano/);
  expect(said).toMatch(/mobilenet +✓ \d+:\d\d +✓ \d+:\d\d +✗ \d+:\d\d +✓ \d+:\d\d/);
  expect(said).toMatch(/bert +■ /);
});

test('a speed that makes no sense ends in a sentence', () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, ['-r', 'ts-node/register/transpile-only', path.join('local', 'fleet', 'demo.ts'), '--speed', 'fast'], {
    cwd: path.join(__dirname, '..', '..'), env: { ...process.env, TS_NODE_PROJECT: 'test/tsconfig.json' }, encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toBe('demo:fleet: --speed must be more than 0 and at most 10000, got: fast\n');
  expect(stdout).toContain('npm run demo:fleet');
});
