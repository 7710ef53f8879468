import type { TaskHandler } from './state-machine-service';
import { ApiError } from '../aws/json-protocol';
import type { InvocationResult } from '../lambda/worker';

/** Returns a handler of tasks that invoke a Lambda function: by its ARN, or through `arn:aws:states:::lambda:invoke`. */
export function lambdaTask(invoke: (nameOrArn: string, event: string) => Promise<InvocationResult>): TaskHandler {
  return async (resource, input) => {
    if (resource.includes(':lambda:') && resource.includes(':function:')) {
      return call(invoke, resource, input);
    }
    if (resource === 'arn:aws:states:::lambda:invoke') {
      return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: await call(invoke, input.FunctionName, input.Payload ?? {}) };
    }
    throw Object.assign(new Error(`the local run has no ${resource}`), { name: 'States.Runtime' });
  };
}

async function call(invoke: (nameOrArn: string, event: string) => Promise<InvocationResult>, functionArn: string, input: unknown): Promise<unknown> {
  const { payload, functionError } = await invoke(functionArn, JSON.stringify(input)).catch((err: Error) => {
    // Step Functions prefixes the API's error with the service.
    throw err instanceof ApiError ? Object.assign(new Error(err.message), { name: `Lambda.${err.code}` }) : err;
  });
  if (functionError === undefined) { return JSON.parse(payload); }
  // As in Step Functions: Retry and Catch match the error's type, and the whole payload is the Cause.
  throw Object.assign(new Error(payload), { name: JSON.parse(payload).errorType });
}
