import { ChildProcess, fork } from 'node:child_process';
import * as path from 'node:path';
import { guard } from './children';

/** The answer of the Invoke API. */
export interface InvocationResult {
  /** JSON. */
  readonly payload: string;
  /** Set when the function failed. */
  readonly functionError?: string;
}

export interface WorkerProps {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly codeDirectory: string;
  readonly onLog: (line: string) => void;
}

type Message = { readonly type: 'ready' } | { readonly type: 'result' | 'error' | 'init-error'; readonly payload: string };

/** Functions of AWS have ten seconds to load; a busy machine gets more. */
const INIT_TIMEOUT_MS = 60_000;

/** One process of one function; takes one event at a time. */
export class Worker {
  private readonly child: ChildProcess;
  private readonly ready: Promise<InvocationResult | undefined>;
  private exit?: string;
  private onMessage?: (message: Message) => void;
  private onExit?: () => void;

  constructor(props: WorkerProps) {
    this.child = fork(path.join(__dirname, 'bootstrap.ts'), {
      execPath: props.executable,
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--disable-warning=ExperimentalWarning', '--experimental-strip-types'],
      cwd: props.codeDirectory,
      env: props.environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    guard(this.child);
    [this.child.stdout!, this.child.stderr!].forEach(stream => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        lines.forEach(props.onLog);
      }).on('end', () => rest && props.onLog(rest));
    });
    this.child.on('message', (message: Message) => this.onMessage?.(message));
    this.child.on('error', err => props.onLog(String(err)));
    this.child.on('exit', (code, signal) => {
      this.exit = signal ? `signal: ${signal}` : `exit status ${code}`;
      this.onExit?.();
    });
    this.ready = this.answer(INIT_TIMEOUT_MS, message => message.type === 'init-error'
      ? { payload: message.payload, functionError: 'Unhandled' }
      : undefined, () => failure('Runtime.ExitError', 'the function could not be loaded'));
  }

  /** Whether it can take another event. */
  public get alive(): boolean {
    return this.exit === undefined && !this.child.killed && this.child.connected;
  }

  /** Never rejects: what goes wrong is the function's error. */
  public async invoke(requestId: string, event: string, timeoutSeconds: number): Promise<InvocationResult> {
    const initError = await this.ready;
    if (initError) {
      this.kill();
      return initError;
    }
    const timeoutMs = timeoutSeconds * 1000;
    const answer = this.answer(timeoutMs, message => message.type === 'ready' ? undefined
      : { payload: message.payload, functionError: message.type === 'result' ? undefined : 'Unhandled' },
    exit => exit === undefined
      ? failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`)
      : failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${exit}`));
    if (this.alive) { this.child.send({ requestId, event, deadline: Date.now() + timeoutMs }); }
    return (await answer)!;
  }

  public kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  public async killed(): Promise<void> {
    if (this.exit !== undefined) { return; }
    const gone = new Promise<unknown>(resolve => this.child.once('exit', resolve));
    this.kill();
    await gone;
  }

  /** The next message that means something, or what a process that ended or took too long means. */
  private answer<T>(timeoutMs: number, read: (message: Message) => T, none: (exit?: string) => T): Promise<T> {
    return new Promise(resolve => {
      const done = (result: T) => {
        clearTimeout(timer);
        this.onMessage = undefined;
        this.onExit = undefined;
        resolve(result);
      };
      const timer = setTimeout(() => {
        this.kill();
        done(none());
      }, timeoutMs);
      this.onMessage = message => done(read(message));
      this.onExit = () => done(none(this.exit));
      if (this.exit !== undefined) { this.onExit(); }
    });
  }
}

export function failure(errorType: string, errorMessage: string): InvocationResult {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}
