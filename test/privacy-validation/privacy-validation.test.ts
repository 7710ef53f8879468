import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { type App, CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { compile, newApp, PrivateStack } from './private-app';
import { endpointPolicy } from './template-changes';
import { NeoPrivacyValidation, type NeoPrivacyValidationProps, NeoPrivateCompilationVpc } from '../../src';

interface Violation {
  ruleName: string;
  description: string;
  fix?: string;
  severity?: string;
  violatingConstructs: { constructPath?: string; locations: string[] }[];
}

beforeEach(() => { jest.spyOn(console, 'error').mockImplementation(() => {}); });

afterEach(() => {
  jest.restoreAllMocks();
  // CDK fails a synthesis by the exit code of its process, which is the test's too.
  process.exitCode = undefined;
});

/**
 * What CDK reports, and whether it failed the synthesis: by the exit code with the oldest CDK that we support, by an error with later ones, which
 * also call the report differently.
 */
function synth(app: App): { failed: boolean; violations: Violation[]; directory: string } {
  const directory = app.outdir;
  let thrown = false;
  try {
    app.synth();
  } catch (error) {
    if (!/Validation failed|NeoPrivacyValidation/.test(String(error))) { throw error; }
    thrown = true;
  }
  const file = ['policy-validation-report.json', 'validation-report.json'].map(name => path.join(directory, name)).find(name => fs.existsSync(name));
  const violations = file === undefined ? [] : JSON.parse(fs.readFileSync(file, 'utf8')).pluginReports
    .filter(({ pluginName, summary }: any) => (pluginName ?? summary.pluginName) === 'NeoPrivacyValidation')
    .flatMap((report: any) => report.violations)
    .map((violation: any) => ({
      ...violation,
      fix: violation.fix ?? violation.suggestedFix,
      violatingConstructs: violation.violatingConstructs.map((construct: any) => ({
        ...construct, locations: construct.locations ?? construct.cloudFormationResource?.propertyPaths,
      })),
    }));
  return { failed: thrown || process.exitCode === 1, violations, directory };
}

/** Calls a plug-in as CDK does, for an app with one stack. */
function validate(app: App, props: NeoPrivacyValidationProps) {
  const templatePaths = app.synth().stacks.map(({ templateFullPath }) => templateFullPath);
  return new NeoPrivacyValidation(props).validate({ appConstruct: app, templatePaths });
}

function openRoute(stack: Stack, routeTableId: string) {
  return new ec2.CfnRoute(stack, 'Open', { routeTableId, destinationCidrBlock: '0.0.0.0/0', gatewayId: 'igw-1' });
}

function temporaryDirectory(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'neo-privacy-'));
}

test('a private app passes', () => {
  const app = newApp();
  new PrivateStack(app);
  NeoPrivacyValidation.addTo(app);
  expect(synth(app)).toMatchObject({ failed: false, violations: [] });
});

test('a finding fails the synthesis and names construct, rule, why and fix', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  openRoute(stack, stack.routeTableId);
  NeoPrivacyValidation.addTo(app);
  const { failed, violations } = synth(app);
  expect(failed).toBe(true);
  expect(violations.find(({ ruleName }) => ruleName === 'NoRouteOut')).toMatchObject({
    description: 'No route out of the jobs\' subnets; got: route for Network/Vpc/IsolatedSubnet1/Subnet. '
      + 'AWS adds the routes to the VPC itself and to the S3 endpoint; any other route leads out.',
    fix: expect.stringContaining('Remove the route'),
    severity: 'fatal',
    violatingConstructs: [{ constructPath: 'Private/Open', locations: ['Properties.DestinationCidrBlock', 'Properties.GatewayId'] }],
  });
});

test('a finding is in the report that the CDK CLI reads when it tells the app to leave failures to it', () => {
  const app = newApp({ context: { '@aws-cdk/core:failSynthOnValidationErrors': false } });
  const stack = new PrivateStack(app);
  openRoute(stack, stack.routeTableId);
  NeoPrivacyValidation.addTo(app);
  const { violations } = synth(app);
  expect(violations.map(({ ruleName, severity }) => [ruleName, severity])).toContainEqual(['NoRouteOut', 'fatal']);
});

test('fails the synthesis for a template that cannot be read', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  const validation = new NeoPrivacyValidation();
  jest.spyOn(validation, 'validate').mockImplementation(() => { throw new Error('broken'); });
  Validations.of(stack).addPlugins(validation);
  expect(() => { app.synth(); if (process.exitCode) { throw new Error('failed'); } }).toThrow();
});

test('a finding cannot be acknowledged for the whole app', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  openRoute(stack, stack.routeTableId);
  Validations.of(stack).acknowledge({ id: 'NeoPrivacyValidation::NoRouteOut', reason: 'by mistake' });
  NeoPrivacyValidation.addTo(app);
  expect(synth(app).failed).toBe(true);
});

describe('sees what is opened', () => {
  test('in a nested stack', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    openRoute(new NestedStack(stack, 'Nested'), stack.routeTableId);
    NeoPrivacyValidation.addTo(app);
    const { failed, violations } = synth(app);
    expect(failed).toBe(true);
    expect(violations.find(({ ruleName }) => ruleName === 'NoRouteOut')?.violatingConstructs).toMatchObject([{ constructPath: 'Private/Nested/Open' }]);
  });

  test('in a nested stack that the network is in', () => {
    const app = newApp();
    const parent = new Stack(app, 'Parent');
    const nested = new NestedStack(parent, 'Nested');
    const bucket = new s3.Bucket(parent, 'Models', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    const network = new NeoPrivateCompilationVpc(nested, 'Network', { buckets: [bucket] });
    compile(parent, 'Job', { network, bucket });
    openRoute(parent, network.subnets[0].routeTable.routeTableId);
    NeoPrivacyValidation.addTo(app);
    const { violations, directory } = synth(app);
    expect(violations.find(({ ruleName }) => ruleName === 'NoRouteOut')?.violatingConstructs).toMatchObject([{ constructPath: 'Parent/Open' }]);
    const { networks, rules } = JSON.parse(fs.readFileSync(path.join(directory, 'neo-privacy', 'report.json'), 'utf8'));
    expect(networks).toMatchObject([{ vpc: 'Parent/Nested/Network/Vpc/Resource', buckets: ['Parent/Models/Resource'], jobs: 1 }]);
    expect(rules[0].observations).toEqual([expect.objectContaining({ verdict: 'fail', constructPath: 'Parent/Job/Resource', isConsequence: true })]);
  });

  test('from another stack', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    openRoute(new Stack(app, 'Other'), stack.routeTableId);
    NeoPrivacyValidation.addTo(app);
    expect(synth(app).violations.map(({ ruleName }) => ruleName)).toContain('NoRouteOut');
  });

  test('by a template that is included', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    const templateFile = path.join(temporaryDirectory(), 'included.json');
    fs.writeFileSync(templateFile, JSON.stringify({
      Parameters: { Table: { Type: 'String' } },
      Resources: { Way: { Type: 'AWS::EC2::Route', Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' } } },
    }));
    new CfnInclude(stack, 'Included', { templateFile, parameters: { Table: stack.routeTableId } });
    NeoPrivacyValidation.addTo(app);
    expect(synth(app).violations.find(({ ruleName }) => ruleName === 'NoRouteOut')?.violatingConstructs).toMatchObject([{ constructPath: 'Private/Included/Way' }]);
  });

  test('by a whole network that is included, with no construct of this library', () => {
    const app = newApp();
    const stack = new Stack(app, 'ByHand');
    const templateFile = path.join(temporaryDirectory(), 'included.json');
    fs.writeFileSync(templateFile, JSON.stringify({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/24', EnableDnsHostnames: true } },
        Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/25', MapPublicIpOnLaunch: true } },
        Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: { Ref: 'Vpc' }, GroupDescription: 'jobs' } },
        Job: {
          Type: 'Custom::SageMakerNeoCompilationJob',
          Properties: {
            ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:neo',
            Request: { VpcConfig: { Subnets: [{ Ref: 'Subnet' }], SecurityGroupIds: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }] } },
          },
        },
      },
    }));
    new CfnInclude(stack, 'Included', { templateFile });
    NeoPrivacyValidation.addTo(app);
    expect(synth(app).violations.map(({ ruleName }) => ruleName)).toEqual(['NoPublicIp', 'OutboundOnlyToS3AndSubnets']);
  });

  test('in a stage', () => {
    const app = newApp();
    const stage = new Stage(app, 'Prod');
    const stack = new PrivateStack(stage);
    openRoute(stack, stack.routeTableId);
    NeoPrivacyValidation.addTo(app);
    const { failed, violations, directory } = synth(app);
    expect(failed).toBe(true);
    expect(violations.find(({ ruleName }) => ruleName === 'NoRouteOut')?.violatingConstructs).toMatchObject([{ constructPath: 'Prod/Private/Open' }]);
    expect(fs.readFileSync(path.join(directory, 'neo-privacy', 'report.json'), 'utf8')).toContain('Prod/Private/Open');
  });

  test('in one stage only, if added to it', () => {
    const app = newApp();
    const [beta, prod] = ['Beta', 'Prod'].map(name => new Stage(app, name));
    const opened = new PrivateStack(beta);
    openRoute(opened, opened.routeTableId);
    new PrivateStack(prod);
    NeoPrivacyValidation.addTo(prod);
    expect(synth(app).failed).toBe(false);
  });
});

describe('exceptions', () => {
  function opened(acceptedFindings: { ruleId: string; constructPath: string; reason: string }[]) {
    const app = newApp();
    const stack = new PrivateStack(app);
    new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: stack.network.vpc.vpcId, peerVpcId: 'vpc-1' });
    NeoPrivacyValidation.addTo(app, { acceptedFindings });
    return synth(app);
  }

  test('accept a finding, with its reason in the report', () => {
    const { failed, violations, directory } = opened([{ ruleId: 'NoVpcPeering', constructPath: 'Private/Peering', reason: 'audited in March' }]);
    expect({ failed, violations }).toEqual({ failed: false, violations: [] });
    const report = JSON.parse(fs.readFileSync(path.join(directory, 'neo-privacy', 'report.json'), 'utf8'));
    const rule = report.rules.find(({ id }: any) => id === 'NoVpcPeering');
    expect(rule.status).toBe('accepted');
    expect(rule.observations).toEqual([expect.objectContaining({ verdict: 'accepted', constructPath: 'Private/Peering', reason: 'audited in March' })]);
  });

  test('accept what follows from it', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    openRoute(stack, stack.routeTableId);
    NeoPrivacyValidation.addTo(app, { acceptedFindings: [{ ruleId: 'NoRouteOut', constructPath: 'Private/Open', reason: 'audited' }] });
    const { failed, directory } = synth(app);
    expect(failed).toBe(false);
    const report = JSON.parse(fs.readFileSync(path.join(directory, 'neo-privacy', 'report.json'), 'utf8'));
    expect(report.rules[0]).toMatchObject({ id: 'JobInPrivateSubnets', status: 'accepted' });
  });

  test('for the whole stack accept nothing, and the warning names the construct to accept', () => {
    const { failed, violations } = opened([{ ruleId: 'NoVpcPeering', constructPath: 'Private', reason: 'audited' }]);
    expect(failed).toBe(true);
    expect(violations.find(({ ruleName }) => ruleName === 'AcceptedFindingMatchesNothing')!.fix).toContain('Private/Peering');
  });

  test('that cover several findings are reported', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    ['10.8.0.0/16', '10.9.0.0/16'].forEach(cidr => stack.network.connections.allowTo(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443)));
    NeoPrivacyValidation.addTo(app, { acceptedFindings: [{ ruleId: 'OutboundOnlyToS3AndSubnets', constructPath: 'Private/Network/SecurityGroup', reason: 'audited' }] });
    expect(synth(app)).toMatchObject({ failed: false, violations: [{ ruleName: 'AcceptedFindingCoversSeveral', severity: 'warning' }] });
  });

  test('are shown as accepted in the picture', () => {
    const { directory } = opened([{ ruleId: 'NoVpcPeering', constructPath: 'Private/Peering', reason: 'audited' }]);
    const picture = fs.readFileSync(path.join(directory, 'neo-privacy', 'network.svg'), 'utf8');
    expect(picture).toContain('VPC peering: Peering (accepted)');
    expect(picture).toContain('No opening but what has been accepted; 1 finding accepted');
  });

  test('for another construct accept nothing, and are reported', () => {
    const { failed, violations } = opened([{ ruleId: 'NoVpcPeering', constructPath: 'Private/Peer', reason: 'audited' }]);
    expect(failed).toBe(true);
    expect(violations.map(({ ruleName, severity }) => [ruleName, severity])).toEqual([['NoVpcPeering', 'fatal'], ['AcceptedFindingMatchesNothing', 'warning']]);
  });

  test('that match nothing do not fail', () => {
    const app = newApp();
    new PrivateStack(app);
    NeoPrivacyValidation.addTo(app, { acceptedFindings: [{ ruleId: 'NoNatGateway', constructPath: 'Private', reason: 'once' }] });
    expect(synth(app)).toMatchObject({ failed: false, violations: [{ ruleName: 'AcceptedFindingMatchesNothing' }] });
  });

  test.each([
    [{ ruleId: 'NoInternet', constructPath: 'Private', reason: 'x' }, /acceptedFindings must name one of the rules .*NoInternetGateway.*; got: "NoInternet"/],
    [{ ruleId: 'NoNatGateway', constructPath: '', reason: 'x' }, /acceptedFindings must each have a constructPath; got: /],
    [{ ruleId: 'NoNatGateway', constructPath: 'Private', reason: ' ' }, /acceptedFindings must each have a reason; got: /],
  ])('fail when they are incomplete: %j', (exception, error) => {
    expect(() => new NeoPrivacyValidation({ acceptedFindings: [exception] })).toThrow(error);
  });
});

describe('what the templates do not show', () => {
  function imported() {
    const app = newApp();
    new PrivateStack(app, 'Private', {}, stack => ({
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Brought', {
        vpcId: 'vpc-1', availabilityZones: ['us-east-1a'], isolatedSubnetIds: ['subnet-1'], isolatedSubnetIpv4CidrBlocks: ['10.0.0.0/24'], isolatedSubnetRouteTableIds: ['rtb-1'],
      }),
    }));
    return app;
  }

  test('does not fail, is printed, and is in the report, its page and its picture', () => {
    const app = imported();
    NeoPrivacyValidation.addTo(app);
    const { failed, violations, directory } = synth(app);
    expect(failed).toBe(false);
    expect(violations).toMatchObject([{ ruleName: 'NotVisible', severity: 'warning', description: expect.stringContaining('JobInPrivateSubnets (subnets not created by this app: subnet-1)') }]);
    const [json, page, picture] = ['report.json', 'report.html', 'network.svg'].map(name => fs.readFileSync(path.join(directory, 'neo-privacy', name), 'utf8'));
    expect(page).toMatch(/<p class="verdict not-visible">No rule is broken in what is visible; \d+ rules could not look at everything</);
    expect(picture).toMatch(/No opening in what is visible; \d+ rules could not look at everything/);
    const report = JSON.parse(json);
    expect(report.verdict).toBe('not visible');
    expect(report.rules[0]).toMatchObject({ id: 'JobInPrivateSubnets', status: 'unknown', observations: [{ evidence: 'subnets not created by this app: subnet-1' }] });
  });

  test('fails a policy that names another organization than that of organizationId', () => {
    const succeeds = (organization: string, organizationId?: string) => {
      const app = newApp();
      endpointPolicy(new PrivateStack(app), { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*', Condition: { StringEquals: { 'aws:ResourceOrgID': organization } } });
      return validate(app, { organizationId }).success;
    };
    expect([succeeds('o-a1b2c3d4e5', 'o-a1b2c3d4e5'), succeeds('o-strangers0', 'o-a1b2c3d4e5'), succeeds('o-strangers0')]).toEqual([true, false, true]);
  });

  test.each(['a1b2c3d4e5', 'o-*', ''])('fails with "%s" as organizationId', organizationId => {
    expect(() => new NeoPrivacyValidation({ organizationId })).toThrow(`organizationId must be the ID of an organization, known at synthesis, such as o-a1b2c3d4e5; got: ${JSON.stringify(organizationId)}`);
  });

  test('fails with failOnUnknown', () => {
    const app = imported();
    NeoPrivacyValidation.addTo(app, { failOnUnknown: true });
    expect(synth(app).failed).toBe(true);
  });

  test('passes with failOnUnknown once each unknown finding has been accepted', () => {
    const app = imported();
    const paths = new Map(app.node.findAll().filter(construct => CfnResource.isCfnResource(construct))
      .map(({ stack, logicalId, node }) => [stack.resolve(logicalId), node.path]));
    const acceptedFindings = validate(app, { failOnUnknown: true }).violations.flatMap(({ ruleName, violatingResources }) => violatingResources
      .map(({ resourceLogicalId }) => ({ ruleId: ruleName, constructPath: paths.get(resourceLogicalId!)!, reason: 'checked in the console' })));
    expect(acceptedFindings).not.toEqual([]);
    expect(validate(app, { failOnUnknown: true, acceptedFindings }).success).toBe(true);
  });
});

describe('use', () => {
  test('as a plug-in, without addTo: no file in the assembly, which CDK forbids', () => {
    const app = newApp();
    const stack = new PrivateStack(app);
    openRoute(stack, stack.routeTableId);
    const reportDirectory = path.join(temporaryDirectory(), 'report');
    Validations.of(app).addPlugins(new NeoPrivacyValidation({ reportDirectory }));
    const { failed, directory } = synth(app);
    expect(failed).toBe(true);
    expect(fs.readdirSync(reportDirectory).sort()).toEqual(['network.svg', 'report.html', 'report.json']);
    expect(fs.existsSync(path.join(directory, 'neo-privacy'))).toBe(false);
  });

  test('the report goes where the user says', () => {
    const app = newApp();
    new PrivateStack(app);
    const reportDirectory = path.join(temporaryDirectory(), 'a', 'b');
    NeoPrivacyValidation.addTo(app, { reportDirectory });
    app.synth();
    expect(fs.readdirSync(reportDirectory).sort()).toEqual(['network.svg', 'report.html', 'report.json']);
  });

  test('fails: a second time', () => {
    const app = newApp();
    NeoPrivacyValidation.addTo(app);
    expect(() => NeoPrivacyValidation.addTo(new Stack(app, 'Stack'))).toThrow('NeoPrivacyValidation must be added to an app or stage once; got: a second one');
  });

  test('an app without a network passes', () => {
    const app = newApp();
    new Stack(app, 'Stack');
    NeoPrivacyValidation.addTo(app);
    const { failed, directory } = synth(app);
    expect(failed).toBe(false);
    expect(fs.readFileSync(path.join(directory, 'neo-privacy', 'report.html'), 'utf8')).toContain('No compilation network in this app');
  });

  test('says which rules it has', () => {
    expect(new NeoPrivacyValidation().ruleIds).toContain('NoInternetGateway');
    expect(new NeoPrivacyValidation().version).toMatch(/^\d+\.\d+\.\d+/);
  });
});

test('400 jobs are validated, and reported, in less than a second of computing', () => {
  const app = newApp();
  const stack = new PrivateStack(app);
  for (let job = 1; job < 400; job++) { compile(stack, `Job${job}`, stack); }
  const { directory } = app.synth();
  const validation = new NeoPrivacyValidation({ reportDirectory: path.join(directory, 'report') });
  const before = process.cpuUsage();
  const { success } = validation.validate({ templatePaths: [path.join(directory, stack.templateFile)], appConstruct: app });
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(1);
  expect(success).toBe(true);
  const report = JSON.parse(fs.readFileSync(path.join(directory, 'report', 'report.json'), 'utf8'));
  expect(report.rules[0].observations).toHaveLength(400);
});
