import { createHash } from 'node:crypto';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { C5, fleetStack, JETSON, LocalFleet } from './fleet-harness';
import { always, faults } from '../../local/sagemaker';
import { StatesError, TaskCall } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';

const { stack } = fleetStack();

/** A fleet with models a, b and c in its prefix. */
function withModels(props = {}, names = ['a', 'b', 'c']): LocalFleet {
  const local = new LocalFleet(stack, props);
  names.forEach(name => local.place(`models/${name}.tar.gz`));
  return local;
}

const pairs = (results: any[]) => results.map(({ Model, Target }) => `${/[^/]+$/.exec(Model)![0]} ${Target.TargetDevice}`).sort();

describe('an execution', () => {
  test('compiles every model below the prefix for every target, and lists the artifacts', async () => {
    const local = withModels();
    local.place('models/readme.txt');
    local.place('elsewhere/d.tar.gz');
    const execution = await local.run();

    const { succeeded, failed } = local.results(execution);
    expect(failed).toEqual([]);
    expect(pairs(succeeded)).toEqual(['a', 'b', 'c'].flatMap(name => [`${name}.tar.gz jetson_nano`, `${name}.tar.gz ml_c5`]).sort());
    for (const { ModelArtifacts, CompilationJobName } of succeeded) {
      const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec(ModelArtifacts)!;
      expect(local.store.get(bucket, key)).toBeDefined();
      expect(key).toContain(`neo/${CompilationJobName}/`);
    }
  });

  test('asks for each job in the private network, under its role, with shape, options and limits', async () => {
    const local = withModels({}, ['a']);
    await local.run();
    const { template } = local;
    const jetson = local.records().find(({ request }) => request.OutputConfig!.TargetDevice === 'jetson_nano')!;
    expect(jetson.request).toMatchObject({
      RoleArn: template.resolve({ 'Fn::GetAtt': [template.find('AWS::IAM::Role').find(id => id.includes('NetworkRole')), 'Arn'] }),
      InputConfig: { Framework: 'PYTORCH', FrameworkVersion: '1.8', DataInputConfig: '{"input0":[1,3,224,224]}' },
      OutputConfig: { CompilerOptions: JETSON.compilerOptions.toJson(stack) },
      StoppingCondition: { MaxRuntimeInSeconds: 900 },
      VpcConfig: { Subnets: [expect.stringMatching(/^subnet-/), expect.stringMatching(/^subnet-/)], SecurityGroupIds: [expect.stringMatching(/^sg-/)] },
    });
  });

  test('with nothing below the prefix does nothing and succeeds', async () => {
    const local = withModels({}, []);
    const execution = await local.run();
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.output).toEqual({ Compilations: 0 });
    expect(local.records()).toEqual([]);
  });

  test('never has more jobs at once than the quota', async () => {
    const local = withModels({ quota: undefined }, [...'abcdefghij']);
    let most = 0;
    const watch = local.frontEnd.service;
    const original = watch.call.bind(watch);
    watch.call = ((operation: any, input: any) => {
      const result = original(operation, input);
      most = Math.max(most, watch.activeJobs());
      return result;
    }) as any;
    await local.run();
    expect(local.records('COMPLETED')).toHaveLength(20);
    expect(most).toBe(4);
  });

  test('waits for a quota that others have used up', async () => {
    const local = withModels({ faults: [{ operation: 'CreateCompilationJob', fault: faults.quotaTaken(), when: ({ now }: any) => now < Date.UTC(2030, 0, 1, 6) }] });
    const execution = await local.run();
    expect(local.results(execution).succeeded).toHaveLength(6);
    // Full jitter: the calls of those who wait spread out.
    const attempts = local.calls.filter(({ operation, effect }) => operation === 'CreateCompilationJob' && !effect).map(({ at }) => at);
    expect(attempts.length).toBeLessThan(4 * 6 * 60);
    expect(new Set(attempts.slice(12)).size).toBe(attempts.slice(12).length);
  });

  test('outlives throttling and broken connections, without doubling a job', async () => {
    const local = withModels({
      faults: [
        { fault: faults.throttling(), probability: 0.1 },
        { operation: 'CreateCompilationJob', fault: faults.responseLost(), nth: [2, 4] },
        { operation: 'DescribeCompilationJob', fault: faults.connectionReset(), nth: [1, 3] },
      ],
    });
    const execution = await local.run();
    expect(local.results(execution).succeeded).toHaveLength(6);
    expect(local.records()).toHaveLength(6);
  });
});

describe('the same again', () => {
  test('compiles nothing twice, and gives the same results', async () => {
    const local = withModels();
    const first = local.results(await local.run());
    const second = local.results(await local.run());
    expect(local.records()).toHaveLength(6);
    const artifacts = (results: typeof first) => results.succeeded.map(({ ModelArtifacts }) => ModelArtifacts).sort();
    expect(artifacts(second)).toEqual(artifacts(first));
    expect(second.succeeded.every(({ Reused }) => Reused)).toBe(true);
  });

  test('compiles a model again whose content has changed under its key, and no other', async () => {
    const local = withModels();
    await local.run();
    local.place('models/b.tar.gz', 'new content');
    await local.run();
    expect(local.records()).toHaveLength(8);
    expect(local.records().slice(6).every(({ request }) => request.InputConfig!.S3Uri!.endsWith('/b.tar.gz'))).toBe(true);
  });

  test('compiles the same content under two keys once', async () => {
    const local = new LocalFleet(stack);
    local.place('models/a.tar.gz', 'content');
    local.place('models/copy-of-a.tar.gz', 'content');
    const { succeeded } = local.results(await local.run());
    expect(succeeded).toHaveLength(4);
    expect(local.records()).toHaveLength(2);
  });

  test('two executions at once share their jobs', async () => {
    const local = withModels({ quota: 8 });
    const [one, two] = [local.stateMachine.start(), local.stateMachine.start()];
    await local.settle(one);
    await local.settle(two);
    expect(local.records()).toHaveLength(6);
    expect(local.results(one).succeeded).toHaveLength(6);
    expect(local.results(two).succeeded).toHaveLength(6);
  });

  test('many executions at once wait for the account\'s quota: no more jobs than that, none lost or doubled', async () => {
    const { stack: uploading } = fleetStack(() => ({ startOnUpload: true }));
    const local = new LocalFleet(uploading, { quota: 4 });
    let most = 0;
    const executions = Array.from({ length: 30 }, (_, i) => local.upload(`models/${i}.tar.gz`)[0]);
    for (const execution of executions) {
      await local.settle(execution);
      most = Math.max(most, local.service.activeJobs());
      expect(local.results(execution).succeeded).toHaveLength(2);
    }
    expect(local.records('COMPLETED')).toHaveLength(60);
    expect(local.records()).toHaveLength(60);
    expect(most).toBeLessThanOrEqual(4);
    const refused = local.calls.filter(({ outcome }) => outcome === 'ResourceLimitExceeded').map(({ at }) => at);
    expect(refused.length).toBeGreaterThan(60);
    // Full jitter: those who came together do not come back together.
    expect(new Set(refused.slice(60)).size).toBe(refused.length - 60);
  });
});

test.each(['SageMaker.ResourceInUse', 'Sagemaker.ResourceInUseException', 'Sagemaker.ResourceInUse'])('errors may be spelled like %s: AWS lists their names nowhere', async like => {
  const respelled = (error: string) => (like.endsWith('Exception') ? error : error.replace(/Exception$/, '')).replace('SageMaker', like.split('.')[0]);
  const local = withModels({
    faults: [{ operation: 'CreateCompilationJob', nth: [1, 2, 3, 4, 5, 6, 7, 8], fault: faults.quotaTaken() }],
    plan: (request: any, index: number) => index < 6 && request.InputConfig.S3Uri.endsWith('/b.tar.gz') ? { failureReason: 'broken' } : {},
    wrapCall: (call: TaskCall): TaskCall => (resource, args) => call(resource, args).catch(err => {
      throw err instanceof StatesError && /Resource/.test(err.error) ? new StatesError(respelled(err.error), err.cause) : err;
    }),
  });
  await local.run({ toleratedFailurePercentage: 100 });
  // Names that are taken are found; behind a failed job, its next attempt is looked for.
  const { succeeded, failed } = local.results(await local.run({ toleratedFailurePercentage: 100 }));
  expect([succeeded.length, failed.length, local.records().length]).toEqual([4, 2, 6]);
  expect(failed.map(({ Error }) => Error)).toEqual(['NeoCompilationFailed', 'NeoCompilationFailed']);
});

describe('an input that is wrong fails at once, in words', () => {
  test.each([
    [{ retryFailed: 'yes' }, 'retryFailed must be true or false; got: yes'],
    [{ toleratedFailurePercentage: 101 }, 'toleratedFailurePercentage must be 0 to 100; got: 101'],
    [{ toleratedFailurePercentage: -1 }, 'toleratedFailurePercentage must be 0 to 100; got: -1'],
    [{ toleratedFailurePercentage: '50' }, 'toleratedFailurePercentage must be a number; got: 50'],
    [{ prefix: 'secrets/' }, 'prefix must begin with that of the fleet; got: secrets/'],
    [{ prefix: 5 }, 'prefix must begin with that of the fleet; got: 5'],
  ])('%j', async (input, message) => {
    const local = withModels();
    const { status, failure } = await local.run(input);
    expect([status, failure?.error]).toEqual(['FAILED', 'States.QueryEvaluationError']);
    expect(failure?.cause).toContain(message);
    expect(local.records()).toEqual([]);
  });

  test('a percentage that is no whole number is rounded down, as Step Functions takes no other', async () => {
    const local = withModels({ plan: (_: any, index: number) => index === 0 ? { failureReason: 'broken' } : {} });
    // One of six is 16.67 percent.
    expect((await local.run({ toleratedFailurePercentage: 16.9 })).status).toBe('FAILED');
    expect((await local.run({ toleratedFailurePercentage: 17.9 })).status).toBe('SUCCEEDED');
  });
});

describe('failed compilations', () => {
  const failing = { plan: (request: any, index: number) => index < 6 && request.InputConfig.S3Uri.endsWith('/b.tar.gz') ? { failureReason: 'ClientError: broken' } : {} };

  test('are tolerated to the percentage, and listed with SageMaker\'s reason', async () => {
    const local = withModels(failing);
    const execution = await local.run({ toleratedFailurePercentage: 34 });
    const { succeeded, failed } = local.results(execution);
    expect(succeeded).toHaveLength(4);
    expect(failed.map(({ Error, Cause }) => [Error, Cause])).toEqual([0, 1].map(() =>
      ['NeoCompilationFailed', expect.stringMatching(/^stack-fleet-.*-1 FAILED: ClientError: broken$/)]));
  });

  test('beyond it end the execution, and the jobs that still run', async () => {
    const local = withModels(failing);
    const execution = await local.run();
    expect(execution.failure?.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(local.records().every(({ status }) => !['STARTING', 'INPROGRESS', 'STOPPING'].includes(status))).toBe(true);
  });

  test('are not compiled again by another execution, and reported again', async () => {
    const local = withModels(failing);
    await local.run({ toleratedFailurePercentage: 100 });
    const { failed, succeeded } = local.results(await local.run({ toleratedFailurePercentage: 100 }));
    expect(local.records()).toHaveLength(6);
    expect(failed).toHaveLength(2);
    expect(succeeded).toHaveLength(4);
  });

  test('are compiled again with retryFailed, under the next name, and known from then on', async () => {
    const local = withModels(failing);
    await local.run({ toleratedFailurePercentage: 100 });
    const again = local.results(await local.run({ retryFailed: true }));
    expect(again.succeeded).toHaveLength(6);
    expect(local.records().slice(6).map(({ name }) => name)).toEqual([expect.stringMatching(/-2$/), expect.stringMatching(/-2$/)]);
    // Without retryFailed, the later attempt is found behind the failed one.
    const third = local.results(await local.run());
    expect(third.succeeded).toHaveLength(6);
    expect(third.failed).toEqual([]);
    expect(local.records()).toHaveLength(8);
  });

  test('a request that the API rejects fails its compilation alone', async () => {
    const local = withModels({ faults: [{ operation: 'CreateCompilationJob', fault: faults.error('ValidationException', 'no'), when: ({ input }: any) => input.InputConfig.S3Uri.endsWith('/c.tar.gz') }] });
    const { failed } = local.results(await local.run({ toleratedFailurePercentage: 50 }));
    expect(failed.map(({ Error }) => Error)).toEqual(['SageMaker.SageMakerException', 'SageMaker.SageMakerException']);
  });

  test('a job that somebody stops by hand is not started again behind their back, but by the next execution', async () => {
    const local = withModels({}, ['a']);
    const execution = local.stateMachine.start({ toleratedFailurePercentage: 50 });
    await local.time.run(local.time.sleep(4_000));
    local.service.call('StopCompilationJob', { CompilationJobName: local.records()[0].name });
    await local.settle(execution);
    expect(local.results(execution).failed.map(({ Error }) => Error)).toEqual(['NeoCompilationStopped']);
    expect(local.results(await local.run()).succeeded).toHaveLength(2);
    expect(local.records()).toHaveLength(3);
  });
});

describe('sources of models', () => {
  const shape = neo.NeoDataInputShape.fromMap({ data: [1, 3, 8, 8] });

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
    const { stack: listed } = fleetStack(() => ({
      models: neo.NeoFleetModels.fromList([neo.NeoModel.fromAsset(`${__dirname}/fixtures/model.tar.gz`, { framework: neo.NeoFramework.XGBOOST })]),
      targets: [C5],
    }));
    const local = new LocalFleet(listed, { modelsMustExist: false });
    expect(local.results(await local.run()).succeeded).toHaveLength(1);
    expect(local.steps.map(({ state }) => state)).not.toContain('Look up the digest');
  });

  const rows = (bucket: string) => [
    { s3Uri: `s3://${bucket}/x.tar.gz`, framework: 'TENSORFLOW', frameworkVersion: '2.9', dataInputConfig: '{"in, put":[1,2]}' },
    { s3Uri: `s3://${bucket}/y.tar.gz`, etag: 'abc', targetDevice: 'rasp4b' },
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
      [...Array(4).fill('NeoFleetRowInvalid'), 'States.QueryEvaluationError', 'States.QueryEvaluationError']);
    for (const cause of ['there is no model archive at s3://', 'names neither s3Uri nor modelPackageVersionArn', 'has compilerOptions, but no targetDevice']) {
      expect(failed.filter(({ Cause }) => Cause.includes(cause))).toHaveLength(2);
    }
  });

  describe('uploads', () => {
    const { stack: uploading } = fleetStack(() => ({ startOnUpload: true }));

    test('compile that model alone, once however often they are announced', async () => {
      const local = new LocalFleet(uploading);
      local.place('models/a.tar.gz');
      for (let i = 0; i < 2; i++) {
        const [execution] = local.upload('models/new.tar.gz');
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
        const [execution] = local.upload('models/a.tar.gz', content);
        await local.settle(execution);
        expect(local.results(execution).succeeded).toHaveLength(2);
      }
      expect(local.records()).toHaveLength(4);
    });

    test.each([
      ['models/b.zip', 0], ['elsewhere/b.tar.gz', 0], ['models/deep/er/b.tar.gz', 1], ['models/with space "and" *.tar.gz', 1],
    ])('of %s start %d executions', async (key, executions) => {
      const local = new LocalFleet(uploading);
      const started = local.upload(key);
      expect(started).toHaveLength(executions);
      for (const execution of started) {
        await local.settle(execution);
        expect(local.results(execution).succeeded.map(({ Model }) => Model)).toEqual([0, 1].map(() => `s3://${local.bucket('Models')}/${key}`));
      }
    });

    const failing = (...devices: string[]) => ({ plan: (request: any) => devices.includes(request.OutputConfig.TargetDevice) ? { failureReason: 'broken' } : {} });

    test('go on with the other targets when one fails, and fail when all do', async () => {
      const local = new LocalFleet(uploading, failing('ml_c5'));
      const [execution] = local.upload('models/a.tar.gz');
      await local.settle(execution);
      const { succeeded, failed } = local.results(execution);
      expect([succeeded.length, failed.length]).toEqual([1, 1]);

      const broken = new LocalFleet(uploading, failing('ml_c5', 'jetson_nano'));
      const [none] = broken.upload('models/a.tar.gz');
      await broken.settle(none);
      expect(none.failure?.error).toBe('States.ExceedToleratedFailureThreshold');
    });

    test('keep to the percentage that the fleet is given', async () => {
      const { stack: strict } = fleetStack(() => ({ startOnUpload: true, toleratedFailurePercentage: 0 }));
      const local = new LocalFleet(strict, failing('ml_c5'));
      const [execution] = local.upload('models/a.tar.gz');
      await local.settle(execution);
      expect(execution.status).toBe('FAILED');
    });

    test('start nothing unless asked for', () => {
      expect(new LocalFleet(stack).upload('models/a.tar.gz')).toEqual([]);
    });
  });

  test('a longer prefix in the input compiles those models alone', async () => {
    const local = new LocalFleet(stack);
    ['models/a/1', 'models/a/2', 'models/b/1'].forEach(key => local.place(`${key}.tar.gz`));
    const { succeeded } = local.results(await local.run({ prefix: 'models/a/' }));
    expect(pairs(succeeded)).toEqual(['1.tar.gz jetson_nano', '1.tar.gz ml_c5', '2.tar.gz jetson_nano', '2.tar.gz ml_c5']);
  });

  test('a model that is replaced while it waits for its turn is compiled as what it is by then', async () => {
    const { stack: one } = fleetStack(() => ({ quota: 1, targets: [C5] }));
    const local = new LocalFleet(one, { plan: always({ startingMs: 60_000, compilingMs: 600_000 }) });
    ['a', 'b'].forEach(name => local.place(`models/${name}.tar.gz`, `first ${name}`));
    const execution = local.stateMachine.start();
    await local.time.run(local.time.sleep(60_000));
    local.place('models/b.tar.gz', 'second b');
    await local.settle(execution);
    const digests = local.results(execution).succeeded.map(({ Digest }) => Digest);
    expect(digests).toEqual(['first a', 'second b'].map(content => createHash('md5').update(content).digest('hex')));
    // Whoever puts the first one back does not get the second one's artifact.
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
  }, 120_000);
});

test('devices for which AWS\'s SDK sends no framework version get none', async () => {
  const { stack: dropping } = fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromPrefix(models, 'models/', { framework: neo.NeoFramework.TFLITE_1_15, dataInputShape: neo.NeoDataInputShape.fromMap({ data: [1, 8, 8, 3] }) }),
    targets: [{ target: neo.NeoTarget.IMX8MPLUS }, { target: neo.NeoTarget.RASP4B }],
  }));
  const local = new LocalFleet(dropping);
  local.place('models/a.tar.gz');
  await local.run();
  expect(local.records().map(({ request }) => request.InputConfig!.FrameworkVersion)).toEqual([undefined, '1.15']);
});

test('names fit the API and carry the prefix that IAM knows', async () => {
  const app = new App();
  const deep = new Stack(app, 'AStackWithAVeryLongNameIndeedSoThatItMustBeCut');
  const bucket = new s3.Bucket(deep, 'B');
  const vpc = new neo.NeoPrivateCompilationVpc(deep, 'V', { buckets: [bucket] });
  const fleet = new neo.NeoCompilationFleet(deep, 'AFleetWithAVeryLongNameToo', {
    vpcConfig: vpc.vpcConfig,
    outputBucket: bucket,
    quota: 1,
    targets: [C5],
    pollInterval: Duration.seconds(5),
    models: neo.NeoFleetModels.fromPrefix(bucket, '', { framework: neo.NeoFramework.XGBOOST }),
  });
  expect(`${fleet.jobNamePrefix}-${'0'.repeat(32)}-9999`).toMatch(/^[a-z0-9](-*[a-z0-9]){0,62}$/);
});
