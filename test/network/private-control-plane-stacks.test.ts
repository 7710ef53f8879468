import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoCompilationJob, NeoFramework, NeoModel, NeoPrivateCompilationVpc, type NeoPrivateCompilationVpcProps, NeoTarget } from '../../src';
import { REFERENCES, type ReferenceStrength } from '../privacy-validation/pair';
import { reportOf } from '../privacy-validation/private-app';

/** A network whose functions are in it, and a job in another stack that deletes its artifacts. */
function appOf(strength: ReferenceStrength, props: Partial<NeoPrivateCompilationVpcProps> = {}) {
  const app = new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': strength } });
  const networkStack = new Stack(app, 'Network');
  const bucket = new s3.Bucket(networkStack, 'Models');
  const network = new NeoPrivateCompilationVpc(networkStack, 'Neo', { buckets: [bucket], privateControlPlane: true, ...props });
  const jobs = new Stack(app, 'Jobs');
  new NeoCompilationJob(jobs, 'Job', {
    vpcConfig: network.vpcConfig,
    model: NeoModel.fromBucket(bucket, 'model.tar.gz', { framework: NeoFramework.XGBOOST }),
    target: NeoTarget.ML_C5,
    outputBucket: bucket,
    deleteArtifacts: true,
  });
  return { app, networkStack, jobs };
}

describe.each(REFERENCES)('private functions that delete artifacts, in a different stack than the network, with %s references', strength => {
  test('reach the bucket through their own endpoint, and no stack refers to the jobs\'', () => {
    const { app, networkStack, jobs } = appOf(strength);
    const report = reportOf(app);
    expect(report).toMatchObject({ verdict: 'pass', counts: { unknown: 0 } });
    expect([networkStack.dependencies, jobs.dependencies.map(({ node }) => node.id)]).toEqual([[], ['Network']]);
    const { Resources } = app.synth().getStackByName('Network').template;
    const policies = Object.values<any>(Resources).filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint').map(({ Properties }) => JSON.stringify(Properties.PolicyDocument));
    expect(policies.filter(policy => policy.includes('"s3:DeleteObject"'))).toEqual([expect.stringContaining('cloudformation-custom-resource-response-')]);
    const deletes = Object.values<any>(app.synth().getStackByName('Jobs').template.Resources).filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(({ Action }) => [Action].flat().includes('s3:DeleteObject'));
    expect(deletes).toHaveLength(1);
  });

  test('fails with a way out where the bucket policy denies deletions, as it would have to name their role', () => {
    expect(() => appOf(strength, { bucketPolicyActions: ['s3:GetObject', 's3:DeleteObject'] }))
      .toThrow(/deleteArtifacts: the role of the functions must not be created in the stack Jobs.*leave deletions out of bucketPolicyActions/);
  });
});
