/** A state machine in the Amazon States Language, or a part of one. */
export type Definition = any;

/** AWS's own default for a task; more than a timer can hold, so as long as one can. */
const LONGEST_TIMER_SECONDS = 2_147_483;

/** The members that are seconds, besides the ones read from the input. */
const SECONDS = ['IntervalSeconds', 'MaxDelaySeconds', 'TimeoutSeconds', 'HeartbeatSeconds', 'Seconds'];

/** The same definition with every duration that it states divided by the scale. */
export function scaledDefinition(definition: Definition, scale: number): Definition {
  if (Array.isArray(definition)) { return definition.map(item => scaledDefinition(item, scale)); }
  if (definition === null || typeof definition !== 'object') { return definition; }
  const scaled = Object.fromEntries(Object.entries(definition).map(([key, value]) =>
    [key, SECONDS.includes(key) && typeof value === 'number' ? value / scale : scaledDefinition(value, scale)]));
  if (isRetrier(definition)) { scaled.IntervalSeconds ??= 1 / scale; }
  if (definition.Type === 'Task' && typeof definition.Resource === 'string' && definition.TimeoutSecondsPath === undefined) {
    scaled.TimeoutSeconds ??= LONGEST_TIMER_SECONDS;
  }
  return scaled;
}

/** Every task state by its name, those of maps and branches too. */
export function taskStates(definition: Definition): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const visit = (machine: Definition): void => {
    for (const [name, state] of Object.entries<Definition>(machine?.States ?? {})) {
      if (state.Type === 'Task') { found.set(name, state); }
      [state.Iterator, state.ItemProcessor, ...state.Branches ?? []].forEach(visit);
    }
  };
  visit(definition);
  return found;
}

const isRetrier = (value: Definition) => Array.isArray(value.ErrorEquals) && value.Next === undefined;
