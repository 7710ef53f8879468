import { App, Stack } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import { CompilationStage } from './compilation-stage';

const app = new App();
const stack = new Stack(app, 'Pipeline', { description: 'Delivers models compiled in private by SageMaker Neo, first to test, then to production' });

// The source is a bucket so that the example is complete. For a repository, use CodePipelineSource.connection(...).
const source = new s3.Bucket(stack, 'Source', {
  encryption: s3.BucketEncryption.S3_MANAGED,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  versioned: true,
});
const pipeline = new CodePipeline(stack, 'Pipeline', {
  synth: new ShellStep('Synth', {
    input: CodePipelineSource.s3(source, 'source.zip'),
    commands: ['npm ci', 'npx projen bundle', 'cd examples/pipeline-stage', 'npx cdk synth'],
    primaryOutputDirectory: 'examples/pipeline-stage/cdk.out',
  }),
  pipelineType: PipelineType.V2,
  codeBuildDefaults: {
    buildEnvironment: { buildImage: codebuild.LinuxBuildImage.STANDARD_7_0 },
    partialBuildSpec: codebuild.BuildSpec.fromObject({ phases: { install: { 'runtime-versions': { nodejs: '22' } } } }),
  },
});

// A model that cannot be compiled fails the deployment of the test stage, and never reaches the approval.
const test = new CompilationStage(app, 'Test');
pipeline.addStage(test, {
  post: [new ShellStep('Compiled', { envFromCfnOutputs: { ARTIFACT: test.artifactsUri }, commands: ['echo "compiled to $ARTIFACT"'] })],
});
pipeline.addStage(new CompilationStage(app, 'Production'), { pre: [new ManualApprovalStep('Release')] });
