import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The folder of the Python environment. It is not in git, and can be removed safely. */
const VENV = join(__dirname, '..', '..', 'out', 'moto-venv');
const REQUIREMENTS = join(__dirname, 'requirements.txt');
const PYTHON = join(VENV, 'bin', 'python');

/** Creates a Python environment with the pinned versions, unless it exists. */
export function installMoto(): void {
  const stamp = join(VENV, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return;
  }
  rmSync(VENV, { recursive: true, force: true });
  mkdirSync(VENV, { recursive: true });
  run('python3', ['-m', 'venv', VENV]);
  run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  writeFileSync(stamp, wanted);
}

/** AWS's model of SageMaker, which botocore contains compressed by gzip. */
export function botocoreModelFile(): string {
  const program = 'import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), "data", "sagemaker", "2017-07-24", "service-2.json.gz"))';
  return run(PYTHON, ['-c', program]).trim();
}

export interface MotoServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startMoto(): Promise<MotoServer> {
  // It ends when its standard input closes, so that it ends with this process in any case.
  const child = spawn(PYTHON, [join(__dirname, 'moto_server.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`moto ended before it served, with exit code ${code}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      child.stdin.end();
      return exited;
    },
  };
}

function run(program: string, args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new Error(`${program} was not found: the comparison with moto needs Python 3.10 or newer with its venv module on the PATH. `
      + 'Nothing else in this repository does.');
  }
  if (error || status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  }
  return stdout;
}
