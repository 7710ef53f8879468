/**
 * What a fleet takes, by its own synthesized definition: N compilations in virtual time, against the SageMaker stand-in, with throttling, a quota that
 * is at times used up by others, and failing compilations. Prints the tables of docs/fleet.md, and fails when a compilation is lost or doubled, or when
 * the makespan is 10 % above the lower bound.
 *
 *   npm run bench:fleet                  1,000, 2,000, 5,000 and 10,000 compilations
 *   npm run bench:fleet -- 400 800       others
 */
import { App } from 'aws-cdk-lib';
import { measure, Measurement } from './fleet-measurement';
import { costs, PRICES, total } from './fleet-prices';
import { FleetStack } from '../examples/fleet/fleet-stack';

const QUOTA = 20;

async function main(sizes: number[]): Promise<void> {
  const measurements: Measurement[] = [];
  for (const compilations of sizes) {
    const stack = new FleetStack(new App(), 'Bench', { quota: QUOTA });
    measurements.push(await measure(stack, { compilations, quota: QUOTA, seed: compilations }));
  }
  console.log(`\nquota ${QUOTA}; 30 to 90 s until a job starts, then log-normal, median 4 minutes; 1 % of compilations fail; 1 % of calls are throttled; 1 % of creations meet a used-up quota\n`);
  print(['compilations', 'makespan', 'lower bound', 'above it', 'failed as planned', 'lost', 'doubled', 'most at once', 'run in'],
    measurements.map(m => [m.compilations, hours(m.makespanMs), hours(m.lowerBoundMs), percent(m.makespanMs / m.lowerBoundMs - 1),
      `${m.failed} of ${m.plannedFailures}`, m.lost, m.doubled, m.mostAtOnce, `${(m.realMs / 1_000).toFixed(0)} s`]));
  print(['per compilation', ...measurements.map(m => String(m.compilations))], [
    ['makespan, seconds', ...measurements.map(m => (m.makespanMs / 1_000 / m.compilations).toFixed(2))],
    ['state transitions', ...measurements.map(m => (m.transitions / m.compilations).toFixed(2))],
    ...Object.keys(measurements[0].calls).map(operation => [operation, ...measurements.map(m => (m.calls[operation] / m.compilations).toFixed(3))]),
    ['Express workflows', ...measurements.map(m => (m.expressRuns / m.compilations).toFixed(4))],
    ['S3 requests', ...measurements.map(m => (m.s3Requests / m.compilations).toFixed(4))],
    ['US dollars', ...measurements.map(m => (total(costs(m)) / m.compilations).toFixed(5))],
  ]);
  const largest = measurements[measurements.length - 1];
  print([`cost of ${largest.compilations} compilations`, 'quantity', `price (${PRICES.asOf})`, 'US dollars'],
    costs(largest).map(({ what, quantity, price, dollars }) => [what, quantity, price, dollars.toFixed(4)]));

  const wrong = measurements.flatMap(m => m.problems);
  wrong.forEach(problem => console.error(`wrong: ${problem}`));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

function print(header: string[], rows: (string | number)[][]): void {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  console.log([line(header), line(header.map((_, i) => i === 0 ? '---' : '---:')), ...rows.map(line), ''].join('\n'));
}

const hours = (ms: number) => `${(ms / 3_600_000).toFixed(2)} h`;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const given = process.argv.slice(2).map(Number);
main(given.length > 0 ? given : [1_000, 2_000, 5_000, 10_000]).catch(err => {
  console.error(err);
  process.exitCode = 1;
});
