import { Resource, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { NeoModelConfig } from '../model/model-options';
import { lateWarnings } from '../util/late-warnings';

/** By the bucket of their model. */
const jobsByBucket = new WeakMap<IConstruct, Construct[]>();

/**
 * Among the commonest mistakes: a bucket made by the very deployment that runs the job has no model in it yet. What other buckets hold is not known here.
 */
export function warnOfMissingModel(job: Construct, { bucket }: NeoModelConfig) {
  if (!bucket || !Resource.isOwnedResource(bucket) || Stack.of(bucket) !== Stack.of(job)) { return; }
  const jobs = jobsByBucket.get(bucket);
  if (jobs) {
    jobs.push(job);
    return;
  }
  jobsByBucket.set(bucket, [job]);
  // At the end of synthesis, as jobs may yet be told to wait for an upload. Once for all jobs: hundreds of equal warnings hide the others.
  job.node.addValidation({
    validate: () => {
      const atOnce = jobsByBucket.get(bucket)!.filter(({ node }) => node.dependencies.length === 0);
      if (atOnce.length > 0) { warn(atOnce, bucket); }
      return [];
    },
  });
}

function warn([job, ...others]: Construct[], bucket: IConstruct) {
  const whose = others.length > 0 ? `of this job and ${others.length} more is` : 'is';
  lateWarnings(job).addWarningV2('cdk-sagemaker-neo:modelNotUploaded', `the model ${whose} read from ${bucket.node.path}, which this stack makes: on the first deployment the bucket is `
    + 'empty, and the job fails. Make the bucket in another stack and upload the model before this one is deployed; or have the job wait for what uploads it '
    + '(job.node.addDependency; the network must let a BucketDeployment in: network.allowOutsideEndpoint(deployment.handlerRole)); or use NeoModel.fromAsset');
}
