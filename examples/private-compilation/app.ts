import * as path from 'path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { makeModel } from './model/make-model';
import { INPUT } from './model/stripes';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

const archive = path.join(__dirname, 'stripes.tar.gz');
makeModel(archive);

const stack = new Stack(new App(), 'PrivateCompilation', {
  description: 'One model, compiled by SageMaker Neo in a network without any path to the internet',
});

const compiled = new s3.Bucket(stack, 'Compiled', {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
});

const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [compiled] });

const job = new NeoCompilationJob(stack, 'Stripes', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromAsset(archive, {
    framework: NeoFramework.ONNX,
    dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
  }),
  target: NeoTarget.ML_C5,
  outputBucket: compiled,
});

new CfnOutput(stack, 'JobName', { value: job.jobName });
new CfnOutput(stack, 'JobArn', { value: job.jobArn });
new CfnOutput(stack, 'ModelArtifactsUri', { value: job.modelArtifactsUri });
new CfnOutput(stack, 'ArtifactDigest', { value: job.artifactDigest });
new CfnOutput(stack, 'InferenceImage', { value: job.inferenceImage });
