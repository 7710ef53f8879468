/**
 * Apps as companies have them: the network belongs to one stack, the jobs to others, the buckets perhaps to a third.
 */
import { App, NestedStack, Stack, Stage, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { NeoCompilationJob, NeoCompilationMonitoring, NeoCompiledModel, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget, type NeoCompilationJobProps } from '../../src';
import { jobOf } from '../compilation-job/fixture';
import { bySid, only, templateOf, warningIds, warnings } from '../network/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const HERE = { account: '111122223333', region: 'eu-west-1' };
const OTHER_ACCOUNT = { ...HERE, account: '444455556666' };

function compile(scope: Stack, network: Pick<NeoPrivateCompilationVpc, 'vpcConfig'>, bucket: s3.IBucket, props: Partial<NeoCompilationJobProps> = {}) {
  return new NeoCompilationJob(scope, 'Job', {
    vpcConfig: network.vpcConfig,
    model: NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: NeoFramework.XGBOOST }),
    target: NeoTarget.ML_C5,
    outputBucket: bucket,
    ...props,
  });
}

/** Network with its bucket in one stack, ready for jobs in another. */
function apart(props: (network: Stack) => object = () => ({}), jobProps: StackProps = {}) {
  const app = new App();
  const networkStack = new Stack(app, 'Network');
  const bucket = new s3.Bucket(networkStack, 'Models');
  const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket], ...props(networkStack) });
  return { app, networkStack, bucket, network, jobs: new Stack(app, 'Jobs', jobProps) };
}

const imports = (value: unknown): string[] => [...JSON.stringify(value).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name);
const dependencies = (stack: Stack) => stack.dependencies.map(({ node }) => node.id).sort();

describe('the network in one stack, jobs in another', () => {
  const { app, networkStack, bucket, network, jobs } = apart();
  compile(jobs, network, bucket, { deleteArtifacts: true });
  app.synth();

  test('the jobs\' stack comes after the network\'s, which knows nothing of it', () => {
    expect(dependencies(jobs)).toEqual(['Network']);
    expect(dependencies(networkStack)).toEqual([]);
    expect(imports(templateOf(networkStack).toJSON())).toEqual([]);
  });

  test('subnets, group, role and bucket of the request are the network\'s exports', () => {
    const { VpcConfig, RoleArn, InputConfig, OutputConfig } = jobOf(templateOf(jobs)).Request;
    expect(VpcConfig.Subnets).toHaveLength(2);
    for (const value of [...VpcConfig.Subnets, ...VpcConfig.SecurityGroupIds, RoleArn, InputConfig.S3Uri, OutputConfig.S3OutputLocation]) {
      expect(imports(value)).toEqual([expect.stringMatching(/^Network:ExportsOutput/)]);
    }
  });

  test('the functions are the jobs\' stack\'s own', () => {
    const handlers = (stack: Stack) => Object.values(templateOf(stack).findResources('AWS::Lambda::Function')).filter(({ Properties }) => Properties.Handler === 'index.isComplete');
    expect([handlers(networkStack).length, handlers(jobs).length]).toEqual([0, 1]);
  });

  test('nothing is warned of: who uploads the model can do so between the two deployments', () => {
    expect([warningIds(networkStack), warningIds(jobs)]).toEqual([[], []]);
  });
});

describe('more stacks that use the network', () => {
  const { app, networkStack, bucket, network, jobs } = apart(() => ({ privateControlPlane: true }));
  const job = compile(jobs, network, bucket);
  compile(new Stack(app, 'MoreJobs'), network, bucket);
  const hosting = new Stack(app, 'Hosting');
  new NeoCompiledModel(hosting, 'Model', { job });
  const operations = new Stack(app, 'Operations');
  new NeoCompilationMonitoring(operations, 'Monitoring', { jobs: [job], topic: new sns.Topic(operations, 'Topic') });
  const devices = new Stack(app, 'Devices');
  job.grantReadArtifacts(new iam.Role(devices, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));
  app.synth();

  test.each([['Hosting', ['Jobs', 'Network']], ['Operations', ['Jobs']], ['Devices', ['Network']], ['MoreJobs', ['Network']]])('%s comes after %j', (id, before) => {
    expect(dependencies(app.node.findChild(id) as Stack)).toEqual(before);
  });

  test('the network\'s stack is the first of all', () => { expect(dependencies(networkStack)).toEqual([]); });

  test('the functions of each stack run in the network\'s subnets', () => {
    for (const id of ['Jobs', 'MoreJobs']) {
      const [{ Properties }] = Object.values(templateOf(app.node.findChild(id) as Stack).findResources('AWS::Lambda::Function'));
      expect(imports(Properties.VpcConfig.SubnetIds)).toHaveLength(2);
    }
  });

  test('no stack may touch the jobs of another one', () => {
    const prefixes = ['Jobs', 'MoreJobs'].map(id => jobOf(templateOf(app.node.findChild(id) as Stack)).JobNamePrefix);
    expect(new Set(prefixes).size).toBe(2);
  });
});

describe('buckets in a third stack', () => {
  const three = (close?: (bucket: s3.Bucket, network: NeoPrivateCompilationVpc) => void) => {
    const app = new App();
    const storage = new Stack(app, 'Storage');
    const key = new kms.Key(storage, 'Key');
    const bucket = new s3.Bucket(storage, 'Models', { encryptionKey: key });
    const networkStack = new Stack(app, 'Network');
    const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket], encryptionKey: key });
    const jobs = new Stack(app, 'Jobs');
    compile(jobs, network, bucket);
    close?.(bucket, network);
    return { app, storage, networkStack, jobs };
  };

  test('work, and a warning says that their policy is not closed, why, and how it can be', () => {
    const { app, storage, networkStack, jobs } = three();
    app.synth();
    expect([storage, networkStack, jobs].map(dependencies)).toEqual([[], ['Storage'], ['Network', 'Storage']]);
    expect(imports(only(templateOf(networkStack), 'AWS::EC2::VPCEndpoint').PolicyDocument)).toContainEqual(expect.stringMatching(/^Storage:ExportsOutputFnGetAttModels\w+Arn/));
    expect(warningIds(networkStack)).toEqual(['bucketPolicyNotManaged']);
    expect(warnings(networkStack)[0]).toMatch(/created in the stack Storage, whose policies cannot refer to this stack.*create it in this stack, or import it by name/);
  });

  test('fails when they are closed from there, as two stacks would refer to each other', () => {
    const { app } = three((bucket, network) => bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket)));
    expect(() => app.synth()).toThrow(/would create a cyclic reference/);
  });

  test('can be, when the network has them by name', () => {
    const app = new App();
    const storage = new Stack(app, 'Storage');
    const bucket = new s3.Bucket(storage, 'Models', { bucketName: 'company-models' });
    const networkStack = new Stack(app, 'Network');
    const byName = s3.Bucket.fromBucketName(networkStack, 'Models', 'company-models');
    const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [byName] });
    bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket));
    const jobs = new Stack(app, 'Jobs');
    compile(jobs, network, byName);
    app.synth();
    expect([storage, networkStack, jobs].map(warningIds)).toEqual([[], [], []]);
    expect([storage, networkStack, jobs].map(dependencies)).toEqual([['Network'], [], ['Network', 'Storage']]);
    const deny = bySid(only(templateOf(storage), 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint');
    expect(imports(deny.Condition.StringNotEquals)).toEqual([expect.stringMatching(/^Network:ExportsOutputRefNeoS3Endpoint/)]);
  });
});

describe('what the network would have to refer to, in the stack of the job', () => {
  const role = (scope: Stack, props: Partial<iam.RoleProps> = {}) => new iam.Role(scope, 'Device', { assumedBy: new iam.ServicePrincipal('credentials.iot.amazonaws.com'), ...props });
  const DENIES_DELETION = () => ({ bucketPolicyActions: ['s3:GetObject', 's3:DeleteObject'] });

  test.each<[string, () => unknown, RegExp]>([
    ['a device\'s role', () => {
      const { network, bucket, jobs } = apart();
      return compile(jobs, network, bucket).grantReadArtifactsOutsideEndpoint(role(jobs));
    }, /grantee must not be created in the stack Jobs, because the network, in the stack Network.*or give the role a roleName; got: Jobs\/Device \[at Jobs\/Job\]/],
    ['a device\'s role in a stack of its own, as it would refer to the bucket', () => {
      const { app, network, bucket, jobs } = apart();
      return compile(jobs, network, bucket).grantReadArtifactsOutsideEndpoint(role(new Stack(app, 'Devices')));
    }, /grantee must not be created in the stack Devices/],
    ['a hosting role', () => {
      const { network, bucket, jobs } = apart();
      return new NeoCompiledModel(jobs, 'Model', { job: compile(jobs, network, bucket), allowOutsideEndpoint: true });
    }, /role must not be created in the stack Jobs.*pass a role of the stack of the network, or one with a roleName; got: Jobs\/Model\/Role/],
    ['a hosting role in a further stack', () => {
      const { app, network, bucket, jobs } = apart();
      return new NeoCompiledModel(new Stack(app, 'Hosting'), 'Model', { job: compile(jobs, network, bucket), allowOutsideEndpoint: true });
    }, /role must not be created in the stack Hosting/],
    ['the functions that delete artifacts, where deletions are denied', () => {
      const { network, bucket, jobs } = apart(DENIES_DELETION);
      return compile(jobs, network, bucket, { deleteArtifacts: true });
    }, /deleteArtifacts: the role of the functions must not be created in the stack Jobs.*leave deletions out of bucketPolicyActions/],
    ['a key', () => {
      const { network, bucket, jobs } = apart();
      return compile(jobs, network, bucket, { outputEncryptionKey: new kms.Key(jobs, 'Key') });
    }, /outputEncryptionKey must not be created in the stack Jobs.*create the key in the stack of the network.*got: Jobs\/Key/],
    ['a bucket of models', () => {
      const { network, bucket, jobs } = apart();
      const model = NeoModel.fromBucket(new s3.Bucket(jobs, 'Uploads'), 'm.tar.gz', { framework: NeoFramework.XGBOOST });
      return compile(jobs, network, bucket, { model });
    }, /bucket Jobs\/Uploads is in a different stack than the network/],
  ])('fails: %s, and says what to do', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('a role with a name of its own is named without a reference', () => {
    const { app, network, networkStack, bucket, jobs } = apart();
    compile(jobs, network, bucket).grantReadArtifactsOutsideEndpoint(role(jobs, { roleName: 'camera', path: '/devices/' }));
    app.synth();
    expect(dependencies(networkStack)).toEqual([]);
    expect(bySid(only(templateOf(networkStack), 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint').Condition.ArnNotLike).toEqual({
      'aws:PrincipalArn': [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, ':role/devices/camera']] }],
    });
  });

  test('a role of the network\'s stack does', () => {
    const { app, network, networkStack, bucket, jobs } = apart();
    compile(jobs, network, bucket).grantReadArtifactsOutsideEndpoint(role(networkStack));
    app.synth();
    expect(dependencies(networkStack)).toEqual([]);
  });

  test('a key of a stack before the network\'s does', () => {
    const { app, network, networkStack, bucket, jobs } = apart();
    compile(jobs, network, bucket, { outputEncryptionKey: new kms.Key(new Stack(app, 'Keys'), 'Key') });
    app.synth();
    expect(dependencies(networkStack)).toEqual(['Keys']);
  });

  test('any role does where the network writes no bucket policy', () => {
    const app = new App();
    const bucket = new s3.Bucket(new Stack(app, 'Storage'), 'Models');
    const network = new NeoPrivateCompilationVpc(new Stack(app, 'Network'), 'Neo', { buckets: [bucket] });
    const jobs = new Stack(app, 'Jobs');
    compile(jobs, network, bucket).grantReadArtifactsOutsideEndpoint(role(jobs));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('nested stacks', () => {
  test('jobs in one, the network in its parent', () => {
    const { networkStack, bucket, network } = apart();
    const nested = new NestedStack(networkStack, 'Nested');
    compile(nested, network, bucket);
    const { VpcConfig } = jobOf(Template.fromStack(nested)).Request;
    expect(VpcConfig.Subnets).toEqual([{ Ref: expect.stringMatching(/^referencetoNetworkNeoVpcIsolatedSubnet1/) }, { Ref: expect.stringMatching(/IsolatedSubnet2/) }]);
    const [{ DependsOn }] = Object.values(templateOf(networkStack).findResources('AWS::CloudFormation::Stack'));
    expect(DependsOn).toContainEqual(expect.stringMatching(/^NeoReady/));
  });

  test('the network in one, jobs in its parent', () => {
    const stack = new Stack(new App(), 'Parent');
    const nested = new NestedStack(stack, 'Nested');
    const bucket = new s3.Bucket(nested, 'Models');
    compile(stack, new NeoPrivateCompilationVpc(nested, 'Neo', { buckets: [bucket] }), bucket);
    const template = templateOf(stack);
    const [id] = Object.keys(template.findResources('AWS::CloudFormation::Stack'));
    expect(jobOf(template).Request.RoleArn).toEqual({ 'Fn::GetAtt': [id, expect.stringMatching(/^Outputs\.ParentNestedNeoRole/)] });
    expect(Object.values(template.findResources(NeoCompilationJob.RESOURCE_TYPE))[0].DependsOn).toContain(id);
  });
});

describe.each(['strong', 'weak', 'both'])('a network in a nested stack, its bucket in the parent (%s references)', references => {
  const nest = (jobStack?: (parent: Stack, nested: Stack) => Stack, close = true) => {
    const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': references } });
    const parent = new Stack(app, 'Parent');
    const bucket = new s3.Bucket(parent, 'Models');
    const nested = new NestedStack(parent, 'Nested');
    const network = new NeoPrivateCompilationVpc(nested, 'Neo', { buckets: [bucket] });
    if (jobStack) { compile(jobStack(parent, nested), network, bucket); }
    if (close) { bucket.addToResourcePolicy(network.bucketPolicyStatement(bucket)); }
    app.synth();
    const template = templateOf(parent).toJSON();
    const graph = new DependencyGraph(template);
    expect(graph.cycles()).toEqual([]);
    const idOf = (type: string) => Object.entries<any>(template.Resources).find(([, { Type }]) => Type === type)![0];
    return { graph, idOf, parent, texts: warnings(parent) };
  };

  test('a warning says that the parent can close the bucket', () => {
    const { texts } = nest(undefined, false);
    expect(texts).toEqual([expect.stringMatching(/created in the parent stack Parent \(add the statement there, bucket\.addToResourcePolicy\(network\.bucketPolicyStatement\(bucket\)\), and create the jobs outside of the nested stack Parent\/Nested\)/)]);
    expect(texts[0]).not.toContain('cannot refer');
  });

  test('the parent closes it', () => {
    const { graph, idOf, parent } = nest();
    expect(graph.dependsOn(idOf('AWS::S3::BucketPolicy'), idOf('AWS::CloudFormation::Stack'))).toBe(true);
    const { Condition } = bySid(only(templateOf(parent), 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint');
    expect(Condition.StringNotEquals['aws:SourceVpce']).toEqual({ 'Fn::GetAtt': [idOf('AWS::CloudFormation::Stack'), expect.stringMatching(/^Outputs\./)] });
  });

  test('a job in the parent waits for that', () => {
    const { graph, idOf } = nest(parent => parent);
    expect(graph.dependsOn(idOf(NeoCompilationJob.RESOURCE_TYPE), idOf('AWS::S3::BucketPolicy'))).toBe(true);
  });

  test('a job in another nested stack does, too', () => {
    const { graph, parent } = nest(stack => new NestedStack(stack, 'Jobs'));
    const ids = Object.keys(templateOf(parent).toJSON().Resources);
    expect(graph.dependsOn(ids.find(id => id.startsWith('JobsNestedStack'))!, ids.find(id => id.startsWith('ModelsPolicy'))!)).toBe(true);
  });

  test('a job beside the network cannot, which a warning says', () => {
    const { texts } = nest((_, nested) => nested);
    expect(texts.filter(text => text.includes('bucketClosedLater'))).toEqual([expect.stringMatching(/^the job Parent\/Nested\/Job is in the nested stack of the network, which is deployed before the policy of the bucket Parent\/Models in its parent stack: /)]);
  });
});

describe('another app\'s network and job', () => {
  test('compile as if they were this app\'s', () => {
    const stack = new Stack(new App(), 'Jobs', { env: HERE });
    const bucket = s3.Bucket.fromBucketName(stack, 'Models', 'company-models');
    const network = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Network', {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] }),
      subnets: ['subnet-1', 'subnet-2'].map(id => ec2.Subnet.fromSubnetId(stack, id, id)),
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
      role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo', { mutable: false }),
      buckets: [bucket],
    });
    const job = compile(stack, network, bucket);
    new NeoCompiledModel(stack, 'Model', { job });
    expect(jobOf(templateOf(stack)).Request).toMatchObject({
      RoleArn: 'arn:aws:iam::111122223333:role/neo', VpcConfig: { Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
    });
    expect(only(templateOf(stack), 'AWS::SageMaker::Model').VpcConfig).toEqual({ Subnets: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] });
    expect(warningIds(stack).filter(id => !/subnet/i.test(id))).toEqual([]);
  });
});

test('stages of one app share nothing', () => {
  class Compilation extends Stage {
    constructor(scope: App, id: string) {
      super(scope, id, { env: HERE });
      const stack = new Stack(this, 'Models');
      const bucket = new s3.Bucket(stack, 'Bucket');
      compile(stack, new NeoPrivateCompilationVpc(stack, 'Neo', { buckets: [bucket], s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-1') }), bucket);
    }
  }
  const app = new App();
  const prefixes = ['Test', 'Production'].map(id => {
    const [{ template }] = new Compilation(app, id).synth().stacks;
    return jobOf(Template.fromJSON(template)).JobNamePrefix;
  });
  expect(new Set(prefixes).size).toBe(2);
});

test('a bucket of another account lets the role in by its name, which it gets for that', () => {
  const app = new App();
  const storage = new Stack(app, 'Storage', { env: OTHER_ACCOUNT });
  const bucket = new s3.Bucket(storage, 'Models', { bucketName: 'their-models' });
  const networkStack = new Stack(app, 'Network', { env: HERE });
  const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket] });
  bucket.grantReadWrite(network.role);
  app.synth();
  const [{ Principal }] = only(templateOf(storage), 'AWS::S3::BucketPolicy').PolicyDocument.Statement;
  const name = /:111122223333:role\/(network\w+)"/.exec(JSON.stringify(Principal))![1];
  templateOf(networkStack).hasResourceProperties('AWS::IAM::Role', { RoleName: name });
  expect(warningIds(networkStack)).toEqual(['bucketOfOtherAccount', 'bucketPolicyNotManaged']);
});
