// A consumer's app in plain JavaScript.
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const ec2 = require('aws-cdk-lib/aws-ec2');
const s3 = require('aws-cdk-lib/aws-s3');
const { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } = require('cdk-sagemaker-neo');

const app = new App();
NeoPrivacyValidation.addTo(app);
const stack = new Stack(app, 'Consumer');
const bucket = new s3.Bucket(stack, 'Bucket', { enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
const job = new NeoCompilationJob(stack, 'Job', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
    framework: NeoFramework.PYTORCH_1_13,
    dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
  }),
  target: NeoTarget.ML_C5,
  outputBucket: bucket,
});
if (stack.node.tryGetContext('open')) { new ec2.CfnVPCGatewayAttachment(stack, 'Open', { vpcId: network.vpc.vpcId, internetGatewayId: 'igw-0123456789abcdef0' }); }
new CfnOutput(stack, 'Compiled', { value: job.modelArtifactsUri });
