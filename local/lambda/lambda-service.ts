import type { CancellableClock } from '../scaled-clock';
import { FunctionConfiguration, LocalFunction, LocalFunctionProps } from './function';
import type { InvocationResult } from './worker';
import { ApiError } from '../aws/json-protocol';
import type { ApiRequest, ApiResponse } from '../aws/server';

export interface LambdaServiceProps {
  readonly clock: CancellableClock;
  readonly maxConcurrency: number;
  readonly surroundings: LocalFunctionProps['surroundings'];
  readonly onLog: (functionName: string, line: string) => void;
}

/** Waits before an asynchronous event is tried again. AWS: one minute, then two. */
const RETRY_SECONDS = [60, 120];

/** The functions of a local account, invoked directly or over the Invoke API. */
export class LambdaService {
  private readonly functions = new Map<string, LocalFunction>();
  private readonly closing = new AbortController();

  constructor(private readonly props: LambdaServiceProps) {}

  /** Creates a function, or replaces its code and configuration. */
  public async put(configuration: FunctionConfiguration): Promise<void> {
    await this.delete(configuration.functionName);
    const { maxConcurrency, surroundings, onLog } = this.props;
    this.functions.set(configuration.functionName, new LocalFunction({
      configuration, maxConcurrency, surroundings, onLog: line => onLog(configuration.functionName, line),
    }));
  }

  public async delete(functionName: string): Promise<void> {
    const existing = this.functions.get(functionName);
    this.functions.delete(functionName);
    await existing?.close();
  }

  /**
   * Waits for the result.
   *
   * @param nameOrArn of a function, with or without qualifier
   * @throws ApiError if there is no such function
   */
  public async invoke(nameOrArn: string, event: string): Promise<InvocationResult> {
    return this.find(nameOrArn).invoke(event);
  }

  /**
   * Takes the event and returns; a function that fails gets the event again, twice at most.
   *
   * @throws ApiError if there is no such function
   */
  public invokeAsync(nameOrArn: string, event: string): void {
    this.find(nameOrArn);
    void this.deliver(nameOrArn, event);
  }

  public async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.functions.keys()].map(name => this.delete(name)));
  }

  /** The Invoke and GetFunction APIs. */
  public async api(request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.respond(request);
    } catch (err) {
      if (!(err instanceof ApiError)) { throw err; }
      return { statusCode: err.statusCode, headers: { 'x-amzn-errortype': err.code }, body: JSON.stringify({ Type: 'User', Message: err.message }) };
    }
  }

  private async respond({ method, path, headers, body }: ApiRequest): Promise<ApiResponse> {
    const [, name, operation] = /^\/2015-03-31\/functions\/([^/]+)(\/invocations)?$/.exec(path) ?? [];
    if (name === undefined) { throw new ApiError('UnknownOperationException', `${method} ${path} is not part of the local run`, 404); }
    const nameOrArn = decodeURIComponent(name);
    if (operation === undefined) {
      const { functionName, functionArn } = this.find(nameOrArn).configuration;
      const configuration = { FunctionName: functionName, FunctionArn: functionArn, State: 'Active', LastUpdateStatus: 'Successful' };
      return { statusCode: 200, body: JSON.stringify({ Configuration: configuration }) };
    }
    if (headers['x-amz-invocation-type'] === 'Event') {
      this.invokeAsync(nameOrArn, body || '{}');
      return { statusCode: 202 };
    }
    const { payload, functionError } = await this.invoke(nameOrArn, body || '{}');
    return { statusCode: 200, headers: { 'x-amz-executed-version': '$LATEST', ...functionError && { 'x-amz-function-error': functionError } }, body: payload };
  }

  private async deliver(nameOrArn: string, event: string): Promise<void> {
    for (const wait of [...RETRY_SECONDS, undefined]) {
      const { functionError } = await this.functions.get(functionNameOf(nameOrArn))?.invoke(event) ?? {};
      if (functionError === undefined || wait === undefined || this.closing.signal.aborted) { return; }
      await this.props.clock.sleep(wait * 1000, this.closing.signal);
    }
  }

  private find(nameOrArn: string): LocalFunction {
    const found = this.functions.get(functionNameOf(nameOrArn));
    if (!found) { throw new ApiError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404); }
    return found;
  }
}

function functionNameOf(nameOrArn: string): string {
  return /:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0];
}
