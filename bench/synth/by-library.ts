import { Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { NeoCompilationJob, NeoDataInputShape, NeoFramework, NeoModel, NeoPrivateCompilationVpc, NeoTarget } from '../../src';

/** The code of a user of the library. */
export function byLibrary(stack: Stack, jobs: number): void {
  const bucket = new s3.Bucket(stack, 'Bucket', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
  const network = new NeoPrivateCompilationVpc(stack, 'Network', { buckets: [bucket] });
  for (let i = 0; i < jobs; i++) {
    new NeoCompilationJob(stack, `Job${i}`, {
      vpcConfig: network.vpcConfig,
      model: NeoModel.fromBucket(bucket, `models/${i}.tar.gz`, {
        framework: NeoFramework.PYTORCH_1_13,
        dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
      }),
      target: NeoTarget.ML_C5,
      outputBucket: bucket,
    });
  }
}
