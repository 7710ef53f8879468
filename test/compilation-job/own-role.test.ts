import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { compilation, OPTIONS } from './fixture';
import { NeoCompilationJob, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { network, newStack, templateOf, warningIds, warnings } from '../network/fixture';

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
