import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as neo from '../../src';
import { NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';
import { compilation, OPTIONS } from '../compilation-job/fixture';
import { network, newStack, templateOf, warningIds, warnings } from '../network/fixture';

const SAGEMAKER = new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': '111122223333' } } });

/** What starts jobs, each with the same props. */
const STARTERS: [string, (stack: Stack, props: any) => unknown][] = [
  ['job', (stack, props) => new neo.NeoCompilationJob(stack, 'Start', props)],
  ['task in JSONata', (stack, props) => neo.NeoCreateCompilationJob.jsonata(stack, 'Start', { ...props, compilationJobName: 'one' })],
  ['task in JSONPath', (stack, props) => neo.NeoRunCompilationJob.jsonPath(stack, 'Start', { ...props, compilationJobName: 'one' })],
  ['fleet', (stack, { model, target, ...props }) => new neo.NeoCompilationFleet(stack, 'Start', {
    ...props, models: neo.NeoFleetModels.fromList([model]), targets: [{ target }], maxConcurrentJobs: 1,
  })],
];

const statements = (stack: Stack, roles: unknown) => Object.values(templateOf(stack).findResources('AWS::IAM::Policy', { Properties: { Roles: roles } }))
  .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);

/** Sids of what it is given, without what tells one network or bucket from another. */
const sids = (given: any[]) => given.map(({ Sid }) => Sid?.replace(/[0-9a-f]{8}$/, ''));

describe.each(STARTERS)('a role of one\'s own for a %s', (_starter, start) => {
  const withRole = (make: (stack: Stack) => iam.IRole, props: object = {}) => {
    const fixture = network();
    const role = make(fixture.stack);
    start(fixture.stack, {
      vpcConfig: fixture.privateVpc.vpcConfig,
      model: NeoModel.fromBucket(s3.Bucket.fromBucketName(fixture.stack, 'Models', 'models'), 'm.tar.gz', OPTIONS),
      target: NeoTarget.ML_C5,
      outputBucket: fixture.bucket,
      outputPrefix: 'out',
      role,
      ...props,
    });
    return { ...fixture, role };
  };
  test('is given what the network\'s has, on its own output only', () => {
    const { stack, role } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: SAGEMAKER }));
    const given = statements(stack, [stack.resolve(role.roleName)]);
    expect(sids(given)).toEqual([
      undefined, 'DescribeNetwork', 'PlaceInterfaces', 'CreateInterfaces', 'UseInterfaces', 'UseBuckets', 'UseObjects', 'WriteLogs', 'WriteMetrics',
    ]);
    expect(JSON.stringify(given.find(({ Action }) => JSON.stringify(Action).includes('s3:PutObject')).Resource)).toMatch(/\/out\/\*/);
    expect(warningIds(stack).filter(id => id.startsWith('role'))).toEqual([]);
  });

  test.each<[string, (stack: Stack) => iam.IRole, string[]]>([
    ['imported', scope => iam.Role.fromRoleArn(scope, 'Mine', 'arn:aws:iam::111122223333:role/neo'), ['roleTrustNotChecked']],
    ['imported and not to be changed', scope => iam.Role.fromRoleArn(scope, 'Mine', 'arn:aws:iam::111122223333:role/neo', { mutable: false }), ['roleNotManaged', 'roleTrustNotChecked']],
  ])('%s: warnings say what cannot be done here', (_, make, ids) => {
    const { stack } = withRole(make);
    expect(warningIds(stack).filter(id => id.startsWith('role'))).toEqual(ids);
    const needed = warnings(stack).find(text => text.includes('roleNotManaged'));
    if (needed) { expect(needed).toMatch(/ec2:CreateNetworkInterface.*s3:PutObject.*\/out\/\*.*logs:PutLogEvents/); }
  });

  test('fails when it does not trust SageMaker', () => {
    const { stack } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }));
    expect(() => (stack.node.root as App).synth()).toThrow(/role must trust sagemaker\.amazonaws\.com/);
  });

  test('is permitted by hand to use a network that this library does not know', () => {
    const { stack, role } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: SAGEMAKER }), { vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] } });
    expect(sids(statements(stack, [stack.resolve(role.roleName)]))).toEqual([undefined, 'UseBuckets', 'UseObjects', 'WriteLogs', 'WriteMetrics']);
  });

  test('may use the key of the output', () => {
    const { stack, role } = withRole(scope => new iam.Role(scope, 'Mine', { assumedBy: SAGEMAKER }), { outputEncryptionKey: kms.Key.fromKeyArn(newStack(), 'Key', 'arn:aws:kms:us-east-1:111122223333:key/1') });
    expect(statements(stack, [stack.resolve(role.roleName)])).toContainEqual(expect.objectContaining({ Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'] }));
  });
});

test('a role of jobs in two networks has no two statements with the same Sid', () => {
  const fixture = network();
  const role = new iam.Role(fixture.stack, 'Mine', { assumedBy: SAGEMAKER });
  const second = new s3.Bucket(fixture.stack, 'SecondBucket');
  const other = { ...fixture, bucket: second, privateVpc: new NeoPrivateCompilationVpc(fixture.stack, 'SecondNeo', { buckets: [second], role }) };
  [fixture, fixture, other, other].forEach((where, i) => compilation({ role }, where, `Job${i}`));
  const given = statements(fixture.stack, [fixture.stack.resolve(role.roleName)]).map(({ Sid }) => Sid).filter(Boolean);
  expect(given.length).toBeGreaterThan(12);
  expect(given.filter((sid, i) => given.indexOf(sid) !== i)).toEqual([]);
});
