import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { FleetSource } from './fleet-source';
import { bucketPoliciesOf } from '../network/bucket-policies';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { inPolicy } from '../util/object-keys';

/** What the state machine may read: the manifest, and names and ETags of models, but no model. */
export function readPolicy({ file, buckets }: FleetSource): iam.PolicyStatement[] {
  const keyArn = file?.bucket.encryptionKey?.keyArn;
  return [
    ...file ? [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [file.bucket.arnForObjects(inPolicy(file.key))] })] : [],
    ...keyArn ? [new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] })] : [],
    ...buckets.map(({ bucket, keyPattern }) => new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: keyPattern === '*' ? undefined : { StringLike: { 's3:prefix': inPolicy(keyPattern) } },
    })),
  ];
}

/**
 * Step Functions does not come through the network's S3 endpoint: where it must read or write a bucket that only the endpoint may use, its
 * role is exempt.
 */
export function allowBuckets(
  scope: IConstruct, privateVpc: INeoPrivateCompilationVpc | undefined, role: iam.IRole, source: FleetSource, results?: s3.IBucket,
) {
  const used = [source.file?.bucket, ...source.buckets.map(({ bucket }) => bucket), results]
    .filter((bucket): bucket is s3.IBucket => bucket !== undefined);
  if (privateVpc && bucketPoliciesOf(privateVpc)) {
    const closed = privateVpc.buckets.map(({ bucketArn }) => bucketArn);
    if (used.some(({ bucketArn }) => closed.includes(bucketArn))) { privateVpc.allowOutsideEndpoint(role); }
  } else if (used.length > 0) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:fleetOutsideEndpoint', 'the state machine lists models, reads the manifest or writes results from outside the '
      + 'network\'s S3 endpoint; where a bucket admits the endpoint alone, exempt the fleet (allowOutsideEndpoint of the network): '
      + used.map(({ node }) => node.path).join(', '));
  }
}
