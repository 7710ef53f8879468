/** An error of a state: a name, which Retry and Catch match, and a cause. */
export class StatesError extends Error {
  constructor(public readonly error: string, public readonly cause: string) {
    super(`${error}: ${cause}`);
  }
}

/** The execution was aborted or redriven, so this run of it must end. */
export class Interrupted extends Error {}

/** Errors that no wildcard matches. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** Whether names in ErrorEquals match an error, by AWS's rules. */
export function matches(errorEquals: readonly string[], error: string): boolean {
  return errorEquals.some(name => name === error
    || (name === 'States.ALL' && !TERMINAL.includes(error))
    // States.TaskFailed also matches a failed evaluation.
    || (name === 'States.TaskFailed' && error !== 'States.Timeout' && !TERMINAL.includes(error)));
}
