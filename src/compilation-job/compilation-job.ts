import { Annotations, CfnResource, Duration, Lazy, RemovalPolicy, Stack, TagManager, TagType, Token, type CfnElement, type ITaggableV2 } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { CompilationJobBase, type INeoCompilationJob, type JobObservation, type NeoCompilationJobAttributes } from './compilation-job-base';
import { COMPILATION_JOB_TYPE, STACK_TAG, type CompilationJobAttributes, type CompilationJobProperties } from './compilation-job-properties';
import { CompilationJobProvider, jobNamePart } from './compilation-job-provider';
import { ImportedCompilationJob } from './imported-compilation-job';
import { awaitModel, limitConcurrentJobs } from './job-order';
import { outcomeMetric, OutcomeMetrics } from './outcomes';
import { compilationRequest } from '../compilation/compilation-request';
import { NeoCommonCompilationProps, compilationSettings, type CompilationSettings } from '../compilation/compilation-settings';
import { bindModel, MAX_TAGS, REQUEST_TYPES, requireJobName, tagFault, validateCommonProps, validateCompilation } from '../compilation/compilation-validation';
import { allowDeletion, grantExecutionRole, type Artifacts } from '../compilation/permissions';
import type { NeoModel } from '../model/model';
import type { NeoModelConfig } from '../model/model-options';
import { bucketPoliciesOf } from '../network/bucket-policies';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';
import { formatValue, NeoValidationError } from '../util/errors';
import type { PropTypes } from '../util/prop-types';
import { BOOLEAN, DURATION, NUMBER, optional, requireTypes, STRING, wholeSeconds } from '../util/prop-types';
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
   * Options for the compiler, as far as the target takes any.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Name of the job, 1 to 63 letters, digits and hyphens, unique in account and Region. A job cannot be changed, and its name
   * cannot be used again. So with a fixed name, every update that alters the result fails until the name is changed as well.
   *
   * @default - a unique name is generated, and a new one for each new job
   */
  readonly compilationJobName?: string;

  /**
   * Whether the deployment waits for the end of the job and fails when the job fails. With `false`, the deployment goes on as soon as SageMaker has
   * accepted the job, and only the name and ARN are known.
   *
   * @default true
   */
  readonly waitForCompletion?: boolean;

  /**
   * How long the deployment waits for the job, including the wait for a free slot of the account's quota. Then the job is stopped and the deployment
   * fails. It is 1 to 55 minutes: CloudFormation's hour, less the time that stopping takes. The random pause before the first call to SageMaker, of up
   * to 84 seconds, does not count, unless the deployment would then wait longer than 55 minutes.
   *
   * @default Duration.minutes(55)
   */
  readonly timeout?: Duration;

  /**
   * Whether the compiled model is deleted together with the job, when the resource is removed from the stack or an update replaces the job.
   * Only the artifact of this job is ever deleted. In a versioned bucket, it gets a delete marker.
   *
   * @default false
   */
  readonly deleteArtifacts?: boolean;

  /**
   * How long the logs of the functions that run the jobs are kept. All jobs of a stack share these functions and their log group, so the longest retention
   * of all jobs applies.
   *
   * @default - one month
   */
  readonly functionLogRetention?: logs.RetentionDays;

  /**
   * Tags of the job, at most 47. Tags set on the construct tree (`Tags.of`) are added. A change of tags makes no new job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

/** CloudFormation waits one hour. The rest is for stopping a job before the answer. */
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
 * A model compiled by SageMaker Neo in a private network, as part of the deployment.
 *
 * Creating the resource runs the job and waits for its end. Changing a prop that alters the result runs a new job under a new name and removes the old
 * one. Deleting the resource stops the job if it still runs, and removes it. The compiled model stays in the bucket unless `deleteArtifacts` is set.
 * All jobs of a stack share one set of functions, so each further job costs one CloudFormation resource.
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
   * CloudFormation's type of the resource.
   */
  public static readonly RESOURCE_TYPE: string = COMPILATION_JOB_TYPE;

  /**
   * Imports a job of another stack, or one that was started by hand, by its name. Only its name, ARN and console links are known;
   * `fromCompilationJobAttributes` takes more.
   *
   * @param scope scope of the imported job
   * @param id construct id
   * @param jobName name of the job, in the account and Region of the scope
   */
  public static fromJobName(scope: Construct, id: string, jobName: string): INeoCompilationJob {
    return new ImportedCompilationJob(scope, id, { jobName });
  }

  /**
   * Imports a job that another stack or another program creates, so that its result can be granted, hosted and watched.
   *
   * @param scope scope of the imported job
   * @param id construct id
   * @param attrs the attributes of the job that are known
   */
  public static fromCompilationJobAttributes(scope: Construct, id: string, attrs: NeoCompilationJobAttributes): INeoCompilationJob {
    return new ImportedCompilationJob(scope, id, attrs);
  }

  /** Collects the tags of the job. */
  public readonly cdkTagManager: TagManager;

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

  /** @internal */
  public readonly _observation: JobObservation;

  /** @internal */
  protected readonly _artifacts: Artifacts;

  private readonly resource: CfnResource;

  /**
   * @param scope construct that it becomes a part of
   * @param id construct id, unique in the scope
   * @param props network, model, target and output
   */
  constructor(scope: Construct, id: string, private readonly props: NeoCompilationJobProps) {
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
    this.cdkTagManager = new TagManager(TagType.STANDARD, 'AWS::SageMaker::CompilationJob', props.tags
      && Object.entries(props.tags).map(([key, value]) => ({ key, value })));
    // Tags of the construct tree come later.
    this.node.addValidation({ validate: () => [tagFault(this.cdkTagManager.tagValues(), MAX_TAGS.deployment)].filter(fault => fault !== undefined) });

    const model = bindModel(this, props.model, { role, privateVpc });
    validateCompilation(this, { ...model, target: props.target, compilerOptions: props.compilerOptions });
    awaitModel(this, model, role, privateVpc);
    grantExecutionRole(this, settings);

    const provider = CompilationJobProvider.getOrCreate(this, privateVpc);
    provider.allowPassRole(role);
    if (props.functionLogRetention !== undefined) { provider.retainLogs(props.functionLogRetention); }
    if (props.compilationJobName) { provider.allowJobName(props.compilationJobName); }
    const jobNamePrefix = `${provider.jobNamePrefix}-${jobNamePart(id, 21)}`;
    // Known at synthesis, unlike the job's name: a grant to the network's own role must not wait for the job, which waits for the role.
    const pattern = inPolicy(`${literally(outputPrefix)}/${props.compilationJobName ?? `${jobNamePrefix}-*`}/*`);
    this._artifacts = { bucket: this.outputBucket, pattern, key: settings.outputEncryptionKey };
    this._observation = {
      provider,
      outcomes: { stackName: [Stack.of(this).stackName], logicalResourceId: [this.logicalResourceId] },
      jobNamePrefix: props.compilationJobName ?? `${jobNamePrefix}-`,
      maxRuntime: this.maxRuntime,
      waitsForCompletion: this.waitsForCompletion,
    };
    if (props.deleteArtifacts) {
      provider.allowDeleteArtifacts(this.outputBucket, pattern);
      // The handler does not use the jobs' endpoint, so a bucket policy that denies deletions must let it through.
      if (privateVpc) { allowDeletion(this, privateVpc, provider.role); }
    }

    const properties: CompilationJobProperties = {
      JobName: props.compilationJobName,
      JobNamePrefix: jobNamePrefix,
      Request: this.request(settings, model),
      Tags: this.renderedTags(provider.jobNamePrefix),
      ModelVersion: model.modelVersion,
      WaitForCompletion: waitForCompletion ? 'true' : 'false',
      TimeLimitInSeconds: `${timeout.toSeconds()}`,
      DeleteArtifacts: props.deleteArtifacts ? 'true' : 'false',
    };
    // CDK's CustomResource would be one more construct for each of maybe hundreds of jobs, and one more step to an escape hatch.
    this.resource = new CfnResource(this, provider.resourceId, {
      type: NeoCompilationJob.RESOURCE_TYPE,
      properties: { ServiceToken: provider.serviceToken, ...properties },
    });
    this.resource.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.node.defaultChild = this.resource;
    limitConcurrentJobs(this, this.resource, this.waitsForCompletion, privateVpc);
    // A job is created after its network and its permissions, and deleted before them.
    this.resource.node.addDependency(...[privateVpc, role === privateVpc?.role ? undefined : role].filter(dependency => dependency !== undefined));
    if (privateVpc) { bucketPoliciesOf(privateVpc)?._orderJob(this.resource); }
  }

  public get jobName(): string {
    return this.resource.ref;
  }

  public get jobArn(): string {
    return this.attribute('JobArn');
  }

  /**
   * Logical ID of the job in its stack: the dimension `Job` of its metrics, and `logicalResourceId` of its events. Unlike the name, it stays the same when
   * a new job is made.
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
    if (this.props.target.isEdge) {
      throw new NeoValidationError('inferenceImage is known for cloud targets only, because Neo has no image for edge devices: use modelArtifactsUri instead', this);
    }
    return this.resultAttribute('inferenceImage', 'InferenceImage');
  }

  public get artifactObjectKey(): string {
    return this.resultAttribute('artifactObjectKey', 'ArtifactObjectKey');
  }

  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const metric = outcomeMetric(this, metricName, Stack.of(this).stackName, this.logicalResourceId, props);
    OutcomeMetrics.of(this._observation.provider!).record(metricName);
    return metric;
  }

  /** The handler appends the name of the job to the output location. */
  private request(settings: CompilationSettings, model: NeoModelConfig): CompilationJobProperties['Request'] {
    const request = compilationRequest(this, settings, { ...this.props, model }, settings.outputUri);
    const { MaxRuntimeInSeconds, MaxPendingTimeInSeconds } = request.StoppingCondition;
    return {
      ...request as any,
      StoppingCondition: { MaxRuntimeInSeconds: `${MaxRuntimeInSeconds}`, MaxPendingTimeInSeconds: MaxPendingTimeInSeconds && `${MaxPendingTimeInSeconds}` },
    };
  }

  /** A TagManager renders for L1 constructs, which spell it their own way. */
  private renderedTags(stackPrefix: string): CompilationJobProperties['Tags'] {
    return Lazy.any({
      produce: () => [...this.cdkTagManager.renderTags() ?? [], { key: STACK_TAG, value: stackPrefix }]
        .map(({ key, value }: { key: string; value: string }) => ({ Key: key, Value: value })),
    }) as any;
  }

  private resultAttribute(prop: string, name: keyof CompilationJobAttributes): string {
    if (!this.waitsForCompletion) {
      throw new NeoValidationError(`${prop} is not known with waitForCompletion: false, because the deployment does not wait for the job: wait for it, or call DescribeCompilationJob later`, this);
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
 * @returns the props that have defaults of their own here
 */
function validateJobProps(scope: Construct, props: NeoCompilationJobProps, isSubclass: boolean): Required<Pick<NeoCompilationJobProps, 'timeout' | 'waitForCompletion'>> {
  requireTypes(scope, props, TYPES, 'props', isSubclass);
  if (props.compilationJobName !== undefined) { requireJobName(scope, 'compilationJobName', props.compilationJobName); }
  validateCommonProps(scope, props, MAX_TAGS.deployment);
  const { timeout = MAX_TIMEOUT, waitForCompletion = true, functionLogRetention } = props;
  validateTimeout(scope, { ...props, timeout, waitForCompletion });
  if (functionLogRetention !== undefined && logs.RetentionDays[functionLogRetention] === undefined) {
    throw new NeoValidationError(`functionLogRetention must be one of logs.RetentionDays, such as logs.RetentionDays.ONE_YEAR; got: ${formatValue(functionLogRetention)}`, scope);
  }
  return { timeout, waitForCompletion };
}

/** The timeout stops a job only while the deployment waits for it. */
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
