import { tmpdir } from 'node:os';
import type { VirtualClockProps } from '../time/virtual-clock';

/** How fast a person can watch; without a terminal nothing waits. */
export function paceOf(out: { readonly isTTY?: boolean }, speed: number): VirtualClockProps {
  return out.isTTY ? { pace: ms => new Promise(resolve => setTimeout(resolve, ms / speed)) } : {};
}

/** A reader that has seen enough, such as head, ends the program, which is no error. Output that cannot be written ends it with a sentence. */
export function endWithReader(program: string): void {
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code === 'EPIPE') { process.exit(0); }
    complain(program, new Error(`the output cannot be written: ${isFull(err.message) ? 'the disk is full' : err.message}`));
    process.exit(1);
  });
}

/** Ctrl-C ends the program with a line, after what is still to be done. */
export function endOnSignal(close: () => Promise<void> = async () => {}): void {
  let isEnding = false;
  // Not once: without a listener of the program's own, what is left would be cleared away before it is closed.
  (['SIGINT', 'SIGTERM'] as const).forEach((signal, index) => process.on(signal, () => {
    const exit = () => process.exit([130, 143][index]);
    if (isEnding) { exit(); }
    isEnding = true;
    console.log(`\nstopped by ${signal}: nothing is left`);
    void close().finally(exit);
  }));
}

/** Ends the program with a sentence. */
export function complain(program: string, err: NodeJS.ErrnoException): void {
  console.error(`${program}: ${sentence(err)}`);
  process.exitCode = 1;
}

function sentence({ message }: Error): string {
  // Perhaps of a child, in the midst of its trace. Of a copy the second path is the one that is written.
  const [line] = /\bE[A-Z]+:.*/.exec(message) ?? [message];
  const file = [...line.matchAll(/'([^']+)'/g)].at(-1)?.[1];
  const elsewhere = !file || file.startsWith(tmpdir()) ? 'set TMPDIR to a folder' : 'copy this repository to a folder';
  if (isFull(line)) { return `the disk is full: ${file ?? 'a file'} cannot be written. Make room, or ${elsewhere} on another disk`; }
  if (file && /\b(EROFS|EACCES|EPERM):/.test(line)) { return `${file} cannot be written: the folder is read-only. Make it writable, or ${elsewhere} that is`; }
  return message;
}

const isFull = (message: string) => /\b(ENOSPC|EDQUOT):/.test(message);
