import { Aws } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { C5, fleetStack, LocalFleet, pairs } from './fleet-harness';
import { always } from '../../local/sagemaker';
import * as neo from '../../src';

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

  test('takes folders side by side', () => {
    expect(() => fleetStack((_, models) => ({
      outputBucket: models, resultsBucket: models, outputPrefix: 'compiled', models: neo.NeoFleetModels.fromPrefix(models, 'models/', options),
    }))).not.toThrow();
  });

  test('fails when it runs where a token has hidden it', async () => {
    const { stack } = fleetStack((_, models) => ({
      outputBucket: models, outputPrefix: `${Aws.REGION}/out`, models: neo.NeoFleetModels.fromPrefix(models, Aws.REGION, options), targets: [C5],
    }));
    const local = new LocalFleet(stack);
    local.place('us-east-1/a.tar.gz');
    const execution = await local.run();
    expect(execution.failure?.cause).toMatch(/outputPrefix must not be below the prefix of the models/);
    expect(local.records()).toEqual([]);
  });
});

test('fails when a model with all its targets is more than Step Functions hands on, with the sizes', () => {
  const targets = Array.from({ length: 20 }, (_, i) => ({ target: neo.NeoTarget.ML_C5, compilerOptions: neo.NeoCompilerOptions.of({ mattr: [`+o${i}`] }) }));
  const fleet = (bytes: number) => fleetStack((_, models) => ({ targets, models: neo.NeoFleetModels.fromPrefix(models, 'models/', { ...options, dataInputShape: shapeOf(bytes) }) }));
  expect(() => fleet(12_000)).toThrow(/targets must be fewer, .* at most 262144 bytes, .*; got: \d+ bytes for 20 targets/);
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

  test.each([[{ key: 'elsewhere/a.tar.gz' }], [[{ key: 'models/a.zip' }]], [[{ key: 'models/a.tar.gz' }, { key: 5 }]]])('fails with %j, which the rule lets through for no upload', async input => {
    const execution = await LocalFleet.withModels(stack).run(input);
    expect(execution.failure?.error).toBe('States.QueryEvaluationError');
  });
});

test('fails with an input that it does not know', async () => {
  const { stack } = fleetStack();
  const execution = await LocalFleet.withModels(stack).run({ retryfailed: true, key: 'models/a.tar.gz' });
  expect(execution.failure?.cause).toMatch(/the input may have prefix, retryFailed, toleratedFailurePercentage; got: retryfailed, key/);
});

test('what is wrong with a model is final at once, and no call is made again', async () => {
  const { stack } = fleetStack((_, models) => ({ models: neo.NeoFleetModels.fromList([neo.NeoModel.fromBucket(models as s3.Bucket, 'gone.tar.gz', options)]), targets: [C5] }));
  const local = new LocalFleet(stack);
  const execution = await local.run({ toleratedFailurePercentage: 100 });
  expect(local.results(execution).failed.map(({ Cause }) => Cause)).toEqual([expect.stringContaining('there is no model archive at')]);
  expect(local.time.now()).toBe(Date.UTC(2030, 0, 1));
});
