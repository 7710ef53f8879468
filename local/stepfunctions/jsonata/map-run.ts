import { ChildExecution } from './child-execution';
import { Environment } from './environment';
import { StatesError } from './errors';
import { pool } from './pool';

/** One run of a Distributed Map. It has a child workflow for every item. Each is a separate execution, and outlives a failure of the run. */
export class MapRun {
  /** The executions by item. Waiting items have none yet. */
  public readonly children: (ChildExecution | undefined)[];
  /** The time at which it ended. Undefined while it runs. */
  public stopDate?: number;
  /** The latest attempt to run it. Work for an earlier attempt stops. */
  private attempt = 0;
  /** Set while a cancellation has not taken effect yet. */
  private cancellation?: Promise<void>;

  constructor(
    public readonly arn: string, public readonly inputs: readonly unknown[],
    private readonly begin: (input: unknown) => ChildExecution, private readonly limit: number, private readonly environment: Environment,
  ) {
    this.children = new Array(inputs.length).fill(undefined);
  }

  public get isCancelling(): boolean {
    return this.cancellation !== undefined;
  }

  /**
   * Runs the items that have not succeeded, the first time or after a redrive.
   *
   * @throws StatesError States.ExceedToleratedFailureThreshold
   */
  public async run(toleratedPercentage: number): Promise<void> {
    await this.cancellation;
    const attempt = ++this.attempt;
    this.stopDate = undefined;
    const open = this.inputs.map((_, index) => index).filter(index => this.children[index]?.status !== 'SUCCEEDED');
    let failures = 0;
    let exceed: (error: StatesError) => void;
    const exceeded = new Promise<never>((_, reject) => { exceed = reject; });
    const all = pool(open, this.limit, async index => {
      if (attempt !== this.attempt) { return; }
      const child = this.children[index];
      if (child) { child.redrive(); } else { this.children[index] = this.begin(this.inputs[index]); }
      await this.children[index]!.done;
      if (attempt === this.attempt && this.children[index]!.status === 'FAILED' && ++failures * 100 > toleratedPercentage * this.inputs.length) {
        this.abort();
        exceed(new StatesError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded'));
      }
    });
    await Promise.race([exceeded, all]);
    this.stopDate = this.environment.clock.now();
  }

  /** Cancels the run, because its execution has ended. On AWS, a Map Run continues for a while, and starts waiting items. */
  public cancel(): void {
    const { clock, cancellationMs = 0 } = this.environment;
    if (cancellationMs === 0) {
      this.abort();
    } else {
      this.cancellation = clock.sleep(cancellationMs).then(() => {
        this.abort();
        this.cancellation = undefined;
      });
    }
  }

  private abort(): void {
    this.attempt++;
    this.children.forEach(child => child?.stop());
    this.stopDate = this.environment.clock.now();
  }
}
