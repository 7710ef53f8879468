/** The stand-in's source of time, which tests and simulations provide. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** A clock that moves only on request. Use it with one caller at a time, because its sleep moves the time and returns. */
export class SimulatedClock implements Clock {
  constructor(private time = Date.UTC(2030, 0, 1)) {}

  public readonly now = (): number => this.time;

  public readonly sleep = async (ms: number): Promise<void> => this.advance(ms);

  public advance(ms: number): void {
    if (!(ms >= 0)) {
      throw new RangeError(`time cannot run backwards, got: ${ms}`);
    }
    this.time += ms;
  }
}
