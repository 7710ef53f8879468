/** A request as it comes over HTTP or straight from an SDK client; header names in lower case, S3 in path style. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string | Uint8Array;
}

export interface PlainResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}
