import { Readable } from 'node:stream';
import { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { SageMakerClient, SageMakerClientConfig } from '@aws-sdk/client-sagemaker';
import { CrashError, FrontEnd } from './front-end';
import { PlainRequest } from './plain-request';

/** The used part of the SDK's request. */
interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/**
 * A `requestHandler` for AWS SDK clients that calls the stand-in without sockets. It is the network of one
 * process. After a fault has crashed the process, every further call throws CrashError and has no effect, so
 * that code that catches the first error cannot continue.
 */
export class InProcessTransport {
  public readonly metadata = { handlerProtocol: 'http/1.1' };
  private dead?: CrashError;

  constructor(private readonly frontEnd: FrontEnd) {}

  /** Whether a fault has crashed the process that this transport belongs to. */
  public get crashed(): boolean {
    return this.dead !== undefined;
  }

  public async handle(request: SdkRequest): Promise<{ response: any }> {
    if (this.dead) {
      throw this.dead;
    }
    try {
      const { statusCode, headers, body } = await this.frontEnd.respond(plain(request));
      // The SDK accepts protocol text as bytes, but the content of an object only as a stream.
      return { response: { statusCode, headers, body: typeof body === 'string' ? Buffer.from(body) : Readable.from([body]) } };
    } catch (err) {
      if (err instanceof CrashError) {
        this.dead = err;
      }
      throw err;
    }
  }

  public destroy(): void {}

  public updateHttpClientConfig(): void {}

  public httpHandlerConfigs(): {} {
    return {};
  }
}

/**
 * The configuration of an AWS SDK client on a transport. Without a network, there is nothing to sign or look up. The client does not retry
 * by default, because a test decides what is retried, and the SDK would wait in real time.
 */
export function offlineConfig(transport: InProcessTransport) {
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: { sign: async (request: any) => request },
    maxAttempts: 1,
    requestHandler: transport as any,
  };
}

/** A real SageMaker client on a transport. */
export function sageMakerClient(transport: InProcessTransport, config: SageMakerClientConfig = {}): SageMakerClient {
  return new SageMakerClient({ ...offlineConfig(transport), ...config });
}

/** A real S3 client on a transport. */
export function s3Client(transport: InProcessTransport, config: S3ClientConfig = {}): S3Client {
  return new S3Client({ ...offlineConfig(transport), forcePathStyle: true, ...config });
}

function plain(request: SdkRequest): PlainRequest {
  const query = Object.entries(request.query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value ?? '']);
  const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const body = request.body ?? '';
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw new Error('the in-process transport takes bodies that are strings or bytes, not streams');
  }
  return { method: request.method, path: request.path, query: Object.fromEntries(query), headers: Object.fromEntries(headers), body };
}
