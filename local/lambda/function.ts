import { nodeRuntime } from './runtimes';
import { failure, InvocationResult, Worker } from './worker';
import { Random, uuid } from '../sagemaker';
import type { VirtualClock } from '../time/virtual-clock';

/** A function with the resolved properties of its template. */
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

export interface LocalFunctionProps {
  readonly configuration: FunctionConfiguration;
  readonly clock: VirtualClock;
  /** The source of request IDs. */
  readonly random: Random;
  /** Returns the environment variables of the processes. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly onLog: (line: string) => void;
  readonly onStart: (name: string, worker: Worker) => void;
}

/** A function with its processes. Each handles one event at a time, and is reused until it fails. */
export class LocalFunction {
  public readonly configuration: FunctionConfiguration;
  private readonly idle: Worker[] = [];
  private readonly workers = new Set<Worker>();
  private started = 0;
  private closed = false;

  constructor(private readonly props: LocalFunctionProps) {
    this.configuration = props.configuration;
  }

  public async invoke(event: string): Promise<InvocationResult> {
    await this.props.clock.turn();
    if (this.closed) { return failure('Runtime.ExitError', `${this.configuration.functionName} has been deleted or changed`); }
    try {
      const worker = this.idle.pop() ?? this.start();
      const result = await worker.invoke(uuid(this.props.random), event, this.configuration.timeoutSeconds);
      if (worker.alive && !this.closed) {
        this.idle.push(worker);
      } else {
        await this.end(worker);
      }
      return result;
    } catch (err) {
      return failure('Runtime.InvalidEntrypoint', (err as Error).message);
    }
  }

  /** Ends all processes, including busy ones. */
  public async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.workers].map(worker => this.end(worker)));
  }

  private start(): Worker {
    const { configuration, clock, onLog, onStart } = this.props;
    const { executable, note } = nodeRuntime(configuration.runtime);
    if (note && this.started === 0) { onLog(`local run: ${note}`); }
    const name = `${configuration.functionName}.${++this.started}`;
    const worker = new Worker({
      clock,
      name,
      executable,
      codeDirectory: configuration.codeDirectory,
      onLog,
      environment: { ...runtimeEnvironment(configuration), ...this.props.environment(), ...configuration.environment },
    });
    this.workers.add(worker);
    onStart(name, worker);
    return worker;
  }

  private async end(worker: Worker): Promise<void> {
    this.workers.delete(worker);
    await worker.killed();
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
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${functionName}`,
    LAMBDA_TASK_ROOT: codeDirectory,
    LOCAL_FUNCTION_ARN: configuration.functionArn,
    TZ: ':UTC',
    // The SDK requires credentials, but they are never used, because AWS is never called.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
