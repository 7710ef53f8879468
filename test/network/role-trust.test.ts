import { App, CfnCondition, CfnParameter, CfnResource, Fn, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NO_COPIES, warningIds, warnings } from './fixture';
import { NeoCompilationFleet, NeoCompilationJob, NeoCompiledModel, NeoFleetModels, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget } from '../../src';
import { checkTrust, FOR_HOSTING, FOR_JOBS } from '../../src/network/role-trust';
import { OPTIONS } from '../compilation-job/fixture';

const ACCOUNT = '111122223333';
const ENV = { account: ACCOUNT, region: 'eu-west-1' };
const OWN = { StringEquals: { 'aws:SourceAccount': ACCOUNT } };
const service = (name = 'sagemaker.amazonaws.com', conditions: object = OWN) => new iam.ServicePrincipal(name, { conditions: conditions as any });
const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');
const newStack = (env: object | undefined = ENV) => new Stack(new App({ context: NO_COPIES }), 'Stack', { env });
const synth = (stack: Stack) => (stack.node.root as App).synth();

/** The warnings about a role whose resource has this trust policy, or throws its error. */
function check(document: unknown, { use = FOR_JOBS, env = ENV as object | undefined, stack = newStack(env) } = {}): string[] {
  const role = new CfnResource(stack, 'Trusting', { type: 'AWS::IAM::Role', properties: { AssumeRolePolicyDocument: document } });
  checkTrust(stack, iam.Role.fromRoleArn(stack, 'Role', role.getAtt('Arn').toString()), use);
  synth(stack);
  return warningIds(stack);
}

const allow = (statement: object = {}) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: OWN, ...statement });
const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const given = (Condition: object) => policy(allow({ Condition }));
const arn = (value: unknown, operator = 'ArnLike') => given({ [operator]: { 'aws:SourceArn': value } });
const JOBS = `arn:aws:sagemaker:eu-west-1:${ACCOUNT}:compilation-job/*`;

describe('SageMaker', () => {
  test.each<[string, unknown]>([
    ['among other services', policy(allow({ Principal: { Service: ['lambda.amazonaws.com', 'sagemaker.amazonaws.com'] } }))],
    ['by the domain of China', policy(allow({ Principal: { Service: 'sagemaker.amazonaws.com.cn' } }))],
    ['by the domain of the partition', policy(allow({ Principal: { Service: { 'Fn::Join': ['', ['sagemaker.', { Ref: 'AWS::URLSuffix' }]] } } }))],
    ['with another action', policy(allow({ Action: ['sts:TagSession', 'STS:assumerole'] }))],
    ['with a pattern of actions', policy(allow({ Action: 'sts:*' }))],
    ['in one of two branches', { 'Fn::If': ['Condition', policy(allow()), policy()] }],
    ['next to a statement that denies another service', policy(allow(), allow({ Effect: 'Deny', Principal: { Service: 'lambda.amazonaws.com' } }))],
    ['next to a statement that denies other accounts', policy(allow(), allow({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceAccount': ACCOUNT } } }))],
    ['next to a statement that denies another account', policy(allow(), allow({ Effect: 'Deny', Condition: { StringEquals: { 'AWS:sourceaccount': ['444455556666'] } } }))],
    ['next to a statement that denies the account of a parameter', policy(allow(), allow({ Effect: 'Deny', Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'P' } } } }))],
    ['for jobs', arn(JOBS)],
    ['for jobs, if the key is sent', arn(JOBS, 'ForAnyValue:ArnLikeIfExists')],
    ['for one of two sources', arn(['arn:aws:sagemaker:eu-west-1:111122223333:training-job/*', JOBS])],
    ['for one job in any case', arn(JOBS.replace('*', 'Mine').toUpperCase(), 'StringEqualsIgnoreCase')],
    ['for some jobs', arn(JOBS.replace('*', 'mine-*'))],
    ['for everything in SageMaker', arn(`arn:aws:sagemaker:*:${ACCOUNT}:*`, 'StringLike')],
    ['for jobs of a parameter\'s account', arn({ 'Fn::Join': ['', ['arn:aws:sagemaker:eu-west-1:', { Ref: 'P' }, ':compilation-job/*']] })],
    ['for the ARN of a parameter', arn({ Ref: 'P' })],
    ['for jobs of the pseudo parameters', arn({ 'Fn::Sub': 'arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:compilation-job/*' })],
    ['for the account of the pseudo parameter', given({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } })],
    ['for the account of a parameter', given({ StringEquals: { 'aws:SourceAccount': { Ref: 'P' } } })],
    ['for an organization', given({ StringEquals: { 'aws:SourceOrgID': 'o-1' } })],
    ['for the account and not for training', given({ ...OWN, ArnNotLike: { 'aws:SourceArn': 'arn:aws:sagemaker:*:*:training-job/*' } })],
    ['with a key that must be sent', given({ ...OWN, Null: { 'aws:SourceArn': 'false' } })],
  ])('is trusted %s', (_, document) => {
    expect(check(document)).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ['denies it', policy(allow(), allow({ Effect: 'Deny', Condition: undefined })), /but its trust policy denies that: remove the statement; got: .*"Effect":"Deny"/],
    ['denies all but another account', policy(allow(), allow({ Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceAccount': '444455556666' } } })), /denies that/],
    ['only denies it', policy(allow({ Effect: 'Deny', Condition: { StringEquals: { 'aws:SourceAccount': '444455556666' } } })), /Role, which does not/],
    ['names a part of SageMaker', policy(allow({ Principal: { Service: 'edge.sagemaker.amazonaws.com' } })), /which does not/],
    ['names a role that is called like it', policy(allow({ Principal: { AWS: 'arn:aws:iam::111122223333:role/sagemaker.amazonaws.com' } })), /which does not/],
    ['names an account', policy(allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } })), /which does not/],
    ['names it in a condition', policy(allow({ Principal: { AWS: ACCOUNT }, Condition: { StringEquals: { 'aws:PrincipalServiceName': 'sagemaker.amazonaws.com' } } })), /which does not/],
    ['allows another action', policy(allow({ Action: 'sts:TagSession' })), /which does not/],
    ['excludes the action', policy(allow({ Action: undefined, NotAction: 'sts:Assume*' })), /which does not/],
    ['has no statements', policy(), /which does not/],
    ['is for another account', given({ StringEquals: { 'aws:SourceAccount': '444455556666' } }),
      /for compilation jobs of this account and Region, but its conditions never match them: use the conditions .*aws:SourceArn \(arn:\S+compilation-job\/\*\); got: .*444455556666/],
    ['is for all other accounts', given({ StringNotEquals: { 'aws:SourceAccount': ACCOUNT } }), /never match/],
    ['compares an account with a wildcard literally', given({ StringEquals: { 'aws:SourceAccount': '1111*' } }), /never match/],
    ['is for training', arn('arn:aws:sagemaker:*:*:training-job/*'), /never match/],
    ['is for training jobs of a parameter', arn({ 'Fn::Sub': 'arn:aws:sagemaker:eu-west-1:111122223333:training-job/${P}' }), /never match/],
    ['is for a type that begins alike', arn(JOBS.replace('job/', 'job-group/')), /never match/],
    ['is for another Region', arn(JOBS.replace('eu-west-1', 'us-east-1')), /never match/],
    ['is for another partition', arn(JOBS.replace('aws', 'aws-cn')), /never match/],
    ['is for another service', arn(JOBS.replace('sagemaker', 'lambda')), /never match/],
    ['is for jobs of another account', arn(JOBS.replace(ACCOUNT, '444455556666')), /never match/],
    ['compares a pattern literally', arn(JOBS, 'StringEquals'), /never match/],
    ['is for jobs without a name', arn(JOBS.replace('*', '')), /never match/],
    ['is for the type only', arn(JOBS.replace('/*', '')), /never match/],
    ['names no ARN', arn('compilation-job'), /never match/],
    ['has one condition that matches and one that does not', given({ ...OWN, ArnLike: { 'aws:SourceArn': 'arn:aws:sagemaker:*:*:training-job/*' } }), /never match/],
  ])('fails: the policy %s', (_, document, message) => {
    expect(() => check(document)).toThrow(message);
  });

  test.each<[string, unknown, RegExp]>([
    ['a condition on another key', given({ ...OWN, StringEquals: { ...OWN.StringEquals, 'sts:ExternalId': 'x' } }), /\(sts:ExternalId\)/],
    ['an operator for other values', given({ ...OWN, NumericEquals: { 'aws:SourceAccount': 1 } }), /\(aws:SourceAccount\)/],
    ['a key that must not be sent', given({ ...OWN, Null: { 'aws:SourceArn': 'true' } }), /\(aws:SourceArn\)/],
    ['a pattern that is no ARN', given({ ...OWN, ArnLike: { 'aws:SourceArn': 'arn:aws:sagemaker:*' } }), /\(aws:SourceArn\)/],
    ['a parameter as the principal', policy(allow({ Principal: { Service: { Ref: 'P' } } })), /\(Principal\)/],
    ['all principals', policy(allow({ Principal: '*' })), /\(Principal\)/],
    ['all principals of AWS', policy(allow({ Principal: { AWS: '*' } })), /\(Principal\)/],
    ['all principals but one', policy(allow({ Principal: undefined, NotPrincipal: { AWS: ACCOUNT } })), /\(Principal\)/],
    ['SageMaker of a Region', policy(allow({ Principal: { Service: 'sagemaker.me-south-1.amazonaws.com' } })), /\(Principal\)/],
    ['a parameter as the action', policy(allow({ Action: { Ref: 'P' } })), /\(Action\)/],
    ['a statement that a condition of the template adds to deny it', policy(allow(), { 'Fn::If': ['C', allow({ Effect: 'Deny' }), { Ref: 'AWS::NoValue' }] }), /\(a condition of the template\)/],
    ['a condition under which it is denied', policy(allow(), allow({ Effect: 'Deny', Condition: { StringEquals: { 'sts:RoleSessionName': 'x' } } })), /\(sts:RoleSessionName\)/],
  ])('may be trusted: %s is warned of', (_, document, message) => {
    const stack = newStack();
    expect(check(document, { stack })).toEqual(['roleTrustUnclear']);
    expect(warnings(stack)[0]).toMatch(message);
  });

  test.each<[string, unknown]>([
    ['a policy that is a parameter', { Ref: 'P' }],
    ['a policy that a macro writes', { 'Fn::Transform': { Name: 'Macro' } }],
    ['a statement that a macro writes', policy({ 'Fn::Transform': { Name: 'Macro' } })],
    ['a condition that is one of two', given({ 'Fn::If': ['C', OWN, { Ref: 'AWS::NoValue' }] })],
  ])('may be trusted: %s is warned of', (_, document) => {
    expect(check(document)).toEqual(['roleTrustUnclear']);
  });

  test.each<[string, unknown]>([
    ['no condition', policy(allow({ Condition: undefined }))],
    ['a condition for another service only', policy(allow({ Condition: undefined }), allow({ Principal: { Service: 'lambda.amazonaws.com' } }))],
    ['any account in the ARN', arn('arn:aws:sagemaker:*:*:compilation-job/*')],
    ['any account', given({ StringLike: { 'aws:SourceAccount': '*' } })],
    ['all accounts but one', given({ StringNotEquals: { 'aws:SourceAccount': '444455556666' } })],
    ['a condition that is only negated', given({ ArnNotLike: { 'aws:SourceArn': 'arn:aws:sagemaker:*:*:training-job/*' } })],
  ])('is trusted for other accounts with %s, which is warned of', (_, document) => {
    expect(check(document)).toEqual(['roleTrustUnconditional']);
  });

  test('is compared with nothing that is unknown in a stack without an environment', () => {
    for (const document of [arn(JOBS.replace('eu-west-1', 'us-east-1')), given({ StringEquals: { 'aws:SourceAccount': '444455556666' } }), arn(JOBS.replace('aws:', 'aws-cn:'))]) {
      expect(check(document, { stack: new Stack(new App(), 'Stack') })).toEqual([]);
    }
    expect(() => check(arn(JOBS.replace('compilation', 'training')), { stack: new Stack(new App(), 'Stack') })).toThrow(/never match/);
  });

  test('fails: a role of a stack in another Region names that Region', () => {
    const stack = newStack();
    const other = new Stack(stack.node.root as App, 'Other', { env: { ...ENV, region: 'us-east-1' } });
    const sourceArn = other.formatArn({ service: 'sagemaker', resource: 'compilation-job', resourceName: '*' });
    checkTrust(stack, new iam.Role(other, 'Role', { roleName: 'neo', assumedBy: service(undefined, { ArnLike: { 'aws:SourceArn': sourceArn } }) }), FOR_JOBS);
    expect(() => synth(stack)).toThrow(/never match/);
  });

  test('hosts models for ARNs of models, and perhaps for those of endpoints', () => {
    const forType = (type: string) => arn(JOBS.replace('compilation-job', type));
    expect(check(forType('model'), { use: FOR_HOSTING })).toEqual([]);
    expect(check(forType('endpoint'), { use: FOR_HOSTING })).toEqual(['roleTrustUnclear']);
  });

  test.each(['compilation-job', 'training-job', 'model-package'])('fails: hosts no models for ARNs of a %s', type => {
    expect(() => check(arn(JOBS.replace('compilation-job', type)), { use: FOR_HOSTING })).toThrow(/for models of this account and Region/);
  });
});

const ROLES: [string, (stack: Stack, assumedBy: iam.IPrincipal) => iam.IRole][] = [
  ['a role', (stack, assumedBy) => new iam.Role(stack, 'Role', { assumedBy })],
  ['a role without policy updates', (stack, assumedBy) => new iam.Role(stack, 'Role', { assumedBy }).withoutPolicyUpdates()],
  ['a lazy role', (stack, assumedBy) => new iam.LazyRole(stack, 'Role', { assumedBy })],
  ['a lazy role without policy updates', (stack, assumedBy) => iam.Role.fromRoleArn(stack, 'Same', new iam.LazyRole(stack, 'Role', { assumedBy }).roleArn, { mutable: false })],
  ['a role imported by its reference', (stack, assumedBy) => iam.Role.fromRoleName(stack, 'Same', new iam.Role(stack, 'Role', { assumedBy }).roleName)],
  ['a role of a nested scope', (stack, assumedBy) => new iam.Role(new Stack(stack.node.root as App, 'Other', { env: ENV }), 'Role', { roleName: 'neo', assumedBy })],
  ['a role whose trust policy is overridden', (stack, assumedBy) => {
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    (role.node.defaultChild as iam.CfnRole).addPropertyOverride('AssumeRolePolicyDocument.Statement', [stack.resolve(new iam.Role(stack, 'Copy', { assumedBy }).assumeRolePolicy).Statement[0]]);
    return role;
  }],
];

describe.each(ROLES)('%s', (_, make) => {
  const trust = (principal: iam.IPrincipal) => {
    const stack = newStack();
    checkTrust(stack, make(stack, principal), FOR_JOBS);
    synth(stack);
    return warningIds(stack);
  };

  test('that trusts SageMaker passes', () => { expect(trust(service())).toEqual([]); });

  test('fails when it trusts another service', () => { expect(() => trust(LAMBDA)).toThrow(/role must trust sagemaker\.amazonaws\.com.*which does not/); });
});

test('a role that another app creates, or that is only named like one of the app, cannot be checked, which a warning says', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Role', { assumedBy: LAMBDA });
  const parameter = new CfnParameter(stack, 'P').valueAsString;
  [`arn:aws:iam::${ACCOUNT}:role/neo`, `${role.roleArn}-2`, `arn:aws:iam::${ACCOUNT}:role/not-${role.roleName}`, parameter, Fn.importValue('Role'), Lazy.string({ produce: () => role.roleArn })]
    .forEach((roleArn, i) => { checkTrust(stack, iam.Role.fromRoleArn(stack, `Same${i}`, roleArn), FOR_JOBS); });
  synth(stack);
  expect(warningIds(stack)).toEqual(Array(6).fill('roleTrustNotChecked'));
  expect(warnings(stack)[0]).toMatch(/the ARN of role Stack\/Same0 does not refer to a role that this app creates.*arn:\S*:sagemaker:eu-west-1:111122223333:compilation-job\/\*/);
});

test('precreated roles are checked by the trust policy of their report', () => {
  const stack = newStack();
  iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Role': 'neo' } });
  checkTrust(stack, new iam.Role(stack, 'Role', { assumedBy: LAMBDA }), FOR_JOBS);
  expect(() => synth(stack)).toThrow(/role must trust sagemaker/);
});

test('a role that CloudFormation creates conditionally is checked likewise', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Role', { assumedBy: LAMBDA });
  (role.node.defaultChild as iam.CfnRole).cfnOptions.condition = new CfnCondition(stack, 'C', { expression: Fn.conditionEquals('1', '1') });
  checkTrust(stack, role, FOR_JOBS);
  expect(() => synth(stack)).toThrow(/role must trust sagemaker/);
});

describe('the role of an imported network', () => {
  const STARTERS: [string, (stack: Stack, props: any) => unknown][] = [
    ['job', (stack, props) => new NeoCompilationJob(stack, 'Start', props)],
    ['task', (stack, props) => NeoRunCompilationJob.jsonata(stack, 'Start', { ...props, compilationJobName: 'one' })],
    ['fleet', (stack, { model, target, ...props }) => new NeoCompilationFleet(stack, 'Start', { ...props, models: NeoFleetModels.fromList([model]), targets: [{ target }], maxConcurrentJobs: 1 })],
  ];

  function start(starter: (stack: Stack, props: any) => unknown, make: (stack: Stack) => iam.IRole) {
    const stack = newStack();
    const outputBucket = new s3.Bucket(stack, 'Bucket');
    const role = make(stack);
    const { vpcConfig } = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Neo', {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
      subnets: [ec2.Subnet.fromSubnetId(stack, 'Subnet', 'subnet-1')],
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
      role,
      buckets: [outputBucket],
    });
    starter(stack, { vpcConfig, outputBucket, outputPrefix: 'out', model: NeoModel.fromBucket(outputBucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5 });
    const resources: any = (stack.node.root as App).synth().getStackByName('Stack').template.Resources;
    const attached = Object.values<any>(resources).filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles) === JSON.stringify([stack.resolve(role.roleName)]));
    const statements: any[] = attached.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    return { ids: warningIds(stack).filter(id => id.startsWith('role')), statements, sids: statements.map(({ Sid }) => Sid?.replace(/[0-9a-f]{8}$/, '')).filter(Boolean) };
  }

  describe.each(STARTERS)('of a %s', (_, starter) => {
    test('is granted what a role of one\'s own is, if the app creates it', () => {
      const { ids, sids, statements } = start(starter, stack => new iam.Role(stack, 'Role', { assumedBy: service() }));
      expect(sids).toEqual(['DescribeNetwork', 'PlaceInterfaces', 'CreateInterfaces', 'UseInterfaces', 'UseBuckets', 'UseObjects', 'WriteLogs', 'WriteMetrics']);
      expect(JSON.stringify(statements.find(({ Sid }) => Sid?.startsWith('UseObjects')).Resource)).toMatch(/\/out\/\*/);
      expect(ids).toEqual([]);
    });

    test('fails when it does not trust SageMaker', () => {
      expect(() => start(starter, stack => new iam.Role(stack, 'Role', { assumedBy: LAMBDA }))).toThrow(/role must trust sagemaker\.amazonaws\.com/);
    });

    test('is warned of if it cannot be changed', () => {
      expect(start(starter, stack => new iam.Role(stack, 'Role', { assumedBy: service() }).withoutPolicyUpdates()).ids).toEqual(['roleNotManaged']);
    });

    test('is left to the app that creates it', () => {
      expect(start(starter, stack => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/neo`))).toMatchObject({ ids: [], sids: [] });
    });
  });
});

describe('the role of a compiled model', () => {
  function host(make: (stack: Stack) => iam.IRole) {
    const stack = newStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], maxAzs: 2 });
    const model = NeoModel.fromBucket(bucket, 'm.tar.gz', { ...OPTIONS, framework: NeoFramework.PYTORCH_1_13 });
    const job = new NeoCompilationJob(stack, 'Job', { vpcConfig, outputBucket: bucket, model, target: NeoTarget.ML_C5 });
    new NeoCompiledModel(stack, 'Model', { job, role: make(stack) });
    synth(stack);
    return warningIds(stack).filter(id => id.startsWith('role'));
  }

  test('passes when it trusts SageMaker for models', () => {
    expect(host(stack => new iam.Role(stack, 'Role', { assumedBy: service(undefined, { ArnLike: { 'aws:SourceArn': `arn:aws:sagemaker:*:${ACCOUNT}:model/*` } }) }))).toEqual([]);
  });

  test.each<[string, (stack: Stack) => iam.IRole]>([
    ['lambda', stack => new iam.Role(stack, 'Role', { assumedBy: LAMBDA })],
    ['SageMaker only for compilation jobs', stack => new iam.Role(stack, 'Role', { assumedBy: service(undefined, { ArnLike: { 'aws:SourceArn': JOBS } }) })],
    ['jobs as the network does', stack => (stack.node.findChild('Neo') as NeoPrivateCompilationVpc).role],
  ])('fails when it trusts %s', (_, make) => {
    expect(() => host(make)).toThrow(/role must trust sagemaker\.amazonaws\.com/);
  });

  test('is warned of if another app creates it', () => {
    expect(host(stack => iam.Role.fromRoleArn(stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/neo`))).toEqual(['roleTrustNotChecked']);
  });
});

describe.each(['strong', 'weak', 'both'])('a role in another stack than the job, with %s references', mode => {
  function start(isRoleOfNetwork: boolean, home: 'Shared' | 'Jobs', networkHome: 'Shared' | 'Jobs' = home, change = (role: iam.Role): iam.IRole => role) {
    const app = new App({ context: { ...NO_COPIES, '@aws-cdk/core:defaultCrossStackReferences': mode } });
    const stacks = { Shared: new Stack(app, 'Shared', { env: ENV }), Jobs: new Stack(app, 'Jobs', { env: ENV }) };
    const role = change(new iam.Role(stacks.Shared, 'Role', { assumedBy: service() }));
    const outputBucket = new s3.Bucket(stacks[home], 'Bucket');
    const { vpcConfig } = isRoleOfNetwork
      ? NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stacks.Shared, 'Neo', {
        vpc: ec2.Vpc.fromVpcAttributes(stacks.Shared, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
        subnets: [ec2.Subnet.fromSubnetId(stacks.Shared, 'Subnet', 'subnet-1')],
        securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stacks.Shared, 'Group', 'sg-1')],
        s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stacks.Shared, 'Endpoint', 'vpce-1'),
        role,
        buckets: [outputBucket],
      })
      : new NeoPrivateCompilationVpc(stacks[networkHome], 'Neo', { buckets: [outputBucket] });
    const model = NeoModel.fromBucket(s3.Bucket.fromBucketName(stacks.Jobs, 'Models', 'models'), 'm.tar.gz', OPTIONS);
    new NeoCompilationJob(stacks.Jobs, 'Job', { vpcConfig, outputBucket, model, target: NeoTarget.ML_C5, ...isRoleOfNetwork ? {} : { role } });
    app.synth();
  }

  test.each([true, false])('is granted what its own stack has (role of the network: %j)', isRoleOfNetwork => {
    expect(() => { start(isRoleOfNetwork, 'Shared'); }).not.toThrow();
  });

  test.each([true, false])('fails: a bucket in the stack of the job would close a cycle of stacks (role of the network: %j)', isRoleOfNetwork => {
    expect(() => { start(isRoleOfNetwork, 'Jobs'); }).toThrow(/outputBucket must not be created in the stack Jobs, because the execution role, in the stack Shared, would have to refer to it.*create it in the stack of the role/);
  });

  test('fails: a network in the stack of the job would close a cycle of stacks', () => {
    expect(() => { start(false, 'Shared', 'Jobs'); }).toThrow(/network of vpcConfig must not be created in the stack Jobs, because the execution role, in the stack Shared/);
  });

  test.each([true, false])('closes no cycle if it is not changed (role of the network: %j)', isRoleOfNetwork => {
    expect(() => { start(isRoleOfNetwork, 'Jobs', 'Jobs', role => role.withoutPolicyUpdates()); }).not.toThrow();
  });
});
