import { Stack, Token, type CfnResource } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { areSame } from '../util/intrinsics';

/** The `deployedBucket` of a `BucketDeployment` is the same bucket, under a name that waits for the upload. */
export function uploadDestination(bucket: s3.IBucket): s3.IBucket {
  const { destinationBucket, _deployedBucket } = (bucket.node.scope ?? {}) as { destinationBucket?: s3.IBucket; _deployedBucket?: s3.IBucket };
  return _deployedBucket === bucket && destinationBucket ? destinationBucket : bucket;
}

/** The ways in which the templates of an app may name a bucket: one with a fixed name is often created in one stack and imported in another. */
export function aliasesOf(bucket: s3.IBucket, resources: CfnResource[]): Pick<s3.IBucket, 'bucketName' | 'bucketArn'>[] {
  const { defaultChild } = bucket.node;
  const name = defaultChild instanceof s3.CfnBucket ? defaultChild.bucketName : bucket.bucketName;
  if (name === undefined || Token.isUnresolved(name)) { return [bucket]; }
  const imported = { bucketName: name, bucketArn: Stack.of(bucket).formatArn({ service: 's3', region: '', account: '', resource: name }) };
  const created = resources.filter(resource => resource instanceof s3.CfnBucket).filter(({ bucketName }) => bucketName === name)
    .map(({ ref, attrArn }) => ({ bucketName: ref, bucketArn: attrArn }));
  return [bucket, imported, ...created];
}

/** Whether a value of a stack's template is the name of a bucket. */
export function isNameOf(bucket: s3.IBucket, resources: CfnResource[]): (stack: Stack, value: unknown) => boolean {
  const aliases = aliasesOf(bucket, resources);
  return (stack, value) => aliases.some(({ bucketName }) => areSame(stack, bucketName, value));
}
