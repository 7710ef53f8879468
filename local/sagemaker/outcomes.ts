import type { CreateCompilationJobRequest } from '@aws-sdk/client-sagemaker';
import { gaussian, seededRandom } from './random';

/** The outcome of a job. Times are in milliseconds. */
export interface JobPlan {
  /** From creation to INPROGRESS. @default 2000 */
  readonly startingMs?: number;
  /** From INPROGRESS to the end; cut short by MaxRuntimeInSeconds. @default 6000 */
  readonly compilingMs?: number;
  /** From StopCompilationJob to STOPPED. @default 2000 */
  readonly stoppingMs?: number;
  /** The job ends FAILED with this reason. @default - the job ends COMPLETED */
  readonly failureReason?: string;
  /** What Neo derives for the model's inputs if the request has no DataInputConfig. @default - nothing is derived */
  readonly derivedDataInputConfig?: string;
}

/** Decides a job's plan when it is created; `index` counts the accepted jobs from 0. */
export type Planner = (request: CreateCompilationJobRequest, index: number) => JobPlan;

/** Plans the same outcome for every job. */
export const always = (plan: JobPlan): Planner => () => plan;

/** The first matching name pattern determines the outcome. */
export function byName(rules: readonly (readonly [RegExp, JobPlan])[], otherwise: Planner = always({})): Planner {
  return (request, index) => rules.find(([pattern]) => pattern.test(request.CompilationJobName!))?.[1] ?? otherwise(request, index);
}

/** Durations and failures of a large fleet. */
export interface FleetOutcomes {
  readonly seed: number;
  /** Median time from creation to INPROGRESS. @default 60000 */
  readonly startingMs?: number;
  /** Median of the log-normal compilation time. @default 240000 */
  readonly medianCompilingMs?: number;
  /** Standard deviation of the logarithm of the compilation time. @default 0.5 */
  readonly sigma?: number;
  /** Share of the jobs that fail, 0 to 1. @default 0.01 */
  readonly failureRate?: number;
}

/**
 * Log-normal compilation times and independent failures. Log-normal compilation times are an assumption, because AWS
 * publishes none.
 */
export function fleetOutcomes(options: FleetOutcomes): Planner {
  const { startingMs = 60_000, medianCompilingMs = 240_000, sigma = 0.5, failureRate = 0.01 } = options;
  const random = seededRandom(options.seed);
  return () => ({
    startingMs: Math.round(startingMs * (0.5 + random())),
    compilingMs: Math.round(medianCompilingMs * Math.exp(sigma * gaussian(random))),
    stoppingMs: 10_000,
    failureReason: random() < failureRate ? 'ClientError: CompilationError: Unable to compile model: planned failure of the simulation' : undefined,
  });
}
