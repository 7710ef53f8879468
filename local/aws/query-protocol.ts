import { ApiError } from './json-protocol';
import type { ApiHandler } from './server';

/** A call in AWS's query protocol, with flat parameters as on the wire (`Filter.1.Name`). */
export interface QueryCall {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Maps element names to contents. A list repeats its element. */
export type XmlContent = string | number | boolean | readonly XmlContent[] | { readonly [element: string]: XmlContent | undefined };

export interface QueryApiProps {
  readonly operations: Readonly<Record<string, (call: QueryCall) => { readonly [element: string]: XmlContent | undefined }>>;
  /** EC2 puts results directly into the response. Other services wrap them in an element. */
  readonly dialect: 'ec2' | 'query';
  readonly onCall?: (call: QueryCall) => void;
}

/** Serves AWS's query protocol: forms in, XML out. */
export function queryApi({ operations, dialect, onCall }: QueryApiProps): ApiHandler {
  const headers = { 'content-type': 'text/xml' };
  return ({ body }) => {
    const { Action: action, Version, ...parameters } = Object.fromEntries(new URLSearchParams(body));
    try {
      onCall?.({ action, parameters });
      if (!(action in operations)) { throw new ApiError('UnsupportedOperation', `${action} is not part of the local run`); }
      const result = operations[action]({ action, parameters });
      return { statusCode: 200, headers, body: xml({ [`${action}Response`]: dialect === 'ec2' ? { requestId: 'local', ...result } : { [`${action}Result`]: result } }) };
    } catch (err) {
      if (!(err instanceof ApiError)) { throw err; }
      const error = { Code: err.code, Message: err.message };
      const content: XmlContent = dialect === 'ec2'
        ? { Response: { Errors: { Error: error }, RequestID: 'local' } }
        : { ErrorResponse: { Error: { Type: 'Sender', ...error }, RequestId: 'local' } };
      return { statusCode: err.statusCode, headers, body: xml(content) };
    }
  };
}

function xml(content: XmlContent): string {
  if (typeof content !== 'object') { return escaped(String(content)); }
  return Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map(item => `<${name}>${xml(item)}</${name}>`))
    .join('');
}

const escaped = (text: string) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
