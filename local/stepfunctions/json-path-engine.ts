import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as StepFunctions from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import type { Random } from '../sagemaker';
import type { CancellableClock } from '../time/virtual-clock';

export type JsonPathEngine = typeof StepFunctions;

const load = createRequire(__filename);
const FILE = load.resolve('aws-local-stepfunctions');

/** Runs aws-local-stepfunctions on another clock. The package has no such option, but it uses time only through these four names. */
export function jsonPathEngine(clock: CancellableClock, random: Random): JsonPathEngine {
  const timers = new Map<number, AbortController>();
  const globals = {
    setTimeout: (callback: () => void, ms = 0): number => {
      const id = timers.size + 1;
      const timer = new AbortController();
      timers.set(id, timer);
      void clock.sleep(ms, timer.signal).then(callback);
      return id;
    },
    clearTimeout: (id?: number): void => timers.get(id ?? 0)?.abort(),
    Date: new Proxy(Date, {
      construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
      get: (target, key) => key === 'now' ? clock.now : Reflect.get(target, key),
    }),
    Math: Object.create(Math, { random: { value: random } }),
  };
  const module = { exports: {} as JsonPathEngine };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of a package in the lock file, as require would run it
  const run = new Function('module', 'exports', 'require', ...Object.keys(globals), readFileSync(FILE, 'utf8'));
  run(module, module.exports, createRequire(FILE), ...Object.values(globals));
  return module.exports;
}
