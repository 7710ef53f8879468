import { createHash } from 'node:crypto';
import jsonata from 'jsonata';
import { StatesError } from './errors';

/** `$states` and the variables. */
export type Bindings = Readonly<Record<string, unknown>>;

const cache = new Map<string, jsonata.Expression>();

/** The maximum payload of Step Functions. */
export const MAX_PAYLOAD = 256 * 1024;

/**
 * Replaces every `{% JSONata %}` in a template by its value.
 *
 * @throws StatesError States.QueryEvaluationError, also if an expression has no result
 */
export async function evaluate(template: unknown, bindings: Bindings, field: string): Promise<any> {
  if (typeof template === 'string') {
    const expression = /^\{%(.*)%\}$/s.exec(template);
    return expression ? evaluateExpression(expression[1], bindings, field) : template;
  }
  if (Array.isArray(template)) {
    return Promise.all(template.map((item, i) => evaluate(item, bindings, `${field}[${i}]`)));
  }
  if (typeof template === 'object' && template !== null) {
    const values = await Promise.all(Object.entries(template).map(async ([key, value]) => [key, await evaluate(value, bindings, `${field}/${key}`)]));
    return Object.fromEntries(values);
  }
  return template;
}

async function evaluateExpression(text: string, bindings: Bindings, field: string): Promise<any> {
  let value: unknown;
  try {
    value = await compiled(text).evaluate(undefined, bindings);
  } catch (err) {
    const { code, message } = err as { code?: string; message: string };
    throw new StatesError('States.QueryEvaluationError',
      `The JSONata expression '${text.trim()}' specified for the field '${field}' threw an error during evaluation. ${code ?? ''}: ${message}`);
  }
  if (value === undefined || typeof value === 'function') {
    throw new StatesError('States.QueryEvaluationError', `The JSONata expression '${text.trim()}' specified for the field '${field}' returned nothing (undefined).`);
  }
  return plain(value);
}

/** Copies a value as plain data, because JSONata's arrays have additional members. */
function plain(value: unknown): any {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}

/**
 * Passes on a payload: the input of an execution or a child workflow, the arguments and the raw result of a task, the output of a state.
 *
 * @throws StatesError States.DataLimitExceeded
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function measured<T>(payload: T, what: string): T {
  const json = JSON.stringify(payload) ?? '';
  // UTF-8 has at most three bytes for each of JavaScript's characters.
  if (json.length * 3 > MAX_PAYLOAD && Buffer.byteLength(json) > MAX_PAYLOAD) {
    throw new StatesError('States.DataLimitExceeded', `${what} has ${Buffer.byteLength(json)} bytes, more than 256 KiB`);
  }
  return payload;
}

function compiled(text: string): jsonata.Expression {
  let expression = cache.get(text);
  if (!expression) {
    expression = jsonata(text);
    // The functions that Step Functions adds, as far as they are used here. It has no $eval.
    expression.registerFunction('hash', (data: string, algorithm: string) =>
      createHash(algorithm.toLowerCase().replace('-', '')).update(data).digest('hex'), '<ss:s>');
    expression.registerFunction('parse', (json: string) => JSON.parse(json), '<s:x>');
    expression.registerFunction('eval', () => { throw new Error('$eval is not supported'); });
    cache.set(text, expression);
  }
  return expression;
}
