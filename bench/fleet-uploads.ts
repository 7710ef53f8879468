import type { Stack } from 'aws-cdk-lib';
import { durations, FAULTS, lowerBound } from './fleet-measurement';
import { SimulatedFleet } from '../local/fleet/simulated-fleet';

export interface UploadMeasurement {
  readonly uploads: number;
  readonly compilations: number;
  readonly makespanMs: number;
  readonly lowerBoundMs: number;
  readonly mostAtOnce: number;
  readonly transitions: number;
  readonly creates: number;
  readonly problems: string[];
}

/** Uploads many models at once. Each starts an execution, and all share the account's quota: this measures how they delay each other. */
export async function measureUploads(stack: Stack, props: { uploads: number; quota: number; seed: number }): Promise<UploadMeasurement> {
  const { uploads, quota, seed } = props;
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
  const executions = await fleet.uploadAll(Array.from({ length: uploads }, (_, i) => `models/model-${i}.tar.gz`));
  await fleet.time.run(Promise.all(executions.map(({ done }) => done)));
  const makespanMs = fleet.time.now() - start;

  const jobs = fleet.service.records();
  const ended = executions.filter(({ status }) => status !== 'RUNNING').length;
  const result = {
    uploads,
    compilations: jobs.length,
    makespanMs,
    lowerBoundMs: lowerBound(jobs, quota),
    mostAtOnce,
    transitions,
    creates: fleet.frontEnd.counts.get('CreateCompilationJob') ?? 0,
  };
  const checks: [boolean, string][] = [
    [ended === executions.length, `${ended} of ${executions.length} executions ended`],
    [transitions <= 45 * jobs.length, `${transitions} transitions`],
    [result.creates <= 5 * jobs.length, `${result.creates} creations`],
    [jobs.length === 4 * uploads, `${jobs.length} compilations`],
    [jobs.every(({ status }) => status === 'COMPLETED' || status === 'FAILED'), 'jobs without an outcome'],
  ];
  return { ...result, problems: checks.flatMap(([holds, what]) => holds ? [] : [`${uploads} uploads: ${what}`]) };
}
