/**
 * Custom resource handler of NeoCompilationJob. It has two functions: CloudFormation calls `onEvent`, which starts the waiter's state machine.
 * The state machine calls `isComplete` until there is a response.
 *
 *  request   situation                                    what happens
 *  -------   ------------------------------------------   ------------------------------------------------------------
 *  Create    first delivery                               the name is derived from the request; the first check creates the job
 *            delivered again                              one execution of the waiter, one response
 *            response lost, crash                         same name: the job is found and not created twice
 *            name taken by another owner's job            fails; the other job does not change
 *            quota used up, throttled, 5xx, young role    retried with jittered backoff within the time limit
 *            access or token denied                       retried for two minutes, because IAM is eventually consistent
 *            rejected (validation, explicit deny)         fails at once with AWS's message
 *            FAILED, STOPPED by another principal         fails with the reason and a link to the log
 *            time limit reached                           stops the job, then fails
 *            abandoned by CloudFormation in the meantime  starts no job; stops one that runs
 *            tags of a new job not visible yet            checked again for two minutes
 *  Update    result not altered                           same job; changed tags are written
 *            result altered                               new job, new name; CloudFormation deletes the old one
 *            rollback                                     finds the earlier job; nothing is compiled
 *  Delete    any state                                    stops, waits and deletes; with the artifact if requested
 *            gone, never created, other owner's id        nothing to do
 */
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { Artifacts, EventBus, StackResources, StateMachine } from './dependencies';
import { CompilationJobHandler } from './handler';
import type { Progress, Step } from './request';
import { sendAnswer, sleep, start } from './start';
import { EVENT_BUS_VARIABLE, STATE_MACHINE_VARIABLE } from '../compilation-job-properties';

export { CompilationJobHandler };

/** The calls of a check must end before the function's timeout, whatever the network does. */
const config = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } };

const busName = process.env[EVENT_BUS_VARIABLE];

let handler: CompilationJobHandler | undefined;
const instance = () => handler ??= new CompilationJobHandler({
  sagemaker: new SageMakerClient(config),
  artifacts: new Artifacts(config),
  stackResources: new StackResources(config),
  eventBus: busName === undefined ? undefined : new EventBus(busName, config),
  now: Date.now,
  // console.log would add the time and the request ID, but metric filters and Logs Insights need plain JSON.
  log: entry => process.stdout.write(`${JSON.stringify(entry)}\n`),
});

const stateMachine = new StateMachine(process.env[STATE_MACHINE_VARIABLE]!, config);

export const onEvent = (request: Step['Request']): Promise<void> => start(request, { stateMachine, sendAnswer, sleep, now: Date.now });

export const isComplete = async (step: Step): Promise<Progress> => {
  if (step.Progress.Answer === undefined) { return instance().proceed(step); }
  await sendAnswer(step);
  return step.Progress;
};
