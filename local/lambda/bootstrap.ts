/**
 * Runs in a function's process: loads the handler, receives events from the parent and returns results, like AWS's
 * runtime. Node.js runs this file as it is (type stripping), so it imports nothing of the project. process-clock.ts is
 * loaded before it.
 */
import http from 'node:http';
import https from 'node:https';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Invocation {
  readonly type: string;
  readonly requestId: string;
  readonly event: string;
  /** The deadline in the time of the run. */
  readonly deadline: number;
}

const { env } = process;
const RESPONSE_HOST = /^cloudformation-custom-resource-response-[a-z0-9]+\.s3\.amazonaws\.com$/;

sendOutput();
redirectAnswers();
keepOffTheNetwork();
syncBuiltinESMExports();

// Ctrl-C reaches all processes of the terminal. The parent ends the functions in its own order.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

const loading = loadHandler();
loading.then(() => process.send!({ type: 'ready' }), err => process.send!({ type: 'init-error', payload: errorPayload(err) }, () => process.exit(1)));
process.on('message', (message: Invocation) => { if (message.type === 'invoke') { void invoke(message); } });

async function invoke({ requestId, event, deadline }: Invocation): Promise<void> {
  const handler = await loading;
  try {
    const result = await handler(JSON.parse(event), context(requestId, deadline));
    process.send!({ type: 'result', requestId, payload: JSON.stringify(result) ?? 'null' });
  } catch (err) {
    process.send!({ type: 'error', requestId, payload: errorPayload(err) });
  }
}

function context(requestId: string, deadline: number) {
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: env.LOCAL_FUNCTION_ARN,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - Date.now())),
  };
}

async function loadHandler(): Promise<(event: unknown, context: unknown) => unknown> {
  const root = env.LAMBDA_TASK_ROOT!;
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(env._HANDLER!) ?? [];
  const load = createRequire(path.join(root, 'index.js'));
  let module;
  try {
    const found = load.resolve(path.join(root, file));
    module = load(found);
  } catch (err) {
    if ((err as { code?: string }).code !== 'MODULE_NOT_FOUND') { throw err; }
    module = await import(pathToFileURL(path.join(root, `${file}.mjs`)).href).catch(() => { throw named('Runtime.ImportModuleError', String((err as Error).message)); });
  }
  if (typeof module?.[name] !== 'function') { throw named('Runtime.HandlerNotFound', `${env._HANDLER} is undefined or not exported`); }
  return module[name];
}

function errorPayload(err: unknown): string {
  return JSON.stringify(err instanceof Error
    ? { errorType: err.name, errorMessage: err.message, trace: err.stack?.split('\n') ?? [] }
    : { errorType: typeof err, errorMessage: String(err), trace: [] });
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Sends output to the parent as messages, so that it stays in order with all other messages. */
function sendOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      process.send?.({ type: 'output', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() });
      const done = rest.find(argument => typeof argument === 'function') as (() => void) | undefined;
      if (done) { process.nextTick(done); }
      return true;
    }) as typeof stream.write;
  }
}

/** Redirects responses to the local run, because CloudFormation's response URLs have an AWS host and https. */
function redirectAnswers(): void {
  const original = https.request;
  https.request = function (...args: any[]) {
    const [target, ...rest] = args;
    const url = typeof target === 'string' ? new URL(target) : target;
    const options = url instanceof URL ? { hostname: url.hostname, path: url.pathname + url.search, ...(typeof rest[0] === 'object' ? rest[0] : {}) } : url;
    if (!RESPONSE_HOST.test(options.hostname ?? options.host ?? '')) { return (original as any)(...args); }
    const answers = new URL(env.LOCAL_ANSWERS_URL!);
    return http.request(
      { method: options.method, headers: options.headers, host: answers.hostname, port: answers.port, path: answers.pathname + options.path },
      args.find(arg => typeof arg === 'function'),
    );
  } as typeof https.request;
}

/** Makes all other requests fail at once, because a local run has no network. */
function keepOffTheNetwork(): void {
  const original = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: any[]) {
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    const host = typeof first === 'object' ? first.host : args[1];
    if (host !== undefined && !['127.0.0.1', 'localhost', '::1'].includes(host)) {
      process.nextTick(() => this.destroy(new Error(`a local run has no network: ${host} is out of reach`)));
      return this;
    }
    return (original as any).apply(this, args);
  } as typeof original;
}
