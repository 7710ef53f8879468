import type { VirtualClockProps } from '../time/virtual-clock';

/** How fast a person can watch; without a terminal nothing waits. */
export function paceOf(out: { readonly isTTY?: boolean }, speed: number): VirtualClockProps {
  return out.isTTY ? { pace: ms => new Promise(resolve => setTimeout(resolve, ms / speed)) } : {};
}

/** A reader that has seen enough, such as head, ends the program, which is no error. */
export function endWithReader(): void {
  process.stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code !== 'EPIPE') { throw err; }
    process.exit(0);
  });
}

/** Ctrl-C ends the program with a line, after what is still to be done. */
export function endOnSignal(close: () => Promise<void> = async () => {}): void {
  (['SIGINT', 'SIGTERM'] as const).forEach((signal, index) => process.once(signal, () => {
    console.log(`\nstopped by ${signal}: nothing is left`);
    void close().finally(() => process.exit([130, 143][index]));
  }));
}

/** Ends the program with a sentence. */
export function complain(program: string, err: NodeJS.ErrnoException): void {
  console.error(`${program}: ${sentence(err)}`);
  process.exitCode = 1;
}

function sentence({ code, path, message }: NodeJS.ErrnoException): string {
  const said = `${code} ${message}`;
  const where = path ?? /'([^']+)'/.exec(message)?.[1] ?? 'a file';
  if (said.includes('ENOSPC')) { return `the disk is full: ${where} cannot be written. Make room, or set TMPDIR to a folder on another disk`; }
  if (/EROFS|EACCES|EPERM/.test(said)) { return `${where} cannot be written: the folder is read-only. Set TMPDIR to a folder that you may write to`; }
  return message;
}
