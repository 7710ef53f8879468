import type { Stack } from 'aws-cdk-lib';
import { SimulatedFleet } from '../local/fleet/simulated-fleet';
import { FaultRule, faults, fleetOutcomes, JobRecord, Planner } from '../local/sagemaker';
import { TaskCall } from '../local/stepfunctions/jsonata';

export interface MeasurementProps {
  readonly compilations: number;
  readonly quota: number;
  readonly seed: number;
}

export interface Measurement {
  readonly compilations: number;
  /** The time from the start of the execution to its end. */
  readonly makespanMs: number;
  readonly lowerBoundMs: number;
  readonly failed: number;
  readonly plannedFailures: number;
  /** Pairs of model and target without an outcome. */
  readonly lost: number;
  /** Jobs beyond one for each pair. */
  readonly doubled: number;
  readonly mostAtOnce: number;
  /** The average time from the end of a job to the end of its workflow. */
  readonly endDelayMs: number;
  /** State transitions of Standard workflows, including retries. */
  readonly transitions: number;
  readonly expressRuns: number;
  /** Calls of the SageMaker API, by operation. */
  readonly calls: Record<string, number>;
  readonly s3Puts: number;
  readonly s3Gets: number;
  readonly s3Requests: number;
  readonly realMs: number;
  readonly problems: string[];
}

/** A job starts within 30 to 90 seconds. Compile times are log-normal with a median of four minutes. */
export const durations = (seed: number): Planner =>
  fleetOutcomes({ seed, startingMs: 60_000, medianCompilingMs: 240_000, sigma: 0.5, failureRate: 0.01 });

export const FAULTS: readonly FaultRule[] = [
  { fault: faults.throttling(), probability: 0.01 },
  { fault: faults.quotaTaken(), operation: 'CreateCompilationJob', probability: 0.01 },
];

/** One execution of a synthesized fleet with four targets. */
export async function measure(stack: Stack, { compilations, quota, seed }: MeasurementProps): Promise<Measurement> {
  const began = Date.now();
  const counts = { transitions: 0, expressRuns: 0, s3Puts: 0, s3Gets: 0 };
  let mostAtOnce = 0;
  const ends = new Map<string, number>();
  const fleet = new SimulatedFleet(stack, {
    // The account has no quota here, so only the fleet limits the jobs.
    seed,
    plan: durations(seed),
    faults: FAULTS,
    onCall: () => { mostAtOnce = Math.max(mostAtOnce, fleet.service.activeJobs()); },
    onStep: ({ isExpress }) => { if (!isExpress) { counts.transitions++; } },
    onEnd: ({ stateMachineArn, output, cause }) => {
      if (/\/Plan/.test(stateMachineArn)) { counts.expressRuns++; }
      if (/\/Compile/.test(stateMachineArn)) { ends.set((output as any)?.CompilationJobName ?? String(cause).split(' ')[0], fleet.time.now()); }
    },
    wrapCall: (call: TaskCall): TaskCall => (resource, args) => {
      if (/:s3:(put|list)/.test(resource)) { counts.s3Puts++; } else if (/:s3:get/.test(resource)) { counts.s3Gets++; }
      return call(resource, args);
    },
  });
  for (let i = 0; i < compilations / 4; i++) { fleet.place(`models/model-${i}.tar.gz`); }

  const start = fleet.time.now();
  const execution = await fleet.run({ toleratedFailurePercentage: 100 });
  const makespanMs = fleet.time.now() - start;

  const jobs = fleet.service.records();
  const { succeeded, failed } = fleet.results(execution);
  const pairOf = ({ request }: typeof jobs[number]) => `${request.InputConfig!.S3Uri} ${request.OutputConfig!.TargetDevice}`;
  const pairs = new Set(jobs.map(pairOf));
  const outcomes = new Set([...succeeded.map(({ CompilationJobName }) => CompilationJobName), ...failed.map(({ Cause }) => String(Cause).split(' ')[0])]);
  const result = {
    compilations,
    makespanMs,
    lowerBoundMs: lowerBound(jobs, quota),
    failed: failed.length,
    plannedFailures: jobs.filter(({ status }) => status === 'FAILED').length,
    lost: compilations - jobs.filter(({ name }) => outcomes.has(name)).length,
    doubled: jobs.length - pairs.size,
    mostAtOnce,
    endDelayMs: jobs.reduce((sum, { name, history }) => sum + ends.get(name)! - history[history.length - 1].at, 0) / jobs.length,
    ...counts,
    s3Requests: counts.s3Puts + counts.s3Gets,
    calls: Object.fromEntries([...fleet.frontEnd.counts].filter(([operation]) => operation.includes('CompilationJob'))),
    realMs: Date.now() - began,
  };
  return { ...result, problems: problems(result, quota) };
}

/** The lower bound of any schedule, in milliseconds: the sum of all durations divided by the quota, or the longest duration. */
export function lowerBound(jobs: JobRecord[], quota: number): number {
  const spans = jobs.map(({ history }) => history[history.length - 1].at - history[0].at);
  return spans.reduce((most, ms) => Math.max(most, ms), spans.reduce((sum, ms) => sum + ms, 0) / quota);
}

function problems(m: Omit<Measurement, 'problems'>, quota: number): string[] {
  const checks: [boolean, string][] = [
    [m.lost === 0, `${m.lost} lost`],
    [m.doubled === 0, `${m.doubled} doubled`],
    [m.failed === m.plannedFailures, `${m.failed} failures reported, ${m.plannedFailures} jobs failed`],
    [m.mostAtOnce <= quota, `${m.mostAtOnce} jobs at once`],
    // At the end, slots stay empty for as long as a job takes, which does not matter with many jobs.
    [m.makespanMs <= 1.03 * m.lowerBoundMs + (m.compilations < 10_000 ? 900_000 : 0), `makespan ${m.makespanMs} ms, lower bound ${m.lowerBoundMs} ms`],
    [m.transitions <= 25 * m.compilations, `${m.transitions} state transitions`],
    [m.endDelayMs <= 30_000, `jobs wait ${m.endDelayMs} ms for the end of their workflows`],
  ];
  return checks.flatMap(([holds, what]) => holds ? [] : [`${m.compilations} compilations: ${what}`]);
}
