import type { StackEvent } from '../cloudformation/stack';
import type { Template } from '../cloudformation/template';
import { ACTIVE_STATUSES, type NeoService } from '../sagemaker';
import type { CancellableClock } from '../time/virtual-clock';

const STACK_TYPE = 'AWS::CloudFormation::Stack';
const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/** How often the jobs' statuses are checked, and how often an unchanged status is repeated. */
const LOOK_MS = 1_000;
const REPEAT_MS = 30_000;

/** Prints the progress of an operation as the CDK CLI does, and the statuses of its jobs. */
export class Progress {
  private readonly paths: ReadonlyMap<string, string>;
  private readonly waiting = new Set<string>();
  private readonly said = new Map<string, { readonly status: string; readonly at: number }>();
  private done = 0;
  private looking?: AbortController;

  constructor(
    template: Template, private readonly service: NeoService,
    private readonly clock: CancellableClock, private readonly print: (line: string) => void,
  ) {
    this.paths = new Map(Object.entries(template.Resources).map(([id, resource]) => [id, pathOf(id, resource)]));
    service.records().forEach(({ name, status }) => this.said.set(name, { status, at: service.now() }));
  }

  public event({ timestamp, logicalId, type, status, reason }: StackEvent): void {
    const isBegin = status.endsWith('_IN_PROGRESS');
    if (type === JOB_TYPE) { this.watch(logicalId, isBegin); }
    // Start events are printed only for operations that take time.
    if (isBegin && !type.startsWith('Custom::') && type !== STACK_TYPE) { return; }
    if (!isBegin && type !== STACK_TYPE) { this.done += 1; }
    const count = `${String(this.done).padStart(3)}/${this.paths.size}`;
    this.print([count, timestamp.toISOString().slice(11, 19), status.padEnd(18), type.padEnd(40), this.paths.get(logicalId) ?? logicalId].join(' | '));
    if (reason) { this.print(`       ${reason}`); }
  }

  public stop(): void {
    this.looking?.abort();
    this.looking = undefined;
  }

  /** While CloudFormation waits, this prints what SageMaker's console would show. */
  private watch(job: string, isWaiting: boolean): void {
    if (isWaiting) { this.waiting.add(job); } else { this.waiting.delete(job); }
    if (this.waiting.size === 0) {
      this.stop();
    } else if (!this.looking) {
      this.looking = new AbortController();
      void this.lookAgain(this.looking.signal);
    }
  }

  private async lookAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.look();
      await this.clock.sleep(LOOK_MS, signal);
    }
  }

  private look(): void {
    const now = this.service.now();
    for (const { name, status, history: [{ at: created }] } of this.service.records()) {
      const { status: before, at } = this.said.get(name) ?? { status: '', at: 0 };
      const isSaid = status === before && (now < at + REPEAT_MS || !ACTIVE_STATUSES.includes(status));
      if (isSaid) { continue; }
      this.said.set(name, { status, at: now });
      this.print(`       SageMaker Neo (stand-in): ${name} is ${status}, ${Math.round((now - created) / 1000)} s after its creation`);
    }
  }
}

function pathOf(logicalId: string, resource: { readonly Metadata?: Readonly<Record<string, any>> }): string {
  return resource.Metadata?.['aws:cdk:path'] ?? logicalId;
}
