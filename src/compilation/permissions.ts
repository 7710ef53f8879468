import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import type { CompilationSettings } from './compilation-settings';
import { requireGrantableKey } from '../network/bucket-policies';
import {
  bucketStatement,
  grantKeys,
  networkStatements,
  OBJECTS_SID,
  observationStatements,
  OUTPUT_KEY_ACTIONS,
  permitExistingRole,
  statementsOf,
} from '../network/execution-role';
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

/**
 * ARN of the compilation jobs of a name, or of names with `*`, in the account and Region of the stack. Twice for a name with capitals: IAM minds
 * them, and SageMaker has written its ARNs in either way.
 */
export function jobArns(scope: IConstruct, jobNamePattern: string): string[] {
  const patterns = Token.isUnresolved(jobNamePattern) ? [jobNamePattern] : [...new Set([jobNamePattern, jobNamePattern.toLowerCase()])];
  return patterns.map(resourceName => Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName }));
}

/** Create jobs of these names that run under this role. */
export function createJobStatements(scope: IConstruct, jobNamePattern: string, role: iam.IRole): iam.PolicyStatement[] {
  return [
    // AddTags, as a request with tags needs it.
    jobStatement(scope, jobNamePattern, 'CreateCompilationJob', 'AddTags'),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }),
  ];
}

/** Do something with jobs of these names. */
export function jobStatement(scope: IConstruct, jobNamePattern: string, ...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map(action => `sagemaker:${action}`),
    resources: jobArns(scope, jobNamePattern),
  });
}
