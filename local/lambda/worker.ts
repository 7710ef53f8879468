import { ChildProcess, fork } from 'node:child_process';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { limitComputing } from './computing-time';
import type { Caller } from '../http/http-server';
import { guard } from '../process/at-end';
import type { VirtualClock } from '../time/virtual-clock';

/** The response of the Invoke API. */
export interface InvocationResult {
  /** The payload as JSON. */
  readonly payload: string;
  /** Set when the function failed. */
  readonly functionError?: string;
}

export interface WorkerProps {
  readonly clock: VirtualClock;
  /** Its name in the header of requests, and the seed of its random values. */
  readonly name: string;
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly codeDirectory: string;
  readonly onLog: (line: string) => void;
}

type Message =
  | { readonly type: 'ready' }
  | { readonly type: 'result' | 'error' | 'init-error'; readonly payload: string }
  | { readonly type: 'output'; readonly text: string }
  | Waiting & { readonly type: 'waiting' };

/** The message of a process that waits. */
interface Waiting {
  /** The number of messages that it has received. */
  readonly seen: number;
  /** Its requests without a response. */
  readonly calls: readonly number[];
  readonly wakeAt?: number;
}

/** The limit for loading a function, in processor time. On AWS, it is ten seconds, but this machine may be slow. */
const INIT_SECONDS = 60;

/** Returns the limit for computing. AWS stops a function that computes for longer than its Timeout, but computing takes longer on a busy machine. */
const computingLimit = (timeoutSeconds: number): number => 1 + 2 * timeoutSeconds;

/** One process of a function. It handles one event at a time. The clock stands while it works. */
export class Worker implements Caller {
  private readonly child: ChildProcess;
  private readonly ready: Promise<InvocationResult | undefined>;
  private exit?: string;
  private onAnswer?: (message: Message) => void;
  private onExit?: () => void;
  private release?: () => void;
  /** Its requests that have arrived here and have no response yet. */
  private readonly calls = new Set<number>();
  private sent = 0;
  private toldTime: number;
  private waiting?: Waiting;
  private alarm = new AbortController();
  private readonly onSeen: (() => void)[] = [];
  private restOfLine = '';

  constructor(private readonly props: WorkerProps) {
    this.toldTime = props.clock.now();
    const file = (name: string) => path.join(__dirname, name);
    this.child = fork(file('bootstrap.ts'), {
      execPath: props.executable,
      execArgv: [
        '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--disable-warning=ExperimentalWarning', '--experimental-strip-types', '--import', pathToFileURL(file('process-clock.ts')).href,
      ],
      cwd: props.codeDirectory,
      env: { ...props.environment, LOCAL_CALLER: props.name, LOCAL_NOW: String(this.toldTime), LOCAL_SEED: String(seedOf(props.name)) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    guard(this.child);
    // Output that Node.js writes directly, without process.stdout.
    [this.child.stdout!, this.child.stderr!].forEach(stream => stream.setEncoding('utf8').on('data', (text: string) => this.print(text)));
    this.child.on('message', (message: Message) => this.take(message));
    this.child.on('error', err => props.onLog(String(err)));
    this.child.on('exit', (code, signal) => {
      this.exit = signal ? `signal: ${signal}` : `exit status ${code}`;
      if (this.restOfLine) { this.print('\n'); }
      this.onExit?.();
      this.update();
    });
    this.ready = this.answer(INIT_SECONDS, undefined, message => message.type === 'init-error'
      ? { payload: message.payload, functionError: 'Unhandled' }
      : undefined, () => failure('Runtime.ExitError', 'the function could not be loaded'));
    this.update();
  }

  /** Whether it can handle another event. */
  public get alive(): boolean {
    return this.exit === undefined && !this.child.killed && this.child.connected;
  }

  /** Handles an event. It never rejects, because a failure is an error of the function. */
  public async invoke(requestId: string, event: string, timeoutSeconds: number): Promise<InvocationResult> {
    const initError = await this.ready;
    if (initError) {
      this.kill();
      return initError;
    }
    const timeout = new AbortController();
    const answer = this.answer(computingLimit(timeoutSeconds), timeout.signal, message => message.type === 'ready' || !('payload' in message) ? undefined
      : { payload: message.payload, functionError: message.type === 'result' ? undefined : 'Unhandled' },
    exit => exit === undefined
      ? failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`)
      : failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${exit}`));
    const waited = new AbortController();
    void this.props.clock.sleep(timeoutSeconds * 1000, waited.signal).then(() => timeout.abort());
    this.send({ type: 'invoke', requestId, event, deadline: this.props.clock.now() + timeoutSeconds * 1000 });
    const result = await answer;
    waited.abort();
    return result!;
  }

  public async arrived(id: number): Promise<void> {
    this.calls.add(id);
    this.update();
    await this.props.clock.turn(id);
  }

  public async answered(id: number): Promise<void> {
    if (!this.calls.has(id)) { return; }
    await this.props.clock.turn();
    if (this.alive && this.toldTime !== this.props.clock.now()) {
      this.send({ type: 'time' });
      const release = this.props.clock.hold();
      await new Promise<void>(resolve => this.onSeen.push(resolve));
      release();
    }
    this.calls.delete(id);
    this.update();
  }

  public kill(): void {
    this.child.kill('SIGKILL');
    this.update();
  }

  /** Resolves when the process is gone. */
  public async killed(): Promise<void> {
    if (this.exit !== undefined) { return; }
    const gone = new Promise<unknown>(resolve => this.child.once('exit', resolve));
    this.kill();
    await gone;
  }

  private take(message: Message): void {
    if (message.type === 'output') {
      this.print(message.text);
    } else if (message.type === 'waiting') {
      this.waiting = message;
      this.update();
    } else {
      this.onAnswer?.(message);
    }
  }

  private print(text: string): void {
    const lines = (this.restOfLine + text).split('\n');
    this.restOfLine = lines.pop()!;
    lines.forEach(this.props.onLog);
  }

  private send(message: object): void {
    if (!this.alive) { return; }
    this.sent++;
    this.toldTime = this.props.clock.now();
    this.child.send({ ...message, now: this.toldTime });
    this.update();
  }

  /** Whether it is working: it has not reported that it waits since the last message, or a response is on its way. */
  private get isBusy(): boolean {
    if (this.exit !== undefined) { return false; }
    if (this.child.killed || this.waiting?.seen !== this.sent) { return true; }
    return this.waiting.calls.length !== this.calls.size || this.waiting.calls.some(id => !this.calls.has(id));
  }

  /** Releases the clock or holds it, and sets the alarm for the next timer of the process. */
  private update(): void {
    this.alarm.abort();
    if (this.exit !== undefined || this.waiting?.seen === this.sent) { this.onSeen.splice(0).forEach(seen => seen()); }
    if (this.isBusy) {
      this.release ??= this.props.clock.hold();
      return;
    }
    // AWS freezes a process between two events.
    if (this.exit === undefined && this.onAnswer && this.waiting?.wakeAt !== undefined) {
      this.alarm = new AbortController();
      const { clock } = this.props;
      void clock.sleep(this.waiting.wakeAt - clock.now(), this.alarm.signal).then(() => this.send({ type: 'time' }));
    }
    this.release?.();
    this.release = undefined;
  }

  /** Returns the next relevant message, or the failure of a process that ended or took too long. */
  private answer<T>(
    computingSeconds: number, timeout: AbortSignal | undefined, read: (message: Message) => T, none: (exit?: string) => T,
  ): Promise<T> {
    return new Promise(resolve => {
      const done = (result: T) => {
        unlimit();
        this.onAnswer = undefined;
        this.onExit = undefined;
        resolve(result);
      };
      const tooLong = () => {
        this.kill();
        done(none());
      };
      const unlimit = limitComputing(this.child.pid ?? 0, computingSeconds, tooLong);
      timeout?.addEventListener('abort', tooLong, { once: true });
      this.onAnswer = message => done(read(message));
      this.onExit = () => done(none(this.exit));
      if (this.exit !== undefined) { this.onExit(); }
    });
  }
}

export function failure(errorType: string, errorMessage: string): InvocationResult {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}

const seedOf = (name: string): number => [...name].reduce((seed, character) => (seed * 31 + character.charCodeAt(0)) % 2_147_483_629, 7) + 1;
