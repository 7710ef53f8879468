import { Aws, CfnParameter, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as fc from 'fast-check';
import { C5, fleetStack, LocalFleet, pairs } from './fleet-harness';
import { always } from '../../local/sagemaker';
import { LocalStateMachine, StatesError, SynthesizedTemplate } from '../../local/stepfunctions/jsonata';
import { VirtualClock } from '../../local/time/virtual-clock';
import * as neo from '../../src';
import { SEED } from '../random-seed';

const shapeOf = (bytes: number) => neo.NeoDataInputShape.fromMap({ ['n'.repeat(bytes)]: [1, 3, 8, 8] });
const options = { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: shapeOf(4) };

describe('a fleet must not feed on itself', () => {
  test.each([['', 'neo'], ['neo/', 'neo'], ['models/', 'models/compiled'], ['mod', 'models'], ['neo/stack-fleet', 'neo']])('fails with models below %j and the output in %j of one bucket', (prefix, outputPrefix) => {
    expect(() => fleetStack((_, models) => ({ outputBucket: models, outputPrefix, models: neo.NeoFleetModels.fromPrefix(models, prefix, options) })))
      .toThrow(/the prefix of the models and outputPrefix must not overlap in one bucket/);
  });

  test.each([['', 'out'], ['plans', 'out'], ['models/', 'results']])('fails with models below %j, results and the output in %j of one bucket', (prefix, outputPrefix) => {
    expect(() => fleetStack((_, models) => ({
      outputBucket: models, resultsBucket: models, outputPrefix, models: neo.NeoFleetModels.fromPrefix(models, prefix, options),
    }))).toThrow(/must not overlap in one bucket/);
  });

  test('fails with models below a prefix that another fleet, or a job, of the app writes to', () => {
    const feeding = (id: string, from: string, outputPrefix: string, { stack, network, models }: ReturnType<typeof fleetStack>) =>
      new neo.NeoCompilationFleet(stack, id, {
        vpcConfig: network.vpcConfig,
        models: neo.NeoFleetModels.fromPrefix(models, from, options),
        targets: [C5],
        outputBucket: models,
        outputPrefix,
        maxConcurrentJobs: 1,
      });
    const circle = fleetStack();
    feeding('A', 'a/', 'b', circle);
    feeding('B', 'b/', 'a', circle);
    expect(() => Template.fromStack(circle.stack)).toThrow(/\[Stack\/A\] the prefix of the models must not contain the output of Stack\/B, .*got: "a\/" and "a\/"/);

    const withJob = fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromPrefix(models, 'neo/', options) }));
    new neo.NeoCompilationJob(withJob.stack, 'Job', {
      vpcConfig: withJob.network.vpcConfig, model: neo.NeoModel.fromBucket(withJob.models, 'a.tar.gz', options), target: neo.NeoTarget.ML_C5, outputBucket: withJob.models,
    });
    expect(() => Template.fromStack(withJob.stack)).toThrow(/must not contain the output of Stack\/Job/);

    const apart = fleetStack();
    feeding('A', 'a/', 'b', apart);
    feeding('B', 'c/', 'd', apart);
    expect(() => Template.fromStack(apart.stack)).not.toThrow();
  });

  test('takes folders side by side', () => {
    expect(() => fleetStack((_, models) => ({
      outputBucket: models, resultsBucket: models, outputPrefix: 'compiled', models: neo.NeoFleetModels.fromPrefix(models, 'models/', options),
    }))).not.toThrow();
  });

  const imported = (stack: Stack, id: string, name: string) => s3.Bucket.fromBucketName(stack, id, name);
  // A network of which the library knows no buckets.
  const byHand = (stack: Stack) => ({
    vpcConfig: { subnets: ['subnet-0'], securityGroupIds: ['sg-0'] }, role: iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111122223333:role/neo'),
  });
  const parameter = (stack: Stack, id: string) => imported(stack, `${id}Bucket`, new CfnParameter(stack, id).valueAsString);

  test('fails with a bucket that is imported twice', () => {
    expect(() => fleetStack(stack => ({
      ...byHand(stack),
      outputBucket: imported(stack, 'One', 'one-bucket'),
      outputPrefix: 'models/out',
      models: neo.NeoFleetModels.fromPrefix(imported(stack, 'Two', 'one-bucket'), 'models/', options),
    }))).toThrow(/must not overlap in one bucket/);
  });

  test.each<[string, (stack: Stack) => Partial<neo.NeoCompilationFleetProps>, RegExp]>([
    ['models and output', stack => ({ outputBucket: parameter(stack, 'Out'), outputPrefix: 'models/out', models: neo.NeoFleetModels.fromPrefix(imported(stack, 'M', 'same'), 'models/', options) }), /the prefix of the models and outputPrefix/],
    ['models and plans', stack => ({ resultsBucket: parameter(stack, 'Out'), models: neo.NeoFleetModels.fromPrefix(imported(stack, 'M', 'same'), 'pla', options) }), /the prefix of the models and the folder plans/],
    ['plans and output', stack => ({ resultsBucket: parameter(stack, 'Out'), outputBucket: imported(stack, 'M', 'same'), outputPrefix: 'plans' }), /the folder plans of resultsBucket and outputPrefix/],
    ['manifest and output', stack => ({
      outputBucket: parameter(stack, 'Out'), outputPrefix: 'm', models: neo.NeoFleetModels.fromManifest(imported(stack, 'M', 'same'), 'm/stack-fleet-49d4f16d-1/manifest', neo.NeoManifestFormat.JSON, options),
    }), /the manifest and outputPrefix/],
  ])('fails when it runs where a parameter names the same bucket for %s', async (what, props, message) => {
    const { stack } = fleetStack(own => ({ ...byHand(own), ...props(own) }));
    const template = JSON.parse(JSON.stringify(Template.fromStack(stack).toJSON()).replace(/\{"Ref":"Out"\}/g, '"same"'));
    const definition = new SynthesizedTemplate(template).definition(Object.keys(template.Resources).find(id => id.startsWith('FleetStateMachine') && template.Resources[id].Type === 'AWS::StepFunctions::StateMachine')!);
    const time = new VirtualClock();
    const call = async () => { throw new Error(`${what}: nothing may be called`); };
    const execution = new LocalStateMachine('arn:aws:states:us-east-1:111122223333:stateMachine:M', definition, { clock: time, random: () => 0, call }).start({});
    await time.run(execution.done);
    expect(execution.failure?.error).toBe('States.QueryEvaluationError');
    expect(execution.failure?.cause).toMatch(message);
  });

  test('nothing is looked for that is known at synthesis', () => {
    const { stack } = fleetStack();
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'))).not.toContain('must not overlap');
  });

  test('fails when it runs where a token has hidden it', async () => {
    const { stack } = fleetStack((_, models) => ({
      outputBucket: models, outputPrefix: `${Aws.REGION}/out`, models: neo.NeoFleetModels.fromPrefix(models, Aws.REGION, options), targets: [C5],
    }));
    const local = new LocalFleet(stack);
    local.place('us-east-1/a.tar.gz');
    const execution = await local.run();
    expect(execution.failure?.cause).toMatch(/the prefix of the models and outputPrefix must not overlap in one bucket, .*; got: us-east-1 and us-east-1\/out\//);
    expect(local.records()).toEqual([]);
  });
});

test('fails when a model with all its targets is more than Step Functions hands on, with the sizes', () => {
  const targets = Array.from({ length: 20 }, (_, i) => ({ target: neo.NeoTarget.ML_C5, compilerOptions: neo.NeoCompilerOptions.of({ mattr: [`+o${i}`] }) }));
  const fleet = (bytes: number) => fleetStack((_, models) => ({ targets, models: neo.NeoFleetModels.fromPrefix(models, 'models/', { ...options, dataInputShape: shapeOf(bytes) }) }));
  expect(() => fleet(12_000)).toThrow(/targets must fit into \d+ bytes per model, .* at most 262144 bytes: .*; got: \d+ bytes for 20 targets/);
  expect(() => fleet(10_000)).not.toThrow();
});

describe('uploads', () => {
  const { stack } = fleetStack(() => ({ startOnUpload: true }));

  test('compile exactly the key, not what begins with it', async () => {
    const local = LocalFleet.withModels(stack, {}, ['a', 'a.tar.gz-v2', 'a.tar.gz.d/old']);
    const [execution] = await local.uploadAll(['models/a.tar.gz']);
    await local.settle(execution);
    expect(pairs(local.results(execution).succeeded)).toEqual(['a.tar.gz jetson_nano', 'a.tar.gz ml_c5']);
    expect(local.records()).toHaveLength(2);
  });

  test('that come together are one execution, and those beyond a hundred take turns', async () => {
    const local = new LocalFleet(stack, { plan: always({ startingMs: 1, compilingMs: 60_000 }) });
    const keys = Array.from({ length: 120 }, (_, i) => `models/${i}.tar.gz`);
    const executions = await local.uploadAll([...keys, ...keys.slice(0, 20)]);
    expect(executions).toHaveLength(2);
    for (const execution of executions) { await local.settle(execution); }
    expect(local.records('COMPLETED')).toHaveLength(240);
    expect(local.records()).toHaveLength(240);
    const compiling = executions.map(({ mapRuns }) => mapRuns.find(({ arn }) => arn.includes('/Compile'))!);
    const [first, second] = compiling
      .map(({ children, stopDate }) => ({ begin: Date.parse(children[0]!.startTime), end: stopDate! }))
      .sort((one, other) => one.begin - other.begin);
    expect(second.begin).toBeGreaterThanOrEqual(first.end);
  });

  // Two targets and four jobs at once: two uploads have room.
  const minutes = (local: LocalFleet, n: number) => local.time.run(local.time.sleep(n * 60_000));
  const trickle = async (local: LocalFleet, names: string[]) => {
    for (const name of names) {
      local.upload(`models/${name}.tar.gz`);
      await minutes(local, 1);
    }
  };
  const begun = (local: LocalFleet) => local.records().map(({ request }) => /([^/]+)\.tar\.gz/.exec(request.InputConfig!.S3Uri!)![1]);

  test('that trickle in run at once as far as maxConcurrentJobs has room, the earliest first', async () => {
    let atOnce = 0;
    const local = new LocalFleet(stack, {
      plan: always({ startingMs: 1, compilingMs: 600_000 }),
      quota: undefined,
      onCall: () => { atOnce = Math.max(atOnce, local.service.activeJobs()); },
    });
    await trickle(local, ['a', 'b', 'c', 'd']);
    expect(local.uploads.map(({ arn }) => /:(uploads-\d+-)/.exec(arn)![1])).toEqual(Array(4).fill('uploads-2-'));
    expect(begun(local)).toEqual(['a', 'a', 'b', 'b']);
    await minutes(local, 10);
    expect(begun(local)).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    for (const execution of local.uploads) { await local.settle(execution); }
    expect(local.records('COMPLETED')).toHaveLength(8);
    expect(atOnce).toBe(4);
  });

  test('fill the quota alone when there are many, and the next wait', async () => {
    const local = new LocalFleet(stack, { plan: always({ startingMs: 1, compilingMs: 600_000 }) });
    ['a', 'b', 'c'].forEach(name => local.upload(`models/${name}.tar.gz`));
    await minutes(local, 1);
    await trickle(local, ['d']);
    expect(local.uploads.map(({ arn }) => /:(uploads-\d+-)/.exec(arn)![1])).toEqual(['uploads-4-', 'uploads-2-']);
    await minutes(local, 15);
    expect(begun(local)).not.toContain('d');
    for (const execution of local.uploads) { await local.settle(execution); }
    expect(local.records('COMPLETED')).toHaveLength(8);
  });

  test('never need more than maxConcurrentJobs together, however they come, and all have their turn', async () => {
    const upload = fc.record({ models: fc.integer({ min: 1, max: 3 }), pause: fc.integer({ min: 0, max: 6 }) });
    const uploadList = fc.array(upload, { minLength: 2, maxLength: 8 });
    await fc.assert(fc.asyncProperty(uploadList, fc.integer({ min: 1, max: 14 }), async (uploads, compilingMinutes) => {
      let atOnce = 0;
      const local: LocalFleet = new LocalFleet(stack, {
        plan: always({ startingMs: 1, compilingMs: compilingMinutes * 60_000 }),
        quota: undefined,
        onCall: () => { atOnce = Math.max(atOnce, local.service.activeJobs()); },
      });
      let uploaded = 0;
      for (const { models, pause } of uploads) {
        for (let i = 0; i < models; i++) { local.upload(`models/${uploaded++}.tar.gz`); }
        await minutes(local, pause);
      }
      await minutes(local, 2);
      for (const execution of local.uploads) { await local.settle(execution); }
      expect(local.records('COMPLETED')).toHaveLength(2 * uploaded);
      expect(atOnce).toBeLessThanOrEqual(4);
    }), { numRuns: 10, seed: SEED });
  });

  test('do not wait for an execution that is started by hand', async () => {
    const local = LocalFleet.withModels(stack, { plan: always({ startingMs: 1, compilingMs: 600_000 }), quota: undefined });
    const byHand = local.stateMachine.start({});
    await minutes(local, 1);
    await trickle(local, ['d']);
    expect(begun(local)).toContain('d');
    for (const execution of [byHand, ...local.uploads]) { await local.settle(execution); }
  });

  test.each(['before', 'after'])('are queued once when the call that queues them fails %s it is done', async when => {
    let calls = 0;
    const local = new LocalFleet(stack, {
      plan: always({ startingMs: 1, compilingMs: 1 }),
      wrapCall: call => async (resource, args) => {
        if (/:startExecution$/.test(resource) && ++calls === 1) {
          if (when === 'after') { await call(resource, args); }
          throw new StatesError('Sfn.SfnException', 'Service Unavailable');
        }
        return call(resource, args);
      },
    });
    await local.uploadAll(['models/a.tar.gz']);
    expect(calls).toBe(2);
    expect(local.uploads).toHaveLength(1);
    await local.settle(local.uploads[0]);
    expect(local.records('COMPLETED')).toHaveLength(2);
  });

  test('that are compiled already when the call that queues them is repeated are not queued again', async () => {
    const local = new LocalFleet(stack, {
      plan: always({ startingMs: 1, compilingMs: 1 }),
      wrapCall: call => async (resource, args) => {
        const result = await call(resource, args);
        if (/:startExecution$/.test(resource)) { throw new StatesError('Sfn.SfnException', 'the answer is lost'); }
        return result;
      },
    });
    local.upload('models/a.tar.gz');
    await minutes(local, 30);
    const [first] = local.stateMachine.all;
    expect([first.status, local.uploads.map(({ status }) => status)]).toEqual(['SUCCEEDED', ['SUCCEEDED']]);
    expect(local.steps.filter(({ state, isRetry }) => state === 'Queue the uploads' && isRetry)).not.toEqual([]);
    expect(local.records()).toHaveLength(2);
  });

  test('take turns with a maxConcurrentJobs that only the deployment knows', () => {
    const { stack: parameterized } = fleetStack(own => ({ startOnUpload: true, maxConcurrentJobs: new CfnParameter(own, 'Max', { type: 'Number' }).valueAsNumber }));
    const [definition] = Object.values(Template.fromStack(parameterized).findResources('AWS::StepFunctions::StateMachine'))
      .map(({ Properties }) => JSON.stringify(Properties.DefinitionString)).filter(text => text.includes('Wait for a turn'));
    expect(definition).toMatch(/\\"maxConcurrentJobs\\":",\{"Ref":"Max"\},/);
    expect(definition).not.toContain('e+');
  });

  const withList = (answer: (look: number) => object | undefined) => {
    let looks = 0;
    const local = new LocalFleet(stack, {
      plan: always({ startingMs: 1, compilingMs: 1 }),
      wrapCall: call => async (resource, args) => (/:listExecutions$/.test(resource) ? answer(++looks) : undefined) ?? call(resource, args),
    });
    return { local, looks: () => looks };
  };

  test('wait until the list of executions shows them, which may lag', async () => {
    const { local, looks } = withList(look => look <= 2 ? { Executions: [] } : undefined);
    const [execution] = await local.uploadAll(['models/a.tar.gz']);
    await local.settle(execution);
    expect(looks()).toBe(3);
    expect(local.records('COMPLETED')).toHaveLength(2);
  });

  test('take no turns while more executions run than a page of the list shows', async () => {
    const { local, looks } = withList(() => ({ Executions: [], NextToken: 'next' }));
    const [execution] = await local.uploadAll(['models/a.tar.gz']);
    await local.settle(execution);
    expect(looks()).toBe(1);
    expect(local.records('COMPLETED')).toHaveLength(2);
  });

  test.each([[{ key: 'elsewhere/a.tar.gz' }], [[{ key: 'models/a.zip' }]], [[{ key: 'models/a.tar.gz' }, { key: 5 }]], [{ key: [] }], [{ key: [[]] }], [{ key: null }]])('fails with %j, which the rule lets through for no upload', async input => {
    const local = LocalFleet.withModels(stack);
    const execution = await local.run(input);
    expect(execution.failure?.error).toBe('States.QueryEvaluationError');
    expect(local.records()).toEqual([]);
  });

  test('wait for weeks although the list of executions fails now and then', async () => {
    const { local, looks } = withList(look => {
      if (look % 10 === 0) { throw new StatesError('Sfn.SfnException', 'Rate exceeded (Service: Sfn, Status Code: 400)'); }
      return look < 800 ? { Executions: [] } : undefined;
    });
    const [execution] = await local.uploadAll(['models/a.tar.gz']);
    const from = local.time.now();
    await local.settle(execution);
    expect(execution.status).toBe('SUCCEEDED');
    expect(looks()).toBeGreaterThanOrEqual(800);
    expect(local.time.now() - from).toBeGreaterThan(10 * 86_400_000);
  });
});

test('fails with an input that it does not know', async () => {
  const { stack } = fleetStack();
  const execution = await LocalFleet.withModels(stack).run({ retryfailed: true, key: 'models/a.tar.gz' });
  expect(execution.failure?.cause).toMatch(/the input may have prefix, retryFailed, toleratedFailurePercentage; got: retryfailed, key/);
});

test.each(['models/a.tar.gz', ['models/a.tar.gz'], [['models/a.tar.gz']], 5, null, [], [[]], [{}], [{ prefix: 'models/a' }], [{ key: 'models/a.tar.gz' }, 5]])(
  'fails with the input %j, which is none, instead of compiling all models', async input => {
    for (const props of [{}, { startOnUpload: true }]) {
      const local = LocalFleet.withModels(fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromPrefix(models, 'models/', options), ...props })).stack);
      const execution = await local.run(input as object);
      expect(execution.failure?.cause).toMatch(/the input must be an object; got: /);
      expect(local.records()).toEqual([]);
    }
  });

test('a list of running executions is no more than Step Functions hands on', () => {
  const template = JSON.stringify(Template.fromStack(fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromPrefix(models, 'models/', options), startOnUpload: true })).stack));
  const [, maxResults] = /listExecutions.*?MaxResults\D+(\d+)/.exec(template)!;
  const execution = { ExecutionArn: 'x'.repeat(256), StateMachineArn: 'x'.repeat(256), Name: 'x'.repeat(80), Status: 'RUNNING', StartDate: new Date(0).toISOString() };
  expect(Number(maxResults) * JSON.stringify(execution).length).toBeLessThan(256 * 1024);
});

test('what is wrong with a model is final at once, and no call is made again', async () => {
  const { stack } = fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromList([neo.NeoModel.fromBucket(models as s3.Bucket, 'gone.tar.gz', options)]), targets: [C5] }));
  const local = new LocalFleet(stack);
  const execution = await local.run({ toleratedFailurePercentage: 100 });
  expect(local.results(execution).failed.map(({ Cause }) => Cause)).toEqual([expect.stringContaining('there is no model archive at')]);
  expect(local.time.now()).toBe(Date.UTC(2030, 0, 1));
});
