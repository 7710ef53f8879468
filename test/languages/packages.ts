import { execFile } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { NUGET_PROPS, writeNuGetReadme } from '../../build/package-dotnet';
import { type Outcome, ROOT } from '../templates/tools';

export type Target = 'python' | 'java' | 'go' | 'dotnet';

/**
 * What a test needs to know of the environment it makes.
 */
export interface Workspace {
  /** A new folder; deleted afterwards. */
  readonly folder: string;
  /** Where jsii-pacmak leaves packages, a folder per target. */
  readonly dist: string;
}

/** The versions that the packages are tried with: the lowest that a consumer may have. */
export const { version: VERSION, devDependencies: { 'aws-cdk-lib': CDK, constructs: CONSTRUCTS } } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** The app in TypeScript; those of the other languages are in folders below. */
export const EXAMPLE = path.join(ROOT, 'examples', 'languages');

/** Run a command while others run. */
export async function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Promise<Outcome> {
  return new Promise(resolve => {
    const child = execFile(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      // A command that does not start has no exit code.
      resolve({ status: error ? child.exitCode ?? 1 : 0, stdout, stderr: error && child.exitCode === null ? String(error) : stderr });
    });
  });
}

/** Fails with what the command said. */
export async function must(command: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = ROOT): Promise<void> {
  const { status, stdout, stderr } = await run(command, args, env, cwd);
  if (status !== 0) { throw new Error(`${command} ${args.join(' ')}\nfailed with status ${status}:\n${tail(stdout)}\n${tail(stderr)}`); }
}

const tail = (text: string): string => text.trim().split('\n').slice(-60).join('\n');

/**
 * Build the package of a language, from what jsii made of the sources.
 */
export async function build(target: Target, { dist }: Workspace, ...options: '--code-only'[]): Promise<void> {
  if (target === 'dotnet') { await writeNuGetReadme(); }
  await must(path.join(ROOT, 'node_modules', '.bin', 'jsii-pacmak'), ['--target', target, '--outdir', dist, ...options], { DirectoryBuildPropsPath: NUGET_PROPS });
}
