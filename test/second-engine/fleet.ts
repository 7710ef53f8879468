import * as assert from 'assert/strict';
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand, DeleteStateMachineCommand, DescribeExecutionCommand, GetExecutionHistoryCommand, SFNClient, StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ACCOUNT, REGION } from './engine';
import { always, ArtifactStore, type FaultRule, faults, FaultSchedule, FrontEnd, type JobPlan, NeoService, type Planner, seededRandom } from '../../local/sagemaker';
import { type Machine, LocalStateMachine, sdkIntegrations, SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import { VirtualClock } from '../../local/time/virtual-clock';
import {
  NeoCompilationFleet, NeoDataInputShape, NeoFleetModels, NeoFramework, NeoPrivateCompilationVpc, NeoTarget,
} from '../../src';

const QUICK: JobPlan = { startingMs: 500, compilingMs: 1_500, stoppingMs: 500 };

/** What becomes of the jobs of the fleet's models, on both sides. */
export const fleetOutcomes: Planner = (request, index) => request.InputConfig?.S3Uri?.includes('/broken')
  ? { ...QUICK, failureReason: 'ClientError: the model cannot be compiled' }
  : always(request.CompilationJobName!.startsWith(JOB_PREFIX) ? QUICK : {})(request, index);

/** The first request for this model is throttled, on both sides. */
export const fleetFaults: FaultRule[] = [{
  operation: 'CreateCompilationJob', when: ({ input }) => String(input.InputConfig?.S3Uri).includes('/throttled'), times: 1, fault: faults.throttling(),
}];

const JOB_PREFIX = 'fleet-';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/neo`;

/** How an execution ended. Causes of failed expressions are the engine's own words. */
interface Outcome { readonly status: string; readonly output?: any; readonly error?: string; readonly cause?: string }

interface S3Object { readonly Bucket: string; readonly Key: string; readonly Body: string }

interface Case { readonly name: string; readonly part: string; readonly input: any; readonly executionName?: string }

/** One of the two engines. */
interface Side {
  readonly service: NeoService;
  put(object: S3Object): Promise<void>;
  run(machine: string, input: any, executionName?: string): Promise<Outcome>;
}

function fleetTemplate(): SynthesizedTemplate {
  const stack = new Stack(new App({ context: { 'aws:cdk:enable-asset-metadata': false } }), 'Fleet');
  const models = new s3.Bucket(stack, 'Models');
  const output = new s3.Bucket(stack, 'Output');
  const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [models, output] });
  new NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig: network.vpcConfig,
    models: NeoFleetModels.fromPrefix(models, 'models/', {
      framework: NeoFramework.PYTORCH_1_8, dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
    }),
    targets: [{ target: NeoTarget.ML_C5 }, { target: NeoTarget.RASP4B }],
    outputBucket: output,
    maxConcurrentJobs: 2,
    maxRuntime: Duration.minutes(15),
    pollInterval: Duration.seconds(2),
    startOnUpload: true,
  });
  return new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
}

/** The fleet's state machine in parts, with its states as they are. What its Distributed Maps do between the parts is left out. */
function parts(whole: Machine): Record<string, Machine> {
  const { TimeoutSeconds: _, ...rest } = whole;
  const states = Object.entries(whole.States);
  const maps = Object.fromEntries(states.filter(([, { ItemProcessor }]) => ItemProcessor));
  // In place of a Map: what it would be given.
  const ends = Object.fromEntries(Object.keys(maps).map(name => [name, {
    Type: 'Succeed' as const,
    Output: name === 'Compile' ? { map: name, key: '{% $states.input.key %}' } : {
      map: name, ...Object.fromEntries(['retryFailed', 'tolerated', 'prefix', 'uploads'].map(variable => [variable, `{% $${variable} %}`])),
    },
  }]));
  const processor = (name: string): Machine => {
    const { ProcessorConfig, ...machine } = maps[name].ItemProcessor!;
    return { QueryLanguage: 'JSONata', ...machine };
  };
  const without = (start: string): Machine => reachable({ ...rest, StartAt: start, States: { ...whole.States, ...ends } });
  return { start: without(whole.StartAt), plan: processor('Plan'), open: without('Open the plan'), compile: processor('Compile') };
}

/** Step Functions refuses states that nothing leads to. */
function reachable(machine: Machine): Machine {
  const found = new Set<string>();
  const visit = (name?: string): void => {
    if (name === undefined || found.has(name)) { return; }
    found.add(name);
    const { Next, Default, Choices = [], Catch = [] } = machine.States[name];
    [Next, Default, ...Choices.map(choice => choice.Next), ...Catch.map(catcher => catcher.Next)].forEach(visit);
  };
  visit(machine.StartAt);
  return { ...machine, States: Object.fromEntries(Object.entries(machine.States).filter(([name]) => found.has(name))) };
}

class OurInterpreter implements Side {
  public readonly service: NeoService;
  private readonly store = new ArtifactStore();
  private readonly clock = new VirtualClock();
  private readonly machines: Record<string, LocalStateMachine>;

  constructor(machines: Record<string, Machine>) {
    this.service = new NeoService({ account: ACCOUNT, region: REGION, quota: 2, plan: fleetOutcomes, artifacts: this.store, now: this.clock.now });
    const frontEnd = new FrontEnd(this.service, { clock: this.clock, faults: new FaultSchedule(fleetFaults) });
    let running: LocalStateMachine[] = [];
    const call = sdkIntegrations(frontEnd, {
      'sfn:listExecutions': args => running.find(({ arn }) => arn === args.StateMachineArn)!.listExecutions(args),
    });
    const environment = { clock: this.clock, random: seededRandom(1), call };
    this.machines = Object.fromEntries(Object.entries(machines).map(([name, machine]) =>
      [name, new LocalStateMachine(`arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`, machine, environment)]));
    running = Object.values(this.machines);
  }

  public async put({ Bucket, Key, Body }: S3Object): Promise<void> { this.store.put(Bucket, Key, Buffer.from(Body), this.clock.now()); }

  public async run(machine: string, input: any, executionName?: string): Promise<Outcome> {
    const execution = this.machines[machine].start(input, executionName);
    await this.clock.run(execution.done);
    const { status, output, failure } = execution;
    return { status, output, error: failure?.error, cause: failure?.cause };
  }
}

class SecondEngine implements Side {
  private readonly s3: S3Client;
  private readonly sfn: SFNClient;
  private readonly arns: Record<string, string> = {};
  private readonly objects: S3Object[] = [];

  constructor(endpoint: string, public readonly service: NeoService, private readonly buckets: string[]) {
    const config = { endpoint, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'test' } };
    this.s3 = new S3Client({ ...config, forcePathStyle: true });
    this.sfn = new SFNClient(config);
  }

  public async create(machines: Record<string, Machine>): Promise<void> {
    for (const Bucket of this.buckets) { await this.s3.send(new CreateBucketCommand({ Bucket })); }
    for (const [name, machine] of Object.entries(machines)) {
      const { stateMachineArn } = await this.sfn.send(new CreateStateMachineCommand({ name, definition: JSON.stringify(machine), roleArn: ROLE }));
      this.arns[name] = stateMachineArn!;
    }
  }

  /** @returns why the engine does not take a definition */
  public async refusal(machine: Machine): Promise<string> {
    try {
      await this.sfn.send(new CreateStateMachineCommand({ name: 'whole', definition: JSON.stringify(machine), roleArn: ROLE }));
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('the engine takes the whole definition now: deploy examples/fleet on it');
  }

  public async delete(): Promise<void> {
    for (const stateMachineArn of Object.values(this.arns)) { await this.sfn.send(new DeleteStateMachineCommand({ stateMachineArn })); }
    for (const { Bucket, Key } of this.objects) { await this.s3.send(new DeleteObjectCommand({ Bucket, Key })); }
    for (const Bucket of this.buckets) { await this.s3.send(new DeleteBucketCommand({ Bucket })); }
    for (const { name, deletedAt } of this.service.records()) {
      if (deletedAt === undefined) { this.service.call('DeleteCompilationJob', { CompilationJobName: name }); }
    }
  }

  public async put(object: S3Object): Promise<void> {
    this.objects.push(object);
    await this.s3.send(new PutObjectCommand({ ...object }));
  }

  public async run(machine: string, input: any, executionName?: string): Promise<Outcome> {
    const { executionArn } = await this.sfn.send(new StartExecutionCommand({
      stateMachineArn: this.arns[machine], name: executionName, input: JSON.stringify(input),
    }));
    for (let waited = 0; waited < 600; waited++) {
      const { status, output, error, cause } = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') { return { status: status!, output: output && JSON.parse(output), error, cause }; }
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    const { events = [] } = await this.sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 10 }));
    throw new Error(`${machine} still runs: ${JSON.stringify(events).slice(0, 5_000)}`);
  }
}

const BATCH = {
  Targets: [{ OutputConfig: { TargetDevice: 'ml_c5' } }, { OutputConfig: { TargetDevice: 'rasp4b' } }],
  Defaults: { Framework: 'PYTORCH', FrameworkVersion: '1.8', DataInputConfig: '{"input0":[1,3,224,224]}' },
};

/** Cases by the part that they try. Those of a step run at the same time, steps one after the other. */
function steps(bucket: string): Case[][] {
  const uri = (name: string): string => `s3://${bucket}/models/${name}.tar.gz`;
  const start = (name: string, input: object): Case => ({ name, part: 'start', input });
  const plan = (name: string, ...rows: unknown[]): Case => ({ name, part: 'plan', input: { Items: rows.map(Row => ({ Row })), BatchInput: BATCH } });
  const open = (name: string): Case => ({ name: `a plan, ${name}`, part: 'open', input: { plan: `plans/${name}` } });
  const compile = (name: string, model: string, more: object = {}): Case => ({
    name,
    part: 'compile',
    input: {
      InputConfig: { S3Uri: uri(model), Framework: 'PYTORCH', FrameworkVersion: '1.8', DataInputConfig: BATCH.Defaults.DataInputConfig },
      OutputConfig: { TargetDevice: 'ml_c5' },
      RetryFailed: false,
      Execution: 'the-execution',
      ...more,
    },
  });
  const packageArn = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package/vision/1`;
  return [[
    start('an empty input', {}),
    start('all members of an input', { retryFailed: true, toleratedFailurePercentage: 33.7, prefix: 'models/vision/' }),
    start('retryFailed is no boolean', { retryFailed: 'yes' }),
    start('toleratedFailurePercentage is no number', { toleratedFailurePercentage: '5' }),
    start('toleratedFailurePercentage is above 100', { toleratedFailurePercentage: 101 }),
    start('a prefix outside the fleet\'s', { prefix: 'others/' }),
    start('a member that is not known', { retry: true }),
    // It takes a turn, which its name says. The engine lacks $hash, which makes such names.
    { ...start('an upload, reported twice', [{ key: 'models/a.tar.gz' }, { key: 'models/a.tar.gz' }]), executionName: `uploads-2-${'0'.repeat(32)}` },
    start('an upload outside the prefix', [{ key: 'others/a.tar.gz' }] as object),
    plan('a model for each target', { s3Uri: uri('a') }),
    plan('rows with targets, etags and shapes of their own', { s3Uri: uri('a'), etag: '"abc"', targetDevice: 'ml_c5', compilerOptions: { mcpu: 'skylake-avx512' } },
      { s3Uri: uri('b'), framework: 'TENSORFLOW', frameworkVersion: '2.9', dataInputConfig: { data: [1, 224, 224, 3] } }),
    plan('a model package', { modelPackageVersionArn: packageArn }),
    plan('rows that are wrong', { s3uri: uri('a') }, { s3Uri: 's3://no-key' }, { s3Uri: 7 }, {}, 'text', null, { s3Uri: uri('a'), framework: 'CAFFE' },
      { s3Uri: uri('a'), modelPackageVersionArn: packageArn }, { s3Uri: uri('a'), compilerOptions: '{}' }),
    plan('names and values as readers of CSV may leave them', { '\uFEFF"s3Uri"': uri('a'), 'etag\r': 'abc\r', '': '' }, { 's3Uri': uri('a'), ' etag': 'x' },
      { 's3Uri': uri('a'), '': 'x' }, { 's3Uri': uri('a'), '\uFEFFs3Uri': uri('b') }, [], [{}], { s3Uri: uri('a'), dataInputConfig: [[1, 3]] }),
    open('with one file'),
    open('without rows'),
    open('in two files'),
    compile('a model', 'a'),
    compile('a job that fails', 'broken'),
    compile('a request that is throttled', 'throttled'),
    compile('a model that is not there', 'none'),
    compile('a model that begins like another\'s name', 'a.tar.gz.old'),
    compile('an etag that is not the object\'s', 'a', { Etag: '0'.repeat(32) }),
    compile('a row that is invalid', 'a', { Invalid: 'the row names neither s3Uri nor modelPackageVersionArn' }),
  ], [
    compile('the same model again', 'a'),
    compile('the failed job again', 'broken'),
    compile('two more than the quota, 1 of 4', 'one'),
    compile('two more than the quota, 2 of 4', 'two'),
    compile('two more than the quota, 3 of 4', 'three'),
    { ...compile('two more than the quota, 4 of 4', ''), input: { ...compile('', '').input, InputConfig: undefined, ModelPackageVersionArn: packageArn, Digest: packageArn } },
  ], [
    compile('the failed job again, with retryFailed', 'broken', { RetryFailed: true }),
    compile('a job that was stopped', 'stopped'),
  ]];
}

async function prepare(side: Side, models: string, results: string): Promise<void> {
  for (const model of ['a', 'broken', 'throttled', 'one', 'two', 'three', 'stopped']) { await side.put({ Bucket: models, Key: `models/${model}.tar.gz`, Body: model }); }
  const manifest = (...files: object[]): string => JSON.stringify({ ResultFiles: { FAILED: [], PENDING: [], SUCCEEDED: files } });
  await side.put({ Bucket: results, Key: 'plans/with one file', Body: manifest({ Key: 'plans/1.jsonl', Size: 10 }) });
  await side.put({ Bucket: results, Key: 'plans/without rows', Body: manifest({ Key: 'plans/1.jsonl', Size: 0 }) });
  await side.put({ Bucket: results, Key: 'plans/in two files', Body: manifest({ Key: 'plans/1.jsonl', Size: 10 }, { Key: 'plans/2.jsonl', Size: 10 }) });
}

/** What the table says of an outcome. */
function shown({ status, output, error, cause }: Outcome): string {
  if (error === 'States.QueryEvaluationError') { return `${status}, ${error}`; }
  if (error) { return `${status}, ${error}: ${cause?.replace(/-[0-9a-f]{8}-[0-9a-f]{32}-/, '-…-')}`; }
  if (output?.CompilationJobName) { return `${status}, ${output.Reused ? 'found' : 'created'} a job with the number ${/\d+$/.exec(output.CompilationJobName)![0]}`; }
  return `${status}, ${Array.isArray(output) ? `${output.filter(item => !item.Invalid).length} compilations, ${output.filter(item => item.Invalid).length} invalid` : output.map ? `goes on to ${output.map}` : JSON.stringify(output)}`;
}

/** An expression's error is told by each engine in its own words; what `$error` says must be in both. */
function comparable({ cause, ...outcome }: Outcome): object {
  return outcome.error === 'States.QueryEvaluationError' ? outcome : { ...outcome, cause };
}

const jobsOf = ({ service }: Side): object[] => service.records().filter(({ deletedAt }) => deletedAt === undefined)
  .map(({ name, status, request }) => ({ name, status, request })).sort((one, other) => one.name < other.name ? -1 : 1);

/**
 * Run the fleet's definitions on the engine and on our interpreter.
 *
 * @returns a table of what both came to
 */
export async function tryFleet(endpoint: string, service: NeoService): Promise<string[]> {
  const template = fleetTemplate();
  const whole = template.definition(template.find('AWS::StepFunctions::StateMachine').find(id => id.includes('FleetStateMachine'))!);
  const [bucket, results] = ['Models', 'FleetResults'].map(name => template.resolve({ Ref: template.find('AWS::S3::Bucket').find(id => id.startsWith(name)) }));
  const machines = parts(whole);
  const ours = new OurInterpreter(machines);
  const theirs = new SecondEngine(endpoint, service, [bucket, results]);
  await theirs.create(machines);
  try {
    const refusal = await theirs.refusal(whole);
    for (const unknown of ['ItemBatcher', 'EXPRESS']) { assert.ok(refusal.includes(unknown), `the engine refuses the whole definition because of ${unknown}; got: ${refusal}`); }
    await Promise.all([ours, theirs].map(async side => prepare(side, bucket, results)));
    const rows: string[] = [];
    const differences: string[] = [];
    for (const step of steps(bucket)) {
      if (step.some(({ name }) => name === 'a job that was stopped')) { await Promise.all([ours, theirs].map(async side => leaveStoppedJob(side, bucket))); }
      const outcomes = await Promise.all(step.map(async each => ({
        each,
        found: await Promise.all([ours, theirs].map(async side => side.run(each.part, each.input, each.executionName))),
      })));
      for (const { each: { name, part }, found: [mine, other] } of outcomes) {
        rows.push(`| ${part} | ${name} | ${shown(mine)} |`);
        try { assert.deepEqual(comparable(other), comparable(mine)); } catch (error) { differences.push(`${part}: ${name}: ${(error as Error).message}\n${other.cause ?? ''}\n${mine.cause ?? ''}`); }
      }
    }
    assert.deepEqual(differences, [], differences.join('\n'));
    assert.deepEqual(jobsOf(theirs), jobsOf(ours), 'both made the same requests');
    return rows;
  } finally {
    await theirs.delete();
  }
}

/** Compile once, so that the job's name is known; then a job of this name is stopped. */
async function leaveStoppedJob(side: Side, bucket: string): Promise<void> {
  const { input } = steps(bucket).flat().find(({ name }) => name === 'a job that was stopped')!;
  const { output } = await side.run('compile', input);
  const CompilationJobName: string = output.CompilationJobName;
  const { request } = side.service.records().find(({ name }) => name === CompilationJobName)!;
  side.service.call('DeleteCompilationJob', { CompilationJobName });
  side.service.call('CreateCompilationJob', request as any);
  side.service.call('StopCompilationJob', { CompilationJobName });
}
