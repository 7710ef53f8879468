import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { network, newStack, templateOf } from './fixture';
import { DependencyGraph } from '../util/dependency-graph';

/** Stands for a job: it refers to nothing of the network. */
function dependant(stack: Stack, privateVpc: any) {
  const job = new CfnResource(stack, 'Job', { type: 'Test::Job' });
  job.node.addDependency(privateVpc);
  return 'Job';
}

/** Resources whose existence a running job relies on. */
const NEEDED = [
  'AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::RouteTable', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::VPCEndpoint', 'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress', 'AWS::S3::BucketPolicy', 'AWS::S3::Bucket', 'AWS::EC2::FlowLog', 'Custom::NeoS3PrefixList', 'Custom::VpcRestrictDefaultSG',
];

describe('a resource that depends on the network', () => {
  const { stack, privateVpc } = network();
  const job = dependant(stack, privateVpc);
  // What comes later is waited for too.
  privateVpc.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sagemaker:DescribeModelPackage'], resources: ['*'] }));
  privateVpc.connections.allowToAnyIpv4(ec2.Port.tcp(8443));
  const template = templateOf(stack);
  const graph = new DependencyGraph(template.toJSON());
  const waitsFor = graph.closure(job);

  test('has one line for it in the template', () => {
    expect(graph.direct(job)).toEqual([expect.stringMatching(/^NeoReady/)]);
  });

  test.each(NEEDED)('waits for every %s', type => {
    const ids = Object.keys(template.findResources(type));
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) { expect(waitsFor).toContain(id); }
  });

  test('waits for the role and its policies', () => {
    const ids = [...Object.keys(template.findResources('AWS::IAM::Role')), ...Object.keys(template.findResources('AWS::IAM::Policy'))].filter(id => id.startsWith('NeoRole'));
    expect(ids).toHaveLength(2);
    for (const id of ids) { expect(waitsFor).toContain(id); }
  });

  test('is not waited for in turn', () => { expect(graph.cycles()).toEqual([]); });
});

/** The resources that CloudFormation cannot update. */
const handles = (stack: Stack) => templateOf(stack).findResources('AWS::CloudFormation::WaitConditionHandle');
const barrierOf = (stack: Stack) => Object.entries(handles(stack)).filter(([id]) => id.startsWith('NeoReady'));

test('the barrier itself does nothing', () => {
  const [[, ready]] = barrierOf(network().stack);
  expect(Object.keys(ready).sort()).toEqual(['DependsOn', 'Type']);
});

describe('the barrier, as a handle cannot be updated,', () => {
  const barrier = (props: (bucket: s3.Bucket) => object = () => ({}), context = {}) => {
    const stack = new Stack(new App({ context }), 'Stack');
    network(props(new s3.Bucket(stack, 'Bucket')), stack);
    const [[id, resource]] = barrierOf(stack);
    return { id, resource };
  };
  const plain = barrier();

  test.each<[string, () => ReturnType<typeof barrier>]>([
    ['an imported bucket', () => barrier(bucket => ({ buckets: [bucket, s3.Bucket.fromBucketName(bucket, 'Other', 'other')] }))],
    ['more instances', () => barrier(() => ({ maxConcurrentInstances: 7_000 }))],
    ['the metadata that CDK writes', () => barrier(undefined, { 'aws:cdk:enable-path-metadata': true })],
  ])('stays as it is with %s', (_, other) => { expect(other()).toEqual(plain); });

  test.each<[string, () => ReturnType<typeof barrier>]>([
    ['fewer subnets', () => barrier(() => ({ maxAzs: 1 }))],
    ['another bucket', () => barrier(bucket => ({ buckets: [bucket, new s3.Bucket(bucket, 'Other')] }))],
    ['no flow logs', () => barrier(() => ({ flowLogs: false }))],
  ])('is another resource with %s, as it depends on others', (_, other) => {
    const { id, resource: { DependsOn, ...rest } } = other();
    expect(DependsOn).not.toEqual(plain.resource.DependsOn);
    expect(rest).toEqual({ Type: plain.resource.Type });
    expect(id).not.toEqual(plain.id);
  });
});

test('what describes the network is another resource whenever it says something else, as a handle cannot be updated', () => {
  const described = (make: (stack: Stack) => object, context = {}) => {
    const stack = new Stack(new App({ context }), 'Stack');
    network(make(stack), stack);
    return Object.keys(handles(stack)).filter(id => id.startsWith('NeoDescription'));
  };
  const plain = described(() => ({}));
  expect(plain).toEqual([expect.stringMatching(/^NeoDescription[0-9A-F]{8}[0-9a-f]{8}$/)]);
  expect(described(() => ({ maxConcurrentInstances: 9_000 }))).toEqual(plain);
  expect(described(stack => ({ buckets: [new s3.Bucket(stack, 'Other')] }))).not.toEqual(plain);
  expect(described(() => ({ maxAzs: 1 }))).not.toEqual(plain);
  expect(described(() => ({}), { 'aws:cdk:enable-path-metadata': true })).not.toEqual(plain);
});

test('policies that appear after the network was made are waited for', () => {
  const stack = newStack();
  const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo');
  const { privateVpc } = network({ role }, stack);
  const job = dependant(stack, privateVpc);
  privateVpc.grantReadThroughEndpoint(s3.Bucket.fromBucketName(stack, 'Models', 'models'), 'model.tar.gz');
  const [policy] = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')).find(([, { Properties }]) => Properties.Roles[0] === 'neo')!;
  expect(new DependencyGraph(templateOf(stack).toJSON()).dependsOn(job, policy)).toBe(true);
});

test('a role too large for one policy is waited for with all of them', () => {
  const { stack, privateVpc } = network();
  const job = dependant(stack, privateVpc);
  for (let i = 0; i < 120; i++) {
    privateVpc.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::bucket-${i}/${'x'.repeat(60)}`], conditions: { StringEquals: { n: i } } }));
  }
  const template = templateOf(stack);
  const overflow = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
  expect(overflow.length).toBeGreaterThan(0);
  const graph = new DependencyGraph(template.toJSON());
  for (const id of overflow) { expect(graph.dependsOn(job, id)).toBe(true); }
  expect(graph.cycles()).toEqual([]);
});

test('from another stack, the whole stack is waited for', () => {
  const app = new App();
  const { stack, privateVpc } = network({}, new Stack(app, 'Network'));
  const jobs = new Stack(app, 'Jobs');
  dependant(jobs, privateVpc);
  app.synth();
  expect(jobs.dependencies).toEqual([stack]);
  expect(Template.fromStack(jobs).toJSON().Resources.Job.DependsOn).toBeUndefined();
});
