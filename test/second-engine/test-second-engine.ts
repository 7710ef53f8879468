/**
 * Deploys, updates and deletes examples on an engine that others wrote, LocalStack's open core, and looks at what is there. `npm run test:second-engine`;
 * README.md beside this file says what the engine lacks.
 */
import * as assert from 'assert/strict';
import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import {
  DescribeRouteTablesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVpcAttributeCommand, DescribeVpcEndpointsCommand,
  DescribeVpcsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetBucketPolicyCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CloudAssembly, type CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { installClients, tryClients } from './clients';
import { Deployment } from './deployment';
import { ACCOUNT, Engine, installEngine, REGION } from './engine';
import { fleetFaults, fleetOutcomes, tryFleet } from './fleet';
import { FaultSchedule, FrontEnd, NeoService, startHttpServer } from '../../local/sagemaker';
import { ROOT } from '../templates/tools';

const JOB_TYPE = 'Custom::SageMakerNeoCompilationJob';

type Template = { Resources: Record<string, { Type: string; DependsOn?: string[]; Properties: Record<string, any> }> };

/** As roles.py prints it. */
interface Role { readonly name: string; readonly trust: any[]; readonly statements: any[] }

/** Everything that a scenario works with. */
class World {
  public readonly deployment: Deployment;
  public readonly ec2: EC2Client;
  public readonly s3: S3Client;
  public readonly lambda: LambdaClient;
  public readonly stepFunctions: SFNClient;

  constructor(public readonly endpoint: string, public readonly service: NeoService) {
    const config = { endpoint, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' } };
    this.deployment = new Deployment(endpoint);
    this.ec2 = new EC2Client(config);
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.lambda = new LambdaClient(config);
    this.stepFunctions = new SFNClient(config);
  }

  /** Jobs that SageMaker has, by name. */
  public get jobs() { return this.service.records().filter(({ deletedAt }) => deletedAt === undefined); }

  /** Ids of the VPCs that are not the account's default one. */
  public async vpcs(): Promise<string[]> {
    const { Vpcs = [] } = await this.ec2.send(new DescribeVpcsCommand({}));
    return Vpcs.filter(({ IsDefault }) => !IsDefault).map(({ VpcId }) => VpcId!);
  }

  /** Every role, by boto3, which the engine brings. */
  public async roles(): Promise<Role[]> {
    const { python } = await installEngine();
    return JSON.parse(execFileSync(python, [path.join(__dirname, 'roles.py')], {
      encoding: 'utf8', env: { AWS_ENDPOINT_URL: this.endpoint, AWS_ACCESS_KEY_ID: ACCOUNT, AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: REGION },
    }));
  }
}

function synthesize(example: string): CloudFormationStackArtifact[] {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), `neo-${example}-`));
  process.on('exit', () => fs.rmSync(outdir, { recursive: true, force: true }));
  execFileSync(process.execPath, ['-r', path.join(ROOT, 'projenrc', 'register.js'), path.join(ROOT, 'examples', example, 'app.ts')], {
    cwd: path.join(ROOT, 'examples', example),
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: '{}', CDK_DEFAULT_ACCOUNT: ACCOUNT, CDK_DEFAULT_REGION: REGION, CDK_VALIDATION: 'false' },
  });
  return new CloudAssembly(outdir).stacksRecursively;
}

/**
 * @param least addresses that each subnet of jobs must have
 * @param isOwn whether the library made the VPC, so that everything in it is to be closed
 */
async function assertPrivateNetwork(world: World, least = 200, isOwn = true): Promise<void> {
  const [vpc, ...others] = await world.vpcs();
  assert.deepEqual(others, [], 'one VPC');
  const filter = { Filters: [{ Name: 'vpc-id', Values: [vpc] }] };
  const { Vpcs: [{ InstanceTenancy }] = [{}] } = await world.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpc] }));
  assert.equal(InstanceTenancy, 'default');
  const { EnableDnsSupport } = await world.ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpc, Attribute: 'enableDnsSupport' }));
  assert.equal(EnableDnsSupport?.Value, true);

  const { Subnets: all = [] } = await world.ec2.send(new DescribeSubnetsCommand(filter));
  const isOfJobs = (id: string) => world.jobs.some(({ request }) => request.VpcConfig!.Subnets!.includes(id));
  const Subnets = isOwn ? all : all.filter(({ SubnetId }) => isOfJobs(SubnetId!));
  assert.ok(Subnets.length >= 1);
  for (const { SubnetId, AvailableIpAddressCount, MapPublicIpOnLaunch } of Subnets) {
    assert.equal(MapPublicIpOnLaunch ?? false, false, `${SubnetId} gives no public address`);
    // Those of a private control plane's functions are small.
    assert.ok(!isOfJobs(SubnetId!) || AvailableIpAddressCount! >= least, `${SubnetId} has two addresses for each instance; got: ${AvailableIpAddressCount}`);
  }

  const { VpcEndpoints = [] } = await world.ec2.send(new DescribeVpcEndpointsCommand(filter));
  const gateways = VpcEndpoints.filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
  assert.ok(gateways.length >= 1, 'an S3 gateway endpoint');
  const { RouteTables = [] } = await world.ec2.send(new DescribeRouteTablesCommand(filter));
  for (const { SubnetId } of Subnets) {
    const table = RouteTables.find(({ Associations = [] }) => Associations.some(association => association.SubnetId === SubnetId));
    assert.ok(table, `${SubnetId} has a route table`);
    const [local, ...routes] = table.Routes!;
    assert.equal(local.GatewayId, 'local');
    for (const route of routes) { assert.ok(gateways.some(({ VpcEndpointId }) => VpcEndpointId === route.GatewayId), `${JSON.stringify(route)} leads to S3 alone`); }
    assert.ok(gateways.some(({ RouteTableIds = [] }) => RouteTableIds.includes(table.RouteTableId!)), `the endpoint is in the route table of ${SubnetId}`);
  }
  for (const { PolicyDocument, VpcEndpointId } of gateways) {
    const { Statement } = JSON.parse(PolicyDocument!);
    assert.ok(Statement.length > 0, `${VpcEndpointId} has a policy`);
    for (const { Effect, Resource } of Statement) {
      assert.equal(Effect, 'Allow');
      assert.ok(![Resource].flat().includes('*'), 'the endpoint reaches named buckets alone');
    }
  }

  const { SecurityGroups = [] } = await world.ec2.send(new DescribeSecurityGroupsCommand(filter));
  const standard = SecurityGroups.find(({ GroupName }) => GroupName === 'default');
  if (isOwn) {
    assert.deepEqual(standard?.IpPermissions, [], 'the default group lets nothing in');
    assert.deepEqual(standard?.IpPermissionsEgress, [], 'the default group lets nothing out');
  }
  for (const { GroupName, IpPermissions } of SecurityGroups.filter(group => group !== standard && !/endpoint/i.test(group.GroupName ?? ''))) {
    assert.deepEqual(IpPermissions, [], `${GroupName} lets nothing in`);
  }

  const endpoints = gateways.map(({ VpcEndpointId }) => VpcEndpointId);
  const { Buckets = [] } = await world.s3.send(new ListBucketsCommand({}));
  let denied = 0;
  for (const { Name } of Buckets.filter(bucket => !bucket.Name!.startsWith('cdk-'))) {
    const policy = await world.s3.send(new GetBucketPolicyCommand({ Bucket: Name }))
      .then(({ Policy }) => JSON.parse(Policy!), () => ({ Statement: [] }));
    const deny = policy.Statement.find(({ Effect, Condition = {} }: any) => Effect === 'Deny' && JSON.stringify(Condition).includes('aws:SourceVpce') );
    if (deny) {
      denied++;
      assert.ok(endpoints.some(id => JSON.stringify(deny.Condition).includes(id!)), `${Name} is bound to the network's own endpoint`);
    }
  }
  assert.ok(denied > 0, 'a bucket is bound to the endpoint');
}

async function assertNothingLeft(world: World, rolesBefore: string[]): Promise<void> {
  assert.deepEqual(world.jobs, [], 'no job is left');
  assert.deepEqual(await world.vpcs(), [], 'no VPC is left');
  const { Functions } = await world.lambda.send(new ListFunctionsCommand({}));
  assert.deepEqual(Functions?.map(({ FunctionName }) => FunctionName), [], 'no function is left');
  const { stateMachines } = await world.stepFunctions.send(new ListStateMachinesCommand({}));
  assert.deepEqual(stateMachines?.map(({ name }) => name), [], 'no state machine is left');
  assert.deepEqual((await world.roles()).map(({ name }) => name), rolesBefore, 'no role is left');
}

/** What every job must be: completed, in the network's subnets. */
async function assertJobs(world: World, count: number): Promise<void> {
  const { Subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: await world.vpcs() }] }));
  const ids = Subnets.map(({ SubnetId }) => SubnetId);
  assert.equal(world.jobs.length, count);
  for (const { name, status, request } of world.jobs) {
    assert.equal(status, 'COMPLETED', name);
    assert.ok(request.VpcConfig!.Subnets!.every(id => ids.includes(id)), `${name} is in the network's subnets`);
  }
  await assertRoles(world);
}

/** The role of each job trusts SageMaker for jobs of this account, and reaches named buckets alone. */
async function assertRoles(world: World): Promise<void> {
  const roles = await world.roles();
  for (const { name, request } of world.jobs) {
    const role = roles.find(each => request.RoleArn!.endsWith(`/${each.name}`));
    assert.ok(role, `${name} has a role that is there`);
    for (const { Effect, Principal, Condition } of role.trust) {
      assert.deepEqual([Effect, Principal], ['Allow', { Service: 'sagemaker.amazonaws.com' }]);
      assert.equal(Condition.StringEquals['aws:SourceAccount'], ACCOUNT);
      assert.match(JSON.stringify(Condition.ArnLike), new RegExp(`:sagemaker:${REGION}:${ACCOUNT}:compilation-job/`));
    }
    const actions = role.statements.flatMap(({ Action }) => Action);
    for (const action of ['s3:GetObject', 's3:PutObject', 'ec2:CreateNetworkInterface']) { assert.ok(actions.some(each => action.startsWith(each.replace('*', ''))), `${role.name} may ${action}`); }
    for (const statement of role.statements.filter(({ Action }) => [Action].flat().some(action => /^(\*|s3:|kms:)/.test(action)))) {
      assert.ok(![statement.Resource].flat().includes('*'), `${JSON.stringify(statement)} names its resources`);
    }
  }
}

/** Change a tag, change a target, add a job and remove it, each on what the last one left. */
async function assertUpdates(world: World, stack: CloudFormationStackArtifact): Promise<void> {
  const names = () => world.jobs.map(({ name }) => name).sort();
  const template: Template = structuredClone(stack.template);
  const before = names();
  // Options are for one target.
  const { Properties } = Object.values(template.Resources).find(({ Type, Properties: properties }) =>
    Type === JOB_TYPE && properties.Request.OutputConfig.TargetDevice && !properties.Request.OutputConfig.CompilerOptions)!;

  Properties.Tags.push({ Key: 'team', Value: 'vision' });
  await world.deployment.deploy(stack, template);
  assert.deepEqual(names(), before, 'a tag is changed in place');
  const tagged = world.jobs.filter(({ tags }) => tags.team === 'vision');
  assert.equal(tagged.length, 1);

  const { OutputConfig } = Properties.Request;
  OutputConfig.TargetDevice = OutputConfig.TargetDevice === 'ml_c5' ? 'ml_m5' : 'ml_c5';
  await world.deployment.deploy(stack, template);
  await settled(() => !names().includes(tagged[0].name));
  const replaced = names();
  assert.equal(replaced.length, before.length, 'another target is another job, and the old one is removed');
  const [made, ...others] = world.jobs.filter(({ name }) => !before.includes(name));
  assert.deepEqual([made.request.OutputConfig!.TargetDevice, others], [OutputConfig.TargetDevice, []], 'no other job is made anew');

  const added = structuredClone(template);
  added.Resources.Added = { ...Object.values(added.Resources).find(({ Type }) => Type === JOB_TYPE)! };
  added.Resources.Added.Properties = { ...added.Resources.Added.Properties, JobNamePrefix: `${added.Resources.Added.Properties.JobNamePrefix}Added` };
  await world.deployment.deploy(stack, added);
  await assertJobs(world, before.length + 1);
  assert.deepEqual(names().filter(name => replaced.includes(name)), replaced, 'no other job is touched');
  await world.deployment.deploy(stack, template);
  await settled(() => world.jobs.length === before.length);
  assert.deepEqual(names(), replaced, 'only the job that was added is removed');
}

/** Deploy an example, update the stack with its jobs where that is wanted, and delete it. */
const whole = (example: string, jobs: number, isUpdated = false) => async (world: World): Promise<void> => {
  const stacks = synthesize(example);
  for (const stack of stacks) { await world.deployment.deploy(stack); }
  await assertPrivateNetwork(world);
  await assertJobs(world, jobs);
  if (isUpdated) {
    const typesOf = ({ template }: (typeof stacks)[number]) => Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type);
    await assertUpdates(world, stacks.find(stack => typesOf(stack).includes(JOB_TYPE))!);
    await assertPrivateNetwork(world);
  }
  for (const stack of [...stacks].reverse()) { await world.deployment.destroy(stack); }
};

/** The stage that the pipeline would deploy first; the engine has no CodePipeline. */
async function pipelineStage(world: World): Promise<void> {
  const stacks = synthesize('pipeline-stage').filter(({ stackName }) => stackName.startsWith('Test'));
  for (const stack of stacks) { await world.deployment.deploy(stack); }
  await assertPrivateNetwork(world, 20);
  await assertJobs(world, 1);
  for (const stack of [...stacks].reverse()) { await world.deployment.destroy(stack); }
}

/** The stack that stands for what is there already loses its NAT gateway, as the engine has no Elastic IP; what the library adds is as it is. */
async function existingVpc(world: World): Promise<void> {
  const [company, compilation] = synthesize('existing-vpc');
  const template: Template = structuredClone(company.template);
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (['AWS::EC2::EIP', 'AWS::EC2::NatGateway'].includes(Type) || Properties?.NatGatewayId) { delete template.Resources[id]; }
  }
  await world.deployment.deploy(company, template);
  await world.deployment.deploy(compilation);
  await assertPrivateNetwork(world, 58, false);
  await assertJobs(world, 1);
  await world.deployment.destroy(compilation);
  await world.deployment.destroy(company);
}

async function settled(condition: () => boolean): Promise<void> {
  for (let waited = 0; waited < 120 && !condition(); waited++) { await new Promise(resolve => setTimeout(resolve, 500)); }
  assert.ok(condition(), condition.toString());
}

/** The fleet's definitions, on the engine and on our interpreter; README.md has the table of outcomes. */
async function fleet({ endpoint, service }: World): Promise<void> {
  const rows = await tryFleet(endpoint, service);
  const readme = fs.readFileSync(path.join(__dirname, 'README.md'), 'utf8');
  assert.ok(readme.includes(rows.join('\n')), `README.md has another table of outcomes; this one is right:\n${rows.join('\n')}`);
}

/** AWS's own clients need the stand-in alone. */
const CLIENTS = 'clients';

const SCENARIOS: Record<string, (world: World) => Promise<void>> = {
  'private-compilation': whole('private-compilation', 1, true),
  'hardened': whole('hardened', 1, true),
  // Its updates take minutes and show what the others show, so they run only when it is asked for by name.
  'many-jobs': whole('many-jobs', 7, process.argv.includes('many-jobs')),
  'edge-device': whole('edge-device', 1),
  'endpoint': whole('endpoint', 1),
  'existing-vpc': existingVpc,
  'pipeline-stage': pipelineStage,
  'fleet': fleet,
};

async function main(names: string[]): Promise<void> {
  const service = new NeoService({ account: ACCOUNT, region: REGION, quota: 2, plan: fleetOutcomes });
  const server = await startHttpServer(new FrontEnd(service, { faults: new FaultSchedule(fleetFaults) }));
  let engine: Engine | undefined;
  let passed = 0;
  let failed = 0;
  const attempt = async (name: string, scenario: () => Promise<void>): Promise<void> => {
    const began = Date.now();
    try {
      await scenario();
      passed++;
      console.log(`ok   ${name}, ${Math.round((Date.now() - began) / 1_000)} s`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}: ${error instanceof Error ? error.stack : String(error)}\n${engine?.log ?? ''}`);
    }
  };
  try {
    const onEngine = names.filter(name => name !== CLIENTS);
    if (onEngine.length > 0) {
      engine = await Engine.start(Number(process.env.NEO_ENGINE_PORT ?? 45_660), server.url);
      await new Deployment(engine.url).bootstrap();
    }
    // While the engine works, what the clients need comes over the network. A failure to install it is theirs.
    const installed = names.includes(CLIENTS) ? installClients().then(() => undefined, (error: unknown) => error) : undefined;
    for (const name of onEngine) {
      const world = new World(engine!.url, service);
      await attempt(name, async () => {
        const roles = (await world.roles()).map(({ name: role }) => role);
        await SCENARIOS[name](world);
        await assertNothingLeft(world, roles);
      });
      // What a failed scenario leaves is in the way of the next one.
      if (failed > 0) { break; }
    }
    if (names.includes(CLIENTS)) {
      await attempt(CLIENTS, async () => {
        const error = await installed;
        if (error) { throw error; }
        await tryClients();
      });
    }
  } finally {
    engine?.stop();
    await server.close();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

const chosen = process.argv.slice(2);
void main(chosen.length > 0 ? chosen : [...Object.keys(SCENARIOS), CLIENTS]);
