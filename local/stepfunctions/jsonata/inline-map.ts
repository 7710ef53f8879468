import { StateDefinition } from './definition';
import { evaluate } from './expressions';
import { pool } from './pool';
import { Scope, StateRunner } from './scope';

/**
 * An inline Map. Its iterations see the outer variables and have their own. A redrive starts the whole Map again, while Step Functions
 * would continue with the iterations that did not succeed.
 */
export async function runInlineMap(
  scope: Scope, name: string, state: StateDefinition, input: any, runState: StateRunner,
): Promise<unknown[]> {
  const { execution } = scope;
  const bindings = (item?: unknown) => ({ ...scope.variables, states: { input, context: execution.context(name, item) } });
  const items: unknown[] = state.Items === undefined ? input : await evaluate(state.Items, bindings(), 'Items');
  const limit = Number(await evaluate(state.MaxConcurrency ?? 0, bindings(), 'MaxConcurrency'));
  return pool(items, limit || 40, async (value, Index) => {
    const itemInput = state.ItemSelector === undefined ? value : await evaluate(state.ItemSelector, bindings({ Index, Value: value }), 'ItemSelector');
    const iteration: Scope = { ...scope, variables: { ...scope.variables } };
    const { StartAt, States } = state.ItemProcessor!;
    for (let [at, current] = [StartAt as string | undefined, itemInput]; ;) {
      const next = await runState(iteration, at!, States[at!], current);
      if (next.state === undefined) { return next.output; }
      [at, current] = [next.state, next.output];
    }
  });
}
