import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { CompilationSettings } from './compilation-settings';
import { bucketPoliciesOf, requireExemptable, requireGrantable } from '../network/bucket-policies';
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
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { isRoleOfApp } from '../network/role-trust';
import { OBJECT_ACTIONS } from '../network/s3-endpoint';
import { acknowledgeWildcards } from '../util/acknowledge';
import { inPolicy, literally } from '../util/s3-names';

/**
 * Grants the execution role everything that jobs need except access to the model, and checks that SageMaker can assume it. The role of a network that
 * the app creates lacks only the key, and the role of another app's network is left to that app. Any other role gets all permissions of the network's
 * role, but for objects only on the output folder.
 */
export function grantExecutionRole(scope: Construct, settings: CompilationSettings): void {
  const { role, privateVpc, outputBucket, outputPrefix, outputEncryptionKey } = settings;
  // A network that the app creates has granted its role all of this. Who granted it to the role of an imported network is unknown, but if that role is
  // the app's, no other app did.
  if (role !== privateVpc?.role || (!bucketPoliciesOf(privateVpc) && isRoleOfApp(role))) {
    const objects = outputBucket.arnForObjects(inPolicy(`${literally(outputPrefix)}/*`));
    const isPermitted = permitExistingRole(scope, role, [
      ...privateVpc ? statementsOf(privateVpc, ...networkStatements(scope, privateVpc)) : [],
      ...statementsOf(outputBucket, bucketStatement([outputBucket])),
      ...statementsOf(scope, new iam.PolicyStatement({ sid: OBJECTS_SID, actions: OBJECT_ACTIONS, resources: [objects] })),
      ...observationStatements(scope),
    ]);
    if (isPermitted) {
      const fix = 'create it in the stack of the role, or the role in the stack of the job';
      requireGrantable(scope, role, 'outputBucket', outputBucket, fix);
      [...privateVpc?.subnets ?? [], ...privateVpc?.securityGroups ?? []].forEach(part => { requireGrantable(scope, role, 'network of vpcConfig', part, fix); });
    }
    if (outputBucket.encryptionKey) { grantKeys(scope, role, [outputBucket.encryptionKey], ...OUTPUT_KEY_ACTIONS); }
  }
  if (outputEncryptionKey) {
    requireGrantable(scope, role, 'outputEncryptionKey', outputEncryptionKey, 'create the key in the stack of the network, or in a stack to which it may refer');
    grantKeys(scope, role, [outputEncryptionKey], ...OUTPUT_KEY_ACTIONS);
  }
}

/**
 * Returns the ARNs of the compilation jobs whose names match a pattern, in the account and Region of the stack. There are two for a pattern with
 * capital letters, because IAM is case-sensitive, and SageMaker has written ARNs both with and without capital letters.
 */
export function jobArns(scope: IConstruct, jobNamePattern: string): string[] {
  const patterns = Token.isUnresolved(jobNamePattern) ? [jobNamePattern] : [...new Set([jobNamePattern, jobNamePattern.toLowerCase()])];
  return patterns.map(resourceName => Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName }));
}

/** Permits creating jobs with these names under this role. */
export function createJobStatements(scope: IConstruct, jobNamePattern: string, role: iam.IRole): iam.PolicyStatement[] {
  return [
    // SageMaker requires AddTags for a request with tags.
    jobStatement(scope, jobNamePattern, 'CreateCompilationJob', 'AddTags'),
    new iam.PolicyStatement({
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }),
  ];
}

/** Permits actions on jobs with these names. */
export function jobStatement(scope: IConstruct, jobNamePattern: string, ...actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: actions.map(action => `sagemaker:${action}`),
    resources: jobArns(scope, jobNamePattern),
  });
}

/** The objects that a job writes. */
export interface Artifacts {
  readonly bucket: s3.IBucket;
  /** Pattern of the keys of the objects. */
  readonly pattern: string;
  /** The key that encrypts the objects, if it is not the key of the bucket. */
  readonly key?: kms.IKey;
}

/**
 * Lets a principal read what one job writes and nothing else in the bucket. `grantRead` of a bucket would permit listing all of it.
 */
export function grantArtifacts(job: IConstruct, { bucket, pattern, key }: Artifacts, grantee: iam.IGrantable): iam.Grant {
  const grant = (actions: string[], resource: string, conditions?: Record<string, Record<string, unknown>>) =>
    iam.Grant.addToPrincipalOrResource({ grantee, actions, resourceArns: [resource], resource: bucket, conditions });
  const objects = grant(['s3:GetObject'], bucket.arnForObjects(pattern));
  const keys = [...new Set([bucket.encryptionKey, key])].filter(used => used !== undefined);

  // The Sid is unique per job, because the policy of a role may contain the grants of several jobs.
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
 * Lets the handler delete artifacts from outside the S3 endpoint if bucket policies deny deletions. The policies of an imported network are unknown,
 * so it is also exempted there.
 */
export function allowDeletion(job: IConstruct, privateVpc: INeoPrivateCompilationVpc, handler: iam.IRole) {
  if (bucketPoliciesOf(privateVpc)?.denyDeletion === false) { return; }
  requireExemptable(job, privateVpc, 'deleteArtifacts: the role of the functions', handler, 'leave deletions out of bucketPolicyActions, or create the job in the stack of the network');
  privateVpc.allowOutsideEndpoint(handler);
}
