import * as path from 'path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
// In your own app, import from 'cdk-sagemaker-neo'.
import {
  NeoCompilationJob, NeoCompilationMonitoring, NeoCompilerOptions, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget,
  NeoTargetAccelerator, NeoTargetArch, NeoTargetOs,
} from '../../src';
import { makeModel } from '../private-compilation/model/make-model';
import { INPUT } from '../private-compilation/model/stripes';

/** The targets of the model. Each further line adds one job, which is a single CloudFormation resource, and its alarms, but no function, role or policy. */
const TARGETS: { readonly [id: string]: { readonly target: NeoTarget; readonly compilerOptions?: NeoCompilerOptions } } = {
  Servers: { target: NeoTarget.ML_C5, compilerOptions: NeoCompilerOptions.cpu({ mcpu: 'skylake-avx512' }) },
  GpuServers: { target: NeoTarget.ML_G4DN },
  Cameras: { target: NeoTarget.JETSON_NANO, compilerOptions: NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }) },
  RaspberryPis: { target: NeoTarget.RASP4B },
  Gateways: { target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.X86_64, accelerator: NeoTargetAccelerator.INTEL_GRAPHICS }) },
  Boards: { target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI }) },
  Phones: {
    target: NeoTarget.platform({ os: NeoTargetOs.ANDROID, arch: NeoTargetArch.ARM64 }),
    compilerOptions: NeoCompilerOptions.android({ platform: 28 }),
  },
};

const archive = path.join(__dirname, 'stripes.tar.gz');
makeModel(archive);

const stack = new Stack(new App(), 'ManyJobs', { description: 'One model that SageMaker Neo compiles in a private network for many kinds of devices, with alarms' });

const compiled = new s3.Bucket(stack, 'Compiled', {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
});
// All jobs start at once, and each needs two addresses per subnet. Jobs above the account's quota wait.
const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [compiled], maxConcurrentInstances: Object.keys(TARGETS).length });

const model = NeoModel.fromAsset(archive, {
  framework: NeoFramework.ONNX,
  dataInputShape: NeoDataInputShape.of(INPUT.name, ...INPUT.shape),
});
const jobs = Object.entries(TARGETS).map(([id, target]) => new NeoCompilationJob(stack, id, {
  vpcConfig: network.vpcConfig,
  model,
  ...target,
  outputBucket: compiled,
  // Devices use the artifacts of the current jobs. When a job is deleted, its artifact is deleted, too.
  deleteArtifacts: true,
}));

const key = new kms.Key(stack, 'TopicKey', { enableKeyRotation: true });
// The key policy must allow the services that publish to the encrypted topic. EventBridge sends no aws:SourceAccount to KMS.
key.addToResourcePolicy(new iam.PolicyStatement({
  principals: [new iam.ServicePrincipal('events.amazonaws.com'), new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
  actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
  resources: ['*'],
}));
const outcomes = new sns.Topic(stack, 'Outcomes', { masterKey: key, enforceSSL: true });
const alarms = new sns.Topic(stack, 'Alarms', { masterKey: key, enforceSSL: true });
new NeoCompilationMonitoring(stack, 'Monitoring', { jobs, topic: outcomes, alarmTopic: alarms });

new CfnOutput(stack, 'Artifacts', {
  description: 'The compiled models, by target',
  value: stack.toJsonString(Object.fromEntries(jobs.map(job => [job.node.id, job.modelArtifactsUri]))),
});
