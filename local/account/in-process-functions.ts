import type { Dependencies } from '../../src/compilation-job/handler/dependencies';
import type { CompilationJobHandler } from '../../src/compilation-job/handler/handler';
import type { Step } from '../../src/compilation-job/handler/request';
import { sendAnswer, start } from '../../src/compilation-job/handler/start';
import type { LocalFunctionProps } from '../lambda/function';
import type { RunnableFunction } from '../lambda/lambda-service';
import type { NeoOperation, Random } from '../sagemaker';
import type { VirtualClock } from '../time/virtual-clock';

export type HandlerOf = typeof CompilationJobHandler;

/** The APIs that functions can reach. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly Handler: HandlerOf;
  readonly call: (operation: NeoOperation, input: any) => Promise<any>;
  readonly describe: (logicalId: string) => Promise<{ status: string; physicalId?: string }>;
  readonly stackStatus: () => Promise<string>;
  readonly startExecution: (stateMachineArn: string, name: string, input: object) => Promise<void>;
  readonly answer: (path: string, body: string) => boolean;
  /** Called at each step of a resource's request. */
  readonly onLook: (resource: string) => void;
}

/** The time to start a process and load the AWS SDK, in a function with 256 MB. */
const COLD_MS = 1_500;
const WARM_MS = 20;

/** Runs the library's two functions in this process: the real handler, with simulated surroundings. The other functions of a template respond at once. */
export function inProcessFunctions(around: Surroundings): (props: LocalFunctionProps) => RunnableFunction {
  const { clock, random } = around;
  return ({ configuration }) => {
    const run = programOf(configuration.handler, configuration.environment, around);
    let idle = 0;
    return {
      configuration,
      invoke: async event => {
        const isWarm = idle > 0;
        if (isWarm) { idle--; }
        await clock.sleep(isWarm ? WARM_MS : COLD_MS * (0.5 + random()));
        try {
          return { payload: JSON.stringify(await run(JSON.parse(event))) ?? 'null' };
        } catch (err) {
          const { name, message } = err as Error;
          return { payload: JSON.stringify({ errorType: name, errorMessage: message }), functionError: 'Unhandled' };
        } finally {
          idle++;
        }
      },
      close: async () => {},
    };
  };
}

function programOf(entry: string, environment: Readonly<Record<string, string>>, around: Surroundings): (event: any) => Promise<unknown> {
  const { clock, startExecution, onLook } = around;
  const sleep = (ms: number) => clock.sleep(ms);
  const put = async (url: URL, body: string) => around.answer(url.pathname, body) ? 200 : 403;
  const answer = (step: Omit<Step, 'StartedAt'>) => sendAnswer(step, put, sleep);
  switch (entry) {
    case 'index.onEvent': {
      const stateMachine = { start: (name: string, input: object) => startExecution(environment.STATE_MACHINE_ARN, name, input) };
      return event => start(event, { stateMachine, sendAnswer: answer, sleep, now: clock.now });
    }
    case 'index.isComplete': {
      const handler = new around.Handler(dependencies(around));
      return async (step: Step) => {
        if (step.Progress.Answer === undefined) {
          onLook(`${step.Request.LogicalResourceId} ${step.Request.RequestId}`);
          return handler.proceed(step);
        }
        await answer(step);
        return step.Progress;
      };
    }
    default:
      return async ({ ResponseURL, StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId }) => {
        const Data = { 'PrefixLists.0.PrefixListId': 'pl-0123456789abcdef0' };
        await put(new URL(ResponseURL), JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId, Data }));
      };
  }
}

function dependencies({ clock, call, describe, stackStatus }: Surroundings): Dependencies {
  const send = (command: any) => call(command.constructor.name.replace(/Command$/, ''), command.input);
  return {
    sagemaker: { send } as any,
    artifacts: { delete: () => { throw new Error('no artifacts are deleted here'); } },
    stackResources: { describe: (_stackId, logicalId) => describe(logicalId), stackStatus },
    now: clock.now,
    log: () => {},
  };
}
