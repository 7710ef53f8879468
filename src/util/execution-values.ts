import { Token, Tokenization, type IResolvable } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IConstruct } from 'constructs';
import { NeoValidationError } from './errors';
import { tokensIn } from './intrinsics';
import { isLiteral, memberPath } from './prop-types';

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
    const found = findExecutionValue(props[prop as keyof typeof props]);
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

/** Constructs and instances of classes that have been searched: hundreds of jobs share networks, buckets and targets. */
const searched = new WeakSet<object>();

function findExecutionValue(value: unknown): ExecutionValue | undefined {
  const language = languageOf(value);
  if (language) { return { path: '', language }; }
  if (typeof value !== 'object' || value === null || searched.has(value) || Token.isUnresolved(value)) { return undefined; }
  searched.add(value);
  const isPlain = Array.isArray(value) || isLiteral(value);
  const found = findInMembers(value, isPlain);
  // Users may change arrays and literals from one job to the next.
  if (found || isPlain) { searched.delete(value); }
  return found;
}

function findInMembers(value: object, isPlain: boolean): ExecutionValue | undefined {
  const isArray = Array.isArray(value);
  for (const name of Construct.isConstruct(value) ? NAMES : Object.keys(value)) {
    // A name that is a token says nothing in a path.
    const language = isArray ? undefined : languageOf(name);
    if (language) { return { path: '', language }; }
    const found = findExecutionValue(value[name as keyof typeof value]);
    if (found) { return { ...found, path: isPlain ? `${isArray ? `[${name}]` : memberPath(name)}${found.path}` : '' }; }
  }
  return undefined;
}

const languageByToken = new WeakMap<IResolvable, ExecutionValue['language'] | 'none'>();

function languageOf(value: unknown): ExecutionValue['language'] | undefined {
  if (typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}')) { return 'JSONata'; }
  const tokens = tokensIn(value);
  if (tokens.length === 0) { return undefined; }
  const languages = tokens.map(token => {
    const language = languageByToken.get(token)
      // `isEncodedJsonPath` fails for a string with further parts.
      ?? (EXPRESSION in token ? 'JSONata' : sfn.JsonPath.isEncodedJsonPath(token.toString()) ? 'JSONPath' : 'none');
    languageByToken.set(token, language);
    return language;
  });
  return languages.find(language => language !== 'none');
}
