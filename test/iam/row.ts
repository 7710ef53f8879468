import type { Layer } from './decide';
import type { ObjectName } from './objects';
import type { PathName } from './paths';
import type { PrincipalName } from './principals';

/**
 * A request, what must become of it, and why: one line of docs/iam-decisions.md.
 *
 * `decision` is "allowed", or every policy that stops the request alone, in alphabetical order: `bucket + identity`.
 */
export type Row = [
  sentence: string,
  principal: PrincipalName,
  action: string,
  object: ObjectName | ObjectName[],
  path: PathName,
  decision: 'allowed' | Layer | `${Layer} + ${string}`,
  because: string,
  /** More of the request's context than principal and path bring. */
  context?: { [key: string]: string | string[] },
];

export interface Theme {
  readonly title: string;
  readonly rows: Row[];
}

export const PLAIN_HTTP = { 'aws:SecureTransport': 'false' };
