import { StateDefinition } from './definition';
import { Environment } from './environment';
import { StatesError } from './errors';
import { Execution } from './execution';
import { evaluate } from './expressions';
import { batches, readItems } from './item-reader';
import { pool } from './pool';
import { writeResults } from './result-writer';
import type { Scope } from './states';
import { uuid } from '../../sagemaker';

/** What Step Functions runs at once unless told otherwise. */
const DEFAULT_CONCURRENCY = 10_000;

/** One run of a Distributed Map: a child workflow for every item, each an execution of its own, which outlive a failure of the run. */
export class MapRun {
  /** By item; none yet for items that wait. */
  public readonly children: (Execution | undefined)[];
  /** When it has ended; none while it runs. */
  public stopDate?: number;
  /** The latest attempt to run it; what still works for an earlier one stops. */
  private attempt = 0;
  /** There while a cancellation has not yet taken effect. */
  private cancellation?: Promise<void>;

  constructor(
    public readonly arn: string, public readonly inputs: readonly unknown[],
    private readonly begin: (input: unknown) => Execution, private readonly limit: number, private readonly environment: Environment,
  ) {
    this.children = new Array(inputs.length).fill(undefined);
  }

  public get isCancelling(): boolean {
    return this.cancellation !== undefined;
  }

  /**
   * Runs the items that have not succeeded: first time, or after a redrive.
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

  /** Its execution has ended. On AWS a Map Run goes on for a while, and begins items that wait. */
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

export async function runDistributedMap(scope: Scope, name: string, state: StateDefinition, input: any): Promise<object> {
  const { execution } = scope;
  const bindings = { ...scope.variables, states: { input, context: execution.context(name) } };
  let run = execution.openMapRuns.get(name);
  if (!run) {
    run = await newMapRun(scope, name, state, input);
    execution.assertAlive(scope.life);
    execution.openMapRuns.set(name, run);
    execution.mapRuns.push(run);
  }
  let failure: unknown;
  try {
    await run.run(Number(await evaluate(state.ToleratedFailurePercentage ?? 0, bindings, 'ToleratedFailurePercentage')));
  } catch (err) {
    failure = err;
  }
  execution.assertAlive(scope.life);
  const result = await writeResults(scope, state, run, bindings);
  if (failure) { throw failure; }
  execution.openMapRuns.delete(name);
  return result;
}

async function newMapRun(scope: Scope, name: string, state: StateDefinition, input: any): Promise<MapRun> {
  const { execution } = scope;
  const { environment, stateMachineArn } = execution.props;
  const bindings = (item?: unknown) => ({ ...scope.variables, states: { input, context: execution.context(name, item) } });
  const items = await readItems(state, bindings(), environment);
  const selected = state.ItemSelector === undefined ? items.map(({ Key, Value }) => Key === undefined ? Value : { Key, Value })
    : await Promise.all(items.map((item, Index) => evaluate(state.ItemSelector, bindings({ Index, ...item }), 'ItemSelector')));
  const inputs = await batches(state, selected, bindings());
  const limit = Number(await evaluate(state.MaxConcurrency ?? 0, bindings(), 'MaxConcurrency')) || DEFAULT_CONCURRENCY;
  const label = state.Label ?? name;
  const childOf = `${stateMachineArn}/${label}`;
  return new MapRun(`${childOf.replace(':stateMachine:', ':mapRun:')}:${uuid(environment.random)}`, inputs, childInput => new Execution({
    environment,
    machine: { QueryLanguage: execution.props.machine.QueryLanguage, ...state.ItemProcessor! },
    stateMachineArn: childOf,
    arn: `${childOf.replace(':stateMachine:', ':execution:')}:${uuid(environment.random)}`,
    input: childInput,
    isExpress: state.ItemProcessor!.ProcessorConfig?.ExecutionType === 'EXPRESS',
  }), limit, environment);
}
