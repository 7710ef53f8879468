import { HandlerByHand } from './by-hand';
import { CompilationJobHandler, WAIT_SECONDS } from '../../src/compilation-job/handler/handler';
import { SimulatedResource } from '../../test/compilation-job/protocol/simulated-resource';
import { MINUTE, properties, World, type HandlerClass } from '../../test/compilation-job/protocol/world';
import { table, type Result } from '../harness/result';

const LENGTHS = [5, 15, 45];
/** The jobs end at this many different moments between two checks. */
const MOMENTS = 60;
/** The duration of a check, for which both functions are billed. A warm function is faster. */
const LOOK_MS = 300;
/** A typical interval in hand-written code. */
const BY_HAND_SECONDS = 5;

interface Waiting {
  readonly calls: number;
  readonly invocations: number;
  /** Seconds between the job's end and the answer to CloudFormation. */
  readonly delays: number[];
}

/** Compares the waiting for jobs of several lengths, in simulated time, with a Provider that polls every five seconds. */
export async function waiting(): Promise<Result> {
  const seconds = WAIT_SECONDS;
  const rows: string[][] = [];
  const longest: number[] = [];
  const shares: number[] = [];
  for (const minutes of LENGTHS) {
    const ours = await waitFor(minutes, CompilationJobHandler, seconds, looks => looks + 3); // the first function, the decision, the response
    const byHand = await waitFor(minutes, HandlerByHand as unknown as HandlerClass, BY_HAND_SECONDS, looks => 2 * (1 + looks)); // the framework's function and the handler's
    longest.push(Math.max(...ours.delays));
    shares.push(ours.calls / byHand.calls);
    rows.push(...[['library', ours] as const, ['hand-written', byHand] as const].map(([name, { calls, invocations, delays }]) => [
      `${minutes} min`, name, calls.toFixed(1), invocations.toFixed(1), (invocations * LOOK_MS / 1_000).toFixed(0),
      (delays.reduce((a, b) => a + b) / delays.length).toFixed(1), Math.max(...delays).toFixed(1),
    ]));
  }
  return {
    text: [
      `The library's waiter pauses ${seconds} s between two checks, the other one ${BY_HAND_SECONDS} s. A check takes ${LOOK_MS} ms.`,
      table(['job', '', 'API calls', 'Lambda invocations', 'Lambda time, s', 'mean delay, s', 'longest delay, s'], rows),
    ].join('\n\n'),
    figures: {
      'longest delay, s': { value: Math.max(...longest), most: 10, kind: 'counted' },
      'API calls, relative to hand-written code': { value: Math.max(...shares), most: 1, kind: 'counted' },
    },
  };
}

async function waitFor(minutes: number, Handler: HandlerClass, seconds: number, invocations: (looks: number) => number): Promise<Waiting> {
  const delays: number[] = [];
  let [calls, looks] = [0, 0];
  for (let i = 0; i < MOMENTS; i++) {
    const world = new World(Handler, Infinity, seconds * 1_000 + LOOK_MS);
    world.plan = { startingMs: MINUTE, compilingMs: (minutes - 1) * MINUTE + Math.round(i * 10_000 / MOMENTS) };
    world.afterPoll = () => { looks++; };
    const resource = new SimulatedResource(world);
    const answer = await resource.create(properties({ request: { StoppingCondition: { MaxRuntimeInSeconds: '3300' } } }));
    if (answer.status !== 'SUCCESS') { throw new Error(answer.reason); }
    const [job] = world.service.records();
    delays.push((world.answeredAt! + LOOK_MS - job.history[job.history.length - 1].at) / 1_000);
    calls += world.calls.length + world.callsToCloudFormation;
  }
  return { calls: calls / MOMENTS, invocations: invocations(looks / MOMENTS), delays };
}
