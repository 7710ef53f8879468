import { isNeoOperation, type NeoOperation, type NeoOperations } from './api';
import { textOf } from './bytes';
import { Clock, SYSTEM_CLOCK } from './clock';
import { AwsError } from './errors';
import { FaultSchedule } from './faults';
import { decodeInput, encodeError, encodeOutput, JSON_CONTENT_TYPE } from './json-protocol';
import { PlainRequest, PlainResponse } from './plain-request';
import { encodeS3Error, readS3Request } from './s3-protocol';
import { NeoService } from './service';

/** The connection breaks. The caller does not know whether its call took effect. */
export class ConnectionResetError extends Error {
  /** The SDK's HTTP handler uses this name for every broken connection. */
  public readonly name = 'TimeoutError';
  /** The code that Node.js reports, which SDK clients retry. */
  public readonly code = 'ECONNRESET';
}

/** The calling process crashes here. A test ignores the rest of its run. */
export class CrashError extends Error {
  public readonly name = 'CrashError';
}

/** A call and its result. */
export interface CallRecord {
  readonly operation: string;
  readonly input: any;
  readonly at: number;
  /** Whether the call took effect. */
  readonly effect: boolean;
  /** What the caller saw: `ok`, the error's name, `TimeoutError` (connection reset) or `CrashError`. */
  readonly outcome: string;
}

export interface FrontEndProps {
  /** @default - no faults */
  readonly faults?: FaultSchedule;
  /** The clock on which latency passes. @default - real time */
  readonly clock?: Pick<Clock, 'sleep'>;
  /** The maximum number of calls per second, and at once. More are throttled. @default - no limit */
  readonly callsPerSecond?: number;
  /** Called with every call, for example to log it. @default - calls are not reported */
  readonly onCall?: (call: CallRecord) => void;
}

/** Passes requests in AWS's protocols to the service and its artifacts, with the planned faults. */
export class FrontEnd {
  /** The number of calls so far, by operation. */
  public readonly counts = new Map<string, number>();
  /** Replace it to change the faults of later calls. */
  public faults: FaultSchedule;
  private readonly clock: Pick<Clock, 'sleep'>;
  private readonly onCall: (call: CallRecord) => void;
  private readonly late: { readonly at: number; readonly effect: () => unknown }[] = [];
  private readonly callsPerSecond: number;
  private tokens: { left: number; at: number };

  constructor(public readonly service: NeoService, props: FrontEndProps = {}) {
    this.faults = props.faults ?? new FaultSchedule([]);
    this.clock = props.clock ?? SYSTEM_CLOCK;
    this.onCall = props.onCall ?? (() => {});
    this.callsPerSecond = props.callsPerSecond ?? Infinity;
    this.tokens = { left: this.callsPerSecond, at: service.now() };
  }

  /** Makes a call without a protocol. @throws AwsError, ConnectionResetError, CrashError */
  public call<O extends NeoOperation>(operation: O, input: NeoOperations[O]['input']): Promise<NeoOperations[O]['output']> {
    return this.undergo(operation, input, () => this.service.call(operation, input));
  }

  /** Lets abandoned calls take effect whose time has come. Every call does so, too. */
  public land(): void {
    const now = this.service.now();
    for (const [index, { at, effect }] of [...this.late.entries()].reverse()) {
      if (at > now) { continue; }
      this.late.splice(index, 1);
      try {
        effect();
      } catch {
        // The caller no longer waits for the response.
      }
    }
  }

  /**
   * @throws ConnectionResetError
   * @throws CrashError
   */
  public async respond(request: PlainRequest): Promise<PlainResponse> {
    const target = request.headers['x-amz-target'];
    return target === undefined ? this.respondS3(request) : this.respondJson(target, request);
  }

  private async respondJson(target: string, request: PlainRequest): Promise<PlainResponse> {
    const operation = target.replace(/^SageMaker\./, '');
    const headers = { 'content-type': JSON_CONTENT_TYPE };
    try {
      if (!isNeoOperation(operation)) {
        throw new AwsError('UnknownOperationException', `the stand-in does not serve ${target}`);
      }
      const input = decodeInput(operation, textOf(request.body));
      const output = await this.undergo(operation, input, () => this.service.call(operation, input as any));
      return { statusCode: 200, headers, body: encodeOutput(output) };
    } catch (err) {
      const error = asAwsError(err);
      return { statusCode: error.statusCode, headers, body: encodeError(error) };
    }
  }

  private async respondS3(request: PlainRequest): Promise<PlainResponse> {
    try {
      const call = readS3Request(request, this.service.artifacts, this.service.now);
      return await this.undergo(call.operation, call.input, call.run);
    } catch (err) {
      const error = asAwsError(err);
      const body = request.method === 'HEAD' ? '' : encodeS3Error(error);
      return { statusCode: error.statusCode, headers: { 'content-type': 'application/xml' }, body };
    }
  }

  /** A token bucket, of which AWS's APIs have one per account. @throws AwsError ThrottlingException */
  private takeToken(): void {
    if (this.callsPerSecond === Infinity) { return; }
    const now = this.service.now();
    const left = Math.min(this.callsPerSecond, this.tokens.left + (now - this.tokens.at) * this.callsPerSecond / 1_000);
    if (left < 1) {
      this.tokens = { left, at: now };
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    }
    this.tokens = { left: left - 1, at: now };
  }

  /** Makes the call, with its faults. */
  private async undergo<T>(operation: string, input: any, effect: () => T): Promise<T> {
    this.land();
    const nth = (this.counts.get(operation) ?? 0) + 1;
    this.counts.set(operation, nth);
    let done = false;
    let outcome = 'ok';
    try {
      this.takeToken();
      const call = { operation, nth, input, now: this.service.now() };
      const faults = this.faults.next(call);
      for (const fault of faults) {
        if (fault.kind === 'latency') {
          await this.clock.sleep(fault.ms);
        } else if (fault.kind === 'error') {
          throw fault.error(call);
        } else if (fault.kind === 'late') {
          this.late.push({ at: this.service.now() + fault.ms, effect });
          throw new ConnectionResetError('socket hang up');
        } else if (fault.when === 'before') {
          throw interruption(fault.kind);
        }
      }
      const result = effect();
      done = true;
      for (const fault of faults) {
        if ((fault.kind === 'reset' || fault.kind === 'crash') && fault.when === 'after') {
          throw interruption(fault.kind);
        }
      }
      return result;
    } catch (err) {
      outcome = (err as Error).name;
      throw err;
    } finally {
      this.onCall({ operation, input, at: this.service.now(), effect: done, outcome });
    }
  }
}

const interruption = (kind: 'reset' | 'crash'): Error => kind === 'reset'
  ? new ConnectionResetError('read ECONNRESET')
  : new CrashError('the calling process died here, by schedule');

function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) {
    return error;
  }
  throw error;
}
