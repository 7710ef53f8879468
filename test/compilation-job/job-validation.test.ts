import * as fs from 'fs';
import { App, Duration, Lazy, Stack, Tags, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { archive, compilation, jobOf, OPTIONS, requestOf } from './fixture';
import { NeoCompilationJob, NeoFramework, NeoModel, NeoTarget, type NeoCompilationJobProps } from '../../src';
import { network, newStack, templateOf, warningIds } from '../network/fixture';

describe('bad input', () => {
  const vpcConfig = (subnets: number, groups: number) => ({
    subnets: Array.from({ length: subnets }, (_, i) => `subnet-${i}`), securityGroupIds: Array.from({ length: groups }, (_, i) => `sg-${i}`),
  });
  const anyRole = { role: iam.Role.fromRoleArn(newStack(), 'Role', 'arn:aws:iam::111122223333:role/neo') };

  test.each<[string, any, RegExp]>([
    ['no subnets', { ...anyRole, vpcConfig: vpcConfig(0, 1) }, /vpcConfig\.subnets must contain 1 to 16 IDs.*got: 0/],
    ['17 subnets', { ...anyRole, vpcConfig: vpcConfig(17, 1) }, /vpcConfig\.subnets must contain 1 to 16 IDs.*got: 17/],
    ['no groups', { ...anyRole, vpcConfig: vpcConfig(1, 0) }, /vpcConfig\.securityGroupIds must contain 1 to 5 IDs.*got: 0/],
    ['6 groups', { ...anyRole, vpcConfig: vpcConfig(1, 6) }, /vpcConfig\.securityGroupIds must contain 1 to 5 IDs.*got: 6/],
    ['no role', { vpcConfig: vpcConfig(1, 1) }, /role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc/],
    ['no network', { vpcConfig: undefined }, /vpcConfig must be given; got: undefined/],
    ['the network itself', { vpcConfig: network().privateVpc }, /vpcConfig has the wrong type: it must be a NeoVpcConfig: pass network\.vpcConfig instead of the network; got: the construct Stack\/Neo/],
    ['a prop of the API', { CompilerOptions: '{}' }, /CompilerOptions is not a prop: use compilerOptions; got: "\{\}"/],
    ['a prop of the network', { vpcConfig: { ...vpcConfig(1, 1), subnetIds: ['subnet-1'] } }, /vpcConfig\.subnetIds is not a prop: (use|remove)/],
    ['no model', { model: undefined }, /model must be given; got: undefined/],
    ['a name with spaces', { compilationJobName: 'my job' }, /compilationJobName must be 1 to 63 letters.*got: "my job"/],
    ['a name that ends in a hyphen', { compilationJobName: 'job-' }, /compilationJobName must be.*got: "job-"/],
    ['a name of 64', { compilationJobName: 'n'.repeat(64) }, /compilationJobName must be/],
    ['a name of 64 with hyphens in a row', { compilationJobName: `n${'-'.repeat(62)}n` }, /compilationJobName must be/],
    ['a prefix with a slash', { outputPrefix: 'out/' }, /outputPrefix must be a folder without slashes at its ends.*got: "out\/"/],
    ['a prefix with an empty folder', { outputPrefix: 'a//b' }, /outputPrefix must be a folder without slashes at its ends.*got: "a\/\/b"/],
    ['an empty prefix', { outputPrefix: '' }, /outputPrefix must be a folder/],
    ['a prefix too long', { outputPrefix: 'p'.repeat(751) }, /outputPrefix must have at most 750 characters.*got: 751/],
    ['48 tags', { tags: Object.fromEntries(Array.from({ length: 48 }, (_, i) => [`t${i}`, 'v'])) }, /tags must be at most 47.*got: 48/],
    ['a reserved tag', { tags: { 'aws:owner': 'me' } }, /tags must not have keys that begin with "aws:".*got: "aws:owner"/],
    ['a tag with an emoji', { tags: { team: '🦄' } }, /tags must have keys of 1 to 128.*got: \{"team":"🦄"\}/],
    ['a tag without a key', { tags: { '': 'x' } }, /tags must have keys of 1 to 128/],
    ['a tag that is too long', { tags: { team: 'x'.repeat(257) } }, /tags must have .* values of up to 256/],
    ['a tag that is a number', { tags: { team: 5 } }, /tags\.team has the wrong type: it must be a string; got: 5/],
    ['a subnet that is none', { ...anyRole, vpcConfig: { subnets: ['subnet 1'], securityGroupIds: ['sg-1'] } }, /vpcConfig\.subnets must contain IDs.*got: "subnet 1"/],
    ['a hole among the subnets', { ...anyRole, vpcConfig: { subnets: ['subnet-1', undefined], securityGroupIds: ['sg-1'] } }, /vpcConfig\.subnets\[1\] must be given/],
    ['a line end in the prefix', { outputPrefix: 'a\nb' }, /outputPrefix must have no control characters and no line breaks.*got: "a\\nb"/],
    ['a prefix longer than a key', { outputPrefix: '模'.repeat(400) }, /outputPrefix must have at most 1024 bytes in UTF-8.*got: 1200 bytes/],
    ['minutes that only the deployment knows', { maxRuntime: Duration.minutes(Lazy.number({ produce: () => 5 })) }, /maxRuntime must be in seconds if it is a token.*got: minutes/],
    ['seconds instead of a Duration', { maxRuntime: 900 }, /maxRuntime has the wrong type: it must be a Duration.*got: 900/],
    ['a runtime that no integer holds', { maxRuntime: Duration.days(36_500), waitForCompletion: false }, /maxRuntime must be at least 1 second/],
    ['a flag that only the deployment knows', { waitForCompletion: Lazy.any({ produce: () => false }) }, /waitForCompletion has the wrong type: it must be true or false, known at synthesis; got: a token/],
    ['a bucket by name', { outputBucket: 'models' }, /outputBucket has the wrong type: it must be a bucket.*got: "models"/],
    ['a role of a wrong form', { role: iam.Role.fromRoleArn(newStack(), 'Spaced', 'arn:aws:iam::111122223333:role/my role') }, /role must have an ARN such as.*got: "arn:aws:iam::111122223333:role\/my role"/],
    ['no runtime', { maxRuntime: Duration.seconds(0) }, /maxRuntime must be at least 1 second.*got: .*0 seconds/],
    ['a fraction of a second', { maxRuntime: Duration.millis(1500) }, /maxRuntime must be.*in whole seconds; got: .*1\.5 seconds/],
    ['a runtime beyond the timeout', { maxRuntime: Duration.minutes(56) }, /maxRuntime must not be longer than timeout \(3300 seconds\).*waitForCompletion to false; got: 3360/],
    ['a runtime beyond a short timeout', { maxRuntime: Duration.minutes(15), timeout: Duration.minutes(10) }, /maxRuntime must not be longer than timeout \(600 seconds\)/],
    ['a timeout beyond the hour', { timeout: Duration.minutes(56) }, /timeout must be between 1 and 55 minutes.*got: .*3360 seconds/],
    ['a pending time too short', { maxPendingTime: Duration.minutes(29) }, /maxPendingTime must be between 30 minutes and 28 days/],
    ['a pending time too long', { maxPendingTime: Duration.days(29) }, /maxPendingTime must be between 30 minutes and 28 days/],
    ['a target the framework cannot have', { target: NeoTarget.COREML, model: NeoModel.fromAsset(archive(), { framework: NeoFramework.XGBOOST, preflight: false }) }, /coreml/i],
  ])('fails: %s', (_, props, message) => {
    expect(() => compilation(props)).toThrow(message);
  });

  test.each<[string, Partial<NeoCompilationJobProps>, string]>([
    ['without a timeout', {}, '900'],
    ['with a longer timeout', { timeout: Duration.minutes(16) }, '900'],
    ['with a shorter timeout', { timeout: Duration.minutes(10) }, '600'],
    ['with a timeout that does not apply', { timeout: Duration.minutes(10), waitForCompletion: false }, '900'],
    ['with a runtime', { maxRuntime: Duration.minutes(9), timeout: Duration.minutes(10) }, '540'],
  ])('the runtime %s', (_, props, expected) => {
    expect(requestOf(props).StoppingCondition.MaxRuntimeInSeconds).toBe(expected);
  });

  test('a subclass may have props of its own', () => {
    class Nightly extends NeoCompilationJob {
      constructor(scope: Stack, id: string, props: NeoCompilationJobProps & { readonly team: string }) { super(scope, id, props); }
    }
    const { stack, bucket, privateVpc } = network();
    const make = (id: string, props: object) => new Nightly(stack, id, {
      vpcConfig: privateVpc.vpcConfig, model: NeoModel.fromBucket(bucket, 'm.tar.gz', OPTIONS), target: NeoTarget.ML_C5, outputBucket: bucket, team: 'vision', ...props,
    });
    expect(() => make('Job', {})).not.toThrow();
    expect(() => make('Other', { compiler_options: {} })).toThrow(/compiler_options is not a prop: use compilerOptions/);
  });

  test.each<[string, (scope: Stack) => void, RegExp]>([
    ['an emoji', scope => Tags.of(scope).add('team', '🦄'), /tags must have keys of 1 to 128.*got: \{"team":"🦄"\}/],
    ['too many', scope => Array.from({ length: 48 }, (_, i) => Tags.of(scope).add(`t${i}`, 'v')), /tags must be at most 47.*got: 48/],
  ])('fails: tags of the construct tree: %s', (_, add, message) => {
    const { stack } = compilation();
    add(stack);
    expect(() => (stack.node.root as App).synth()).toThrow(message);
  });

  test('fails: an output bucket that the endpoint does not let through', () => {
    const fixture = network();
    const outputBucket = new s3.Bucket(fixture.stack, 'Other');
    expect(() => compilation({ outputBucket }, fixture)).toThrow(/outputBucket must be one of the buckets of the private network.*got: Stack\/Other/);
  });

  test('fails: a network of another Region', () => {
    const app = new App();
    const there = network({}, new Stack(app, 'There', { env: { account: '111122223333', region: 'eu-west-1' } }));
    const here = new Stack(app, 'Here', { env: { account: '111122223333', region: 'us-east-1' } });
    expect(() => compilation({}, { ...there, stack: here })).toThrow(/vpcConfig must belong to a network in the job's region us-east-1.*got: a network in eu-west-1/);
  });

  test.each<[string, (stack: Stack) => any, RegExp]>([
    ['a bucket', stack => ({ outputBucket: s3.Bucket.fromBucketAttributes(stack, 'Far', { bucketName: 'far', region: 'eu-west-1' }) }), /outputBucket must be in the Region of the stack, us-east-1.*got: Stack\/Far in eu-west-1/],
    ['a key', stack => ({ outputEncryptionKey: kms.Key.fromKeyArn(stack, 'Far', 'arn:aws:kms:eu-west-1:111122223333:key/0') }), /outputEncryptionKey must be in the Region of the stack, us-east-1/],
    ['a role', stack => ({ role: iam.Role.fromRoleArn(stack, 'Far', 'arn:aws:iam::444455556666:role/far') }), /role must be in the account of the stack, 111122223333/],
  ])('fails: %s of elsewhere', (_, props, message) => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    const byHand = { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] };
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo');
    expect(() => compilation({ vpcConfig: byHand, role, ...props(stack) }, network({}, stack))).toThrow(message);
  });

  test('a model package of another Region is a warning', () => {
    const fixture = network({}, newStack({ env: { account: '111122223333', region: 'us-east-1' } }));
    const inRegion = (region: string, id: string) =>
      compilation({ model: NeoModel.fromModelPackageVersion(`arn:aws:sagemaker:${region}:111122223333:model-package/models/1`) }, fixture, id);
    inRegion('us-east-1', 'Here');
    expect(warningIds(fixture.stack)).not.toContain('modelPackageRegion');
    inRegion('eu-west-1', 'There');
    expect(warningIds(fixture.stack)).toContain('modelPackageRegion');
  });

  test('a key that IAM cannot write is a wildcard in policies, and itself in the request', () => {
    const fixture = network();
    const models = new s3.Bucket(fixture.stack, 'Models');
    compilation({ model: NeoModel.fromBucket(models, 'modèles/模型/${x}.tar.gz', OPTIONS) }, fixture);
    const template = templateOf(fixture.stack);
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain('/modèles/*/?{x}.tar.gz');
    expect(policies).not.toMatch(/模|\$\{x\}/);
    expect(JSON.stringify(jobOf(template).Request.InputConfig.S3Uri)).toContain('/modèles/模型/${x}.tar.gz');
  });

  test('a key with * or ? is that key alone in policies, and itself in the request', () => {
    const fixture = network();
    const models = new s3.Bucket(fixture.stack, 'Models');
    const role = new iam.Role(fixture.stack, 'Own', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    compilation({ role, model: NeoModel.fromBucket(models, 'models/a*b?.tar.gz', OPTIONS), outputPrefix: 'out*?' }, fixture);
    const template = templateOf(fixture.stack);
    for (const type of ['AWS::IAM::Policy', 'AWS::EC2::VPCEndpoint']) {
      const policies = JSON.stringify(template.findResources(type));
      expect(policies).toContain('/models/a${*}b${?}.tar.gz');
      expect(policies).not.toContain('a*b?.tar.gz');
      expect(policies).not.toContain('out*?');
    }
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain('/out${*}${?}/');
    expect(JSON.stringify(jobOf(template).Request)).toContain('/models/a*b?.tar.gz');
    expect(JSON.stringify(jobOf(template).Request)).toContain('/out*?');
  });

  test.each<[string, any]>([['no props', undefined], ['null', null], ['a list', []]])('fails: %s', (_, props) => {
    expect(() => new NeoCompilationJob(newStack(), 'Job', props)).toThrow(/props (must be given|has the wrong type)/);
  });

  test.each<[string, any, RegExp]>([
    ['no name', undefined, /jobName must be given/], ['a number', 5, /jobName has the wrong type: it must be a string; got: 5/], ['spaces', 'my job', /jobName must be 1 to 63 letters.*got: "my job"/],
  ])('fails: an imported job with %s', (_, jobName, message) => {
    expect(() => NeoCompilationJob.fromJobName(newStack(), 'Job', jobName)).toThrow(message);
  });

  test('fails: a grantee that is none', () => {
    const { job } = compilation();
    expect(() => job.grantReadArtifacts(undefined as any)).toThrow(/grantee must be given/);
    expect(() => job.grantReadArtifactsOutsideEndpoint({} as any)).toThrow(/grantee has the wrong type: it must be a role, user or other principal.*got: \{\}/);
  });

  test.each<[string, () => NeoModel, RegExp]>([
    ['a zip', () => NeoModel.fromAsset('model.zip', OPTIONS), /path must name a single \.tar\.gz archive.*got: "model\.zip"/],
    ['a key of another format', () => NeoModel.fromBucket(network().bucket, 'model.onnx', OPTIONS), /objectKey must name a single \.tar\.gz archive.*got: "model\.onnx"/],
    ['a key with a slash at its start', () => NeoModel.fromBucket(network().bucket, '/m.tar.gz', OPTIONS), /objectKey must not start with a slash/],
    ['no framework', () => NeoModel.fromBucket(network().bucket, 'm.tar.gz', {} as any), /framework must be given/],
    ['a line end in the key', () => NeoModel.fromBucket(network().bucket, 'a\u2028.tar.gz', OPTIONS), /objectKey must have no control characters and no line breaks/],
    ['a framework by name', () => NeoModel.fromBucket(network().bucket, 'm.tar.gz', { framework: 'PYTORCH' as any }), /framework has the wrong type: it must be a NeoFramework.*got: "PYTORCH"/],
    ['a bucket by name', () => NeoModel.fromBucket('models' as any, 'm.tar.gz', OPTIONS), /bucket has the wrong type: it must be a bucket.*got: "models"/],
    ['a path by token', () => NeoModel.fromAsset(Lazy.string({ produce: () => 'm.tar.gz' }), OPTIONS), /path must be known at synthesis.*got: a token/],
    ['an ARN without account', () => NeoModel.fromModelPackageVersion('arn:aws:sagemaker:::model-package/m/1'), /modelPackageVersionArn must be the ARN/],
    ['another ARN', () => NeoModel.fromModelPackageVersion('arn:aws:s3:::bucket'), /modelPackageVersionArn must be the ARN of a versioned model package.*got: "arn:aws:s3:::bucket"/],
  ])('fails: model: %s', (_, model, message) => {
    expect(model).toThrow(message);
  });

  test('fails: a directory in place of an archive', () => {
    const directory = archive('inner').replace(/inner$/, 'model.tar.gz');
    fs.mkdirSync(directory);
    expect(() => compilation({ model: NeoModel.fromAsset(directory, OPTIONS) })).toThrow(/path must be a file, a single \.tar\.gz archive; got the directory/);
  });

  test('fails: a path with nothing there, and an S3 URI that is too long', () => {
    expect(() => compilation({ model: NeoModel.fromAsset('/nowhere/model.tar.gz', OPTIONS) })).toThrow(/path must be a file.*got a path that does not exist: "\/nowhere\/model\.tar\.gz"/);
    const fixture = network();
    const named = s3.Bucket.fromBucketName(fixture.stack, 'Named', 'n'.repeat(63));
    expect(() => compilation({ model: NeoModel.fromBucket(named, `${'k'.repeat(1_000)}.tar.gz`, OPTIONS) }, fixture)).toThrow(/objectKey must result in an S3 URI of at most 1,024 characters.*got: 1076/);
  });

  test('a pending time that the deployment does not wait for is a warning', () => {
    expect(warningIds(compilation({ maxPendingTime: Duration.hours(2) }).stack)).toContain('maxPendingTimeBeyondTimeout');
    expect(warningIds(compilation({ maxPendingTime: Duration.hours(2), waitForCompletion: false }).stack)).not.toContain('maxPendingTimeBeyondTimeout');
  });

  test('tokens are neither errors nor compared', () => {
    const token = Lazy.string({ produce: () => 'resolved' });
    const fixture = network();
    const { stack } = compilation({
      compilationJobName: token,
      outputPrefix: token,
      maxRuntime: Duration.seconds(Lazy.number({ produce: () => 99_999 })),
      timeout: Duration.minutes(5),
      model: NeoModel.fromBucket(fixture.bucket, token, OPTIONS),
      vpcConfig: { subnets: Token.asList({ 'Fn::Split': [',', 'a,b'] }), securityGroupIds: Token.asList({ 'Fn::Split': [',', 'a,b'] }) },
      role: iam.Role.fromRoleArn(fixture.stack, 'Brought', 'arn:aws:iam::111122223333:role/neo'),
    }, fixture);
    expect(jobOf(templateOf(stack))).toMatchObject({ JobName: 'resolved' });
  });
});
