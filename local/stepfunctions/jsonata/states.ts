import { Retrier, retryDelay, StateDefinition } from './definition';
import { runDistributedMap } from './distributed-map';
import { StatesError, matches } from './errors';
import { evaluate, measured } from './expressions';
import { runInlineMap } from './inline-map';
import { Position, Scope, StateHost, Transition } from './scope';

/** Runs a state of an execution to its end. */
export function enterState(execution: StateHost, life: number, state: StateDefinition, position: Position): Promise<Transition> {
  return runState({ execution, life, variables: execution.variables }, position.state, state, position.input);
}

/**
 * @throws StatesError that no Catch has caught
 * @throws Interrupted
 */
async function runState(scope: Scope, name: string, state: StateDefinition, input: any): Promise<Transition> {
  const { execution } = scope;
  const language = state.QueryLanguage ?? execution.props.machine.QueryLanguage;
  if (language !== 'JSONata') { throw new Error(`state ${name} is not in JSONata: aws-local-stepfunctions runs JSONPath`); }
  const context = execution.context(name);
  const retries = new Map<Retrier, number>();
  for (let attempt = 0; ; attempt++) {
    step(scope, name, state, attempt > 0);
    execution.addEvents(eventsOf(state, attempt > 0));
    try {
      return await attemptState(scope, name, state, input, context);
    } catch (err) {
      if (!(err instanceof StatesError)) { throw err; }
      execution.assertAlive(scope.life);
      // The history has the event EvaluationFailed in addition to those of the task.
      if (err.error === 'States.QueryEvaluationError') { execution.addEvents(1); }
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, err.error));
      const nth = retrier ? (retries.get(retrier) ?? 0) + 1 : 0;
      if (retrier && nth <= (retrier.MaxAttempts ?? 3)) {
        retries.set(retrier, nth);
        await execution.props.environment.clock.sleep(retryDelay(retrier, nth, execution.props.environment.random));
        execution.assertAlive(scope.life);
        continue;
      }
      const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, err.error));
      if (!catcher) { throw err; }
      const errorOutput = { Error: err.error, Cause: err.cause };
      return { state: catcher.Next, output: await conclude(scope, catcher, { input, context, errorOutput }, errorOutput) };
    }
  }
}

async function attemptState(scope: Scope, name: string, state: StateDefinition, input: any, context: object): Promise<Transition> {
  const { execution, variables } = scope;
  const bindings = { ...variables, states: { input, context } };
  const goOn = async (result: any, hasResult = true): Promise<Transition> => ({
    state: state.Next,
    output: await conclude(scope, state, hasResult ? { input, context, result } : { input, context }, result),
  });
  switch (state.Type) {
    case 'Pass': case 'Succeed':
      return goOn(input, false);
    case 'Wait':
      await execution.props.environment.clock.sleep(1_000 * await evaluate(state.Seconds, bindings, 'Seconds'));
      execution.assertAlive(scope.life);
      return goOn(input, false);
    case 'Task': {
      const args = measured(await evaluate(state.Arguments ?? {}, bindings, 'Arguments'), `the arguments of ${name}`);
      const result = await execution.props.environment.call(state.Resource!, args);
      execution.assertAlive(scope.life);
      // The limit applies to the raw result, before Output and Assign can make it smaller.
      return goOn(measured(result, `the result of ${name}`));
    }
    case 'Fail':
      throw new StatesError(await evaluate(state.Error ?? '', bindings, 'Error'), await evaluate(state.Cause ?? '', bindings, 'Cause'));
    case 'Choice':
      for (const choice of state.Choices!) {
        if (await evaluate(choice.Condition, bindings, 'Condition') === true) {
          return { state: choice.Next, output: await conclude(scope, choice, { input, context }, input) };
        }
      }
      if (!state.Default) { throw new StatesError('States.NoChoiceMatched', `no choice of ${name} matched`); }
      return { state: state.Default, output: await conclude(scope, state, { input, context }, input) };
    case 'Map':
      return goOn(measured(state.ItemProcessor!.ProcessorConfig?.Mode === 'DISTRIBUTED'
        ? await runDistributedMap(scope, name, state, input)
        : await runInlineMap(scope, name, state, input, runState), `the result of ${name}`));
    default:
      throw new Error(`no interpreter for states of type ${state.Type}`);
  }
}

/** Evaluates Assign and Output, which both see the previous variables. */
async function conclude(scope: Scope, fields: Pick<StateDefinition, 'Output' | 'Assign'>, states: object, otherwise: unknown): Promise<any> {
  const bindings = { ...scope.variables, states };
  const assigned = fields.Assign && measured(await evaluate(fields.Assign, bindings, 'Assign'), 'an assignment');
  const output = measured(fields.Output === undefined ? otherwise : await evaluate(fields.Output, bindings, 'Output'), 'the output of a state');
  scope.execution.assertAlive(scope.life);
  Object.assign(scope.variables, assigned);
  return output;
}

/** Returns the number of events of a state: entered and exited, and for a task also scheduled, started, and succeeded or failed. */
function eventsOf({ Type }: StateDefinition, isRetry: boolean): number {
  return (isRetry ? 0 : 2) + (Type === 'Task' ? 3 : 0);
}

function step({ execution }: Scope, name: string, state: StateDefinition, isRetry: boolean): void {
  const { environment, arn, isExpress = false } = execution.props;
  environment.onStep?.({ executionArn: arn, state: name, type: state.Type, isRetry, isExpress, at: environment.clock.now() });
}
