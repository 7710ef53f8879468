import * as path from 'path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as iot from 'aws-cdk-lib/aws-iot';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
// In your own app, import from 'cdk-sagemaker-neo'.
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

const archive = path.join(__dirname, 'stripes.tar.gz');
makeModel(archive);

const app = new App();
const stack = new Stack(app, 'EdgeDevice', { description: 'A model that SageMaker Neo compiles in a private network for a Raspberry Pi, whose role may read the result' });

const compiled = new s3.Bucket(stack, 'Compiled', {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
});
const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [compiled], maxConcurrentInstances: 5 });

const job = new NeoCompilationJob(stack, 'Stripes', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromAsset(archive, {
    framework: NeoFramework.ONNX,
    dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
  }),
  target: NeoTarget.RASP4B,
  outputBucket: compiled,
});

// A device has a certificate instead of AWS credentials. For this certificate, AWS IoT gives it credentials of this role, for an hour.
const deviceRole = new iam.Role(stack, 'DeviceRole', {
  description: 'Devices that run the compiled model',
  assumedBy: new iam.ServicePrincipal('credentials.iot.amazonaws.com'),
});
// The device is not in the VPC, so the bucket policy exempts this role only. The role can read what this job compiled, but never the original model.
job.grantReadArtifactsOutsideEndpoint(deviceRole);

// Every new compilation has its own key, so the device reads here which one is current.
const current = new ssm.StringParameter(stack, 'CurrentModel', {
  description: 'The compiled model that devices should run',
  stringValue: stack.toJsonString({ uri: job.modelArtifactsUri, digest: job.artifactDigest }),
});
current.grantRead(deviceRole);

const roleAlias = new iot.CfnRoleAlias(stack, 'RoleAlias', { roleArn: deviceRole.roleArn, credentialDurationSeconds: 3600 });
const policy = new iot.CfnPolicy(stack, 'DevicePolicy', {
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:AssumeRoleWithCertificate', Resource: roleAlias.attrRoleAliasArn }],
  },
});

NeoPrivacyValidation.addTo(app);

new CfnOutput(stack, 'PolicyName', { value: policy.ref, description: 'Attach it to the certificate of each device' });
new CfnOutput(stack, 'RoleAliasName', { value: roleAlias.ref, description: 'The role alias that a device requests from AWS IoT' });
new CfnOutput(stack, 'CurrentModelName', { value: current.parameterName, description: 'Where a device finds the URI and the digest of its model' });
new CfnOutput(stack, 'ModelArtifactsUri', { value: job.modelArtifactsUri });
