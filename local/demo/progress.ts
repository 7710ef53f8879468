import type { StackEvent } from '../cloudformation/stack';
import type { Template } from '../cloudformation/template';
import type { NeoService } from '../sagemaker';

const STACK_TYPE = 'AWS::CloudFormation::Stack';
const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

/** The job's status is looked at this often, in real time, and said again after so long, in the time of the run. */
const LOOK_MS = 200;
const REPEAT_MS = 30_000;

/** Prints one operation on a stack as the CDK CLI does, and what the job does meanwhile. */
export class Progress {
  private readonly paths: ReadonlyMap<string, string>;
  private done = 0;
  private timer?: NodeJS.Timeout;
  private said = { status: '', at: 0 };

  constructor(template: Template, private readonly service: NeoService, private readonly print: (line: string) => void) {
    this.paths = new Map(Object.entries(template.Resources).map(([id, resource]) => [id, pathOf(id, resource)]));
  }

  public event({ timestamp, logicalId, type, status, reason }: StackEvent): void {
    if (type === JOB_TYPE) { this.watch(status.endsWith('_IN_PROGRESS')); }
    const isBegin = status.endsWith('_IN_PROGRESS');
    // Begins are worth a line only where something takes time.
    if (isBegin && !type.startsWith('Custom::') && type !== STACK_TYPE) { return; }
    if (!isBegin && type !== STACK_TYPE) { this.done += 1; }
    const count = `${String(this.done).padStart(3)}/${this.paths.size}`;
    this.print([count, timestamp.toISOString().slice(11, 19), status.padEnd(18), type.padEnd(40), this.paths.get(logicalId) ?? logicalId].join(' | '));
    if (reason) { this.print(`       ${reason}`); }
  }

  public stop(): void {
    clearInterval(this.timer);
  }

  /** While CloudFormation waits: what SageMaker's console would show. */
  private watch(on: boolean): void {
    this.stop();
    if (on) { this.timer = setInterval(() => this.look(), LOOK_MS); }
  }

  private look(): void {
    const job = this.service.records().at(-1);
    const now = this.service.now();
    if (!job || (job.status === this.said.status && now < this.said.at + REPEAT_MS)) { return; }
    this.said = { status: job.status, at: now };
    this.print(`       SageMaker Neo (stand-in): ${job.name} is ${job.status}, ${Math.round((now - job.history[0].at) / 1000)} s after its creation`);
  }
}

function pathOf(logicalId: string, resource: { readonly Metadata?: Readonly<Record<string, any>> }): string {
  return resource.Metadata?.['aws:cdk:path'] ?? logicalId;
}
