import type { Stack } from 'aws-cdk-lib';
import { durations, FAULTS, lowerBound } from './fleet-measurement';
import { SimulatedFleet } from '../local/fleet/simulated-fleet';

export interface UploadMeasurement {
  readonly uploads: number;
  readonly everyMs: number;
  readonly compilations: number;
  readonly makespanMs: number;
  readonly lowerBoundMs: number;
  readonly mostAtOnce: number;
  readonly transitions: number;
  readonly creates: number;
  readonly problems: string[];
}

export interface UploadMeasurementProps {
  readonly uploads: number;
  /** The time from one upload to the next. @default 0 */
  readonly everyMs?: number;
  readonly quota: number;
  readonly seed: number;
}

/** Measures how much uploads delay one another, because they share the account's quota. */
export async function measureUploads(stack: Stack, props: UploadMeasurementProps): Promise<UploadMeasurement> {
  const { uploads, everyMs = 0, quota, seed } = props;
  let transitions = 0;
  let mostAtOnce = 0;
  const fleet = new SimulatedFleet(stack, {
    quota,
    seed,
    plan: durations(seed),
    faults: FAULTS,
    onStep: ({ isExpress }) => { if (!isExpress) { transitions++; } },
    onCall: () => { mostAtOnce = Math.max(mostAtOnce, fleet.service.activeJobs()); },
  });
  const start = fleet.time.now();
  for (let i = 0; i < uploads; i++) {
    fleet.upload(`models/model-${i}.tar.gz`);
    if (everyMs > 0) { await fleet.time.run(fleet.time.sleep(everyMs)); }
  }
  await fleet.time.run(fleet.time.sleep(60_000));
  const executions = fleet.stateMachine.all;
  await fleet.time.run(Promise.all(executions.map(({ done }) => done)));
  const makespanMs = fleet.time.now() - start;

  const jobs = fleet.service.records();
  const ended = executions.filter(({ status }) => status !== 'RUNNING').length;
  const result = {
    uploads,
    everyMs,
    compilations: jobs.length,
    makespanMs,
    // The execution cannot end before the last upload.
    lowerBoundMs: Math.max(lowerBound(jobs, quota), everyMs * (uploads - 1)),
    mostAtOnce,
    transitions,
    creates: fleet.frontEnd.counts.get('CreateCompilationJob') ?? 0,
  };
  const checks: [boolean, string][] = [
    [ended === executions.length, `${ended} of ${executions.length} executions ended`],
    // Uploads one by one start an execution each, which costs additional transitions.
    [transitions <= (everyMs > 0 ? 45 : 25) * jobs.length, `${transitions} transitions`],
    [result.creates <= 5 * jobs.length, `${result.creates} creations`],
    [everyMs === 0 || makespanMs <= 2 * result.lowerBoundMs, `makespan ${makespanMs} ms, lower bound ${result.lowerBoundMs} ms`],
    [jobs.length === 4 * uploads, `${jobs.length} compilations`],
    [jobs.every(({ status }) => status === 'COMPLETED' || status === 'FAILED'), 'jobs without an outcome'],
  ];
  return { ...result, problems: checks.flatMap(([holds, what]) => holds ? [] : [`${uploads} uploads: ${what}`]) };
}
