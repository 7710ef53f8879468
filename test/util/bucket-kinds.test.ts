import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3express from 'aws-cdk-lib/aws-s3express';
import { NeoCompilationFleet, NeoCompilationJob, NeoCreateCompilationJob, NeoExecutionModel, NeoFleetModels, NeoFramework, NeoManifestFormat, NeoModel, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget } from '../../src';

const XGBOOST = { framework: NeoFramework.XGBOOST };

function fixture() {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = () => new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  return { stack, bucket, network };
}

const ARN = `arn:${Aws.PARTITION}`;
const KINDS: [string, string, RegExp][] = [
  ['a directory bucket by its name', 'models--use1-az4--x-s3', /directory bucket/],
  ['an access point of a directory bucket by its name', 'models--use1-az4--xa-s3', /directory bucket/],
  ['a directory bucket', 'arn:aws:s3express:us-east-1:111122223333:bucket/models--use1-az4--x-s3', /directory bucket/],
  ['an access point by its alias', 'models-abcdefghijklmnopqrstuvwxyz12-s3alias', /an S3 access point/],
  ['an access point', 'arn:aws:s3:us-east-1:111122223333:accesspoint/models', /an S3 access point/],
  ['an access point in China', 'arn:aws-cn:s3:cn-north-1:111122223333:accesspoint/models', /an S3 access point/],
  ['an access point in a Region that is a token', `${ARN}:s3:${Aws.REGION}:${Aws.ACCOUNT_ID}:accesspoint/models`, /an S3 access point/],
  ['a multi-Region access point', 'arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap', /multi-Region access point/],
  ['an Object Lambda access point', 'arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/models', /Object Lambda/],
  ['an Object Lambda access point by its alias', 'models-abcdef--ol-s3', /Object Lambda/],
  ['a bucket on Outposts', 'arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01234567890123456/bucket/models', /Outposts/],
  ['an access point on Outposts', 'arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01234567890123456/accesspoint/models', /Outposts/],
  ['an access point on Outposts by its alias', 'models-abcdef--op-s3', /Outposts/],
  ['a table bucket', 'arn:aws:s3tables:us-east-1:111122223333:bucket/models', /table bucket/],
  ['a vector bucket', 'arn:aws:s3vectors:us-east-1:111122223333:bucket/models', /vector bucket/],
];

describe.each(KINDS)('fails for %s', (_, name, kind) => {
  const given = (stack: Stack) => name.startsWith('arn:') ? s3.Bucket.fromBucketArn(stack, 'Given', name) : s3.Bucket.fromBucketName(stack, 'Given', name);

  test.each<[string, (f: ReturnType<typeof fixture>, other: s3.IBucket) => unknown]>([
    ['buckets[1]', ({ stack, bucket }, other) => new NeoPrivateCompilationVpc(stack, 'N', { buckets: [bucket, other] })],
    ['buckets[0]', ({ stack, network }, other) => {
      const { vpc, subnets, securityGroups, s3Endpoint, role } = network();
      NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'N', { vpc, subnets, securityGroups, s3Endpoint, role, buckets: [other] });
    }],
    ['bucket', (__, other) => NeoModel.fromBucket(other, 'm.tar.gz', XGBOOST)],
    ['bucket', ({ network, stack }, other) => network().grantReadThroughEndpoint(other, 'm.tar.gz') ?? stack],
    ['outputBucket', ({ stack, bucket, network }, other) => new NeoCompilationJob(stack, 'Job', {
      model: NeoModel.fromBucket(bucket, 'm.tar.gz', XGBOOST), target: NeoTarget.ML_C5, outputBucket: other, vpcConfig: network().vpcConfig,
    })],
    ['bucket', (__, other) => NeoFleetModels.fromManifest(other, 'm.json', NeoManifestFormat.JSON)],
    ['options.modelBuckets[0]', ({ bucket }, other) => NeoFleetModels.fromManifest(bucket, 'm.json', NeoManifestFormat.JSON, { modelBuckets: [other] })],
    ['bucket', (__, other) => NeoFleetModels.fromPrefix(other, 'm/', XGBOOST)],
    ['outputBucket', ({ stack, bucket, network }, other) => new NeoCompilationFleet(stack, 'Fleet', {
      models: NeoFleetModels.fromPrefix(bucket, 'm/', XGBOOST), targets: [{ target: NeoTarget.ML_C5 }], outputBucket: other, vpcConfig: network().vpcConfig, maxConcurrentJobs: 1,
    })],
    ['outputBucket', ({ stack, bucket, network }, other) => NeoCreateCompilationJob.jsonPath(stack, 'Create', {
      compilationJobName: 'one', model: NeoModel.fromBucket(bucket, 'm.tar.gz', XGBOOST), target: NeoTarget.ML_C5, outputBucket: other, vpcConfig: network().vpcConfig,
    })],
    ['outputBucket', ({ stack, bucket, network }, other) => NeoRunCompilationJob.jsonata(stack, 'Run', {
      compilationJobName: 'one', model: NeoModel.fromBucket(bucket, 'm.tar.gz', XGBOOST), target: NeoTarget.ML_C5, outputBucket: other, vpcConfig: network().vpcConfig,
    })],
    ['outputBucket', ({ stack }, other) => NeoCompilationJob.fromCompilationJobAttributes(stack, 'Job', { jobName: 'one', outputBucket: other, artifactObjectKey: 'm.tar.gz' })],
    ['resultsBucket', ({ stack, bucket, network }, other) => new NeoCompilationFleet(stack, 'Fleet', {
      models: NeoFleetModels.fromPrefix(bucket, 'm/', XGBOOST), targets: [{ target: NeoTarget.ML_C5 }], outputBucket: bucket, resultsBucket: other, vpcConfig: network().vpcConfig, maxConcurrentJobs: 1,
    })],
    ['options.bucket', (__, other) => NeoExecutionModel.fromS3Uri('s3://b/m.tar.gz', { bucket: other, ...XGBOOST })],
  ])('as %s (%#)', (prop, give) => {
    const f = fixture();
    const message = (() => {
      try { give(f, given(f.stack)); } catch (e) { return (e as Error).message; }
      return 'no error';
    })();
    expect(message).toMatch(kind);
    expect(message).toContain('has the wrong type: it must be a general purpose bucket');
    expect(message.replace(/^options\./, '')).toMatch(new RegExp(`^${prop.replace(/^options\./, '').replace(/[[\]]/g, '\\$&')} `));
    expect(message).not.toContain('${Token');
  });
});

describe('a resource of the app that is no bucket', () => {
  const RESOURCES: [string, (stack: Stack) => s3.IBucket, RegExp][] = [
    ['the ARN of an access point', stack => s3.Bucket.fromBucketArn(stack, 'Given', accessPoint(stack).attrArn), /an S3 access point/],
    ['the alias of an access point', stack => s3.Bucket.fromBucketName(stack, 'Given', accessPoint(stack).attrAlias), /an S3 access point/],
    ['an access point by its name', stack => s3.Bucket.fromBucketName(stack, 'Given', accessPoint(stack).ref), /an S3 access point/],
    ['a directory bucket', stack => s3.Bucket.fromBucketName(stack, 'Given', directoryBucket(stack).ref), /directory bucket/],
    ['the ARN of a directory bucket', stack => s3.Bucket.fromBucketArn(stack, 'Given', directoryBucket(stack).attrArn), /directory bucket/],
    ['a directory bucket of another stack', stack => s3.Bucket.fromBucketName(stack, 'Given', directoryBucket(new Stack(App.of(stack) as App, 'Other')).ref), /directory bucket/],
    ['a multi-Region access point', stack => s3.Bucket.fromBucketName(stack, 'Given', new s3.CfnMultiRegionAccessPoint(stack, 'Point', { regions: [{ bucket: 'b' }] }).attrAlias), /multi-Region/],
  ];
  const accessPoint = (stack: Stack) => new s3.CfnAccessPoint(stack, 'Point', { bucket: 'models' });
  const directoryBucket = (stack: Stack) => new s3express.CfnDirectoryBucket(stack, 'Directory', { dataRedundancy: 'SingleAvailabilityZone', locationName: 'use1-az4' });

  test.each(RESOURCES)('fails for %s', (_, bucketOf, kind) => {
    const { stack, bucket, network } = fixture();
    const other = bucketOf(stack);
    for (const give of [
      () => new NeoPrivateCompilationVpc(stack, 'N', { buckets: [bucket, other] }),
      () => NeoModel.fromBucket(other, 'm.tar.gz', XGBOOST),
      () => new NeoCompilationJob(stack, 'Job', { model: NeoModel.fromBucket(bucket, 'm.tar.gz', XGBOOST), target: NeoTarget.ML_C5, outputBucket: other, vpcConfig: network().vpcConfig }),
    ]) {
      expect(give).toThrow(kind);
    }
  });

  test('takes a bucket of CloudFormation\'s', () => {
    const { stack, bucket } = fixture();
    const { ref, attrArn } = new s3.CfnBucket(stack, 'L1');
    new NeoPrivateCompilationVpc(stack, 'N', { buckets: [bucket, s3.Bucket.fromBucketName(stack, 'ByName', ref)] });
    NeoModel.fromBucket(s3.Bucket.fromBucketArn(stack, 'ByArn', attrArn), 'm.tar.gz', XGBOOST);
  });
});

test.each(['models', 'my-s3alias-bucket', 'x-s3', 'models.mrap.backup', 'a--x-s3-b'])('takes a bucket named %s', name => {
  const { stack } = fixture();
  NeoModel.fromBucket(s3.Bucket.fromBucketName(stack, 'Given', name), 'm.tar.gz', XGBOOST);
  NeoModel.fromBucket(s3.Bucket.fromBucketArn(stack, 'ByArn', `arn:aws:s3:::${name}`), 'm.tar.gz', XGBOOST);
  NeoModel.fromBucket(s3.Bucket.fromBucketName(stack, 'Late', Lazy.string({ produce: () => name })), 'm.tar.gz', XGBOOST);
});

test.each(KINDS)('fails for %s in an S3 URI', (_, name) => {
  const { bucket } = fixture();
  const give = () => NeoExecutionModel.fromS3Uri(`s3://${name}/m.tar.gz`, { bucket, ...XGBOOST });
  expect(give).toThrow(/^s3Uri must name a general purpose bucket, not an access point or a bucket of another kind; got: /);
});

describe('an S3 URI of another kind of bucket', () => {
  const MESSAGE = /s3Uri must name a general purpose bucket, not an access point or a bucket of another kind; got: /;
  const DIRECTORY_BUCKET = 'models--use1-az4--x-s3';

  test('fails within JSONata', () => {
    const { bucket } = fixture();
    expect(() => NeoExecutionModel.fromS3Uri(`{% 's3://${DIRECTORY_BUCKET}/' & $states.input.key %}`, { bucket, ...XGBOOST })).toThrow(MESSAGE);
    NeoExecutionModel.fromS3Uri("{% 's3://models/' & 'a--x-s3/' & $states.input.key %}", { bucket, ...XGBOOST });
  });

  test('fails if it refers to an access point of the app', () => {
    const { stack, bucket } = fixture();
    const { attrAlias } = new s3.CfnAccessPoint(stack, 'Point', { bucket: 'models' });
    expect(() => NeoExecutionModel.fromS3Uri(`s3://${attrAlias}/m.tar.gz`, { bucket, ...XGBOOST })).toThrow(MESSAGE);
    NeoExecutionModel.fromS3Uri(bucket.s3UrlForObject('m.tar.gz'), { bucket, ...XGBOOST });
  });

  test('fails if a class of the user returns it, for a job and for a fleet', () => {
    class OwnModel extends NeoModel {
      public bind() { return { s3Uri: `s3://${DIRECTORY_BUCKET}/m.tar.gz`, ...XGBOOST }; }
    }
    const { stack, bucket, network } = fixture();
    const common = { outputBucket: bucket, vpcConfig: network().vpcConfig };
    const target = NeoTarget.ML_C5;
    expect(() => new NeoCompilationJob(stack, 'Job', { ...common, model: new OwnModel(), target })).toThrow(MESSAGE);
    const models = NeoFleetModels.fromList([new OwnModel()]);
    expect(() => new NeoCompilationFleet(stack, 'Fleet', { ...common, models, targets: [{ target }], maxConcurrentJobs: 1 })).toThrow(MESSAGE);
  });
});
