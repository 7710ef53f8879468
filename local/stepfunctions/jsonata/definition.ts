/** The part of the Amazon States Language that is interpreted here, in JSONata only. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, StateDefinition>>;
  readonly QueryLanguage?: string;
  readonly TimeoutSeconds?: number;
}

export interface StateDefinition {
  readonly Type: 'Task' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Map';
  readonly Next?: string;
  readonly End?: boolean;
  readonly QueryLanguage?: string;
  readonly Output?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
  // Task
  readonly Resource?: string;
  readonly Arguments?: unknown;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  // Choice
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  // Wait
  readonly Seconds?: number | string;
  // Fail
  readonly Error?: string;
  readonly Cause?: string;
  // Map
  readonly Items?: unknown;
  readonly ItemSelector?: unknown;
  readonly ItemReader?: { readonly Resource: string; readonly ReaderConfig?: Readonly<Record<string, unknown>>; readonly Arguments: unknown };
  readonly ItemBatcher?: { readonly MaxItemsPerBatch?: number; readonly MaxInputBytesPerBatch?: number; readonly BatchInput?: unknown };
  readonly ResultWriter?: {
    readonly Resource: string;
    readonly Arguments: unknown;
    readonly WriterConfig?: { readonly OutputType: string; readonly Transformation: string };
  };
  readonly ToleratedFailurePercentage?: number | string;
  readonly MaxConcurrency?: number | string;
  readonly Label?: string;
  readonly ItemProcessor?: Machine & { readonly ProcessorConfig?: { readonly Mode?: string; readonly ExecutionType?: string } };
}

export interface ChoiceRule {
  readonly Condition: string;
  readonly Next: string;
  readonly Output?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly Output?: unknown;
  readonly Assign?: Readonly<Record<string, unknown>>;
}

/**
 * Returns variables that an inner scope assigns although an outer scope does. CreateStateMachine rejects them.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export function shadowedVariables({ States }: Machine, outer: readonly string[] = []): string[] {
  const states = Object.values(States);
  const own = states.flatMap(({ Assign, Choices = [], Catch = [] }) => [Assign, ...[...Choices, ...Catch].map(rule => rule.Assign)])
    .flatMap(assign => Object.keys(assign ?? {}));
  return [
    ...own.filter((name, i) => outer.includes(name) && own.indexOf(name) === i),
    ...states.flatMap(({ ItemProcessor }) => ItemProcessor ? shadowedVariables(ItemProcessor, [...outer, ...own]) : []),
  ];
}

/** Returns the milliseconds before the nth retry (from 1), as the States Language defines them. */
export function retryDelay(retrier: Retrier, nth: number, random: () => number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy = 'NONE' } = retrier;
  const seconds = Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** (nth - 1));
  return 1_000 * (JitterStrategy === 'FULL' ? seconds * random() : seconds);
}
