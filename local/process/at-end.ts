import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const actions = new Set<() => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes sure that something is done when this process exits or is told to end.
 *
 * @returns what takes it back
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
 * Makes sure that a process does not outlive this one. (A child whose parent dies without a word ends by itself, as its channel closes.)
 */
export function guard(child: ChildProcess, kill: () => void = () => child.kill('SIGKILL')): void {
  child.once('exit', atEnd(kill));
}

/** A folder that is gone when this process is, at the latest. */
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
  // Processes end before the folders that they use are removed: the last is first.
  [...actions].reverse().forEach(action => action());
}

function onSignal(signal: NodeJS.Signals): void {
  // A program with a handler of its own decides for itself how it ends.
  if (process.listenerCount(signal) > 1) { return; }
  runAll();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
