import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { bySid, network, newStack, only, templateOf, warningIds } from './fixture';
import { NeoCompilationJob, NeoPrivateCompilationVpc, type INeoPrivateCompilationVpc } from '../../src';
import { compilation } from '../compilation-job/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const SERVICES = ['sagemaker.api', 'states', 'cloudformation'];

const serviceName = ({ Properties }: any): string => typeof Properties.ServiceName === 'string' ? Properties.ServiceName : Properties.ServiceName['Fn::Join'][1].at(-1);
const serviceOf = (endpoint: any) => serviceName(endpoint).replace(/^(com\.amazonaws)?\.([a-z]+-[a-z]+-\d\.)?/, '');

/** Resources of a type by logical ID. */
const ofType = (template: Template, type: string): [string, any][] => Object.entries(template.findResources(type));

const endpointsOf = (template: Template) => ofType(template, 'AWS::EC2::VPCEndpoint').filter(([, { Properties }]) => Properties.VpcEndpointType === 'Interface');
const groupId = (template: Template, prefix: string) => ofType(template, 'AWS::EC2::SecurityGroup').find(([id]) => id.startsWith(prefix))![0];
const ref = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'GroupId'] });
const jobIds = (template: Template) => Object.keys(template.findResources(NeoCompilationJob.RESOURCE_TYPE));
/** The provider's two functions. */
const jobFunctions = (template: Template) => ofType(template, 'AWS::Lambda::Function').filter(([id]) => id.startsWith('cdksagemakerneo'));

test('is not the default: no interface endpoint, and functions outside the VPC', () => {
  const { stack, privateVpc } = compilation();
  const template = templateOf(stack);
  expect(privateVpc.controlPlaneSecurityGroup).toBeUndefined();
  expect(endpointsOf(template)).toEqual([]);
  for (const [, { Properties }] of jobFunctions(template)) { expect(Properties.VpcConfig).toBeUndefined(); }
});

describe('endpoints', () => {
  const { stack } = compilation({}, network({ privateControlPlane: true }));
  const template = templateOf(stack);
  const endpoints = endpointsOf(template);

  test('are those that the functions call, and no more', () => {
    expect(endpoints.map(([, endpoint]) => serviceOf(endpoint)).sort()).toEqual([...SERVICES].sort());
  });

  const namesIn = (region?: string) => endpointsOf(templateOf(network({ privateControlPlane: true }, newStack({ env: { region } })).stack))
    .map(([, { Properties }]) => Properties.ServiceName);

  test('have their names of China where the stack is deployed there, which only the deployment knows', () => {
    const conditions = template.findConditions('*');
    expect(Object.values(conditions)).toEqual([{ 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-cn'] }]);
    const [isChina] = Object.keys(conditions);
    expect(namesIn()).toEqual(SERVICES.map(name => ({ 'Fn::Join': ['', [{ 'Fn::If': [isChina, 'cn.com.amazonaws', 'com.amazonaws'] }, '.', { Ref: 'AWS::Region' }, `.${name}`]] })));
  });

  test.each([
    ['eu-west-1', 'com.amazonaws'], ['us-gov-west-1', 'com.amazonaws'], ['cn-north-1', 'cn.com.amazonaws'], ['cn-northwest-1', 'cn.com.amazonaws'],
  ])('have the names of %s in a stack of that Region, and no condition', (region, prefix) => {
    expect(namesIn(region)).toEqual(SERVICES.map(name => `${prefix}.${region}.${name}`));
    expect(templateOf(network({ privateControlPlane: true }, newStack({ env: { region } })).stack).toJSON().Conditions).toBeUndefined();
  });

  test.each(endpoints.map(([id, { Properties }]) => [id, Properties]))('%s is in the jobs\' subnets, with private DNS names, behind the endpoints\' group', (_, properties: any) => {
    expect(properties.PrivateDnsEnabled).toBe(true);
    expect(properties.SubnetIds).toEqual(Object.keys(template.findResources('AWS::EC2::Subnet')).map(Ref => ({ Ref })));
    expect(properties.SecurityGroupIds).toEqual([ref(groupId(template, 'NeoControlPlaneEndpointSecurityGroup'))]);
  });

  test.each(endpoints.map(([id, { Properties }]) => [id, Properties]))('%s lets through named actions of principals of this account only', (_, properties: any) => {
    const statements: any[] = properties.PolicyDocument.Statement;
    for (const statement of statements) {
      expect(statement.Effect).toBe('Allow');
      expect([statement.Action].flat().filter(action => action.includes('*'))).toEqual([]);
      expect(statement.Condition).toEqual({ StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } });
    }
    // What takes a resource has one of this account and Region.
    expect(JSON.stringify(bySid(properties.PolicyDocument, 'Control').Resource)).toMatch(/AWS::Region.*AWS::AccountId/);
  });

  test('for SageMaker lets through all that the handler is permitted to do with jobs', () => {
    const [, { Properties }] = endpoints.find(([, endpoint]) => serviceOf(endpoint) === 'sagemaker.api')!;
    const through = Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action);
    const [, policy] = ofType(template, 'AWS::IAM::Policy').find(([id]) => id.includes('HandlerRole'))!;
    const permitted = policy.Properties.PolicyDocument.Statement.flatMap(({ Action }: any) => Action).filter((action: string) => action.startsWith('sagemaker:'));
    expect([...new Set(permitted)].sort()).toEqual([...new Set(through)].sort());
  });
});

describe('security groups', () => {
  const { stack, privateVpc } = compilation({}, network({ privateControlPlane: true }));
  const template = templateOf(stack);
  const [functions, endpoints] = ['NeoControlPlaneSecurityGroup', 'NeoControlPlaneEndpointSecurityGroup'].map(prefix => groupId(template, prefix));
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };

  test('let nothing but the functions into the endpoints, and nothing but HTTPS', () => {
    const ingress = ofType(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties);
    expect(ingress).toEqual([expect.objectContaining({ ...https, GroupId: ref(endpoints), SourceSecurityGroupId: ref(functions) })]);
    for (const [, { Properties }] of ofType(template, 'AWS::EC2::SecurityGroup')) { expect(Properties.SecurityGroupIngress).toBeUndefined(); }
  });

  test('let the functions out to the endpoints and to S3 only', () => {
    const inline = template.findResources('AWS::EC2::SecurityGroup')[functions].Properties.SecurityGroupEgress ?? [];
    // CDK's way to write "nothing".
    expect(inline.filter(({ CidrIp }: any) => CidrIp !== '255.255.255.255/32')).toEqual([]);
    const egress = ofType(template, 'AWS::EC2::SecurityGroupEgress').map(([, { Properties }]) => Properties).filter(({ GroupId }) => GroupId['Fn::GetAtt'][0] === functions);
    expect(egress).toHaveLength(2);
    expect(egress).toContainEqual(expect.objectContaining({ ...https, DestinationSecurityGroupId: ref(endpoints) }));
    expect(egress).toContainEqual(expect.objectContaining({ ...https, DestinationPrefixListId: expect.anything() }));
  });

  test('of the jobs are as they are without', () => {
    expect(privateVpc.controlPlaneSecurityGroup).not.toBe(privateVpc.securityGroup);
    expect(privateVpc.vpcConfig.securityGroupIds).toEqual([privateVpc.securityGroup.securityGroupId]);
    const rulesOf = (some: Template) => [
      ...some.findResources('AWS::EC2::SecurityGroup')[groupId(some, 'NeoSecurityGroup')].Properties.SecurityGroupEgress.map(({ Description }: any) => Description),
      ...ofType(some, 'AWS::EC2::SecurityGroupEgress').map(([, { Properties }]) => Properties).filter(({ GroupId }) => GroupId['Fn::GetAtt'][0].startsWith('NeoSecurityGroup'))
        .map(({ Description }) => Description),
    ];
    expect(rulesOf(template)).toEqual(rulesOf(templateOf(network().stack)));
  });
});

describe('functions', () => {
  const { stack } = compilation({}, network({ privateControlPlane: true }));
  const template = templateOf(stack);
  const functions = jobFunctions(template);

  test('are both in the VPC', () => {
    expect(functions).toHaveLength(2);
    for (const [, { Properties }] of functions) {
      expect(Properties.VpcConfig).toEqual({
        SubnetIds: Object.keys(template.findResources('AWS::EC2::Subnet')).map(Ref => ({ Ref })),
        SecurityGroupIds: [ref(groupId(template, 'NeoControlPlaneSecurityGroup'))],
      });
    }
  });

  test('have roles for interfaces in these subnets and this group, but not for their code', () => {
    const policies = ofType(template, 'AWS::IAM::Policy').filter(([id]) => /(Handler|OnEvent)Role/.test(id));
    expect(policies).toHaveLength(2);
    for (const [, { Properties: { PolicyDocument } }] of policies) {
      const creates = JSON.stringify(bySid(PolicyDocument, 'LambdaCreatesInterfaces').Resource);
      for (const id of Object.keys(template.findResources('AWS::EC2::Subnet'))) { expect(creates).toContain(id); }
      expect(creates).toContain(groupId(template, 'NeoControlPlaneSecurityGroup'));
      const allowed = ['LambdaCreatesInterfaces', 'LambdaUsesInterfaces', 'LambdaSeesInterfaces'].flatMap(sid => bySid(PolicyDocument, sid).Action);
      expect(bySid(PolicyDocument, 'NotTheCode')).toMatchObject({
        Effect: 'Deny', Resource: '*', Action: expect.arrayContaining(allowed), Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
      });
    }
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::Role').filter(([id]) => id.startsWith('cdksagemakerneo'))) { expect(Properties.ManagedPolicyArns).toBeUndefined(); }
  });

  test('are one set for all jobs of a network in a stack', () => {
    const fixture = network({ privateControlPlane: true });
    compilation({}, fixture, 'One');
    compilation({}, fixture, 'Two');
    expect(jobFunctions(templateOf(fixture.stack))).toHaveLength(2);
  });

  test('are another set than those of a network without', () => {
    const fixture = network({ privateControlPlane: true });
    compilation({}, fixture, 'Inside');
    const bucket = new s3.Bucket(fixture.stack, 'Other');
    const outside = new NeoPrivateCompilationVpc(fixture.stack, 'Outside', { buckets: [bucket] });
    compilation({}, { ...fixture, bucket, privateVpc: outside }, 'Out');
    const other = templateOf(fixture.stack);
    expect(jobFunctions(other)).toHaveLength(4);
    expect(jobFunctions(other).filter(([, { Properties }]) => Properties.VpcConfig)).toHaveLength(2);
    const tokens = ofType(other, NeoCompilationJob.RESOURCE_TYPE).map(([, { Properties }]) => JSON.stringify(Properties.ServiceToken));
    expect(new Set(tokens).size).toBe(2);
  });
});

test('a job that moves between the control planes is another resource, as CloudFormation refuses to change a service token', () => {
  const idWith = (privateControlPlane: boolean) => jobIds(templateOf(compilation({}, network({ privateControlPlane })).stack));
  expect(idWith(true)).not.toEqual(idWith(false));
  expect(idWith(true)).toEqual(idWith(true));
});

describe('CloudFormation\'s answer', () => {
  const { stack } = compilation({}, network({ privateControlPlane: true }));
  const template = templateOf(stack);
  const policy = ofType(template, 'AWS::EC2::VPCEndpoint').find(([id]) => id.startsWith('NeoS3Endpoint'))![1].Properties.PolicyDocument;

  test('gets through the S3 endpoint, into the Region\'s bucket of CloudFormation and nowhere else', () => {
    expect(bySid(policy, 'CloudFormationAnswer')).toEqual({
      Sid: 'CloudFormationAnswer',
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: {
        'Fn::Join': ['', [
          'arn:', { Ref: 'AWS::Partition' }, ':s3:::cloudformation-custom-resource-response-',
          { 'Fn::Join': ['', { 'Fn::Split': ['-', { Ref: 'AWS::Region' }] }] }, '/*',
        ]],
      },
    });
  });

  test('is let through only where it has to be', () => {
    const other = templateOf(network().stack);
    expect(JSON.stringify(other.toJSON())).not.toContain('cloudformation-custom-resource-response');
  });

  test('needs a statement in an endpoint of your own', () => {
    const own = newStack();
    const vpc = new ec2.Vpc(own, 'Own', { natGateways: 0, subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] });
    const s3Endpoint = ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(own, 'Endpoint', 'vpce-1');
    network({ vpc, s3Endpoint, privateControlPlane: true }, own);
    templateOf(own).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    expect(JSON.stringify(own.node.metadata.concat(own.node.findAll().flatMap(({ node }) => node.metadata)))).toContain('cloudformation-custom-resource-response');
  });
});

describe('order', () => {
  const { stack } = compilation({}, network({ privateControlPlane: true }));
  const template = templateOf(stack);
  const graph = new DependencyGraph(template.toJSON());
  const [job] = jobIds(template);

  const types = ['VPCEndpoint', 'SecurityGroup', 'SecurityGroupIngress', 'SecurityGroupEgress'].map(name => `AWS::EC2::${name}`);
  test.each(types)('every %s is there before the first job and after the last', type => {
    for (const id of Object.keys(template.findResources(type))) { expect(graph.dependsOn(job, id)).toBe(true); }
  });

  test('a function is made after its role may place interfaces', () => {
    const policies = Object.keys(template.findResources('AWS::IAM::Policy')).filter(id => id.startsWith('cdksagemakerneo'));
    for (const [id, { Properties }] of jobFunctions(template)) {
      const role = Properties.Role['Fn::GetAtt'][0];
      const own = policies.filter(policy => JSON.stringify(template.findResources('AWS::IAM::Policy')[policy].Properties.Roles).includes(role));
      expect(own).toHaveLength(1);
      expect(graph.dependsOn(id, own[0])).toBe(true);
    }
  });

  test('nothing waits for itself', () => { expect(graph.cycles()).toEqual([]); });
});

test('jobs of another stack have functions there, in the same VPC', () => {
  const app = new App();
  const { bucket, privateVpc } = network({ privateControlPlane: true }, new Stack(app, 'Network'));
  const stack = new Stack(app, 'Jobs');
  compilation({}, { stack, bucket, privateVpc });
  app.synth();
  const template = Template.fromStack(stack);
  expect(jobFunctions(template)).toHaveLength(2);
  for (const [, { Properties }] of jobFunctions(template)) { expect(Properties.VpcConfig.SubnetIds).toHaveLength(2); }
});

describe('artifacts that go with their job', () => {
  const { stack } = compilation({ deleteArtifacts: true }, network({ privateControlPlane: true, bucketPolicyActions: ['s3:DeleteObject'] }));
  const template = templateOf(stack);

  test('are deleted through the endpoint', () => {
    const [, { Properties }] = ofType(template, 'AWS::EC2::VPCEndpoint').find(([id]) => id.includes('S3Endpoint'))!;
    expect(bySid(Properties.PolicyDocument, 'DeleteArtifacts')).toMatchObject({ Action: 's3:DeleteObject', Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } } });
  });

  test('need no exemption from the bucket policy', () => {
    const deny = bySid(only(template, 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint');
    expect(deny.Condition.ArnNotLike).toBeUndefined();
  });
});

describe('subnets', () => {
  const cidrs = (privateControlPlane: boolean, maxConcurrentInstances: number, block = 27) =>
    Object.values(templateOf(network({ privateControlPlane, maxConcurrentInstances, ipAddresses: ec2.IpAddresses.cidr(`10.0.0.0/${block}`) }).stack)
      .findResources('AWS::EC2::Subnet')).map(({ Properties }) => Properties.CidrBlock.split('/')[1]);

  test('have eight addresses more', () => {
    // A /28 has 16 - 5 addresses: five instances alone, one with the control plane.
    expect(cidrs(false, 5)).toEqual(['28', '28']);
    expect(cidrs(true, 1)).toEqual(['28', '28']);
    expect(() => cidrs(true, 2)).toThrow(/ask for a \/26 or larger; got: \/27/);
    expect(cidrs(true, 2, 26)).toEqual(['27', '27']);
  });
});

describe('a VPC of your own', () => {
  const isolated = { natGateways: 0, subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] };

  test('needs DNS host names', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', { ...isolated, enableDnsHostnames: false });
    expect(() => network({ vpc, privateControlPlane: true }, stack)).toThrow(/vpc must have DNS hostnames/);
  });

  test('of another app may have such endpoints already', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Own', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      isolatedSubnetIds: ['subnet-1', 'subnet-2'],
      isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
      isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24', '10.0.1.0/24'],
    });
    network({ vpc, privateControlPlane: true }, stack);
    expect(warningIds(stack)).toContain('interfaceEndpointsMayExist');
    templateOf(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', Match.objectLike({ VpcEndpointType: 'Interface', VpcId: 'vpc-1', SubnetIds: ['subnet-1', 'subnet-2'] }));
  });

  test('takes a prefix list together with security groups, for the functions', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', isolated);
    const s3PrefixList = ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-given');
    network({ vpc, securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')], s3PrefixList, privateControlPlane: true }, stack);
    templateOf(stack).hasResourceProperties('AWS::EC2::SecurityGroupEgress', { DestinationPrefixListId: 'pl-given', FromPort: 443 });
  });
});

test('an imported network says by its group that functions run in it', () => {
  const stack = newStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Own', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetRouteTableIds: ['rtb-1'] });
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'models');
  const { role } = network({}, new Stack(stack.node.root as App, 'Elsewhere')).privateVpc;
  const privateVpc: INeoPrivateCompilationVpc = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Neo', {
    vpc,
    subnets: vpc.isolatedSubnets,
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Jobs', 'sg-jobs')],
    controlPlaneSecurityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'Functions', 'sg-functions'),
    s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
    buckets: [bucket],
    role,
  });
  compilation({}, { stack, bucket: bucket as any, privateVpc: privateVpc as any });
  for (const [, { Properties }] of jobFunctions(templateOf(stack))) { expect(Properties.VpcConfig).toEqual({ SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-functions'] }); }
});
