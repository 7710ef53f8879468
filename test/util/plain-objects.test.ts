import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoCreateCompilationJob, NeoFleetModels, NeoFramework,
  NeoOrphanedJobStopper, NeoPrivateCompilationVpc, NeoRunCompilationJob, NeoTarget,
} from '../../src';
import { requireType, type PropType } from '../../src/util/prop-types';
import {
  BUCKET, GATEWAY_ENDPOINT, GRANTEE, JOB, KEY, LOG_GROUP, PREFIX_LIST, PRIVATE_VPC, ROLE, SECURITY_GROUP, STATE_MACHINE, STATEMENT, SUBNET, TOPIC,
  VPC,
} from '../../src/util/resource-types';

/*
 * Callers without types pass objects that look like a construct: an ARN or an ID in an object, or a part of the real construct. The code below would run
 * into a TypeError on what they lack.
 */

const RESOURCES: [string, PropType, object][] = [
  ['a bucket', BUCKET, { bucketArn: 'arn:aws:s3:::b', bucketName: 'b' }],
  ['a key', KEY, { keyArn: 'arn:aws:kms:us-east-1:111122223333:key/k', grant() { /* nothing */ } }],
  ['a role', ROLE, { roleArn: 'arn:aws:iam::111122223333:role/r', grantPrincipal: new iam.ArnPrincipal('arn:aws:iam::111122223333:role/r') }],
  ['a VPC', VPC, { vpcId: 'vpc-1', selectSubnets() { /* nothing */ } }],
  ['a subnet', SUBNET, { subnetId: 'subnet-1', routeTable: { routeTableId: 'rtb-1' } }],
  ['a security group', SECURITY_GROUP, { securityGroupId: 'sg-1' }],
  ['a gateway endpoint', GATEWAY_ENDPOINT, { vpcEndpointId: 'vpce-1' }],
  ['a prefix list', PREFIX_LIST, { prefixListId: 'pl-1', toEgressRuleConfig() { /* nothing */ } }],
  ['a topic', TOPIC, { topicArn: 'arn:aws:sns:us-east-1:111122223333:t' }],
  ['a state machine', STATE_MACHINE, { stateMachineArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:s' }],
  ['a log group', LOG_GROUP, { logGroupArn: 'arn:aws:logs:us-east-1:111122223333:log-group:g' }],
  ['a NeoPrivateCompilationVpc', PRIVATE_VPC, { vpcConfig: {}, grantReadThroughEndpoint() { /* nothing */ } }],
];

test.each(RESOURCES)('fails for a plain object as %s', (description, type, object) => {
  const fix = new RegExp(`^prop has the wrong type: it must be ${description}`);
  const { node, env } = new s3.Bucket(new Stack(), 'Bucket');
  for (const more of [{}, { env }, { node }, { node: {}, env }, { node: 'a', env }, { node: undefined, env }]) {
    expect(() => requireType(undefined, 'prop', { ...object, ...more }, type)).toThrow(fix);
  }
});

test.each(RESOURCES)('%s that another language implements passes, as jsii\'s proxy has the members of the interface', (_, type, object) => {
  const { node, env } = new s3.Bucket(new Stack(), 'Bucket');
  expect(() => requireType(undefined, 'prop', Object.create({ ...object, node, env }), type)).not.toThrow();
});

test('fails for a job with a part of the interface', () => {
  const { node, env } = new s3.Bucket(new Stack(), 'Bucket');
  const part = { jobName: 'a', metricFailedJobs() { /* nothing */ }, grantReadArtifacts() { /* nothing */ } };
  expect(() => requireType(undefined, 'job', { ...part, node, env }, JOB)).toThrow('job has the wrong type: it must be a compilation job (INeoCompilationJob); got: ');
});

test.each<[string, unknown]>([
  ['a string', { grantPrincipal: 'x' }], ['null', { grantPrincipal: null }], ['nothing', { grantPrincipal: undefined }], ['an empty object', { grantPrincipal: {} }],
  ['a principal without a fragment', { grantPrincipal: { addToPrincipalPolicy() { /* nothing */ } } }],
])('fails for a grantee whose principal is %s', (_, grantee) => {
  expect(() => requireType(undefined, 'grantee', grantee, GRANTEE)).toThrow(/^grantee has the wrong type: it must be a role, user or other principal \(iam.IGrantable\); got: /);
});

test('fails for a part of a statement', () => {
  expect(() => requireType(undefined, 'statement', { toStatementJson: () => ({}) }, STATEMENT)).toThrow('statement has the wrong type: it must be a policy statement');
});

test('constructs of every origin pass', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
  const code = lambda.Code.fromInline('//');
  const cases: [unknown, PropType][] = [
    [new s3.Bucket(stack, 'Bucket'), BUCKET], [s3.Bucket.fromBucketName(stack, 'ByName', 'models'), BUCKET],
    [new kms.Key(stack, 'Key'), KEY], [kms.Alias.fromAliasName(stack, 'Alias', 'alias/a'), KEY], [kms.Key.fromKeyArn(stack, 'ByArn', 'arn:aws:kms:us-east-1:111122223333:key/k'), KEY],
    [role, ROLE], [role.withoutPolicyUpdates(), ROLE], [new iam.LazyRole(stack, 'Lazy', { assumedBy: new iam.AccountRootPrincipal() }), ROLE],
    [iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111122223333:role/r'), ROLE],
    [vpc, VPC], [ec2.Vpc.fromVpcAttributes(stack, 'ImportedVpc', { vpcId: 'vpc-1', availabilityZones: ['a'] }), VPC],
    [vpc.privateSubnets[0], SUBNET], [ec2.Subnet.fromSubnetId(stack, 'ById', 'subnet-1'), SUBNET],
    [new ec2.SecurityGroup(stack, 'Group', { vpc }), SECURITY_GROUP], [ec2.SecurityGroup.fromSecurityGroupId(stack, 'GroupById', 'sg-1'), SECURITY_GROUP],
    [vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 }), GATEWAY_ENDPOINT],
    [ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'), GATEWAY_ENDPOINT],
    [ec2.PrefixList.fromPrefixListId(stack, 'Prefixes', 'pl-1'), PREFIX_LIST],
    [sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111122223333:t'), TOPIC],
    [sfn.StateMachine.fromStateMachineName(stack, 'Machine', 's'), STATE_MACHINE],
    [new iam.PolicyStatement(), STATEMENT],
    ...[
      role, new iam.User(stack, 'User'), new iam.Group(stack, 'Users'), new iam.ArnPrincipal('arn:aws:iam::111122223333:role/r'), new iam.ServicePrincipal('lambda.amazonaws.com'),
      new iam.UnknownPrincipal({ resource: stack }), new iam.StarPrincipal(), role.withoutPolicyUpdates(), { grantPrincipal: role },
      new lambda.Function(stack, 'Function', { runtime: lambda.Runtime.NODEJS_LATEST, handler: 'index.handler', code }), lambda.Function.fromFunctionName(stack, 'FunctionByName', 'f'),
      new iam.CompositePrincipal(new iam.ServicePrincipal('lambda.amazonaws.com'), new iam.AccountRootPrincipal()),
    ].map((grantee): [unknown, PropType] => [grantee, GRANTEE]),
  ];
  for (const [value, type] of cases) { expect(() => requireType(undefined, 'prop', value, type)).not.toThrow(); }
});

describe('arguments', () => {
  const MESSAGE = new RegExp('^stateMachineArn (must be given; got: undefined|has the wrong type: it must be a string; got: |'
    + 'must be the ARN of a state machine, such as arn:aws:states:us-east-1:111122223333:stateMachine:Fleet; got: ")');
  const NOT_ARNS: [string, any][] = [
    ['nothing', undefined], ['a number', 3], ['an empty string', ''], ['a name', 'my-fleet'], ['the ARN of a function', 'arn:aws:lambda:us-east-1:111122223333:function:x'],
    ['the ARN of an execution', 'arn:aws:states:us-east-1:111122223333:execution:s:e'], ['a construct', new s3.Bucket(new Stack(), 'Bucket')],
  ];
  test.each(NOT_ARNS)('fails for %s as the ARN of a fleet', (_, arn) => {
    expect(() => NeoCompilationFleet.fromStateMachineArn(new Stack(), 'Fleet', arn)).toThrow(MESSAGE);
  });

  test.each(['arn:aws:states:us-east-1:111122223333:stateMachine:s', 'arn:aws-cn:states:cn-north-1:111122223333:stateMachine:s', Lazy.string({ produce: () => 'arn' }),
    `arn:${Aws.PARTITION}:states:us-east-1:111122223333:stateMachine:s`])('takes %s as the ARN of a fleet', arn => {
    expect(NeoCompilationFleet.fromStateMachineArn(new Stack(), 'Fleet', arn).stateMachine.stateMachineArn).toBe(arn);
  });

  const NOT_GRANTEES: [string, any][] = [['nothing', undefined], ['a string', 'x'], ['null', null], ['a plain object', { grantPrincipal: 'x' }]];
  test.each(NOT_GRANTEES)('fails for %s as a grantee of fleets and networks', (_, grantee) => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const { vpcConfig } = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
    const models = NeoFleetModels.fromPrefix(bucket, 'up/', { framework: NeoFramework.XGBOOST });
    const fleet = new NeoCompilationFleet(stack, 'Fleet', { vpcConfig, models, outputBucket: bucket, targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 1 });
    const other = NeoCompilationFleet.fromStateMachineArn(stack, 'Imported', 'arn:aws:states:us-east-1:111122223333:stateMachine:s');
    const vpc = vpcConfig.privateVpc!;
    const grants = [() => fleet.grantStartExecution(grantee), () => other.grantStartExecution(grantee), () => vpc.allowOutsideEndpoint(grantee)];
    for (const give of grants) {
      expect(give).toThrow(/^grantee (must be given|has the wrong type: it must be a role, user or other principal)/);
    }
  });

  const NOT_PROPS: [string, any][] = [['nothing', undefined], ['null', null], ['a string', 'x'], ['a list', []]];
  test.each(NOT_PROPS)('fails for %s as the props of a task', (_, props) => {
    const stack = new Stack();
    for (const give of [
      () => new NeoCreateCompilationJob(stack, 'New', props), () => NeoCreateCompilationJob.jsonPath(stack, 'Path', props), () => NeoCreateCompilationJob.jsonata(stack, 'Jsonata', props),
      () => NeoRunCompilationJob.jsonPath(stack, 'RunPath', props), () => NeoRunCompilationJob.jsonata(stack, 'Run', props),
    ]) {
      expect(give).toThrow(/^props (must be given; got: undefined|has the wrong type: it must be an object such as \{ vpcConfig, outputBucket, model, target, compilationJobName \}; got: )/);
    }
  });

  const CONSTRUCTS: [string, new (scope: Stack, id: string, props: any) => unknown, string][] = [
    ['NeoCompilationJob', NeoCompilationJob, 'vpcConfig, outputBucket, model, target'], ['NeoPrivateCompilationVpc', NeoPrivateCompilationVpc, 'buckets'],
    ['NeoCompilationFleet', NeoCompilationFleet, 'vpcConfig, outputBucket, models, targets, maxConcurrentJobs'], ['NeoCompiledModel', NeoCompiledModel, 'job'],
    ['NeoCompilationMonitoring', NeoCompilationMonitoring, 'jobs'], ['NeoOrphanedJobStopper', NeoOrphanedJobStopper, 'stateMachine, jobNamePrefix'],
  ];
  test.each(CONSTRUCTS)('fails for props of %s that are none', (_, construct, names) => {
    expect(() => new construct(new Stack(), 'Id', undefined)).toThrow('props must be given; got: undefined');
    expect(() => new construct(new Stack(), 'Id', 'x')).toThrow(`props has the wrong type: it must be an object such as { ${names} }; got: "x"`);
  });
});
