import { Definition, taskStates, withTaskTimeouts } from './definition';
import { JsonPathEngine, jsonPathEngine } from './json-path-engine';
import { LocalStateMachine, StatesError } from './jsonata';
import { ApiError, jsonApi } from '../aws/json-protocol';
import type { ApiHandler } from '../aws/server';
import { Random, uuid } from '../sagemaker';
import type { CancellableClock } from '../time/virtual-clock';

/** Executes a task state. Throws an error whose name is the States error and whose message is its Cause. */
export type TaskHandler = (resource: string, input: any) => Promise<any>;

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: any;
  readonly startDate: number;
  readonly status: ExecutionStatus;
  readonly output?: any;
  readonly error?: string;
  readonly cause?: string;
  /** Resolves when the execution has ended. It never rejects. */
  readonly ended: Promise<void>;
  abort(): void;
}

export interface StateMachineServiceProps {
  readonly clock: CancellableClock;
  /** The source of names and jitter. */
  readonly random: Random;
  readonly task: TaskHandler;
}

/** The state machines of a local account, which run as synthesized. */
export class StateMachineService {
  public readonly executions = new Map<string, Execution>();
  /** StartExecution, DescribeExecution and StopExecution. */
  public readonly api: ApiHandler;
  private readonly machines = new Map<string, Definition>();
  private readonly engine: JsonPathEngine;

  constructor(private readonly props: StateMachineServiceProps) {
    this.engine = jsonPathEngine(props.clock, props.random);
    this.api = jsonApi('AWSStepFunctions', {
      StartExecution: input => {
        const { executionArn, startDate } = this.start(input.stateMachineArn, JSON.parse(input.input ?? '{}'), input.name);
        return { executionArn, startDate: startDate / 1000 };
      },
      DescribeExecution: ({ executionArn }) => description(this.find(executionArn)),
      StopExecution: async ({ executionArn }) => {
        const execution = this.find(executionArn);
        execution.abort();
        await execution.ended;
        return { stopDate: this.props.clock.now() / 1000 };
      },
    });
  }

  /** Creates a state machine or changes its definition. Running executions continue with the definition that they started with. */
  public put(stateMachineArn: string, definition: Definition): void {
    // The JSONata interpreter does not validate definitions. The tests do, with asl-validator.
    if (!isJsonata(definition)) { new this.engine.StateMachine(definition, { validationOptions: { checkPaths: true, checkArn: false } }); }
    this.machines.set(stateMachineArn, definition);
  }

  public delete(stateMachineArn: string): void {
    this.machines.delete(stateMachineArn);
  }

  /** @throws ApiError like the API */
  public start(stateMachineArn: string, input: any, name: string = uuid(this.props.random)): Execution {
    const definition = this.machines.get(stateMachineArn);
    if (!definition) { throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`); }
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.executions.get(executionArn);
    if (existing) {
      if (existing.status === 'RUNNING' && JSON.stringify(existing.input) === JSON.stringify(input)) { return existing; }
      throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const base = { executionArn, stateMachineArn, name, input, startDate: this.props.clock.now() };
    const execution = isJsonata(definition) ? this.startJsonata(definition, base) : this.startJsonPath(definition, base);
    this.executions.set(executionArn, execution);
    return execution;
  }

  /** Ends all executions. The tasks that they wait for continue. */
  public async close(): Promise<void> {
    const running = [...this.executions.values()].filter(({ status }) => status === 'RUNNING');
    running.forEach(execution => execution.abort());
    await Promise.all(running.map(({ ended }) => ended));
  }

  private startJsonPath(definition: Definition, base: ExecutionBase): Execution {
    const { executionArn, stateMachineArn, name, input, startDate } = base;
    const run = new this.engine.StateMachine(withTaskTimeouts(definition), { validationOptions: { noValidate: true } }).run(input, {
      overrides: { taskResourceLocalHandlers: this.handlers(definition) },
      context: {
        Execution: { Id: executionArn, Name: name, Input: input, StartTime: new Date(startDate).toISOString() },
        StateMachine: { Id: stateMachineArn },
      },
    });
    const execution: { -readonly [K in keyof Execution]: Execution[K] } = { ...base, status: 'RUNNING', abort: () => run.abort(), ended: Promise.resolve() };
    execution.ended = run.result.then(
      output => void Object.assign(execution, { status: 'SUCCEEDED', output }),
      err => void Object.assign(execution, failureOf(err)),
    );
    return execution;
  }

  private startJsonata(definition: Definition, base: ExecutionBase): Execution {
    const { clock, random, task } = this.props;
    const run = new LocalStateMachine(base.stateMachineArn, definition, {
      clock,
      random,
      call: (resource, args) => task(resource, args).catch((err: Error) => { throw new StatesError(err.name, err.message); }),
    }).start(base.input, base.name);
    let end!: () => void;
    const aborted = new Promise<void>(resolve => { end = resolve; });
    return {
      ...base,
      get status() { return run.status; },
      get output() { return run.output; },
      get error() { return run.failure?.error; },
      get cause() { return run.failure?.cause; },
      ended: Promise.race([run.done, aborted]),
      abort: () => {
        run.stop();
        end();
      },
    };
  }

  private handlers(definition: Definition) {
    return Object.fromEntries([...taskStates(definition)].map(([name, { Resource }]) => [name, (input: any) => this.props.task(Resource, input)]));
  }

  private find(executionArn: string): Execution {
    const execution = this.executions.get(executionArn);
    if (!execution) { throw new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`); }
    return execution;
  }
}

type ExecutionBase = Pick<Execution, 'executionArn' | 'stateMachineArn' | 'name' | 'input' | 'startDate'>;

const isJsonata = ({ QueryLanguage }: Definition): boolean => QueryLanguage === 'JSONata';

function failureOf(err: Error): Pick<Execution, 'status' | 'error' | 'cause'> {
  switch (err.name) {
    case 'ExecutionAbortedError':
      return { status: 'ABORTED' };
    case 'ExecutionTimeoutError':
      return { status: 'TIMED_OUT', error: 'States.Timeout' };
    default: {
      const { name, message } = (err.cause ?? err) as Error;
      return { status: 'FAILED', error: name, cause: message };
    }
  }
}

function description({ executionArn, stateMachineArn, name, input, output, startDate, status, error, cause }: Execution) {
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    error,
    cause,
    startDate: startDate / 1000,
    input: JSON.stringify(input),
    output: JSON.stringify(output),
  };
}
