import { StateDefinition } from './definition';
import { evaluate, measured } from './expressions';
import { batches, readItems } from './item-reader';
import { MapRun } from './map-run';
import { writeResults } from './result-writer';
import { Scope } from './scope';
import { uuid } from '../../sagemaker';

/** The default concurrency of Step Functions. */
const DEFAULT_CONCURRENCY = 10_000;

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
  const inputs = (await batches(state, selected, bindings())).map(childInput => measured(childInput, 'the input of a child workflow'));
  const limit = Number(await evaluate(state.MaxConcurrency ?? 0, bindings(), 'MaxConcurrency')) || DEFAULT_CONCURRENCY;
  const label = state.Label ?? name;
  const childOf = `${stateMachineArn}/${label}`;
  return new MapRun(`${childOf.replace(':stateMachine:', ':mapRun:')}:${uuid(environment.random)}`, inputs, childInput => execution.startChild({
    environment,
    machine: { QueryLanguage: execution.props.machine.QueryLanguage, ...state.ItemProcessor! },
    stateMachineArn: childOf,
    arn: `${childOf.replace(':stateMachine:', ':execution:')}:${uuid(environment.random)}`,
    input: childInput,
    isExpress: state.ItemProcessor!.ProcessorConfig?.ExecutionType === 'EXPRESS',
  }), limit, environment);
}
