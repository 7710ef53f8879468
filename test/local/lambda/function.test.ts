import { isRunning, testLambda } from './fixture';

const lambda = testLambda();
const { invoke, logs, put } = lambda;
afterAll(() => lambda.close());

test('event and context go in, the result comes out', async () => {
  await put('exports.handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn, id: typeof context.awsRequestId, left: context.getRemainingTimeInMillis() });');
  const { result, functionError } = await invoke({ a: [1, null] });
  expect(functionError).toBeUndefined();
  expect(result).toEqual({ event: { a: [1, null] }, name: 'f', arn: 'arn:aws:lambda:eu-west-1:111122223333:function:f', id: 'string', left: 30_000 });
});

test('nothing returned is null', async () => {
  await put('exports.handler = async () => {};');
  expect(await invoke()).toEqual({ result: null, functionError: undefined });
});

test.each(['22', '24'])('it runs on the version it declares: Node.js %s', async major => {
  await put('exports.handler = async () => process.version;', { runtime: `nodejs${major}.x` });
  expect((await invoke()).result).toMatch(new RegExp(`^v${major}\\.`));
});

test('it has its own environment and no other', async () => {
  await put('exports.handler = async () => ({ env: process.env });', { environment: { OWN: 'value' } });
  const { result } = await invoke();
  expect(result.env).toMatchObject({ OWN: 'value', AWS_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'f', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', TZ: ':UTC' });
  expect(result.env).not.toHaveProperty('HOME');
});

test('a version that is not installed is replaced, and said so', async () => {
  await put('exports.handler = async () => process.version;', { runtime: 'nodejs18.x' });
  await invoke();
  expect(logs).toContainEqual(expect.stringMatching(/^f: local run: Node.js 18 is not installed here: nodejs18.x runs on v24/));
});

test('fails for another language', async () => {
  await put('', { runtime: 'python3.13' });
  expect(await invoke()).toEqual({ functionError: 'Unhandled', result: expect.objectContaining({ errorMessage: 'the local run knows Node.js runtimes only, got: python3.13' }) });
});

test('a thrown error comes as type, message and trace', async () => {
  await put('exports.handler = async () => { throw new TypeError("wrong"); };');
  expect(await invoke()).toEqual({ functionError: 'Unhandled', result: { errorType: 'TypeError', errorMessage: 'wrong', trace: expect.arrayContaining([expect.stringContaining('index.js')]) } });
});

test.each<[string, string, string, RegExp]>([
  ['a syntax error', 'exports.handler = {', 'SyntaxError', /Unexpected end of input/],
  ['a missing module', 'require("not-there");', 'Runtime.ImportModuleError', /Cannot find module 'not-there'/],
  ['a missing handler', 'exports.other = 1;', 'Runtime.HandlerNotFound', /index.handler is undefined or not exported/],
  ['an exit', 'exports.handler = async () => process.exit(7);', 'Runtime.ExitError', /Runtime exited with error: exit status 7/],
  ['a crash outside of the handler', 'exports.handler = () => new Promise(() => setTimeout(() => { throw new Error("late"); }));', 'Runtime.ExitError', /exit status 1/],
])('fails: %s', async (_, code, errorType, message) => {
  await put(code);
  expect(await invoke()).toEqual({ functionError: 'Unhandled', result: expect.objectContaining({ errorType, errorMessage: expect.stringMatching(message) }) });
});

test('a time-out ends the process, and the next event gets a new one', async () => {
  await put('exports.handler = async ({ hang }) => { console.log(process.pid); if (hang) { while (true) {} } return process.pid; };', { timeoutSeconds: 0.3 });
  const { result: first } = await invoke();
  expect(await invoke({ hang: true })).toEqual({ functionError: 'Unhandled', result: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Task timed out after 0.30 seconds/) } });
  expect(isRunning(first)).toBe(false);
  const { result: second } = await invoke();
  expect(second).not.toBe(first);
});

test('a process is used again, and events at the same time get one each', async () => {
  await put('let n = 0; exports.handler = async () => { const mine = ++n; await new Promise(done => setTimeout(done, 100)); return { pid: process.pid, mine }; };');
  const both = () => Promise.all([invoke(), invoke()]);
  const results = [...await both(), ...await both()].map(({ result }) => result);
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
  expect(results.map(({ mine }) => mine)).toEqual([1, 1, 2, 2]);
});

test('changed code runs in a new process', async () => {
  await put('exports.handler = async () => 1;');
  expect((await invoke()).result).toBe(1);
  await put('exports.handler = async () => 2;');
  expect((await invoke()).result).toBe(2);
});

test('a function killed from outside fails like a crash', async () => {
  await put('exports.handler = async () => { process.kill(process.pid, "SIGKILL"); await new Promise(() => {}); };');
  expect(await invoke()).toEqual({ functionError: 'Unhandled', result: expect.objectContaining({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('SIGKILL') }) });
});

test('the SDK of the runtime is there; packages that a function must bring are not', async () => {
  await put('exports.handler = async () => ({ sdk: typeof require("@aws-sdk/client-lambda").Lambda, other: (() => { try { return !!require("constructs"); } catch (e) { return e.code; } })() });');
  expect((await invoke()).result).toEqual({ sdk: 'function', other: 'MODULE_NOT_FOUND' });
});

test.each([
  ['https', 'await new Promise((ok, no) => require("https").get("https://aws.example/", ok).on("error", no))'],
  ['http', 'await new Promise((ok, no) => require("http").get({ host: "192.0.2.1" }, ok).on("error", no))'],
  ['fetch', 'await fetch("https://aws.example/").catch(e => { throw e.cause })'],
  ['an AWS service that is not served here', 'await new (require("@aws-sdk/client-cloudwatch").CloudWatch)({ maxAttempts: 1 }).listDashboards({})'],
])('%s does not reach the network', async (_, code) => {
  await put(`exports.handler = async () => { ${code}; };`);
  expect((await invoke()).result.errorMessage).toMatch(/a local run has no network: .* is out of reach/);
});

test('a function sees the time of the run, which stands while it computes', async () => {
  await put(`exports.handler = async () => {
    const times = [Date.now(), new Date().getTime()];
    for (let i = 0; i < 1e7; i++) { Math.sqrt(i); }
    times.push(Date.now(), Math.floor(performance.timeOrigin + performance.now()));
    return [times, Date.parse(Date()), new Date(5).getTime(), new Date() instanceof Date, Date.UTC(2030, 0)];
  };`);
  const now = lambda.clock.now();
  expect((await invoke()).result).toEqual([Array(4).fill(now), Math.floor(now / 1000) * 1000, 5, true, Date.UTC(2030, 0)]);
});

test.each([
  ['setTimeout', 'await new Promise(done => setTimeout(done, 20_000));'],
  ['node:timers', 'await new Promise(done => require("node:timers").setTimeout(done, 20_000));'],
  ['node:timers/promises', 'await require("node:timers/promises").setTimeout(20_000);'],
  ['promisify', 'await require("node:util").promisify(setTimeout)(20_000);'],
  ['setInterval', 'await new Promise(done => { let n = 0; const i = setInterval(() => { if (++n === 4) { clearInterval(i); done(); } }, 5_000); });'],
  ['refresh', 'await new Promise(done => { const t = setTimeout(done, 10_000); setTimeout(() => t.refresh(), 9_999.5); setTimeout(() => {}, 20); }); await new Promise(done => setTimeout(done, 1));'],
])('a wait by %s is one of the run', async (_, code) => {
  await put(`exports.handler = async () => { const began = Date.now(); ${code}; return [Date.now() - began, performance.timeOrigin + performance.now() - began]; };`);
  const began = lambda.clock.now();
  expect((await invoke()).result).toEqual([20_000, 20_000]);
  expect(lambda.clock.now() - began).toBe(20_000);
});

test('waits count against the Timeout, and timers that were cleared do not fire', async () => {
  await put(`exports.handler = async ({ wait }) => {
    clearTimeout(setTimeout(() => process.exit(9), 1_000));
    await new Promise(done => setTimeout(done, wait));
    return 'in time';
  };`, { timeoutSeconds: 3 });
  expect((await invoke({ wait: 2_999 })).result).toBe('in time');
  const began = lambda.clock.now();
  expect(await invoke({ wait: 3_001 })).toEqual({ functionError: 'Unhandled', result: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Task timed out after 3.00 seconds/) } });
  expect(lambda.clock.now() - began).toBe(3_000);
});

test('between two events a process is frozen', async () => {
  await put('exports.handler = async () => { setTimeout(() => console.log("thawed at " + Date.now()), 1_000); };');
  logs.length = 0;
  await invoke();
  await lambda.clock.run(lambda.clock.sleep(5_000));
  expect(logs).toEqual([]);
  await invoke();
  expect(logs).toEqual([`f: thawed at ${lambda.clock.now()}`]);
});

test('what is random is the same in every run', async () => {
  const code = 'exports.handler = async () => [Math.random(), crypto.randomUUID(), require("node:crypto").randomUUID()];';
  await put(code);
  const { result } = await invoke();
  await put(code);
  expect((await invoke()).result).toEqual(result);
  expect(new Set(result).size).toBe(3);
});

test('what it prints is told, line by line', async () => {
  await put('exports.handler = async () => { console.log("one\\ntwo"); console.error("three"); process.stdout.write("four"); process.exit(0); };');
  logs.length = 0;
  await invoke();
  expect(logs.sort()).toEqual(['f: four', 'f: one', 'f: three', 'f: two']);
});
