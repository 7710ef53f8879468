import { DeleteObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Compiled models in S3. This is a separate file, so that its client is loaded only when artifacts are deleted. */
export class Artifacts {
  private readonly client: S3Client;

  constructor(config: S3ClientConfig) {
    this.client = new S3Client(config);
  }

  public async delete(bucket: string, key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }
}
