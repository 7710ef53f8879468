import { ACTIVE_STATUSES, JobRecord, NeoService } from '../sagemaker';
import type { CancellableClock } from '../time/virtual-clock';

/** The destination of progress. A terminal shows a table that is redrawn, and other outputs get a line for every change. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The intervals at which changes are logged, and at which the table is redrawn. */
const REFRESH_MS = { log: 1_000, table: 5_000 };

const SIGNS: Record<string, string> = { STARTING: '…', INPROGRESS: '▶', COMPLETED: '✓', FAILED: '✗', STOPPING: '■', STOPPED: '■' };

/** Shows the jobs that begin while it runs. */
export class Progress {
  private readonly watching = new AbortController();
  private readonly start: number;
  private readonly before: number;
  private readonly seen = new Map<string, string>();
  private ended = 0;
  private drawn = 0;

  /** @param compilations how many jobs are expected */
  constructor(
    private readonly service: NeoService, private readonly clock: CancellableClock,
    private readonly out: Output, private readonly compilations: number,
  ) {
    this.start = clock.now();
    this.before = service.records().length;
    void this.watch(this.watching.signal);
  }

  public end(): void {
    this.watching.abort();
    this.show();
  }

  private async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(this.out.isTTY ? REFRESH_MS.table : REFRESH_MS.log, signal);
      this.show();
    }
  }

  private show(): void {
    const jobs = this.service.records().slice(this.before);
    if (this.out.isTTY) { this.draw(jobs); } else { this.log(jobs); }
  }

  private draw(jobs: JobRecord[]): void {
    const pairs = jobs.map(job => ({ job, pair: pairOf(job.request) }));
    const [models, targets] = [0, 1].map(part => [...new Set(pairs.map(({ pair }) => pair[part]))]);
    const lines = [
      row(['', ...targets]),
      ...models.map(model => row([model, ...targets.map(target =>
        this.cell(pairs.filter(({ pair }) => pair[0] === model && pair[1] === target).map(({ job }) => job)))])),
      `${minutes(this.clock.now() - this.start)}  ${jobs.filter(isActive).length} at work, ${jobs.filter(job => !isActive(job)).length} of ${this.compilations} ended`,
    ];
    this.out.write(`${this.drawn > 0 ? `\u001b[${this.drawn}A` : ''}${lines.map(line => `\u001b[2K   ${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  /** Renders the latest attempt with its duration so far. */
  private cell(attempts: JobRecord[]): string {
    const job = attempts[attempts.length - 1];
    if (!job) { return '·'; }
    const until = isActive(job) ? this.clock.now() : job.history[job.history.length - 1].at;
    return `${SIGNS[job.status]} ${minutes(until - job.history[0].at).trim()}`;
  }

  private log(jobs: JobRecord[]): void {
    for (const job of jobs) {
      if (this.seen.get(job.name) === job.status) { continue; }
      this.seen.set(job.name, job.status);
      if (!isActive(job)) { this.ended++; }
      const end = isActive(job) ? '' : `${this.ended} of ${this.compilations} ended`;
      this.out.write(`   ${minutes(this.clock.now() - this.start)}  ${row([...pairOf(job.request), job.status])}${end}`.trimEnd() + '\n');
    }
  }
}

const isActive = ({ status }: JobRecord): boolean => (ACTIVE_STATUSES as string[]).includes(status);
const row = (cells: string[]): string => cells.map(cell => cell.padEnd(13)).join('');

/** Returns the model and the target of a request. */
export function pairOf({ InputConfig, OutputConfig }: Pick<JobRecord['request'], 'InputConfig' | 'OutputConfig'>): [model: string, target: string] {
  return [/([^/]+)\.tar\.gz$/.exec(InputConfig!.S3Uri!)![1], OutputConfig!.TargetDevice!];
}

/** Renders a duration in minutes and seconds, such as `3:07`. */
export const minutes = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1_000) % 60).padStart(2, '0')}`.padStart(6);
