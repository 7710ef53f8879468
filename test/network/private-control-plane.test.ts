import { App, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { bySid, network, newStack, only, templateOf, warningIds, warnings } from './fixture';
import { NeoCompilationJob, NeoPrivateCompilationVpc, type INeoPrivateCompilationVpc, type NeoPrivateCompilationVpcAttributes, type NeoPrivateCompilationVpcProps } from '../../src';
import { contains } from '../../src/util/cidr-blocks';
import { compilation } from '../compilation-job/fixture';
import { DependencyGraph } from '../util/dependency-graph';

const SERVICES = ['sagemaker.api', 'states', 'cloudformation'];

const serviceName = ({ Properties }: any): string => typeof Properties.ServiceName === 'string' ? Properties.ServiceName : Properties.ServiceName['Fn::Join'][1].at(-1);
const serviceOf = (endpoint: any) => serviceName(endpoint).replace(/^(com\.amazonaws)?\.([a-z]+-[a-z]+-\d\.)?/, '');

const isolated = { natGateways: 0, subnetConfiguration: ['i', 'f'].map(name => ({ name, subnetType: ec2.SubnetType.PRIVATE_ISOLATED })) };
const controlPlaneSubnets = { subnetGroupName: 'f' };

/** Resources of a type by logical ID. */
const ofType = (template: Template, type: string): [string, any][] => Object.entries(template.findResources(type));

const endpointsOf = (template: Template) => ofType(template, 'AWS::EC2::VPCEndpoint').filter(([, { Properties }]) => Properties.VpcEndpointType === 'Interface');
const groupId = (template: Template, prefix: string) => ofType(template, 'AWS::EC2::SecurityGroup').find(([id]) => id.startsWith(prefix))![0];
const subnetIds = (template: Template, group: 'Isolated' | 'ControlPlane') => Object.keys(template.findResources('AWS::EC2::Subnet')).filter(id => id.includes(`${group}Subnet`)).map(Ref => ({ Ref }));
const s3EndpointOf = (template: Template, id: 'NeoS3Endpoint' | 'NeoControlPlaneS3Endpoint') => ofType(template, 'AWS::EC2::VPCEndpoint').find(([name]) => name.startsWith(id))?.[1].Properties;
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

  test.each(endpoints.map(([id, { Properties }]) => [id, Properties]))('%s is in the functions\' subnets, with private DNS names, behind the endpoints\' group', (_, properties: any) => {
    expect(properties.PrivateDnsEnabled).toBe(true);
    expect(properties.SubnetIds).toEqual(subnetIds(template, 'ControlPlane'));
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

  test('are both in subnets of their own', () => {
    expect(functions).toHaveLength(2);
    for (const [, { Properties }] of functions) {
      expect(Properties.VpcConfig).toEqual({
        SubnetIds: subnetIds(template, 'ControlPlane'),
        SecurityGroupIds: [ref(groupId(template, 'NeoControlPlaneSecurityGroup'))],
      });
    }
  });

  test('have roles for interfaces in these subnets and this group, but not for their code', () => {
    const policies = ofType(template, 'AWS::IAM::Policy').filter(([id]) => /(Handler|OnEvent)Role/.test(id));
    expect(policies).toHaveLength(2);
    for (const [, { Properties: { PolicyDocument } }] of policies) {
      const creates = JSON.stringify(bySid(PolicyDocument, 'LambdaCreatesInterfaces').Resource);
      expect(subnetIds(template, 'ControlPlane').filter(({ Ref }) => !creates.includes(Ref))).toEqual([]);
      expect(subnetIds(template, 'Isolated').filter(({ Ref }) => creates.includes(Ref))).toEqual([]);
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
  const { PolicyDocument: policy, RouteTableIds: tables } = s3EndpointOf(template, 'NeoControlPlaneS3Endpoint');

  test('gets through an S3 endpoint on route tables of the functions\' subnets only', () => {
    const tablesOf = (group: 'Isolated' | 'ControlPlane') => ofType(template, 'AWS::EC2::SubnetRouteTableAssociation').map(([, { Properties }]) => Properties)
      .filter(({ SubnetId }) => SubnetId.Ref.includes(`${group}Subnet`)).map(({ RouteTableId }) => RouteTableId);
    expect(tables).toEqual(tablesOf('ControlPlane'));
    expect(s3EndpointOf(template, 'NeoS3Endpoint').RouteTableIds).toEqual(tablesOf('Isolated'));
  });

  test('does not get through the jobs\' S3 endpoint, whose policy is as without', () => {
    expect(s3EndpointOf(template, 'NeoS3Endpoint').PolicyDocument).toEqual(s3EndpointOf(templateOf(network().stack), 'NeoS3Endpoint').PolicyDocument);
  });

  test('gets into the Region\'s bucket of CloudFormation and nowhere else', () => {
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

  test('needs nothing of an endpoint of your own', () => {
    const own = newStack();
    const vpc = new ec2.Vpc(own, 'Own', isolated);
    const s3Endpoint = ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(own, 'Endpoint', 'vpce-1');
    network({ vpc, vpcSubnets: { subnetGroupName: 'i' }, controlPlaneSubnets: { subnetGroupName: 'f' }, s3Endpoint, privateControlPlane: true }, own);
    templateOf(own).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    expect(warnings(own).join()).not.toContain('cloudformation-custom-resource-response');
    expect(JSON.stringify(s3EndpointOf(templateOf(own), 'NeoControlPlaneS3Endpoint'))).toContain('cloudformation-custom-resource-response');
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
    expect(bySid(s3EndpointOf(template, 'NeoControlPlaneS3Endpoint').PolicyDocument, 'DeleteArtifacts')).toMatchObject({ Action: 's3:DeleteObject', Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } } });
  });

  test('are deleted in spite of the bucket policy, which exempts the handler only where it denies deletions', () => {
    const exempt = (some: Template) => bySid(only(some, 'AWS::S3::BucketPolicy').PolicyDocument, 'OnlyThroughNeoEndpoint').Condition.ArnNotLike;
    expect(JSON.stringify(exempt(template))).toContain('HandlerRole');
    expect(exempt(templateOf(compilation({ deleteArtifacts: true }, network({ privateControlPlane: true })).stack))).toBeUndefined();
  });
});

describe('subnets', () => {
  const cidrs = (props: Partial<NeoPrivateCompilationVpcProps>, group?: 'Isolated' | 'ControlPlane', stack?: Stack) => ofType(templateOf(network(props, stack).stack), 'AWS::EC2::Subnet')
    .filter(([id]) => group === undefined || id.includes(`${group}Subnet`)).map(([, { Properties }]) => Properties.CidrBlock);
  const closed = { privateControlPlane: true };
  const in16 = (props: Partial<NeoPrivateCompilationVpcProps> = {}, zones = 2) => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    stack.node.setContext('availability-zones:account=111122223333:region=us-east-1', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    return cidrs({ ...closed, maxAzs: zones, ...props }, undefined, stack);
  };

  test('of functions are at the end of the VPC, sixteen addresses each', () => {
    expect(cidrs(closed, 'ControlPlane')).toEqual(['10.0.255.240/28', '10.0.255.224/28']);
    expect(cidrs({ ...closed, ipAddresses: ec2.IpAddresses.cidr('10.1.2.64/26'), maxConcurrentInstances: 5 })).toEqual(['10.1.2.64/28', '10.1.2.80/28', '10.1.2.112/28', '10.1.2.96/28']);
  });

  test('of jobs are as they are without', () => {
    expect(cidrs(closed, 'Isolated')).toEqual(cidrs({}));
  });

  test('stay where they are when an Availability Zone is added', () => {
    for (const zones of [2, 3, 4, 5, 6]) { expect(in16({}, zones)).toEqual(expect.arrayContaining(in16({}, zones - 1))); }
  });

  test.each([1, 2, 3, 7, 8])('do not overlap in %i Availability Zones', zones => {
    const blocks = in16({}, zones);
    expect(blocks).toHaveLength(2 * zones);
    for (const one of blocks) { expect(blocks.filter(other => other !== one && contains(one, other))).toEqual([]); }
  });

  test('fails in a VPC that is too small for both', () => {
    const ipAddresses = ec2.IpAddresses.cidr('10.0.0.0/27');
    expect(cidrs({ maxConcurrentInstances: 5, ipAddresses })).toHaveLength(2);
    expect(() => cidrs({ ...closed, maxConcurrentInstances: 5, ipAddresses })).toThrow(/require a \/26 or larger; got: \/27/);
  });

  test.each([[16, 255, 15], [20, 15, 15], [24, undefined, 15], [26, undefined, 3]])('come from an IPAM pool of /%i, in blocks that Fn::Cidr makes', (ipv4NetmaskLength, outer, inner) => {
    const ipAddresses = ec2.IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength });
    const vpc = { 'Fn::GetAtt': [expect.stringMatching(/^NeoVpc/), 'CidrBlock'] };
    const last = outer === undefined ? vpc : { 'Fn::Select': [outer, { 'Fn::Cidr': [vpc, outer + 1, '8'] }] };
    expect(cidrs({ ...closed, maxConcurrentInstances: 5, ipAddresses }, 'ControlPlane')).toEqual([inner, inner - 1].map(index => ({ 'Fn::Select': [index, { 'Fn::Cidr': [last, inner + 1, '4'] }] })));
  });

  test('fails without a netmask that is known', () => {
    const ipAddresses = { allocateVpcCidr: () => ({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: Token.asNumber({ Ref: 'Netmask' }) }), allocateSubnetsCidr: () => ({ allocatedSubnets: [] }) };
    expect(() => cidrs({ ...closed, ipAddresses })).toThrow(/ipAddresses must have a netmask that is known/);
  });
});

describe('a VPC of your own', () => {
  const functions = { controlPlaneSubnets, privateControlPlane: true };

  test('fails without DNS host names', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', { ...isolated, enableDnsHostnames: false });
    expect(() => network({ vpc, ...functions }, stack)).toThrow(/vpc must have DNS hostnames/);
  });

  test('gives the functions their subnets, and the jobs all other isolated ones', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', isolated);
    const { privateVpc } = network({ vpc, ...functions }, stack);
    expect(privateVpc.subnets).toEqual(vpc.selectSubnets({ subnetGroupName: 'i' }).subnets);
    expect(privateVpc.controlPlaneSubnets).toEqual(vpc.selectSubnets(controlPlaneSubnets).subnets);
  });

  test('of another app may have such endpoints already', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Own', {
      vpcId: 'vpc-1',
      availabilityZones: ['a', 'b'],
      isolatedSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3', 'subnet-4'],
      isolatedSubnetNames: ['i', 'f'],
      isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2', 'rtb-3', 'rtb-4'],
      isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/28', '10.0.2.16/28'],
    });
    network({ vpc, ...functions }, stack);
    expect(warningIds(stack)).toContain('interfaceEndpointsMayExist');
    expect(warnings(stack).join()).toContain('select controlPlaneSubnets whose route tables have none');
    templateOf(stack).hasResourceProperties('AWS::EC2::VPCEndpoint', Match.objectLike({ VpcEndpointType: 'Interface', VpcId: 'vpc-1', SubnetIds: ['subnet-3', 'subnet-4'] }));
  });

  test('takes a prefix list together with security groups, for the functions', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', isolated);
    const s3PrefixList = ec2.PrefixList.fromPrefixListId(stack, 'List', 'pl-given');
    network({ vpc, securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')], s3PrefixList, ...functions }, stack);
    templateOf(stack).hasResourceProperties('AWS::EC2::SecurityGroupEgress', { DestinationPrefixListId: 'pl-given', FromPort: 443 });
  });

  const subnet = (stack: Stack, id: string, routeTableId?: string) =>
    ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId: `subnet-${id}`, availabilityZone: 'a', routeTableId, ipv4CidrBlock: '10.0.0.0/24' });

  test.each<[string, (stack: Stack, vpc: ec2.IVpc) => Partial<NeoPrivateCompilationVpcProps>, RegExp]>([
    ['without subnets for them', () => ({ controlPlaneSubnets: undefined }), /controlPlaneSubnets must select subnets for the functions.*got: undefined/],
    ['with subnets for them and no private control plane', () => ({ privateControlPlane: false }), /controlPlaneSubnets must come with privateControlPlane.*got: controlPlaneSubnets without it/],
    ['with subnets of the jobs', () => ({ vpcSubnets: { subnetGroupName: 'f' } }), /controlPlaneSubnets must not be the jobs' subnets.*got: Stack\/Own\/fSubnet1, Stack\/Own\/fSubnet2/],
    ['with a route table of the jobs', stack => ({ vpcSubnets: { subnets: [subnet(stack, '1', 'rtb-1')] }, controlPlaneSubnets: { subnets: [subnet(stack, '2', 'rtb-1')] } }),
      /controlPlaneSubnets must not be the jobs' subnets or share their route tables/],
    ['without a known route table', stack => ({ controlPlaneSubnets: { subnets: [subnet(stack, '2')] } }), /controlPlaneSubnets must have known route tables.*when you import them; got: Stack\/2 without/],
    ['with a group that is not there', () => ({ controlPlaneSubnets: { subnetGroupName: 'none' } }), /controlPlaneSubnets must select subnets of vpc/],
    ['with public subnets', stack => {
      const vpc = new ec2.Vpc(stack, 'Open', { natGateways: 0, subnetConfiguration: [{ name: 'i', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }, { name: 'f', subnetType: ec2.SubnetType.PUBLIC }] });
      return { vpc };
    }, /controlPlaneSubnets must be isolated/],
  ])('fails %s', (_how, props, message) => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', isolated);
    expect(() => network({ vpc, ...functions, ...props(stack, vpc) }, stack)).toThrow(message);
  });

  test('fails with an S3 endpoint on the functions\' route tables', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Own', isolated);
    network({ vpc, ...functions }, stack);
    vpc.addGatewayEndpoint('Other', { service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [controlPlaneSubnets] });
    expect(() => templateOf(stack)).toThrow(/vpc must not have an S3 gateway endpoint on these route tables.*select controlPlaneSubnets whose route tables have none; got: Stack\/Own\/Other/);
  });
});

describe('an imported network', () => {
  const imported = (attributes: Partial<NeoPrivateCompilationVpcAttributes> = {}) => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Own', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetRouteTableIds: ['rtb-1'] });
    const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'models');
    const { role } = network({}, new Stack(stack.node.root as App, 'Elsewhere')).privateVpc;
    const privateVpc: INeoPrivateCompilationVpc = NeoPrivateCompilationVpc.fromPrivateCompilationVpcAttributes(stack, 'Neo', {
      vpc,
      subnets: vpc.isolatedSubnets,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Jobs', 'sg-jobs')],
      controlPlaneSecurityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'Functions', 'sg-functions'),
      controlPlaneSubnets: [ec2.Subnet.fromSubnetId(stack, 'ForFunctions', 'subnet-2')],
      s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'Endpoint', 'vpce-1'),
      buckets: [bucket],
      role,
      ...attributes,
    });
    compilation({}, { stack, bucket: bucket as any, privateVpc: privateVpc as any });
    return templateOf(stack);
  };

  test('says by group and subnets that functions run in it', () => {
    for (const [, { Properties }] of jobFunctions(imported())) { expect(Properties.VpcConfig).toEqual({ SubnetIds: ['subnet-2'], SecurityGroupIds: ['sg-functions'] }); }
  });

  test.each<[string, Partial<NeoPrivateCompilationVpcAttributes>, RegExp]>([
    ['with a group alone', { controlPlaneSubnets: undefined }, /must come together.*got: no controlPlaneSubnets/],
    ['with subnets alone', { controlPlaneSecurityGroup: undefined }, /must come together.*got: no controlPlaneSecurityGroup/],
    ['with no subnets', { controlPlaneSubnets: [] }, /controlPlaneSubnets must be 1 to 16 subnets/],
    ['with subnets of the jobs', { controlPlaneSubnets: [ec2.Subnet.fromSubnetId(newStack(), 'Same', 'subnet-1')] }, /controlPlaneSubnets must not be the jobs' subnets/],
  ])('fails %s', (_how, attributes, message) => {
    expect(() => imported(attributes)).toThrow(message);
  });
});
