/**
 * The network in one stack, a job in another: their life, however CDK refers across stacks. With `weak` as with all that `cdk init` sets.
 */
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { LocalCloud, VirtualClock } from '../../local';
import { always, FrontEnd, NeoService } from '../../local/sagemaker';
import { NeoCompilationJob, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget, type NeoPrivateCompilationVpcProps } from '../../src';

const REFERENCES = '@aws-cdk/core:defaultCrossStackReferences';
const CONTEXTS: Record<string, object> = {
  strong: { [REFERENCES]: 'strong' },
  both: { [REFERENCES]: 'both' },
  weak: { ...jest.requireActual('aws-cdk-lib/recommended-feature-flags.json'), [REFERENCES]: 'weak' },
};

function assemblyOf(mode: string, props: Partial<NeoPrivateCompilationVpcProps> = {}, target = NeoTarget.ML_C5) {
  const app = new App({ context: CONTEXTS[mode] as any });
  const [networkStack, jobs] = ['Network', 'Jobs'].map(id => new Stack(app, id));
  const bucket = new s3.Bucket(networkStack, 'Models');
  const { vpcConfig } = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket], ...props });
  const model = NeoModel.fromBucket(bucket, 'm.tar.gz', { framework: NeoFramework.XGBOOST });
  const job = new NeoCompilationJob(jobs, 'Job', { vpcConfig, model, target, outputBucket: bucket, deleteArtifacts: true });
  new CfnOutput(jobs, 'Uri', { value: job.modelArtifactsUri });
  return app.synth();
}

async function inCloud(mode: string, run: (cloud: LocalCloud, service: NeoService) => Promise<void>): Promise<void> {
  const clock = new VirtualClock();
  const service = new NeoService({ now: clock.now, plan: always({ startingMs: 10_000, compilingMs: 50_000 }) });
  const cloud = new LocalCloud({ assembly: assemblyOf(mode), clock, sagemaker: new FrontEnd(service, { clock }) });
  try {
    await run(cloud, service);
  } finally {
    await cloud.close();
  }
}

const jobsOf = (service: NeoService) => service.records().map(({ request, status, deletedAt }) => `${request.OutputConfig?.TargetDevice} ${status}${deletedAt === undefined ? '' : ', deleted'}`);

describe.each(Object.keys(CONTEXTS))('%s references', mode => {
  test('a job compiles with the subnets, the group and the role of the other stack, is replaced, and goes first', async () => {
    await inCloud(mode, async (cloud, service) => {
      const network = await cloud.deploy('Network');
      const jobs = await cloud.deploy('Jobs');
      expect([network.status, jobs.status, jobs.failures]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE', []]);
      const ids = network.resources.map(({ physicalId }) => physicalId);
      const [{ request: { VpcConfig, RoleArn, InputConfig } }] = service.records();
      expect(VpcConfig!.Subnets).toHaveLength(2);
      expect(ids).toEqual(expect.arrayContaining([...VpcConfig!.Subnets!, ...VpcConfig!.SecurityGroupIds!]));
      expect([RoleArn, InputConfig!.S3Uri]).toEqual([expect.stringMatching(/^arn:aws:iam::/), expect.stringMatching(/^s3:\/\/[^/]+\/m\.tar\.gz$/)]);

      await cloud.deploy('Jobs', { assembly: assemblyOf(mode, {}, NeoTarget.ML_M5) });
      expect([jobs.status, jobsOf(service)]).toEqual(['UPDATE_COMPLETE', ['ml_c5 COMPLETED, deleted', 'ml_m5 COMPLETED']]);

      expect((await cloud.destroy('Jobs')).status).toBe('DELETE_COMPLETE');
      expect((await cloud.destroy('Network')).status).toBe('DELETE_COMPLETE');
      expect(jobsOf(service)).toEqual(['ml_c5 COMPLETED, deleted', 'ml_m5 COMPLETED, deleted']);
    });
  });

  test('one subnet less needs no new job, and fails only where CloudFormation keeps an export that is in use', async () => {
    await inCloud(mode, async (cloud, service) => {
      await cloud.deploy('Network');
      await cloud.deploy('Jobs');
      const network = await cloud.deploy('Network', { assembly: assemblyOf(mode, { maxAzs: 1 }) });
      const refused = [expect.stringMatching(/^export Network:ExportsOutput\S+Subnet2\S+ cannot be updated as it is in use by Jobs$/)];
      expect([network.status, network.failures]).toEqual(mode === 'strong' ? ['UPDATE_ROLLBACK_COMPLETE', refused] : ['UPDATE_COMPLETE', []]);
      if (mode === 'strong') { return; }
      expect((await cloud.deploy('Jobs')).status).toBe('UPDATE_COMPLETE');
      expect(jobsOf(service)).toEqual(['ml_c5 COMPLETED']);
    });
  });

  test('the network alone can be deleted only where no export is in use', async () => {
    await inCloud(mode, async cloud => {
      await cloud.deploy('Network');
      await cloud.deploy('Jobs');
      const deleted = cloud.destroy('Network').then(({ status }) => status, (error: Error) => error.message);
      expect(await deleted).toMatch(mode === 'strong' ? /^export Network:\S+ cannot be deleted as it is in use by Jobs$/ : /^DELETE_COMPLETE$/);
    });
  });
});

test('strong references become weak by way of both, in two deployments', async () => {
  await inCloud('strong', async (cloud, service) => {
    const deploy = async (mode: string) => Promise.all([(await cloud.deploy('Network', { assembly: assemblyOf(mode) })).status, (await cloud.deploy('Jobs')).status]);
    await deploy('strong');
    expect((await cloud.deploy('Network', { assembly: assemblyOf('weak') })).failures[0]).toMatch(/cannot be updated as it is in use by Jobs/);
    expect([await deploy('both'), await deploy('weak')]).toEqual(Array(2).fill(['UPDATE_COMPLETE', 'UPDATE_COMPLETE']));
    expect(jobsOf(service)).toEqual(['ml_c5 COMPLETED']);
  });
});
