import type { ChildProcess } from 'node:child_process';

/** How to end each. */
const children = new Map<ChildProcess, () => void>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Makes sure that a process does not outlive this one: it is killed when this one exits or is told to end. (A child whose
 * parent dies without a word ends by itself, as its channel closes.)
 */
export function guard(child: ChildProcess, kill: () => void = () => child.kill('SIGKILL')): void {
  if (children.size === 0) {
    process.on('exit', killAll);
    SIGNALS.forEach(signal => process.on(signal, onSignal));
  }
  children.set(child, kill);
  child.once('exit', () => {
    children.delete(child);
    if (children.size === 0) {
      process.off('exit', killAll);
      SIGNALS.forEach(signal => process.off(signal, onSignal));
    }
  });
}

function killAll(): void {
  children.forEach(kill => kill());
}

function onSignal(signal: NodeJS.Signals): void {
  killAll();
  // A program with a handler of its own decides for itself; else the signal has its usual effect.
  if (process.listenerCount(signal) === 1) {
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  }
}
