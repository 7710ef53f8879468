import { App, CfnOutput, RemovalPolicy, Stack, Validations, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/** The uploader writes the model to this key, and the job reads it from there. */
const MODEL = 'models/resnet18.tar.gz';

/**
 * Uses every option that restricts access: one key for everything, functions in the VPC, buckets that AWS's compliance packs accept, and one role that may upload the model. This stack is
 * deployed first, because the model must exist before a job is created.
 */
class HardenedNetwork extends Stack {
  public readonly models: s3.Bucket;
  public readonly network: NeoPrivateCompilationVpc;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const key = new kms.Key(this, 'Key', { enableKeyRotation: true });
    this.models = this.modelBucket(key);
    this.network = new NeoPrivateCompilationVpc(this, 'Network', {
      buckets: [this.models],
      encryptionKey: key,
      privateControlPlane: true,
      maxConcurrentInstances: 10,
      bucketPolicyExemptPrincipals: [this.uploader(key)],
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

  /** This role writes one object, from outside the VPC, and reads nothing. IAM policies of the account decide which principals may assume it. */
  private uploader(key: kms.IKey): iam.Role {
    const role = new iam.Role(this, 'Uploader', { description: 'Uploads the model to compile', assumedBy: new iam.AccountRootPrincipal() });
    new iam.ManagedPolicy(this, 'Upload', {
      roles: [role],
      statements: [
        new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [this.models.arnForObjects(MODEL)] }),
        // S3 needs Decrypt to assemble the parts of a multipart upload.
        new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
      ],
    });
    new CfnOutput(this, 'UploaderArn', { value: role.roleArn });
    new CfnOutput(this, 'UploadTo', { value: this.models.s3UrlForObject(MODEL) });
    return role;
  }
}

interface HardenedCompilationProps extends StackProps {
  readonly models: s3.IBucket;
  readonly network: NeoPrivateCompilationVpc;
}

/** The job. Deploy this stack when the model is uploaded. */
class HardenedCompilation extends Stack {
  constructor(scope: Construct, id: string, { models, network, ...props }: HardenedCompilationProps) {
    super(scope, id, props);
    const job = new NeoCompilationJob(this, 'Resnet', {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromBucket(models, MODEL, {
        framework: NeoFramework.PYTORCH_1_13,
        dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: models,
    });
    new CfnOutput(this, 'ModelArtifactsUri', { value: job.modelArtifactsUri });
  }
}

const app = new App();
const { models, network } = new HardenedNetwork(app, 'HardenedNetwork');
new HardenedCompilation(app, 'HardenedCompilation', { models, network });
NeoPrivacyValidation.addTo(app);
app.synth();
