import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A process that a header of its requests identifies. The clock stands until the process waits for a response. */
export interface Caller {
  /** Waits until it is the turn of a request that has arrived completely. */
  arrived(id: number): Promise<void>;
  /** Called before the response is sent, or when it can no longer be sent. */
  answered(id: number): Promise<void>;
  /** Ends the process, like a crash. */
  kill(): void;
}

/** The header that names the caller, with the value `<process>/<number of the request>`. */
export const CALLER_HEADER = 'x-local-caller';

/** Returns the caller. It is undefined for a process outside of this run. */
export type FindCaller = (name: string) => Caller | undefined;

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpServerProps {
  /** @throws Error that breaks the connection if `isBroken` says so, and otherwise becomes a response with status 500 */
  readonly handler: (request: HttpRequest) => Promise<HttpResponse>;
  /** Whether an error breaks the connection, for example because it has ended the caller. @default - no error does */
  readonly isBroken?: (err: unknown, caller?: Caller) => boolean;
  /** @default - all requests come from outside of this run */
  readonly findCaller?: FindCaller;
  /** Lets time pass for a request from outside of this run. @default - the handler does not wait */
  readonly run?: <T>(work: Promise<T>) => Promise<T>;
  /** The time in the Date header. @default - the system's time */
  readonly now?: () => number;
  /** @default 0 - any free port */
  readonly port?: number;
}

export interface HttpServer {
  readonly port: number;
  readonly origin: string;
  /** Closes the server and its open connections. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Starts a server on the loopback address. It has no time limits. */
export async function serve(props: HttpServerProps): Promise<HttpServer> {
  // The system's timers would break connections on a busy machine.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, connectionsCheckingInterval: 2 ** 31 - 1 },
    (request, response) => void answer(props, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (err: NodeJS.ErrnoException) => reject(err.code === 'EADDRINUSE'
      ? new Error(`port ${props.port} on ${HOST} is in use by another program: end it, or choose another port (0 takes any free one)`)
      : err));
    server.listen(props.port ?? 0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://${HOST}:${port}`,
    close: () => new Promise((resolve, reject) => {
      server.close(err => err ? reject(err) : resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(props: HttpServerProps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [name, id] = String(request.headers[CALLER_HEADER] ?? '').split('/');
  const caller = props.findCaller?.(name);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) { chunks.push(chunk); }
    response.once('close', () => void caller?.answered(Number(id)));
    await caller?.arrived(Number(id));
    const work = props.handler({ method: request.method!, url: new URL(request.url!, `http://${HOST}`), headers: request.headers, body: Buffer.concat(chunks) });
    const { statusCode, headers, body = '' } = await (caller || !props.run ? work : props.run(work));
    await caller?.answered(Number(id));
    const date = props.now && { date: new Date(props.now()).toUTCString() };
    response.writeHead(statusCode, { 'x-amzn-requestid': '00000000-0000-4000-8000-000000000000', ...date, ...headers }).end(body);
  } catch (err) {
    const isBroken = props.isBroken?.(err, caller);
    await caller?.answered(Number(id));
    if (isBroken || request.errored) {
      request.socket.resetAndDestroy();
    } else {
      response.writeHead(500).end(String((err as Error).stack));
    }
  }
}
