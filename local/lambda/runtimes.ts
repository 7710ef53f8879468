import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';

export interface NodeRuntime {
  readonly executable: string;
  /** Version as Node.js prints it. */
  readonly version: string;
  /** Why it is not the version that the function declares. @default - it is */
  readonly note?: string;
}

const NODE_MODULES = path.join(__dirname, '..', '..', 'node_modules');

/** The Node.js of the checkout, and the one that runs this. */
const CANDIDATES = [path.join(NODE_MODULES, '.bin', 'node'), process.execPath];

let available: readonly NodeRuntime[] | undefined;

/**
 * The Node.js for a function's Runtime.
 *
 * @param runtime such as `nodejs24.x`
 */
export function nodeRuntime(runtime: string): NodeRuntime {
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  if (major === undefined) {
    throw new Error(`the local run knows Node.js runtimes only, got: ${runtime}`);
  }
  available ??= CANDIDATES.filter(executable => existsSync(executable))
    .map(executable => ({ executable, version: execFileSync(executable, ['--version'], { encoding: 'utf8' }).trim() }));
  const exact = available.find(({ version }) => version.startsWith(`v${major}.`));
  return exact ?? { ...available[0], note: `Node.js ${major} is not installed here: ${runtime} runs on ${available[0].version}` };
}
