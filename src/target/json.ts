import { Lazy, Stack, Token, Tokenization } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { NeoValidationError, formatValue } from '../util/errors';
import { isLiteral, isRecord, requireType, STRING } from '../util/prop-types';

/** Matches CDK's encodings of tokens in strings and as numbers. */
const TOKENS = /[$#]\{Token\[[^\]]*\]\}|-?\d\.\d+e\+28\d/g;

/** Limits on the length of a field that contains JSON. */
export interface JsonLimits {
  /** The user's name for the value, for messages. */
  readonly what: string;
  readonly min: number;
  readonly max: number;
}

/**
 * Returns the compact JSON of a value that may contain tokens anywhere. Its length is checked as far as it is known.
 */
export function toCompactJson(scope: IConstruct, value: unknown, limits: JsonLimits): string {
  if (!containsToken(value)) { return withinLimits(escapeLineEnds(JSON.stringify(value)), limits, scope); }
  const known = JSON.stringify(value).replace(TOKENS, '');
  if (known.length > limits.max) {
    throw new NeoValidationError(`${limits.what} must have at most ${limits.max} characters as compact JSON, and has more even without its tokens; got ${known.length}: ${formatValue(known)}`, scope);
  }
  return escapeLineEnds(Stack.of(scope).toJsonString(checkedWhenResolved(scope, value, limits)));
}

/** Wraps the tokens in a value that are objects, such as a `Lazy`. What these return is known only at the end of synthesis, and is checked then. */
function checkedWhenResolved(scope: IConstruct, value: unknown, limits: JsonLimits): unknown {
  if (Tokenization.isResolvable(value)) {
    return Lazy.uncachedAny({
      produce: context => {
        const resolved = value.resolve(context);
        if (!isJson(resolved)) {
          throw new NeoValidationError(`${limits.what} must consist of strings, numbers, booleans, lists and maps, also where a token is resolved; got: ${formatValue(resolved)}`, scope);
        }
        // CDK tracks references by the token itself.
        return value;
      },
    });
  }
  if (Array.isArray(value)) { return value.map(item => checkedWhenResolved(scope, item, limits)); }
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, checkedWhenResolved(scope, item, limits)])) : value;
}

/** Fails if a string is too short or too long for its field. */
function withinLimits(text: string, limits: JsonLimits, scope?: IConstruct): string {
  const { what, min, max } = limits;
  if (text.length < min || text.length > max) {
    throw new NeoValidationError(`${what} must have ${min} to ${max} characters as compact JSON; got ${text.length}: ${formatValue(text)}`, scope);
  }
  return text;
}

/** Whether JSON is a token. Fails for a token of another type than a string. */
export function isStringToken(json: string): boolean {
  if (!Token.isUnresolved(json)) { return false; }
  requireType(undefined, 'json', json, STRING);
  return true;
}

/**
 * Parses a string of JSON and removes the white space between its parts. AWS's own examples of requests contain single quotes, as in Python. If there
 * are no double quotes, single quotes are replaced with these.
 *
 * @param alternative the method to use for other values, for messages
 */
export function readJson(text: string, limits: JsonLimits, alternative: string): { readonly value: unknown; readonly compact: string } {
  if (typeof text !== 'string') {
    throw new NeoValidationError(`${limits.what} must be a JSON string: ${alternative}; got: ${formatValue(text)}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    const quoted = /["\\]/.test(text) ? text : text.replace(/'/g, '"');
    if (quoted !== text) { return readJson(quoted, limits, alternative); }
    throw new NeoValidationError(`${limits.what} is not valid JSON (${(e as Error).message}); write keys and strings in double quotes; got: ${formatValue(text)}`);
  }
  return { value, compact: withinLimits(minifyJson(text), limits) };
}

/**
 * Removes the white space between the parts of valid JSON. It does not use the parsed value, because parsing moves integer keys to the front, and Neo
 * reads inputs in the order in which they are written.
 */
function minifyJson(text: string): string {
  return escapeLineEnds(text.replace(/("(?:\\.|[^"\\])*")|\s+/g, (_, quoted?: string) => quoted ?? ''));
}

/** Escapes three kinds of line ends, which JSON allows in strings, but the API's pattern for options does not. */
function escapeLineEnds(json: string): string {
  return json.replace(/[\u0085\u2028\u2029]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Whether a value contains an unresolved token, at any depth, as a key or as a value.
 */
export function containsToken(value: unknown): boolean {
  // `isUnresolved` is slow for numbers. Shapes consist of integers, and no token is an integer.
  if (Number.isSafeInteger(value)) return false;
  if (Token.isUnresolved(value)) return true;
  if (Array.isArray(value)) return value.some(containsToken);
  if (isRecord(value)) return Object.entries(value).some(([key, item]) => Token.isUnresolved(key) || containsToken(item));
  return false;
}

/** Whether a value is a token, and not another object of CDK that has the members of one: constructs such as stacks, and policies. */
function isToken(value: unknown): boolean {
  return Token.isUnresolved(value) && !Construct.isConstruct(value) && !(isRecord(value) && 'addStatements' in value);
}

/**
 * Whether a value can be written as JSON without loss: no NaN, no function, no instance of a class, no circular reference. Tokens can.
 */
export function isJson(value: unknown, depth = 0): boolean {
  if (depth > 32) return false;
  // A token as a number is finite.
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || isToken(value)) return true;
  if (Array.isArray(value)) return value.every((item) => item !== undefined && isJson(item, depth + 1));
  return isRecord(value) && isLiteral(value) && Object.values(value).every((item) => isJson(item, depth + 1));
}
