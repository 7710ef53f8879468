import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { LocalServer } from '../../../local/aws/server';
import { ScaledClock } from '../../../local/scaled-clock';
import { scaledDefinition, taskStates } from '../../../local/stepfunctions/definition';
import { lambdaTask } from '../../../local/stepfunctions/lambda-task';
import { StateMachineService } from '../../../local/stepfunctions/state-machine-service';

const ARN = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:';

type Functions = Record<string, (event: any) => unknown>;

/** A service at 1,000 times the speed, whose Lambda functions run in this process. */
function service(functions: Functions) {
  return new StateMachineService({
    clock: new ScaledClock(1000),
    task: lambdaTask(async (name, event) => {
      try {
        return { payload: JSON.stringify(await functions[name.split(':').at(-1)!](JSON.parse(event)) ?? null) };
      } catch (err) {
        return { payload: JSON.stringify({ errorType: (err as Error).name, errorMessage: (err as Error).message }), functionError: 'Unhandled' };
      }
    }),
  });
}

async function run(definition: object, functions: Functions, input: unknown = {}) {
  const machines = service(functions);
  machines.put(ARN, definition);
  const execution = machines.start(ARN, input);
  await execution.ended;
  return execution;
}

const task = (name: string, more: object = {}) => ({ Type: 'Task', Resource: `${FUNCTION}${name}`, End: true, ...more });
const waiter = (MaxAttempts: number) => ({
  StartAt: 'ask',
  States: {
    ask: task('ask', { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, MaxAttempts, BackoffRate: 1 }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'late' }] }),
    late: task('late'),
  },
});

test('a task is retried at its interval, scaled, until it succeeds', async () => {
  const times: number[] = [];
  const execution = await run(waiter(5), {
    ask: () => {
      times.push(Date.now());
      if (times.length < 4) { throw new Error('not yet'); }
      return 'done';
    },
  });
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
  expect(times).toHaveLength(4);
  expect(times[3] - times[0]).toBeGreaterThanOrEqual(27);
});

test('when the retries are used up, the error goes to Catch, with the function\'s payload as its cause', async () => {
  let calls = 0;
  const execution = await run(waiter(2), { ask: () => { calls++; throw new RangeError('never'); }, late: event => event });
  expect(calls).toBe(3);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'RangeError', Cause: expect.any(String) } });
  expect(JSON.parse(execution.output.Cause)).toEqual({ errorType: 'RangeError', errorMessage: 'never' });
});

test('an error that nobody catches fails the execution', async () => {
  expect(await run({ StartAt: 'a', States: { a: task('a') } }, { a: () => { throw new TypeError('bad'); } }))
    .toMatchObject({ status: 'FAILED', error: 'TypeError', cause: expect.stringContaining('bad') });
});

test('lambda:invoke wraps the result', async () => {
  const definition = { StartAt: 'a', States: { a: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: { 'FunctionName': `${FUNCTION}a`, 'Payload.$': '$' }, End: true } } };
  expect((await run(definition, { a: event => ({ got: event }) }, { x: 1 })).output).toMatchObject({ StatusCode: 200, Payload: { got: { x: 1 } } });
});

test('an integration that the local run does not have fails', async () => {
  expect(await run({ StartAt: 'a', States: { a: { Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true } } }, {}))
    .toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'the local run has no arn:aws:states:::sns:publish' });
});

test('the timeout of the machine is honoured, scaled', async () => {
  expect(await run({ TimeoutSeconds: 60, StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 3600, End: true } } }, {})).toMatchObject({ status: 'TIMED_OUT' });
});

test('waits, retries and timeouts are scaled, all else stays', () => {
  expect(scaledDefinition({
    StartAt: 'm',
    TimeoutSeconds: 100,
    States: {
      m: {
        Type: 'Map',
        MaxConcurrency: 4,
        ItemProcessor: { StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 5, Next: 't' }, t: { Type: 'Task', Resource: 'r', TimeoutSeconds: 30, End: true } } },
        Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'], IntervalSeconds: 4, MaxDelaySeconds: 8, MaxAttempts: 2, BackoffRate: 2 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'w' }],
        End: true,
      },
    },
  }, 10)).toEqual({
    StartAt: 'm',
    TimeoutSeconds: 10,
    States: {
      m: {
        Type: 'Map',
        MaxConcurrency: 4,
        ItemProcessor: { StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 0.5, Next: 't' }, t: { Type: 'Task', Resource: 'r', TimeoutSeconds: 3, End: true } } },
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 0.1 }, { ErrorEquals: ['A'], IntervalSeconds: 0.4, MaxDelaySeconds: 0.8, MaxAttempts: 2, BackoffRate: 2 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'w' }],
        End: true,
      },
    },
  });
});

test('a task without a timeout waits longer than a minute', async () => {
  expect(scaledDefinition({ StartAt: 'a', States: { a: task('a') } }, 1).States.a.TimeoutSeconds).toBeGreaterThan(900);
});

test('tasks are found in maps and branches', () => {
  const inner = (name: string) => ({ StartAt: name, States: { [name]: task(name) } });
  expect([...taskStates({ States: { m: { Type: 'Map', ItemProcessor: inner('a') }, o: { Type: 'Map', Iterator: inner('b') }, p: { Type: 'Parallel', Branches: [inner('c')] }, d: task('d') } }).keys()].sort())
    .toEqual(['a', 'b', 'c', 'd']);
});

test('a definition that is not one is refused when it is put', () => {
  expect(() => service({}).put(ARN, { StartAt: 'nowhere', States: {} })).toThrow();
});

test('an execution name is used once', async () => {
  const machines = service({ a: () => new Promise(resolve => setTimeout(resolve, 50)) });
  machines.put(ARN, { StartAt: 'a', States: { a: task('a') } });
  const first = machines.start(ARN, { x: 1 }, 'n');
  expect(machines.start(ARN, { x: 1 }, 'n')).toBe(first);
  expect(() => machines.start(ARN, { x: 2 }, 'n')).toThrow(/Execution Already Exists/);
  await first.ended;
  expect(() => machines.start(ARN, { x: 1 }, 'n')).toThrow(/Execution Already Exists/);
});

test('the API starts, describes and stops executions', async () => {
  const machines = service({});
  machines.put(ARN, { StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 86_400, End: true } } });
  const server = await LocalServer.start({ states: machines.api });
  try {
    const client = new SFNClient({ region: 'eu-west-1', endpoint: server.url('states'), credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 });
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ARN, name: 'n', input: '{"a":1}' }));
    expect(executionArn).toBe('arn:aws:states:eu-west-1:111122223333:execution:m:n');
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'RUNNING', input: '{"a":1}', name: 'n' });
    await client.send(new StopExecutionCommand({ executionArn }));
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({ status: 'ABORTED' });
    await expect(client.send(new StartExecutionCommand({ stateMachineArn: `${ARN}x` }))).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    await expect(client.send(new DescribeExecutionCommand({ executionArn: `${executionArn}x` }))).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  } finally {
    await server.close();
  }
});

test('closing aborts what runs', async () => {
  const machines = service({});
  machines.put(ARN, { StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 86_400, End: true } } });
  const execution = machines.start(ARN, {});
  await machines.close();
  expect(execution.status).toBe('ABORTED');
});
