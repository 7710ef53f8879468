import type { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NeoValidationError } from './errors';

export interface SecondsLimits {
  readonly least: number;
  /** @default - the largest number that the API's type can hold */
  readonly most?: number;
  /** For messages: `between 1 and 55 minutes`. */
  readonly words: string;
}

/** The API's `Integer` has 32 bits. */
const LARGEST = 2 ** 31 - 1;

/**
 * A duration in whole seconds.
 *
 * @returns undefined when only the deployment knows
 */
export function wholeSeconds(scope: IConstruct, prop: string, duration: Duration, limits: SecondsLimits): number | undefined {
  const { least, most = LARGEST, words } = limits;
  if (duration.isUnresolved()) {
    requireSecondsUnit(scope, prop, duration);
    return undefined;
  }
  const value = duration.toSeconds({ integral: false });
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new NeoValidationError(`${prop} must be ${words}, in whole seconds; got: ${duration.toHumanString()} (${value} seconds)`, scope);
  }
  return value;
}

/** A token cannot be converted, and the API counts in seconds. */
function requireSecondsUnit(scope: IConstruct, prop: string, duration: Duration): void {
  const unit = duration.unitLabel();
  if (unit !== 'seconds') {
    throw new NeoValidationError(`${prop} must be in seconds where only the deployment knows it: use Duration.seconds(...), as a token cannot be converted; got: ${unit}`, scope);
  }
}
