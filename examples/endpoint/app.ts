import * as path from 'path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoCompiledModel, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

/** The instance type must be of the family that the model is compiled for. */
const INSTANCE_TYPE = 'ml.c5.large';
const HOSTING_INSTANCES = 2;
const COMPILATIONS = 5;

const archive = path.join(__dirname, 'stripes.tar.gz');
makeModel(archive);

const app = new App();
const stack = new Stack(app, 'NeoEndpoint', { description: 'A model compiled by SageMaker Neo and served on a SageMaker endpoint, both in private' });

const compiled = new s3.Bucket(stack, 'Compiled', {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
});
// The hosting instances use the same subnets. During an update of the endpoint, the old and the new instances run at the same time.
const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [compiled], maxConcurrentInstances: COMPILATIONS + 2 * HOSTING_INSTANCES });

const job = new NeoCompilationJob(stack, 'Stripes', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromAsset(archive, {
    framework: NeoFramework.ONNX,
    dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
  }),
  target: NeoTarget.ML_C5,
  outputBucket: compiled,
});

// Serves the artifact with the image that Neo names, in the subnets of the job. The containers have no network access.
const model = new NeoCompiledModel(stack, 'Model', { job });

const config = new sagemaker.CfnEndpointConfig(stack, 'EndpointConfig', {
  productionVariants: [{ variantName: 'main', modelName: model.modelName, instanceType: INSTANCE_TYPE, initialInstanceCount: HOSTING_INSTANCES, initialVariantWeight: 1 }],
  // Encrypts the volumes of the instances, which contain the model.
  kmsKeyId: new kms.Key(stack, 'VolumeKey', { enableKeyRotation: true }).keyArn,
});
// A changed model gets a new compilation, a new SageMaker model and a new configuration. The endpoint is updated without an interruption.
const endpoint = new sagemaker.CfnEndpoint(stack, 'Endpoint', { endpointConfigName: config.attrEndpointConfigName });
// The endpoint is deleted before the model, its role and the network, because SageMaker's network interfaces stay in these subnets until the endpoint is gone.
endpoint.node.addDependency(model, network);

NeoPrivacyValidation.addTo(app);

new CfnOutput(stack, 'EndpointName', { value: endpoint.attrEndpointName });
new CfnOutput(stack, 'ModelArtifactsUri', { value: job.modelArtifactsUri });
