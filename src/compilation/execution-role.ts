import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { CompilationSettings } from './compilation-settings';
import { requireGrantableKey } from '../network/bucket-policies';
import { bucketStatement, grantKeys, networkStatements, OBJECTS_SID, observationStatements, OUTPUT_KEY_ACTIONS, permitExistingRole, statementsOf } from '../network/execution-role';
import { OBJECT_ACTIONS } from '../network/s3-endpoint';
import { inPolicy, literally } from '../util/object-keys';

/**
 * Grants the execution role what jobs need besides the model, and checks that SageMaker can assume it. The role of the private network lacks only the
 * key; a role of the user's own gets all that the network's role has, on the output folder alone.
 */
export function grantExecutionRole(scope: Construct, settings: CompilationSettings): void {
  const { role, privateVpc, outputBucket, outputPrefix, outputEncryptionKey } = settings;
  if (role !== privateVpc?.role) {
    const objects = outputBucket.arnForObjects(inPolicy(`${literally(outputPrefix)}/*`));
    permitExistingRole(scope, role, [
      ...privateVpc ? statementsOf(privateVpc, ...networkStatements(scope, privateVpc)) : [],
      ...statementsOf(outputBucket, bucketStatement([outputBucket])),
      ...statementsOf(scope, new iam.PolicyStatement({ sid: OBJECTS_SID, actions: OBJECT_ACTIONS, resources: [objects] })),
      ...observationStatements(scope),
    ]);
    if (outputBucket.encryptionKey) { grantKeys(scope, role, [outputBucket.encryptionKey], ...OUTPUT_KEY_ACTIONS); }
  }
  if (outputEncryptionKey) {
    requireGrantableKey(scope, role, 'outputEncryptionKey', outputEncryptionKey, 'make the key in the stack of the network, or in one that the network\'s may refer to');
    grantKeys(scope, role, [outputEncryptionKey], ...OUTPUT_KEY_ACTIONS);
  }
}
