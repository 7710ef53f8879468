import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { nodeRuntime } from '../../../local/lambda/runtimes';

const ROOT = path.join(__dirname, '..', '..', '..');

/** The PATH of tasks, on a Node.js that says it has this version. */
function pathOfTasks(version: string) {
  const pretend = `Object.defineProperty(process, 'version', { value: 'v${version}' });
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });
    require('./projenrc/path.js');`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', pretend], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, PATH: `${path.join('users', 'bin')}` } });
  return { entries: stdout.trim().split(path.delimiter), stderr, status };
}

test.each(['nodejs22.x', 'nodejs24.x'])('a function of %s runs on that version, where the lock file has it for this platform', runtime => {
  const { executable, version, note } = nodeRuntime(runtime);
  expect(execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim()).toBe(version);
  if (note === undefined) { expect(version).toMatch(`v${/\d+/.exec(runtime)![0]}.`); }
});

test('a version that nothing here has is replaced, with a note', () => {
  expect(nodeRuntime('nodejs98.x').note).toMatch(/^Node\.js 98 is not installed here: nodejs98\.x runs on v\d+/);
});

test('fails for another language\'s runtime', () => {
  expect(() => nodeRuntime('python3.13')).toThrow('the local run knows Node.js runtimes only, got: python3.13');
});

test('the Node.js of the lock file does not come before the user\'s in npm\'s scripts', () => {
  expect(['node', 'node.cmd', 'node.exe'].filter(name => existsSync(path.join(ROOT, 'node_modules', '.bin', name)))).toEqual([]);
});

test.each(['22.22.2', '24.15.0', '26.12.1'])('tasks run on the user\'s Node.js %s', version => {
  expect(pathOfTasks(version)).toEqual({ entries: [path.join(ROOT, 'node_modules', '.bin'), path.join('users', 'bin')], stderr: '', status: 0 });
});

test('instead of a Node.js that is too old, tasks take the one of the lock file', () => {
  const { entries, stderr, status } = pathOfTasks('20.20.2');
  const { executable } = nodeRuntime('nodejs24.x');
  if (executable.includes('node_modules')) {
    expect({ entries, status }).toEqual({ entries: [path.join(ROOT, 'node_modules', '.bin'), path.dirname(executable), path.join('users', 'bin')], status: 0 });
  } else {
    expect({ stderr, status }).toEqual({ stderr: 'Node.js v20.20.2 is too old: take 22, 24 or 26\n', status: 1 });
  }
});
