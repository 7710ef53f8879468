import { CfnResource, Lazy, RemovalPolicy, TagManager, type Duration, TagType, Token, type ITaggableV2 } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { INeoCompilationJob } from './compilation-job-base';
import { COMPILATION_JOB_TYPE, STACK_TAG, type CompilationJobAttributes, type CompilationJobProperties } from './compilation-job-properties';
import type { NeoCompilationJobProps } from './compilation-job-props';
import { CompilationJobProvider, jobNamePart } from './compilation-job-provider';
import { MAX_TIMEOUT, validateJobProps } from './compilation-job-validation';
import { importedCompilationJob } from './imported-compilation-job';
import { limitConcurrentJobs } from './job-order';
import { warnOfMissingModel } from './missing-model';
import { NeoObservedCompilationJob } from './observed-compilation-job';
import { allowDeletion, grantArtifacts } from '../compilation/artifact-access';
import { compilationRequest } from '../compilation/compilation-request';
import { compilationSettings, type CompilationSettings } from '../compilation/compilation-settings';
import { MAX_TAGS, tagFault, validateCompilation } from '../compilation/compilation-validation';
import { grantExecutionRole } from '../compilation/execution-role';
import type { NeoModelConfig } from '../model/model-options';
import { bucketPoliciesOf } from '../network/bucket-policies';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { requireExemptable } from '../network/stack-cycle';
import type { NeoTarget } from '../target/target';
import { NeoValidationError } from '../util/errors';
import { inPolicy, literally } from '../util/object-keys';
import { requireType } from '../util/prop-types';
import { GRANTEE } from '../util/resource-types';

/**
 * A model compiled by SageMaker Neo in a private network, as part of the deployment.
 *
 * Creating the resource runs the job and waits for its end; changing what alters the result runs a new job under a new name and removes the old
 * one; deleting it stops the job if it still runs, and removes it. The compiled model stays in the bucket unless `deleteArtifacts` is set.
 * All jobs of a stack share one set of functions, so that each further job costs one CloudFormation resource.
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
export class NeoCompilationJob extends NeoObservedCompilationJob implements INeoCompilationJob, ITaggableV2 {
  /**
   * CloudFormation's type of the resource.
   */
  public static readonly RESOURCE_TYPE: string = COMPILATION_JOB_TYPE;

  /**
   * A job that exists, by its name: one of another stack, or one that was started by hand.
   *
   * @param scope where to import it
   * @param id construct id
   * @param jobName name of the job, in the account and Region of the scope
   */
  public static fromJobName(scope: Construct, id: string, jobName: string): INeoCompilationJob {
    return importedCompilationJob(scope, id, jobName);
  }

  /** Collects the tags of the job. */
  public readonly cdkTagManager: TagManager;

  /**
   * Bucket of the compiled model.
   */
  public readonly outputBucket: s3.IBucket;

  /**
   * Role that the job assumes.
   */
  public readonly role: iam.IRole;

  /**
   * The device or platform that the model is compiled for.
   */
  public readonly target: NeoTarget;

  /**
   * Network of the job.
   */
  public readonly vpcConfig: NeoVpcConfig;

  /**
   * Whether the deployment waits for the job.
   */
  public readonly waitsForCompletion: boolean;

  /**
   * How long the compilation may run before SageMaker ends it.
   */
  public readonly maxRuntime: Duration;

  /**
   * The fixed name of the job, or how its generated names begin.
   *
   * @internal
   */
  public readonly _jobNamePrefix: string;

  /** @internal */
  public readonly _provider: CompilationJobProvider;

  private readonly resource: CfnResource;
  private readonly outputEncryptionKey?: kms.IKey;
  /** Known at synth, unlike the job's name: a grant to the network's own role must not wait for the job, which waits for the role. */
  private readonly artifactPattern: string;

  /**
   * @param scope construct that it becomes a part of
   * @param id construct id, unique in the scope
   * @param props network, model, target and output
   */
  constructor(scope: Construct, id: string, private readonly props: NeoCompilationJobProps) {
    super(scope, id);
    validateJobProps(this, props, new.target !== NeoCompilationJob);
    this.waitsForCompletion = props.waitForCompletion !== false;
    const settings = compilationSettings(this, props, this.waitsForCompletion ? props.timeout : undefined);
    const { role, privateVpc, outputPrefix } = settings;
    this.role = role;
    this.target = props.target;
    this.vpcConfig = props.vpcConfig;
    this.outputBucket = props.outputBucket;
    this.outputEncryptionKey = settings.outputEncryptionKey;
    this.maxRuntime = settings.maxRuntime;
    this.cdkTagManager = new TagManager(TagType.STANDARD, 'AWS::SageMaker::CompilationJob', props.tags
      && Object.entries(props.tags).map(([key, value]) => ({ key, value })));
    // Tags of the construct tree come later.
    this.node.addValidation({ validate: () => [tagFault(this.cdkTagManager.tagValues(), MAX_TAGS.deployment)].filter(fault => fault !== undefined) });

    const model = props.model.bind(this, { role, privateVpc });
    validateCompilation(this, { ...model, target: props.target, compilerOptions: props.compilerOptions });
    warnOfMissingModel(this, model);
    grantExecutionRole(this, settings);

    const provider = CompilationJobProvider.getOrCreate(this, privateVpc);
    this._provider = provider;
    provider.allowPassRole(role);
    if (props.compilationJobName) { provider.allowJobName(props.compilationJobName); }
    const jobNamePrefix = `${provider.jobNamePrefix}-${jobNamePart(id, 21)}`;
    this._jobNamePrefix = props.compilationJobName ?? `${jobNamePrefix}-`;
    this.artifactPattern = inPolicy(`${literally(outputPrefix)}/${props.compilationJobName ?? `${jobNamePrefix}-*`}/*`);
    if (props.deleteArtifacts) {
      provider.allowDeleteArtifacts(this.outputBucket, this.artifactPattern);
      // Outside the VPC, the handler must be let through by a bucket policy that was told to deny deletions.
      if (privateVpc && !privateVpc.controlPlaneSecurityGroup) { allowDeletion(this, privateVpc, provider.role); }
    }

    const properties: CompilationJobProperties = {
      JobName: props.compilationJobName,
      JobNamePrefix: jobNamePrefix,
      Request: this.request(settings, model),
      Tags: this.renderedTags(provider.jobNamePrefix),
      ModelVersion: model.modelVersion,
      WaitForCompletion: this.waitsForCompletion ? 'true' : 'false',
      TimeLimitInSeconds: `${(props.timeout ?? MAX_TIMEOUT).toSeconds()}`,
      DeleteArtifacts: props.deleteArtifacts ? 'true' : 'false',
    };
    // Not CDK's CustomResource: that is one more construct for each of maybe hundreds of jobs, and one more step to an escape hatch.
    this.resource = new CfnResource(this, provider.resourceId, {
      type: NeoCompilationJob.RESOURCE_TYPE,
      properties: { ServiceToken: provider.serviceToken, ...properties },
    });
    this.resource.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.node.defaultChild = this.resource;
    limitConcurrentJobs(this, this.resource, privateVpc);
    // No job before its network and its permissions are there; none left when they go.
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
   * S3 URI of the compiled model, a `.tar.gz` archive. Reading it is an error with `waitForCompletion: false`, as the deployment then goes on before it
   * is known.
   *
   * @attribute
   */
  public get modelArtifactsUri(): string {
    return this.resultAttribute('modelArtifactsUri', 'ModelArtifactsUri');
  }

  /**
   * SHA-256 digest of the compiled model. Reading it is an error with `waitForCompletion: false`, as the deployment then goes on before it
   * is known.
   *
   * @attribute
   */
  public get artifactDigest(): string {
    return this.resultAttribute('artifactDigest', 'ArtifactDigest');
  }

  /**
   * Image that serves the compiled model on a SageMaker endpoint. For cloud targets only: Neo names none for edge devices, and reading it is an error
   * there, as it is with `waitForCompletion: false`.
   *
   * @attribute
   */
  public get inferenceImage(): string {
    if (this.props.target.isEdge) {
      throw new NeoValidationError('inferenceImage is known for cloud targets only, as Neo has no image for edge devices; use modelArtifactsUri instead', this);
    }
    return this.resultAttribute('inferenceImage', 'InferenceImage');
  }

  /**
   * Key of the compiled model in the output bucket. Reading it is an error with `waitForCompletion: false`, as the deployment then goes on before it
   * is known.
   *
   * @attribute
   */
  public get artifactObjectKey(): string {
    return this.resultAttribute('artifactObjectKey', 'ArtifactObjectKey');
  }

  /**
   * Let somebody read the compiled model, `kms:Decrypt` on its key included, and nothing else of the bucket. The bucket policy of a private network still denies it to whoever does not
   * come through the network's S3 endpoint: use `grantReadArtifactsOutsideEndpoint` for those.
   *
   * @param grantee who may read
   */
  public grantReadArtifacts(grantee: iam.IGrantable): iam.Grant {
    requireType(this, 'grantee', grantee, GRANTEE);
    return grantArtifacts(this, { bucket: this.outputBucket, pattern: this.artifactPattern, key: this.outputEncryptionKey }, grantee);
  }

  /**
   * Let somebody outside the private network read the compiled model: the role of a device, say. Grants what `grantReadArtifacts` does and has the
   * network's bucket policies let the principal through (`allowOutsideEndpoint`).
   *
   * Create the role in the network's stack, as its bucket policies name the role, and the role's policy names the bucket; or give it a `roleName`.
   *
   * @param grantee a role, a user, a function or an `ArnPrincipal`
   */
  public grantReadArtifactsOutsideEndpoint(grantee: iam.IGrantable): iam.Grant {
    requireType(this, 'grantee', grantee, GRANTEE);
    const { privateVpc } = this.vpcConfig;
    if (privateVpc) {
      requireExemptable(this, privateVpc, 'grantee', grantee.grantPrincipal, 'make it in the stack of the network, or give the role a roleName');
      privateVpc.allowOutsideEndpoint(grantee);
    }
    return this.grantReadArtifacts(grantee);
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
      throw new NeoValidationError(`${prop} is not known with waitForCompletion: false, as the deployment does not wait for the job; wait for it, or read the job with DescribeCompilationJob later`, this);
    }
    return this.attribute(name);
  }

  private attribute(name: keyof CompilationJobAttributes): string {
    return Token.asString(this.resource.getAtt(name));
  }
}
