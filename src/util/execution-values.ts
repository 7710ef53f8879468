import { Token, Tokenization, type IResolvable } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { NeoValidationError } from './errors';
import { isLiteral } from './prop-types';

/*
 * Values that Step Functions computes from the input of an execution. Only states can use them.
 */

/** Marks the tokens of `NeoExpression`, also those of another copy of this library. */
const EXPRESSION = Symbol.for('cdk-sagemaker-neo.NeoExpression');

/** Marks a token whose value is JSONata. */
export function asExpression(token: string): string {
  Object.defineProperty(Tokenization.reverseString(token).firstToken, EXPRESSION, { value: true });
  return token;
}

/**
 * Fails if a value comes from the input of an execution: a JSONPath, JSONata, or a token or string with one of them in it. Other tokens pass.
 *
 * @param props values by name
 * @param names the names to check, because a subclass may have further props
 */
export function failOnExecutionValues(scope: IConstruct, props: object, names = Object.keys(props)): void {
  for (const prop of names) {
    const found = findExecutionValue(props[prop as keyof typeof props], new Set());
    if (found) { throw executionValueError(scope, `${prop}${found.path}`, found.language); }
  }
}

export function executionValueError(scope: IConstruct, prop: string, got: string): NeoValidationError {
  return new NeoValidationError(`${prop} must not come from the input of an execution, because Step Functions does not evaluate it here: `
    + `use a Step Functions task, such as NeoRunCompilationJob; got: ${got}`, scope);
}

interface ExecutionValue {
  /** Path below the prop, such as `[1].name`. It ends at an instance of a class, whose parts users do not write. */
  readonly path: string;
  readonly language: 'JSONPath' | 'JSONata';
}

/** Names by which a resource that is imported may refer to an execution. */
const NAMES = ['bucketName', 'roleArn', 'keyArn'];

function findExecutionValue(value: unknown, visited: Set<unknown>): ExecutionValue | undefined {
  const language = languageOf(value);
  if (language) { return { path: '', language }; }
  if (typeof value !== 'object' || value === null || Token.isUnresolved(value) || visited.has(value)) { return undefined; }
  visited.add(value);
  const parts = Construct.isConstruct(value) ? NAMES.map(name => [name, (value as any)[name]]) : Object.entries(value);
  for (const [name, part] of parts) {
    const found = findExecutionValue(part, visited);
    if (found) { return { ...found, path: Array.isArray(value) ? `[${name}]${found.path}` : isLiteral(value) ? `.${name}${found.path}` : '' }; }
  }
  return undefined;
}

function languageOf(value: unknown): ExecutionValue['language'] | undefined {
  if (typeof value === 'string' && /^\{%.*%\}$/s.test(value)) { return 'JSONata'; }
  const tokens = tokensIn(value);
  if (tokens.some(token => EXPRESSION in token)) { return 'JSONata'; }
  // `isEncodedJsonPath` fails for a string with further parts.
  return tokens.some(token => sfn.JsonPath.isEncodedJsonPath(token.toString())) ? 'JSONPath' : undefined;
}

function tokensIn(value: unknown): IResolvable[] {
  if (!Token.isUnresolved(value)) { return []; }
  if (typeof value === 'string') { return Tokenization.reverseString(value).tokens; }
  const token = typeof value === 'number' ? Tokenization.reverseNumber(value) : Array.isArray(value) ? Tokenization.reverseList(value) : value as IResolvable;
  return token ? [token] : [];
}
