import { App, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/**
 * All options that narrow: one key for everything, functions in the VPC, buckets that AWS's compliance packs accept.
 */
export class HardenedCompilation extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const key = new kms.Key(this, 'Key', { enableKeyRotation: true });
    const bucket = this.modelBucket(key);

    const network = new NeoPrivateCompilationVpc(this, 'Network', {
      buckets: [bucket],
      encryptionKey: key,
      privateControlPlane: true,
      maxConcurrentInstances: 10,
    });

    new NeoCompilationJob(this, 'Resnet', {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
        framework: NeoFramework.PYTORCH_1_13,
        dataInputShape: NeoDataInputShape.fromMap({ input0: [1, 3, 224, 224] }),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: bucket,
    });
  }

  private modelBucket(key: kms.IKey): s3.Bucket {
    const common: s3.BucketProps = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new s3.Bucket(this, 'AccessLogs', { ...common, encryption: s3.BucketEncryption.S3_MANAGED });
    const bucket = new s3.Bucket(this, 'Models', { ...common, encryptionKey: key, bucketKeyEnabled: true, serverAccessLogsBucket: accessLogs });

    for (const pack of ['NIST.800.53.R5', 'HIPAA.Security']) {
      Validations.of(accessLogs).acknowledge(
        { id: `${pack}-S3DefaultEncryptionKMS`, reason: 'S3 delivers access logs into buckets with keys of its own only.' },
        { id: `${pack}-S3BucketReplicationEnabled`, reason: 'Access logs are kept in versions, in one Region.' },
      );
      Validations.of(bucket).acknowledge(
        { id: `${pack}-S3BucketReplicationEnabled`, reason: 'Models are kept in versions, and compiled ones can be compiled again.' },
      );
    }
    return bucket;
  }
}

const app = new App();
new HardenedCompilation(app, 'HardenedCompilation');
app.synth();
