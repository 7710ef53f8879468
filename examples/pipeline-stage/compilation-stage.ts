import * as path from 'path';
import { CfnOutput, Stack, Stage, type StageProps } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

/**
 * Defines one environment in two stacks: the network, which rarely changes, and the jobs, which change with every model.
 */
export class CompilationStage extends Stage {
  /** An output for the steps after the deployment. */
  public readonly artifactsUri: CfnOutput;

  constructor(scope: Construct, id: string, props?: StageProps) {
    super(scope, id, props);
    const networkStack = new Stack(this, 'Network', { description: 'A network without any path to the internet for SageMaker Neo' });
    const compiled = new s3.Bucket(networkStack, 'Compiled', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    });
    const network = new NeoPrivateCompilationVpc(networkStack, 'Network', { buckets: [compiled], maxConcurrentInstances: 10 });

    const archive = path.join(__dirname, 'stripes.tar.gz');
    makeModel(archive);
    const jobs = new Stack(this, 'Jobs', { description: 'Models compiled by SageMaker Neo' });
    const job = new NeoCompilationJob(jobs, 'Stripes', {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromAsset(archive, {
        framework: NeoFramework.ONNX,
        dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: compiled,
    });
    this.artifactsUri = new CfnOutput(jobs, 'ModelArtifactsUri', { value: job.modelArtifactsUri });

    // A change that opens the network is never deployed, because the synthesis, the first step of the pipeline, fails.
    NeoPrivacyValidation.addTo(this);
  }
}
