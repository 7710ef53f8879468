import type { Clock } from '../sagemaker/clock';

/** A clock whose waits can be cancelled. */
export interface CancellableClock extends Clock {
  /** Waits. It never rejects. If the signal is aborted, it may never resolve, so that nothing follows from it. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface VirtualClockProps {
  /** Milliseconds since the epoch. @default - the first of January 2030 */
  readonly start?: number;
  /** Called before the clock jumps, which waits for the result. @default - jumps take no time */
  readonly pace?: (ms: number) => Promise<void>;
}

/**
 * The clock of a local run. It stands while any part works, and jumps to the next timer when all parts wait. Days pass in seconds, and events have
 * the same order as in real time, regardless of the machine's speed.
 *
 * It notices promises of this process. Work elsewhere, such as a request in flight or a busy process, needs a `hold`.
 */
export class VirtualClock implements CancellableClock {
  private time: number;
  private readonly queue = new Queue();
  /** Counts the wake-ups. */
  private batch = 0;
  private order = 0;
  private holds = 0;
  private onRelease?: () => void;
  private readonly runs = new Set<(err: Error) => void>();
  private isDriving = false;

  constructor(private readonly props: VirtualClockProps = {}) {
    this.time = props.start ?? Date.UTC(2030, 0, 1);
  }

  public readonly now = (): number => this.time;

  public readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => new Promise(wake => {
    if (signal?.aborted) { return; }
    this.queue.push({ at: this.time + Math.max(0, ms), turn: 0, rank: 0, order: this.order++, wake, signal });
  });

  /**
   * Waits until everything else has come to rest, while no time passes. The effects of a turn come before other waiting turns, and before
   * timers of the same time, regardless of how long each takes to compute.
   *
   * @param rank orders turns that follow from the same event but reach this process in an accidental order
   */
  public readonly turn = (rank = 0): Promise<void> => new Promise(wake => {
    this.queue.push({ at: this.time, turn: this.batch + 1, rank, order: this.order++, wake });
  });

  /** The clock stands until the returned function is called. */
  public hold(): () => void {
    this.holds++;
    let held = true;
    return () => {
      if (!held) { return; }
      held = false;
      this.holds--;
      if (this.holds === 0) { this.onRelease?.(); }
    };
  }

  /** The clock stands until the promise is settled. */
  public async during<T>(work: Promise<T>): Promise<T> {
    const release = this.hold();
    try {
      return await work;
    } finally {
      release();
    }
  }

  /**
   * Lets time pass until the promise is settled. All work for the promise must wait on this clock or hold it.
   *
   * @throws Error if everything waits and no timer is set, because the promise would never settle
   */
  public run<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.runs.add(reject);
      void promise.then(resolve, reject).then(() => this.runs.delete(reject));
      if (!this.isDriving) { void this.drive(); }
    });
  }

  private async drive(): Promise<void> {
    this.isDriving = true;
    for (;;) {
      await this.rest();
      if (this.runs.size === 0) { break; }
      const next = this.queue.peek();
      if (!next) {
        await this.rest();
        if (this.runs.size === 0 || this.queue.peek()) { continue; }
        this.runs.forEach(reject => reject(new Error('all actors wait, but none for the time to pass')));
        this.runs.clear();
        break;
      }
      if (next.at > this.time && this.props.pace) {
        await this.props.pace(next.at - this.time);
        // Events that have arrived from outside of the run in the meantime go first.
        if (this.holds > 0 || this.queue.peek() !== next) { continue; }
      }
      this.queue.pop();
      this.time = Math.max(this.time, next.at);
      this.batch++;
      next.wake();
    }
    this.isDriving = false;
  }

  /** Waits until nothing holds the clock and no promise is ready. */
  private async rest(): Promise<void> {
    for (;;) {
      await everythingElse();
      if (this.holds === 0) { return; }
      await new Promise<void>(resolve => { this.onRelease = resolve; });
    }
  }
}

interface Waiting {
  readonly at: number;
  /** The number of the turn, or 0 for a timer. */
  readonly turn: number;
  readonly rank: number;
  readonly order: number;
  readonly wake: () => void;
  readonly signal?: AbortSignal;
}

/** A binary heap, whose first element is the next to wake. */
class Queue {
  private readonly heap: Waiting[] = [];

  public push(waiting: Waiting): void {
    const { heap } = this;
    let i = heap.push(waiting) - 1;
    for (let parent; i > 0 && isBefore(heap[i], heap[parent = Math.floor((i - 1) / 2)]); i = parent) { swap(heap, i, parent); }
  }

  /** Returns the next element that has not been cancelled. */
  public peek(): Waiting | undefined {
    while (this.heap[0]?.signal?.aborted) { this.pop(); }
    return this.heap[0];
  }

  public pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) { return; }
    heap[0] = last;
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let first = i;
      if (left < heap.length && isBefore(heap[left], heap[first])) { first = left; }
      if (right < heap.length && isBefore(heap[right], heap[first])) { first = right; }
      if (first === i) { return; }
      swap(heap, i, first);
      i = first;
    }
  }
}

/** Whether one goes before another. At the same time, the latest turns go first, followed by timers in the order in which they were set. */
function isBefore(a: Waiting, b: Waiting): boolean {
  return [a.at - b.at, b.turn - a.turn, a.rank - b.rank, a.order - b.order].find(difference => difference !== 0)! < 0;
}

function swap(heap: Waiting[], i: number, j: number): void {
  [heap[i], heap[j]] = [heap[j], heap[i]];
}

/** Resolves after all promises that are ready have continued. */
const everythingElse = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
