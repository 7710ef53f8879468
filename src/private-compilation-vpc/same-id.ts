import { Reference, Token, Tokenization } from 'aws-cdk-lib';

/**
 * Compare two IDs that may be references to resources of the app. What only the deployment knows is `unknown`.
 */
export function compareIds(one: string, other: string): 'same' | 'different' | 'unknown' {
  if (one === other) { return 'same'; }
  if (!Token.isUnresolved(one) && !Token.isUnresolved(other)) { return 'different'; }
  const [a, b] = [one, other].map(id => Token.isUnresolved(id) ? Tokenization.reverse(id, { failConcat: false }) : undefined);
  if (!Reference.isReference(a) || !Reference.isReference(b)) { return 'unknown'; }
  return a.target === b.target ? 'same' : 'different';
}
