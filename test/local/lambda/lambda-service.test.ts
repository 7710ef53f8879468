import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { eventually, isRunning, testLambda } from './fixture';
import { LocalServer } from '../../../local/aws/server';
import { faults, FaultSchedule, FrontEnd, NeoService, startHttpServer } from '../../../local/sagemaker';

const lambda = testLambda();
afterAll(() => lambda.close());

describe('the Invoke API', () => {
  let server: LocalServer;
  let client: LambdaClient;
  beforeAll(async () => {
    server = await LocalServer.start({ lambda: request => lambda.service.api(request) }, { run: work => lambda.clock.run(work) });
    client = new LambdaClient({ region: 'eu-west-1', endpoint: server.url('lambda'), credentials: { accessKeyId: 'x', secretAccessKey: 'x' }, maxAttempts: 1 });
    await lambda.put('exports.handler = async event => { if (event.fail) throw new Error("no"); return event; };');
  });
  afterAll(() => server.close());

  const call = async (input: object) => {
    const { Payload, FunctionError, StatusCode } = await client.send(new InvokeCommand({ FunctionName: 'f', ...input }));
    return { payload: Payload?.transformToString(), error: FunctionError, status: StatusCode };
  };

  test.each(['f', 'arn:aws:lambda:eu-west-1:111122223333:function:f', 'arn:aws:lambda:eu-west-1:111122223333:function:f:live'])('finds %s', async FunctionName => {
    expect(await call({ FunctionName, Payload: '{"a":1}' })).toEqual({ payload: '{"a":1}', error: undefined, status: 200 });
  });

  test('an error of the function is in the answer', async () => {
    expect(await call({ Payload: '{"fail":true}' })).toEqual({ payload: expect.stringContaining('"errorMessage":"no"'), error: 'Unhandled', status: 200 });
  });

  test('an asynchronous call returns at once', async () => {
    expect(await call({ InvocationType: 'Event', Payload: '{}' })).toMatchObject({ status: 202 });
  });

  test('fails: a function that is not there', async () => {
    await expect(call({ FunctionName: 'gone' })).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: 'Function not found: gone' });
  });

  test('a function is active', async () => {
    expect(await waitUntilFunctionActiveV2({ client, maxWaitTime: 5 }, { FunctionName: 'f' })).toMatchObject({ state: 'SUCCESS' });
  });
});

test('an asynchronous event is tried three times in all', async () => {
  await lambda.put('let n = 0; exports.handler = async () => { console.log(`try ${++n} at ${Date.now()}`); throw new Error("no"); };', { functionName: 'g' });
  const began = lambda.clock.now();
  lambda.service.invokeAsync('g', '{}');
  await lambda.clock.run(lambda.clock.sleep(3_600_000));
  expect(lambda.logs.filter(line => line.startsWith('g: '))).toEqual([0, 60_000, 180_000].map((wait, index) => `g: try ${index + 1} at ${began + wait}`));
});

test('an event that succeeds is not repeated', async () => {
  await lambda.put('let n = 0; exports.handler = async () => { console.log(`try ${++n}`); if (n === 1) throw new Error("no"); };', { functionName: 'h' });
  lambda.service.invokeAsync('h', '{}');
  await lambda.clock.run(lambda.clock.sleep(3_600_000));
  expect(lambda.logs.filter(line => line.startsWith('h: '))).toEqual(['h: try 1', 'h: try 2']);
});

test('closing ends every process, busy or not', async () => {
  const own = testLambda();
  await own.put('exports.handler = async ({ hang }) => { console.log(process.pid); if (hang) { while (true) {} } };', { timeoutSeconds: 60 });
  await own.invoke();
  await own.invoke({}, 'f');
  void own.invoke({ hang: true });
  await eventually(() => own.logs.length === 3);
  const pids = [...new Set(own.logs.map(line => Number(line.slice(3))))];
  expect(pids.map(isRunning)).toEqual([true]);
  await own.close();
  expect(pids.map(isRunning)).toEqual([false]);
});

test('a parent that ends by a signal leaves no process behind, not even a busy one', async () => {
  // A busy process cannot see that its parent was killed without a word.
  await Promise.all(([['SIGINT', '1'], ['SIGTERM', '1'], ['SIGKILL', '']] as const).map(async ([signal, BUSY]) => {
    const parent = spawn(process.execPath, ['-r', 'ts-node/register/transpile-only', path.join(__dirname, 'parent.ts')], {
      env: { ...process.env, TS_NODE_PROJECT: path.join(__dirname, '..', '..', 'tsconfig.json'), BUSY }, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>(resolve => parent.stdout.on('data', data => resolve(Number(String(data).trim()))));
    expect(isRunning(pid)).toBe(true);
    parent.kill(signal);
    expect(await new Promise(resolve => parent.on('exit', (_code, by) => resolve(by)))).toBe(signal);
    await eventually(() => !isRunning(pid));
  }));
});

test('fails what exceeds the account\'s concurrency, and tries an asynchronous event again', async () => {
  const limited = testLambda({ concurrency: 1, executionMs: 300 });
  try {
    await limited.put('exports.handler = async ({ n }) => { console.log(`${n} at ${Date.now()}`); };');
    const began = limited.clock.now();
    const first = limited.invoke({ n: 1 });
    await expect(limited.service.invoke('f', '{}')).rejects.toMatchObject({ code: 'TooManyRequestsException', statusCode: 429 });
    limited.service.invokeAsync('f', '{"n":2}');
    await first;
    await limited.clock.run(limited.clock.sleep(10_000));
    expect(limited.logs).toEqual([`f: 1 at ${began}`, `f: 2 at ${began + 1_000}`]);
    expect([limited.service.throttles, limited.service.peak]).toEqual([2, 1]);
  } finally {
    await limited.close();
  }
});

test('a single refusal reaches the function: the SDK sees no difference between clocks', async () => {
  const own = testLambda();
  const service = new NeoService({ now: own.clock.now });
  const frontEnd = new FrontEnd(service, { clock: own.clock, faults: new FaultSchedule([{ operation: 'ListCompilationJobs', nth: 1, fault: faults.accessDenied() }]) });
  const server = await startHttpServer(frontEnd, { findCaller: own.service.findCaller });
  try {
    await own.put(`const { SageMaker } = require("@aws-sdk/client-sagemaker");
      exports.handler = async () => new SageMaker({}).listCompilationJobs({}).then(() => 'ok', err => err.name);`, { environment: { AWS_ENDPOINT_URL_SAGEMAKER: server.url } });
    expect([(await own.invoke()).result, frontEnd.counts.get('ListCompilationJobs')]).toEqual(['AccessDeniedException', 1]);
    expect((await own.invoke()).result).toBe('ok');
  } finally {
    await own.close();
    await server.close();
  }
});
