import { RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { IntegCase, smallModel, TEMPORARY } from './case';
import { NeoCompilationJob, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/** One key for the bucket, the logs, the job's storage and the compiled model; the functions in the VPC. */
const integ = new IntegCase('NeoIntegCustomerManagedKeys');

const key = new kms.Key(integ.stack, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY });
const bucket = new s3.Bucket(integ.stack, 'Compiled', { ...TEMPORARY, encryptionKey: key, bucketKeyEnabled: true });
const network = new NeoPrivateCompilationVpc(integ.stack, 'Network', { buckets: [bucket], encryptionKey: key, privateControlPlane: true });
const job = new NeoCompilationJob(integ.stack, 'Job', {
  vpcConfig: network.vpcConfig,
  model: smallModel(),
  target: NeoTarget.ML_C5,
  outputBucket: bucket,
  outputEncryptionKey: key,
});

integ.expectCompleted(job.jobName, {
  OutputConfig: { TargetDevice: 'ml_c5', KmsKeyId: key.keyArn },
  ModelArtifacts: { S3ModelArtifacts: job.modelArtifactsUri },
}).next(integ.expectArtifact(bucket));
