import * as fs from 'fs';
import { Annotations, App, CfnOutput, Duration, Lazy, Stack, Tags, Token, type CfnResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { archive, compilation, jobOf, OPTIONS } from './fixture';
import { NeoCompilationJob, NeoCompilerOptions, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget, NeoTargetArch, NeoTargetOs } from '../../src';
import { DependencyGraph } from '../private/dependency-graph';
import { network, newStack, templateOf, warningIds, warnings } from '../private-compilation-vpc/fixture';

const request = (props: Parameters<typeof compilation>[0]) => jobOf(templateOf(compilation(props).stack)).Request;

describe('the request', () => {
  test('holds the model, its framework and shape', () => {
    expect(request({}).InputConfig).toEqual({
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
    const { OutputConfig } = request({ target: NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 }) });
    expect(OutputConfig.TargetPlatform).toEqual({ Os: 'LINUX', Arch: 'ARM64' });
    expect(OutputConfig.TargetDevice).toBeUndefined();
  });

  test('a model package in place of archive and framework', () => {
    const arn = 'arn:aws:sagemaker:us-east-1:111122223333:model-package/resnet/3';
    const sent = request({ model: NeoModel.fromModelPackageVersion(arn) });
    expect(sent.ModelPackageVersionArn).toBe(arn);
    expect(sent.InputConfig).toBeUndefined();
  });

  test('the times in seconds, 15 minutes of compilation if nothing is said', () => {
    expect(request({}).StoppingCondition).toEqual({ MaxRuntimeInSeconds: '900' });
    expect(request({ maxRuntime: Duration.minutes(40), maxPendingTime: Duration.hours(3), waitForCompletion: false }).StoppingCondition)
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

describe('a role of one\'s own', () => {
  const SAGEMAKER = new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': '111122223333' } } });
  const withRole = (make: (stack: Stack) => iam.IRole) => {
    const fixture = network();
    const role = make(fixture.stack);
    const model = NeoModel.fromBucket(s3.Bucket.fromBucketName(fixture.stack, 'Models', 'models'), 'm.tar.gz', OPTIONS);
    return { ...compilation({ role, model, outputPrefix: 'out' }, fixture), role };
  };
  const statements = (stack: Stack, roles: unknown) => Object.values(templateOf(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: roles } }))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

  /** Sids of what it is given, without what tells one network or bucket from another. */
  const sids = (given: any[]) => given.map(({ Sid }) => Sid?.replace(/[0-9a-f]{8}$/, ''));

  test('is given what the network\'s has, on its own output only', () => {
    const { stack, role } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: SAGEMAKER }));
    const given = statements(stack, [stack.resolve(role.roleName)]);
    expect(sids(given)).toEqual([
      undefined, 'DescribeNetwork', 'PlaceInterfaces', 'CreateInterfaces', 'UseInterfaces', 'UseBuckets', 'UseObjects', 'WriteLogs', 'WriteMetrics',
    ]);
    expect(JSON.stringify(given.find(({ Action }) => JSON.stringify(Action).includes('s3:PutObject')).Resource)).toMatch(/\/out\/\*/);
    expect(warningIds(stack)).toEqual([]);
  });

  test('of jobs in two networks has no two statements with the same Sid', () => {
    const fixture = network();
    const role = new iam.Role(fixture.stack, 'Mine', { assumedBy: SAGEMAKER });
    const second = new s3.Bucket(fixture.stack, 'SecondBucket');
    const other = { ...fixture, bucket: second, privateVpc: new NeoPrivateCompilationVpc(fixture.stack, 'SecondNeo', { buckets: [second], role }) };
    [fixture, fixture, other, other].forEach((where, i) => compilation({ role }, where, `Job${i}`));
    const given = statements(fixture.stack, [fixture.stack.resolve(role.roleName)]).map(({ Sid }) => Sid).filter(Boolean);
    expect(given.length).toBeGreaterThan(12);
    expect(given.filter((sid, i) => given.indexOf(sid) !== i)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => iam.IRole, string[]]>([
    ['imported', scope => iam.Role.fromRoleArn(scope, 'Mine', 'arn:aws:iam::111122223333:role/neo'), ['roleTrustNotChecked']],
    ['imported and not to be changed', scope => iam.Role.fromRoleArn(scope, 'Mine', 'arn:aws:iam::111122223333:role/neo', { mutable: false }), ['roleNotManaged', 'roleTrustNotChecked']],
  ])('%s: warnings say what cannot be done here', (_, make, ids) => {
    const { stack } = withRole(make);
    expect(warningIds(stack)).toEqual(ids);
    const needed = warnings(stack).find(text => text.includes('roleNotManaged'));
    if (needed) { expect(needed).toMatch(/ec2:CreateNetworkInterface.*s3:PutObject.*\/out\/\*.*logs:PutLogEvents/); }
  });

  test('must trust SageMaker', () => {
    const { stack } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    expect(() => (stack.node.root as App).synth()).toThrow(/role must trust sagemaker\.amazonaws\.com/);
  });

  test('is told of a network that this library does not know, which it must be permitted by hand', () => {
    const stack = newStack();
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'models');
    const role = new iam.Role(stack, 'Mine', { assumedBy: SAGEMAKER });
    new NeoCompilationJob(stack, 'Job', {
      vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] }, role, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket,
    });
    expect(sids(statements(stack, [stack.resolve(role.roleName)]))).toEqual([undefined, 'UseBuckets', 'UseObjects', 'WriteLogs', 'WriteMetrics']);
  });
});

describe('a model in a bucket of the job\'s own stack', () => {
  test('is not there at the first deployment, which a warning says', () => {
    const { stack } = compilation();
    expect(warnings(stack)).toEqual([expect.stringMatching(/^the model is read from Stack\/Bucket, which this stack makes.*use NeoModel\.fromAsset \[ack: cdk-sagemaker-neo:modelNotUploaded\]$/)]);
  });

  test('may be uploaded by what the job waits for', () => {
    const { stack, job } = compilation();
    job.node.addDependency(new s3.CfnStorageLens(stack, 'StandsForAnUpload', { storageLensConfiguration: { id: 'x', isEnabled: true, accountLevel: { bucketLevel: {} } } }));
    expect(warningIds(stack)).toEqual([]);
  });

  test('may be known to be there', () => {
    const { stack, job } = compilation();
    Annotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:modelNotUploaded', 'deployed after the bucket');
    expect(warningIds(stack)).toEqual([]);
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

describe('one provider per stack', () => {
  test('serves any number of jobs: each further one costs exactly one resource', () => {
    const count = (jobs: number) => {
      const fixture = network();
      for (let i = 0; i < jobs; i++) { compilation({}, fixture, `Job${i}`); }
      return Object.keys(templateOf(fixture.stack).toJSON().Resources).length;
    };
    expect(count(12) - count(1)).toBe(11);
  });

  test('is not shared between stacks or apps', () => {
    const [one, two] = [compilation(), compilation()];
    for (const { stack } of [one, two]) { templateOf(stack).resourceCountIs('AWS::StepFunctions::StateMachine', 1); }
  });

  test('runs the bundled handler on the pinned runtime', () => {
    const functions = Object.values(templateOf(compilation().stack).findResources('AWS::Lambda::Function')).map(f => f.Properties);
    const ours = functions.filter(f => /^index\.(onEvent|isComplete)$/.test(f.Handler));
    expect(ours.map(f => f.Runtime)).toEqual(['nodejs24.x', 'nodejs24.x']);
  });

  test('polls at least every ten seconds for an hour', () => {
    const [machine] = Object.values(templateOf(compilation().stack).findResources('AWS::StepFunctions::StateMachine'));
    const definition = JSON.parse(machine.Properties.DefinitionString['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : 'arn').join(''));
    expect(definition.States['framework-isComplete-task'].Retry[0]).toMatchObject({ IntervalSeconds: 9, MaxAttempts: 400, BackoffRate: 1 });
  });
});

describe('permissions of the handler', () => {
  const statements = (fixture: { stack: Stack }) => Object.values(templateOf(fixture.stack).findResources('AWS::IAM::Policy'))
    .flatMap(policy => policy.Properties.PolicyDocument.Statement) as any[];
  const statement = (fixture: { stack: Stack }, sid: string) => statements(fixture).find(one => one.Sid === sid);

  test('make jobs under the stack\'s own names only', () => {
    const { Action, Resource } = statement(compilation(), 'MakeJobs');
    expect(Action).toEqual(['sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:AddTags', 'sagemaker:ListTags']);
    expect(JSON.stringify(Resource)).toMatch(/:compilation-job\/Stack-[0-9a-f]{6}-\*"/);
  });

  test('a fixed name is added', () => {
    expect(JSON.stringify(statement(compilation({ compilationJobName: 'resnet-for-c5' }), 'MakeJobs').Resource)).toContain(':compilation-job/resnet-for-c5');
  });

  test('end only jobs that carry the stack\'s tag', () => {
    const { Action, Condition } = statement(compilation(), 'EndOwnJobs');
    expect(Action).toContain('sagemaker:DeleteCompilationJob');
    expect(Condition.StringEquals['aws:ResourceTag/cdk-sagemaker-neo:stack']).toMatch(/^Stack-[0-9a-f]{6}$/);
  });

  test('pass the jobs\' roles to SageMaker, and to nobody else', () => {
    const { stack, privateVpc } = compilation();
    expect(statement({ stack }, 'PassExecutionRole')).toMatchObject({
      Resource: stack.resolve([privateVpc.role.roleArn]),
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
  });

  test('delete artifacts only when asked to, and only those of the job', () => {
    expect(statement(compilation(), 'DeleteArtifacts')).toBeUndefined();
    const { Action, Resource } = statement(compilation({ deleteArtifacts: true, outputPrefix: 'out' }), 'DeleteArtifacts');
    expect(Action).toBe('s3:DeleteObject');
    expect(JSON.stringify(Resource)).toMatch(/\/out\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
  });

  test('reach `*` with one action, which takes no resource, and with no managed policy', () => {
    const { stack } = compilation();
    const provider = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('cdksagemakerneo'));
    const onAll = provider.flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement).filter((one: any) => one.Resource === '*');
    expect(onAll.map((one: any) => one.Action)).toEqual(['sagemaker:ListCompilationJobs']);
    for (const role of Object.values(templateOf(stack).findResources('AWS::IAM::Role'))) {
      if (JSON.stringify(role.Properties.Description ?? '').match(/Neo compilation jobs|Provider framework/)) {
        expect(role.Properties.ManagedPolicyArns).toBeUndefined();
      }
    }
  });
});

describe('a model from a file', () => {
  test('is uploaded under a key that ends in .tar.gz, named by its content', () => {
    const key = (content: string) => JSON.stringify(request({ model: NeoModel.fromAsset(archive('m.tar.gz', content), OPTIONS) }).InputConfig.S3Uri);
    expect(key('one')).toMatch(/\/[0-9a-f]{64}\.tar\.gz/);
    expect(key('one')).toBe(key('one'));
    expect(key('one')).not.toBe(key('two'));
  });

  test('is in the asset manifest, so that the deployment uploads it', () => {
    const { stack } = compilation({ model: NeoModel.fromAsset(archive(), OPTIONS) });
    const assembly = (stack.node.root as App).synth();
    const manifest = JSON.parse(fs.readFileSync(`${assembly.directory}/${stack.artifactId}.assets.json`, 'utf8'));
    const file: any = Object.values(manifest.files).find((one: any) => Object.values(one.destinations).some((d: any) => d.objectKey.endsWith('.tar.gz')));
    expect(file.source).toMatchObject({ packaging: 'file', path: expect.stringMatching(/\.gz$/) });
  });

  test('may be read by the role, through the endpoint, and nothing else of the bootstrap bucket', () => {
    const template = templateOf(compilation({ model: NeoModel.fromAsset(archive(), OPTIONS) }).stack);
    const [endpoint] = Object.values(template.findResources('AWS::EC2::VPCEndpoint'));
    const text = JSON.stringify(endpoint.Properties.PolicyDocument);
    expect(text).toMatch(/cdk-hnb659fds-assets.*\/[0-9a-f]{64}\.tar\.gz/);
    expect(text).not.toMatch(/cdk-hnb659fds-assets-[^"]*"[^\]]*"\/\*"/);
  });

  test('serves several jobs', () => {
    const fixture = network();
    const model = NeoModel.fromAsset(archive(), OPTIONS);
    compilation({ model }, fixture, 'C5');
    compilation({ model, target: NeoTarget.ML_M5 }, fixture, 'M5');
    templateOf(fixture.stack).resourceCountIs(NeoCompilationJob.RESOURCE_TYPE, 2);
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

  test('of the result are not known without waiting', () => {
    const { job } = compilation({ waitForCompletion: false });
    expect(() => job.modelArtifactsUri).toThrow(/modelArtifactsUri is not known with waitForCompletion: false/);
    expect(() => job.artifactDigest).toThrow(/artifactDigest is not known/);
    expect(job.jobArn).toBeDefined();
  });

  test('an edge target has no inference image', () => {
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
    expect(() => job.grantReadArtifacts(new iam.AccountRootPrincipal())).toThrow(/grantReadArtifacts is not possible on an imported job/);
  });
});

test('artifacts can be read by whom they are granted to, below the job\'s own folders', () => {
  const { stack, job } = compilation({ outputPrefix: 'out' });
  job.grantReadArtifacts(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('greengrass.amazonaws.com') }));
  const [reader] = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Reader'));
  expect(JSON.stringify(reader)).toMatch(/\/out\/Stack-[0-9a-f]{6}-Job-\*\/\*"/);
});

describe('bad input ends at synth', () => {
  const vpcConfig = (subnets: number, groups: number) => ({
    subnets: Array.from({ length: subnets }, (_, i) => `subnet-${i}`), securityGroupIds: Array.from({ length: groups }, (_, i) => `sg-${i}`),
  });
  const anyRole = { role: iam.Role.fromRoleArn(newStack(), 'Role', 'arn:aws:iam::111122223333:role/neo') };

  test.each<[string, any, RegExp]>([
    ['no subnets', { ...anyRole, vpcConfig: vpcConfig(0, 1) }, /vpcConfig\.subnets must hold 1 to 16 IDs.*got: 0/],
    ['17 subnets', { ...anyRole, vpcConfig: vpcConfig(17, 1) }, /vpcConfig\.subnets must hold 1 to 16 IDs.*got: 17/],
    ['no groups', { ...anyRole, vpcConfig: vpcConfig(1, 0) }, /vpcConfig\.securityGroupIds must hold 1 to 5 IDs.*got: 0/],
    ['6 groups', { ...anyRole, vpcConfig: vpcConfig(1, 6) }, /vpcConfig\.securityGroupIds must hold 1 to 5 IDs.*got: 6/],
    ['no role', { vpcConfig: vpcConfig(1, 1) }, /role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc/],
    ['no network', { vpcConfig: undefined }, /vpcConfig must be given; got: undefined/],
    ['no model', { model: undefined }, /model must be given; got: undefined/],
    ['a name with spaces', { compilationJobName: 'my job' }, /compilationJobName must be 1 to 63 letters.*got: "my job"/],
    ['a name that ends in a hyphen', { compilationJobName: 'job-' }, /compilationJobName must be.*got: "job-"/],
    ['a name of 64', { compilationJobName: 'n'.repeat(64) }, /compilationJobName must be/],
    ['a name of 64 with hyphens in a row', { compilationJobName: `n${'-'.repeat(62)}n` }, /compilationJobName must be/],
    ['a prefix with a slash', { outputPrefix: 'out/' }, /outputPrefix must be a folder without slashes at its ends.*got: "out\/"/],
    ['an empty prefix', { outputPrefix: '' }, /outputPrefix must be a folder/],
    ['a prefix too long', { outputPrefix: 'p'.repeat(751) }, /outputPrefix must have at most 750 characters.*got: 751/],
    ['48 tags', { tags: Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`t${i}`, 'v'])) }, /tags must be at most 47.*got: 48/],
    ['a reserved tag', { tags: { 'aws:owner': 'me' } }, /tags must not begin with "aws:".*got: "aws:owner"/],
    ['a tag with an emoji', { tags: { team: '🦄' } }, /tags must have keys of 1 to 128.*got: \{"team":"🦄"\}/],
    ['a tag without a key', { tags: { '': 'x' } }, /tags must have keys of 1 to 128/],
    ['a tag that is too long', { tags: { team: 'x'.repeat(257) } }, /tags must have .* values of up to 256/],
    ['a tag that is a number', { tags: { team: 5 } }, /tags\.team has the wrong type: it must be a text; got: 5/],
    ['a subnet that is none', { ...anyRole, vpcConfig: { subnets: ['subnet 1'], securityGroupIds: ['sg-1'] } }, /vpcConfig\.subnets must hold IDs.*got: "subnet 1"/],
    ['a hole among the subnets', { ...anyRole, vpcConfig: { subnets: ['subnet-1', undefined], securityGroupIds: ['sg-1'] } }, /vpcConfig\.subnets\[1\] must be given/],
    ['a line end in the prefix', { outputPrefix: 'a\nb' }, /outputPrefix must have no control characters and no line ends.*got: "a\\nb"/],
    ['a prefix longer than a key', { outputPrefix: '模'.repeat(400) }, /outputPrefix must have at most 1024 bytes in UTF-8.*got: 1200 bytes/],
    ['minutes that only the deployment knows', { maxRuntime: Duration.minutes(Lazy.number({ produce: () => 5 })) }, /maxRuntime must be in seconds where only the deployment knows it.*got: minutes/],
    ['seconds instead of a Duration', { maxRuntime: 900 }, /maxRuntime has the wrong type: it must be a Duration.*got: 900/],
    ['a runtime that no integer holds', { maxRuntime: Duration.days(36_500), waitForCompletion: false }, /maxRuntime must be at least 1 second/],
    ['a flag that only the deployment knows', { waitForCompletion: Lazy.any({ produce: () => false }) }, /waitForCompletion has the wrong type: it must be true or false, known at synthesis; got: a token/],
    ['a bucket by name', { outputBucket: 'models' }, /outputBucket has the wrong type: it must be a bucket.*got: "models"/],
    ['a role of a wrong form', { role: iam.Role.fromRoleArn(newStack(), 'Spaced', 'arn:aws:iam::111122223333:role/my role') }, /role must have an ARN such as.*got: "arn:aws:iam::111122223333:role\/my role"/],
    ['no runtime', { maxRuntime: Duration.seconds(0) }, /maxRuntime must be at least 1 second.*got: .*0 seconds/],
    ['a fraction of a second', { maxRuntime: Duration.millis(1500) }, /maxRuntime must be.*in whole seconds; got: .*1\.5 seconds/],
    ['a runtime beyond the timeout', { maxRuntime: Duration.minutes(56) }, /maxRuntime must not be longer than timeout \(3300 seconds\).*waitForCompletion to false; got: 3360/],
    ['a runtime beyond a short timeout', { timeout: Duration.minutes(10) }, /maxRuntime must not be longer than timeout \(600 seconds\)/],
    ['a timeout beyond the hour', { timeout: Duration.minutes(56) }, /timeout must be between 1 and 55 minutes.*got: .*3360 seconds/],
    ['a pending time too short', { maxPendingTime: Duration.minutes(29) }, /maxPendingTime must be between 30 minutes and 28 days/],
    ['a pending time too long', { maxPendingTime: Duration.days(29) }, /maxPendingTime must be between 30 minutes and 28 days/],
    ['a target the framework cannot have', { target: NeoTarget.COREML, model: NeoModel.fromAsset(archive(), { framework: NeoFramework.XGBOOST }) }, /coreml/i],
  ])('%s', (_, props, message) => {
    expect(() => compilation(props)).toThrow(message);
  });

  test.each<[string, (scope: Stack) => void, RegExp]>([
    ['an emoji', scope => Tags.of(scope).add('team', '🦄'), /tags must have keys of 1 to 128.*got: \{"team":"🦄"\}/],
    ['too many', scope => Array.from({ length: 48 }, (_, i) => Tags.of(scope).add(`t${i}`, 'v')), /tags must be at most 47.*got: 48/],
  ])('tags of the construct tree: %s', (_, add, message) => {
    const { stack } = compilation();
    add(stack);
    expect(() => (stack.node.root as App).synth()).toThrow(message);
  });

  test('an output bucket that the endpoint does not let through', () => {
    const fixture = network();
    const outputBucket = new s3.Bucket(fixture.stack, 'Other');
    expect(() => compilation({ outputBucket }, fixture)).toThrow(/outputBucket must be one of the buckets of the private network.*got: Stack\/Other/);
  });

  test('a network of another Region', () => {
    const app = new App();
    const there = network({}, new Stack(app, 'There', { env: { account: '111122223333', region: 'eu-west-1' } }));
    const here = new Stack(app, 'Here', { env: { account: '111122223333', region: 'us-east-1' } });
    expect(() => compilation({}, { ...there, stack: here })).toThrow(/vpcConfig must be of a network in the job's region us-east-1.*got: a network in eu-west-1/);
  });

  test.each<[string, (stack: Stack) => any, RegExp]>([
    ['a bucket', stack => ({ outputBucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'eu-west-1' }) }), /outputBucket must be in the Region of the stack, us-east-1.*got: Stack\/Far in eu-west-1/],
    ['a key', stack => ({ outputEncryptionKey: kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:eu-west-1:111122223333:key/0') }), /outputEncryptionKey must be in the Region of the stack, us-east-1/],
    ['a role', stack => ({ role: iam.Role.fromRoleArn(stack, 'Far', 'arn:aws:iam::444455556666:role/far') }), /role must be in the account of the stack, 111122223333/],
  ])('%s of elsewhere', (_, props, message) => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    const byHand = { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] };
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo');
    expect(() => compilation({ vpcConfig: byHand, role, ...props(stack) }, network({}, stack))).toThrow(message);
  });

  test('a model package of another Region is a warning', () => {
    const fixture = network({}, newStack({ env: { account: '111122223333', region: 'us-east-1' } }));
    const inRegion = (region: string, id: string) =>
      compilation({ model: NeoModel.fromModelPackageVersion(`arn:aws:sagemaker:${region}:111122223333:model-package/models/1`) }, fixture, id);
    inRegion('us-east-1', 'Here');
    expect(warningIds(fixture.stack)).not.toContain('modelPackageRegion');
    inRegion('eu-west-1', 'There');
    expect(warningIds(fixture.stack)).toContain('modelPackageRegion');
  });

  test('a key that IAM cannot write is a wildcard in policies, and itself in the request', () => {
    const fixture = network();
    const models = new s3.Bucket(fixture.stack, 'Models');
    compilation({ model: NeoModel.fromBucket(models, 'modèles/模型/${x}.tar.gz', OPTIONS) }, fixture);
    const template = templateOf(fixture.stack);
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain('/modèles/*/?{x}.tar.gz');
    expect(policies).not.toMatch(/模|\$\{x\}/);
    expect(JSON.stringify(jobOf(template).Request.InputConfig.S3Uri)).toContain('/modèles/模型/${x}.tar.gz');
  });

  test.each<[string, any]>([['no props', undefined], ['null', null], ['a list', []]])('%s', (_, props) => {
    expect(() => new NeoCompilationJob(newStack(), 'Job', props)).toThrow(/props (must be given|has the wrong type)/);
  });

  test.each<[string, any, RegExp]>([
    ['no name', undefined, /jobName must be given/], ['a number', 5, /jobName has the wrong type: it must be a text; got: 5/], ['spaces', 'my job', /jobName must be 1 to 63 letters.*got: "my job"/],
  ])('an imported job with %s', (_, jobName, message) => {
    expect(() => NeoCompilationJob.fromJobName(newStack(), 'Job', jobName)).toThrow(message);
  });

  test('a grantee that is none', () => {
    const { job } = compilation();
    expect(() => job.grantReadArtifacts(undefined as any)).toThrow(/grantee must be given/);
    expect(() => job.grantReadArtifactsOutsideEndpoint({} as any)).toThrow(/grantee has the wrong type: it must be a role, user or other principal.*got: \{\}/);
  });

  test.each<[string, () => NeoModel, RegExp]>([
    ['a zip', () => NeoModel.fromAsset('model.zip', OPTIONS), /path must name a single \.tar\.gz archive.*got: "model\.zip"/],
    ['a key of another format', () => NeoModel.fromBucket(network().bucket, 'model.onnx', OPTIONS), /objectKey must name a single \.tar\.gz archive.*got: "model\.onnx"/],
    ['a key with a slash at its start', () => NeoModel.fromBucket(network().bucket, '/m.tar.gz', OPTIONS), /objectKey must not start with a slash/],
    ['no framework', () => NeoModel.fromBucket(network().bucket, 'm.tar.gz', {} as any), /framework must be given/],
    ['a line end in the key', () => NeoModel.fromBucket(network().bucket, 'a\u2028.tar.gz', OPTIONS), /objectKey must have no control characters and no line ends/],
    ['a framework by name', () => NeoModel.fromBucket(network().bucket, 'm.tar.gz', { framework: 'PYTORCH' as any }), /framework has the wrong type: it must be a NeoFramework.*got: "PYTORCH"/],
    ['a bucket by name', () => NeoModel.fromBucket('models' as any, 'm.tar.gz', OPTIONS), /bucket has the wrong type: it must be a bucket.*got: "models"/],
    ['a path by token', () => NeoModel.fromAsset(Lazy.string({ produce: () => 'm.tar.gz' }), OPTIONS), /path must be known at synthesis.*got: a token/],
    ['an ARN without account', () => NeoModel.fromModelPackageVersion('arn:aws:sagemaker:::model-package/m/1'), /modelPackageVersionArn must be the ARN/],
    ['another ARN', () => NeoModel.fromModelPackageVersion('arn:aws:s3:::bucket'), /modelPackageVersionArn must be the ARN of a versioned model package.*got: "arn:aws:s3:::bucket"/],
  ])('model: %s', (_, model, message) => {
    expect(model).toThrow(message);
  });

  test('a directory in place of an archive', () => {
    const directory = archive('inner').replace(/inner$/, 'model.tar.gz');
    fs.mkdirSync(directory);
    expect(() => compilation({ model: NeoModel.fromAsset(directory, OPTIONS) })).toThrow(/path must be a file, a single \.tar\.gz archive; got the directory/);
  });

  test('a path with nothing there, and an S3 URI that is too long', () => {
    expect(() => compilation({ model: NeoModel.fromAsset('/nowhere/model.tar.gz', OPTIONS) })).toThrow(/path must be a file.*got a path with nothing there: "\/nowhere\/model\.tar\.gz"/);
    const fixture = network();
    const named = s3.Bucket.fromBucketName(fixture.stack, 'Named', 'n'.repeat(63));
    expect(() => compilation({ model: NeoModel.fromBucket(named, `${'k'.repeat(1_000)}.tar.gz`, OPTIONS) }, fixture)).toThrow(/objectKey must make an S3 URI of at most 1,024 characters.*got: 1076/);
  });

  test('a pending time that the deployment does not wait for is a warning', () => {
    expect(warningIds(compilation({ maxPendingTime: Duration.hours(2) }).stack)).toContain('maxPendingTimeBeyondTimeout');
    expect(warningIds(compilation({ maxPendingTime: Duration.hours(2), waitForCompletion: false }).stack)).not.toContain('maxPendingTimeBeyondTimeout');
  });

  test('tokens are neither errors nor compared', () => {
    const token = Lazy.string({ produce: () => 'resolved' });
    const fixture = network();
    const { stack } = compilation({
      compilationJobName: token,
      outputPrefix: token,
      maxRuntime: Duration.seconds(Lazy.number({ produce: () => 99_999 })),
      timeout: Duration.minutes(5),
      model: NeoModel.fromBucket(fixture.bucket, token, OPTIONS),
      vpcConfig: { subnets: Token.asList({ 'Fn::Split': [',', 'a,b'] }), securityGroupIds: Token.asList({ 'Fn::Split': [',', 'a,b'] }) },
      role: iam.Role.fromRoleArn(fixture.stack, 'Brought', 'arn:aws:iam::111122223333:role/neo'),
    }, fixture);
    expect(jobOf(templateOf(stack))).toMatchObject({ JobName: 'resolved' });
  });
});
