import * as fc from 'fast-check';
import { request } from './requests';
import { ACTIVE_STATUSES, JobPlan, NeoOperation, NeoService, SimulatedClock } from '../../../local/sagemaker';
import '../../random-seed';

/** What AWS documents, or the API's statuses imply, as the next status. */
const NEXT: Record<string, readonly string[]> = {
  STARTING: ['INPROGRESS', 'STOPPING'],
  INPROGRESS: ['COMPLETED', 'FAILED', 'STOPPING'],
  STOPPING: ['STOPPED'],
  COMPLETED: [],
  FAILED: [],
  STOPPED: [],
};

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const ms = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10_000 }));
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('CreateCompilationJob' as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('StopCompilationJob' as const, 'DeleteCompilationJob' as const), name }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), ms }) },
);
const plan = fc.record({ startingMs: ms, compilingMs: ms, stoppingMs: ms, failureReason: fc.option(fc.constant('planned'), { nil: undefined }) });

/** Runs commands and checks every answer against what the list of jobs showed just before. */
function run(quota: number, plans: JobPlan[], commands: readonly (typeof command extends fc.Arbitrary<infer C> ? C : never)[]): void {
  const clock = new SimulatedClock();
  const service = new NeoService({ now: clock.now, quota, plan: (_, i) => plans[i % plans.length] });
  const statuses = () => new Map(service.call('ListCompilationJobs', { MaxResults: 100 }).CompilationJobSummaries!
    .map(job => [job.CompilationJobName!, job.CompilationJobStatus!]));

  for (const next of commands) {
    if (next.do === 'advance') {
      clock.advance(next.ms);
    } else {
      const before = statuses();
      const error = attempt(service, next.do, next.name);
      expect(error).toBe(expectedError(next.do, before.get(next.name), active(before) >= quota));
      const expected = new Map(before);
      if (error === undefined && next.do === 'DeleteCompilationJob') {
        expected.delete(next.name);
      }
      // No other job changes, and a failed call changes nothing.
      const after = statuses();
      if (error === undefined && next.do !== 'DeleteCompilationJob') {
        expected.delete(next.name);
        after.delete(next.name);
      }
      expect(after).toEqual(expected);
    }
    expect(active(statuses())).toBeLessThanOrEqual(quota);
    expect(active(statuses())).toBe(service.activeJobs());
  }

  clock.advance(1_000_000);
  for (const { history } of service.records()) {
    expect(history[0].status).toBe('STARTING');
    history.slice(1).forEach(({ status, at }, i) => {
      expect(NEXT[history[i].status]).toContain(status);
      expect(at).toBeGreaterThanOrEqual(history[i].at);
    });
    expect(NEXT[history[history.length - 1].status]).toEqual([]);
  }
  expect(peak(service)).toBeLessThanOrEqual(quota);
}

const active = (statuses: Map<string, string>) =>
  [...statuses.values()].filter(status => (ACTIVE_STATUSES as readonly string[]).includes(status)).length;

function attempt(service: NeoService, operation: NeoOperation, CompilationJobName: string): string | undefined {
  try {
    service.call(operation, operation === 'CreateCompilationJob' ? request({ CompilationJobName }) : { CompilationJobName } as any);
    return undefined;
  } catch (err) {
    return (err as Error).name;
  }
}

function expectedError(operation: NeoOperation, status: string | undefined, full: boolean): string | undefined {
  if (operation === 'CreateCompilationJob') {
    return status ? 'ResourceInUse' : full ? 'ResourceLimitExceeded' : undefined;
  }
  if (!status) {
    return 'ResourceNotFound';
  }
  const legal = operation === 'StopCompilationJob' ? ['STARTING', 'INPROGRESS'] : ['COMPLETED', 'FAILED', 'STOPPED'];
  return legal.includes(status) ? undefined : 'ValidationException';
}

/** The most jobs that were ever active at once, from the histories alone. */
function peak(service: NeoService): number {
  const intervals = service.records().map(({ history }) => [history[0].at, history[history.length - 1].at]);
  return Math.max(0, ...intervals.map(([at]) => intervals.filter(([start, end]) => start <= at && at < end).length));
}

test('any sequence of calls keeps transitions legal and the quota respected', () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 4 }), fc.array(plan, { minLength: 1, maxLength: 8 }), fc.array(command, { maxLength: 60 }), run), { numRuns: 500 });
});

test('paging shows every job once, whatever the order, page size and ties', () => {
  fc.assert(fc.property(
    fc.array(fc.record({ pause: fc.constantFrom(0, 0, 1_000), name: fc.stringMatching(/^[a-c]{1,4}$/) }), { maxLength: 40 }),
    fc.constantFrom('Name' as const, 'CreationTime' as const, 'Status' as const),
    fc.constantFrom('Ascending' as const, 'Descending' as const),
    fc.integer({ min: 1, max: 12 }),
    (jobs, SortBy, SortOrder, MaxResults) => {
      const clock = new SimulatedClock();
      const service = new NeoService({ now: clock.now });
      const names = new Set(jobs.map(job => job.name));
      jobs.forEach(job => {
        clock.advance(job.pause);
        attempt(service, 'CreateCompilationJob', job.name);
      });
      const seen: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = service.call('ListCompilationJobs', { SortBy, SortOrder, MaxResults, NextToken });
        seen.push(...page.CompilationJobSummaries!.map(job => job.CompilationJobName!));
        NextToken = page.NextToken;
      } while (NextToken);
      expect(seen).toHaveLength(names.size);
      expect(new Set(seen)).toEqual(names);
    }), { numRuns: 200 });
});
