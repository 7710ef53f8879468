import type { OnDemand } from './dependencies';
import { isTransient, type AwsError } from './errors';
import { digest } from './identity';
import { JobFailure } from './messages';
import type { Progress, Step } from './request';
import type { StateMachine } from './state-machine';

type Request = Step['Request'];

/** A permission that was granted seconds ago may not be known everywhere yet. The function has two minutes. */
const PATIENCE_SECONDS = 90;
const LONGEST_WAIT_SECONDS = 10;

export interface Starting {
  readonly stateMachine: OnDemand<Pick<StateMachine, 'start'>>;
  readonly sendAnswer: (step: { Request: Request; Progress: Progress }) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Hand a request of CloudFormation to the waiter. One request starts one execution, whose name is made from the request: what AWS Lambda delivers twice
 * runs once.
 *
 * @throws Error when Step Functions is out of order; AWS Lambda then delivers the request again
 */
export async function start(Request: Request, { stateMachine, sendAnswer, now, sleep }: Starting): Promise<void> {
  const began = now();
  for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT_SECONDS)) {
    try {
      await (await stateMachine()).start(executionNameOf(Request), { Request, Progress: {} });
      return;
    } catch (error) {
      const e = error as AwsError;
      // Delivered before, and over.
      if (e.name === 'ExecutionAlreadyExists') { return; }
      if (now() - began < PATIENCE_SECONDS * 1000) {
        await sleep(wait * 1000);
        continue;
      }
      if (isTransient(e)) { throw e; }
      const { message: Reason } = new JobFailure(`the waiter of the compilation job could not be started: ${e.name}: ${e.message}`);
      await sendAnswer({ Request, Progress: { Answer: { Status: 'FAILED', Reason } } });
      return;
    }
  }
}

/** At most 80 characters. */
function executionNameOf({ RequestType, StackId, LogicalResourceId, RequestId }: Request): string {
  return `${RequestType}-${LogicalResourceId.slice(0, 40)}-${digest([StackId, LogicalResourceId, RequestId], 24)}`;
}
