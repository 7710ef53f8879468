import type { Clock } from './sagemaker/clock';

/** A clock whose waits can be given up. */
export interface CancellableClock extends Clock {
  /** Never rejects: with an aborted signal it need not end at all, so that nothing happens on its account. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Time that runs faster: what takes an hour on AWS takes a minute at scale 60. Waiters, service timeouts, retries and the
 * functions' own clocks go by it; a function's Timeout does not, as computing is not faster here.
 */
export class ScaledClock implements CancellableClock {
  /** Real and scaled time are the same here. */
  public readonly epoch = Date.now();

  constructor(public readonly scale = 1) {
    if (!(scale > 0)) { throw new RangeError(`timeScale must be greater than 0, got: ${scale}`); }
  }

  public readonly now = (): number => Math.floor(this.epoch + (Date.now() - this.epoch) * this.scale);

  public readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => new Promise(resolve => {
    if (signal?.aborted) { return; }
    // A timer may go off a millisecond early.
    const timer = setTimeout(resolve, Math.ceil(ms / this.scale) + 1);
    signal?.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
