import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';

interface OutputEncryption {
  readonly vpcConfig: NeoVpcConfig;
  readonly outputBucket: s3.IBucket;
  readonly outputEncryptionKey?: kms.IKey;
}

/**
 * The key that a request names for its output (`KmsKeyId`). None for a bucket with a key of its own, which S3 applies by itself.
 */
export function outputEncryptionKey(props: OutputEncryption): kms.IKey | undefined {
  return props.outputEncryptionKey ?? (props.outputBucket.encryptionKey ? undefined : props.vpcConfig.privateVpc?.encryptionKey);
}
