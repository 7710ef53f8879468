/**
 * Runs the synthesized examples/fleet locally: three models for four targets, four jobs at a time, with faults. On a terminal, two
 * minutes of AWS pass in a second.
 *
 *   npm run demo:fleet
 *   npm run demo:fleet -- --speed 600
 */
import { parseArgs } from 'node:util';
import { FleetDemo } from './fleet-demo';
import { complain, endOnSignal, endWithReader, paceOf } from '../demo/terminal';

const USAGE = `npm run demo:fleet [-- --speed 120]

  --speed  how many seconds pass in one real second on a terminal (120); elsewhere nothing waits`;

endWithReader('demo:fleet');
// Everything is in this process, so there is nothing to clean up.
endOnSignal();

try {
  const { values: { speed } } = parseArgs({ options: { speed: { type: 'string', default: '120' } } });
  if (!(Number(speed) > 0 && Number(speed) <= 10_000)) { throw new Error(`--speed must be more than 0 and at most 10000, got: ${speed}`); }
  new FleetDemo(process.stdout, paceOf(process.stdout, Number(speed))).run().then(left => process.exit(left === 0 ? 0 : 1), err => complain('demo:fleet', err));
} catch (err) {
  complain('demo:fleet', err as Error);
  console.log(USAGE);
}
