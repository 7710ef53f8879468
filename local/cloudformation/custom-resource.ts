import { failed, judgeAnswer, Outcome, RequestIdentity } from './answer';
import { TemplateValue } from './template';
import { Random, uuid } from '../sagemaker';
import type { CancellableClock } from '../time/virtual-clock';

type Properties = Readonly<Record<string, TemplateValue>>;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html */
export interface CustomResourceRequest extends RequestIdentity {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly ResourceType: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  readonly OldResourceProperties?: Properties;
}

/** The result of sending a body to the response URL. It is `late` if CloudFormation had already given up the request. */
export type Verdict = 'counted' | 'ignored' | 'extra' | 'late';

export interface ReceivedAnswer {
  readonly at: number;
  readonly body: string;
  readonly verdict: Verdict;
}

/** A request, and all responses to it. */
export interface Exchange {
  readonly request: CustomResourceRequest;
  readonly sentAt: number;
  readonly answers: readonly ReceivedAnswer[];
  /** @default - still waiting */
  readonly outcome?: Outcome;
}

/** A request before it has an id and a URL. */
export type RequestDraft = Omit<CustomResourceRequest, 'RequestId' | 'ResponseURL' | 'ServiceToken'>;

export interface CustomResourceProtocolProps {
  readonly clock: CancellableClock;
  /** The source of request IDs. */
  readonly random: Random;
  readonly region: string;
  /** Invokes the service token asynchronously. Rejects only if the function or topic does not exist. */
  readonly invoke: (serviceToken: string, request: CustomResourceRequest) => Promise<void>;
}

/** The time from a response until CloudFormation acts on it. The function that sent it has ended by then. */
const NOTICE_MS = 1_000;

interface Pending {
  readonly exchange: { -readonly [K in keyof Exchange]: Exchange[K] } & { answers: ReceivedAnswer[] };
  readonly settle: (outcome: Outcome) => void;
}

/** CloudFormation's side of the custom resource protocol. */
export class CustomResourceProtocol {
  private readonly all: Pending[] = [];
  private readonly byPath = new Map<string, Pending>();

  constructor(private readonly props: CustomResourceProtocolProps) {}

  /** All requests so far, with their responses, in the order in which they were sent. */
  public get exchanges(): readonly Exchange[] {
    return this.all.map(({ exchange }) => exchange);
  }

  /**
   * Sends a request and waits for the first valid response.
   *
   * @param signal gives up the request; its function continues
   */
  public async send(draft: RequestDraft, timeoutSeconds: number, signal?: AbortSignal): Promise<Outcome> {
    const serviceToken = draft.ResourceProperties.ServiceToken;
    const RequestId = uuid(this.props.random);
    const path = `/${encodeURIComponent(draft.StackId)}%7C${draft.LogicalResourceId}%7C${RequestId}`;
    const request: CustomResourceRequest = {
      ...draft,
      RequestId,
      ServiceToken: serviceToken,
      ResponseURL: `https://cloudformation-custom-resource-response-${this.props.region.replace(/-/g, '')}.s3.amazonaws.com${path}?X-Amz-Signature=local`,
    };
    const { promise, resolve } = promiseWithResolver<Outcome>();
    const pending: Pending = { exchange: { request, sentAt: this.props.clock.now(), answers: [] }, settle: resolve };
    this.all.push(pending);
    this.byPath.set(path, pending);

    const timer = new AbortController();
    const onAbort = () => resolve(failed(`Resource ${draft.RequestType === 'Create' ? 'creation' : 'update'} cancelled`));
    signal?.addEventListener('abort', onAbort, { once: true });
    void this.props.clock.sleep(timeoutSeconds * 1000, timer.signal).then(() => resolve(failed(
      `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${RequestId}].`)));
    try {
      await this.props.invoke(serviceToken, request).catch(err => resolve(failed(`Failed to invoke ${serviceToken}: ${(err as Error).message}`)));
      pending.exchange.outcome = await promise;
      return pending.exchange.outcome;
    } finally {
      timer.abort();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Accepts a body that was sent to a response URL. Returns false if no request has this URL. */
  public receive(path: string, body: string): boolean {
    const pending = this.byPath.get(path);
    if (!pending) { return false; }
    const { exchange } = pending;
    const outcome = judgeAnswer(exchange.request, body);
    const verdict = outcome === undefined ? 'ignored'
      : exchange.answers.some(answer => answer.verdict === 'counted') ? 'extra'
        : exchange.outcome !== undefined ? 'late' : 'counted';
    exchange.answers.push({ at: this.props.clock.now(), body, verdict });
    if (verdict === 'counted') { void this.props.clock.sleep(NOTICE_MS).then(() => pending.settle(outcome!)); }
    return true;
  }
}

function promiseWithResolver<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>(done => { resolve = done; });
  return { promise, resolve };
}
