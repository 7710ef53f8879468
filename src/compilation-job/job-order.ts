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
import { atEnd, lateWarnings } from '../util/errors';
import { referencesIn, resourcesById, resourcesOf } from '../util/intrinsics';

/** A deployment that needs more turns than this causes a warning. */
const MAX_TURNS = 10;

interface OrderedJob {
  readonly resource: CfnResource;
  /** Whether the deployment waits for the end of the job, so that its turn lasts until then. */
  readonly waits: boolean;
}

/** The jobs of a stack by network. Jobs without a `privateVpc` have the stack as their key. */
const jobsByStack = new WeakMap<Stack, Map<IConstruct, OrderedJob[]>>();

/** The stacks that have jobs of a network. */
const stacksByNetwork = new WeakMap<IConstruct, Set<Stack>>();

/**
 * Makes CloudFormation run at most `maxConcurrentJobs` jobs of a network at once, and no more than its subnets hold: each job depends on the job that
 * is that many places before it. Dependencies are not properties, so adding or removing a job does not update the others.
 *
 * @param waits whether the deployment waits for the end of the job, so that its turn lasts until then
 */
export function limitConcurrentJobs(scope: Construct, resource: CfnResource, waits: boolean, privateVpc?: INeoPrivateCompilationVpc): void {
  const stack = Stack.of(scope);
  const key = privateVpc ?? stack;
  const byNetwork = jobsByStack.get(stack) ?? new Map<IConstruct, OrderedJob[]>();
  jobsByStack.set(stack, byNetwork);
  const job = { resource, waits };
  const known = byNetwork.get(key);
  if (known) {
    known.push(job);
    return;
  }
  const jobs = [job];
  byNetwork.set(key, jobs);
  if (privateVpc) { checkCapacityOnce(scope, privateVpc, stack); }
  // Only then are all jobs and their references known.
  atEnd(scope, () => {
    const limit = concurrentJobsOf(privateVpc);
    if (jobs.length <= limit) { return; }
    orderAfterUploads(assemblyOf(scope));
    // All networks of the stack share one order, because the jobs of one may depend on the jobs of another.
    const all = dependenciesFirst(stack, [...byNetwork.values()].flat().map(one => one.resource));
    const members = new Set(jobs.map(one => one.resource));
    const inOrder = all.filter(one => members.has(one));
    inOrder.slice(limit).forEach((one, index) => one.addDependency(inOrder[index]));
    warnOfTurns(scope, jobs.filter(one => one.waits).length, limit);
  });
}

function concurrentJobsOf(privateVpc?: INeoPrivateCompilationVpc): number {
  const limit = privateVpc?.maxConcurrentJobs ?? DEFAULT_CONCURRENT_JOBS;
  return Math.max(1, Math.min(limit, instancesOf(privateVpc?.subnets ?? []) ?? limit));
}

/**
 * Checks once per network that its subnets hold all jobs that may run at once. Turns alone do not ensure this: stacks take turns independently, and
 * jobs that the deployment does not wait for run on after their turns.
 */
function checkCapacityOnce(scope: Construct, privateVpc: INeoPrivateCompilationVpc, stack: Stack): void {
  const known = stacksByNetwork.get(privateVpc);
  if (known) {
    known.add(stack);
    return;
  }
  const stacks = new Set([stack]);
  stacksByNetwork.set(privateVpc, stacks);
  atEnd(scope, () => {
    const limit = concurrentJobsOf(privateVpc);
    const jobsAtOnce = [...stacks].map(one => {
      const jobs = jobsByStack.get(one)!.get(privateVpc)!;
      const waiting = jobs.filter(({ waits }) => waits).length;
      return Math.min(limit, waiting) + jobs.length - waiting;
    });
    warnOfCapacity(scope, privateVpc, jobsAtOnce.reduce((sum, jobs) => sum + jobs));
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
 * Orders the jobs so that each comes after everything that it depends on, directly or indirectly. Otherwise, they stay in the order of their
 * creation. If jobs depend only on jobs before them, these dependencies close no cycle.
 */
function dependenciesFirst(stack: Stack, jobs: CfnResource[]): CfnResource[] {
  const isJob = new Set(jobs);
  return [...visitDependencies(stack, jobs)].filter(resource => isJob.has(resource));
}

/** A job that reads its model from a bucket. */
interface ReadingJob {
  readonly job: Construct;
  /** The key of the model if it is known at synthesis. */
  readonly key?: string;
  /** The model's version and location, if they are tokens. References in them may be to something that uploads the model. */
  readonly model: unknown[];
  /** Constructs that the job depends on anyway and that do not upload its model. */
  readonly own: IConstruct[];
}

/** The jobs of an app or a stage by the bucket of their models. */
const jobsByBucket = new WeakMap<IConstruct, Map<s3.IBucket, ReadingJob[]>>();

/** Returns the app or stage that a construct is synthesized with. CDK Pipelines synthesizes each stage before the next one exists. */
function assemblyOf(construct: IConstruct): IConstruct {
  return Stage.of(construct) ?? construct.node.root;
}

/**
 * Makes the job depend on each `BucketDeployment` that may upload its model, in its own stack, or otherwise in other stacks. If there is none and the
 * same deployment creates the bucket, the bucket does not contain the model yet. This is a common mistake and causes a warning.
 */
export function awaitModel(
  job: Construct, { bucket, s3Uri, modelVersion }: NeoModelConfig, role: iam.IRole, privateVpc?: INeoPrivateCompilationVpc,
): void {
  if (!bucket) { return; }
  const start = `s3://${bucket.bucketName}/`;
  const key = s3Uri?.startsWith(start) && !Token.isUnresolved(s3Uri.slice(start.length)) ? s3Uri.slice(start.length) : undefined;
  // A location whose key is known refers only to the bucket.
  const model = [key === undefined ? s3Uri : undefined, modelVersion].filter(part => Token.isUnresolved(part));
  const reading = { job, key, model, own: [bucket, role, ...privateVpc ? [privateVpc] : []] };
  const assembly = assemblyOf(job);
  const known = jobsByBucket.get(assembly);
  if (known) {
    const jobs = known.get(bucket);
    if (jobs) { jobs.push(reading); } else { known.set(bucket, [reading]); }
    return;
  }
  jobsByBucket.set(assembly, new Map([[bucket, [reading]]]));
  // Users may add dependencies on uploads until then.
  atEnd(job, () => orderAfterUploads(assembly));
}

/** This must run before jobs take turns. Otherwise, an upload could come to depend on the job that must wait for it. */
function orderAfterUploads(assembly: IConstruct): void {
  const byBucket = jobsByBucket.get(assembly);
  if (!byBucket) { return; }
  // Both `awaitModel` and `limitConcurrentJobs` call this, and the first call does it all.
  jobsByBucket.delete(assembly);
  const resources = resourcesOf(assembly);
  const resourcesByStack = new Map<Stack, Map<string, CfnResource>>();
  for (const [bucket, jobs] of byBucket) {
    const deployments = bucketDeployments(resources, bucket);
    const dependencies = new Map<CfnResource, Set<CfnResource>>();
    const unordered = jobs.filter(one => !waitForDeployments(one, deployments, dependencies));
    const isCreatedWith = (job: IConstruct) => Resource.isOwnedResource(bucket) && deploymentOf(bucket) === deploymentOf(job);
    const atOnce = unordered.filter(one => isCreatedWith(one.job) && !waitsForMore(one, resourcesByStack));
    // There is one warning for all jobs of a bucket, because hundreds of equal warnings would hide others.
    if (atOnce.length > 0) { warnOfMissingUpload(atOnce.map(one => one.job), bucket); }
  }
}

/**
 * @param known the dependencies of deployments, kept from one job to the next
 * @returns whether there is a deployment that the job depends on
 */
function waitForDeployments({ job, key }: ReadingJob, deployments: BucketDeployment[], known: Map<CfnResource, Set<CfnResource>>): boolean {
  const resource = job.node.defaultChild as CfnResource;
  const uploads = deployments.filter(deployment => mayUpload(deployment, key) && assemblyOf(deployment.resource) === assemblyOf(job));
  // A deployment that depends on the job, such as one that uploads a page about its result, cannot come first.
  const own = uploads.filter(one => deploymentOf(one.resource) === deploymentOf(job) && !dependsOn(one.resource, resource, known));
  // If the job's own stack uploads, other stacks need not be deployed first.
  const earlier = own.length > 0 ? own : uploads.filter(one => !stackDependsOn(deploymentOf(one.resource), deploymentOf(job)));
  for (const deployment of earlier) {
    resource.addDependency(deployment.resource);
    // Everything that depends on this job now has more dependencies, so what is known about it is out of date.
    const [waiting] = inCommonStack(resource, deployment.resource);
    known.forEach((dependencies, one) => { if (dependencies.has(waiting)) { known.delete(one); } });
  }
  return earlier.length > 0;
}

function mayUpload({ prefix }: BucketDeployment, key: string | undefined): boolean {
  // BucketDeployment treats a prefix of "/" as no prefix.
  return key === undefined || prefix === undefined || prefix === '/' || Token.isUnresolved(prefix) || key.startsWith(prefix);
}

/** Whether the job depends on something else that may upload its model, by a dependency or by an attribute in the model's location. */
function waitsForMore({ job, model, own }: ReadingJob, resourcesByStack: Map<Stack, Map<string, CfnResource>>): boolean {
  const resource = job.node.defaultChild as CfnResource;
  const stack = Stack.of(job);
  const isOwn = (one: IConstruct): boolean => own.includes(one) || 'bucketArn' in one || isJobOfLibrary(one) || one.node.scope !== undefined && isOwn(one.node.scope);
  const isOther = (one: IConstruct | undefined) => one !== undefined && !isOwn(one);
  return model.length > 0 && referencesIn(stack.resolve(model)).some(id => isOther(resourceOf(stack, id, resourcesByStack)))
    || resource.obtainDependencies().some(one => CfnResource.isCfnResource(one) && isOther(one))
    || [...job.node.scopes, resource].some(({ node }) => node.dependencies.some(isOther));
}

/** @param known the resources of stacks, kept from one job to the next */
function resourceOf(stack: Stack, id: string, known: Map<Stack, Map<string, CfnResource>>): CfnResource | undefined {
  const resources = known.get(stack) ?? resourcesById(stack);
  known.set(stack, resources);
  return resources.get(id);
}

function isJobOfLibrary({ node: { defaultChild } }: IConstruct): boolean {
  return defaultChild !== undefined && CfnResource.isCfnResource(defaultChild) && defaultChild.cfnResourceType === COMPILATION_JOB_TYPE;
}

function warnOfMissingUpload([job, ...others]: Construct[], bucket: s3.IBucket) {
  const whose = others.length > 0 ? `of this job and ${others.length} more is` : 'is';
  lateWarnings(job).addWarningV2('cdk-sagemaker-neo:modelNotUploaded', `the model ${whose} read from ${bucket.node.path}, which the same deployment creates: on the first deployment, the bucket is `
    + 'empty, and the job fails. Create the bucket in another stack and upload the model before you deploy this one; or upload it in this deployment, with a BucketDeployment, for which the job waits '
    + 'and which needs network.allowOutsideEndpoint(deployment.handlerRole), or with anything else and job.node.addDependency; or use NeoModel.fromAsset');
}
