import * as https from 'https';
import { jobNameOf } from './identity';
import type { Step } from './request';

const TRIES = 5;
const TIMEOUT_MS = 10_000;

/** Sends a body to a URL, and comes back with the status of the response. */
export type Put = (url: URL, body: string) => Promise<number>;

/**
 * Tell CloudFormation how its request ended.
 *
 * @throws Error when the answer could not be delivered; the state machine then tries again
 */
export async function sendAnswer(
  { Request, Progress }: Omit<Step, 'StartedAt'>, put: Put = putOverHttps, sleep = realSleep,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = Request;
  const { Status, Reason = Status, Data } = Progress.Answer!;
  const name = jobNameOf(Request, Request.ResourceProperties);
  const PhysicalResourceId = Progress.PhysicalResourceId ?? Request.PhysicalResourceId ?? (name || RequestId);
  const body = JSON.stringify({ Status, Reason, StackId, RequestId, LogicalResourceId, PhysicalResourceId, Data });
  for (let nth = 1; ; nth++) {
    const failure = await put(new URL(ResponseURL), body).then(status => status < 400 ? undefined : `status ${status}`, (e: Error) => e.message);
    if (failure === undefined) { return; }
    if (nth === TRIES) { throw new Error(`CloudFormation's response URL took no answer in ${TRIES} tries: ${failure}`); }
    await sleep(1_000 * 2 ** (nth - 1));
  }
}

const realSleep = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

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
