import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { liveOneStack, type Operation, type OperationResult, templateOfJobs } from '../local/account/scenario';
import { CompilationJobHandler } from '../src/compilation-job/handler/handler';

/** `npm run bench:account`: deployments of many jobs in accounts with low quotas, in virtual time. */
const argument = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const RUNS = Number(argument('runs', '50'));
const JOBS = argument('jobs', '1,20,100,400').split(',').map(Number);
const CONCURRENCY = Number(argument('concurrency', '10'));
const PROCESSES = Number(argument('processes', `${availableParallelism()}`));
const OPERATIONS: Operation[] = ['create', 'update', 'rollback', 'delete'];

/** The quota of concurrent jobs. */
const QUOTAS = [4, 10, undefined];

interface Run {
  readonly jobs: number;
  readonly run: number;
}

/** Runs in a worker process, which does one run after another. */
function serve(): void {
  // Errors of the simulated APIs are a part of each run, and their stack traces are never read.
  Error.stackTraceLimit = 0;
  const templates = new Map<number, ReturnType<typeof templateOfJobs>>();
  process.on('message', async ({ jobs, run }: Run) => {
    const template = templates.get(jobs) ?? templateOfJobs(jobs);
    templates.set(jobs, template);
    const limits = { lambdaConcurrency: CONCURRENCY, quota: QUOTAS[run % QUOTAS.length] };
    process.send!(await liveOneStack(jobs, template, { seed: 1 + run, ...limits, Handler: CompilationJobHandler }));
  });
}

/** Gives each run to the next idle process. */
async function runAll(runs: readonly Run[], onResult: (run: Run, results: OperationResult[]) => void): Promise<void> {
  const left = [...runs];
  await Promise.all(Array.from({ length: Math.min(PROCESSES, runs.length) }, () => new Promise<void>((resolve, reject) => {
    const worker = fork(__filename, [...process.argv.slice(2), '--serve']);
    let current: Run;
    const next = () => {
      const run = left.shift();
      if (!run) { return worker.disconnect(); }
      current = run;
      worker.send(run);
    };
    worker.on('message', (results: OperationResult[]) => {
      onResult(current, results);
      next();
    });
    worker.on('exit', code => code === 0 ? resolve() : reject(new Error(`run ${current.run} of ${current.jobs} jobs ended with ${code}`)));
    next();
  })));
}

async function main() {
  console.log(`AWS Lambda's concurrency: ${CONCURRENCY}; quotas of jobs: 4, 10 and none in turn; runs of each: ${RUNS}\n`);
  console.log('| jobs | operation | failed | minutes | SageMaker calls a second | in the busiest minute | in the busiest 10 s | calls in the busiest second '
    + '| throttled executions | longest gap, s |');
  console.log('| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  const runs = JOBS.flatMap(jobs => Array.from({ length: RUNS }, (_, run) => ({ jobs, run })));
  const results = new Map(JOBS.map(jobs => [jobs, [] as OperationResult[]]));
  await runAll(runs, ({ jobs, run }, ofRun) => {
    const all = results.get(jobs)!;
    all.push(...ofRun);
    const failures = ofRun.filter(({ failure }) => failure !== undefined);
    failures.forEach(({ operation, failure }) => console.error(`${jobs} jobs, run ${run}, quota ${QUOTAS[run % QUOTAS.length]}: ${operation}: ${failure}`));
    if (failures.length > 0) { process.exitCode = 1; }
    if (all.length === RUNS * OPERATIONS.length) {
      OPERATIONS.forEach(operation => console.log(row(jobs, operation, all.filter(one => one.operation === operation))));
    }
  });
}

function row(jobs: number, operation: Operation, results: OperationResult[]): string {
  const most = (value: (result: OperationResult) => number) => Math.max(...results.map(value));
  const mean = (value: (result: OperationResult) => number) => results.reduce((sum, one) => sum + value(one), 0) / results.length;
  return `| ${[
    jobs,
    operation,
    `${results.filter(({ failure }) => failure !== undefined).length} of ${results.length}`,
    mean(one => one.minutes).toFixed(1),
    mean(one => one.callsPerSecond).toFixed(2),
    most(one => one.callsPerSecondInMinute).toFixed(1),
    most(one => one.peakCallsPerSecond).toFixed(1),
    most(one => one.callsInSecond),
    Math.round(mean(one => one.throttledExecutions)),
    most(one => one.longestGapSeconds).toFixed(0),
  ].join(' | ')} |`;
}

if (process.argv.includes('--serve')) { serve(); } else { void main(); }
