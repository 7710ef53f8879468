/**
 * The clock of the run in a function's process. It stands while this process works. The parent moves it when this process reports that it waits for a
 * timer or for responses. Node.js runs this file as it is (type stripping), so it imports nothing of the project.
 */
import crypto from 'node:crypto';
import http from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { promisify } from 'node:util';

/** Every message of the parent contains the time. */
interface ParentMessage {
  readonly now: number;
}

interface Timer {
  readonly id: number;
  readonly run: () => void;
  readonly every?: number;
  at: number;
}

/** Handles and requests that wait for outside events, or for nothing. */
const PASSIVE = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'TTYWrap', 'Timeout', 'MessagePort', 'SignalWrap']);

/** The number of idle rounds of the event loop after which this process counts as waiting. */
const ROUNDS = 3;

const HEADER = 'x-local-caller';
const { env } = process;
const RealDate = Date;
const immediately = setImmediate;

let time = Number(env.LOCAL_NOW);
let random = Number(env.LOCAL_SEED);
const timers = new Map<number, Timer>();
/** Requests without a complete response. */
const openCalls = new Map<number, http.IncomingMessage | undefined>();
let lastTimer = 0;
let lastCall = 0;
let seenMessages = 0;
let isLooking = false;
let roundsLeft = ROUNDS;

replaceClock();
announceRequests();
syncBuiltinESMExports();

process.on('message', ({ now }: ParentMessage) => {
  seenMessages++;
  time = Math.max(time, now);
  runDueTimers();
});
look();

/** Replaces all sources of time, timers and randomness. */
function replaceClock(): void {
  const load = createRequire(process.execPath);
  const timerFunctions = {
    setTimeout: Object.assign(
      (callback: (...args: any[]) => void, ms?: number, ...args: any[]) => start(() => callback(...args), ms),
      { [promisify.custom]: (ms: number, value?: unknown) => new Promise(resolve => start(() => resolve(value), ms)) },
    ),
    setInterval: (callback: (...args: any[]) => void, ms?: number, ...args: any[]) => start(() => callback(...args), ms, true),
    clearTimeout: stop,
    clearInterval: stop,
  };
  Object.assign(globalThis, timerFunctions);
  Object.assign(load('node:timers'), timerFunctions);
  load('node:timers/promises').setTimeout = timerFunctions.setTimeout[promisify.custom];
  // The machine's clock must not break a connection.
  net.Socket.prototype.setTimeout = function () { return this; };

  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [time] : args, newTarget),
    apply: target => new target(time).toString(),
    get: (target, key) => key === 'now' ? () => Math.floor(time) : Reflect.get(target, key),
  });
  const origin = time;
  Object.defineProperties(performance, { now: { value: () => time - origin }, timeOrigin: { value: origin } });

  // Lehmer's generator, as in local/sagemaker/random.ts.
  Math.random = () => (random = random * 48_271 % (2 ** 31 - 1)) / (2 ** 31 - 1);
  const hex = (length: number) => Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  const randomUUID = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` as const;
  crypto.randomUUID = randomUUID;
  globalThis.crypto.randomUUID = randomUUID;
}

/** Numbers all requests, so that the parent knows when this process waits only for them. */
function announceRequests(): void {
  const request = http.request;
  http.request = function (...args: any[]) {
    const outgoing: http.ClientRequest = (request as any)(...args);
    const { value, answering, ended } = callStarted();
    outgoing.setHeader(HEADER, value);
    outgoing.prependOnceListener('response', response => {
      // Node.js discards a response without a listener.
      if (outgoing.listenerCount('response') === 0) { response.resume(); }
      answering(response);
    });
    outgoing.once('close', ended);
    return outgoing;
  } as typeof http.request;
  http.get = function (...args: any[]) {
    const outgoing: http.ClientRequest = (http.request as any)(...args);
    outgoing.end();
    return outgoing;
  } as typeof http.get;

  const fetchNow = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    const { value, ended } = callStarted();
    try {
      const outgoing = new Request(...args);
      outgoing.headers.set(HEADER, value);
      const response = await fetchNow(outgoing);
      const body = [101, 204, 205, 304].includes(response.status) ? null : await response.arrayBuffer();
      return new Response(body, response);
    } finally {
      ended();
    }
  };
}

function callStarted() {
  const id = ++lastCall;
  openCalls.set(id, undefined);
  look();
  return {
    value: `${env.LOCAL_CALLER}/${id}`,
    answering: (response: http.IncomingMessage) => {
      openCalls.set(id, response);
      look();
    },
    ended: () => {
      openCalls.delete(id);
      look();
    },
  };
}

function start(run: () => void, ms: number = 1, isRepeated = false) {
  // The minimum is a millisecond, as in Node.js.
  const delay = ms >= 1 && ms < 2 ** 31 ? Math.floor(ms) : 1;
  const timer: Timer = { id: ++lastTimer, run, at: time + delay, every: isRepeated ? delay : undefined };
  timers.set(timer.id, timer);
  look();
  const handle = {
    ref: () => handle,
    unref: () => handle,
    hasRef: () => true,
    refresh: () => {
      timer.at = time + delay;
      timers.set(timer.id, timer);
      look();
      return handle;
    },
    close: () => {
      stop(handle);
      return handle;
    },
    [Symbol.toPrimitive]: () => timer.id,
    [Symbol.dispose]: () => stop(handle),
  };
  return handle;
}

function stop(handle: unknown): void {
  if (handle === undefined || handle === null) { return; }
  timers.delete(Number(handle));
  look();
}

function nextTimer(): Timer | undefined {
  let next: Timer | undefined;
  for (const timer of timers.values()) {
    if (!next || timer.at < next.at || (timer.at === next.at && timer.id < next.id)) { next = timer; }
  }
  return next;
}

/** Runs due timers one at a time, so that promises continue in between. */
function runDueTimers(): void {
  const timer = nextTimer();
  if (!timer || timer.at > time) { return look(); }
  if (timer.every === undefined) { timers.delete(timer.id); } else { timer.at += timer.every; }
  immediately(runDueTimers);
  timer.run();
}

/** Tells the parent when this process begins to wait, and what it waits for. */
function look(): void {
  roundsLeft = ROUNDS;
  if (isLooking) { return; }
  isLooking = true;
  immediately(lookAgain);
}

function lookAgain(): void {
  if (process.getActiveResourcesInfo().some(resource => !PASSIVE.has(resource))) { roundsLeft = ROUNDS; }
  if (roundsLeft-- > 0) {
    immediately(lookAgain);
    return;
  }
  isLooking = false;
  // Some functions never read CloudFormation's response.
  openCalls.forEach((response, id) => response?.complete && openCalls.delete(id));
  process.send?.({ type: 'waiting', seen: seenMessages, calls: [...openCalls.keys()], wakeAt: nextTimer()?.at });
}
