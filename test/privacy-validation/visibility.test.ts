import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { type App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { brokenRules, newApp, PrivateStack, reportOf } from './private-app';
import type { ReportedRule } from '../../src/privacy-validation/report/privacy-report';
import { evaluate } from '../../src/privacy-validation/report/privacy-report';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';

function rule(app: App, id: string): ReportedRule {
  return reportOf(app).rules.find(candidate => candidate.id === id)!;
}

describe('what only the deployment knows is neither passed nor failed', () => {
  test.each<[string, string, (stack: PrivateStack) => void]>([
    ['a gateway attached to a VPC by literal ID', 'NoInternetGateway', stack =>
      new ec2.CfnVPCGatewayAttachment(stack, 'Gateway', { vpcId: 'vpc-0123', internetGatewayId: 'igw-1' })],
    ['a peering of a VPC by parameter', 'NoVpcPeering', stack =>
      new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: 'vpc-0123', peerVpcId: 'vpc-4567' })],
    ['a route in a table by literal ID', 'NoRouteOut', stack =>
      new ec2.CfnRoute(stack, 'Route', { routeTableId: 'rtb-0123', destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-1' })],
    ['a NAT gateway in a subnet by literal ID', 'NoNatGateway', stack => new ec2.CfnNatGateway(stack, 'Nat', { subnetId: 'subnet-0123' })],
  ])('%s', (_how, id, change) => {
    const app = newApp();
    const stack = new PrivateStack(app);
    change(stack);
    expect(rule(app, id)).toMatchObject({ status: 'unknown', observations: [{ evidence: expect.stringContaining('that is not known at synthesis') }] });
  });

  test('the same in a route table that the app makes for something else is fine', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    const table = new ec2.CfnRouteTable(stack, 'Table', { vpcId: 'vpc-0123' });
    new ec2.CfnRoute(stack, 'Route', { routeTableId: table.ref, destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-1' });
    expect(rule(app, 'NoRouteOut').status).toBe('pass');
  });

  test('transforms', () => {
    const app = newApp();
    new PrivateStack(app).templateOptions.transforms = ['Company::Networking'];
    expect(rule(app, 'TemplatesVisible')).toMatchObject({ status: 'unknown', observations: [{ evidence: expect.stringContaining('Company::Networking') }] });
  });

  test('a nested stack whose template is elsewhere', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'neo-privacy-')), 'Stack.template.json');
    fs.writeFileSync(file, JSON.stringify({
      Resources: { Far: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3.amazonaws.com/somewhere/template.json' } } },
    }));
    expect(evaluate(TemplateSet.fromFiles([file]), [], 'test').rules.find(({ id }) => id === 'TemplatesVisible')).toMatchObject({
      status: 'unknown',
      observations: [{ logicalId: 'Far', locations: ['Properties.TemplateURL'] }],
    });
  });
});

describe('jobs of a state machine', () => {
  function machine(stack: Stack, request: unknown) {
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Map(stack, 'Each').itemProcessor(new sfn.CustomState(stack, 'Compile', {
        stateJson: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sagemaker:createCompilationJob', Parameters: request },
      }))),
    });
  }

  test('are found in private subnets', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    const { subnets, securityGroupIds } = stack.network.vpcConfig;
    machine(stack, { VpcConfig: { Subnets: subnets, SecurityGroupIds: securityGroupIds } });
    expect(rule(app, 'JobInPrivateSubnets').observations).toMatchObject([
      { verdict: 'pass', type: 'Custom::SageMakerNeoCompilationJob' },
      { verdict: 'pass', type: 'AWS::StepFunctions::StateMachine', locations: ['Properties.DefinitionString.States.Compile'] },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['without a network', { CompilationJobName: 'job' }, 'fail'],
    ['with a network that is computed', { 'VpcConfig.$': '$.network' }, 'unknown'],
    ['with subnets that are computed', { VpcConfig: { 'Subnets.$': '$.subnets', 'SecurityGroupIds': ['sg-1'] } }, 'unknown'],
  ])('are found %s', (_how, request, verdict) => {
    const app = newApp();
    machine(new Stack(app, 'Stack'), request);
    expect(rule(app, 'JobInPrivateSubnets').observations.map(observation => observation.verdict)).toEqual([verdict]);
  });
});

test('a brought, shared VPC may have gateways, as long as no route of the jobs\' subnets leads there', () => {
  const app = newApp();
  new PrivateStack(app, 'Private', {}, stack => ({
    vpc: new ec2.Vpc(stack, 'Shared', {
      maxAzs: 2,
      subnetConfiguration: [
        { name: 'Web', subnetType: ec2.SubnetType.PUBLIC },
        { name: 'App', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'Neo', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    }),
  }));
  const report = reportOf(app);
  expect(brokenRules(report)).toEqual([]);
  expect(report.networks).toMatchObject([{ dedicated: false, subnets: [{}, {}] }]);
});
