import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import type { FleetSource } from './fleet-models';
import { bucketPoliciesOf } from '../network/bucket-policies';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';
import { inPolicy, literally } from '../util/s3-names';

/** Returns the permissions to read the manifest, and the keys and ETags of models, but no model. */
export function readPolicy({ file, buckets }: FleetSource): iam.PolicyStatement[] {
  const keyArn = file?.bucket.encryptionKey?.keyArn;
  return [
    ...file ? [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [file.bucket.arnForObjects(inPolicy(literally(file.key)))] })] : [],
    ...keyArn ? [new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] })] : [],
    ...buckets.map(({ bucket, keyPattern }) => new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: keyPattern === '*' ? undefined : { StringLike: { 's3:prefix': inPolicy(keyPattern) } },
    })),
  ];
}

/**
 * Exempts the role from bucket policies that allow only the S3 endpoint, if the state machine must use such a bucket: Step Functions does not use the
 * network's endpoint.
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
      + 'network\'s S3 endpoint: if a bucket admits only the endpoint, exempt the fleet (allowOutsideEndpoint of the network): '
      + used.map(({ node }) => node.path).join(', '));
  }
}

/** Folders of the results bucket. */
export const RESULT_FOLDERS = { planPrefix: 'plans', resultPrefix: 'results' };

/** Creates the results bucket unless there is one, and grants the role the permissions to write plans and results. */
export function createResults(scope: Construct, grantee: iam.IRole, existing?: s3.IBucket, encryptionKey?: kms.IKey): s3.IBucket {
  const bucket = existing ?? new s3.Bucket(scope, 'Results', {
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey && true,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // AWS documents these permissions for ResultWriter. GetObject is also needed to read the plan.
  grantee.addToPrincipalPolicy(new iam.PolicyStatement({
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
    resources: Object.values(RESULT_FOLDERS).map(folder => bucket.arnForObjects(`${folder}/*`)),
  }));
  bucket.encryptionKey?.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey');
  return bucket;
}

const JOBS = 'Jobs have generated names; the prefix is that of the fleet.';

const WILDCARDS: Reasons = {
  's3:GetObject,s3:PutObject,s3:ListMultipartUploadParts,s3:AbortMultipartUpload': 'Each execution writes its plan and its results under a name of its own, into the fleet\'s bucket.',
  'sagemaker:CreateCompilationJob,sagemaker:AddTags': JOBS,
  'sagemaker:DescribeCompilationJob': JOBS,
  'states:DescribeExecution,states:StopExecution': 'Executions have generated names; they are those of the fleet\'s own state machine.',
  'states:RedriveExecution': 'Executions have generated names; they are those of the fleet\'s own state machine.',
};

/**
 * Acknowledges the findings that cannot be avoided. Those on logs and tracing are not acknowledged, because users can resolve them (`logs`,
 * `tracingEnabled`).
 */
export function acknowledgeFindings(fleet: IConstruct): void {
  acknowledgeWildcards(fleet, WILDCARDS);
  acknowledge(fleet, INLINE_POLICY_REASONS);
}
