import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { C5, fleetStack, JETSON, LocalFleet, pairs } from './fleet-harness';
import { makeModel } from '../../examples/private-compilation/model/make-model';
import { always } from '../../local/sagemaker';
import * as neo from '../../src';

const { stack } = fleetStack();
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-fleet-models-'));
afterAll(() => fs.rmSync(temporary, { recursive: true }));

describe('sources of models', () => {
  const shape = neo.NeoDataInputShape.of('data', 1, 3, 8, 8);

  test('a list: each with its framework; the digest is looked up where the template cannot know it', async () => {
    const { stack: listed } = fleetStack((_, models) => ({
      models: neo.NeoFleetModels.fromList([
        neo.NeoModel.fromBucket(models, 'x.tar.gz', { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: shape }),
        neo.NeoModel.fromBucket(models, 'y.tar.gz', { framework: neo.NeoFramework.MXNET_1_8, dataInputShape: shape, modelVersion: 'v1' }),
        neo.NeoModel.fromModelPackageVersion('arn:aws:sagemaker:us-east-1:111122223333:model-package/p/1'),
      ]),
      targets: [C5],
    }));
    const local = new LocalFleet(listed);
    local.place('x.tar.gz');
    local.place('y.tar.gz');
    expect(local.results(await local.run()).failed).toEqual([]);
    expect(local.records().map(({ request }) => request.InputConfig?.Framework ?? request.ModelPackageVersionArn!.slice(-3)).sort()).toEqual(
      ['MXNET', 'PYTORCH', 'p/1']);
    local.place('x.tar.gz', 'changed');
    local.place('y.tar.gz', 'changed, but its version says it is not');
    await local.run();
    expect(local.records()).toHaveLength(4);
    expect(local.records()[3].request.InputConfig!.Framework).toBe('PYTORCH');
  });

  test('an asset is compiled without a look-up, as its key names its content', async () => {
    const archive = path.join(temporary, 'stripes.tar.gz');
    makeModel(archive);
    const { stack: listed } = fleetStack(() => ({
      models: neo.NeoFleetModels.fromList([neo.NeoModel.fromAsset(archive, {
        framework: neo.NeoFramework.ONNX, dataInputShape: neo.NeoDataInputShape.of('image', 1, 3, 32, 32),
      })]),
      targets: [C5],
    }));
    const local = new LocalFleet(listed, { modelsMustExist: false });
    expect(local.results(await local.run()).succeeded).toHaveLength(1);
    expect(local.steps.map(({ state }) => state)).not.toContain('Look up the digest');
  });

  const rows = (bucket: string) => [
    { s3Uri: `s3://${bucket}/x.tar.gz`, framework: 'TENSORFLOW', frameworkVersion: '2.9', dataInputConfig: '{"in, put":[1,2]}' },
    { s3Uri: `s3://${bucket}/y.tar.gz`, etag: createHash('md5').update('y.tar.gz').digest('hex'), targetDevice: 'rasp4b' },
    { s3Uri: `s3://${bucket}/missing.tar.gz` },
    { framework: 'ONNX' },
    { s3Uri: `s3://${bucket}/y.tar.gz`, compilerOptions: '{"dtype":"int64"}' },
    { s3Uri: `s3://${bucket}/y.tar.gz`, framework: 'TFLITE', frameworkVersion: '1.15', targetDevice: 'imx8mplus' },
  ];
  const columns = ['s3Uri', 'etag', 'framework', 'frameworkVersion', 'dataInputConfig', 'targetDevice', 'compilerOptions'];
  const formats: Record<string, (list: any[]) => string> = {
    JSON: list => JSON.stringify(list),
    JSONL: list => list.map(row => JSON.stringify(row)).join('\n'),
    CSV: list => [columns, ...list.map(row => columns.map(column => `"${(row[column] ?? '').replace(/"/g, '""')}"`))].map(cells => cells.join(',')).join('\r\n'),
  };

  test.each(Object.keys(formats))('a manifest in %s: rows with their own values, defaults for the rest, faulty rows among the failures', async format => {
    const { stack: listed } = fleetStack((_, models) => ({
      models: neo.NeoFleetModels.fromManifest(models, 'manifest', format as neo.NeoManifestFormat, { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: shape }),
    }));
    const local = new LocalFleet(listed);
    local.place('x.tar.gz');
    local.place('y.tar.gz');
    local.place('manifest', formats[format](rows(local.bucket('Models'))));
    const { succeeded, failed } = local.results(await local.run({ toleratedFailurePercentage: 60 }));
    expect(pairs(succeeded)).toEqual(['x.tar.gz jetson_nano', 'x.tar.gz ml_c5', 'y.tar.gz imx8mplus', 'y.tar.gz rasp4b']);
    const inputs = local.records().map(({ request }) => request.InputConfig!);
    expect(inputs.map(({ Framework, FrameworkVersion, DataInputConfig }) => [Framework, FrameworkVersion, DataInputConfig]).sort()).toEqual([
      ['PYTORCH', '1.8', '{"data":[1,3,8,8]}'], ['TENSORFLOW', '2.9', '{"in, put":[1,2]}'], ['TENSORFLOW', '2.9', '{"in, put":[1,2]}'],
      // AWS's SDK sends no version for this device.
      ['TFLITE', undefined, '{"data":[1,3,8,8]}'],
    ].sort());
    expect(failed.map(({ Error }) => Error).sort()).toEqual(
      ['NeoFleetRowInvalid', 'NeoFleetRowInvalid', 'States.QueryEvaluationError', 'States.QueryEvaluationError']);
    for (const [cause, times] of [['there is no model archive at s3://', 2], ['names neither s3Uri nor modelPackageVersionArn', 1], ['has compilerOptions, but no targetDevice', 1]] as const) {
      expect(failed.filter(({ Cause }) => Cause.includes(cause))).toHaveLength(times);
    }
  });

  describe('uploads', () => {
    const { stack: uploading } = fleetStack(() => ({ startOnUpload: true }));

    test('compile that model alone, once however often they are announced', async () => {
      const local = new LocalFleet(uploading);
      local.place('models/a.tar.gz');
      for (let i = 0; i < 2; i++) {
        const [execution] = await local.uploadAll(['models/new.tar.gz']);
        await local.settle(execution);
        expect(pairs(local.results(execution).succeeded)).toEqual(['new.tar.gz jetson_nano', 'new.tar.gz ml_c5']);
      }
      expect(local.records()).toHaveLength(2);
      // The whole prefix, later, knows what the upload has compiled.
      await local.run();
      expect(local.records()).toHaveLength(4);
    });

    test('of new content under an old key compile again', async () => {
      const local = new LocalFleet(uploading);
      for (const content of ['first', 'second', 'second', 'first']) {
        const [execution] = await local.uploadAll(['models/a.tar.gz'], () => content);
        await local.settle(execution);
        expect(local.results(execution).succeeded).toHaveLength(2);
      }
      expect(local.records()).toHaveLength(4);
    });

    test.each([
      ['models/b.zip', 0], ['elsewhere/b.tar.gz', 0], ['models/deep/er/b.tar.gz', 1], ['models/with space "and" *.tar.gz', 1],
    ])('of %s start %d executions', async (key, executions) => {
      const local = new LocalFleet(uploading);
      const started = await local.uploadAll([key]);
      expect(started).toHaveLength(executions);
      for (const execution of started) {
        await local.settle(execution);
        expect(local.results(execution).succeeded.map(({ Model }) => Model)).toEqual([0, 1].map(() => `s3://${local.bucket('Models')}/${key}`));
      }
    });

    const failing = (...devices: string[]) => ({ plan: (request: any) => devices.includes(request.OutputConfig.TargetDevice) ? { failureReason: 'broken' } : {} });

    test('go on with the other targets when one fails, and fail when all do', async () => {
      const local = new LocalFleet(uploading, failing('ml_c5'));
      const [execution] = await local.uploadAll(['models/a.tar.gz']);
      await local.settle(execution);
      const { succeeded, failed } = local.results(execution);
      expect([succeeded.length, failed.length]).toEqual([1, 1]);

      const broken = new LocalFleet(uploading, failing('ml_c5', 'jetson_nano'));
      const [none] = await broken.uploadAll(['models/a.tar.gz']);
      await broken.settle(none);
      expect(none.failure?.error).toBe('States.ExceedToleratedFailureThreshold');
    });

    test('keep to the percentage that the fleet is given', async () => {
      const { stack: strict } = fleetStack(() => ({ startOnUpload: true, toleratedFailurePercentage: 0 }));
      const local = new LocalFleet(strict, failing('ml_c5'));
      const [execution] = await local.uploadAll(['models/a.tar.gz']);
      await local.settle(execution);
      expect(execution.status).toBe('FAILED');
    });

    test('start nothing unless asked for', async () => {
      expect(await new LocalFleet(stack).uploadAll(['models/a.tar.gz'])).toEqual([]);
    });
  });

  test('a longer prefix in the input compiles those models alone', async () => {
    const local = new LocalFleet(stack);
    ['models/a/1', 'models/a/2', 'models/b/1'].forEach(key => local.place(`${key}.tar.gz`));
    const { succeeded } = local.results(await local.run({ prefix: 'models/a/' }));
    expect(pairs(succeeded)).toEqual(['1.tar.gz jetson_nano', '1.tar.gz ml_c5', '2.tar.gz jetson_nano', '2.tar.gz ml_c5']);
  });

  test('a model that is replaced while it waits for its turn is compiled as what it is by then', async () => {
    const { stack: one } = fleetStack(() => ({ maxConcurrentJobs: 1, targets: [C5] }));
    const local = new LocalFleet(one, { plan: always({ startingMs: 60_000, compilingMs: 600_000 }) });
    ['a', 'b'].forEach(name => local.place(`models/${name}.tar.gz`, `first ${name}`));
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(60_000));
    local.place('models/b.tar.gz', 'second b');
    await local.settle(execution);
    const digests = local.results(execution).succeeded.map(({ Digest }) => Digest);
    expect(digests).toEqual(['first a', 'second b'].map(content => createHash('md5').update(content).digest('hex')));
    // Putting the first one back does not give the second one's artifact.
    local.place('models/b.tar.gz', 'first b');
    await local.run();
    expect(local.records()).toHaveLength(3);
  });

  test('plans keep within what Step Functions hands on, however long shapes and options are', async () => {
    const inputs = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`input_with_a_long_name_${i}`, [1, 3, 224, 224]]));
    const { stack: long } = fleetStack((_, models) => ({
      models: neo.NeoFleetModels.fromPrefix(models, 'models/', { framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: neo.NeoDataInputShape.fromMap(inputs) }),
      targets: [C5, JETSON, { target: neo.NeoTarget.RASP4B }, { target: neo.NeoTarget.RK3399 }],
    }));
    const local = new LocalFleet(long, { plan: always({ startingMs: 1, compilingMs: 1 }) });
    for (let i = 0; i < 60; i++) { local.place(`models/${i}.tar.gz`); }
    expect(local.results(await local.run()).succeeded).toHaveLength(240);
  });

  test('thousands of pairs go through the plan, not through the state', async () => {
    const local = new LocalFleet(stack, { plan: always({ startingMs: 1, compilingMs: 1 }), quota: undefined });
    for (let i = 0; i < 700; i++) { local.place(`models/${'long'.repeat(50)}-${i}.tar.gz`); }
    expect(local.results(await local.run()).succeeded).toHaveLength(1_400);
  });
});
