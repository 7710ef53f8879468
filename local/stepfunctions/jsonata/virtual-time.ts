import { Clock } from '../../sagemaker';

/**
 * A clock for many actors: when all of them sleep, it jumps to the time at which the first wakes. Days pass in seconds, in the order in which
 * they would really pass.
 */
export class VirtualTime implements Clock {
  /** A binary heap: the next to wake is first; of the same time, who slept first. */
  private readonly sleepers: Sleeper[] = [];
  private order = 0;

  constructor(private time = Date.UTC(2030, 0, 1)) {}

  public readonly now = (): number => this.time;

  public readonly sleep = (ms: number): Promise<void> => new Promise(wake => {
    this.push({ at: this.time + Math.max(0, ms), order: this.order++, wake });
  });

  /**
   * Let time pass until the promise is settled. Everything in it must wait by this clock alone.
   *
   * @throws Error when nobody sleeps and the promise is pending: it would be so forever
   */
  public async run<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    promise.then(() => { settled = true; }, () => { settled = true; });
    await everybodyElse();
    while (!settled) {
      const next = this.pop();
      if (!next) {
        await everybodyElse();
        if (settled) { break; }
        throw new Error('all actors wait, but none for the time to pass');
      }
      this.time = next.at;
      next.wake();
      await everybodyElse();
    }
    return promise;
  }

  private push(sleeper: Sleeper): void {
    const heap = this.sleepers;
    let i = heap.push(sleeper) - 1;
    for (let parent; i > 0 && before(heap[i], heap[parent = Math.floor((i - 1) / 2)]); i = parent) { swap(heap, i, parent); }
  }

  private pop(): Sleeper | undefined {
    const heap = this.sleepers;
    if (heap.length < 2) { return heap.pop(); }
    const first = heap[0];
    heap[0] = heap.pop()!;
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && before(heap[left], heap[least])) { least = left; }
      if (right < heap.length && before(heap[right], heap[least])) { least = right; }
      if (least === i) { return first; }
      swap(heap, i, least);
      i = least;
    }
  }
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

const before = (a: Sleeper, b: Sleeper): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function swap(heap: Sleeper[], i: number, j: number): void {
  [heap[i], heap[j]] = [heap[j], heap[i]];
}

/** Promises that are ready go on before this one. */
const everybodyElse = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
