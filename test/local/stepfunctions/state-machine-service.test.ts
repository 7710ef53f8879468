import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { ApiError } from '../../../local/aws/json-protocol';
import { LocalServer } from '../../../local/aws/server';
import { seededRandom } from '../../../local/sagemaker';
import { taskStates, withTaskTimeouts } from '../../../local/stepfunctions/definition';
import { lambdaTask } from '../../../local/stepfunctions/lambda-task';
import { StateMachineService } from '../../../local/stepfunctions/state-machine-service';
import { VirtualClock } from '../../../local/time/virtual-clock';

const ARN = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:';

type Functions = Record<string, (event: any) => unknown>;

/** A service whose Lambda functions run in this process. */
function service(functions: Functions, clock = new VirtualClock()) {
  return new StateMachineService({
    clock,
    random: seededRandom(1),
    task: lambdaTask(async (name, event) => {
      try {
        return { payload: JSON.stringify(await functions[name.split(':').at(-1)!](JSON.parse(event)) ?? null) };
      } catch (err) {
        return { payload: JSON.stringify({ errorType: (err as Error).name, errorMessage: (err as Error).message }), functionError: 'Unhandled' };
      }
    }),
  });
}

async function run(definition: object, functions: Functions, input: unknown = {}, clock = new VirtualClock()) {
  const machines = service(functions, clock);
  machines.put(ARN, definition);
  const execution = machines.start(ARN, input);
  await clock.run(execution.ended);
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

test('a task is retried at its interval until it succeeds', async () => {
  const clock = new VirtualClock();
  const times: number[] = [];
  const execution = await run(waiter(5), {
    ask: () => {
      times.push(clock.now());
      if (times.length < 4) { throw new Error('not yet'); }
      return 'done';
    },
  }, {}, clock);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: 'done' });
  expect(times.map(time => time - times[0])).toEqual([0, 10_000, 20_000, 30_000]);
});

test('when the retries are used up, the error goes to Catch, with the function\'s payload as its cause', async () => {
  let calls = 0;
  const execution = await run(waiter(2), { ask: () => { calls++; throw new RangeError('never'); }, late: event => event });
  expect(calls).toBe(3);
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'RangeError', Cause: expect.any(String) } });
  expect(JSON.parse(execution.output.Cause)).toEqual({ errorType: 'RangeError', errorMessage: 'never' });
});

test('an uncaught error fails the execution', async () => {
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

test('the timeout of the machine is honored', async () => {
  const clock = new VirtualClock();
  const began = clock.now();
  expect(await run({ TimeoutSeconds: 60, StartAt: 'w', States: { w: { Type: 'Wait', Seconds: 3600, End: true } } }, {}, {}, clock)).toMatchObject({ status: 'TIMED_OUT' });
  expect(clock.now() - began).toBe(60_000);
});

test('a timestamp is waited for, and the context has the time of the run', async () => {
  const clock = new VirtualClock();
  const Timestamp = new Date(clock.now() + 90_000).toISOString();
  const { output } = await run({
    StartAt: 'w',
    States: { w: { Type: 'Wait', Timestamp, Next: 't' }, t: { Type: 'Pass', Parameters: { 'From.$': '$$.Execution.StartTime' }, End: true } },
  }, {}, {}, clock);
  expect([output, clock.now()]).toEqual([{ From: '2030-01-01T00:00:00.000Z' }, Date.parse(Timestamp)]);
});

test('JSONata runs on the same clock', async () => {
  const clock = new VirtualClock();
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'w',
    States: {
      w: { Type: 'Wait', Seconds: 5, Next: 't' },
      t: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: `${FUNCTION}a`, Payload: '{% $states.input %}' }, Output: '{% $states.result.Payload %}', End: true },
    },
  };
  expect(await run(definition, { a: ({ x }) => [x, clock.now() - Date.UTC(2030, 0)] }, { x: 1 }, clock)).toMatchObject({ status: 'SUCCEEDED', output: [1, 5_000] });
});

test('fails: a throttled invocation, with the error of Lambda', async () => {
  const throttled = lambdaTask(async () => { throw new ApiError('TooManyRequestsException', 'Rate Exceeded.', 429); });
  await expect(throttled(`${FUNCTION}a`, {})).rejects.toMatchObject({ name: 'Lambda.TooManyRequestsException', message: 'Rate Exceeded.' });
});

test('a task without a timeout has that of AWS', async () => {
  expect(withTaskTimeouts({ StartAt: 'a', States: { a: task('a'), b: task('b', { TimeoutSeconds: 5 }) } }))
    .toMatchObject({ States: { a: { TimeoutSeconds: 99_999_999 }, b: { TimeoutSeconds: 5 } } });
});

test('tasks are found in maps and branches', () => {
  const inner = (name: string) => ({ StartAt: name, States: { [name]: task(name) } });
  expect([...taskStates({ States: { m: { Type: 'Map', ItemProcessor: inner('a') }, o: { Type: 'Map', Iterator: inner('b') }, p: { Type: 'Parallel', Branches: [inner('c')] }, d: task('d') } }).keys()].sort())
    .toEqual(['a', 'b', 'c', 'd']);
});

test('fails for what is not a definition when it is put', () => {
  expect(() => service({}).put(ARN, { StartAt: 'nowhere', States: {} })).toThrow();
});

test('an execution name is used once', async () => {
  const machines = service({ a: () => 1 });
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
