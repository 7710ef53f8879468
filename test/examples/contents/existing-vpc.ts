import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Compilation } from '../../../examples/existing-vpc/stacks';
import { warningIds } from '../../network/fixture';
import type { Example } from '../example-apps';

const JOB = 'Custom::SageMakerNeoCompilationJob';

/** Names of the exports of another stack that a value refers to. */
const imports = (value: unknown) => [...JSON.stringify(value).matchAll(/"Fn::ImportValue":"CompanyNetwork:ExportsOutput(?:Ref|FnGetAtt)(\w+)"/g)].map(([, name]) => name);
const OF_MODELS = [expect.stringMatching(/^VpcModelsSubnet1/), expect.stringMatching(/^VpcModelsSubnet2/)];

export function contents(example: Example) {
  test('a VPC with ways out, which another stack has made', () => {
    const vpc = example.template('CompanyNetwork');
    vpc.resourceCountIs('AWS::EC2::InternetGateway', 1);
    vpc.resourceCountIs('AWS::EC2::NatGateway', 1);
    vpc.resourceCountIs('AWS::EC2::Subnet', 8);
    example.template('Compilation').resourceCountIs('AWS::EC2::VPC', 0);
    expect(example.stack('Compilation').dependencies.map(({ id }) => id)).toContain('CompanyNetwork');
  });

  test('jobs in one group of its isolated subnets only', () => {
    const [{ Request }] = example.resources('Compilation', JOB);
    expect(imports(Request.VpcConfig.Subnets)).toEqual(OF_MODELS);
  });

  test('an S3 endpoint on the route tables of these subnets only', () => {
    const [endpoint] = example.resources('Compilation', 'AWS::EC2::VPCEndpoint');
    expect(imports(endpoint.RouteTableIds)).toEqual(OF_MODELS);
  });

  test('a security group that lets out to these subnets and to S3 only', () => {
    const [{ SecurityGroupEgress }] = example.resources('Compilation', 'AWS::EC2::SecurityGroup');
    const own = example.resources('CompanyNetwork', 'AWS::EC2::Subnet', 'VpcModels').map(({ CidrBlock }) => CidrBlock);
    expect(SecurityGroupEgress.map(({ CidrIp }: any) => CidrIp)).toEqual(own);
    expect(own.every(cidr => cidr.endsWith('/26'))).toBe(true);
    example.template('Compilation').resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
  });

  test('a role of the company\'s, which is given what jobs need', () => {
    const [{ Path }] = example.resources('Compilation', 'AWS::IAM::Role', 'JobRole');
    expect(Path).toBe('/machine-learning/');
    const sids = example.statementsOf('Compilation', 'JobRole').map(({ Sid }) => Sid?.replace(/[0-9a-f]{8}$/, ''));
    expect(sids).toEqual(expect.arrayContaining(['PlaceInterfaces', 'UseInterfaces', 'UseBuckets', 'UseObjects', 'WriteLogs']));
  });

  describe('and with the ID of a VPC', () => {
    const app = new App();
    const stack = new Compilation(app, 'LookedUp', { vpcId: 'vpc-1', env: { account: '111122223333', region: 'eu-west-1' } });

    test('has it looked up, and the subnets by their name', () => {
      const { missing } = app.synth().manifest;
      expect(missing).toContainEqual(expect.objectContaining({ provider: 'vpc-provider', props: expect.objectContaining({ filter: { 'vpc-id': 'vpc-1' } }) }));
      Template.fromStack(stack).resourceCountIs('AWS::EC2::VPC', 0);
    });

    test('checks nothing of what CDK makes up until then', () => {
      expect(warningIds(stack)).toEqual(['s3EndpointMayExist']);
    });
  });
}
