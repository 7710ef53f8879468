import { Lazy, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { NeoValidationError, shown } from '../private/errors';

/**
 * Values that are only known when a state machine runs, for props that take a plain text otherwise.
 *
 * A state in JSONPath takes `sfn.JsonPath.stringAt(...)` as it is.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 *
 * @example
 * NeoTarget.device(NeoExpression.jsonata('$states.input.device'));
 */
export class NeoExpression {
  /**
   * JSONata, for the tasks made with `jsonata(...)`: in the name of a target or framework, say. What it gives is not
   * checked at synthesis.
   *
   * @param expression without the enclosing `{% %}`, for example `$states.input.device`
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
   */
  public static jsonata(expression: string): string {
    if (typeof expression !== 'string' || expression.trim() === '' || expression.includes('{%')) {
      throw new NeoValidationError(`expression must be JSONata without the enclosing {% %}, such as "$states.input.device"; got: ${shown(expression)}`);
    }
    return Lazy.string({ produce: () => `{% ${expression} %}` });
  }

  private constructor() {}
}

/** The JSONata in a text that is a single expression, without its enclosure. */
export function jsonataIn(scope: IConstruct, text: string): string | undefined {
  const resolved = sfn.JsonPath.isEncodedJsonPath(text) ? undefined : Stack.of(scope).resolve(text);
  return typeof resolved === 'string' ? /^\{%(.*)%\}$/s.exec(resolved)?.[1].trim() : undefined;
}

/** Whether a text is only known when the state machine runs. */
export function isRuntimeValue(scope: IConstruct, text: string): boolean {
  return sfn.JsonPath.isEncodedJsonPath(text) || jsonataIn(scope, text) !== undefined;
}

/** A text as a literal in JSONata. Tokens stay as they are: neither quotes nor backslashes are in them, or in what CloudFormation puts there. */
export function jsonataText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** JSONata without line ends, of which Step Functions' definitions and their validators are no friends. */
export function oneLine(jsonata: string): string {
  return jsonata.replace(/\s*\n\s*/g, ' ');
}
