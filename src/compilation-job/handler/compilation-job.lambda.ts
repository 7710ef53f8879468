/**
 * Custom resource handler of NeoCompilationJob, behind CDK's Provider framework.
 *
 *  request   situation                                    what happens
 *  -------   ------------------------------------------   ------------------------------------------------------------
 *  Create    first delivery                               name made from the request; job created at the first poll
 *            delivered again, answer lost, crash          same name: the job is found, never made twice
 *            name taken by a stranger's job               fails; the stranger's job is not touched
 *            quota used up, throttled, 5xx, young role    tried again with jittered backoff inside the time limit
 *            refused (validation, access)                 fails at once with AWS's words
 *            FAILED, STOPPED from outside                 fails with the reason and a link to the log
 *            time limit reached                           job stopped first, then fails
 *            given up by CloudFormation meanwhile         no job is started any more
 *  Update    result not altered                           same job; changed tags are written to it
 *            result altered                               new job, new name; CloudFormation deletes the old one
 *            rollback                                     the earlier job is found; nothing is compiled
 *  Delete    any state                                    stop, wait, delete; artifact too when asked for
 *            gone, never made, foreign physical id        nothing to do
 */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CompilationJobHandler } from './handler';
import { EVENT_BUS_VARIABLE } from '../compilation-job-outcome';
import type { EventBus } from './event-bus';
import type { PolledRequest, ResourceRequest } from './request';

export { CompilationJobHandler };

/** Calls of a poll must end before the function's timeout, whatever the network does. */
const config = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } };

const busName = process.env[EVENT_BUS_VARIABLE];
let bus: EventBus | undefined;
const eventBus = async (name: string) => bus ??= new (await import('./event-bus.js')).EventBus(name, config);

let handler: CompilationJobHandler | undefined;
const instance = () => handler ??= new CompilationJobHandler({
  sagemaker: new SageMakerClient(config),
  s3: new S3Client(config),
  cloudformation: new CloudFormationClient(config),
  now: Date.now,
  // Not through the console, which puts time and request ID before it: metric filters and Logs Insights want nothing but JSON.
  log: entry => process.stdout.write(`${JSON.stringify(entry)}\n`),
  putEvent: busName === undefined ? undefined : async outcome => (await eventBus(busName)).put(outcome),
});

export const onEvent = (event: ResourceRequest) => instance().onEvent(event);
export const isComplete = (event: PolledRequest) => instance().isComplete(event);
