import { createRequire } from 'node:module';
import { App, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { always, FaultRule, faults, FaultSchedule, FrontEnd, JobPlan, NeoService, seededRandom, SimulatedClock } from '../../local/sagemaker';
import { LocalStateMachine, sdkIntegrations, shadowedVariables, StatesError, SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import { VirtualClock } from '../../local/time/virtual-clock';
import * as neo from '../../src';
import { JETSON } from '../fleet/fleet-harness';

// It has no types of its own.
const validate: (definition: object) => { isValid: boolean; errors: object[] } = createRequire(__filename)('asl-validator');
// Its types are for ES modules only.
const { StateMachine } = createRequire(__filename)('aws-local-stepfunctions');

type Language = 'jsonPath' | 'jsonata';
const LANGUAGES: Language[] = ['jsonPath', 'jsonata'];

/** A value from the state's input, in either language. */
const fromInput = (language: Language, member: string) =>
  language === 'jsonPath' ? sfn.JsonPath.stringAt(`$.${member}`) : neo.NeoExpression.jsonata(`$states.input.${member}`);

function build(language: Language, props: Partial<neo.NeoRunCompilationJobJsonPathProps> = {}) {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const value = (member: string) => fromInput(language, member);
  const run = neo.NeoRunCompilationJob[language](stack, 'resnet', {
    compilationJobName: value('name'),
    vpcConfig: network.vpcConfig,
    model: neo.NeoExecutionModel.fromS3Uri(value('uri'), {
      bucket, framework: neo.NeoFramework.of(value('framework'), value('version')), dataInputShape: neo.NeoDataInputShape.fromJson(value('shape')),
    }),
    target: neo.NeoTarget.device(value('device')),
    outputBucket: bucket,
    ...props,
  });
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(run) });
  const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
  const [id] = template.find('AWS::StepFunctions::StateMachine');
  return { stack, network, definition: template.definition(id) as any, template: Template.fromStack(stack) };
}

const INPUT = {
  name: 'resnet-c5', uri: 's3://bucket43879c71/models/resnet.tar.gz', framework: 'PYTORCH', version: '1.13', shape: '{"input0":[1,3,224,224]}', device: 'ml_c5', mine: 42,
};

test('fails for a model in another Region, with a network that the library does not know', () => {
  const stack = new Stack(new App(), 'Stack', { env: { region: 'us-east-1' } });
  expect(() => neo.NeoRunCompilationJob.jsonata(stack, 'Run', {
    compilationJobName: 'a',
    vpcConfig: { subnets: ['subnet-0'], securityGroupIds: ['sg-0'] },
    role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
    model: neo.NeoExecutionModel.fromS3Uri('{% $states.input.uri %}', {
      bucket: s3.Bucket.fromBucketAttributes(stack, 'Theirs', { bucketName: 'theirs', region: 'eu-west-1' }), framework: neo.NeoFramework.XGBOOST,
    }),
    target: neo.NeoTarget.ML_C5,
    outputBucket: new s3.Bucket(stack, 'Bucket'),
  })).toThrow('bucket must be in the Region of the stack, us-east-1');
});

test('one in a Map after another outside of it has variables of its own', () => {
  const stack = new Stack(new App(), 'Stack');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const run = (id: string) => neo.NeoRunCompilationJob.jsonata(stack, id, {
    compilationJobName: '{% $states.input.name %}',
    vpcConfig: network.vpcConfig,
    model: neo.NeoModel.fromBucket(bucket, 'a.tar.gz', { framework: neo.NeoFramework.XGBOOST }),
    target: neo.NeoTarget.ML_C5,
    outputBucket: bucket,
  });
  const map = sfn.Map.jsonata(stack, 'Map', { items: sfn.ProvideItems.jsonArray([{ name: 'a' }]) }).itemProcessor(run('Each'));
  new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(run('First').next(map)) });
  const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
  expect(shadowedVariables(template.definition(template.find('AWS::StepFunctions::StateMachine')[0]))).toEqual([]);
});

interface Circumstances {
  readonly plan?: JobPlan;
  readonly rules?: FaultRule[];
  readonly before?: (service: NeoService) => void;
}

/** Runs a definition against the stand-in: JSONPath in aws-local-stepfunctions, JSONata in the interpreter of local/stepfunctions. */
async function execute(language: Language, definition: any, { plan = {}, rules = [], before }: Circumstances = {}) {
  const virtual = new VirtualClock();
  const simulated = new SimulatedClock();
  const now = language === 'jsonPath' ? simulated.now : virtual.now;
  const service = new NeoService({ now, plan: always(plan) });
  before?.(service);
  const latency = language === 'jsonPath' ? { sleep: async (ms: number) => { simulated.advance(ms); } } : virtual;
  const frontEnd = new FrontEnd(service, { faults: new FaultSchedule(rules), clock: latency });
  const call = sdkIntegrations(frontEnd);
  const outcome = language === 'jsonPath'
    ? await runJsonPath(definition, call, simulated)
    : await (async () => {
      const execution = new LocalStateMachine('arn:aws:states:us-east-1:111122223333:stateMachine:M', { QueryLanguage: 'JSONata', ...definition },
        { clock: virtual, random: seededRandom(1), call }).start(INPUT, 'run-1');
      await virtual.run(execution.done);
      return { output: execution.output as any, error: execution.failure?.error, cause: execution.failure?.cause };
    })();
  return { ...outcome, jobs: service.records(), counts: frontEnd.counts, now: now() };
}

async function runJsonPath(definition: any, call: (resource: string, args: any) => Promise<unknown>, clock: SimulatedClock) {
  const states = Object.entries<any>(definition.States);
  const tasks = states.filter(([, { Type }]) => Type === 'Task');
  // The library waits in real time: here every wait is none, and moves the simulated clock where the state after it is entered.
  const wait = states.find(([, { Type }]) => Type === 'Wait')?.[1];
  const execution = new StateMachine(definition).run(INPUT, {
    context: { Execution: { Id: 'arn:aws:states:us-east-1:111122223333:execution:M:run-1' } },
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(tasks.map(([name, { Resource }]) => [name, async (args: any) => {
        if (name === wait?.Next) { clock.advance(wait.Seconds * 1_000); }
        try {
          return await call(Resource, args) as any;
        } catch (err) {
          throw err instanceof StatesError ? Object.assign(new Error(err.cause), { name: err.error }) : err;
        }
      }])),
      waitTimeOverrides: Object.fromEntries(states.filter(([, { Type }]) => Type === 'Wait').map(([name]) => [name, 0])),
      retryIntervalOverrides: Object.fromEntries(tasks.map(([name]) => [name, 0])),
    },
  });
  try {
    return { output: await execution.result as any, error: undefined, cause: undefined };
  } catch (err) {
    const { name, message } = (err as any).cause;
    return { output: undefined as any, error: name as string, cause: message as string };
  }
}

describe.each(LANGUAGES)('NeoRunCompilationJob.%s', language => {
  const plain = build(language);

  test('makes a valid definition', () => {
    for (const { definition } of [plain, build(language, { timeout: Duration.minutes(20) })]) {
      expect(validate(definition).errors).toEqual([]);
    }
  });

  test('runs a job with all that the input says, in the private network, and waits for its end', async () => {
    const { output, jobs, counts, error } = await execute(language, plain.definition, { plan: { startingMs: 60_000, compilingMs: 120_000 } });
    expect(error).toBeUndefined();
    const job = language === 'jsonPath' ? output.compilationJob : output;
    expect(job).toMatchObject({ CompilationJobName: 'resnet-c5', CompilationJobStatus: 'COMPLETED', ModelArtifacts: { S3ModelArtifacts: expect.stringContaining('/neo/resnet-c5/') } });
    expect(jobs[0].request).toMatchObject({
      InputConfig: { S3Uri: INPUT.uri, Framework: 'PYTORCH', FrameworkVersion: '1.13', DataInputConfig: INPUT.shape },
      OutputConfig: { TargetDevice: 'ml_c5', S3OutputLocation: expect.stringMatching(/^s3:\/\/bucket.*\/neo\/resnet-c5$/) },
      VpcConfig: { Subnets: [expect.stringMatching(/^subnet-/), expect.stringMatching(/^subnet-/)], SecurityGroupIds: [expect.stringMatching(/^sg-/)] },
      StoppingCondition: { MaxRuntimeInSeconds: 900 },
    });
    expect(jobs[0].tags).toEqual({ 'cdk-sagemaker-neo:execution': 'arn:aws:states:us-east-1:111122223333:execution:M:run-1' });
    // Three minutes, a look every thirty seconds.
    expect(counts.get('DescribeCompilationJob')).toBe(6);
  });

  if (language === 'jsonPath') {
    test('keeps the input', async () => {
      const { output } = await execute(language, plain.definition);
      expect(output).toMatchObject({ ...INPUT, compilationJob: { CompilationJobStatus: 'COMPLETED' } });
    });

    test.each(['$', 'job', '$.a[0]', '$$.x'])('fails for the result path %s', resultPath => {
      expect(() => build(language, { resultPath })).toThrow(/resultPath must be a member of the input/);
    });
  }

  test('fails with SageMaker\'s reason', async () => {
    const { error, cause } = await execute(language, plain.definition, { plan: { failureReason: 'ClientError: no such operator' } });
    expect(error).toBe('NeoCompilationFailed');
    expect(cause).toBe('ClientError: no such operator');
  });

  test('fails when the job is stopped, as when it waits too long for an instance', async () => {
    const { definition } = build(language, { maxPendingTime: Duration.hours(2), pollInterval: Duration.minutes(30) });
    const { error } = await execute(language, definition, { plan: { startingMs: 3 * 3_600_000 } });
    expect(error).toBe('NeoCompilationStopped');
  });

  test('stops the job at the timeout', async () => {
    const { definition } = build(language, { timeout: Duration.minutes(5), maxRuntime: Duration.hours(1) });
    const { error, jobs } = await execute(language, definition, { plan: { compilingMs: 1_800_000 } });
    expect(error).toBe('NeoCompilationTimeout');
    expect(jobs[0].history.map(({ status }) => status)).toEqual(['STARTING', 'INPROGRESS', 'STOPPING']);
    const [created, , stopping] = jobs[0].history;
    expect(stopping.at - created.at).toBe(300_000);
  });

  test('reports the timeout even when the job cannot be stopped any more', async () => {
    const { definition } = build(language, { timeout: Duration.minutes(5), maxRuntime: Duration.hours(1) });
    const { error } = await execute(language, definition, {
      plan: { compilingMs: 1_800_000 }, rules: [{ operation: 'StopCompilationJob', fault: faults.error('ValidationException', 'ended') }],
    });
    expect(error).toBe('NeoCompilationTimeout');
  });

  test('waits for the quota and outlives throttling', async () => {
    const { error, jobs } = await execute(language, plain.definition, {
      rules: [{ operation: 'CreateCompilationJob', nth: [1, 2, 3, 4, 5, 6, 7, 8], fault: faults.quotaTaken() }, { fault: faults.throttling(), times: 3, operation: 'DescribeCompilationJob' }],
    });
    expect(error).toBeUndefined();
    expect(jobs).toHaveLength(1);
  });

  test('outlives latency, 429, 5xx and broken connections', async () => {
    const { error, jobs } = await execute(language, plain.definition, {
      rules: [
        { operation: 'CreateCompilationJob', nth: 1, fault: faults.throttling(429) },
        { operation: 'CreateCompilationJob', nth: 2, fault: faults.serviceUnavailable() },
        { operation: 'DescribeCompilationJob', nth: 1, fault: faults.latency(90_000) },
        { operation: 'DescribeCompilationJob', nth: 2, fault: faults.internalFailure() },
        { operation: 'DescribeCompilationJob', nth: 3, fault: faults.connectionReset() },
      ],
    });
    expect(error).toBeUndefined();
    expect(jobs).toHaveLength(1);
  });

  describe('a name that is taken', () => {
    test('by the execution itself, whose answer was lost, is no failure: the job is waited for', async () => {
      const { error, jobs, counts } = await execute(language, plain.definition, { rules: [{ operation: 'CreateCompilationJob', nth: 1, fault: faults.responseLost() }] });
      expect(error).toBeUndefined();
      expect(jobs.map(({ status }) => status)).toEqual(['COMPLETED']);
      expect(counts.get('CreateCompilationJob')).toBe(2);
    });

    const theirs = (tags: { Key: string; Value: string }[]) => (service: NeoService) => {
      const role = 'arn:aws:iam::111122223333:role/theirs';
      service.call('CreateCompilationJob', {
        CompilationJobName: INPUT.name,
        RoleArn: role,
        Tags: tags,
        InputConfig: { S3Uri: INPUT.uri, Framework: 'XGBOOST' },
        OutputConfig: { S3OutputLocation: 's3://theirs/', TargetDevice: 'ml_c5' },
        StoppingCondition: { MaxRuntimeInSeconds: 900 },
      });
    };

    test.each([
      ['an unknown owner', []],
      ['another execution', [{ Key: 'cdk-sagemaker-neo:execution', Value: 'arn:aws:states:us-east-1:111122223333:execution:M:run-2' }]],
    ])('by %s fails at once, and their job is left alone', async (_, tags) => {
      const { error, counts, jobs } = await execute(language, plain.definition, { before: theirs(tags) });
      // A path that finds nothing is an empty list on AWS, and an error in aws-local-stepfunctions.
      expect(error).toBe(language === 'jsonPath' && tags.length === 0 ? 'States.Runtime' : 'SageMaker.ResourceInUseException');
      expect(counts.get('CreateCompilationJob')).toBe(1);
      expect(jobs.map(({ request }) => request.RoleArn)).toEqual(['arn:aws:iam::111122223333:role/theirs']);
    });
  });
});

describe('permissions', () => {
  test('cover names with capitals in either spelling, as IAM minds them and SageMaker has written ARNs in both', () => {
    const names = (action: string) => statement(build('jsonPath', { compilationJobNamePattern: 'Nightly-*' }).template, action).Resource;
    for (const action of ['sagemaker:CreateCompilationJob', 'sagemaker:DescribeCompilationJob', 'sagemaker:ListTags']) {
      expect(names(action)).toEqual([jobs('Nightly-*'), jobs('nightly-*')]);
    }
  });

  const jobs = (pattern: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:compilation-job/${pattern}`]] });
  const statement = (template: Template, action: string) => Object.values<any>(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement).find(({ Action }) => [Action].flat().includes(action));

  test.each([
    ['a name known at synthesis', { compilationJobName: 'resnet' }, 'resnet'],
    ['a pattern', { compilationJobNamePattern: 'team-*' }, 'team-*'],
    ['neither', {}, '*'],
  ])('on jobs, by %s', (_, props, pattern) => {
    const { template } = build('jsonata', props);
    for (const action of ['sagemaker:CreateCompilationJob', 'sagemaker:AddTags', 'sagemaker:DescribeCompilationJob', 'sagemaker:ListTags']) {
      expect(statement(template, action).Resource).toEqual(jobs(pattern));
    }
  });

  test('to stop jobs only with a timeout', () => {
    expect(statement(build('jsonata').template, 'sagemaker:StopCompilationJob')).toBeUndefined();
    expect(statement(build('jsonata', { timeout: Duration.hours(1) }).template, 'sagemaker:StopCompilationJob').Resource).toEqual(jobs('*'));
  });

  test('to pass the role to SageMaker alone', () => {
    expect(statement(build('jsonPath').template, 'iam:PassRole')).toMatchObject({
      Resource: { 'Fn::GetAtt': [expect.stringContaining('NetworkRole'), 'Arn'] }, Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    });
  });

  test('a role of the user\'s own may read the model and write the output', () => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(neo.NeoCreateCompilationJob.jsonata(stack, 'Create', {
        compilationJobName: 'job',
        role,
        vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] },
        outputBucket: bucket,
        target: neo.NeoTarget.ML_C5,
        model: neo.NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: neo.NeoFramework.XGBOOST }),
      })),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('Mine') }],
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: Match.arrayWith(['s3:PutObject']) })]) },
    });
  });
});

test('NeoCreateCompilationJob starts the same job in either language, from the same props', async () => {
  const requests = [];
  for (const language of LANGUAGES) {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const { vpcConfig } = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
    const create = neo.NeoCreateCompilationJob[language](stack, 'Create', {
      vpcConfig,
      compilationJobName: fromInput(language, 'name'),
      model: neo.NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: neo.NeoDataInputShape.fromList([[1, 3, 8, 8]]) }),
      target: neo.NeoTarget.JETSON_NANO,
      compilerOptions: JETSON.compilerOptions,
      outputBucket: bucket,
      maxPendingTime: Duration.hours(1),
      tags: { team: 'vision' },
    });
    new sfn.StateMachine(stack, 'Machine', { definitionBody: sfn.DefinitionBody.fromChainable(create) });
    const template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
    const definition = template.definition(template.find('AWS::StepFunctions::StateMachine')[0]);
    expect(validate(definition).errors).toEqual([]);
    const { jobs, output, counts } = await execute(language, definition);
    requests.push(jobs[0].request);
    expect(output).toEqual({ CompilationJobArn: 'arn:aws:sagemaker:us-east-1:111122223333:compilation-job/resnet-c5' });
    // It does not wait.
    expect([...counts.keys()]).toEqual(['CreateCompilationJob']);
  }
  expect(requests[1]).toEqual(requests[0]);
  expect(requests[0]).toMatchObject({
    CompilationJobName: 'resnet-c5', StoppingCondition: { MaxRuntimeInSeconds: 900, MaxPendingTimeInSeconds: 3_600 }, Tags: [{ Key: 'team', Value: 'vision' }, { Key: 'cdk-sagemaker-neo:execution' }],
  });
});

describe('NeoCreateCompilationJob', () => {
  const props = (): neo.NeoCreateCompilationJobProps & { stack: Stack } => {
    const stack = new Stack(new App(), 'Stack');
    const bucket = new s3.Bucket(stack, 'Bucket');
    const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
    return {
      stack,
      compilationJobName: 'job',
      vpcConfig: network.vpcConfig,
      outputBucket: bucket,
      target: neo.NeoTarget.ML_C5,
      model: neo.NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: neo.NeoFramework.XGBOOST }),
    };
  };

  test('fails for RUN_JOB, with the construct that can wait', () => {
    const { stack, ...rest } = props();
    expect(() => new neo.NeoCreateCompilationJob(stack, 'Create', { ...rest, integrationPattern: sfn.IntegrationPattern.RUN_JOB })).toThrow(/use NeoRunCompilationJob; got: RUN_JOB/);
  });

  test.each([
    [{ compilationJobName: 'no_underscores' }, /compilationJobName must be 1 to 63 letters/],
    [{ outputPrefix: '/slashes/' }, /outputPrefix must be a folder without slashes/],
    [{ maxRuntime: Duration.millis(1500) }, /maxRuntime must be at least 1 second/],
    [{ maxPendingTime: Duration.minutes(5) }, /maxPendingTime must be between 30 minutes and 28 days/],
    [{ tags: { 'aws:mine': 'x' } }, /tags must not have keys that begin with "aws:"/],
    [{ target: neo.NeoTarget.ML_INF1, compilerOptions: neo.NeoCompilerOptions.dtype(neo.NeoDataType.INT64) }, /dtype/],
    [{ vpcConfig: { subnets: ['subnet-1'], securityGroupIds: ['sg-1'] } }, /role must be given/],
    [{ vpcConfig: { subnets: [], securityGroupIds: ['sg-1'] } }, /vpcConfig.subnets must contain 1 to 16 IDs/],
  ])('fails for %j', (wrong, message) => {
    const { stack, ...rest } = props();
    expect(() => new neo.NeoCreateCompilationJob(stack, 'Create', { ...rest, ...wrong })).toThrow(message);
  });

  test('takes a name that is a token of CloudFormation', () => {
    const { stack, ...rest } = props();
    const task = neo.NeoCreateCompilationJob.jsonPath(stack, 'Create', { ...rest, compilationJobName: Lazy.string({ produce: () => 'later' }) });
    expect(stack.resolve(task.toStateJson()).Parameters).toMatchObject({ CompilationJobName: 'later' });
  });
});

describe('NeoRunCompilationJob fails for', () => {
  test.each([
    [{ pollInterval: Duration.minutes(Lazy.number({ produce: () => 1 })) }, /pollInterval must be in seconds if it is a token/],
    [{ compilationJobName: undefined as any }, /compilationJobName must be given/],
    [{ compilationJobNamePattern: 'nightly_*' }, /compilationJobNamePattern must be 1 to 63 letters.*got: "nightly_\*"/],
    [{ compilationJobName: sfn.JsonPath.stringAt('$.name') }, /compilationJobName must be JSONata, enclosed in \{% %\}.*got: JSONPath/],
    [{ target: neo.NeoTarget.device(sfn.JsonPath.stringAt('$.device')) }, /target must be JSONata.*got: JSONPath/],
    [{ pollInterval: Duration.millis(500) }, /pollInterval must be at least 1 second, in whole seconds/],
    [{ timeout: Duration.seconds(20) }, /timeout must be at least 30 seconds/],
    [{ timeout: Duration.days(1) }, /pollInterval must be at least 44 seconds for a job that may take 86400 seconds \(timeout\), because .* 25,000 events; got: 30 seconds/],
  ])('%j', (wrong, message) => {
    expect(() => build('jsonata', wrong)).toThrow(message);
  });

  test('no long wait that is bounded by a timeout', () => {
    expect(() => build('jsonata', { maxPendingTime: Duration.days(28), timeout: Duration.hours(16) })).not.toThrow();
  });

  test.each([
    [{ compilationJobName: '{% $states.input.name %}' }, /compilationJobName must be JSONPath.*got: JSONata/],
    [{ model: neo.NeoExecutionModel.fromS3Uri('{% $uri %}', { bucket: s3.Bucket.fromBucketName(new Stack(), 'Bucket', 'models'), framework: neo.NeoFramework.XGBOOST }) }, /model\.S3Uri must be JSONPath.*got: JSONata/],
    [{ timeout: Duration.seconds(Lazy.number({ produce: () => 600 })) }, /timeout and pollInterval must be known at synthesis in JSONPath/],
    [{ resultPath: '$..job' }, /resultPath must be a member of the input/],
  ])('in JSONPath: %j', (wrong, message) => {
    expect(() => build('jsonPath', wrong)).toThrow(message);
  });

  test('an id that makes names of states too long', () => {
    const stack = new Stack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
    const props = { vpcConfig: network.vpcConfig, outputBucket: bucket, compilationJobName: 'job', target: neo.NeoTarget.ML_C5, model: neo.NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: neo.NeoFramework.XGBOOST }) };
    expect(() => neo.NeoRunCompilationJob.jsonata(stack, 'x'.repeat(66), props)).toThrow(/id must have at most 65 characters.*got: 66/);
    expect(() => neo.NeoRunCompilationJob.jsonata(stack, 'x'.repeat(65), { ...props, timeout: Duration.hours(1) })).not.toThrow();
  });

  test.each(['$.uri', 's3://bucket/model.zip', ''])('the S3 URI %j of a model', uri => {
    const bucket = new s3.Bucket(new Stack(), 'Bucket');
    expect(() => neo.NeoExecutionModel.fromS3Uri(uri, { bucket, framework: neo.NeoFramework.XGBOOST })).toThrow(/s3Uri must be/);
  });

  test.each(['', '  ', '{% $states.input.x %}'])('the expression %j', expression => {
    expect(() => neo.NeoExpression.jsonata(expression)).toThrow(/expression must be JSONata without the enclosing/);
  });
});
