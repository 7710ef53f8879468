import { createRequire } from 'node:module';
import type * as StepFunctions from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { Definition, scaledDefinition, taskStates } from './definition';
import { LocalStateMachine, Machine, StatesError } from './jsonata';
import { ApiError, jsonApi } from '../aws/json-protocol';
import type { ApiHandler } from '../aws/server';
import type { ScaledClock } from '../scaled-clock';

// The package has code for both module systems, but says in its types that it is a module.
const { StateMachine } = createRequire(__filename)('aws-local-stepfunctions') as typeof StepFunctions;

/** Does the work of a task state. Throws an error whose name is the States error and whose message is its Cause. */
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
  /** Ends with the execution, never rejects. */
  readonly ended: Promise<void>;
  abort(): void;
}

export interface StateMachineServiceProps {
  readonly clock: ScaledClock;
  readonly task: TaskHandler;
}

/** The state machines of a local account, run as they are synthesized, only faster. */
export class StateMachineService {
  public readonly executions = new Map<string, Execution>();
  /** StartExecution, DescribeExecution and StopExecution. */
  public readonly api: ApiHandler;
  private readonly machines = new Map<string, Definition>();

  constructor(private readonly props: StateMachineServiceProps) {
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

  /** Creates a state machine or changes its definition; executions that run go on with the one they began with. */
  public put(stateMachineArn: string, definition: Definition): void {
    // Its own interpreter checks nothing: asl-validator does, in test/compilation-job.
    if (definition.QueryLanguage === 'JSONata') {
      this.machines.set(stateMachineArn, definition);
      return;
    }
    // Checked as it was synthesized: a scaled one has fractions of seconds, which the language does not allow.
    new StateMachine(definition, { validationOptions: { checkPaths: true, checkArn: false } });
    this.machines.set(stateMachineArn, definition);
  }

  public delete(stateMachineArn: string): void {
    this.machines.delete(stateMachineArn);
  }

  /** @throws ApiError as the API answers it */
  public start(stateMachineArn: string, input: any, name: string = crypto.randomUUID()): Execution {
    const definition = this.machines.get(stateMachineArn);
    if (!definition) { throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`); }
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.executions.get(executionArn);
    if (existing) {
      if (existing.status === 'RUNNING' && JSON.stringify(existing.input) === JSON.stringify(input)) { return existing; }
      throw new ApiError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const { clock } = this.props;
    const startDate = clock.now();
    if (definition.QueryLanguage === 'JSONata') {
      const jsonata = this.startJsonata(stateMachineArn, definition, input, name);
      this.executions.set(executionArn, jsonata);
      return jsonata;
    }
    const run = new StateMachine(scaledDefinition(definition, clock.scale), { validationOptions: { noValidate: true } }).run(input, {
      overrides: { taskResourceLocalHandlers: this.handlers(definition) },
      context: {
        Execution: { Id: executionArn, Name: name, Input: input, StartTime: new Date(startDate).toISOString() },
        StateMachine: { Id: stateMachineArn },
      },
    });
    const execution: { -readonly [K in keyof Execution]: Execution[K] } = {
      executionArn, stateMachineArn, name, input, startDate, status: 'RUNNING', abort: () => run.abort(), ended: Promise.resolve(),
    };
    execution.ended = run.result.then(
      output => void Object.assign(execution, { status: 'SUCCEEDED', output }),
      err => void Object.assign(execution, failureOf(err)),
    );
    this.executions.set(executionArn, execution);
    return execution;
  }

  /** Ends every execution; the tasks they wait for go on. */
  public async close(): Promise<void> {
    const running = [...this.executions.values()].filter(({ status }) => status === 'RUNNING');
    running.forEach(execution => execution.abort());
    await Promise.all(running.map(({ ended }) => ended));
  }

  private startJsonata(stateMachineArn: string, definition: Machine, input: any, name: string): Execution {
    const { clock, task } = this.props;
    const run = new LocalStateMachine(stateMachineArn, definition, {
      clock,
      random: Math.random,
      call: (resource, args) => task(resource, args).catch((err: Error) => { throw new StatesError(err.name, err.message); }),
    }).start(input, name);
    let end!: () => void;
    const stopped = new Promise<void>(resolve => { end = resolve; });
    return {
      executionArn: run.arn,
      stateMachineArn,
      name,
      input,
      startDate: clock.now(),
      get status() { return run.status; },
      get output() { return run.output; },
      get error() { return run.failure?.error; },
      get cause() { return run.failure?.cause; },
      ended: Promise.race([run.done, stopped]),
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
