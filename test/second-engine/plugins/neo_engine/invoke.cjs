// One invocation of a function, on the Node.js that it declares. Answers to custom resources go to LocalStack instead of Amazon S3.
const http = require('node:http');
const https = require('node:https');
const { readFileSync } = require('node:fs');
const { createRequire, syncBuiltinESMExports } = require('node:module');
const path = require('node:path');

const ANSWERS = 'custom-resource-answers.invalid';
const engine = new URL(process.env.AWS_ENDPOINT_URL);
const { request } = https;
https.request = (options, ...rest) => {
  const { hostname, path: target, method, headers } = options instanceof URL || typeof options === 'string'
    ? { ...rest[0], hostname: new URL(options).hostname, path: new URL(options).pathname + new URL(options).search } : options;
  const callback = rest.find(argument => typeof argument === 'function');
  return hostname === ANSWERS ? http.request({ hostname: engine.hostname, port: engine.port, path: target, method, headers }, callback) : request(options, ...rest);
};
const { fetch } = globalThis;
globalThis.fetch = (input, init) => fetch(String(input).startsWith(`https://${ANSWERS}/`) ? new URL(new URL(input).pathname, engine) : input, init);
syncBuiltinESMExports();

const { event, requestId, arn, timeout } = JSON.parse(readFileSync(0, 'utf8'));
const end = Date.now() + timeout * 1000;
const answer = (payload, isError) => process.stderr.write(`\n${JSON.stringify({ payload, isError })}\n`, () => process.exit(0));
const fail = error => answer(JSON.stringify({ errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }), true);

setTimeout(() => fail(Object.assign(new Error(`${requestId} Task timed out after ${timeout}.00 seconds`), { name: 'Sandbox.Timedout' })), timeout * 1000).unref();

(async () => {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER);
  const root = process.env.LAMBDA_TASK_ROOT;
  const handler = createRequire(path.join(root, 'index.js'))(path.join(root, file))[name];
  const result = await handler(JSON.parse(event), {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: arn,
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  });
  answer(JSON.stringify(result) ?? 'null', false);
})().catch(fail);
