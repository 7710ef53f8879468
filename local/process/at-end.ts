import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const actions = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Registers an action for the time when this process exits or gets a signal to end.
 *
 * @returns a function that removes the action
 */
function atEnd(action: () => void): () => void {
  if (actions.size === 0) {
    process.on('exit', runAll);
    SIGNALS.forEach(signal => process.on(signal, onSignal));
  }
  actions.add(action);
  return () => {
    if (!actions.delete(action) || actions.size > 0) { return; }
    process.off('exit', runAll);
    SIGNALS.forEach(signal => process.off(signal, onSignal));
  };
}

/**
 * Ends a process together with this one. (If this process is killed, a child ends by itself, because its channel closes.)
 */
export function guard(child: ChildProcess, kill: () => void = () => child.kill('SIGKILL')): void {
  child.once('exit', atEnd(kill));
}

/** A folder that is removed when this process ends, at the latest. */
export interface ScratchFolder {
  readonly path: string;
  remove(): void;
}

export function scratchFolder(prefix: string): ScratchFolder {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const takeBack = atEnd(remove);
  return {
    path: folder,
    remove: () => {
      takeBack();
      remove();
    },
  };
}

function runAll(): void {
  // The last action comes first, so that processes end before the folders that they use are removed.
  [...actions].reverse().forEach(action => action());
}

function onSignal(signal: NodeJS.Signals): void {
  // If the program has its own handler, it decides how it ends.
  if (process.listenerCount(signal) > 1) { return; }
  runAll();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
