import { liveOneStack, type Operation, type OperationResult, templateOfJobs } from '../local/account/scenario';
import { CompilationJobHandler } from '../src/compilation-job/handler/handler';

/** `npm run bench:account`: deployments of many jobs in accounts with little room, in virtual time. */
const argument = (name: string, otherwise: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const RUNS = Number(argument('runs', '50'));
const JOBS = argument('jobs', '1,20,100,400').split(',').map(Number);
const CONCURRENCY = Number(argument('concurrency', '10'));
const OPERATIONS: Operation[] = ['create', 'update', 'rollback', 'delete'];

/** Of jobs at once. */
const QUOTAS = [4, 10, undefined];

async function main() {
  console.log(`AWS Lambda's concurrency: ${CONCURRENCY}; quotas of jobs: 4, 10 and none in turn; runs of each: ${RUNS}\n`);
  console.log('| jobs | operation | failed | minutes | SageMaker calls a second | in the busiest minute | in the busiest 10 s | throttled executions | longest gap, s |');
  console.log('| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const jobs of JOBS) {
    const template = templateOfJobs(jobs);
    const all: OperationResult[] = [];
    for (let run = 0; run < RUNS; run++) {
      const limits = { lambdaConcurrency: CONCURRENCY, quota: QUOTAS[run % QUOTAS.length] };
      all.push(...await liveOneStack(jobs, template, { seed: 1 + run, ...limits, Handler: CompilationJobHandler }));
    }
    for (const operation of OPERATIONS) {
      const of = all.filter(one => one.operation === operation);
      const failures = of.filter(({ failure }) => failure !== undefined);
      const most = (value: (result: OperationResult) => number) => Math.max(...of.map(value));
      const mean = (value: (result: OperationResult) => number) => of.reduce((sum, one) => sum + value(one), 0) / of.length;
      console.log(`| ${jobs} | ${operation} | ${failures.length} of ${of.length} | ${mean(one => one.minutes).toFixed(1)} | ${mean(one => one.callsPerSecond).toFixed(2)} `
        + `| ${most(one => one.callsPerSecondInMinute).toFixed(1)} | ${most(one => one.peakCallsPerSecond).toFixed(1)} | ${Math.round(mean(one => one.throttledExecutions))} | ${most(one => one.longestGapSeconds).toFixed(0)} |`);
      failures.slice(0, 3).forEach(({ failure }) => console.error(`  ${operation}: ${failure}`));
      if (failures.length > 0) { process.exitCode = 1; }
    }
  }
}

void main();
