import { Annotations, CfnResource, Duration, Lazy, RemovalPolicy, Stack, Token, type CfnElement, type ITaggableV2, type TagManager } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CompilationJobBase, type INeoCompilationJob, type JobObservation, type NeoCompilationJobAttributes } from './compilation-job-base';
import { COMPILATION_JOB_TYPE, STACK_TAG, type CompilationJobAttributes, type CompilationJobProperties } from './compilation-job-properties';
import { CompilationJobProvider, jobNamePart } from './compilation-job-provider';
import { ImportedCompilationJob } from './imported-compilation-job';
import { awaitModel, limitConcurrentJobs } from './job-order';
import { outcomeMetric, recordOutcomes } from './outcomes';
import { compilationRequest } from '../compilation/compilation-request';
import { NeoCommonCompilationProps, compilationSettings, type CompilationSettings } from '../compilation/compilation-settings';
import { bindDeployedModel, jobTagManager, MAX_TAGS, REQUEST_TYPES, requireDeployedTypes, requireJobName, validateCommonProps, validateCompilation } from '../compilation/compilation-validation';
import { allowDeletion, grantExecutionRole, type Artifacts } from '../compilation/permissions';
import type { NeoModel } from '../model/model';
import type { NeoModelConfig } from '../model/model-options';
import { bucketPoliciesOf } from '../network/bucket-policies';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, DURATION, NUMBER, optional, STRING, wholeSeconds, type PropTypes } from '../util/prop-types';
import { inPolicy, literally } from '../util/s3-names';

/**
 * Properties of a `NeoCompilationJob`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCompilationJobProps extends NeoCommonCompilationProps {
  /**
   * The model to compile.
   */
  readonly model: NeoModel;

  /**
   * The device or platform to compile for.
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler. Which options a target accepts depends on its kind.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Name of the job: 1 to 63 letters, digits and hyphens, unique in the account and Region. A job cannot be changed, and its name cannot be used
   * again. With a fixed name, every update that alters the result therefore fails unless the name changes as well.
   *
   * @default - a unique name, generated for each new job
   */
  readonly compilationJobName?: string;

  /**
   * Whether the deployment waits for the end of the job, and fails if the job fails. With `false`, the deployment continues as soon as SageMaker has
   * accepted the job, and only the job's name and ARN are known.
   *
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * How long the deployment waits for the job, including the wait for a free slot of the account's quota. After that, the job is stopped and the
   * deployment fails. It can be 1 to 55 minutes: CloudFormation waits for an hour, and stopping a job takes time. The random pause before the first
   * call to SageMaker, of up to 84 seconds, does not count, unless the deployment would then wait longer than 55 minutes.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Whether the compiled model is deleted together with the job, that is when the resource is removed from the stack, or when an update replaces the
   * job. Other objects are never deleted. In a versioned bucket, the compiled model gets a delete marker.
   *
   * @default false
   */
  readonly deleteArtifacts?: boolean;

  /**
   * How long the logs of the functions that control jobs are kept. All jobs of a stack share these functions and their log group, so the longest
   * retention of all jobs applies.
   *
   * @default - one month
   */
  readonly functionLogRetention?: logs.RetentionDays;

  /**
   * Tags of the job, at most 47 together with those that `Tags.of` adds. Changing tags does not create a new job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** CloudFormation waits for one hour. The remaining time is for stopping a job before the response. */
const MAX_TIMEOUT = Duration.minutes(55);

const TYPES: PropTypes<NeoCompilationJobProps> = {
  ...REQUEST_TYPES,
  compilationJobName: optional(STRING),
  waitForCompletion: optional(BOOLEAN),
  timeout: optional(DURATION),
  deleteArtifacts: optional(BOOLEAN),
  functionLogRetention: optional(NUMBER),
};

/**
 * A SageMaker Neo compilation job that runs in a private network, as part of the deployment.
 *
 * Creating the resource runs the job and waits for its end. Changing a prop that alters the result runs a new job under a new name and deletes the
 * old job. Deleting the resource stops the job if it is still running, and deletes it. The compiled model stays in the bucket unless
 * `deleteArtifacts` is set. All jobs of a stack share one set of functions, so each additional job adds only one CloudFormation resource.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 * @resource Custom::SageMakerNeoCompilationJob
 *
 * @example
 * declare const network: NeoPrivateCompilationVpc;
 * declare const bucket: s3.Bucket;
 * const job = new NeoCompilationJob(this, 'ResNet', {
 *   vpcConfig: network.vpcConfig,
 *   model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
 *     framework: NeoFramework.PYTORCH_1_13,
 *     dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
 *   }),
 *   target: NeoTarget.ML_C5,
 *   outputBucket: bucket,
 * });
 * new CfnOutput(this, 'Compiled', { value: job.modelArtifactsUri });
 */
export class NeoCompilationJob extends CompilationJobBase implements INeoCompilationJob, ITaggableV2 {
  /**
   * The resource's type in CloudFormation.
   */
  public static readonly RESOURCE_TYPE: string = COMPILATION_JOB_TYPE;

  /**
   * Imports a job of another stack or another program by its name. Only its name, ARN and console links are known; `fromCompilationJobAttributes`
   * accepts more attributes.
   *
   * @param scope scope of the imported job
   * @param id construct id
   * @param jobName name of the job, in the account and Region of the scope
   */
  public static fromJobName(scope: Construct, id: string, jobName: string): INeoCompilationJob {
    return new ImportedCompilationJob(scope, id, { jobName });
  }

  /**
   * Imports a job that another stack or another program creates, to grant access to its result, host it or monitor the job.
   *
   * @param scope scope of the imported job
   * @param id construct id
   * @param attrs the attributes of the job that are known
   */
  public static fromCompilationJobAttributes(scope: Construct, id: string, attrs: NeoCompilationJobAttributes): INeoCompilationJob {
    return new ImportedCompilationJob(scope, id, attrs);
  }

  /**
   * Bucket of the compiled model.
   */
  public readonly outputBucket: s3.IBucket;

  public readonly role: iam.IRole;

  public readonly target: NeoTarget;

  public readonly vpcConfig: NeoVpcConfig;

  /**
   * Whether the deployment waits for the job.
   */
  public readonly waitsForCompletion: boolean;

  /**
   * How long the compilation may run before SageMaker ends it.
   */
  public readonly maxRuntime: Duration;

  private readonly provider: CompilationJobProvider;

  /** The name of the job, or the beginning of its generated name. */
  private readonly jobNamePrefix: string;

  /** Pattern of the keys of the objects that the job writes. */
  private readonly artifactPattern: string;

  private readonly outputEncryptionKey?: kms.IKey;

  private readonly resource: CfnResource;

  private tagManager?: TagManager;

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props network, model, target and output
   */
  constructor(scope: Construct, id: string, props: NeoCompilationJobProps) {
    super(scope, id);
    const { timeout, waitForCompletion } = validateJobProps(this, props, new.target !== NeoCompilationJob);
    this.waitsForCompletion = waitForCompletion;
    const settings = compilationSettings(this, props, waitForCompletion ? timeout : undefined);
    const { role, privateVpc, outputPrefix } = settings;
    this.role = role;
    this.target = props.target;
    this.vpcConfig = props.vpcConfig;
    this.outputBucket = props.outputBucket;
    this.maxRuntime = settings.maxRuntime;
    this.outputEncryptionKey = settings.outputEncryptionKey;
    if (props.tags) { this.tagManager = jobTagManager(this, props.tags, MAX_TAGS.deployment); }

    const model = bindDeployedModel(this, 'model', props.model, { role, privateVpc });
    validateCompilation(this, { ...model, target: props.target, compilerOptions: props.compilerOptions });
    awaitModel(this, model, role, privateVpc);
    grantExecutionRole(this, settings);

    const provider = CompilationJobProvider.getOrCreate(this, privateVpc);
    provider.allowPassRole(role);
    if (props.functionLogRetention !== undefined) { provider.retainLogs(props.functionLogRetention); }
    if (props.compilationJobName) { provider.allowJobName(props.compilationJobName); }
    this.provider = provider;
    const jobNamePrefix = `${provider.jobNamePrefix}-${jobNamePart(id, 21)}`;
    this.jobNamePrefix = props.compilationJobName ?? `${jobNamePrefix}-`;
    // The pattern does not contain the job's name, which is an attribute of the job: a grant to the network's role must not wait for the job, which
    // waits for the role.
    this.artifactPattern = inPolicy(`${literally(outputPrefix)}/${props.compilationJobName ?? `${jobNamePrefix}-*`}/*`);
    if (props.deleteArtifacts) {
      provider.allowDeleteArtifacts(this.outputBucket, this.artifactPattern);
      // The handler does not use the jobs' endpoint, so a bucket policy that denies deletions must exempt it.
      if (privateVpc) { allowDeletion(this, privateVpc, provider.role); }
    }

    const properties: CompilationJobProperties = {
      JobName: props.compilationJobName,
      JobNamePrefix: jobNamePrefix,
      Request: this.request(settings, props, model),
      Tags: this.renderedTags(provider.jobNamePrefix),
      ModelVersion: model.modelVersion,
      WaitForCompletion: waitForCompletion ? 'true' : 'false',
      TimeLimitInSeconds: `${timeout.toSeconds()}`,
      DeleteArtifacts: props.deleteArtifacts ? 'true' : 'false',
    };
    // CDK's CustomResource would add one more construct to each of perhaps hundreds of jobs, and one more level to escape hatches.
    this.resource = new CfnResource(this, provider.resourceId, {
      type: NeoCompilationJob.RESOURCE_TYPE,
      properties: { ServiceToken: provider.serviceToken, ...properties },
    });
    this.resource.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.node.defaultChild = this.resource;
    limitConcurrentJobs(this, this.resource, this.waitsForCompletion, privateVpc);
    // A job is created after its network and its permissions, and deleted before them.
    this.resource.node.addDependency(...[privateVpc, role === privateVpc?.role ? undefined : role].filter(dependency => dependency !== undefined));
    if (privateVpc) { bucketPoliciesOf(privateVpc)?.orderJob(this.resource); }
  }

  /** Collects the tags of the job. */
  public get cdkTagManager(): TagManager {
    // Most jobs have no tags of their own, so this is created when it is first used.
    return this.tagManager ??= jobTagManager(this, undefined, MAX_TAGS.deployment);
  }

  /** @internal */
  public get _observation(): JobObservation {
    return {
      provider: this.provider,
      outcomes: { stackName: [Stack.of(this).stackName], logicalResourceId: [this.logicalResourceId] },
      jobNamePrefix: this.jobNamePrefix,
      maxRuntime: this.maxRuntime,
      waitsForCompletion: this.waitsForCompletion,
    };
  }

  /** @internal */
  protected get _artifacts(): Artifacts {
    return { bucket: this.outputBucket, pattern: this.artifactPattern, key: this.outputEncryptionKey };
  }

  public get jobName(): string {
    return this.resource.ref;
  }

  public get jobArn(): string {
    return this.attribute('JobArn');
  }

  /**
   * Logical ID of the job in its stack. It is the dimension `Job` of the job's metrics and `logicalResourceId` in its events. Unlike the name, it
   * stays the same if a new job replaces the job.
   */
  public get logicalResourceId(): string {
    return Lazy.string({ produce: () => Stack.of(this).resolve((this.node.defaultChild as CfnElement).logicalId) });
  }

  public get modelArtifactsUri(): string {
    return this.resultAttribute('modelArtifactsUri', 'ModelArtifactsUri');
  }

  public get artifactDigest(): string {
    return this.resultAttribute('artifactDigest', 'ArtifactDigest');
  }

  public get inferenceImage(): string {
    if (this.target.isEdge) {
      throw new NeoValidationError(`inferenceImage is known for cloud targets only, because Neo has no image for edge devices: use modelArtifactsUri instead; got: ${this.target}`, this);
    }
    return this.resultAttribute('inferenceImage', 'InferenceImage');
  }

  public get artifactObjectKey(): string {
    return this.resultAttribute('artifactObjectKey', 'ArtifactObjectKey');
  }

  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const metric = outcomeMetric(this, metricName, Stack.of(this).stackName, this.logicalResourceId, props);
    recordOutcomes(this.provider, metricName);
    return metric;
  }

  /** Renders the CreateCompilationJob request. The handler appends the job's name to the output location. */
  private request(settings: CompilationSettings, props: NeoCompilationJobProps, model: NeoModelConfig): CompilationJobProperties['Request'] {
    const request = compilationRequest(this, settings, { ...props, model }, settings.outputUri);
    const { MaxRuntimeInSeconds, MaxPendingTimeInSeconds } = request.StoppingCondition;
    return {
      ...request as any,
      StoppingCondition: { MaxRuntimeInSeconds: `${MaxRuntimeInSeconds}`, MaxPendingTimeInSeconds: MaxPendingTimeInSeconds && `${MaxPendingTimeInSeconds}` },
    };
  }

  /** TagManager renders the spelling of L1 constructs, `key` and `value`, but the API expects `Key` and `Value`. */
  private renderedTags(stackPrefix: string): CompilationJobProperties['Tags'] {
    return Lazy.any({
      produce: () => [...this.tagManager?.renderTags() ?? [], { key: STACK_TAG, value: stackPrefix }]
        .map(({ key, value }: { key: string; value: string }) => ({ Key: key, Value: value })),
    }) as any;
  }

  private resultAttribute(prop: string, name: keyof CompilationJobAttributes): string {
    if (!this.waitsForCompletion) {
      throw new NeoValidationError(`${prop} is not known with waitForCompletion: false, because the deployment does not wait for the job: wait for it, or call DescribeCompilationJob later; got: false`, this);
    }
    return this.attribute(name);
  }

  private attribute(name: keyof CompilationJobAttributes): string {
    return Token.asString(this.resource.getAtt(name));
  }
}

/**
 * Validates everything about the props of a job that does not depend on its model and target. A subclass may have further props.
 *
 * @returns the props that have a default here
 */
function validateJobProps(scope: Construct, props: NeoCompilationJobProps, isSubclass: boolean): Required<Pick<NeoCompilationJobProps, 'timeout' | 'waitForCompletion'>> {
  requireDeployedTypes(scope, props, TYPES, isSubclass);
  if (props.compilationJobName !== undefined) { requireJobName(scope, 'compilationJobName', props.compilationJobName); }
  validateCommonProps(scope, props, MAX_TAGS.deployment);
  const { timeout = MAX_TIMEOUT, waitForCompletion = true, functionLogRetention } = props;
  validateTimeout(scope, { ...props, timeout, waitForCompletion });
  if (functionLogRetention !== undefined && logs.RetentionDays[functionLogRetention] === undefined) {
    throw new NeoValidationError(`functionLogRetention must be one of logs.RetentionDays, such as logs.RetentionDays.ONE_YEAR; got: ${formatValue(functionLogRetention)}`, scope);
  }
  return { timeout, waitForCompletion };
}

/** Compares the timeout with other limits if the deployment waits for the job. Otherwise, the timeout never stops a job. */
function validateTimeout(
  scope: Construct, { timeout, maxRuntime, maxPendingTime, waitForCompletion }: NeoCompilationJobProps & { readonly timeout: Duration },
): void {
  const limit = wholeSeconds(scope, 'timeout', timeout, {
    min: 60,
    max: MAX_TIMEOUT.toSeconds(),
    description: 'between 1 and 55 minutes (CloudFormation waits one hour, and stopping a job takes time)',
  });
  if (!waitForCompletion || limit === undefined) { return; }
  const exceeds = (duration?: Duration) => duration && !duration.isUnresolved() && duration.toSeconds() > limit;
  if (exceeds(maxRuntime)) {
    throw new NeoValidationError(`maxRuntime must not be longer than timeout (${limit} seconds) while the deployment waits for the job: `
      + `raise timeout up to 55 minutes, or set waitForCompletion to false; got: ${maxRuntime!.toSeconds()} seconds`, scope);
  }
  if (exceeds(maxPendingTime)) {
    Annotations.of(scope).addWarningV2('cdk-sagemaker-neo:maxPendingTimeBeyondTimeout',
      `maxPendingTime (${maxPendingTime!.toSeconds()} seconds) is longer than timeout (${limit} seconds), at which the job is stopped if the deployment waits for it: set waitForCompletion to false to let it wait longer`);
  }
}
