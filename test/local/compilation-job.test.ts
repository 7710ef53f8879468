import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LocalCloud, VirtualClock } from '../../local';
import { faults, FaultSchedule, FrontEnd, NeoService, Planner } from '../../local/sagemaker';
import { NeoCompilationJob, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

function app(targets: NeoTarget[], timeout?: Duration) {
  const root = new App();
  const stack = new Stack(root, 'Models');
  const bucket = new s3.Bucket(stack, 'Bucket');
  const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  const model = NeoModel.fromBucket(bucket, 'models/m.tar.gz', { framework: NeoFramework.XGBOOST });
  targets.forEach((target, index) => {
    const job = new NeoCompilationJob(stack, `Job${index}`, {
      vpcConfig: network.vpcConfig, model, target, timeout, maxRuntime: Duration.minutes(4), outputBucket: bucket,
    });
    new CfnOutput(stack, `Name${index}`, { value: job.jobName });
    new CfnOutput(stack, `Uri${index}`, { value: job.modelArtifactsUri });
  });
  return root.synth();
}

/** A minute's compilation for everything, a bad end for ml_m4, no instance for ml_p2. */
const plan: Planner = ({ OutputConfig }) => ({
  startingMs: OutputConfig?.TargetDevice === 'ml_p2' ? 3_600_000 : 10_000,
  compilingMs: 50_000,
  stoppingMs: 20_000,
  failureReason: OutputConfig?.TargetDevice === 'ml_m4' ? 'ClientError: bad model' : undefined,
});

/** The real construct, handler and waiter against the stand-in, with at most two jobs at once. */
async function inCloud(assembly: ReturnType<typeof app>, run: (cloud: LocalCloud, service: NeoService) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const service = new NeoService({ now: clock.now, plan, quota: 2 });
  const cloud = new LocalCloud({ assembly, clock, sagemaker: new FrontEnd(service, { clock }) });
  try {
    await run(cloud, service);
    expect(cloud.exchanges.filter(({ answers }) => answers.filter(({ verdict }) => verdict === 'counted').length !== 1)).toEqual([]);
    expect(service.activeJobs()).toBe(0);
  } finally {
    await cloud.close();
  }
}

/** What the jobs made since the last call have come to. */
function newJobs(service: NeoService) {
  const all = service.records().slice(seen.get(service) ?? 0);
  seen.set(service, service.records().length);
  return all.map(({ request, status, deletedAt }) => `${request.OutputConfig?.TargetDevice} ${status}${deletedAt === undefined ? '' : ', deleted'}`);
}
const seen = new WeakMap<NeoService, number>();

test('the life of a stack: quota and lost answer, replacement, bad model, crash, delete', async () => {
  await inCloud(app([NeoTarget.ML_C5, NeoTarget.ML_C5, NeoTarget.ML_C5]), async (cloud, service) => {
    cloud.sagemaker.faults = new FaultSchedule([{ operation: 'CreateCompilationJob', nth: 1, fault: faults.responseLost() }]);
    const stack = await cloud.deploy('Models');
    expect([stack.status, stack.failures, newJobs(service)]).toEqual(['CREATE_COMPLETE', [], Array(3).fill('ml_c5 COMPLETED')]);
    const first = stack.outputs;

    await cloud.deploy('Models', { assembly: app([NeoTarget.ML_C5, NeoTarget.ML_C4, NeoTarget.ML_C5]) });
    expect([stack.status, newJobs(service)]).toEqual(['UPDATE_COMPLETE', ['ml_c4 COMPLETED']]);
    expect(stack.outputs).toEqual({ ...first, Name1: expect.not.stringMatching(first.Name1), Uri1: expect.not.stringMatching(first.Uri1) });
    expect(service.records().filter(({ deletedAt }) => deletedAt !== undefined).map(({ name }) => name)).toEqual([first.Name1]);
    const second = stack.outputs;

    await cloud.deploy('Models', { assembly: app([NeoTarget.ML_C5, NeoTarget.ML_M4, NeoTarget.ML_C5]) });
    expect([stack.status, stack.outputs, newJobs(service)]).toEqual(['UPDATE_ROLLBACK_COMPLETE', second, ['ml_m4 FAILED, deleted']]);
    expect(stack.failures[0]).toMatch(/ClientError: bad model/);

    // The function dies after SageMaker took the job: the waiter repeats the step, which finds the job.
    const nth = cloud.sagemaker.counts.get('CreateCompilationJob')! + 1;
    cloud.sagemaker.faults = new FaultSchedule([{ operation: 'CreateCompilationJob', nth, fault: faults.crashAfter() }]);
    await cloud.deploy('Models', { assembly: app([NeoTarget.ML_C5, NeoTarget.ML_M5, NeoTarget.ML_C5]) });
    expect([stack.status, newJobs(service)]).toEqual(['UPDATE_COMPLETE', ['ml_m5 COMPLETED']]);

    await cloud.destroy('Models');
    expect([stack.status, service.records().every(({ deletedAt }) => deletedAt !== undefined)]).toEqual(['DELETE_COMPLETE', true]);
  });
});

test('a job that takes too long is stopped before the deployment fails', async () => {
  await inCloud(app([NeoTarget.ML_P2], Duration.minutes(20)), async (cloud, service) => {
    const stack = await cloud.deploy('Models');
    expect([stack.status, newJobs(service)]).toEqual(['ROLLBACK_COMPLETE', ['ml_p2 STOPPED, deleted']]);
    expect(stack.failures[0]).toMatch(/was stopped at the time limit of 1200 seconds/);
  });
});
