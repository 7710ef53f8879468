import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Artifacts } from './artifacts';
import type { EventBus } from './event-bus';
import type { StackResources } from './stack-resources';

/** Loaded on first use: most requests do not need it, and loading takes most of a cold start. */
export type OnDemand<T> = () => Promise<T>;

/** Everything outside the handler. Tests replace it. */
export interface Dependencies {
  readonly sagemaker: SageMakerClient;
  readonly artifacts: OnDemand<Pick<Artifacts, 'delete'>>;
  readonly stackResources: OnDemand<Pick<StackResources, 'describe' | 'stackStatus'>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Writes a line of JSON to the function's log. Never pass an event: it contains a presigned URL. */
  readonly log: (entry: Record<string, unknown>) => void;
  /** Receives the outcomes of jobs. Undefined if the stack has no rule for them. */
  readonly eventBus?: OnDemand<Pick<EventBus, 'put'>>;
}
