import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';

/**
 * An invalid prop or argument. The message ends with the construct's path, so that it can be found in a large app.
 */
export class NeoValidationError extends Error {
  constructor(message: string, scope?: IConstruct) {
    super(withoutTokens(scope?.node.path ? `${message} [at ${scope.node.path}]` : message));
    this.name = 'NeoValidationError';
  }
}

/**
 * Formats any value for an error message. The result is short, a string is in quotes, and it is never `[object Object]`.
 */
export function formatValue(value: unknown): string {
  // Some constructs, such as stacks, would count as tokens.
  if (Construct.isConstruct(value)) { return `the construct ${value.node.path}`; }
  if (Token.isUnresolved(value)) { return 'a token'; }
  let text: string | undefined;
  try {
    // JSON cannot express NaN and infinity.
    text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch { /* a circular structure or a BigInt */ }
  text = withoutTokens(text ?? (typeof value === 'object' ? 'an object' : String(value)));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Replaces CDK's encodings of tokens, which mean nothing to a reader. */
export function withoutTokens(text: string): string {
  return text.replace(/[$#]\{Token\[[^\]]*\]\}/g, '<token>');
}

/** Lists the paths of constructs. */
export function pathsOf(constructs: IConstruct[]): string {
  return constructs.map(({ node }) => node.path).join(', ');
}

/** Runs a step at the end of synthesis, when users can add nothing any more. */
export function atEnd({ node }: IConstruct, step: () => void): void {
  node.addValidation({ validate: () => { step(); return []; } });
}

/**
 * Returns the annotations for a warning at the end of synthesis. They belong to a child of the construct, because CDK ignores an acknowledgement on a
 * construct if the warning is later added to the same construct.
 */
export function lateWarnings({ node }: IConstruct): Annotations {
  return Annotations.of(node.defaultChild ?? node.children[node.children.length - 1]);
}
