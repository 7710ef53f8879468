/** An error of a state: a name, which Retry and Catch match, and a cause. */
export class StatesError extends Error {
  constructor(public readonly error: string, public readonly cause: string) {
    super(`${error}: ${cause}`);
  }
}

/** The execution was aborted or redriven, so this run of it must end. */
export class Interrupted extends Error {}

/** No wildcard matches these. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** AWS's rule for names in ErrorEquals. */
export function matches(errorEquals: readonly string[], error: string): boolean {
  return errorEquals.some(name => name === error
    || (name === 'States.ALL' && !TERMINAL.includes(error))
    // A failed evaluation too.
    || (name === 'States.TaskFailed' && error !== 'States.Timeout' && !TERMINAL.includes(error)));
}
