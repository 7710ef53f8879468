import { App, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { C5, fleetStack, JETSON, LocalFleet, pairs } from './fleet-harness';
import { always, faults } from '../../local/sagemaker';
import * as neo from '../../src';

const HOUR = 3_600_000;
const { stack } = fleetStack();

describe('an execution', () => {
  test('compiles every model below the prefix for every target, and lists the artifacts', async () => {
    const local = LocalFleet.withModels(stack);
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
    const local = LocalFleet.withModels(stack, {}, ['a']);
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
    const local = LocalFleet.withModels(stack, {}, []);
    const execution = await local.run();
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.output).toEqual({ Compilations: 0 });
    expect(local.records()).toEqual([]);
  });

  test('never has more jobs at once than the quota', async () => {
    const local = LocalFleet.withModels(stack, { quota: undefined }, [...'abcdefghij']);
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
    const local = LocalFleet.withModels(stack, { faults: [{ operation: 'CreateCompilationJob', fault: faults.quotaTaken(), when: ({ now }: any) => now < Date.UTC(2030, 0, 1, 6) }] });
    const execution = await local.run();
    expect(local.results(execution).succeeded).toHaveLength(6);
    // Full jitter: the calls of those who wait spread out.
    const attempts = local.calls.filter(({ operation, effect }) => operation === 'CreateCompilationJob' && !effect).map(({ at }) => at);
    expect(attempts.length).toBeLessThan(4 * 6 * 60);
    expect(new Set(attempts.slice(12)).size).toBe(attempts.slice(12).length);
  });

  test('outlives throttling and broken connections, without doubling a job', async () => {
    const local = LocalFleet.withModels(stack, {
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
    const local = LocalFleet.withModels(stack);
    const first = local.results(await local.run());
    const second = local.results(await local.run());
    expect(local.records()).toHaveLength(6);
    const artifacts = (results: typeof first) => results.succeeded.map(({ ModelArtifacts }) => ModelArtifacts).sort();
    expect(artifacts(second)).toEqual(artifacts(first));
    expect(second.succeeded.every(({ Reused }) => Reused)).toBe(true);
  });

  test('compiles a model again whose content has changed under its key, and no other', async () => {
    const local = LocalFleet.withModels(stack);
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
    const local = LocalFleet.withModels(stack, { quota: 8 });
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
    const executions = Array.from({ length: 30 }, (_, i) => {
      local.place(`models/${i}.tar.gz`);
      return local.stateMachine.start({ prefix: `models/${i}.tar.gz` });
    });
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

test('a job that cannot be described right after its name was taken is waited for', async () => {
  const notYet = { operation: 'DescribeCompilationJob', nth: [1, 2, 3], fault: faults.error('ResourceNotFound', 'Could not find requested job') };
  const local = LocalFleet.withModels(stack, { faults: [{ operation: 'CreateCompilationJob', fault: faults.responseLost(), nth: 1 }, notYet] }, ['a']);
  expect(local.results(await local.run()).succeeded).toHaveLength(2);
  expect(local.records()).toHaveLength(2);
});

test.each([
  ['waits four weeks for an instance', { startingMs: 28 * 24 * HOUR, compilingMs: 0.1 * HOUR }],
  ['runs for a day', { startingMs: 60_000, compilingMs: 24 * HOUR }],
])('a job that %s stays below 25,000 events, and its place is free soon after', async (_, plan) => {
  const { stack: patient } = fleetStack(() => ({ targets: [C5], maxRuntime: Duration.days(2), pollInterval: Duration.seconds(1) }));
  const local = LocalFleet.withModels(patient, { plan: always(plan) }, ['a']);
  const execution = await local.run();
  expect(local.results(execution).succeeded).toHaveLength(1);
  const [child] = execution.mapRuns.find(({ arn }) => arn.includes('/Compile'))!.children;
  expect(child!.eventCount).toBeLessThan(20_000);
  const [{ history }] = local.records();
  expect(local.time.now() - history[history.length - 1].at).toBeLessThanOrEqual(0.5 * HOUR);
});

test('devices for which AWS\'s SDK sends no framework version get none', async () => {
  const { stack: dropping } = fleetStack((_, models) => ({
    models: neo.NeoFleetModels.fromPrefix(models, 'models/', { framework: neo.NeoFramework.TFLITE_1_15, dataInputShape: neo.NeoDataInputShape.of('data', 1, 8, 8, 3) }),
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
    maxConcurrentJobs: 1,
    targets: [C5],
    pollInterval: Duration.seconds(5),
    models: neo.NeoFleetModels.fromPrefix(bucket, 'models/', { framework: neo.NeoFramework.XGBOOST }),
  });
  expect(`${fleet.jobNamePrefix}-${'0'.repeat(32)}-9999`).toMatch(/^[a-z0-9](-*[a-z0-9]){0,62}$/);
});
