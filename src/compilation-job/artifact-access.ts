import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { bucketPoliciesOf, requireExemptable } from '../network/bucket-policies';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { acknowledgeWildcards } from '../util/acknowledge';

/** What a job writes. */
export interface Artifacts {
  readonly bucket: s3.IBucket;
  /** Pattern of the keys of the objects. */
  readonly pattern: string;
  /** Undefined: the key of the bucket, if it has one. */
  readonly key?: kms.IKey;
}

/**
 * Lets a principal read what one job writes, and see nothing else of the bucket: `grantRead` of a bucket opens all listings.
 */
export function grantArtifacts(job: IConstruct, { bucket, pattern, key }: Artifacts, grantee: iam.IGrantable): iam.Grant {
  const grant = (actions: string[], resource: string, conditions?: Record<string, Record<string, unknown>>) =>
    iam.Grant.addToPrincipalOrResource({ grantee, actions, resourceArns: [resource], resource: bucket, conditions });
  const objects = grant(['s3:GetObject'], bucket.arnForObjects(pattern));
  const keys = [...new Set([bucket.encryptionKey, key])].filter(used => used !== undefined);

  // Unlike that of any other job, as it must be in the policy of a role that is given several.
  const sid = `ReadArtifacts${job.node.addr.slice(-8)}`;
  objects.principalStatements.forEach(statement => { statement.sid = sid; });
  const { grantPrincipal } = grantee;
  if (Construct.isConstruct(grantPrincipal)) {
    acknowledgeWildcards(grantPrincipal, { [sid]: 'A job writes several objects into the folder of its own name, and the name is generated.' });
  }
  return [
    grant(['s3:GetBucketLocation'], bucket.bucketArn),
    grant(['s3:ListBucket'], bucket.bucketArn, { StringLike: { 's3:prefix': pattern } }),
    ...keys.map(used => used.grantDecrypt(grantee)),
  ].reduce((all, one) => all.combine(one), objects);
}

/**
 * Lets the handler delete artifacts from outside the S3 endpoint, where bucket policies deny deletions. What those of an imported network deny is not known here.
 */
export function allowDeletion(job: IConstruct, privateVpc: INeoPrivateCompilationVpc, handler: iam.IRole) {
  if (bucketPoliciesOf(privateVpc)?._deniesDeletion === false) { return; }
  requireExemptable(job, privateVpc, 'deleteArtifacts: the role of the functions', handler, 'leave deletions out of bucketPolicyActions, or make the job in the stack of the network');
  privateVpc.allowOutsideEndpoint(handler);
}
