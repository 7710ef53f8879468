import * as https from 'https';
import type { StateMachine } from './dependencies';
import { isTransient, type AwsError } from './errors';
import { digest, jobNameOf } from './identity';
import { JobFailure } from './outcome';
import type { Progress, Step } from './request';

type Request = Step['Request'];

/**
 * How long the start is retried: a permission that was granted seconds ago may not have propagated yet, and the function's timeout is two minutes.
 */
const PATIENCE_SECONDS = 90;
const LONGEST_WAIT_SECONDS = 10;

/** The dependencies of `start`. Tests replace them. */
export interface Starting {
  readonly stateMachine: Pick<StateMachine, 'start'>;
  readonly sendAnswer: (step: { Request: Request; Progress: Progress }) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Passes a request from CloudFormation to the waiter. The name of the execution is derived from the request, so a request that AWS Lambda delivers
 * twice is executed once.
 *
 * @throws Error if Step Functions is unavailable; AWS Lambda then delivers the request again
 */
export async function start(Request: Request, { stateMachine, sendAnswer: answer, now, sleep }: Starting): Promise<void> {
  const began = now();
  for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT_SECONDS)) {
    try {
      await stateMachine.start(executionNameOf(Request), { Request, Progress: {} });
      return;
    } catch (error) {
      const e = error as AwsError;
      // The request was delivered before, and its execution has ended.
      if (e.name === 'ExecutionAlreadyExists') { return; }
      if (now() - began < PATIENCE_SECONDS * 1000) {
        await sleep(wait * 1000);
        continue;
      }
      if (isTransient(e)) { throw e; }
      const { message: Reason } = new JobFailure(`the waiter of the compilation job could not be started: ${e.name}: ${e.message}`);
      await answer({ Request, Progress: { Answer: { Status: 'FAILED', Reason } } });
      return;
    }
  }
}

/** Step Functions allows at most 80 characters. */
function executionNameOf({ RequestType, StackId, LogicalResourceId, RequestId }: Request): string {
  return `${RequestType}-${LogicalResourceId.slice(0, 40)}-${digest([StackId, LogicalResourceId, RequestId], 24)}`;
}

const TRIES = 5;
const TIMEOUT_MS = 10_000;

/** Sends a body to a URL, and returns the status code of the response. */
export type Put = (url: URL, body: string) => Promise<number>;

/**
 * Tells CloudFormation how its request ended.
 *
 * @throws Error if the response could not be delivered; the state machine then tries again
 */
export async function sendAnswer(
  { Request, Progress }: Omit<Step, 'StartedAt'>, put: Put = putOverHttps, pause = sleep,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = Request;
  const { Status, Reason = Status, Data } = Progress.Answer!;
  const name = jobNameOf(Request, Request.ResourceProperties);
  const PhysicalResourceId = Progress.PhysicalResourceId ?? Request.PhysicalResourceId ?? (name || RequestId);
  const body = JSON.stringify({ Status, Reason, StackId, RequestId, LogicalResourceId, PhysicalResourceId, Data });
  for (let nth = 1; ; nth++) {
    const failure = await put(new URL(ResponseURL), body).then(status => status < 400 ? undefined : `status ${status}`, (e: Error) => e.message);
    if (failure === undefined) { return; }
    if (nth === TRIES) { throw new Error(`CloudFormation's response URL did not accept the response in ${TRIES} attempts: ${failure}`); }
    await pause(1_000 * 2 ** (nth - 1));
  }
}

export const sleep = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

const putOverHttps: Put = (url, body) => new Promise((resolve, reject) => {
  const request = https.request({
    hostname: url.hostname,
    path: url.pathname + url.search,
    method: 'PUT',
    // The URL is signed for an empty content type.
    headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
    timeout: TIMEOUT_MS,
  }, response => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  request.on('timeout', () => request.destroy(new Error(`no response in ${TIMEOUT_MS / 1000} seconds`)));
  request.on('error', reject);
  request.end(body);
});
