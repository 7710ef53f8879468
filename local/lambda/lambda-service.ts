import { FunctionConfiguration, LocalFunction, LocalFunctionProps } from './function';
import type { InvocationResult, Worker } from './worker';
import { ApiError } from '../aws/json-protocol';
import type { ApiRequest, ApiResponse } from '../aws/server';
import type { FindCaller } from '../http/http-server';
import type { Random } from '../sagemaker';
import type { VirtualClock } from '../time/virtual-clock';

export interface LambdaServiceProps {
  readonly clock: VirtualClock;
  /** The source of request IDs. */
  readonly random: Random;
  readonly environment: LocalFunctionProps['environment'];
  readonly onLog: (functionName: string, line: string) => void;
  /** The maximum number of concurrent executions of all functions; more are throttled. @default 1000 */
  readonly concurrency?: number;
  /** Creates the object that runs a function. @default - processes of the runtime that it declares */
  readonly makeFunction?: (props: LocalFunctionProps) => RunnableFunction;
  /** The minimum duration of an execution. @default 0 - computing takes no time in a local run */
  readonly executionMs?: number;
}

export type RunnableFunction = Pick<LocalFunction, 'configuration' | 'invoke' | 'close'>;

/** The default of AWS accounts. New accounts have 10. */
const DEFAULT_CONCURRENCY = 1_000;

/** The delays before a failed asynchronous event is retried, as on AWS: one minute, then two. */
const RETRY_SECONDS = [60, 120];

/** A throttled asynchronous event is retried for six hours, at intervals from one second to five minutes. */
const THROTTLED_RETRIES_MS = 6 * 3_600_000;
const LONGEST_INTERVAL_MS = 300_000;

/** The functions of a local account, invoked directly or over the Invoke API. */
export class LambdaService {
  /** Invocations that were throttled so far, retries included. */
  public throttles = 0;
  /** The maximum number of concurrent executions so far. */
  public peak = 0;
  private readonly functions = new Map<string, RunnableFunction>();
  private readonly workers = new Map<string, Worker>();
  private readonly closing = new AbortController();
  private running = 0;

  constructor(private readonly props: LambdaServiceProps) {}

  /** Finds the process that sends a request. */
  public readonly findCaller: FindCaller = name => this.workers.get(name);

  /** Creates a function, or replaces its code and configuration. */
  public async put(configuration: FunctionConfiguration): Promise<void> {
    await this.delete(configuration.functionName);
    const { clock, random, environment, onLog } = this.props;
    const { makeFunction = (functionProps: LocalFunctionProps) => new LocalFunction(functionProps) } = this.props;
    this.functions.set(configuration.functionName, makeFunction({
      configuration,
      clock,
      random,
      environment,
      onLog: line => onLog(configuration.functionName, line),
      onStart: (name, worker) => this.workers.set(name, worker),
    }));
  }

  public async delete(functionName: string): Promise<void> {
    const existing = this.functions.get(functionName);
    this.functions.delete(functionName);
    if (existing) { await this.props.clock.during(existing.close()); }
  }

  /**
   * Invokes a function and waits for the result.
   *
   * @param nameOrArn name or ARN of a function, with or without qualifier
   * @throws ApiError if there is no such function, or too many are executed
   */
  public async invoke(nameOrArn: string, event: string): Promise<InvocationResult> {
    const found = this.find(nameOrArn);
    if (this.running >= (this.props.concurrency ?? DEFAULT_CONCURRENCY)) {
      this.throttles++;
      throw new ApiError('TooManyRequestsException', 'Rate Exceeded.', 429);
    }
    this.running++;
    this.peak = Math.max(this.peak, this.running);
    try {
      const began = this.props.clock.now();
      const result = await found.invoke(event);
      const left = began + (this.props.executionMs ?? 0) - this.props.clock.now();
      if (left > 0) { await this.props.clock.sleep(left); }
      return result;
    } finally {
      this.running--;
    }
  }

  /**
   * Accepts the event and returns. A function that fails gets the event again, at most twice.
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
      const { functionError } = await this.invokePatiently(nameOrArn, event) ?? {};
      if (functionError === undefined || wait === undefined || this.closing.signal.aborted) { return; }
      await this.props.clock.sleep(wait * 1000, this.closing.signal);
    }
  }

  /** Invokes a function, and waits while it is throttled. It returns undefined if the function is gone, or if the wait was too long. */
  private async invokePatiently(nameOrArn: string, event: string): Promise<InvocationResult | undefined> {
    const end = this.props.clock.now() + THROTTLED_RETRIES_MS;
    for (let interval = 1_000; this.props.clock.now() < end; interval = Math.min(2 * interval, LONGEST_INTERVAL_MS)) {
      try {
        return await this.invoke(nameOrArn, event);
      } catch (err) {
        if ((err as ApiError).code !== 'TooManyRequestsException') { return undefined; }
        await this.props.clock.sleep(interval, this.closing.signal);
      }
    }
    return undefined;
  }

  private find(nameOrArn: string): RunnableFunction {
    const found = this.functions.get(functionNameOf(nameOrArn));
    if (!found) { throw new ApiError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404); }
    return found;
  }
}

function functionNameOf(nameOrArn: string): string {
  return /:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0];
}
