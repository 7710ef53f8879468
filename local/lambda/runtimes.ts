import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { optionalDependencies } from './node-runtimes/package.json';

export interface NodeRuntime {
  readonly executable: string;
  /** The version as Node.js prints it. */
  readonly version: string;
  /** The reason if it is not the version that the function declares. @default - it is that version */
  readonly note?: string;
}

const PACKAGES = path.join(__dirname, 'node-runtimes', 'node_modules');

let available: readonly NodeRuntime[] | undefined;

/**
 * Returns the Node.js for a function's Runtime.
 *
 * @param runtime such as `nodejs24.x`
 */
export function nodeRuntime(runtime: string): NodeRuntime {
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  if (major === undefined) {
    throw new Error(`the local run knows Node.js runtimes only, got: ${runtime}`);
  }
  available ??= installed();
  const exact = available.find(({ version }) => version.startsWith(`v${major}.`));
  return exact ?? { ...available[0], note: `Node.js ${major} is not installed here: ${runtime} runs on ${available[0].version}` };
}

/** Returns the versions of Node.js that local/lambda/node-runtimes/package.json installs on this machine, and the current one. */
function installed(): NodeRuntime[] {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = new RegExp(`^node\\d*-(bin-)?${platform}-${process.arch}$`);
  const packages = Object.keys(optionalDependencies).filter(each => name.test(each))
    .map(each => path.join(PACKAGES, each, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'));
  return [...packages.filter(executable => existsSync(executable)), process.execPath]
    .map(executable => ({ executable, version: execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim() }));
}
