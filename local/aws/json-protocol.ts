import type { ApiHandler } from './server';

/** An error in AWS's format; `code` is its name in SDK clients. */
export class ApiError extends Error {
  constructor(public readonly code: string, message: string, public readonly statusCode = 400) {
    super(message);
  }
}

/** Serves AWS's JSON protocol: the operation is in a header, and the bodies are input and output. */
export function jsonApi(targetPrefix: string, operations: Readonly<Record<string, (input: any) => unknown>>): ApiHandler {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return async request => {
    try {
      const operation = String(request.headers['x-amz-target']).replace(`${targetPrefix}.`, '');
      if (!(operation in operations)) { throw new ApiError('UnknownOperationException', `${operation} is not part of the local run`); }
      return { statusCode: 200, headers, body: JSON.stringify(await operations[operation](JSON.parse(request.body || '{}')) ?? {}) };
    } catch (err) {
      if (!(err instanceof ApiError)) { throw err; }
      return { statusCode: err.statusCode, headers, body: JSON.stringify({ __type: err.code, message: err.message }) };
    }
  };
}
