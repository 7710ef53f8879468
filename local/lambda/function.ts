import { randomUUID } from 'node:crypto';
import { nodeRuntime } from './runtimes';
import { failure, InvocationResult, Worker } from './worker';

/** A function as its template has it, with everything resolved. */
export interface FunctionConfiguration {
  readonly functionName: string;
  readonly functionArn: string;
  readonly runtime: string;
  readonly handler: string;
  readonly codeDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
}

/** What a process gets from outside, and what must end with it. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface LocalFunctionProps {
  readonly configuration: FunctionConfiguration;
  /** Processes of this function at the same time; more events wait. */
  readonly maxConcurrency: number;
  /** @param kill ends the process, as a crash would */
  readonly surroundings: (kill: () => void) => Promise<Surroundings>;
  readonly onLog: (line: string) => void;
}

interface Place {
  readonly worker: Worker;
  readonly surroundings: Surroundings;
}

/** A function with its processes; each takes one event at a time and is used again while it is well. */
export class LocalFunction {
  public readonly configuration: FunctionConfiguration;
  private readonly idle: Place[] = [];
  private readonly places = new Set<Place>();
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private closed = false;

  constructor(private readonly props: LocalFunctionProps) {
    this.configuration = props.configuration;
  }

  public async invoke(event: string): Promise<InvocationResult> {
    while (this.busy >= this.props.maxConcurrency) { await new Promise<void>(resolve => this.waiting.push(resolve)); }
    this.busy += 1;
    try {
      if (this.closed) { return failure('Runtime.ExitError', `${this.configuration.functionName} has been deleted or changed`); }
      const place = this.idle.pop() ?? await this.start();
      const result = await place.worker.invoke(randomUUID(), event, this.configuration.timeoutSeconds);
      if (place.worker.alive && !this.closed) {
        this.idle.push(place);
      } else {
        await this.end(place);
      }
      return result;
    } catch (err) {
      return failure('Runtime.InvalidEntrypoint', (err as Error).message);
    } finally {
      this.busy -= 1;
      this.waiting.shift()?.();
    }
  }

  /** Ends all processes, the busy ones too. */
  public async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.places].map(place => this.end(place)));
  }

  private async start(): Promise<Place> {
    const { configuration, onLog } = this.props;
    const { executable, note } = nodeRuntime(configuration.runtime);
    if (note && this.places.size === 0) { onLog(`local run: ${note}`); }
    const surroundings = await this.props.surroundings(() => worker.kill());
    const worker = new Worker({
      executable,
      codeDirectory: configuration.codeDirectory,
      onLog,
      environment: { ...runtimeEnvironment(configuration), ...surroundings.environment, ...configuration.environment },
    });
    const place = { worker, surroundings };
    this.places.add(place);
    // Closed meanwhile: nobody else would end it.
    if (this.closed) { await this.end(place); }
    return place;
  }

  private async end(place: Place): Promise<void> {
    this.places.delete(place);
    await place.worker.killed();
    await place.surroundings.close();
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function runtimeEnvironment(configuration: FunctionConfiguration): Record<string, string> {
  const { functionName, handler, codeDirectory, memorySize, runtime } = configuration;
  return {
    _HANDLER: handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    LAMBDA_TASK_ROOT: codeDirectory,
    LOCAL_FUNCTION_ARN: configuration.functionArn,
    TZ: ':UTC',
    // Never used: nothing of AWS is called. The SDK wants some.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
