import * as fs from 'fs';
import { Annotations, App, Aws, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as deployment from 'aws-cdk-lib/aws-s3-deployment';
import { archive, compilation, OPTIONS, requestOf } from './fixture';
import { NeoCompilationJob, NeoModel, NeoTarget, type NeoPrivateCompilationVpc } from '../../src';
import { network, newApp, NO_COPIES, templateOf, warningIds, warnings } from '../network/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const MODES = ['strong', 'weak', 'both'];
const stackWith = (references: string) => new Stack(new App({ context: { ...NO_COPIES, '@aws-cdk/core:defaultCrossStackReferences': references } }), 'Stack');

describe('a model in a bucket of the job\'s own stack', () => {
  test('is not there at the first deployment, which a warning says', () => {
    const { stack } = compilation();
    expect(warnings(stack)).toEqual([expect.stringMatching(/^the model is read from Stack\/Bucket, which the same deployment creates.*use NeoModel\.fromAsset \[ack: cdk-sagemaker-neo:modelNotUploaded\]$/)]);
  });

  const upload = (stack: Stack) => new CfnResource(stack, 'Uploaded', { type: 'Custom::Upload', properties: { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:upload' } });

  test.each<[string, (job: NeoCompilationJob, uploaded: CfnResource) => void]>([
    ['job', (job, uploaded) => job.node.addDependency(uploaded)],
    ['resource of the job', ({ node }, uploaded) => node.defaultChild!.node.addDependency(uploaded)],
    ['resource of the job, as a resource', ({ node }, uploaded) => (node.defaultChild as CfnResource).addDependency(uploaded)],
  ])('may be uploaded by what the %s waits for', (_, wait) => {
    const { stack, job } = compilation();
    wait(job, upload(stack));
    expect(warningIds(stack)).toEqual([]);
  });

  test.each<[string, (attribute: string) => { key?: string; modelVersion?: string }]>([
    ['key', key => ({ key })],
    ['version', modelVersion => ({ modelVersion })],
  ])('may be uploaded by what its %s is an attribute of', (_, props) => {
    const fixture = network();
    const { key = 'models/resnet.tar.gz', ...options } = props(upload(fixture.stack).getAtt('Result').toString());
    compilation({ model: NeoModel.fromBucket(fixture.bucket, key, { ...OPTIONS, ...options }) }, fixture);
    expect(warningIds(fixture.stack)).toEqual([]);
  });

  test('is not uploaded by the network, the bucket, the role or another job, for which the job waits', () => {
    const fixture = compilation();
    const { stack, bucket, privateVpc, job } = fixture;
    const other = compilation({ model: NeoModel.fromAsset(archive(), OPTIONS) }, fixture, 'Other').job;
    job.node.addDependency(privateVpc, bucket, privateVpc.role, other);
    expect(warningIds(stack)).toEqual(['modelNotUploaded']);
  });

  test.each(MODES)('is not there, either, for a job in a nested stack (%s references)', mode => {
    const fixture = network({}, stackWith(mode));
    compilation({}, { ...fixture, stack: new NestedStack(fixture.stack, 'Nested') });
    expect(warningIds(fixture.stack)).toEqual(['modelNotUploaded']);
  });

  test('may be known to be there', () => {
    const { stack, job } = compilation();
    Annotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:modelNotUploaded', 'deployed after the bucket');
    expect(warningIds(stack)).toEqual([]);
  });
});

describe('a job whose model a BucketDeployment uploads', () => {
  const upload = (stack: Stack, bucket: s3.IBucket, props: Partial<deployment.BucketDeploymentProps> = {}) => new deployment.BucketDeployment(stack, 'Upload', {
    sources: [deployment.Source.data('resnet.tar.gz', 'x')], destinationBucket: bucket, destinationKeyPrefix: 'models', ...props,
  });
  const dependsOn = (stack: Stack) => {
    const template = templateOf(stack);
    const [[job], [uploaded]] = [NeoCompilationJob.RESOURCE_TYPE, 'Custom::CDKBucketDeployment'].map(type => Object.keys(template.findResources(type)));
    const graph = new DependencyGraph(template.toJSON());
    expect(graph.cycles()).toEqual([]);
    return graph.dependsOn(job, uploaded);
  };

  test.each([true, false])('waits for it, made first: %s', isFirst => {
    const fixture = network();
    if (!isFirst) { compilation({}, fixture); }
    fixture.privateVpc.allowOutsideEndpoint(upload(fixture.stack, fixture.bucket).handlerRole);
    if (isFirst) { compilation({}, fixture); }
    expect(dependsOn(fixture.stack)).toBe(true);
    expect(warningIds(fixture.stack)).toEqual([]);
  });

  test('does not wait for one that writes elsewhere, and the warning stays', () => {
    const { stack, bucket, privateVpc } = compilation();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket, { destinationKeyPrefix: 'documents' }).handlerRole);
    expect(dependsOn(stack)).toBe(false);
    expect(warningIds(stack)).toEqual(['modelNotUploaded']);
  });

  test('waits for one whose prefix is a slash, which CDK takes for none', () => {
    const { stack, bucket, privateVpc } = compilation();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket, { destinationKeyPrefix: '/' }).handlerRole);
    expect(dependsOn(stack)).toBe(true);
  });

  test.each([true, false])('waits for it before it waits for its turn, with another job first: %s', hasFirst => {
    const fixture = network({ maxConcurrentJobs: 1 });
    const { stack, bucket, privateVpc } = fixture;
    const model = NeoModel.fromAsset(archive(), OPTIONS);
    if (hasFirst) { compilation({ model }, fixture, 'First'); }
    const reading = compilation({}, fixture, 'Reading').job;
    const { job } = compilation({ model }, fixture, 'Page');
    const sources = [deployment.Source.data('resnet.tar.gz', 'x'), deployment.Source.jsonData('page.json', { uri: job.modelArtifactsUri })];
    privateVpc.allowOutsideEndpoint(upload(stack, bucket, { sources }).handlerRole);
    const template = templateOf(stack).toJSON();
    const [uploaded] = Object.keys(templateOf(stack).findResources('Custom::CDKBucketDeployment'));
    expect(new DependencyGraph(template).dependsOn(stack.resolve(reading.logicalResourceId), uploaded)).toBe(true);
    expect(warningIds(stack)).toEqual([]);
  });

  test('does not wait for one that depends on the job', () => {
    const { stack, bucket, privateVpc, job } = compilation();
    privateVpc.allowOutsideEndpoint(upload(stack, bucket, { sources: [deployment.Source.jsonData('result.json', { uri: job.modelArtifactsUri })] }).handlerRole);
    expect(dependsOn(stack)).toBe(false);
  });

  test('waits without a cycle, though each of two deployments uploads the result of another job', () => {
    const fixture = network();
    const { stack, bucket, privateVpc } = fixture;
    const jobs = ['A', 'B'].map(id => {
      const { job } = compilation({}, fixture, id);
      const sources = [deployment.Source.jsonData('result.json', { uri: job.modelArtifactsUri })];
      privateVpc.allowOutsideEndpoint(new deployment.BucketDeployment(stack, `Result${id}`, { sources, destinationBucket: bucket }).handlerRole);
      return job.logicalResourceId;
    });
    const template = templateOf(stack).toJSON();
    const graph = new DependencyGraph(template);
    const [a, b, ofA, ofB] = [...jobs.map(id => stack.resolve(id)), ...['A', 'B'].map(id => Object.keys(template.Resources).find(name => name.startsWith(`Result${id}Custom`))!)];
    expect(graph.cycles()).toEqual([]);
    // The first job waits, as what the other one makes may be its model; the other one then cannot.
    expect([graph.dependsOn(a, ofB), graph.dependsOn(b, ofA)]).toEqual([true, false]);
  });

  test('waits for it among more jobs than run at once, without a cycle', () => {
    const fixture = network({ maxConcurrentJobs: 1 });
    const { stack, bucket, privateVpc } = fixture;
    const ids = ['A', 'B', 'C'];
    ids.forEach(id => compilation({}, fixture, id));
    privateVpc.allowOutsideEndpoint(upload(stack, bucket).handlerRole);
    const template = templateOf(stack);
    const graph = new DependencyGraph(template.toJSON());
    const [uploaded] = Object.keys(template.findResources('Custom::CDKBucketDeployment'));
    expect(graph.cycles()).toEqual([]);
    expect(Object.keys(template.findResources(NeoCompilationJob.RESOURCE_TYPE)).map(id => graph.dependsOn(id, uploaded))).toEqual([true, true, true]);
  });

  test.each<[string, (fixture: ReturnType<typeof network>, uploaded: deployment.BucketDeployment) => NeoModel]>([
    ['its bucket', (_, { deployedBucket }) => NeoModel.fromBucket(deployedBucket, 'models/resnet.tar.gz', OPTIONS)],
    ['its key', ({ bucket }, { objectKeys }) => NeoModel.fromBucket(bucket, `models/${Fn.select(0, objectKeys)}`, OPTIONS)],
    ['both', (_, { deployedBucket, objectKeys }) => NeoModel.fromBucket(deployedBucket, `models/${Fn.select(0, objectKeys)}`, OPTIONS)],
  ])('waits for it where the model is named by %s, and asks for nothing more', (_, model) => {
    const fixture = network();
    const { stack, bucket, privateVpc } = fixture;
    const uploaded = upload(stack, bucket, { sources: [deployment.Source.asset(archive())], extract: false });
    privateVpc.allowOutsideEndpoint(uploaded.handlerRole);
    const without = JSON.stringify(templateOf(network().stack).findResources('AWS::EC2::VPCEndpoint'));
    compilation({ model: model(fixture, uploaded) }, fixture);
    expect(dependsOn(stack)).toBe(true);
    expect(warningIds(stack)).toEqual([]);
    expect(JSON.stringify(templateOf(stack).findResources('AWS::EC2::VPCEndpoint'))).toBe(without);
  });

  describe.each(MODES)('in another stack, with %s references', mode => {
    const apart = (addTo: (uploads: Stack, jobs: Stack, bucket: s3.IBucket, network: NeoPrivateCompilationVpc) => unknown) => {
      const fixture = network({}, stackWith(mode));
      const [jobs, uploads] = ['Jobs', 'Uploads'].map(id => new Stack(fixture.stack.node.root, id));
      const { job } = compilation({}, { ...fixture, stack: jobs });
      const role = new iam.Role(uploads, 'Role', { roleName: 'uploader', assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      fixture.privateVpc.allowOutsideEndpoint(role);
      upload(uploads, fixture.bucket, { role, sources: [deployment.Source.jsonData('resnet.tar.gz', addTo(uploads, jobs, fixture.bucket, fixture.privateVpc) ?? {})] });
      const assembly = (fixture.stack.node.root as App).synth();
      expect([fixture.stack, jobs, uploads].map(warningIds)).toEqual([[], [], []]);
      return { job, dependencies: assembly.getStackByName('Jobs').dependencies.map(({ id }) => id).filter(id => !id.endsWith('.assets')) };
    };

    test('waits for it', () => {
      expect(apart(() => undefined).dependencies).toEqual(['Stack', 'Uploads']);
    });

    test('waits for it where the model is read by the name of its bucket', () => {
      const fixture = network({}, stackWith(mode));
      const [jobs, storage] = ['Jobs', 'Storage'].map(id => new Stack(fixture.stack.node.root, id));
      upload(storage, new s3.Bucket(storage, 'Bucket', { bucketName: 'company-models' }));
      const model = NeoModel.fromBucket(s3.Bucket.fromBucketName(jobs, 'Models', 'company-models'), 'models/resnet.tar.gz', OPTIONS);
      compilation({ model }, { ...fixture, stack: jobs });
      (jobs.node.root as App).synth();
      expect(jobs.dependencies.map(({ node }) => node.id).sort()).toEqual(['Stack', 'Storage']);
    });

    test('does not wait for one that waits for the job\'s stack', () => {
      expect(apart((uploads, jobs) => uploads.addDependency(jobs)).dependencies).toEqual(['Stack']);
    });

    test('does not wait for one of another stack if its own stack uploads models', () => {
      expect(apart((_, jobs, bucket, privateVpc) => {
        const role = new iam.Role(jobs, 'Role', { roleName: 'own', assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
        privateVpc.allowOutsideEndpoint(role);
        upload(jobs, bucket, { role });
      }).dependencies).toEqual(['Stack']);
    });
  });

  describe('in a stage of a pipeline, which is synthesized before the next stage exists', () => {
    const stage = (app: App, id: string, isUploaded: boolean) => {
      const stack = new Stack(new Stage(app, id), 'Stack');
      const fixture = compilation({}, network({}, stack));
      if (isUploaded) { fixture.privateVpc.allowOutsideEndpoint(upload(stack, fixture.bucket).handlerRole); }
      Stage.of(stack)!.synth();
      return stack;
    };

    test('waits for it', () => {
      const app = newApp();
      expect(['Beta', 'Production'].map(id => dependsOn(stage(app, id, true)))).toEqual([true, true]);
    });

    test('is warned of without one', () => {
      const app = newApp();
      expect(['Beta', 'Production'].map(id => warningIds(stage(app, id, false)))).toEqual([['modelNotUploaded'], ['modelNotUploaded']]);
    });
  });

  describe.each(MODES)('in nested stacks, with %s references', mode => {
    const nested = (jobStack: (stack: Stack) => Stack, uploadStack: (stack: Stack) => Stack, roleName?: string) => {
      const fixture = network({}, stackWith(mode));
      const [jobs, uploads] = [jobStack, uploadStack].map(place => place(fixture.stack));
      compilation({}, { ...fixture, stack: jobs });
      const role = roleName ? new iam.Role(uploads, 'Role', { roleName, assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) : undefined;
      const uploaded = upload(uploads, fixture.bucket, { role });
      fixture.privateVpc.allowOutsideEndpoint(uploaded.handlerRole);
      (fixture.stack.node.root as App).synth();
      return { fixture, jobs };
    };
    const own = (stack: Stack) => stack;
    const inNested = (id: string) => (stack: Stack) => stack.node.tryFindChild(id) as Stack | undefined ?? new NestedStack(stack, id);
    const idOf = (template: any, start: string) => Object.keys(template.Resources).find(id => id.startsWith(start))!;

    test.each<[string, (stack: Stack) => Stack, (stack: Stack) => Stack, string, string]>([
      ['the upload', own, inNested('Uploads'), 'Job', 'UploadsNestedStack'],
      ['the job', inNested('Jobs'), own, 'JobsNestedStack', 'UploadCustomResource'],
      ['both, each its own', inNested('Jobs'), inNested('Uploads'), 'JobsNestedStack', 'UploadsNestedStack'],
    ])('waits for it: %s', (_, jobStack, uploadStack, job, uploaded) => {
      const { fixture } = nested(jobStack, uploadStack);
      const template = templateOf(fixture.stack).toJSON();
      const graph = new DependencyGraph(template);
      expect(graph.cycles()).toEqual([]);
      expect(graph.dependsOn(idOf(template, job), idOf(template, uploaded))).toBe(true);
      expect(warningIds(fixture.stack)).toEqual([]);
    });

    test('fails where both are in the same, whose role the bucket policy would have to refer to', () => {
      expect(() => nested(inNested('Both'), inNested('Both'))).toThrow(/grantee must not be created in the nested stack Stack\/Both, because that stack waits for the bucket policy, .*or give the role a roleName/);
    });

    test('waits for it where both are in the same, and the role has a name', () => {
      const { fixture, jobs } = nested(inNested('Both'), inNested('Both'), 'uploader');
      expect(new DependencyGraph(templateOf(fixture.stack).toJSON()).cycles()).toEqual([]);
      expect(dependsOn(jobs)).toBe(true);
      expect(warningIds(fixture.stack)).toEqual([]);
    });
  });

  test('does not wait for one in a nested stack that depends on the job', () => {
    const { stack, bucket, privateVpc, job } = compilation();
    const uploads = new NestedStack(stack, 'Uploads');
    const role = new iam.Role(uploads, 'Role', { roleName: 'uploader', assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    privateVpc.allowOutsideEndpoint(upload(uploads, bucket, { sources: [deployment.Source.jsonData('page.json', { uri: job.modelArtifactsUri })], role }).handlerRole);
    expect(new DependencyGraph(templateOf(stack).toJSON()).cycles()).toEqual([]);
    expect(warningIds(stack)).toEqual(['modelNotUploaded']);
  });

  test.each(MODES)('waits for it in a different stack than the bucket (%s references)', references => {
    const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
    const fixture = network({}, new Stack(app, 'Network'));
    const jobs = new Stack(app, 'Jobs');
    compilation({}, { ...fixture, stack: jobs });
    upload(jobs, fixture.bucket);
    expect(dependsOn(jobs)).toBe(true);
  });
});

describe('a model from a file', () => {
  test('is uploaded under a key that ends in .tar.gz, named by its content', () => {
    const key = (content: string) => JSON.stringify(requestOf({ model: NeoModel.fromAsset(archive('m.tar.gz', content), OPTIONS) }).InputConfig.S3Uri);
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

  test('may be named by a text instead of its content', () => {
    const key = (content: string, assetHash: string) => JSON.stringify(requestOf({ model: NeoModel.fromAsset(archive('m.tar.gz', content), { ...OPTIONS, assetHash }) }).InputConfig.S3Uri);
    expect(key('one', 'v1')).toBe(key('packed again', 'v1'));
    expect(key('one', 'v1')).not.toBe(key('one', 'v2'));
    expect(requestOf({ model: NeoModel.fromAsset(archive(), { ...OPTIONS, assetHash: 'v1' }) })).not.toHaveProperty('assetHash');
  });

  test('serves several jobs under one assetHash', () => {
    const fixture = network();
    const model = NeoModel.fromAsset(archive(), { ...OPTIONS, assetHash: 'v1' });
    compilation({ model }, fixture, 'C5');
    compilation({ model, target: NeoTarget.ML_M5 }, fixture, 'M5');
    templateOf(fixture.stack).resourceCountIs(NeoCompilationJob.RESOURCE_TYPE, 2);
  });

  test('fails when two archives have the same assetHash', () => {
    const fixture = network();
    compilation({ model: NeoModel.fromAsset(archive('a.tar.gz'), { ...OPTIONS, assetHash: 'v1' }) }, fixture, 'A');
    expect(() => compilation({ model: NeoModel.fromAsset(archive('b.tar.gz'), { ...OPTIONS, assetHash: 'v1' }) }, fixture, 'B'))
      .toThrow(/assetHash must differ between archives.*got: "v1" for both .*a\.tar\.gz" and .*b\.tar\.gz"/);
  });

  test.each([['', '""'], [Aws.STACK_NAME, 'a token'], [5, '5']])('fails for the assetHash %p', (assetHash: any, got) => {
    expect(() => NeoModel.fromAsset(archive(), { ...OPTIONS, assetHash })).toThrow(new RegExp(`assetHash.*got: ${got}$`));
  });

  test('serves several jobs', () => {
    const fixture = network();
    const model = NeoModel.fromAsset(archive(), OPTIONS);
    compilation({ model }, fixture, 'C5');
    compilation({ model, target: NeoTarget.ML_M5 }, fixture, 'M5');
    templateOf(fixture.stack).resourceCountIs(NeoCompilationJob.RESOURCE_TYPE, 2);
  });
});

describe('a key', () => {
  test.each(['s3://bucket/m.tar.gz', 'S3://bucket/m.tar.gz', 'https://bucket.s3.amazonaws.com/m.tar.gz'])('fails when it is a URI: %s', key => {
    const { bucket } = network();
    expect(() => NeoModel.fromBucket(bucket, key, OPTIONS)).toThrow(/^objectKey must be a key, without the bucket/);
  });

  test('fails when it ends in .tgz, with what to do', () => {
    expect(() => NeoModel.fromBucket(network().bucket, 'm.tgz', OPTIONS)).toThrow(/rename the file, as \.tgz is the same format/);
  });
});
