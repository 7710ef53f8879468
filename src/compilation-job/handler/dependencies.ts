import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Artifacts } from './artifacts';
import type { EventBus } from './event-bus';
import type { StackResources } from './stack-resources';

/** Loaded when it is used first: most requests do without, and a cold start is mostly loading. */
export type OnDemand<T> = () => Promise<T>;

/** The outside world of the handler: tests bring their own. */
export interface Dependencies {
  readonly sagemaker: SageMakerClient;
  readonly artifacts: OnDemand<Pick<Artifacts, 'delete'>>;
  readonly stackResources: OnDemand<Pick<StackResources, 'describe' | 'stackStatus'>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** One structured line in the function's log. Never give it an event: it holds a presigned URL. */
  readonly log: (entry: Record<string, unknown>) => void;
  /** Receives the outcomes of jobs; undefined when the stack has no rule for them. */
  readonly eventBus?: OnDemand<Pick<EventBus, 'put'>>;
}
