import { parseArgs } from 'node:util';

/** Examples that have only jobs, and whose deployment uploads the models. */
export const RUNNABLE = ['private-compilation', 'existing-vpc', 'many-jobs', 'edge-device', 'endpoint'];

export interface DemoOptions {
  /** Folder of the example. */
  readonly example: string;
  readonly port: number;
  /** How much faster than AWS the run is on a terminal. */
  readonly speed: number;
}

export const USAGE = `npm run demo [-- EXAMPLE] [--port 4566] [--speed 30]

  EXAMPLE  one of ${RUNNABLE.join(', ')} (the first)
  --port   port on 127.0.0.1 for the local APIs (0, the default: any free one)
  --speed  how many seconds pass in one real second on a terminal (30); elsewhere nothing waits`;

/** @throws Error that says what is wrong with the command line */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values: { port, speed }, positionals: [example = RUNNABLE[0], ...more] } = parseArgs({
    args: [...args],
    options: { port: { type: 'string', default: '0' }, speed: { type: 'string', default: '30' } },
    allowPositionals: true,
  });
  const options = { example, port: Number(port), speed: Number(speed) };
  if (more.length > 0) { throw new Error(`there must be one example, got: ${[example, ...more].join(' ')}`); }
  if (!RUNNABLE.includes(example)) { throw new Error(`the example must be one of ${RUNNABLE.join(', ')}, got: ${example}`); }
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65_535) { throw new Error(`--port must be 0 to 65535, got: ${port}`); }
  if (!(options.speed > 0 && options.speed <= 1000)) { throw new Error(`--speed must be more than 0 and at most 1000, got: ${speed}`); }
  return options;
}
