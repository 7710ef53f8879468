import { readFileSync } from 'node:fs';

/** How often a working process is checked. */
const LOOK_MS = 200;

/** The share of the elapsed time that counts if the system does not report the processor time. */
const ASSUMED_SHARE = 0.1;

/**
 * Calls back when a process has computed for longer than this. The virtual clock stands in the meantime. Time in which a busy machine does not run
 * the process does not count.
 *
 * @returns a function that ends the watch
 */
export function limitComputing(pid: number, seconds: number, onExceeded: () => void): () => void {
  const began = processorSeconds(pid);
  const beganAt = performance.now();
  const timer = setInterval(() => {
    const used = processorSeconds(pid);
    const computed = used !== undefined && began !== undefined ? used - began : ASSUMED_SHARE * (performance.now() - beganAt) / 1_000;
    if (computed > seconds) {
      clearInterval(timer);
      onExceeded();
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** Returns the processor time of all threads of a process. It is undefined if there is no /proc, or if the process is gone. */
function processorSeconds(pid: number): number | undefined {
  try {
    // The name in parentheses may contain blanks. The unit is hundredths of a second.
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ').slice(11, 13).map(Number);
    return (user + system) / 100;
  } catch {
    return undefined;
  }
}
