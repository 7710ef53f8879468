import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRequest {
  readonly method: string;
  /** Below the service's own part of the path, still encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface ApiResponse {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type ApiHandler = (request: ApiRequest) => ApiResponse | Promise<ApiResponse>;

const HOST = '127.0.0.1';

/** One HTTP server on the loopback address for all the APIs that functions call here, each below a path of its own. */
export class LocalServer {
  /** @param services by the first part of the path, such as `lambda` */
  public static async start(services: Readonly<Record<string, ApiHandler>>, port = 0): Promise<LocalServer> {
    const server = createServer((request, response) => {
      answer(services, request, response).catch(err => response.writeHead(500).end(String((err as Error).stack)));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (err: NodeJS.ErrnoException) => reject(err.code === 'EADDRINUSE'
        ? new Error(`port ${port} on ${HOST} is in use by another program: end it, or choose another port (0 takes any free one)`)
        : err));
      server.listen(port, HOST, resolve);
    });
    return new LocalServer(`http://${HOST}:${(server.address() as AddressInfo).port}`, () => new Promise((resolve, reject) => {
      server.close(err => err ? reject(err) : resolve());
      server.closeAllConnections();
    }));
  }

  private constructor(private readonly origin: string, public readonly close: () => Promise<void>) {}

  public url(service: string): string {
    return `${this.origin}/${service}`;
  }
}

async function answer(services: Readonly<Record<string, ApiHandler>>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, `http://${HOST}`);
  const [, service, path] = /^\/([^/]*)(.*)$/.exec(url.pathname)!;
  const chunks: Buffer[] = [];
  for await (const chunk of request) { chunks.push(chunk); }
  const handler = services[service];
  const { statusCode, headers, body = '' } = handler
    ? await handler({ method: request.method!, path, query: url.searchParams, headers: request.headers, body: Buffer.concat(chunks).toString() })
    : { statusCode: 404, body: `no such service in a local run: ${service}` };
  response.writeHead(statusCode, { 'x-amzn-requestid': crypto.randomUUID(), ...headers }).end(body);
}
