import { Resource, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import type { NeoModelConfig } from '../model/model';
import { lateWarnings } from '../private/late-warnings';

/**
 * Among the commonest mistakes: a bucket made by the very deployment that runs the job has no model in it yet. What is in other buckets, nobody knows here.
 */
export function warnOfMissingModel(job: Construct, { bucket }: NeoModelConfig) {
  if (!bucket || !Resource.isOwnedResource(bucket) || Stack.of(bucket) !== Stack.of(job)) { return; }
  job.node.addValidation({
    // At the end of synthesis, as the job may yet be told to wait for an upload.
    validate: () => {
      if (job.node.dependencies.length === 0) { warn(job, bucket); }
      return [];
    },
  });
}

function warn(job: Construct, bucket: IConstruct) {
  lateWarnings(job).addWarningV2('cdk-sagemaker-neo:modelNotUploaded', `the model is read from ${bucket.node.path}, which this stack makes: on the first deployment the bucket is `
    + 'empty, and the job fails. Make the bucket in another stack and upload the model before this one is deployed; or have the job wait for what uploads it '
    + '(job.node.addDependency); or use NeoModel.fromAsset');
}
