import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { guard, scratchFolder } from '../process/at-end';

const ROOT = path.join(__dirname, '..', '..');
const HAS_GROUPS = process.platform !== 'win32';

/** The required files and packages, and how to get them. */
const TOOLS: readonly (readonly [file: string, remedy: string])[] = [
  ['node_modules/aws-cdk/bin/cdk', 'the CDK CLI is missing; run npm ci'],
  ['node_modules/aws-local-stepfunctions/package.json', 'the interpreter of state machines is missing; run npm ci'],
  ['assets/compilation-job/handler/compilation-job.lambda/index.js', 'the handler is not bundled; run npx projen bundle (npm run demo does)'],
];

/** @throws Error if a file or package is missing */
export function requireTools(): void {
  for (const [file, remedy] of TOOLS) {
    if (!existsSync(path.join(ROOT, file))) { throw new Error(`${remedy} (${file} not found)`); }
  }
}

/**
 * Runs `cdk synth` in an example.
 *
 * @throws Error with the output of the CLI, if it failed
 */
export async function synthesize(example: string, output: string): Promise<void> {
  const temporary = scratchFolder('neo-demo-synth-');
  const cli = spawn(process.execPath, [path.join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk'), 'synth', '--quiet', '--output', output, '--no-notices', '--no-version-reporting'], {
    cwd: path.join(ROOT, 'examples', example),
    env: {
      ...process.env,
      // Temporary files of the CLI and the app go into this folder.
      TMPDIR: temporary.path,
      TEMP: temporary.path,
      // The app runs on the Node.js that runs this, with the types of the tests' configuration.
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'),
      // The run sends nothing to the network.
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
      CI: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The CLI gets its own process group, because it starts the app as a process that must end with it. Windows has no groups.
    detached: HAS_GROUPS,
  });
  guard(cli, () => HAS_GROUPS ? process.kill(-cli.pid!, 'SIGKILL') : cli.kill('SIGKILL'));
  let said = '';
  [cli.stdout, cli.stderr].forEach(stream => stream.setEncoding('utf8').on('data', (text: string) => { said += text; }));
  const code = await new Promise<number | null>((resolve, reject) => cli.once('error', reject).once('exit', resolve));
  temporary.remove();
  if (code !== 0) { throw new Error(`cdk synth failed:\n${said.trim()}`); }
}
