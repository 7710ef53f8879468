import type { LocalFleet } from './local-fleet';
import { Clock, JobRecord } from '../sagemaker';

const REFRESH_MS = 250;
const SIGNS: Record<string, string> = { STARTING: '…', INPROGRESS: '▶', COMPLETED: '✓', FAILED: '✗', STOPPING: '■', STOPPED: '■' };

/** A table of models and targets that is drawn again and again; without a terminal, a line for every change. */
export class Progress {
  private readonly timer: NodeJS.Timeout;
  private readonly start: number;
  private readonly seen = new Map<string, string>();
  private drawn = 0;

  constructor(private readonly fleet: LocalFleet, private readonly clock: Clock, private readonly out: NodeJS.WriteStream) {
    this.start = clock.now();
    fleet.service.records().forEach(job => this.seen.set(job.name, job.status));
    this.timer = setInterval(() => this.show(), REFRESH_MS);
  }

  public end(): void {
    clearInterval(this.timer);
    this.show();
  }

  private show(): void {
    const jobs = this.fleet.service.records();
    if (this.out.isTTY) { this.draw(jobs); } else { this.log(jobs); }
  }

  private draw(jobs: JobRecord[]): void {
    const targets = [...new Set(jobs.map(target))];
    const lines = [
      row(['', ...targets]),
      ...[...new Set(jobs.map(model))].map(name => row([name, ...targets.map(device =>
        this.cell(jobs.filter(job => model(job) === name && target(job) === device)))])),
      `${minutes(this.clock.now() - this.start)}  ${this.fleet.service.activeJobs()} at work`,
    ];
    this.out.write(`${this.drawn > 0 ? `\u001b[${this.drawn}A` : ''}${lines.map(line => `\u001b[2K${line}\n`).join('')}`);
    this.drawn = lines.length;
  }

  private cell(attempts: JobRecord[]): string {
    const job = attempts[attempts.length - 1];
    if (!job) { return '·'; }
    const last = job.history[job.history.length - 1];
    const until = ['COMPLETED', 'FAILED', 'STOPPED'].includes(job.status) ? last.at : this.clock.now();
    return `${SIGNS[job.status]} ${minutes(until - job.history[0].at)}`;
  }

  private log(jobs: JobRecord[]): void {
    for (const job of jobs) {
      if (this.seen.get(job.name) === job.status) { continue; }
      this.seen.set(job.name, job.status);
      const ended = jobs.filter(({ status }) => !['STARTING', 'INPROGRESS', 'STOPPING'].includes(status)).length;
      this.out.write(`${minutes(this.clock.now() - this.start)}  ${row([model(job), target(job), job.status])} ${ended}/${jobs.length}\n`);
    }
  }
}

const model = ({ request }: JobRecord): string => /([^/]+)\.tar\.gz$/.exec(request.InputConfig!.S3Uri!)![1];
const target = ({ request }: JobRecord): string => request.OutputConfig!.TargetDevice!;
const row = (cells: string[]): string => cells.map(cell => cell.padEnd(13)).join('');
const minutes = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1_000) % 60).padStart(2, '0')}`.padStart(6);
