import { App, CfnOutput, CfnParameter, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoCompilerOptions, NeoCreateCompilationJob,
  NeoDataInputShape, NeoExecutionModel, NeoFleetModels, NeoFramework, NeoManifestFormat, NeoModel, NeoPrivateCompilationVpc,
  NeoRunCompilationJob, NeoTarget, NeoTargetArch, NeoTargetOs, type NeoCompilationJobProps,
} from '../../src';

/*
 * Strings that only the deployment knows, in each of CDK's encodings. An object such as `resource.getAtt('Arn')` is as good as a string; an encoded number or
 * list is not, and neither is a construct such as a parameter or a stack.
 */

const XGBOOST = { framework: NeoFramework.XGBOOST };

function fixture() {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const one = { vpcConfig, outputBucket: bucket, model: NeoModel.fromBucket(bucket, 'm.tar.gz', XGBOOST), target: NeoTarget.ML_C5 };
  const job = (props: Partial<NeoCompilationJobProps> = {}) => new NeoCompilationJob(stack, 'Job', { ...one, ...props });
  const fleet = (models: NeoFleetModels) => new NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig, models, outputBucket: bucket, targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 1,
  });
  return { app, stack, bucket, vpcConfig, one, job, fleet };
}

type Fixture = ReturnType<typeof fixture>;

const PROPS: [string, (f: Fixture, token: any) => unknown][] = [
  ['compilationJobName', (f, token) => f.job({ compilationJobName: token })],
  ['outputPrefix', (f, token) => f.job({ outputPrefix: token })],
  ['tags.a', (f, token) => f.job({ tags: { a: token } })],
  ['vpcConfig.subnets[0]', (f, token) => f.job({ vpcConfig: { subnets: [token, 'subnet-1'], securityGroupIds: ['sg-1'] }, role: f.vpcConfig.privateVpc!.role })],
  ['objectKey', (f, token) => f.job({ model: NeoModel.fromBucket(f.bucket, token, XGBOOST) })],
  ['modelVersion', (f, token) => f.job({ model: NeoModel.fromBucket(f.bucket, 'm.tar.gz', { ...XGBOOST, modelVersion: token }) })],
  ['modelPackageVersionArn', (f, token) => f.job({ model: NeoModel.fromModelPackageVersion(token) })],
  ['jobName', (f, token) => new CfnOutput(f.stack, 'Url', { value: NeoCompilationJob.fromJobName(f.stack, 'Imported', token).consoleUrl })],
  ['artifactObjectKey', (f, token) => NeoCompilationJob.fromCompilationJobAttributes(f.stack, 'Imported', { jobName: 'a', outputBucket: f.bucket, artifactObjectKey: token })
    .grantReadArtifacts(new iam.User(f.stack, 'User'))],
  ['stackName', (f, token) => new NeoCompilationMonitoring(f.stack, 'Monitoring', {
    jobs: [NeoCompilationJob.fromCompilationJobAttributes(f.stack, 'Imported', { jobName: 'a', stackName: token, logicalResourceId: 'Job' })],
  })],
  ['modelName', (f, token) => new NeoCompiledModel(f.stack, 'Model', { job: f.job(), modelName: token })],
  ['environment.A', (f, token) => new NeoCompiledModel(f.stack, 'Model', { job: f.job(), environment: { A: token } })],
  ['modelName', (f, token) => new CfnOutput(f.stack, 'Arn', { value: NeoCompiledModel.fromModelName(f.stack, 'Model', token).modelArn })],
  ['dashboardName', (f, token) => new NeoCompilationMonitoring(f.stack, 'Monitoring', { jobs: [f.job()], dashboardName: token })],
  ['stateMachineArn', (f, token) => NeoCompilationFleet.fromStateMachineArn(f.stack, 'Imported', token)],
  ['prefix', (f, token) => f.fleet(NeoFleetModels.fromPrefix(f.bucket, token, XGBOOST))],
  ['objectKey', (f, token) => f.fleet(NeoFleetModels.fromManifest(f.bucket, token, NeoManifestFormat.CSV))],
  ['compilationJobName', (f, token) => new NeoCreateCompilationJob(f.stack, 'Task', { ...f.one, compilationJobName: token })],
  ['compilationJobNamePattern', (f, token) => NeoRunCompilationJob.jsonata(f.stack, 'Run', { ...f.one, compilationJobName: 'a', compilationJobNamePattern: token })],
  ['s3Uri', (f, token) => new NeoCreateCompilationJob(f.stack, 'Task', {
    ...f.one, compilationJobName: 'a', model: NeoExecutionModel.fromS3Uri(token, { bucket: f.bucket, ...XGBOOST }),
  })],
  ['objectKeyPattern', (f, token) => f.vpcConfig.privateVpc!.grantReadThroughEndpoint(s3.Bucket.fromBucketName(f.stack, 'Other', 'other-models'), token)],
  ['objectKeyPattern', (f, token) => new NeoCreateCompilationJob(f.stack, 'Task', {
    ...f.one, compilationJobName: 'a', model: NeoExecutionModel.fromS3Uri('s3://other/m.tar.gz', { bucket: f.bucket, objectKeyPattern: token, ...XGBOOST }),
  })],
  ['name of the device', (f, token) => f.job({ target: NeoTarget.device(token) })],
  ['name of the framework', (f, token) => f.job({ model: NeoModel.fromBucket(f.bucket, 'm.tar.gz', { framework: NeoFramework.of(token) }) })],
  ['os', (f, token) => f.job({ target: NeoTarget.platform({ os: NeoTargetOs.of(token), arch: NeoTargetArch.ARM64 }) })],
  ['mcpu', (f, token) => f.job({ compilerOptions: NeoCompilerOptions.cpu({ mcpu: token }) })],
  ['json', (f, token) => f.job({ compilerOptions: NeoCompilerOptions.fromJson(token) })],
  ['json', (f, token) => f.job({ model: NeoModel.fromBucket(f.bucket, 'm.tar.gz', { framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.fromJson(token) }) })],
];

test.each(PROPS)('%s may be a token that is an object (%#)', (_, give) => {
  const f = fixture();
  give(f, Token.asAny({ Ref: 'Parameter' }));
  expect(JSON.stringify(f.app.synth().stacks.map(({ template }) => template))).not.toMatch(/object Object|Token\[/);
});

test.each(PROPS)('fails for a token of another type as %s (%#)', (prop, give) => {
  const message = new RegExp(`^(\\w+\\.)?${prop.replace(/[[\].]/g, '\\$&')} (has the wrong type: it )?must be .*; got: (a token|the construct )`);
  for (const wrong of [() => Token.asNumber({ Ref: 'P' }), () => Token.asList({ Ref: 'P' }), ({ stack }: Fixture) => stack, ({ stack }: Fixture) => new CfnParameter(stack, 'P')]) {
    const f = fixture();
    expect(() => give(f, wrong(f))).toThrow(message);
  }
});
