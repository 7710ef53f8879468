import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { ConnectionResetError, CrashError, FrontEnd, PlainRequest } from './front-end';

export interface HttpServerProps {
  /** @default 0 - any free port */
  readonly port?: number;
  /** Told when a fault crashes the caller, which is in another process: kill it here. @default - its connection breaks */
  readonly onCrash?: () => void;
}

export interface HttpServer {
  readonly port: number;
  /** The endpoint for AWS SDK clients, of SageMaker and of S3 (AWS_ENDPOINT_URL_SAGEMAKER, AWS_ENDPOINT_URL_S3). */
  readonly url: string;
  /** Ends the open connections too. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Serves the stand-in on the loopback address, in AWS's own protocols, unsigned and unencrypted. */
export async function startHttpServer(frontEnd: FrontEnd, props: HttpServerProps = {}): Promise<HttpServer> {
  const server = createServer((request, response) => {
    answer(frontEnd, request, response).catch(err => {
      if (err instanceof CrashError) {
        props.onCrash?.();
      }
      if (err instanceof ConnectionResetError || err instanceof CrashError) {
        request.socket.resetAndDestroy();
      } else {
        response.writeHead(500).end(String(err));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (err: NodeJS.ErrnoException) => reject(err.code === 'EADDRINUSE'
      ? new Error(`port ${props.port} on ${HOST} is in use by another program: end it, or choose another port (0 takes any free one)`)
      : err));
    server.listen(props.port ?? 0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://${HOST}:${port}`,
    close: () => new Promise((resolve, reject) => {
      server.close(err => err ? reject(err) : resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(frontEnd: FrontEnd, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { statusCode, headers, body } = await frontEnd.respond(await plain(request));
  response.writeHead(statusCode, { ...headers, 'x-amzn-requestid': crypto.randomUUID() }).end(body);
}

async function plain(request: IncomingMessage): Promise<PlainRequest> {
  const url = new URL(request.url!, `http://${HOST}`);
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return {
    method: request.method!,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers as PlainRequest['headers'],
    body: Buffer.concat(chunks),
  };
}
