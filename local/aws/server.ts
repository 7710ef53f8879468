import { HttpServer, HttpServerProps, serve } from '../http/http-server';

export interface ApiRequest {
  readonly method: string;
  /** The path after the service's prefix, still encoded. */
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

/** One HTTP server on the loopback address for all the APIs that functions call here, each below its own path. */
export class LocalServer {
  /** @param services by the first part of the path, such as `lambda` */
  public static async start(services: Readonly<Record<string, ApiHandler>>, props: Omit<HttpServerProps, 'handler' | 'isBroken'> = {}): Promise<LocalServer> {
    return new LocalServer(await serve({
      ...props,
      handler: async ({ method, url, headers, body }) => {
        const [, service, path] = /^\/([^/]*)(.*)$/.exec(url.pathname)!;
        const handler = services[service];
        return handler
          ? handler({ method, path, query: url.searchParams, headers, body: body.toString() })
          : { statusCode: 404, body: `no such service in a local run: ${service}` };
      },
    }));
  }

  private constructor(private readonly server: HttpServer) {}

  public url(service: string): string {
    return `${this.server.origin}/${service}`;
  }

  public close(): Promise<void> {
    return this.server.close();
  }
}
