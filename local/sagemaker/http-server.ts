import { ConnectionResetError, CrashError, FrontEnd } from './front-end';
import { PlainRequest } from './plain-request';
import { HttpServer, HttpServerProps, serve } from '../http/http-server';

export interface NeoHttpServerProps extends Pick<HttpServerProps, 'findCaller' | 'port'> {
  /** Called when a fault crashes the caller, which is another process. Kill it here. @default - its connection breaks */
  readonly onCrash?: () => void;
}

export interface NeoHttpServer extends HttpServer {
  /** The endpoint for AWS SDK clients, of SageMaker and of S3 (AWS_ENDPOINT_URL_SAGEMAKER, AWS_ENDPOINT_URL_S3). */
  readonly url: string;
}

/** Serves the stand-in on the loopback address, in AWS's own protocols, unsigned and unencrypted. */
export async function startHttpServer(frontEnd: FrontEnd, { onCrash, ...props }: NeoHttpServerProps = {}): Promise<NeoHttpServer> {
  const server = await serve({
    ...props,
    now: frontEnd.service.now,
    handler: ({ method, url, headers, body }) => frontEnd.respond({
      method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: headers as PlainRequest['headers'], body,
    }),
    isBroken: (err, caller) => {
      if (err instanceof CrashError) {
        caller?.kill();
        onCrash?.();
      }
      return err instanceof ConnectionResetError || err instanceof CrashError;
    },
  });
  return { ...server, url: server.origin };
}
