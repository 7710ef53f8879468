/**
 * Custom resource handler of NeoCompilationJob, in two functions: CloudFormation calls `onEvent`, which
 * starts the waiter's state machine, and that calls `isComplete` until there is an answer.
 *
 *  request   situation                                    what happens
 *  -------   ------------------------------------------   ------------------------------------------------------------
 *  Create    first delivery                               name made from the request; job created at the first poll
 *            delivered again                              one execution of the waiter, one answer
 *            answer lost, crash                           same name: the job is found, never made twice
 *            name taken by a stranger's job               fails; the stranger's job is not touched
 *            quota used up, throttled, 5xx, young role    tried again with jittered backoff inside the time limit
 *            access or token refused                      tried again for two minutes, as IAM may be late
 *            refused (validation, explicit deny)          fails at once with AWS's words
 *            FAILED, STOPPED from outside                 fails with the reason and a link to the log
 *            time limit reached                           job stopped first, then fails
 *            given up by CloudFormation meanwhile         no job is started any more; one that runs is stopped
 *            tags of a young job not seen yet             looked at again for two minutes
 *  Update    result not altered                           same job; changed tags are written to it
 *            result altered                               new job, new name; CloudFormation deletes the old one
 *            rollback                                     the earlier job is found; nothing is compiled
 *  Delete    any state                                    stop, wait, delete; artifact too when asked for
 *            gone, never made, foreign physical id        nothing to do
 */
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { OnDemand } from './dependencies';
import { CompilationJobHandler } from './handler';
import type { Progress, Step } from './request';
import { sendAnswer, start } from './start';
import { EVENT_BUS_VARIABLE, STATE_MACHINE_VARIABLE } from '../compilation-job-properties';

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

const stateMachine = once(async () => new (await import('./state-machine.js')).StateMachine(process.env[STATE_MACHINE_VARIABLE]!, config));
const sleep = (ms: number) => new Promise<void>(resolve => { setTimeout(resolve, ms); });

export const onEvent = (request: Step['Request']): Promise<void> => start(request, { stateMachine, sendAnswer, sleep, now: Date.now });

export const isComplete = async (step: Step): Promise<Progress> => {
  if (step.Progress.Answer === undefined) { return instance().proceed(step); }
  await sendAnswer(step);
  return step.Progress;
};
