import { Resource, Stack, Token, type CfnResource } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { dependenciesOf } from './job-order';
import type { NeoModelConfig } from '../model/model-options';
import { bucketDeployments, resourcesOf, type BucketDeployment } from '../network/app-checks';
import { lateWarnings } from '../util/errors';

interface ReadingJob { readonly job: Construct; readonly key?: string }

/** By the bucket of their model. */
const jobsByBucket = new WeakMap<s3.IBucket, ReadingJob[]>();

/**
 * Among the commonest mistakes: a bucket made by the very deployment that runs the job has no model in it yet. The job waits for a `BucketDeployment` that may
 * upload the model; without one, a warning says so.
 */
export function awaitModel(job: Construct, { bucket, s3Uri }: NeoModelConfig): void {
  if (!bucket) { return; }
  const start = `s3://${bucket.bucketName}/`;
  const reading = { job, key: s3Uri?.startsWith(start) && !Token.isUnresolved(s3Uri.slice(start.length)) ? s3Uri.slice(start.length) : undefined };
  const jobs = jobsByBucket.get(bucket);
  if (jobs) {
    jobs.push(reading);
    return;
  }
  const first = [reading];
  jobsByBucket.set(bucket, first);
  // At the end of synthesis, as jobs may yet be told to wait for an upload. Once for all jobs: hundreds of equal warnings hide the others.
  job.node.addValidation({
    validate: () => {
      const deployments = bucketDeployments(resourcesOf(job.node.root), bucket);
      const dependencies = new Map<CfnResource, Set<CfnResource>>();
      const unordered = first.filter(one => !waitForDeployments(one, deployments, dependencies) && one.job.node.dependencies.length === 0);
      const atOnce = unordered.filter(one => Resource.isOwnedResource(bucket) && Stack.of(bucket) === Stack.of(one.job));
      if (atOnce.length > 0) { warn(atOnce.map(one => one.job), bucket); }
      return [];
    },
  });
}

/**
 * @param dependencies what each deployment depends on, kept from one job to the next, as to find it takes a walk through the stack
 * @returns whether there is one that the job waits for
 */
function waitForDeployments({ job, key }: ReadingJob, deployments: BucketDeployment[], dependencies: Map<CfnResource, Set<CfnResource>>): boolean {
  const resource = job.node.defaultChild as CfnResource;
  const dependsOnJob = (deployment: CfnResource) => {
    const known = dependencies.get(deployment) ?? dependenciesOf(deployment);
    dependencies.set(deployment, known);
    return known.has(resource);
  };
  const earlier = deployments.filter(deployment => Stack.of(deployment.resource) === Stack.of(job) && mayUpload(deployment, key)
    // One that depends on the job, such as one that uploads a page about its result, cannot come first.
    && !dependsOnJob(deployment.resource));
  earlier.forEach(deployment => resource.addDependency(deployment.resource));
  // What depends on this job now depends on more.
  if (earlier.length > 0) { dependencies.forEach((known, deployment) => { if (known.has(resource)) { dependencies.delete(deployment); } }); }
  return earlier.length > 0;
}

function mayUpload({ prefix }: BucketDeployment, key: string | undefined): boolean {
  return key === undefined || prefix === undefined || Token.isUnresolved(prefix) || key.startsWith(prefix);
}

function warn([job, ...others]: Construct[], bucket: s3.IBucket) {
  const whose = others.length > 0 ? `of this job and ${others.length} more is` : 'is';
  lateWarnings(job).addWarningV2('cdk-sagemaker-neo:modelNotUploaded', `the model ${whose} read from ${bucket.node.path}, which this stack makes: on the first deployment the bucket is `
    + 'empty, and the job fails. Make the bucket in another stack and upload the model before this one is deployed; or upload it in this stack, with a BucketDeployment, which the job waits for '
    + 'by itself and which network.allowOutsideEndpoint(deployment.handlerRole) must let in, or with anything else and job.node.addDependency; or use NeoModel.fromAsset');
}
