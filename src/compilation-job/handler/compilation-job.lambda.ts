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
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { OnDemand } from './dependencies';
import { CompilationJobHandler } from './handler';
import type { PolledRequest, ResourceRequest } from './request';
import { EVENT_BUS_VARIABLE } from '../compilation-job-outcome';

export { CompilationJobHandler };

/** Calls of a poll must end before the function's timeout, whatever the network does. */
const config = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } };

function once<T>(make: OnDemand<T>): OnDemand<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

const busName = process.env[EVENT_BUS_VARIABLE];

let handler: CompilationJobHandler | undefined;
const instance = () => handler ??= new CompilationJobHandler({
  sagemaker: new SageMakerClient(config),
  artifacts: once(async () => new (await import('./artifacts.js')).Artifacts(config)),
  stackResources: once(async () => new (await import('./stack-resources.js')).StackResources(config)),
  eventBus: busName === undefined ? undefined : once(async () => new (await import('./event-bus.js')).EventBus(busName, config)),
  now: Date.now,
  // Not through the console, which puts time and request ID before it: metric filters and Logs Insights want nothing but JSON.
  log: entry => process.stdout.write(`${JSON.stringify(entry)}\n`),
});

export const onEvent = (event: ResourceRequest) => instance().onEvent(event);
export const isComplete = (event: PolledRequest) => instance().isComplete(event);
