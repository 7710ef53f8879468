import { tmpdir } from 'node:os';
import type { VirtualClockProps } from '../time/virtual-clock';

/** Slows the clock down so that a person can watch. Without a terminal, nothing waits. */
export function paceOf(out: { readonly isTTY?: boolean }, speed: number): VirtualClockProps {
  return out.isTTY ? { pace: ms => new Promise(resolve => setTimeout(resolve, ms / speed)) } : {};
}

/**
 * If the reader closes the pipe, as head does, the program ends without an error. If output cannot be written for another reason, it ends with a
 * message.
 */
export function endWithReader(program: string): void {
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code === 'EPIPE') { process.exit(0); }
    complain(program, new Error(`the output cannot be written: ${isFull(err.message) ? 'the disk is full' : err.message}`));
    process.exit(1);
  });
}

/** On Ctrl-C, the program cleans up and ends with a message. */
export function endOnSignal(close: () => Promise<void> = async () => {}): void {
  let isEnding = false;
  // The listener stays, because without one a second Ctrl-C would end the program before the cleanup is done.
  (['SIGINT', 'SIGTERM'] as const).forEach((signal, index) => process.on(signal, () => {
    const exit = () => process.exit([130, 143][index]);
    if (isEnding) { exit(); }
    isEnding = true;
    console.log(`\nstopped by ${signal}: nothing is left`);
    void close().finally(exit);
  }));
}

/** Ends the program with a message. */
export function complain(program: string, err: NodeJS.ErrnoException): void {
  console.error(`${program}: ${sentence(err)}`);
  process.exitCode = 1;
}

function sentence({ message }: Error): string {
  // The error may come from a child process, within its stack trace. For a copy, the second path is the written one.
  const [line] = /\bE[A-Z]+:.*/.exec(message) ?? [message];
  const file = [...line.matchAll(/'([^']+)'/g)].at(-1)?.[1];
  const elsewhere = !file || file.startsWith(tmpdir()) ? 'set TMPDIR to a folder' : 'copy this repository to a folder';
  if (isFull(line)) { return `the disk is full: ${file ?? 'a file'} cannot be written. Make room, or ${elsewhere} on another disk`; }
  if (file && /\b(EROFS|EACCES|EPERM):/.test(line)) { return `${file} cannot be written: the folder is read-only. Make it writable, or ${elsewhere} that is`; }
  return message;
}

const isFull = (message: string) => /\b(ENOSPC|EDQUOT):/.test(message);
