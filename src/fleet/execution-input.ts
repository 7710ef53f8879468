import type { FleetSource } from './fleet-source';
import { executionTag } from '../stepfunctions-tasks/execution-tag';
import { jsonataText, oneLine } from '../stepfunctions-tasks/expression';

/**
 * Variables of an execution, from its input. What the input says wrong fails the execution at once, before anything is compiled.
 *
 * `retryFailed`, `tolerated` and `prefix` are what the user says; `tag` tells whose jobs are whose.
 */
export function executionVariables({ listing }: FleetSource, toleratedFailurePercentage: number): { [name: string]: string } {
  return {
    retryFailed: input('retryFailed', 'false', `$type($given) = 'boolean' ? $given : ${refusal('retryFailed must be true or false')}`),
    tolerated: input('toleratedFailurePercentage', String(toleratedFailurePercentage),
      // A number first, as only numbers can be compared. Step Functions takes whole ones.
      oneLine(`$type($given) = 'number' ? ($given >= 0 and $given <= 100 ? $floor($given) : ${refusal('toleratedFailurePercentage must be 0 to 100')})
        : ${refusal('toleratedFailurePercentage must be a number')}`)),
    ...listing && { prefix: input('prefix', jsonataText(listing.prefix), longerPrefix(jsonataText(listing.prefix))) },
    tag: `{% ${executionTag('$states.context.Execution.Id')} %}`,
  };
}

function input(member: string, otherwise: string, given: string): string {
  return `{% ($given := $states.input.${member}; $not($exists($given)) ? ${otherwise} : ${given}) %}`;
}

/** The role may list keys with the fleet's own prefix alone; this says so in words. */
function longerPrefix(prefix: string): string {
  return `$substring($string($given), 0, $length(${prefix})) = ${prefix} ? $given : ${refusal('prefix must begin with that of the fleet')}`;
}

function refusal(message: string): string {
  return `$error(${jsonataText(`${message}; got: `)} & $string($given))`;
}
