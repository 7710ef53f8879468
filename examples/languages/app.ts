import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
// In your own app, import from 'cdk-sagemaker-neo'.
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoCompilerOptions, NeoDataInputShape, NeoFleetModels,
  NeoFramework, NeoModel, NeoPrivacyValidation, NeoPrivateCompilationVpc, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs,
} from '../../src';

const app = new App();
NeoPrivacyValidation.addTo(app);
const stack = new Stack(app, 'FiveLanguages', { description: 'Models compiled in private by SageMaker Neo: the same stack in five languages' });

const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const bucket = new s3.Bucket(stack, 'Models', {
  encryptionKey: key,
  bucketKeyEnabled: true,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  versioned: true,
});
const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket], encryptionKey: key, maxConcurrentInstances: 10 });

const cloud = new NeoCompilationJob(stack, 'Cloud', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
    framework: NeoFramework.PYTORCH_1_13,
    dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
  }),
  target: NeoTarget.ML_C5,
  outputBucket: bucket,
  maxRuntime: Duration.minutes(30),
  tags: { team: 'vision' },
});

const edge = new NeoCompilationJob(stack, 'Edge', {
  vpcConfig: network.vpcConfig,
  model: NeoModel.fromBucket(bucket, 'models/detector.tar.gz', {
    framework: NeoFramework.ONNX,
    dataInputShape: NeoDataInputShape.of('data', 1, 3, 416, 416),
  }),
  target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.NVIDIA }),
  compilerOptions: NeoCompilerOptions.nvidia({ gpuCode: 'sm_72', trtVersion: '7.1.3', cudaVersion: '10.2' }),
  outputBucket: bucket,
  outputPrefix: 'edge',
});

const model = new NeoCompiledModel(stack, 'Model', { job: cloud });

const topic = new sns.Topic(stack, 'Outcomes', { masterKey: key });
new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [cloud, edge], topic, alarmTopic: topic });

const fleet = new NeoCompilationFleet(stack, 'Fleet', {
  vpcConfig: network.vpcConfig,
  models: NeoFleetModels.fromPrefix(bucket, 'fleet/', {
    framework: NeoFramework.PYTORCH_1_8,
    dataInputShape: NeoDataInputShape.fromList([[1, 3, 224, 224]]),
  }),
  targets: [{ target: NeoTarget.ML_C5 }, { target: NeoTarget.RASP4B, compilerOptions: NeoCompilerOptions.armNeon() }],
  outputBucket: bucket,
  maxConcurrentJobs: 4,
});

new CfnOutput(stack, 'CompiledForCloud', { value: cloud.modelArtifactsUri });
new CfnOutput(stack, 'CompiledForEdge', { value: edge.modelArtifactsUri });
new CfnOutput(stack, 'ModelName', { value: model.modelName });
new CfnOutput(stack, 'FleetArn', { value: fleet.stateMachine.stateMachineArn });

app.synth();
