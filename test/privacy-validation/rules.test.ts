import type { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { ALLOWED, OPENED } from './opened';
import { brokenRules, newApp, PrivateStack, reportOf } from './private-app';
import { PRIVACY_RULES } from '../../src/privacy-validation/report/privacy-report';


test('a private network breaks no rule, and every rule has looked at something', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  (stack.network.vpc as ec2.Vpc).addGatewayEndpoint('Tables', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB }).addToPolicy(
    new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: ['dynamodb:GetItem'], resources: [`arn:aws:dynamodb:*:${stack.account}:table/plans`] }));
  stack.network.connections.allowInternally(ec2.Port.tcp(443));
  const report = reportOf(app);
  expect(report.rules.filter(({ status }) => status !== 'pass').map(({ id, status, observations }) => ({ id, status, observations })))
    // Nothing is hidden from this rule, so it has nothing to say.
    .toEqual([{ id: 'TemplatesVisible', status: 'not applicable', observations: [] }]);
});

describe.each(OPENED)('%s', (rule, how, open) => {
  test(`finds: ${how}`, () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    open(stack);
    const report = reportOf(app);
    // A job in an opened subnet is no longer in a private one.
    expect(brokenRules(report).filter(id => id !== 'JobInPrivateSubnets' || rule === id)).toEqual([rule]);
    const finding = report.rules.find(({ id }) => id === rule)!.observations.find(({ verdict }) => verdict === 'fail')!;
    expect(finding.evidence).not.toBe('');
    expect(finding.logicalId).toMatch(/^\w+$/);
  });
});

test('every rule that can fail is in the table', () => {
  expect(new Set(OPENED.map(([rule]) => rule))).toEqual(new Set(PRIVACY_RULES.map(({ id }) => id).filter(id => id !== 'TemplatesVisible')));
});

test('rules have texts and IDs of their own', () => {
  expect(new Set(PRIVACY_RULES.map(({ id }) => id)).size).toBe(PRIVACY_RULES.length);
  for (const { id, title, why, fix } of PRIVACY_RULES) {
    expect(id).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect([title, why, fix].filter(text => text.length < 10)).toEqual([]);
  }
});

describe('allowed', () => {
  test.each(ALLOWED)('%s', (_name, change) => {
    const app = newApp();
    change(new PrivateStack(app));
    const report = reportOf(app);
    expect(brokenRules(report)).toEqual([]);
    expect(report.counts.unknown).toBe(0);
  });
});

describe.each(RegionInfo.regions.filter(({ partition }) => partition !== 'aws').map(({ name, domainSuffix }) => ({ region: name, domainSuffix })))('in $region', ({ region, domainSuffix }) => {
  const privateStack = (app: App) => new PrivateStack(app, 'Private', { env: { region, account: '111122223333' } }, stack => ({
    s3PrefixList: ec2.PrefixList.fromPrefixListId(stack, 'S3', 'pl-12345678'),
  }));
  const onlyOwnJobs = (stack: Stack) => new iam.PolicyStatement({
    principals: [new iam.StarPrincipal()], actions: ['sagemaker:AddTags'], resources: [stack.formatArn({ service: 'sagemaker', resource: 'compilation-job/*' })],
  });
  const prefix = domainSuffix!.split('.').reverse().join('.');

  test('an endpoint that jobs reach is known as one of AWS', () => {
    const app = newApp();
    const { network } = privateStack(app);
    const endpoint = network.vpc.addInterfaceEndpoint('Reached', { service: ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API, subnets: { subnets: network.subnets }, securityGroups: [network.securityGroup], open: false });
    endpoint.addToPolicy(onlyOwnJobs(network.stack));
    expect(brokenRules(reportOf(app))).toEqual([]);
  });

  test('fails for a service of anyone', () => {
    const app = newApp();
    const { network } = privateStack(app);
    new ec2.CfnVPCEndpoint(network, 'Open', {
      vpcId: network.vpc.vpcId,
      vpcEndpointType: 'Interface',
      serviceName: `${prefix}.vpce.${region}.vpce-svc-1`,
      policyDocument: new iam.PolicyDocument({ statements: [onlyOwnJobs(network.stack)] }),
    });
    expect(brokenRules(reportOf(app))).toEqual(['OtherEndpointsRestricted']);
  });
});

test('a private control plane passes, as its functions have subnets and an S3 endpoint of their own', () => {
  const app = newApp();
  new PrivateStack(app, 'Controlled', {}, () => ({ privateControlPlane: true }));
  const report = reportOf(app);
  expect(report.verdict).toBe('pass');
  expect(report.networks).toMatchObject([{ subnets: [{}, {}], tenants: [] }]);
});
