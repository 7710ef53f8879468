/** A state machine in the Amazon States Language, or a part of one. */
export type Definition = any;

/** AWS's default for a task. */
const DEFAULT_TIMEOUT_SECONDS = 99_999_999;

/** Adds AWS's time limit to tasks without one, because the interpreter's default is a minute. */
export function withTaskTimeouts(definition: Definition): Definition {
  if (Array.isArray(definition)) { return definition.map(withTaskTimeouts); }
  if (definition === null || typeof definition !== 'object') { return definition; }
  const copy = Object.fromEntries(Object.entries(definition).map(([key, value]) => [key, withTaskTimeouts(value)]));
  if (copy.Type === 'Task' && typeof copy.Resource === 'string' && copy.TimeoutSecondsPath === undefined) {
    copy.TimeoutSeconds ??= DEFAULT_TIMEOUT_SECONDS;
  }
  return copy;
}

/** Returns all task states by name, including those of maps and branches. */
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
