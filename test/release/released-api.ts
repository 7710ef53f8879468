import * as fs from 'fs';
import * as path from 'path';
import { ROOT, run } from '../templates/tools';

/** The last release, a package file that stands for it, or that there is none. */
export type Published = { readonly version: string } | { readonly tarball: string } | { readonly none: true };

export interface Baseline {
  /** A folder with the package; below the repository, so that aws-cdk-lib is found. */
  readonly folder: string;
  readonly label: string;
}

const CACHE = path.join(ROOT, '.cache', 'released-api');

/**
 * What npm has. Only that npm knows no such package is an answer, too: any other failure is one.
 */
export function publishedVersion(name: string): Published {
  const { status, stdout, stderr } = run('npm', ['view', name, 'version', '--json']);
  const answer = stdout.trim() ? JSON.parse(stdout) : undefined;
  if (status === 0 && typeof answer === 'string') { return { version: answer }; }
  if (answer?.error?.code === 'E404') { return { none: true }; }
  throw new Error(`npm does not say which release of ${name} is the last:\n${stdout}${stderr}`);
}

export function baselineFrom(published: Exclude<Published, { none: true }>, name: string): Baseline {
  const label = 'version' in published ? `${name}@${published.version}` : path.basename(published.tarball);
  fs.rmSync(CACHE, { recursive: true, force: true });
  fs.mkdirSync(CACHE, { recursive: true });
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--pack-destination', CACHE, 'version' in published ? label : published.tarball]);
  if (status !== 0) { throw new Error(`npm pack ${label} failed:\n${stderr}`); }
  const file = path.join(CACHE, path.basename(JSON.parse(stdout)[0].filename));
  const unpacked = run('tar', ['-xzf', file, '-C', CACHE]);
  if (unpacked.status !== 0) { throw new Error(`tar failed:\n${unpacked.stderr}`); }
  return { folder: path.join(CACHE, 'package'), label };
}

/** What jsii-diff says of the API as jsii last made it, compared with a baseline. */
export function differences({ folder }: Pick<Baseline, 'folder'>, current = ROOT): { breaks: boolean; report: string } {
  const { status, stdout, stderr } = run(path.join(ROOT, 'node_modules', '.bin', 'jsii-diff'), [folder, current, '--keys', '--ignore-file', path.join(ROOT, '.compatignore')]);
  // 1: it found a break. Whatever else is no answer, and neither is that it could not load one of them, which is a success to jsii-diff.
  if (status > 1 || /Could not load/.test(stderr)) { throw new Error(`jsii-diff failed:\n${stdout}${stderr}`); }
  return { breaks: status === 1, report: `${stdout}${stderr}`.split('\n').filter(line => !line.startsWith('!!')).join('\n').trim() };
}

/**
 * A check that finds nothing in a wrong API proves nothing: what a release had and we have not is a break, what we have more is none.
 */
export function requireThatItFinds(): void {
  const variant = (name: string, change: (types: Record<string, { methods?: { name: string }[] }>) => void): Pick<Baseline, 'folder'> => {
    const folder = path.join(CACHE, name);
    const assembly = JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8'));
    change(assembly.types);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, '.jsii'), JSON.stringify(assembly));
    fs.copyFileSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
    return { folder };
  };
  const platform = 'cdk-sagemaker-neo.NeoTarget';

  const had = differences(variant('had-more', types => { types[platform].methods!.find(({ name }) => name === 'platform')!.name = 'board'; }));
  if (!had.breaks || !had.report.includes('board')) { throw new Error(`jsii-diff does not find a method that is gone:\n${had.report}`); }
  const lacked = differences(variant('had-less', types => { types[platform].methods = types[platform].methods!.filter(({ name }) => name !== 'platform'); }));
  if (lacked.breaks) { throw new Error(`jsii-diff takes a new method for a break:\n${lacked.report}`); }
}
