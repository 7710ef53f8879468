import { Machine } from './definition';
import { Environment } from './environment';
import { StatesError } from './errors';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';

export interface ExecutionProps {
  readonly environment: Environment;
  readonly machine: Machine;
  readonly stateMachineArn: string;
  readonly arn: string;
  readonly input: unknown;
  readonly isExpress?: boolean;
}

/** The interface of a Map Run's executions. */
export interface ChildExecution {
  readonly props: ExecutionProps;
  readonly arn: string;
  readonly startTime: string;
  readonly status: ExecutionStatus;
  /** The number of events in its history. */
  readonly eventCount: number;
  readonly output?: unknown;
  readonly failure?: StatesError;
  /** Resolves when the execution has ended, with any status. */
  readonly done: Promise<void>;
  /** Aborts the execution if it runs. */
  stop(): void;
  /** Continues from the state that did not succeed. */
  redrive(): void;
}
