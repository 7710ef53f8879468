import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoCompilationFleet, NeoCompilationJob, NeoExecutionModel, NeoFleetModels, NeoFramework, NeoManifestFormat, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

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
