import { ChildExecution, ExecutionProps, ExecutionStatus } from './child-execution';
import { StateDefinition } from './definition';
import { Interrupted, StatesError } from './errors';
import { MapRun } from './map-run';
import { Position, StateHost } from './scope';
import { enterState } from './states';

/** The maximum number of events in the history of a Standard workflow. */
const MAX_EVENTS = 25_000;

/** One execution of a state machine, or of the item processor of a Distributed Map. */
export class Execution implements ChildExecution, StateHost {
  public status: ExecutionStatus = 'RUNNING';
  public output?: unknown;
  public failure?: StatesError;
  public redriveCount = 0;
  public variables: Record<string, unknown> = {};
  /** The runs of its Distributed Maps. */
  public readonly mapRuns: MapRun[] = [];
  /** The Map Runs that have not succeeded, by state. */
  public readonly openMapRuns = new Map<string, MapRun>();
  /** Resolves when the execution has ended, with any status. */
  public done: Promise<void> = Promise.resolve();
  private position: Position;
  public readonly startTime: string;
  /** Incremented at every end and redrive, so that a run of an earlier life notices. */
  private life = 0;
  private timeout?: AbortController;
  private events = 1;

  constructor(public readonly props: ExecutionProps) {
    this.startTime = new Date(props.environment.clock.now()).toISOString();
    this.position = { state: props.machine.StartAt, input: props.input };
    this.done = this.run(this.life);
  }

  public get arn(): string {
    return this.props.arn;
  }

  /** The part of the Context object that the definitions here read. */
  public context(state: string, item?: unknown): object {
    return {
      Execution: {
        Id: this.arn,
        Name: this.arn.split(':').pop(),
        Input: this.props.input,
        StartTime: this.startTime,
        ...this.redriveCount > 0 && { RedriveCount: this.redriveCount },
      },
      StateMachine: { Id: this.props.stateMachineArn },
      State: { Name: state, EnteredTime: new Date(this.props.environment.clock.now()).toISOString() },
      ...item !== undefined && { Map: { Item: item } },
    };
  }

  /** Aborts the execution, and its Map Runs with all their child workflows. Tasks in progress are not undone. */
  public stop(status: 'ABORTED' | 'TIMED_OUT' = 'ABORTED'): void {
    if (this.status === 'RUNNING') {
      this.end(status);
      this.openMapRuns.forEach(run => run.cancel());
    }
  }

  /** Continues from the state that did not succeed, with the same input. */
  public redrive(): void {
    if (this.status === 'RUNNING' || this.status === 'SUCCEEDED') { throw new Error(`an execution that is ${this.status} cannot be redriven`); }
    this.status = 'RUNNING';
    this.failure = undefined;
    this.redriveCount++;
    this.done = this.run(this.life);
  }

  /** @throws Interrupted when this life is over */
  public assertAlive(life: number): void {
    if (life !== this.life) { throw new Interrupted(); }
  }

  /**
   * Counts events of its history.
   *
   * @throws StatesError when there are more than Step Functions allows
   */
  public addEvents(count: number): void {
    this.events += count;
    if (this.events > MAX_EVENTS && !this.props.isExpress) {
      throw new StatesError('States.Runtime', 'The execution reached the maximum number of history events (25000).');
    }
  }

  public startChild(props: ExecutionProps): Execution {
    return new Execution(props);
  }

  /** The number of events in its history. */
  public get eventCount(): number {
    return this.events;
  }

  private async run(life: number): Promise<void> {
    const { machine, environment } = this.props;
    if (machine.TimeoutSeconds !== undefined) {
      this.timeout = new AbortController();
      void environment.clock.sleep(machine.TimeoutSeconds * 1_000, this.timeout.signal).then(() => { if (life === this.life) { this.stop('TIMED_OUT'); } });
    }
    try {
      for (;;) {
        const state: StateDefinition = machine.States[this.position.state];
        const next = await enterState(this, life, state, this.position);
        this.assertAlive(life);
        if (next.state === undefined) {
          this.output = next.output;
          return this.end('SUCCEEDED');
        }
        this.position = { state: next.state, input: next.output };
      }
    } catch (err) {
      if (err instanceof Interrupted || life !== this.life) { return; }
      if (!(err instanceof StatesError)) { throw err; }
      this.failure = err;
      this.end('FAILED');
    }
  }

  private end(status: ExecutionStatus): void {
    this.life++;
    this.timeout?.abort();
    this.status = status;
    this.props.environment.onEnd?.({
      executionArn: this.arn,
      stateMachineArn: this.props.stateMachineArn,
      status,
      input: this.props.input,
      output: this.output,
      error: this.failure?.error,
      cause: this.failure?.cause,
    });
  }
}
