import { App, NestedStack, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { bySid, network, newStack, only, templateOf, warningIds, warnings } from './fixture';
import { NeoPrivateCompilationVpc } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const POLICY = 'AWS::S3::BucketPolicy';
const denyOf = (stack: Stack) => bySid(only(templateOf(stack), POLICY).PolicyDocument, 'OnlyThroughNeoEndpoint');

describe('the policy of an owned bucket', () => {
  test('denies reading, writing and listing unless through this endpoint', () => {
    const { stack } = network();
    const template = templateOf(stack);
    const bucketArn = { 'Fn::GetAtt': [Object.keys(template.findResources('AWS::S3::Bucket'))[0], 'Arn'] };
    expect(denyOf(stack)).toEqual({
      Sid: 'OnlyThroughNeoEndpoint',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'],
      Resource: [bucketArn, { 'Fn::Join': ['', [bucketArn, '/*']] }],
      Condition: { StringNotEquals: { 'aws:SourceVpce': { Ref: Object.keys(template.findResources('AWS::EC2::VPCEndpoint'))[0] } } },
    });
    expect(warningIds(stack)).toEqual([]);
  });

  test('denies everything without TLS', () => {
    const [, statement] = only(templateOf(network().stack), POLICY).PolicyDocument.Statement;
    expect(statement).toMatchObject({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(statement.Resource).toHaveLength(2);
  });

  test('has the statement of enforceSSL once', () => {
    const stack = newStack();
    new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
    network({}, stack);
    expect(only(templateOf(stack), POLICY).PolicyDocument.Statement).toHaveLength(2);
  });

  test('denies the actions asked for', () => {
    const { stack } = network({ bucketPolicyActions: ['s3:GetObject*', 's3:DeleteObject*', 's3:ListBucketVersions'] });
    expect(denyOf(stack).Action).toEqual(['s3:GetObject*', 's3:DeleteObject*', 's3:ListBucketVersions']);
  });

  test.each([
    's3:*', '*', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucket', 's3:Put*', 's3:Get*', 's3:List*', 's3:*Object',
    's3:GetObj*', 's3:PutEncryptionConfiguration', 's3:GetObject?', 'GetObject', 'ec2:DescribeVpcs', '', 's3:GetObject\n',
  ])('fails for %j, which could lock out the deployment', action => {
    expect(() => network({ bucketPolicyActions: [action] })).toThrow(/bucketPolicyActions must be S3 actions on objects or listings/);
  });

  test('fails without actions', () => {
    expect(() => network({ bucketPolicyActions: [] })).toThrow(/bucketPolicyActions must name at least one action/);
    expect(() => network({ bucketPolicyActions: Token.asList({ Ref: 'Actions' }) })).toThrow(/bucketPolicyActions must be known at synthesis/);
  });
});

describe('emptying a bucket before it is deleted', () => {
  const emptied = (bucketPolicyActions?: string[]) => {
    const stack = newStack();
    new s3.Bucket(stack, 'Bucket', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    network({ bucketPolicyActions }, stack);
    return stack;
  };
  const emptier = (stack: Stack) => ({ 'Fn::GetAtt': [Stack.of(stack).getLogicalId(stack.node.findChild('Custom::S3AutoDeleteObjectsCustomResourceProvider').node.findChild('Role') as any), 'Arn'] });

  test('needs no exemption from the default actions', () => {
    expect(denyOf(emptied()).Condition.ArnNotLike).toBeUndefined();
  });

  test.each(['s3:DeleteObject', 's3:DeleteObject*', 's3:ListBucketVersions', 's3:ListBucket*'])('is exempt from a denied %s', action => {
    const stack = emptied([action]);
    expect(denyOf(stack).Condition.ArnNotLike).toEqual({ 'aws:PrincipalArn': [emptier(stack)] });
  });

  test('is exempt also when it was asked for after the network', () => {
    const { stack, bucket } = network({ bucketPolicyActions: ['s3:DeleteObject*'] });
    bucket.applyRemovalPolicy(RemovalPolicy.DESTROY);
    (bucket as any).enableAutoDeleteObjects();
    expect(denyOf(stack).Condition.ArnNotLike).toEqual({ 'aws:PrincipalArn': [emptier(stack)] });
  });

  test('happens while the policy still exempts it', () => {
    const template = templateOf(emptied(['s3:DeleteObject*'])).toJSON();
    const graph = new DependencyGraph(template);
    const [emptying] = Object.keys(Template.fromJSON(template).findResources('Custom::S3AutoDeleteObjects'));
    const [policy] = Object.keys(Template.fromJSON(template).findResources(POLICY));
    expect(graph.dependsOn(emptying, policy)).toBe(true);
    expect(graph.cycles()).toEqual([]);
  });
});

describe('the handler of a job with deleteArtifacts', () => {
  const exempt = (bucketPolicyActions?: string[]) => {
    const { stack } = compilation({ deleteArtifacts: true }, network({ bucketPolicyActions }));
    return denyOf(stack).Condition.ArnNotLike;
  };

  test('is not exempt as long as deletions are not denied: it has no business with the objects themselves', () => {
    expect(exempt()).toBeUndefined();
    expect(exempt(['s3:GetObject*', 's3:ListBucket'])).toBeUndefined();
  });

  test.each(['s3:DeleteObject', 's3:DeleteObject*', Token.asString({ Ref: 'Action' })])('is exempt from a denied %s', action => {
    expect(exempt(['s3:GetObject', action])).toEqual({ 'aws:PrincipalArn': [{ 'Fn::GetAtt': [expect.stringMatching(/HandlerRole/), 'Arn'] }] });
  });
});

describe('exempt principals', () => {
  test('are roles, users, functions and ARNs, each once', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Uploader', { assumedBy: new iam.AccountRootPrincipal() });
    const user = iam.User.fromUserArn(stack, 'User', 'arn:aws:iam::111122223333:user/ada');
    const fn = new lambda.Function(stack, 'Fn', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'x.y', code: lambda.Code.fromInline('//') });
    const { privateVpc } = network({ bucketPolicyExemptPrincipals: [role, user, role] }, stack);
    privateVpc.allowOutsideEndpoint(fn);
    privateVpc.allowOutsideEndpoint(new iam.ArnPrincipal('arn:aws:iam::111122223333:role/team/*'));
    const arnOf = (child: iam.IRole) => stack.resolve(child.roleArn);
    expect(denyOf(stack).Condition).toEqual({
      StringNotEquals: { 'aws:SourceVpce': stack.resolve(privateVpc.s3Endpoint.vpcEndpointId) },
      ArnNotLike: {
        'aws:PrincipalArn': [arnOf(role), 'arn:aws:iam::111122223333:user/ada', arnOf(fn.role!), 'arn:aws:iam::111122223333:role/team/*'],
      },
    });
  });

  test.each<[string, any]>([
    ['everyone', new iam.AnyPrincipal()],
    ['everyone, as a star', new iam.StarPrincipal()],
    ['a service', new iam.ServicePrincipal('sagemaker.amazonaws.com')],
    ['an account, which aws:PrincipalArn never is', new iam.AccountPrincipal('111122223333')],
  ])('fail: %s', (_, principal) => {
    expect(() => network({ bucketPolicyExemptPrincipals: [principal] })).toThrow(/bucketPolicyExemptPrincipals must be roles, users or ARNs/);
  });
});

describe('a bucket that the stack does not own', () => {
  test('gets a warning with the statement to add', () => {
    const stack = newStack();
    const imported = s3.Bucket.fromBucketName(stack, 'Imported', 'imported');
    const { privateVpc } = network({ buckets: [imported] }, stack);
    templateOf(stack).resourceCountIs(POLICY, 0);
    const [text] = warnings(stack);
    expect(text).toContain('policy of bucket Stack/Imported is not managed by this stack');
    const shown = JSON.parse(/\{"Action".*\}(?=\. Its encryption)/.exec(text)![0]);
    expect(shown).toEqual({
      Sid: 'OnlyThroughNeoEndpoint',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:ListBucket'],
      Resource: ['arn:${AWS::Partition}:s3:::imported', 'arn:${AWS::Partition}:s3:::imported/*'],
      Condition: { StringNotEquals: { 'aws:SourceVpce': `\${${stack.resolve(privateVpc.s3Endpoint.vpcEndpointId).Ref}}` } },
    });
    const statement = stack.resolve(privateVpc.bucketPolicyStatement(imported).toStatementJson());
    expect(statement).toMatchObject({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': stack.resolve(privateVpc.s3Endpoint.vpcEndpointId) } } });
  });

  test('of another stack of the app keeps its policy, as the two stacks would depend on each other', () => {
    const app = new App();
    const storage = new Stack(app, 'Storage');
    const bucket = new s3.Bucket(storage, 'Bucket');
    const stack = new Stack(app, 'Stack');
    new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket] });
    expect(warningIds(stack)).toEqual(['bucketPolicyNotManaged']);
    Template.fromStack(storage).resourceCountIs(POLICY, 0);
  });

  test('of the parent of a nested stack likewise', () => {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const nested = new NestedStack(stack, 'Nested');
    new NeoPrivateCompilationVpc(nested, 'Neo', { buckets: [bucket] });
    templateOf(stack).resourceCountIs(POLICY, 0);
    Template.fromStack(nested).resourceCountIs('AWS::EC2::VPCEndpoint', 1);
  });

  test('of another account needs more, which another warning says', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-west-1' } });
    network({ buckets: [s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', account: '444455556666' })] }, stack);
    expect(warningIds(stack)).toEqual(['bucketOfOtherAccount', 'bucketPolicyNotManaged']);
  });
});

test('fails when two networks close the same bucket', () => {
  const { stack, bucket } = network();
  expect(() => new NeoPrivateCompilationVpc(stack, 'Other', { buckets: [bucket] }))
    .toThrow(/buckets must not be shared between networks.*Stack\/Bucket, which belongs to Stack\/Neo/);
});
