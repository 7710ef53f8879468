/** An object of a bucket, with its content, because models and artifacts are small here. */
export interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array;
  readonly lastModified: number;
}

/** Buckets in memory, from which jobs read their model and to which they write their artifacts. */
export class ArtifactStore {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();
  private readonly listeners: (() => void)[] = [];

  /** Adds a function that is called before every read, so that a job that has ended by now has written its artifacts. */
  public beforeRead(listener: () => void): void {
    this.listeners.push(listener);
  }

  public put(bucket: string, key: string, body: Uint8Array, lastModified: number): void {
    let objects = this.buckets.get(bucket);
    if (!objects) {
      this.buckets.set(bucket, objects = new Map());
    }
    objects.set(key, { key, body, lastModified });
  }

  public get(bucket: string, key: string): StoredObject | undefined {
    this.settle();
    return this.buckets.get(bucket)?.get(key);
  }

  /** Lists the objects with a prefix, in the order of their keys' UTF-8 bytes, as S3 does. */
  public list(bucket: string, prefix = ''): StoredObject[] {
    this.settle();
    return [...this.buckets.get(bucket)?.values() ?? []]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  /** Deletes an object. It is not an error if the object does not exist, as in S3. */
  public delete(bucket: string, key: string): void {
    this.settle();
    this.buckets.get(bucket)?.delete(key);
  }

  private settle(): void {
    this.listeners.forEach(listener => listener());
  }
}

/** Splits `s3://bucket/some/key`. It returns undefined for any other string, although the API's pattern also allows https. */
export function parseS3Uri(uri: string): { readonly bucket: string; readonly key: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  return match ? { bucket: match[1], key: match[2] } : undefined;
}
