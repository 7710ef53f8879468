import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { eventually, isRunning } from './lambda/fixture';
import { demoOptions } from '../../local/demo/options';

const ROOT = path.join(__dirname, '..', '..');

/** The demo in a process of its own, as `npm run demo` starts it after bundling. */
function demo(...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, ['-r', 'ts-node/register/transpile-only', path.join('local', 'demo.ts'), ...args], {
    cwd: ROOT, env: { ...process.env, TS_NODE_PROJECT: 'test/tsconfig.json' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = {
    child,
    said: '',
    ended: new Promise<number | null>(resolve => child.once('close', resolve)),
    /** Until it says this. */
    says: (text: string) => new Promise<void>((resolve, reject) => {
      child.stdout!.on('data', () => run.said.includes(text) && resolve());
      child.once('close', () => reject(new Error(`ended without saying ${text}:\n${run.said}`)));
    }),
  };
  [child.stdout!, child.stderr!].forEach(stream => stream.setEncoding('utf8').prependListener('data', (text: string) => { run.said += text; }));
  return run;
}

/** All processes that one started, and those that these started. */
function descendants(pid: number): number[] {
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map(line => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] => processes.filter(([, by]) => by === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

test('it deploys, shows the job and the network, and deletes', async () => {
  rmSync(path.join(ROOT, 'local', 'out', 'network.svg'), { force: true });
  const run = demo();
  const code = await run.ended;
  const { said } = run;
  expect([code, code === 0 ? '' : said]).toEqual([0, '']);
  expect(said).toMatch(/^Local run: no AWS account, no network\./);
  expect(said).toMatch(/SageMaker Neo \(stand-in\): PrivateCompilati-\S+ is (STARTING|INPROGRESS)/);
  expect(said).toMatch(/CREATE_COMPLETE +\| Custom::SageMakerNeoCompilationJob/);
  expect(said).toMatch(/JobArn +arn:aws:sagemaker:us-east-1:111122223333:compilation-job\/PrivateCompilati-/);
  expect(said).toMatch(/ModelArtifactsUri +s3:\/\/\S+\.tar\.gz/);
  expect(said).toMatch(/ArtifactDigest +\S{64}/);
  expect(said).toMatch(/InferenceImage +\S+sagemaker-inference-onnx/);
  expect(said).toMatch(/DELETE_COMPLETE +\| Custom::SageMakerNeoCompilationJob/);
  expect(said).toMatch(/Compilation jobs left: 0/);
  // The README shows this very picture: copy it when it changes.
  expect(readFileSync(path.join(ROOT, 'local', 'out', 'network.svg'), 'utf8')).toBe(readFileSync(path.join(ROOT, 'docs', 'network.svg'), 'utf8'));
});

test.each<[NodeJS.Signals, string, number]>([
  ['SIGTERM', '1. cdk synth', 2],
  ['SIGINT', 'CREATE_IN_PROGRESS | Custom::', 2],
])('%s after "%s" leaves no process behind', async (signal, text, atLeast) => {
  const run = demo();
  await run.says(text);
  await eventually(() => descendants(run.child.pid!).length >= atLeast);
  const processes = descendants(run.child.pid!);
  run.child.kill(signal);
  expect(await run.ended).not.toBe(0);
  await eventually(() => !processes.some(isRunning));
});

test('a busy port is a clear error', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const run = demo('--port', String(port));
  expect(await run.ended).toBe(1);
  server.close();
  expect(run.said).toContain(`demo: port ${port} on 127.0.0.1 is in use by another program: end it, or choose another port`);
});

test.each([
  [['--port', 'many'], '--port must be 0 to 65535, got: many'],
  [['--port', '-1'], 'Option \'--port'],
  [['--speed', '0'], '--speed must be more than 0 and at most 1000, got: 0'],
  [['--fast'], 'Unknown option \'--fast\''],
  [['fleet'], 'the example must be one of private-compilation, existing-vpc, many-jobs, edge-device, endpoint, got: fleet'],
  [['endpoint', 'many-jobs'], 'there must be one example, got: endpoint many-jobs'],
])('fails: %j', (args, message) => {
  expect(() => demoOptions(args)).toThrow(message);
});

test('options have defaults', () => {
  expect(demoOptions([])).toEqual({ example: 'private-compilation', port: 0, speed: 30 });
  expect(demoOptions(['many-jobs', '--port', '4566', '--speed=0.5'])).toEqual({ example: 'many-jobs', port: 4566, speed: 0.5 });
});
