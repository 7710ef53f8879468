import { isRunning, testLambda } from './fixture';

const lambda = testLambda();
const { invoke, logs, put } = lambda;
afterAll(() => lambda.close());

test('event and context go in, the result comes out', async () => {
  await put('exports.handler = async (event, context) => ({ event, name: context.functionName, arn: context.invokedFunctionArn, id: typeof context.awsRequestId, left: context.getRemainingTimeInMillis() });');
  const { result, functionError } = await invoke({ a: [1, null] });
  expect(functionError).toBeUndefined();
  expect(result).toEqual({ event: { a: [1, null] }, name: 'f', arn: 'arn:aws:lambda:eu-west-1:111122223333:function:f', id: 'string', left: expect.any(Number) });
  expect(result.left).toBeGreaterThan(0);
  expect(result.left).toBeLessThanOrEqual(30_000);
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

test('another language is refused', async () => {
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
])('%s is an error of the function', async (_, code, errorType, message) => {
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

test('a process is used again, and events at the same time get one each, up to the limit', async () => {
  await put('let n = 0; exports.handler = async () => { const mine = ++n; await new Promise(done => setTimeout(done, 100)); return { pid: process.pid, mine }; };');
  const results = (await Promise.all([invoke(), invoke(), invoke(), invoke()])).map(({ result }) => result);
  expect(new Set(results.map(({ pid }) => pid)).size).toBe(2);
  expect(Math.max(...results.map(({ mine }) => mine))).toBeGreaterThan(1);
});

test('changed code runs in a new process', async () => {
  await put('exports.handler = async () => 1;');
  expect((await invoke()).result).toBe(1);
  await put('exports.handler = async () => 2;');
  expect((await invoke()).result).toBe(2);
});

test('a function killed from outside fails like a crash', async () => {
  await put('exports.handler = async () => { console.log("begun"); await new Promise(done => setTimeout(done, 60_000)); };');
  logs.length = 0;
  const running = invoke();
  while (!logs.includes('f: begun')) { await new Promise(resolve => setTimeout(resolve, 10)); }
  lambda.crashAll();
  expect(await running).toEqual({ functionError: 'Unhandled', result: expect.objectContaining({ errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('SIGKILL') }) });
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

test('the function\'s clock runs as fast as the run', async () => {
  await put('exports.handler = async () => [Date.now(), new Date().getTime(), Date.parse(Date()), new Date(5).getTime(), new Date() instanceof Date, Date.UTC(2030, 0)];');
  await invoke();
  const before = lambda.clock.now();
  const [now, made, text, given, isDate, utc] = (await invoke()).result;
  const after = lambda.clock.now();
  [now, made].forEach(time => {
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  });
  expect(text).toBeGreaterThanOrEqual(before - 1000);
  expect([given, isDate, utc]).toEqual([5, true, Date.UTC(2030, 0)]);
});

test('what it prints is told, line by line', async () => {
  await put('exports.handler = async () => { console.log("one\\ntwo"); console.error("three"); process.stdout.write("four"); process.exit(0); };');
  logs.length = 0;
  await invoke();
  expect(logs.sort()).toEqual(['f: four', 'f: one', 'f: three', 'f: two']);
});
