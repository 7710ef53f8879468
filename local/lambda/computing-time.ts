import { readFileSync } from 'node:fs';

/** How often a process that works is looked at. */
const LOOK_MS = 200;

/** Where the system does not tell what a process has computed: so much of the time that has passed. */
const ASSUMED_SHARE = 0.1;

/**
 * Calls back when a process has computed for longer than this. The virtual clock stands meanwhile, and time that the process does not get from a busy
 * machine does not count.
 *
 * @returns what ends the watch
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

/** Of all threads of a process, so far. @returns undefined where there is no /proc, or the process is gone */
function processorSeconds(pid: number): number | undefined {
  try {
    // The name in parentheses may hold blanks. Linux counts in hundredths of a second here.
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ').slice(11, 13).map(Number);
    return (user + system) / 100;
  } catch {
    return undefined;
  }
}
