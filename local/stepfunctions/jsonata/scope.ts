import { ChildExecution, ExecutionProps } from './child-execution';
import { StateDefinition } from './definition';
import { MapRun } from './map-run';

/** The position of an execution, from which a redrive continues. */
export interface Position {
  readonly state: string;
  readonly input: any;
}

/** The next state and its input. Without a state, the workflow ends. */
export interface Transition {
  readonly state?: string;
  readonly output: any;
}

/** The part of an execution that its states need. */
export interface StateHost {
  readonly props: ExecutionProps;
  readonly variables: Record<string, unknown>;
  /** The runs of its Distributed Maps. */
  readonly mapRuns: MapRun[];
  /** The Map Runs that have not succeeded, by state. */
  readonly openMapRuns: Map<string, MapRun>;
  /** The part of the Context object that the definitions here read. */
  context(state: string, item?: unknown): object;
  /** @throws Interrupted when this life is over */
  assertAlive(life: number): void;
  /** @throws StatesError when the history has more events than Step Functions allows */
  addEvents(count: number): void;
  /** Starts a child workflow of a Distributed Map. */
  startChild(props: ExecutionProps): ChildExecution;
}

/** The scope of a state. Its variables may be those of an inline Map's iteration. */
export interface Scope {
  readonly execution: StateHost;
  readonly life: number;
  readonly variables: Record<string, unknown>;
}

/** Runs a state to its end. */
export type StateRunner = (scope: Scope, name: string, state: StateDefinition, input: any) => Promise<Transition>;
