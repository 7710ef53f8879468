/**
 * A fleet of a dozen, locally: examples/fleet as synthesized, three models for four targets, four jobs at a time, with faults. Two minutes of AWS
 * pass in a second.
 *
 *   npm run demo:fleet
 *   npm run demo:fleet -- --speed 600
 */
import { parseArgs } from 'node:util';
import { FleetDemo } from './fleet-demo';

const USAGE = `npm run demo:fleet [-- --speed 120]

  --speed  how many seconds pass in one real second (120)`;

/** A reader that has seen enough, such as head, is no error. */
process.stdout.on('error', () => process.exit(0));
// All of it is in this process: there is nothing to clear away.
(['SIGINT', 'SIGTERM'] as const).forEach((signal, index) => process.once(signal, () => {
  console.log(`\nstopped by ${signal}: nothing is left`);
  process.exit([130, 143][index]);
}));

try {
  const { values: { speed } } = parseArgs({ options: { speed: { type: 'string', default: '120' } } });
  if (!(Number(speed) > 0 && Number(speed) <= 10_000)) { throw new Error(`--speed must be more than 0 and at most 10000, got: ${speed}`); }
  new FleetDemo(process.stdout, Number(speed)).run().then(left => process.exit(left === 0 ? 0 : 1), complain);
} catch (err) {
  complain(err as Error);
  console.log(USAGE);
}

function complain(err: Error): void {
  console.error(`demo:fleet: ${err.message}`);
  process.exitCode = 1;
}
