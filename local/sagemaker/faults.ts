import { AwsError, resourceLimitExceeded } from './errors';
import { Random, seededRandom } from './random';

/** A call on arrival, before it is processed. */
export interface CallPoint {
  /** The operation, such as `CreateCompilationJob`, or `DeleteObjects` of S3. */
  readonly operation: string;
  /** The number of this call of the operation, including retries, from 1. */
  readonly nth: number;
  readonly input: any;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A fault of a call. */
export type Fault =
  /** The response takes longer. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The service responds with an error and does nothing. */
  | { readonly kind: 'error'; readonly error: (call: CallPoint) => AwsError }
  /** The connection breaks. `before`: the call has no effect. `after`: the call takes effect and the response is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The caller stops waiting, and the call takes effect later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The calling process crashes, before its call reaches the service or after the call has taken effect. */
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' };

/** The conditions of a fault. All given conditions must hold. */
export interface FaultRule {
  readonly fault: Fault | readonly Fault[];
  /** @default - every operation, including those of S3 */
  readonly operation?: string | readonly string[];
  /** The nth call of the operation, counted from 1; several are allowed. @default - every call */
  readonly nth?: number | readonly number[];
  /** @default - always */
  readonly when?: (call: CallPoint) => boolean;
  /** The probability of the fault, 0 to 1. @default 1 */
  readonly probability?: number;
  /** The maximum number of faults from this rule. @default - no maximum */
  readonly times?: number;
}

/** Decides on the faults of each call. The same rules, seed and calls result in the same faults. */
export class FaultSchedule {
  private readonly random: Random;
  private readonly hits: number[];

  constructor(private readonly rules: readonly FaultRule[], props: { readonly seed?: number } = {}) {
    this.random = seededRandom(props.seed ?? 1);
    this.hits = rules.map(() => 0);
  }

  /** The faults of this call, in their order. */
  public next(call: CallPoint): Fault[] {
    return this.rules.flatMap((rule, i) => {
      if (this.hits[i] >= (rule.times ?? Infinity) || !this.applies(rule, call)) {
        return [];
      }
      this.hits[i]++;
      return rule.fault;
    });
  }

  private applies(rule: FaultRule, call: CallPoint): boolean {
    return (rule.operation === undefined || [rule.operation].flat().includes(call.operation))
      && (rule.nth === undefined || [rule.nth].flat().includes(call.nth))
      && (rule.when === undefined || rule.when(call))
      && (rule.probability === undefined || this.random() < rule.probability);
  }
}

export const latency = (ms: number): Fault => ({ kind: 'latency', ms });

export const error = (name: string, message: string, statusCode = 400): Fault =>
  ({ kind: 'error', error: () => new AwsError(name, message, statusCode) });

/** SageMaker throttles with HTTP 400, like all services with its protocol. Some gateways respond with 429. */
export const throttling = (statusCode: 400 | 429 = 400): Fault => error('ThrottlingException', 'Rate exceeded', statusCode);

export const internalFailure = (): Fault =>
  error('InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.', 500);

export const serviceUnavailable = (): Fault =>
  error('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', 503);

export const connectionReset = (): Fault => ({ kind: 'reset', when: 'before' });

export const responseLost = (): Fault => ({ kind: 'reset', when: 'after' });

/** The client stops waiting for the response. The call takes effect after this many milliseconds. */
export const lateEffect = (ms: number): Fault => ({ kind: 'late', ms });

export const crashBefore = (): Fault => ({ kind: 'crash', when: 'before' });

export const crashAfter = (): Fault => ({ kind: 'crash', when: 'after' });

/** Other jobs of the account have used up the quota. */
export const quotaTaken = (quota = 4): Fault =>
  ({ kind: 'error', error: () => resourceLimitExceeded('Number of concurrent compilation jobs', quota, quota) });

/** SageMaker's message while a new role is not available everywhere yet. It is the same if the role never will be. */
export const roleNotPropagated = (): Fault => ({
  kind: 'error',
  error: ({ input }) => new AwsError('ValidationException', `Could not assume role ${input.RoleArn}. `
    + 'Please ensure that the role exists and allows principal \'sagemaker.amazonaws.com\' to assume the role.'),
});

/** An error that a retry does not change. */
export const explicitlyDenied = (): Fault => error('AccessDeniedException', 'User: arn:aws:sts::111122223333:assumed-role/handler/handler is not authorized to perform this action '
  + 'with an explicit deny in a service control policy');

/** The role's credentials are not available everywhere yet. */
export const tokenUnknown = (): Fault => error('UnrecognizedClientException', 'The security token included in the request is invalid.');

export const accessDenied = (): Fault => ({
  kind: 'error',
  error: ({ operation }) => new AwsError('AccessDeniedException', 'User: arn:aws:sts::111122223333:assumed-role/handler/handler is not authorized '
    + `to perform: sagemaker:${operation} because no identity-based policy allows the sagemaker:${operation} action`),
});
