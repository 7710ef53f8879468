import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bucketStatement, grantKeys, networkStatements, OBJECTS_SID, observationStatements, permitExistingRole, statementsOf } from '../network/execution-role';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { OBJECT_ACTIONS } from '../network/s3-endpoint';
import { requireGrantableKey } from '../network/stack-cycle';
import { inPolicy } from '../util/object-keys';

/** Where a job runs and writes. */
export interface JobPlace {
  readonly role: iam.IRole;
  readonly privateVpc?: INeoPrivateCompilationVpc;
  readonly bucket: s3.IBucket;
  readonly prefix: string;
  readonly key?: kms.IKey;
}

/**
 * What a job's role needs besides the model. The private network's has it already, but for the key; a role of the user's own gets the same.
 */
export function permitJob(job: Construct, { role, privateVpc, bucket, prefix, key }: JobPlace) {
  if (role !== privateVpc?.role) {
    const objects = new iam.PolicyStatement({ sid: OBJECTS_SID, actions: OBJECT_ACTIONS, resources: [bucket.arnForObjects(inPolicy(`${prefix}/*`))] });
    permitExistingRole(job, role, [
      ...privateVpc ? statementsOf(privateVpc, ...networkStatements(job, privateVpc)) : [],
      ...statementsOf(bucket, bucketStatement([bucket])),
      ...statementsOf(job, objects),
      ...observationStatements(job),
    ]);
    if (bucket.encryptionKey) { grantKeys(job, role, [bucket.encryptionKey], 'kms:Decrypt', 'kms:GenerateDataKey'); }
  }
  if (key) {
    requireGrantableKey(job, role, 'outputEncryptionKey', key, 'make the key in the stack of the network, or in one that the network\'s may refer to');
    grantKeys(job, role, [key], 'kms:Decrypt', 'kms:GenerateDataKey');
  }
}
