/**
 * Measures a fleet with its synthesized definition: N compilations in virtual time, against the SageMaker stand-in, with throttling, a quota that
 * other jobs sometimes use up, and failing compilations; then models that are uploaded, at once or one by one. Prints the tables of docs/fleet.md,
 * and fails if a compilation is lost or duplicated, or if time or cost exceed the limits in the table.
 *
 *   npm run bench:fleet                  1,000, 10,000 and 100,000 compilations; 50 and 250 uploads at once, 60 uploads in an hour
 *   npm run bench:fleet -- 400 800       other numbers of compilations, and no uploads
 */
import { App } from 'aws-cdk-lib';
import { measure, Measurement } from './fleet-measurement';
import { costs, PRICES, total } from './fleet-prices';
import { measureUploads, UploadMeasurement } from './fleet-uploads';
import { table } from './harness/result';
import { FleetStack } from '../examples/fleet/fleet-stack';

const QUOTA = 20;

/** The output of this benchmark on 2026-11-28 for the fleet before commit 5237ed0, by compilations and by uploads. */
const BEFORE: Readonly<Record<number, { readonly aboveIt: string; readonly transitions: string }>> = {
  1_000: { aboveIt: '6.1 %', transitions: '39.41' },
  10_000: { aboveIt: '4.7 %', transitions: '39.69' },
  100_000: { aboveIt: '4.6 %', transitions: '39.81' },
};
const BEFORE_UPLOADS: Readonly<Record<number, { readonly transitions: string; readonly creations: string; readonly makespan?: string }>> = {
  50: { transitions: '51.0', creations: '10.7' },
  250: { transitions: '74.3', creations: '33.7' },
  // Before uploads shared the quota, at commit ab5d6a0.
  60: { transitions: '100.8', creations: '1.0', makespan: '14.01 h' },
};

// The interpreter throws an error for each poll of a running job. Its stack trace is never read.
Error.stackTraceLimit = 0;

/** Uploads at once, and one upload a minute. */
const UPLOADS = [{ uploads: 50 }, { uploads: 250 }, { uploads: 60, everyMs: 60_000 }];

async function main(sizes: number[], uploads: typeof UPLOADS): Promise<void> {
  console.log([
    '',
    'examples/fleet as synthesized, in virtual time against the local SageMaker stand-in',
    `four targets, quota ${QUOTA}; 30 to 90 s until a job starts, then log-normal with a median of 4 minutes`,
    '1 % of the compilations fail, 1 % of all calls are throttled, 1 % of the creations meet a used-up quota',
    '',
  ].join('\n'));

  const measurements: Measurement[] = [];
  for (const compilations of sizes) {
    measurements.push(await measure(stack(), { compilations, quota: QUOTA, seed: compilations }));
  }
  print(['compilations', 'makespan', 'lower bound', 'above it', 'failed', 'planned', 'lost', 'doubled', 'most at once', 'end delay', 'computed in', 'before: above it'],
    measurements.map(m => [count(m.compilations), hours(m.makespanMs), hours(m.lowerBoundMs), percent(m.makespanMs / m.lowerBoundMs - 1),
      m.failed, m.plannedFailures, m.lost, m.doubled, m.mostAtOnce, `${(m.endDelayMs / 1_000).toFixed(1)} s`, `${(m.realMs / 1_000).toFixed(0)} s`,
      BEFORE[m.compilations]?.aboveIt ?? '']));
  print(['per compilation', ...measurements.map(m => count(m.compilations))], [
    ['makespan, seconds', ...measurements.map(m => (m.makespanMs / 1_000 / m.compilations).toFixed(2))],
    ['state transitions', ...measurements.map(m => (m.transitions / m.compilations).toFixed(2))],
    ['before: state transitions', ...measurements.map(m => BEFORE[m.compilations]?.transitions ?? '')],
    ...Object.keys(measurements[0].calls).map(operation => [operation, ...measurements.map(m => (m.calls[operation] / m.compilations).toFixed(3))]),
    ['Express workflows', ...measurements.map(m => (m.expressRuns / m.compilations).toFixed(4))],
    ['S3 requests', ...measurements.map(m => (m.s3Requests / m.compilations).toFixed(4))],
    ['US dollars', ...measurements.map(m => (total(costs(m)) / m.compilations).toFixed(5))],
  ]);

  const largest = measurements[measurements.length - 1];
  const bill = costs(largest);
  print([`cost of ${count(largest.compilations)} compilations`, 'quantity', `price (${PRICES.asOf})`, 'US dollars'], [
    ...bill.map(({ what, quantity, price, dollars }) => [what, count(quantity), price, dollars.toFixed(2)]),
    ['together', '', '', total(bill).toFixed(2)],
  ]);

  const storms: UploadMeasurement[] = [];
  for (const each of uploads) { storms.push(await measureUploads(stack(), { ...each, quota: QUOTA, seed: each.uploads })); }
  if (storms.length > 0) { printUploads(storms); }

  const wrong = [...measurements, ...storms].flatMap(m => m.problems);
  wrong.forEach(problem => console.error(`wrong: ${problem}`));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

function printUploads(storms: UploadMeasurement[]): void {
  print(
    ['uploads', 'compilations', 'makespan', 'lower bound', 'above it', 'most at once', 'transitions each', 'creations each', 'creations/s',
      'before: transitions', 'before: creations', 'before: makespan'],
    storms.map(m => [
      `${count(m.uploads)}, ${m.everyMs > 0 ? `one every ${m.everyMs / 1_000} s` : 'at once'}`, count(m.compilations), hours(m.makespanMs), hours(m.lowerBoundMs), percent(m.makespanMs / m.lowerBoundMs - 1), m.mostAtOnce,
      (m.transitions / m.compilations).toFixed(1), (m.creates / m.compilations).toFixed(1), (m.creates / m.makespanMs * 1_000).toFixed(2),
      BEFORE_UPLOADS[m.uploads]?.transitions ?? '', BEFORE_UPLOADS[m.uploads]?.creations ?? '', BEFORE_UPLOADS[m.uploads]?.makespan ?? '',
    ]),
  );
}

const stack = () => new FleetStack(new App(), 'Bench', { quota: QUOTA });

const print = (header: string[], rows: (string | number)[][]) => console.log(`${table(header, rows)}\n`);
const count = (n: number) => n.toLocaleString('en-US');
const hours = (ms: number) => `${(ms / 3_600_000).toFixed(2)} h`;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

const given = process.argv.slice(2).map(Number);
if (given.some(size => !Number.isInteger(size) || size < 4)) {
  console.error(`bench:fleet takes numbers of compilations, at least 4; got: ${process.argv.slice(2).join(' ')}`);
  process.exitCode = 2;
} else {
  main(given.length > 0 ? given : [1_000, 10_000, 100_000], given.length > 0 ? [] : UPLOADS).catch(err => {
    console.error(err);
    process.exitCode = 1;
  });
}
