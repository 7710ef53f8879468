/** Where the stand-in reads the time and how it waits; tests and simulations bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
};

/** Time that only moves when told to. For one actor at a time: its sleep moves the time and returns. */
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
