import { ChildExecution, ExecutionProps } from './child-execution';
import { StateDefinition } from './definition';
import { MapRun } from './map-run';

/** Where an execution is: a redrive goes on from here. */
export interface Position {
  readonly state: string;
  readonly input: any;
}

/** Where to go, and with what; no state: the end. */
export interface Transition {
  readonly state?: string;
  readonly output: any;
}

/** What states need of the execution that runs them. */
export interface StateHost {
  readonly props: ExecutionProps;
  readonly variables: Record<string, unknown>;
  /** The runs of its Distributed Maps. */
  readonly mapRuns: MapRun[];
  /** The Map Runs that have not succeeded, by state. */
  readonly openMapRuns: Map<string, MapRun>;
  /** The Context object, as far as definitions here read it. */
  context(state: string, item?: unknown): object;
  /** @throws Interrupted when this life is over */
  assertAlive(life: number): void;
  /** @throws StatesError when the history has more events than Step Functions allows */
  addEvents(count: number): void;
  /** Starts a child workflow of a Distributed Map. */
  startChild(props: ExecutionProps): ChildExecution;
}

/** What a state sees: variables may be those of an inline Map's iteration. */
export interface Scope {
  readonly execution: StateHost;
  readonly life: number;
  readonly variables: Record<string, unknown>;
}

/** Runs a state to its end. */
export type StateRunner = (scope: Scope, name: string, state: StateDefinition, input: any) => Promise<Transition>;
