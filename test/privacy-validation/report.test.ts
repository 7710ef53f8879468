import { CfnResource, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { newApp, PrivateStack, reportOf } from './private-app';
import { raw } from './template-changes';
import {
  NeoCompilationFleet, NeoCompilationJob, NeoDataInputShape, NeoFleetModels, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget,
} from '../../src';
import { instancesIn } from '../../src/network/new-vpc';
import { drawNetworks } from '../../src/privacy-validation/network-picture';
import { STATE_COLOR } from '../../src/privacy-validation/picture/svg';
import { htmlReport } from '../../src/privacy-validation/report/html-report';
import { evaluate, LIMITS, PRIVACY_RULES, verdictsOf, type PrivacyReport } from '../../src/privacy-validation/report/privacy-report';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';
import { archive } from '../compilation-job/fixture';

function opened() {
  const app = newApp();
  const stack = new PrivateStack(app);
  new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: stack.network.vpc.vpcId, peerVpcId: 'vpc-1' });
  return reportOf(app);
}

test('has every rule with its result, and what it has seen', () => {
  const report = opened();
  expect(report.rules.map(({ id }) => id)).toEqual(PRIVACY_RULES.map(({ id }) => id));
  expect(report.verdict).toBe('fail');
  expect(Object.values(report.counts).reduce((sum, number) => sum + number)).toBe(PRIVACY_RULES.length);
  expect(report.rules.find(({ id }) => id === 'NoVpcPeering')).toMatchObject({
    status: 'fail',
    observations: [{ verdict: 'fail', logicalId: 'Peering', template: 'Private', type: 'AWS::EC2::VPCPeeringConnection', evidence: 'VPC peering for the VPC' }],
  });
});

test('describes the network', () => {
  expect(opened().networks).toMatchObject([{
    cidr: '10.0.0.0/16',
    dedicated: true,
    jobs: 1,
    subnets: [
      { zone: 'Availability Zone 1', cidr: '10.0.0.0/19', usableAddresses: 8187, instances: 4093 },
      { zone: 'Availability Zone 2', cidr: '10.0.32.0/19', usableAddresses: 8187, instances: 4093 },
    ],
  }]);
});

test('is the same for the same app, and names the templates by digest', () => {
  expect(opened()).toEqual(opened());
  expect(opened().templates).toEqual([{ name: 'Private', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
});

describe('as a page', () => {
  const report = opened();
  const page = htmlReport(report, '<svg id="picture"></svg>');

  test('is self-contained', () => {
    expect(page).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(page).toContain('<figure><svg id="picture"></svg></figure>');
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
  });

  test('shows verdict, rules, reasons and limits', () => {
    expect(page).toContain('<p class="verdict fail">1 rule broken</p>');
    for (const { id, title } of report.rules) { expect(page).toContain(`<details id="${id}"`); expect(page).toContain(title.replace(/'/g, '\'')); }
    expect(page).toContain('<details id="NoVpcPeering" open>');
    for (const limit of LIMITS) { expect(page).toContain(limit); }
  });

  test('lets no name break out', () => {
    const [first, ...rules] = report.rules;
    const observation = { ...report.rules[1].observations[0], constructPath: '<script>alert("x")</script>' };
    const evil = htmlReport({ ...report, rules: [{ ...first, observations: [observation] }, ...rules] }, '');
    expect(evil).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(evil).not.toContain('<script>');
  });
});

describe('what is not made by the app', () => {
  const app = newApp();
  const stack = new PrivateStack(app, 'Private', {}, () => ({
    endpointPolicyStatements: [new iam.PolicyStatement({
      principals: [new iam.StarPrincipal()], actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a-bucket-of-a-storage-team-with-a-name-of-sixty-three-characters/*'],
    })],
  }));
  new CfnResource(stack, 'Notebook', { type: 'AWS::SageMaker::NotebookInstance', properties: { SubnetId: stack.network.subnets[0].subnetId } });
  const assembly = app.synth();
  const templates = TemplateSet.fromFiles(assembly.stacks.map(({ templateFullPath }) => templateFullPath));
  const report = evaluate(templates, [], 'test');
  const picture = drawNetworks(templates, report);

  test('is said in page and picture, beside what is broken', () => {
    expect(htmlReport(report, picture)).toMatch(/<p class="verdict fail">\d rules? broken; 1 rule could not look at everything<\/p>/);
    expect(picture).toMatch(/drawn in red; 1 rule could not look at everything</);
  });

  test('is in the color of what is not visible', () => {
    expect(picture).toMatch(new RegExp(`fill="${STATE_COLOR.unknown}"[^>]*>(<title>[^<]*</title>)?not created by this app<`));
  });

  test('has names that stay in their box, and are whole when pointed at', () => {
    expect(picture).toContain('<title>a-bucket-of-a-storage-team-with-a-name-of-sixty-three-characters</title>');
  });

  test('what has no place in the picture is listed beside it', () => { expect(picture).toContain('>NoBridge: Notebook<'); });
});

describe('of those who share a network, or may act as its role', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  raw(stack, 'AWS::Lambda::Function', { VpcConfig: { SubnetIds: [stack.network.subnets[0].subnetId], SecurityGroupIds: ['sg-1'] } }, 'Function');
  raw(stack, 'AWS::SageMaker::NotebookInstance', { SubnetId: 'subnet-1', SecurityGroupIds: [stack.network.securityGroup.securityGroupId] }, 'Notebook');
  stack.l1<iam.CfnRole>(stack.network.role as iam.Role).addPropertyOverride('AssumeRolePolicyDocument.Statement.1', { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' });
  const templates = TemplateSet.fromFiles(app.synth().stacks.map(({ templateFullPath }) => templateFullPath));
  const report = evaluate(templates, [], 'test');

  test('tenants are listed, and those that lead elsewhere say how', () => {
    const tenants = [
      'Private/Function (AWS::Lambda::Function, by subnet)',
      'Private/Notebook (AWS::SageMaker::NotebookInstance, by security group: the notebook has direct internet access)',
    ];
    expect(report.networks[0].tenants).toEqual(tenants);
    tenants.forEach(tenant => { expect(htmlReport(report, '')).toContain(tenant); });
  });

  test('the picture does not say that only SageMaker is trusted when others are', () => {
    const picture = drawNetworks(templates, report);
    expect(picture).toContain('trusts *, sagemaker.amazonaws.com');
    expect(picture).not.toContain('trusts only');
    expect(picture).toMatch(/<rect x="800"[^>]*stroke="#c81e1e"/);
  });

  test('page and picture name a role that the app does not make', () => {
    const own = newApp();
    new PrivateStack(own).cfnJob.addPropertyOverride('Request.RoleArn', 'arn:aws:iam::111122223333:role/Brought');
    const assembly = own.synth();
    const brought = TemplateSet.fromFiles(assembly.stacks.map(({ templateFullPath }) => templateFullPath));
    const picture = drawNetworks(brought);
    expect(picture).toMatch(/role\/Brought, not created by this app/);
    expect(picture).toMatch(/<rect x="800"[^>]*stroke="#23408e"/);
    expect(htmlReport(evaluate(brought, [], 'test'), picture)).toContain('<code>arn:aws:iam::111122223333:role/Brought</code>');
  });
});

test('the capacity of a subnet is that of the construct, without the addresses of interface endpoints', () => {
  const capacities = (count: number) => {
    const app = newApp();
    const stack = new PrivateStack(app, 'Private', {}, () => ({ ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/26'), maxConcurrentInstances: 10 }));
    for (let index = 0; index < count; index++) { raw(stack, 'AWS::EC2::VPCEndpoint', { SubnetIds: [stack.network.subnets[0].subnetId], ServiceName: 'x' }, `Endpoint${index}`); }
    return reportOf(app).networks[0].subnets.map(({ instances }) => instances);
  };
  expect(capacities(0)).toEqual([13, 13]);
  expect(capacities(3)).toEqual([12, 13]);
  expect(capacities(0)[0]).toBe(instancesIn(27));
});

describe('of the first example in README.md and a fleet', () => {
  const app = newApp();
  const stack = new Stack(app, 'Models');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const options = { framework: NeoFramework.PYTORCH_1_13, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224) };
  const common = { vpcConfig: network.vpcConfig, outputBucket: bucket };
  new NeoCompilationJob(stack, 'ResNet', { ...common, model: NeoModel.fromAsset(archive(), options), target: NeoTarget.ML_C5 });
  new NeoCompilationFleet(stack, 'Fleet', { ...common, models: NeoFleetModels.fromPrefix(bucket, 'models/', options), targets: [{ target: NeoTarget.ML_C5 }], maxConcurrentJobs: 2 });
  const report = reportOf(app);

  test('nothing is broken or hidden', () => {
    expect(report.rules.flatMap(({ id, observations }) => observations.filter(({ verdict }) => verdict !== 'pass').map(({ evidence }) => `${id}: ${evidence}`))).toEqual([]);
    expect(report.verdict).toBe('pass');
  });

  test('the bucket that IAM alone protects is named', () => {
    expect(report.networks[0].assetBuckets).toEqual(['cdk-hnb659fds-assets-<account>-<region>']);
    expect(htmlReport(report, '')).toContain('cdk-hnb659fds-assets-&lt;account&gt;-&lt;region&gt;, of the bootstrap stack: IAM policies decide which principals may read them there');
  });
});

test.each([
  [['pass', 'fail']], [['fail', 'pass']], [['unknown', 'fail', 'accepted']], [['accepted', 'fail']],
])('of several verdicts on a resource, %j, the picture shows the worst', verdicts => {
  const observations = verdicts.map(verdict => ({ template: 'Template', logicalId: 'Vpc', verdict }));
  const report = { rules: [{ id: 'NoVpcPeering', observations }, { id: 'NoNatGateway', observations: [{ ...observations[0], verdict: 'pass' }] }] } as unknown as PrivacyReport;
  const [vpc] = TemplateSet.of({ Resources: { Vpc: { Type: 'AWS::EC2::VPC' } } }).resources;
  expect(['NoVpcPeering', 'NoNatGateway', 'OtherRule'].map(id => verdictsOf(report)(id, vpc))).toEqual(['fail', 'pass', undefined]);
});
