import { Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { bySid, network, newStack, only, templateOf } from './fixture';

const ENDPOINT = 'AWS::EC2::VPCEndpoint';

describe('the S3 endpoint', () => {
  const stack = newStack();
  const own = new s3.Bucket(stack, 'Bucket');
  const imported = s3.Bucket.fromBucketName(stack, 'Imported', 'imported');
  network({ buckets: [own, imported, s3.Bucket.fromBucketName(stack, 'Again', 'imported')] }, stack);
  const template = templateOf(stack);
  const endpoint = only(template, ENDPOINT);
  const ownArn = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::S3::Bucket'))[0], 'Arn'] };

  test('is a gateway on the route tables of all subnets', () => {
    expect(endpoint.VpcEndpointType).toBe('Gateway');
    expect(endpoint.ServiceName).toEqual({ 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.s3']] });
    const associations = Object.values(template.findResources('AWS::EC2::SubnetRouteTableAssociation'));
    expect(associations).toHaveLength(2);
    expect(endpoint.RouteTableIds).toEqual(associations.map(({ Properties }) => Properties.RouteTableId));
  });

  test('is the only one', () => { template.resourceCountIs(ENDPOINT, 1); });

  test('lets the needed actions on the buckets and their objects through, each bucket once', () => {
    expect(bySid(endpoint.PolicyDocument, 'NeoBuckets')).toMatchObject({
      Effect: 'Allow',
      Action: ['s3:GetBucketLocation', 's3:ListBucket'],
      Resource: [ownArn, { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::imported']] }],
    });
    expect(bySid(endpoint.PolicyDocument, 'NeoObjects')).toMatchObject({
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: [{ 'Fn::Join': ['', [ownArn, '/*']] }, { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::imported/*']] }],
    });
  });

  test('lets nothing else through', () => {
    expect(endpoint.PolicyDocument.Statement).toHaveLength(2);
  });

  test('serves principals of this account only', () => {
    for (const statement of endpoint.PolicyDocument.Statement) {
      expect(statement.Principal).toBe('*');
      expect(statement.Condition).toEqual({ StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } });
    }
  });
});

test('more statements can be added', () => {
  const { stack } = network({
    endpointPolicyStatements: [new iam.PolicyStatement({ sid: 'More', principals: [new iam.StarPrincipal()], actions: ['s3:GetObject'], resources: ['arn:aws:s3:::more/*'] })],
  });
  const { PolicyDocument } = only(templateOf(stack), ENDPOINT);
  expect(PolicyDocument.Statement).toHaveLength(3);
  expect(bySid(PolicyDocument, 'More')).toMatchObject({ Effect: 'Allow', Resource: 'arn:aws:s3:::more/*' });
});

test('fails: a statement without a principal', () => {
  expect(() => network({ endpointPolicyStatements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] })] }))
    .toThrow(/endpointPolicyStatements must each have a principal/);
});

describe('buckets', () => {
  test.each([
    [[], /buckets must name at least one bucket.*got: \[\]/],
    [undefined, /buckets must be given; got: undefined/],
    [[undefined], /buckets\[0\] must be given/],
    [[{}], /buckets\[0\] has the wrong type: it must be a bucket \(s3\.IBucket\); got: \{\}/],
    ['models', /buckets has the wrong type: it must be an array, each item a bucket.*got: "models"/],
  ])('fails: %j', (buckets, message) => {
    expect(() => network({ buckets: buckets as any })).toThrow(message);
  });

  test('fails: with a key of another Region', () => {
    const stack = newStack({ env: { region: 'eu-west-1' } });
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:us-east-1:111122223333:key/0');
    expect(() => network({ encryptionKey }, stack)).toThrow(/encryptionKey must be in the Region of the stack, eu-west-1.*Stack\/Far in us-east-1/);
  });

  test('fails: of another Region', () => {
    const stack = newStack({ env: { region: 'eu-west-1' } });
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' });
    expect(() => network({ buckets: [bucket] }, stack)).toThrow(/buckets must be in the Region of the stack, eu-west-1.*Stack\/Far in us-east-1/);
  });

  test('of an unknown Region are not', () => {
    const stack = newStack();
    network({ buckets: [s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'us-east-1' })] }, stack);
    templateOf(stack).hasResourceProperties(ENDPOINT, Match.anyValue());
  });
});
