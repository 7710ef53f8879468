import { App, CfnOutput, Duration, Fn, Stack, Tags, type CfnResource } from 'aws-cdk-lib';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { archive, compilation, jobOf, OPTIONS, requestOf } from './fixture';
import {
  type INeoCompilationJob, NeoCompilationJob, type NeoCompilationJobAttributes, NeoCompilationMonitoring, NeoCompiledModel, NeoCompilerOptions,
  NeoFramework, NeoModel, NeoTarget, NeoTargetArch, NeoTargetOs,
} from '../../src';
import { network, newStack, only, templateOf } from '../network/fixture';
import { DependencyGraph } from '../util/dependency-graph';

describe('the request', () => {
  test('holds the model, its framework and shape', () => {
    expect(requestOf({}).InputConfig).toEqual({
      S3Uri: { 'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^Bucket/) }, '/models/resnet.tar.gz']] },
      DataInputConfig: '{"input0":[1,3,224,224]}',
      Framework: 'PYTORCH',
      FrameworkVersion: '1.13',
    });
  });

  test('holds the network, with as many subnets and groups as the network has', () => {
    const { stack, privateVpc } = compilation();
    expect(jobOf(templateOf(stack)).Request.VpcConfig).toEqual(stack.resolve({
      Subnets: privateVpc.vpcConfig.subnets, SecurityGroupIds: privateVpc.vpcConfig.securityGroupIds,
    }));
  });

  test('a device target, compiler options as compact JSON, output and key', () => {
    const fixture = network();
    const key = new kms.Key(fixture.stack, 'Key');
    const { stack } = compilation({
      target: NeoTarget.JETSON_XAVIER,
      outputPrefix: 'compiled/edge',
      outputEncryptionKey: key,
      compilerOptions: NeoCompilerOptions.nvidia({ gpuCode: 'sm_72', trtVersion: '6.0.1', cudaVersion: '10.1' }),
    }, fixture);
    const { OutputConfig } = jobOf(templateOf(stack)).Request;
    expect(OutputConfig).toEqual({
      S3OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^Bucket/) }, '/compiled/edge']] },
      TargetDevice: 'jetson_xavier',
      CompilerOptions: '{"gpu-code":"sm_72","trt-ver":"6.0.1","cuda-ver":"10.1"}',
      KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
    });
  });

  test('a platform target', () => {
    const { OutputConfig } = requestOf({ target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 }) });
    expect(OutputConfig.TargetPlatform).toEqual({ Os: 'LINUX', Arch: 'ARM64' });
    expect(OutputConfig.TargetDevice).toBeUndefined();
  });

  test('a model package in place of archive and framework', () => {
    const arn = 'arn:aws:sagemaker:us-east-1:111122223333:model-package/resnet/3';
    const sent = requestOf({ model: NeoModel.fromModelPackageVersion(arn) });
    expect(sent.ModelPackageVersionArn).toBe(arn);
    expect(sent.InputConfig).toBeUndefined();
  });

  test('the times in seconds, 15 minutes of compilation if nothing is said', () => {
    expect(requestOf({}).StoppingCondition).toEqual({ MaxRuntimeInSeconds: '900' });
    expect(requestOf({ maxRuntime: Duration.minutes(40), maxPendingTime: Duration.hours(3), waitForCompletion: false }).StoppingCondition)
      .toEqual({ MaxRuntimeInSeconds: '2400', MaxPendingTimeInSeconds: '10800' });
  });

  test('every scalar is a string already: CloudFormation would make it one', () => {
    const scalars: unknown[] = [];
    const { stack } = compilation({ deleteArtifacts: true, waitForCompletion: false, timeout: Duration.minutes(5) });
    JSON.stringify(jobOf(templateOf(stack)), (_, value) => {
      if (typeof value !== 'object') { scalars.push(value); }
      return value;
    });
    expect(scalars.filter(value => typeof value !== 'string')).toEqual([]);
    expect(scalars).toEqual(expect.arrayContaining(['true', 'false', '300']));
  });
});

describe('names', () => {
  test('begin with the stack and the id; the handler makes them unique', () => {
    expect(jobOf(templateOf(compilation().stack)).JobNamePrefix).toMatch(/^Stack-[0-9a-f]{6}-Job$/);
  });

  test('leave 18 of 63 characters to the handler, whatever the ids are', () => {
    const stack = newStack({ stackName: 'a-very-long-stack-name-with-äöü-and-many-more-words'.replace(/[äöü]/g, 'x') }, 'Stäck');
    const { JobNamePrefix } = jobOf(templateOf(compilation({}, network({}, stack), 'Jöb: with — everything, and longer than it should be').stack));
    expect(JobNamePrefix.length).toBeLessThanOrEqual(45);
    expect(`${JobNamePrefix}-01234567-01234567`).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);
  });

  test('of two stacks never begin alike, so that IAM can tell them apart', () => {
    const app = new App();
    const stacks = ['A', 'B'].map(id => compilation({}, network({}, new Stack(app, id, { stackName: `models-${id}` }))).stack);
    const prefixes = stacks.map(stack => jobOf(templateOf(stack)).JobNamePrefix);
    expect(new Set(prefixes).size).toBe(2);
    expect(prefixes[1].startsWith(prefixes[0].replace(/-Job$/, ''))).toBe(false);
  });

  test('can be fixed', () => {
    expect(jobOf(templateOf(compilation({ compilationJobName: 'resnet-for-c5' }).stack)).JobName).toBe('resnet-for-c5');
  });
});

describe('tags', () => {
  test('of the job and of the tree around it reach the job, with the stack\'s own for IAM', () => {
    const { stack } = compilation({ tags: { team: 'vision' } });
    Tags.of(stack).add('stage', 'prod');
    const { Tags: tags, JobNamePrefix } = jobOf(templateOf(stack));
    expect(tags).toEqual(expect.arrayContaining([
      { Key: 'team', Value: 'vision' },
      { Key: 'stage', Value: 'prod' },
      { Key: 'cdk-sagemaker-neo:stack', Value: JobNamePrefix.replace(/-Job$/, '') },
    ]));
    expect(tags).toHaveLength(3);
  });
});

describe('order', () => {
  const { stack } = compilation({ model: NeoModel.fromAsset(archive(), OPTIONS) });
  const template = templateOf(stack);
  const graph = new DependencyGraph(template.toJSON());
  const [jobId] = Object.keys(template.findResources(NeoCompilationJob.RESOURCE_TYPE));

  test.each([
    'AWS::EC2::VPCEndpoint', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupEgress',
    'AWS::S3::BucketPolicy', 'AWS::IAM::Policy', 'AWS::IAM::Role', 'AWS::EC2::FlowLog', 'AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine',
  ])('a job starts after every %s, and is deleted before any', type => {
    const all = Object.keys(template.findResources(type));
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(id => !graph.closure(jobId).has(id))).toEqual([]);
  });

  test('costs the template one line: the network\'s Ready', () => {
    const { DependsOn } = template.toJSON().Resources[jobId];
    expect([DependsOn].flat()).toEqual([expect.stringMatching(/^NeoReady/)]);
  });

  test('holds no cycle, also when the artifacts are granted to the network\'s own role', () => {
    const fixture = compilation({ deleteArtifacts: true });
    fixture.job.grantReadArtifacts(fixture.privateVpc.role);
    expect(new DependencyGraph(templateOf(fixture.stack).toJSON()).cycles()).toEqual([]);
  });

  test('a role of one\'s own is waited for with its policies', () => {
    const fixture = network();
    const role = new iam.Role(fixture.stack, 'Mine', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    const t = templateOf(compilation({ role }, fixture).stack);
    const [id] = Object.keys(t.findResources(NeoCompilationJob.RESOURCE_TYPE));
    const policies = Object.keys(t.findResources('AWS::IAM::Policy')).filter(name => name.startsWith('Mine'));
    expect(policies).toHaveLength(1);
    expect(new DependencyGraph(t.toJSON()).closure(id).has(policies[0])).toBe(true);
  });
});

test('its CloudFormation resource is the default child, for escape hatches', () => {
  const { job, stack } = compilation();
  (job.node.defaultChild as CfnResource).addPropertyOverride('Request.OutputConfig.TargetDevice', 'ml_m6i');
  (job.node.defaultChild as CfnResource).addOverride('UpdateReplacePolicy', 'Retain');
  templateOf(stack).hasResource(NeoCompilationJob.RESOURCE_TYPE, {
    Properties: { Request: { OutputConfig: { TargetDevice: 'ml_m6i' } } }, UpdateReplacePolicy: 'Retain', DeletionPolicy: 'Delete',
  });
});

describe('attributes', () => {
  test('are those of the resource', () => {
    const { stack, job } = compilation();
    for (const [name, value] of Object.entries({
      name: job.jobName,
      arn: job.jobArn,
      uri: job.modelArtifactsUri,
      digest: job.artifactDigest,
      image: job.inferenceImage,
      key: job.artifactObjectKey,
    })) {
      new CfnOutput(stack, name, { value });
    }
    const { Outputs } = templateOf(stack).toJSON();
    const getAtt = (attribute: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^Job/), attribute] });
    expect(Object.fromEntries(Object.entries(Outputs).map(([name, output]: any) => [name, output.Value]))).toMatchObject({
      name: { Ref: expect.stringMatching(/^Job/) },
      arn: getAtt('JobArn'),
      uri: getAtt('ModelArtifactsUri'),
      digest: getAtt('ArtifactDigest'),
      image: getAtt('InferenceImage'),
      key: getAtt('ArtifactObjectKey'),
    });
  });

  test('fails for an attribute of the result without waiting', () => {
    const { job } = compilation({ waitForCompletion: false });
    expect(() => job.modelArtifactsUri).toThrow(/modelArtifactsUri is not known with waitForCompletion: false/);
    expect(() => job.artifactDigest).toThrow(/artifactDigest is not known/);
    expect(job.jobArn).toBeDefined();
  });

  test('fails for the inference image of an edge target', () => {
    const fixture = network();
    const model = NeoModel.fromBucket(fixture.bucket, 'm.tar.gz', { ...OPTIONS, framework: NeoFramework.PYTORCH_1_8 });
    const { job } = compilation({ target: NeoTarget.RASP4B, model }, fixture);
    expect(() => job.inferenceImage).toThrow(/inferenceImage is known for cloud targets only/);
  });
});

describe('an imported job', () => {
  test('has its name and ARN', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-west-1' } });
    const job = NeoCompilationJob.fromJobName(stack, 'Job', 'resnet-for-c5');
    expect(job.jobName).toBe('resnet-for-c5');
    expect(stack.resolve(job.jobArn)).toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:eu-west-1:111122223333:compilation-job/resnet-for-c5']] });
    expect(job.consoleUrl).toMatch(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/sagemaker\/.*\/resnet-for-c5$/);
  });

  test.each<[string, (job: INeoCompilationJob) => unknown]>([
    ['role', job => job.role],
    ['target', job => job.target],
    ['vpcConfig', job => job.vpcConfig],
    ['outputBucket', job => job.modelArtifactsUri],
    ['artifactObjectKey', job => job.grantReadArtifacts(new iam.AccountRootPrincipal())],
    ['artifactDigest', job => job.artifactDigest],
    ['inferenceImage', job => job.inferenceImage],
    ['stackName', job => job.metricFailedJobs()],
  ])('fails when %s is needed and not known', (attribute, use) => {
    const job = NeoCompilationJob.fromJobName(newStack(), 'Job', 'resnet-for-c5');
    expect(() => use(job)).toThrow(`${attribute} of the imported job is not known: use NeoCompilationJob.fromCompilationJobAttributes with ${attribute}; got: the job named resnet-for-c5`);
  });

  const imported = (attrs: Partial<NeoCompilationJobAttributes> = {}) => {
    const fixture = network();
    const outputBucket = s3.Bucket.fromBucketName(fixture.stack, 'Output', 'output');
    const job = NeoCompilationJob.fromCompilationJobAttributes(fixture.stack, 'Job', {
      jobName: 'resnet',
      outputBucket,
      artifactObjectKey: 'neo/resnet/model-ml_c5.tar.gz',
      artifactDigest: 'abc',
      inferenceImage: 'image',
      target: NeoTarget.ML_C5,
      role: fixture.privateVpc.role,
      vpcConfig: fixture.privateVpc.vpcConfig,
      ...attrs,
    });
    return { ...fixture, job };
  };

  test('gives what it is told', () => {
    const { job, privateVpc } = imported();
    expect(job).toMatchObject({ artifactObjectKey: 'neo/resnet/model-ml_c5.tar.gz', artifactDigest: 'abc', inferenceImage: 'image', target: NeoTarget.ML_C5, role: privateVpc.role });
    expect(job.modelArtifactsUri).toBe('s3://output/neo/resnet/model-ml_c5.tar.gz');
  });

  test.each<[string, string, unknown]>([
    ['folder of the job', 'neo/resnet/model-ml_c5.tar.gz', '/neo/resnet/*'],
    ['object at the top of the bucket', 'model.tar.gz', '/model.tar.gz'],
    ['object of which only the deployment knows the key', Fn.importValue('Key'), expect.stringMatching(/\/$/)],
  ])('grants the %s', (_, artifactObjectKey, expected) => {
    const { stack, job } = imported({ artifactObjectKey });
    const reader = new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('greengrass.amazonaws.com') });
    job.grantReadArtifacts(reader);
    const [{ Properties }] = Object.values(templateOf(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: [stack.resolve(reader.roleName)] } }));
    const { Resource } = Properties.PolicyDocument.Statement.find(({ Action }: any) => Action === 's3:GetObject');
    const parts = Resource['Fn::Join'][1].filter((part: unknown) => typeof part === 'string');
    expect(parts[parts.length - 1]).toEqual(typeof expected === 'string' ? expect.stringMatching(new RegExp(`${expected.replace('*', '\\*')}$`)) : expected);
  });

  test('is hosted', () => {
    const { stack, job } = imported();
    new NeoCompiledModel(stack, 'Model', { job });
    expect(only(templateOf(stack), 'AWS::SageMaker::Model')).toMatchObject({
      PrimaryContainer: { Image: 'image', ModelDataUrl: 's3://output/neo/resnet/model-ml_c5.tar.gz' },
    });
  });

  test('is watched, by the names that its own stack gives it', () => {
    const { stack, job } = imported({ stackName: 'Models', logicalResourceId: 'Job1', maxRuntime: Duration.minutes(10) });
    job.onFailed('Failed', { target: new SnsTopic(new sns.Topic(stack, 'Topic')) });
    new NeoCompilationMonitoring(stack, 'Monitoring', { jobs: [job], topic: new sns.Topic(stack, 'Outcomes') });
    const template = templateOf(stack);
    const detail = { stackName: ['Models'], logicalResourceId: ['Job1'] };
    expect(Object.values(template.findResources('AWS::Events::Rule')).map(({ Properties }) => Properties.EventPattern.detail)).toEqual([{ ...detail, outcome: ['FAILED'] }, detail]);
    expect(Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => [Properties.MetricName, Properties.Threshold, Properties.Dimensions])).toEqual(
      ['FailedJobs', 'CompilationTime'].map(name => [name, name === 'FailedJobs' ? 1 : 480, [{ Name: 'Job', Value: 'Job1' }, { Name: 'Stack', Value: 'Models' }]]));
    template.resourceCountIs('AWS::Logs::MetricFilter', 0);
  });

  test('has events by its name alone', () => {
    const stack = newStack();
    NeoCompilationJob.fromJobName(stack, 'Job', 'resnet').onCompleted('Completed', { target: new SnsTopic(new sns.Topic(stack, 'Topic')) });
    expect(only(templateOf(stack), 'AWS::Events::Rule').EventPattern.detail).toEqual({ jobName: ['resnet'], outcome: ['COMPLETED'] });
  });

  test.each<[string, object, RegExp]>([
    ['a URI for a key', { artifactObjectKey: 's3://output/neo/resnet.tar.gz' }, /artifactObjectKey must be a key, without the bucket/],
    ['a misspelled attribute', { bucket: 'output' }, /bucket is not a prop: (use|remove)/],
    ['a name with spaces', { jobName: 'my job' }, /jobName must be 1 to 63/],
  ])('fails for %s', (_, attrs, message) => {
    expect(() => imported(attrs)).toThrow(message);
  });
});

describe('logs of the functions', () => {
  const retention = (...retentions: (logs.RetentionDays | undefined)[]) => {
    const fixture = network();
    retentions.forEach((functionLogRetention, i) => compilation({ functionLogRetention }, fixture, `Job${i}`));
    return Object.entries(templateOf(fixture.stack).findResources('AWS::Logs::LogGroup'))
      .filter(([id]) => id.includes('CompilationJobProvider'))
      .map(([, { Properties }]) => Properties?.RetentionInDays);
  };

  test.each<[string, (logs.RetentionDays | undefined)[], number | undefined]>([
    ['are kept for a month', [undefined], 30],
    ['are kept as long as a job asks for', [undefined, logs.RetentionDays.ONE_WEEK], 7],
    ['are kept as long as the most demanding job asks for', [logs.RetentionDays.ONE_WEEK, logs.RetentionDays.ONE_YEAR, logs.RetentionDays.ONE_DAY], 365],
    ['are kept for ever', [logs.RetentionDays.INFINITE, logs.RetentionDays.ONE_YEAR], undefined],
  ])('%s', (_, retentions, expected) => {
    expect(retention(...retentions)).toEqual([expected]);
  });

  test('fails for a number of days that CloudWatch Logs does not know', () => {
    expect(() => retention(2 as logs.RetentionDays)).toThrow(/functionLogRetention must be one of logs\.RetentionDays, such as logs\.RetentionDays\.ONE_YEAR; got: 2/);
  });
});

test('artifacts can be read by whom they are granted to, below the job\'s own folders', () => {
  const { stack, job } = compilation({ outputPrefix: 'out' });
  job.grantReadArtifacts(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('greengrass.amazonaws.com') }));
  const [reader] = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Reader'));
  expect(JSON.stringify(reader)).toMatch(/\/out\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
});
