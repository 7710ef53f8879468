import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

export const ROOT = path.join(__dirname, '..', '..');

/** Not under version control; each tool in a folder with its version in the name. */
const CACHE = path.join(ROOT, '.cache');

export const CFN_LINT = '1.58.0';
export const CHECKOV = '3.3.30';
/** A linter of IAM policies. */
export const PARLIAMENT = '1.6.4';
/** Linters of GitHub workflows. */
export const ZIZMOR = '1.32.0';
export const ACTIONLINT = '1.7.12';
export const NEWEST_CDK = '2.276.0';

export interface Outcome { readonly status: number; readonly stdout: string; readonly stderr: string }

export function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { status: status ?? 1, stdout: stdout ?? '', stderr: error ? String(error) : stderr ?? '' };
}

function must(what: string, { status, stdout, stderr }: Outcome): void {
  if (status !== 0) { throw new Error(`${what} failed:\n${stdout}\n${stderr}`); }
}

/** Made once; the folder gets its name only when it is complete. */
function installed(name: string, install: (folder: string) => void): string {
  const folder = path.join(CACHE, name);
  const done = path.join(folder, '.complete');
  if (!fs.existsSync(done)) {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    install(folder);
    fs.writeFileSync(done, '');
  }
  return folder;
}

/** The path of a command that PyPI has, in an environment of its own. */
function fromPyPI(name: string, version: string, ...more: string[]): string {
  const python = ['python3', 'python'].find(command => run(command, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 9))']).status === 0);
  if (!python) { throw new Error(`${name} needs Python 3.9 or newer with its venv module, as python3 or python in the PATH: install it, and run this again`); }
  const folder = installed(`${name}-${version}`, into => {
    must('python -m venv', run(python, ['-m', 'venv', into]));
    must(`pip install ${name}`, run(path.join(into, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', `${name}==${version}`, ...more]));
  });
  return path.join(folder, 'bin', name);
}

export const cfnLint = () => fromPyPI('cfn-lint', CFN_LINT);
export const checkov = () => fromPyPI('checkov', CHECKOV);
/** The Python that has parliament, whose command takes no list of policies. It imports pkg_resources, which newer versions of setuptools have no more. */
export const parliamentPython = () => path.join(path.dirname(fromPyPI('parliament', PARLIAMENT, 'setuptools==80.9.0')), 'python');
export const zizmor = () => fromPyPI('zizmor', ZIZMOR);

/** The path of actionlint, built by Go. */
export function actionlint(): string {
  if (run('go', ['version']).status !== 0) { throw new Error('actionlint needs Go, as go in the PATH: install it, and run this again'); }
  const folder = installed(`actionlint-${ACTIONLINT}`, into => {
    must('go install actionlint', run('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@v${ACTIONLINT}`], { GOBIN: into }));
  });
  return path.join(folder, 'actionlint');
}

/**
 * @param spec name and version
 * @returns a folder node_modules with the newest package that fitted when it was first asked for
 */
export function fromNpm(spec: string): string {
  const folder = installed(`npm-${spec.replace('@', '-')}`, into => {
    fs.writeFileSync(path.join(into, 'package.json'), '{ "private": true }\n');
    must(`npm install ${spec}`, run('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', spec], {}, into));
  });
  return path.join(folder, 'node_modules');
}

/**
 * @returns a folder with aws-cdk-lib in its node_modules
 */
export function cdkOf(version: string): string {
  return installed(`aws-cdk-lib-${version}`, into => {
    const { devDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    fs.writeFileSync(path.join(into, 'package.json'), '{ "private": true }\n');
    must('npm install aws-cdk-lib', run('npm', [
      'install', '--no-audit', '--no-fund', '--no-save', `aws-cdk-lib@${version}`, `constructs@${devDependencies.constructs}`,
    ], {}, into));
  });
}

export const newestCdk = () => cdkOf(NEWEST_CDK);
