import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where Step Functions writes plans and results. */
export interface FleetResults {
  readonly bucket: s3.IBucket;
  readonly planPrefix: string;
  readonly resultPrefix: string;
}

export function fleetResults(scope: Construct, grantee: iam.IRole, brought?: s3.IBucket, encryptionKey?: kms.IKey): FleetResults {
  const bucket = brought ?? new s3.Bucket(scope, 'Results', {
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey && true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const results = { bucket, planPrefix: 'plans', resultPrefix: 'results' };
  // What AWS documents for ResultWriter, and GetObject also for reading the plan.
  grantee.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
    resources: [results.planPrefix, results.resultPrefix].map(prefix => bucket.arnForObjects(`${prefix}/*`)),
  }));
  bucket.encryptionKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
  return results;
}
