import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AddTagsCommand, CreateCompilationJobCommand, DeleteCompilationJobCommand, DeleteTagsCommand, DescribeCompilationJobCommand,
  ListCompilationJobsCommand, ListTagsCommand, ResourceInUse, ResourceLimitExceeded, ResourceNotFound, SageMakerClient, StopCompilationJobCommand,
} from '@aws-sdk/client-sagemaker';
import { request } from './requests';
import {
  FrontEnd, NeoHttpServer, InProcessTransport, NeoService, s3Client, sageMakerClient, SimulatedClock, startHttpServer,
} from '../../../local/sagemaker';

/** The real AWS SDK clients must not see how they reach the service. */
describe.each(['in process', 'over HTTP'])('the AWS SDK clients %s', way => {
  let clock: SimulatedClock;
  let service: NeoService;
  let server: NeoHttpServer | undefined;
  let sageMaker: SageMakerClient;
  let s3: S3Client;

  beforeEach(async () => {
    clock = new SimulatedClock();
    service = new NeoService({ now: clock.now, quota: 2 });
    const frontEnd = new FrontEnd(service, { clock });
    if (way === 'in process') {
      const transport = new InProcessTransport(frontEnd);
      sageMaker = sageMakerClient(transport);
      s3 = s3Client(transport);
    } else {
      server = await startHttpServer(frontEnd);
      const config = { endpoint: server.url, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' }, maxAttempts: 1 };
      sageMaker = new SageMakerClient(config);
      s3 = new S3Client(config);
    }
  });

  afterEach(async () => {
    sageMaker.destroy();
    s3.destroy();
    await server?.close();
  });

  const create = (name: string) => sageMaker.send(new CreateCompilationJobCommand(request({ CompilationJobName: name })));
  const describeJob = (name: string) => sageMaker.send(new DescribeCompilationJobCommand({ CompilationJobName: name }));

  test('see a job through its life', async () => {
    const created = await create('one');
    expect(created.CompilationJobArn).toBe('arn:aws:sagemaker:us-east-1:111122223333:compilation-job/one');
    expect(await describeJob('one')).toMatchObject({
      CompilationJobStatus: 'STARTING',
      FailureReason: '',
      RoleArn: request().RoleArn,
      InputConfig: request().InputConfig,
      OutputConfig: request().OutputConfig,
      StoppingCondition: { MaxRuntimeInSeconds: 900 },
      CreationTime: new Date(clock.now()),
    });
    clock.advance(2_000);
    const running = await describeJob('one');
    expect(running).toMatchObject({ CompilationJobStatus: 'INPROGRESS', CompilationStartTime: new Date(clock.now()), LastModifiedTime: new Date(clock.now()) });
    expect(running).not.toHaveProperty('CompilationEndTime');
    expect(running).not.toHaveProperty('InferenceImage');
    clock.advance(6_000);
    const done = await describeJob('one');
    expect(done).toMatchObject({
      CompilationJobStatus: 'COMPLETED',
      CompilationEndTime: new Date(clock.now()),
      ModelArtifacts: { S3ModelArtifacts: 's3://artifacts/compiled/job/resnet-ml_c5.tar.gz' },
      ModelDigests: { ArtifactDigest: expect.stringMatching(/^[\w:]+$/) },
      InferenceImage: expect.stringMatching(/^\d{12}\.dkr\.ecr\.us-east-1\.amazonaws\.com\/.*pytorch:1\.13-cpu/),
    });
    await sageMaker.send(new DeleteCompilationJobCommand({ CompilationJobName: 'one' }));
    await expect(describeJob('one')).rejects.toThrow(ResourceNotFound);
  });

  test('stop a job', async () => {
    await create('one');
    await sageMaker.send(new StopCompilationJobCommand({ CompilationJobName: 'one' }));
    expect((await describeJob('one')).CompilationJobStatus).toBe('STOPPING');
    clock.advance(2_000);
    expect((await describeJob('one')).CompilationJobStatus).toBe('STOPPED');
  });

  test('get modelled and unmodelled errors with their names, words and status', async () => {
    await create('one');
    await expect(create('one')).rejects.toThrow(ResourceInUse);
    await create('two');
    await expect(create('three')).rejects.toThrow(ResourceLimitExceeded);
    await expect(describeJob('none')).rejects.toMatchObject({
      name: 'ResourceNotFound', message: "Could not find compilation job 'none'.", $metadata: { httpStatusCode: 400 }, $fault: 'client',
    });
    await expect(create('not_a_name')).rejects.toMatchObject({
      name: 'ValidationException',
      $fault: 'client',
      message: "1 validation error detected: Value 'not_a_name' at 'compilationJobName' failed to satisfy constraint: "
        + 'Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$',
    });
    const stringly = request({ CompilationJobName: 'four', StoppingCondition: { MaxRuntimeInSeconds: '900' as any } });
    await expect(sageMaker.send(new CreateCompilationJobCommand(stringly))).rejects.toMatchObject({ name: 'SerializationException' });
  });

  test('list, with times as filters, and tag', async () => {
    const { CompilationJobArn: ResourceArn } = await create('one');
    clock.advance(1_000);
    await create('two');
    const listed = await sageMaker.send(new ListCompilationJobsCommand({ CreationTimeAfter: new Date(clock.now() - 500), SortBy: 'Name' }));
    expect(listed.CompilationJobSummaries).toEqual([expect.objectContaining({
      CompilationJobName: 'two', CompilationTargetDevice: 'ml_c5', CreationTime: new Date(clock.now()),
    })]);
    await sageMaker.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '' }] }));
    await sageMaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['a', 'never there'] }));
    expect((await sageMaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '' }]);
  });

  test('find what the job wrote, and delete it', async () => {
    const Bucket = 'artifacts';
    await create('one');
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents).toBeUndefined();
    clock.advance(8_000);
    expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'compiled/job/' }))).Contents).toMatchObject([
      { Key: 'compiled/job/resnet-ml_c5.tar.gz', LastModified: new Date(clock.now()) },
    ]);
    const Key = 'compiled/job/resnet-ml_c5.tar.gz';
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBeGreaterThan(100);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('page through a bucket and delete by the batch, whatever the keys', async () => {
    const Bucket = 'odd';
    const keys = ['a b/ü.txt', 'a/b&<c>"\'.txt', 'a/ü+%20=.txt', 'z'];
    for (const Key of keys) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: `body of ${Key}` }));
    }
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key: keys[1] }))).Body!.transformToString()).toBe(`body of ${keys[1]}`);
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3, ContinuationToken }));
      found.push(...page.Contents!.map(each => each.Key!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(found).toEqual(keys);
    const deleted = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.slice(0, 3).map(Key => ({ Key })) } }));
    expect(deleted.Deleted?.map(each => each.Key)).toEqual(keys.slice(0, 3));
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(each => each.Key)).toEqual(['z']);
  });
});

test('fails for a busy port, and says so', async () => {
  const frontEnd = new FrontEnd(new NeoService());
  const server = await startHttpServer(frontEnd);
  await expect(startHttpServer(frontEnd, { port: server.port })).rejects.toThrow(`port ${server.port} on 127.0.0.1 is in use`);
  await server.close();
});
