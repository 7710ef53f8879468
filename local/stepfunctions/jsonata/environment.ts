import type { Random } from '../../sagemaker';
import type { CancellableClock } from '../../time/virtual-clock';

/** A call of a Task state. @throws StatesError */
export type TaskCall = (resource: string, args: any) => Promise<unknown>;

/** A step of an execution, as Step Functions bills it: a state transition or a retry. */
export interface Step {
  readonly executionArn: string;
  readonly state: string;
  readonly type: string;
  readonly isRetry: boolean;
  /** Express workflows are billed by request and duration instead. */
  readonly isExpress: boolean;
  readonly at: number;
}

/** The environment of executions. */
export interface Environment {
  readonly clock: CancellableClock;
  readonly random: Random;
  readonly call: TaskCall;
  /** How long a Map Run continues after its execution was stopped, in milliseconds. @default 0 */
  readonly cancellationMs?: number;
  readonly onStep?: (step: Step) => void;
  /** Called when an execution, or a child workflow of a Distributed Map, ends. */
  readonly onEnd?: (execution: Ended) => void;
}

export interface Ended {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly status: string;
  readonly input: unknown;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}
