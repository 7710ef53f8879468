import { CfnResource, Resource, Stack, Stage, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct, IConstruct } from 'constructs';
import { COMPILATION_JOB_TYPE } from './compilation-job-properties';
import type { NeoModelConfig } from '../model/model-options';
import { bucketDeployments, type BucketDeployment } from '../network/bucket-access-checks';
import { instancesOf } from '../network/existing-vpc';
import { DEFAULT_CONCURRENT_JOBS } from '../network/new-vpc';
import type { INeoPrivateCompilationVpc } from '../network/private-compilation-vpc-base';
import { dependsOn, deploymentOf, inCommonStack, stackDependsOn, visitDependencies } from '../util/dependencies';
import { lateWarnings } from '../util/errors';
import { referencesIn, resourcesById, resourcesOf } from '../util/intrinsics';

/** A deployment that takes more turns of compilations than this gets a warning. */
const MAX_TURNS = 10;

interface OrderedJob {
  readonly resource: CfnResource;
  /** Whether its turn lasts until it has ended. */
  readonly waits: boolean;
}

/** The jobs of a stack by network, or by the stack itself for a network that is not one of this library. */
const jobsByStack = new WeakMap<Stack, Map<IConstruct, OrderedJob[]>>();

/** The stacks that have jobs of a network. */
const stacksByNetwork = new WeakMap<IConstruct, Set<Stack>>();

/**
 * Makes CloudFormation run at most `maxConcurrentJobs` jobs of a network at once, and no more than its subnets hold: each job waits for the one that is that
 * many places before it. These dependencies are no properties of a job, so adding or removing one changes no other.
 *
 * @param waits whether the job's turn lasts until it has ended
 */
export function limitConcurrentJobs(scope: Construct, resource: CfnResource, waits: boolean, privateVpc?: INeoPrivateCompilationVpc): void {
  const stack = Stack.of(scope);
  const key = privateVpc ?? stack;
  const byNetwork = jobsByStack.get(stack) ?? new Map<IConstruct, OrderedJob[]>();
  jobsByStack.set(stack, byNetwork);
  const job = { resource, waits };
  const jobs = byNetwork.get(key);
  if (jobs) {
    jobs.push(job);
    return;
  }
  const first = [job];
  byNetwork.set(key, first);
  if (privateVpc) { checkCapacityOnce(scope, privateVpc, stack); }
  // At the end of synthesis, when all jobs and their references are known.
  scope.node.addValidation({
    validate: () => {
      const limit = concurrentJobsOf(privateVpc);
      if (first.length <= limit) { return []; }
      orderAfterUploads(assemblyOf(scope));
      // All networks of the stack share one order, as the jobs of one may depend on those of another.
      const all = dependenciesFirst(stack, [...byNetwork.values()].flat().map(one => one.resource));
      const members = new Set(first.map(one => one.resource));
      const inOrder = all.filter(one => members.has(one));
      inOrder.slice(limit).forEach((one, index) => one.addDependency(inOrder[index]));
      warnOfTurns(scope, first.filter(one => one.waits).length, limit);
      return [];
    },
  });
}

function concurrentJobsOf(privateVpc?: INeoPrivateCompilationVpc): number {
  const limit = privateVpc?.maxConcurrentJobs ?? DEFAULT_CONCURRENT_JOBS;
  return Math.max(1, Math.min(limit, instancesOf(privateVpc?.subnets ?? []) ?? limit));
}

/** Turns bind neither jobs that nothing waits for, nor the jobs of two stacks. */
function checkCapacityOnce(scope: Construct, privateVpc: INeoPrivateCompilationVpc, stack: Stack): void {
  const known = stacksByNetwork.get(privateVpc);
  if (known) {
    known.add(stack);
    return;
  }
  const stacks = new Set([stack]);
  stacksByNetwork.set(privateVpc, stacks);
  scope.node.addValidation({
    validate: () => {
      const limit = concurrentJobsOf(privateVpc);
      const jobsAtOnce = [...stacks].map(one => {
        const jobs = jobsByStack.get(one)!.get(privateVpc)!;
        const waiting = jobs.filter(({ waits }) => waits).length;
        return Math.min(limit, waiting) + jobs.length - waiting;
      });
      warnOfCapacity(scope, privateVpc, jobsAtOnce.reduce((sum, jobs) => sum + jobs));
      return [];
    },
  });
}

function warnOfCapacity(scope: Construct, { node, subnets }: INeoPrivateCompilationVpc, jobs: number): void {
  const capacity = instancesOf(subnets);
  if (capacity === undefined || jobs <= capacity) { return; }
  lateWarnings(scope).addWarningV2('cdk-sagemaker-neo:jobsBeyondSubnets', `${jobs} jobs of network ${node.path} may run at the same time, and its subnets hold ${capacity}: a job `
    + 'with waitForCompletion: false does not keep others waiting, and stacks do not wait for each other. Have the deployment wait for the jobs, deploy one stack at a time, or use '
    + `larger subnets (maxConcurrentInstances: ${jobs})`);
}

function warnOfTurns(scope: Construct, jobs: number, limit: number): void {
  const turns = Math.ceil(jobs / limit);
  if (turns <= MAX_TURNS) { return; }
  lateWarnings(scope).addWarningV2('cdk-sagemaker-neo:manyJobs', `stack ${Stack.of(scope).node.path} has ${jobs} jobs of one network, and its deployment runs ${limit} at once `
    + `(maxConcurrentJobs): it takes as long as ${turns} compilations, and your credentials must last that long. Raise maxConcurrentJobs as far as the quotas of SageMaker `
    + 'and AWS Lambda allow, or use a NeoCompilationFleet');
}

/**
 * Orders the jobs so that each comes after everything it depends on, directly or not; apart from that, they stay in the order of their creation. A
 * dependency of a job on one before it then never closes a cycle.
 */
function dependenciesFirst(stack: Stack, jobs: CfnResource[]): CfnResource[] {
  const isJob = new Set(jobs);
  return [...visitDependencies(stack, jobs)].filter(resource => isJob.has(resource));
}

interface ReadingJob {
  readonly job: Construct;
  readonly key?: string;
  /** The version of the model, and its location unless the key is known. */
  readonly model: unknown[];
  /** What the job waits for in any case, and what uploads no model. */
  readonly own: IConstruct[];
}

/** The jobs of an app or a stage by the bucket of their model. */
const jobsByBucket = new WeakMap<IConstruct, Map<s3.IBucket, ReadingJob[]>>();

/** What is synthesized with a construct: CDK Pipelines synthesizes each stage before the next one exists. */
function assemblyOf(construct: IConstruct): IConstruct {
  return Stage.of(construct) ?? construct.node.root;
}

/**
 * Makes the job wait for a `BucketDeployment` that may upload its model, in its own stack or else in another. Without one, a bucket that the same deployment creates has no model in it yet, which
 * is a common mistake and gets a warning.
 */
export function awaitModel(
  job: Construct, { bucket, s3Uri, modelVersion }: NeoModelConfig, role: iam.IRole, privateVpc?: INeoPrivateCompilationVpc,
): void {
  if (!bucket) { return; }
  const start = `s3://${bucket.bucketName}/`;
  const key = s3Uri?.startsWith(start) && !Token.isUnresolved(s3Uri.slice(start.length)) ? s3Uri.slice(start.length) : undefined;
  // A location with a known key refers to nothing but the bucket.
  const model = key === undefined ? [s3Uri, modelVersion] : [modelVersion];
  const reading = { job, key, model, own: [bucket, role, ...privateVpc ? [privateVpc] : []] };
  const assembly = assemblyOf(job);
  const known = jobsByBucket.get(assembly);
  if (known) {
    const jobs = known.get(bucket);
    if (jobs) { jobs.push(reading); } else { known.set(bucket, [reading]); }
    return;
  }
  jobsByBucket.set(assembly, new Map([[bucket, [reading]]]));
  // At the end of synthesis, as a user may make jobs depend on an upload until then.
  job.node.addValidation({
    validate: () => {
      orderAfterUploads(assembly);
      return [];
    },
  });
}

/** Before jobs take turns: a turn could otherwise make an upload depend on the job that has to wait for it. */
function orderAfterUploads(assembly: IConstruct): void {
  const byBucket = jobsByBucket.get(assembly);
  if (!byBucket) { return; }
  // Once, whether models or turns ask first.
  jobsByBucket.delete(assembly);
  const resources = resourcesOf(assembly);
  const resourcesByStack = new Map<Stack, Map<string, CfnResource>>();
  for (const [bucket, jobs] of byBucket) {
    const deployments = bucketDeployments(resources, bucket);
    const dependencies = new Map<CfnResource, Set<CfnResource>>();
    const unordered = jobs.filter(one => !waitForDeployments(one, deployments, dependencies));
    const isCreatedWith = (job: IConstruct) => Resource.isOwnedResource(bucket) && deploymentOf(bucket) === deploymentOf(job);
    const atOnce = unordered.filter(one => isCreatedWith(one.job) && !waitsForMore(one, resourcesByStack));
    // Once for all jobs, as hundreds of equal warnings would hide others.
    if (atOnce.length > 0) { warn(atOnce.map(one => one.job), bucket); }
  }
}

/**
 * @param known what deployments depend on, kept from one job to the next
 * @returns whether there is a deployment that the job waits for
 */
function waitForDeployments({ job, key }: ReadingJob, deployments: BucketDeployment[], known: Map<CfnResource, Set<CfnResource>>): boolean {
  const resource = job.node.defaultChild as CfnResource;
  const uploads = deployments.filter(deployment => mayUpload(deployment, key) && assemblyOf(deployment.resource) === assemblyOf(job));
  // A deployment that depends on the job, such as one that uploads a page about its result, cannot come first.
  const own = uploads.filter(one => deploymentOf(one.resource) === deploymentOf(job) && !dependsOn(one.resource, resource, known));
  // A stack need not wait for what others upload if it uploads models itself.
  const earlier = own.length > 0 ? own : uploads.filter(one => !stackDependsOn(deploymentOf(one.resource), deploymentOf(job)));
  for (const deployment of earlier) {
    resource.addDependency(deployment.resource);
    // What depends on this job now depends on more.
    const [waiting] = inCommonStack(resource, deployment.resource);
    known.forEach((dependencies, one) => { if (dependencies.has(waiting)) { known.delete(one); } });
  }
  return earlier.length > 0;
}

function mayUpload({ prefix }: BucketDeployment, key: string | undefined): boolean {
  // CDK's function takes a slash for no prefix.
  return key === undefined || prefix === undefined || prefix === '/' || Token.isUnresolved(prefix) || key.startsWith(prefix);
}

/** Whether the user makes the job wait for something that may upload its model, by a dependency or by an attribute in the location of the model. */
function waitsForMore({ job, model, own }: ReadingJob, resourcesByStack: Map<Stack, Map<string, CfnResource>>): boolean {
  const resource = job.node.defaultChild as CfnResource;
  const stack = Stack.of(job);
  // Once for hundreds of jobs.
  const resources = resourcesByStack.get(stack) ?? resourcesById(stack);
  resourcesByStack.set(stack, resources);
  const isOwn = (one: IConstruct): boolean => own.includes(one) || 'bucketArn' in one || isJobOfLibrary(one) || one.node.scope !== undefined && isOwn(one.node.scope);
  const isOther = (one: IConstruct | undefined) => one !== undefined && !isOwn(one);
  return referencesIn(stack.resolve(model)).some(id => isOther(resources.get(id)))
    || resource.obtainDependencies().some(one => CfnResource.isCfnResource(one) && isOther(one))
    || [...job.node.scopes, resource].some(({ node }) => node.dependencies.some(isOther));
}

function isJobOfLibrary({ node: { defaultChild } }: IConstruct): boolean {
  return defaultChild !== undefined && CfnResource.isCfnResource(defaultChild) && defaultChild.cfnResourceType === COMPILATION_JOB_TYPE;
}

function warn([job, ...others]: Construct[], bucket: s3.IBucket) {
  const whose = others.length > 0 ? `of this job and ${others.length} more is` : 'is';
  lateWarnings(job).addWarningV2('cdk-sagemaker-neo:modelNotUploaded', `the model ${whose} read from ${bucket.node.path}, which the same deployment creates: on the first deployment, the bucket is `
    + 'empty, and the job fails. Create the bucket in another stack and upload the model before you deploy this one; or upload it in this deployment, with a BucketDeployment, for which the job waits '
    + 'and which needs network.allowOutsideEndpoint(deployment.handlerRole), or with anything else and job.node.addDependency; or use NeoModel.fromAsset');
}
