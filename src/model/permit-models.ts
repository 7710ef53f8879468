import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { NeoModelBindOptions } from './model';
import { inPolicy } from '../util/object-keys';

/**
 * Let jobs read models: their role, and where there is a private network, its role and its endpoint.
 */
export function permitModels(bucket: s3.IBucket, objectKeyPattern: string, { role, privateVpc }: NeoModelBindOptions): void {
  privateVpc?.grantReadThroughEndpoint(bucket, objectKeyPattern);
  if (role !== privateVpc?.role) { bucket.grantRead(role, inPolicy(objectKeyPattern)); }
}
