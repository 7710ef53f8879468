import type { ITaggableV2, TagManager } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CREATE_RETRIES, retried, sdkIntegration } from './api-call';
import type { NeoCompilationTaskOptions } from './task-request';
import { executionTagOf, jobNamePattern, renderJobTags, TASK_TYPES, taskRequest } from './task-request';
import { jobTagManager, MAX_TAGS } from '../compilation/compilation-validation';
import { createJobStatements } from '../compilation/permissions';
import { NeoValidationError } from '../util/errors';
import { ANYTHING, DURATION, having, havingOneOf, optional, requireTypes, STRING, structOf, type PropTypes } from '../util/prop-types';

/**
 * Properties of `NeoCreateCompilationJob.jsonPath`.
 */
export interface NeoCreateCompilationJobJsonPathProps extends sfn.TaskStateJsonPathBaseProps, NeoCompilationTaskOptions {}

/**
 * Properties of `NeoCreateCompilationJob.jsonata`.
 */
export interface NeoCreateCompilationJobJsonataProps extends sfn.TaskStateJsonataBaseProps, NeoCompilationTaskOptions {}

/**
 * Properties of a `NeoCreateCompilationJob`.
 */
export interface NeoCreateCompilationJobProps extends sfn.TaskStateBaseProps, NeoCompilationTaskOptions {}

/** CDK would silently ignore another object, such as a Duration. */
const TIMEOUT = havingOneOf('a Timeout, such as sfn.Timeout.duration(...)', 'seconds', 'path', 'jsonataExpression');
const MAP = having('a map');

const STATE_TYPES = {
  ...TASK_TYPES,
  queryLanguage: optional(STRING),
  stateName: optional(STRING),
  comment: optional(STRING),
  timeout: optional(DURATION),
  taskTimeout: optional(TIMEOUT),
  heartbeat: optional(DURATION),
  heartbeatTimeout: optional(TIMEOUT),
  integrationPattern: optional(STRING),
  credentials: optional(structOf<sfn.Credentials>('credentials (sfn.Credentials)', {
    role: having('a role of a task, such as sfn.TaskRole.fromRole(...)', 'roleArn', 'resource'),
  })),
  assign: optional(MAP),
};
const JSONPATH_TYPES: PropTypes<NeoCreateCompilationJobJsonPathProps> = {
  ...STATE_TYPES, inputPath: optional(STRING), outputPath: optional(STRING), resultPath: optional(STRING), resultSelector: optional(MAP),
};
const JSONATA_TYPES: PropTypes<NeoCreateCompilationJobJsonataProps> = { ...STATE_TYPES, outputs: optional(ANYTHING) };
const TYPES: PropTypes<NeoCreateCompilationJobProps> = { ...JSONPATH_TYPES, ...JSONATA_TYPES };

/**
 * A Step Functions task that starts a compilation job and continues as soon as SageMaker has accepted it. The result is the
 * response of the API: `CompilationJobArn`. `NeoRunCompilationJob` waits for the end of the job.
 *
 * The task retries, with full jitter, if the quota of jobs is used up, if it is throttled, and after transient errors. If the name is in use, it
 * fails with `SageMaker.ResourceInUseException`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 *
 * @example
 * declare const network: NeoPrivateCompilationVpc;
 * declare const bucket: s3.Bucket;
 * const create = NeoCreateCompilationJob.jsonPath(this, 'Create', {
 *   vpcConfig: network.vpcConfig,
 *   compilationJobName: sfn.JsonPath.stringAt('$.name'),
 *   compilationJobNamePattern: 'nightly-*',
 *   model: NeoModel.fromBucket(bucket, 'models/resnet18.tar.gz', {
 *     framework: NeoFramework.PYTORCH_1_13,
 *     dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
 *   }),
 *   target: NeoTarget.ML_C5,
 *   outputBucket: bucket,
 * });
 * new sfn.StateMachine(this, 'Nightly', { definitionBody: sfn.DefinitionBody.fromChainable(create) });
 */
export class NeoCreateCompilationJob extends sfn.TaskStateBase implements ITaggableV2 {
  /**
   * Creates a task in JSONPath.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the job, and the props of any task in JSONPath
   */
  public static jsonPath(scope: Construct, id: string, props: NeoCreateCompilationJobJsonPathProps): NeoCreateCompilationJob {
    requireTypes(scope, props, JSONPATH_TYPES);
    return new NeoCreateCompilationJob(scope, id, props);
  }

  /**
   * Creates a task in JSONata.
   *
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the job, and the props of any task in JSONata
   */
  public static jsonata(scope: Construct, id: string, props: NeoCreateCompilationJobJsonataProps): NeoCreateCompilationJob {
    requireTypes(scope, props, JSONATA_TYPES);
    return new NeoCreateCompilationJob(scope, id, { ...props, queryLanguage: sfn.QueryLanguage.JSONATA });
  }

  /**
   * Collects the tags that `Tags.of` adds. The jobs get them as well.
   */
  public readonly cdkTagManager: TagManager;
  /**
   * The metrics of the task. They are always undefined, because Step Functions has no metrics for compilation jobs.
   */
  protected readonly taskMetrics: sfn.TaskMetricsConfig | undefined = undefined;
  /**
   * Permissions of the state machine to create jobs with these names, tag them, and pass their role. They are never undefined.
   */
  protected readonly taskPolicies?: iam.PolicyStatement[];
  private readonly language: sfn.QueryLanguage;
  private readonly request: { [name: string]: any };

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the job, and the props of any task
   */
  constructor(scope: Construct, id: string, props: NeoCreateCompilationJobProps) {
    // The props may be missing until their types are checked.
    super(scope, id, { ...props });
    requireTypes(this, props, TYPES, 'props', new.target !== NeoCreateCompilationJob);
    if (props.integrationPattern !== undefined && props.integrationPattern !== sfn.IntegrationPattern.REQUEST_RESPONSE) {
      throw new NeoValidationError('integrationPattern must be REQUEST_RESPONSE, because Step Functions has no .sync for compilation jobs: '
        + `to wait for the end of the job, use NeoRunCompilationJob; got: ${props.integrationPattern}`, this);
    }
    this.language = props.queryLanguage ?? sfn.QueryLanguage.JSON_PATH;
    const { request, role } = taskRequest(this, props, this.language);
    this.request = request;
    this.cdkTagManager = jobTagManager(this, props.tags, MAX_TAGS.execution);
    this.taskPolicies = createJobStatements(this, jobNamePattern(this, props), role);
    retried(this, CREATE_RETRIES);
  }

  /** @internal */
  protected _renderTask(): any {
    const rendered = this._renderParametersOrArguments(this.request, this.language);
    const member = this.language === sfn.QueryLanguage.JSONATA ? 'Arguments' : 'Parameters';
    return {
      Resource: sdkIntegration('sagemaker', 'CreateCompilationJob'),
      [member]: { ...rendered[member], Tags: renderJobTags(this.cdkTagManager, executionTagOf(this.language)) },
    };
  }
}
