import { Annotations, Resource, Stack } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * Buckets in stacks that are deployed after the network, as their policies name its endpoint. Jobs use such a bucket by its name, so that CDK knows nothing of
 * the order, and the first deployment would run them before the bucket exists.
 */
export class LaterBuckets {
  private readonly buckets: s3.IBucket[] = [];
  private readonly jobs: IConstruct[] = [];

  constructor(private readonly network: IConstruct) {}

  /** A bucket whose policy gets the statement of the network. */
  public addBucket(bucket: s3.IBucket): void {
    if (!Resource.isOwnedResource(bucket) || Stack.of(bucket) === Stack.of(this.network) || this.buckets.includes(bucket)) { return; }
    this.buckets.push(bucket);
    this.jobs.forEach(job => this.order(job, bucket));
  }

  /** A job that runs in the network. */
  public addJob(job: IConstruct): void {
    this.jobs.push(job);
    this.buckets.forEach(bucket => this.order(job, bucket));
  }

  private order(job: IConstruct, bucket: s3.IBucket): void {
    const isBeforeBucket = deploymentOf(job) === deploymentOf(this.network) && deploymentOf(bucket) !== deploymentOf(this.network);
    if (!isBeforeBucket) {
      job.node.addDependency(bucket);
      return;
    }
    Annotations.of(this.network).addWarningV2('cdk-sagemaker-neo:bucketDeployedLater', `the stack ${Stack.of(job).node.path}, with the job ${(job.node.scope ?? job).node.path}, is deployed before the stack `
      + `${Stack.of(bucket).node.path}, with the bucket ${bucket.node.path}: on the first deployment the job does not find the bucket. Create jobs in another stack than the network's`);
  }
}

/** The stack that is deployed with a construct. */
function deploymentOf(construct: IConstruct): Stack {
  const stack = Stack.of(construct);
  return stack.nestedStackParent ? deploymentOf(stack.nestedStackParent) : stack;
}
