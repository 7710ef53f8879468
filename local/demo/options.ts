import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly port: number;
  /** How much faster than on AWS it goes. */
  readonly speed: number;
}

export const USAGE = `npm run demo [-- --port 4566] [--speed 30]

  --port   port on 127.0.0.1 for the local APIs (0, the default: any free one)
  --speed  how many seconds pass in one real second (30)`;

/** @throws Error that says what is wrong with the command line */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values: { port, speed } } = parseArgs({ args: [...args], options: { port: { type: 'string', default: '0' }, speed: { type: 'string', default: '30' } } });
  const options = { port: Number(port), speed: Number(speed) };
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65_535) { throw new Error(`--port must be 0 to 65535, got: ${port}`); }
  if (!(options.speed > 0 && options.speed <= 1000)) { throw new Error(`--speed must be more than 0 and at most 1000, got: ${speed}`); }
  return options;
}
