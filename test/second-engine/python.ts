import { execFile, spawnSync } from 'child_process';
import { createHash } from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { promisify } from 'util';
import { ROOT } from '../templates/tools';

const PYTHON = '3.13';

/** A folder with a Python environment and, where it has them, other things that belong to it. */
export interface PythonEnvironment {
  readonly folder: string;
  readonly python: string;
}

/**
 * Install `requirements/<name>.txt`, whose versions and hashes are pinned, into the project's cache. Once: the folder's name has the digest of the file.
 *
 * @param finish installs what else the environment needs
 */
export async function pythonEnvironment(
  name: string, finish: (environment: PythonEnvironment) => Promise<void> = async () => {},
): Promise<PythonEnvironment> {
  const requirements = path.join(__dirname, 'requirements', `${name}.txt`);
  const digest = createHash('sha256').update(fs.readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = path.join(ROOT, '.cache', `second-engine-${name}-${digest}`);
  const environment = { folder, python: path.join(folder, 'bin', 'python') };
  const done = path.join(folder, '.complete');
  if (!fs.existsSync(done)) {
    const python = findPython();
    fs.rmSync(folder, { recursive: true, force: true });
    await must(python, '-m', 'venv', folder);
    await pip(environment, '--require-hashes', '--requirement', requirements);
    await finish(environment);
    fs.writeFileSync(done, '');
  }
  return environment;
}

export const pip = async ({ python }: PythonEnvironment, ...args: string[]) => must(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args);

/** @throws Error with what the command printed */
export async function must(command: string, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(command, args, { maxBuffer: 2 ** 28 });
  } catch (error) {
    const { stdout = '', stderr = String(error) } = error as { stdout?: string; stderr?: string };
    throw new Error(`${path.basename(command)} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

function findPython(): string {
  const candidates = [process.env.NEO_PYTHON, `python${PYTHON}`, 'python3', 'python', ...pyenv()].filter(candidate => candidate !== undefined);
  const isRight = (command: string) => spawnSync(command, ['-c', `import sys, venv, ensurepip; sys.exit("%d.%d" % sys.version_info[:2] != "${PYTHON}")`]).status === 0;
  const found = candidates.find(isRight);
  if (!found) { throw new Error(`the second engine needs Python ${PYTHON} with its venv module: install it, put it in the PATH as python${PYTHON} or name it in NEO_PYTHON, and run this again`); }
  return found;
}

/** pyenv's shims refuse a version that no project has chosen. */
function pyenv(): string[] {
  const { status, stdout } = spawnSync('pyenv', ['root'], { encoding: 'utf8' });
  const versions = path.join(status === 0 ? stdout.trim() : path.join(os.homedir(), '.pyenv'), 'versions');
  return fs.existsSync(versions) ? fs.readdirSync(versions).filter(name => name.startsWith(`${PYTHON}.`)).map(name => path.join(versions, name, 'bin', 'python')) : [];
}
