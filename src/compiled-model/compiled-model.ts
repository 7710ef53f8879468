import { PhysicalName, Resource, Stack, Token, type IResource } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { requireDeployedTypes, requireJobName, validateVpcConfig, VPC_CONFIG } from '../compilation/compilation-validation';
import type { INeoCompilationJob } from '../compilation-job/compilation-job-base';
import { requireExemptable } from '../network/bucket-policies';
import { NETWORK_REASONS, networkStatements, writeLogsStatement } from '../network/execution-role';
import type { INeoPrivateCompilationVpc, NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { checkTrust, FOR_HOSTING } from '../network/role-trust';
import { acknowledge, acknowledgeWildcards, INLINE_POLICY_REASONS, type Reasons } from '../util/acknowledge';
import { differ, requirePassableRole } from '../util/environment';
import { formatValue, NeoValidationError } from '../util/errors';
import { BOOLEAN, mapOf, optional, requireType, STRING, type PropTypes } from '../util/prop-types';
import { JOB, ROLE } from '../util/resource-types';

/**
 * A SageMaker model that hosts the result of a compilation job.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html
 */
export interface INeoCompiledModel extends IResource {
  /**
   * Name of the model, for an endpoint configuration or a batch transform job.
   *
   * @attribute
   */
  readonly modelName: string;

  /**
   * ARN of the model.
   *
   * @attribute
   */
  readonly modelArn: string;
}

/**
 * Properties of a `NeoCompiledModel`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
 */
export interface NeoCompiledModelProps {
  /**
   * The job whose result is hosted. Its target must be a cloud target, the deployment must wait for it, and it must be in the account and Region of
   * this stack.
   */
  readonly job: INeoCompilationJob;

  /**
   * Network of the model's containers, with at least two subnets. Each hosting instance uses addresses of the subnets, so size them for endpoints
   * and jobs together (`maxConcurrentInstances`).
   *
   * @default - the network of the job: SageMaker reads the compiled model through its S3 endpoint, which the bucket policies allow
   */
  readonly vpcConfig?: NeoVpcConfig;

  /**
   * Role that SageMaker assumes to host the model. It must trust `sagemaker.amazonaws.com` for models, so an execution role that trusts it only for
   * compilation jobs fails. It needs the permissions that AWS lists for CreateModel. The construct grants it only access to the compiled model.
   *
   * @default - a new role with these permissions, on this network and this model only
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
   */
  readonly role?: iam.IRole;

  /**
   * Whether the containers are isolated from the network, so that they cannot make any network calls. SageMaker itself still delivers inference
   * requests and downloads the model, with the role and, as AWS documents, through the VPC.
   *
   * @default true
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
   */
  readonly enableNetworkIsolation?: boolean;

  /**
   * Whether the bucket policies of the job's network exempt the role, so that it may also read from outside the S3 endpoint. Use it for a model that
   * is hosted in another network, or if SageMaker's check of the artifact does not come through the subnets. An existing `role` must then be created
   * in the network's stack, or have a `roleName`.
   *
   * @default false
   */
  readonly allowOutsideEndpoint?: boolean;

  /**
   * Image of the container instead of the one that Neo returns, to pin a version or to use an image of your own.
   *
   * @default - `inferenceImage` of the job
   */
  readonly image?: string;

  /**
   * Environment variables of the container. The framework decides which ones an image needs.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-deployment-hosting-services-boto3.html
   */
  readonly environment?: { [name: string]: string };

  /**
   * Name of the model: 1 to 63 letters, digits and hyphens. A model cannot be changed, so with a fixed name, every deployment of a new compilation
   * fails unless the name changes as well.
   *
   * @default - CloudFormation generates a unique name
   */
  readonly modelName?: string;
}

/**
 * A SageMaker model that hosts the result of a compilation job for a cloud target. It consists of the compiled archive, the image that Neo returns
 * for it, a role with least privilege and the job's private network. Its containers have no network access.
 *
 * A new compilation creates a new model. An endpoint configuration that refers to `modelName` is then replaced, and its endpoint is updated.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
 *
 * @example
 * declare const job: NeoCompilationJob;
 * const model = new NeoCompiledModel(this, 'Model', { job });
 * new CfnOutput(this, 'ModelName', { value: model.modelName });
 */
export class NeoCompiledModel extends Resource implements INeoCompiledModel, iam.IGrantable {
  /**
   * Imports a model by its name.
   *
   * @param scope scope of the imported model
   * @param id construct id
   * @param modelName name of the model, in the account and Region of the scope
   */
  public static fromModelName(scope: Construct, id: string, modelName: string): INeoCompiledModel {
    requireType(scope, 'modelName', modelName, STRING);
    requireJobName(scope, 'modelName', modelName);
    class Imported extends Resource implements INeoCompiledModel {
      public readonly modelName = modelName;
      public readonly modelArn = Stack.of(this).formatArn({ service: 'sagemaker', resource: 'model', resourceName: modelName });
    }
    return new Imported(scope, id);
  }

  /**
   * The model.
   */
  public readonly model: sagemaker.CfnModel;

  public readonly modelName: string;

  public readonly modelArn: string;

  /**
   * Role that SageMaker assumes to host the model.
   */
  public readonly role: iam.IRole;

  /**
   * The role, as the grantee of further permissions.
   */
  public readonly grantPrincipal: iam.IPrincipal;

  /**
   * @param scope the parent of the construct, usually `this`
   * @param id construct id, unique in the scope
   * @param props the job, and options for hosting its result
   */
  constructor(scope: Construct, id: string, props: NeoCompiledModelProps) {
    super(scope, id);
    requireDeployedTypes(this, props, TYPES, new.target !== NeoCompiledModel);
    const { job, vpcConfig = job.vpcConfig } = props;
    validate(this, props, vpcConfig);
    const role = props.role ?? (vpcConfig.privateVpc && createHostingRole(this, vpcConfig.privateVpc));
    if (!role) {
      throw new NeoValidationError('role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc; got: undefined', this);
    }
    if (props.role) { checkTrust(this, role, FOR_HOSTING); }
    this.role = role;
    this.grantPrincipal = role.grantPrincipal;
    if (props.allowOutsideEndpoint && job.vpcConfig.privateVpc) {
      requireExemptable(this, job.vpcConfig.privateVpc, 'role', role, 'with allowOutsideEndpoint, pass a role of the stack of the network, or one with a roleName');
    }
    const granted = props.allowOutsideEndpoint ? job.grantReadArtifactsOutsideEndpoint(role) : job.grantReadArtifacts(role);

    this.model = new sagemaker.CfnModel(this, 'Resource', {
      modelName: props.modelName,
      executionRoleArn: role.roleArn,
      enableNetworkIsolation: props.enableNetworkIsolation ?? true,
      vpcConfig: { subnets: vpcConfig.subnets, securityGroupIds: vpcConfig.securityGroupIds },
      primaryContainer: {
        image: props.image ?? job.inferenceImage,
        modelDataUrl: job.modelArtifactsUri,
        environment: props.environment,
      },
    });
    // SageMaker checks the archive with the role when the model is created, so the permissions must exist by then.
    granted.applyBefore(this.model);
    this.model.node.addDependency(role);
    this.modelName = this.model.attrModelName;
    this.modelArn = this.model.ref;
  }
}

const TYPES: PropTypes<NeoCompiledModelProps> = {
  job: JOB,
  vpcConfig: optional(VPC_CONFIG),
  role: optional(ROLE),
  enableNetworkIsolation: optional(BOOLEAN),
  allowOutsideEndpoint: optional(BOOLEAN),
  image: optional(STRING),
  environment: optional(mapOf(STRING)),
  modelName: optional(STRING),
};

function validate(scope: Construct, { job, role, modelName, image, environment }: NeoCompiledModelProps, vpcConfig: NeoVpcConfig): void {
  const fail = (message: string): never => { throw new NeoValidationError(message, scope); };
  if (job.target.isEdge) {
    fail(`job must be for a cloud target, because SageMaker does not host models that are compiled for a device: give the device access to the artifact (grantReadArtifactsOutsideEndpoint); got: ${job.target}`);
  }
  if (job.target.deviceName === 'lambda' && !image) {
    fail('job must be for an ml_* instance family, which SageMaker can host, unless image is given; got: lambda');
  }
  for (const place of ['region', 'account'] as const) {
    if (differ(Stack.of(scope)[place], job.env[place])) {
      fail(`job must be in the ${place} of the stack, ${Stack.of(scope)[place]}, because SageMaker looks there for its artifact and network; got: ${job.node.path} in ${job.env[place]}`);
    }
  }
  if (role) { requirePassableRole(scope, role); }
  validateVpcConfig(scope, vpcConfig);
  if (!Token.isUnresolved(vpcConfig.subnets) && vpcConfig.subnets.length < 2) {
    fail('vpcConfig.subnets must be at least two, in two Availability Zones, because SageMaker hosting requires them: give the network maxAzs: 2, or the model its own vpcConfig; '
      + `got: ${vpcConfig.subnets.length}`);
  }
  if (image !== undefined && !Token.isUnresolved(image) && !/^\S{1,255}$/.test(image)) {
    fail(`image must be the URI of an image, of 1 to 255 characters without spaces; got: ${formatValue(image)}`);
  }
  const variables = Token.isUnresolved(environment) ? {} : environment ?? {};
  const variable = Object.entries(variables).find(([name, value]) => !isVariable(name, value));
  if (variable) {
    fail(`environment must have names of 1 to 1,024 letters, digits and underscores that do not begin with a digit, and values of up to 1,024 characters; got: ${formatValue(Object.fromEntries([variable]))}`);
  }
  if (modelName !== undefined) { requireJobName(scope, 'modelName', modelName); }
}

/** Whether CreateModel accepts an environment variable. */
function isVariable(name: string, value: string): boolean {
  return (Token.isUnresolved(name) || /^[a-zA-Z_][a-zA-Z0-9_]{0,1023}$/.test(name)) && (Token.isUnresolved(value) || value.length <= 1_024);
}

/**
 * Creates the role that hosts a model, with the permissions that AWS lists for CreateModel in a VPC, except those on the model's bucket.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
function createHostingRole(scope: Construct, network: INeoPrivateCompilationVpc): iam.Role {
  const stack = Stack.of(scope);
  const role = new iam.Role(scope, 'Role', {
    // The role gets a name only if a bucket or key of another account must name it.
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    description: 'Hosts a model compiled by SageMaker Neo',
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': stack.account } } }),
  });
  [
    // Hosting needs nine of the eleven EC2 actions of a compilation. Both sets are restricted to the subnets and groups.
    ...networkStatements(scope, network),
    new iam.PolicyStatement({
      sid: 'PullImage',
      // The repository belongs to AWS. Its account and name are known only when the job has ended, so any repository is allowed, as in AWS's own
      // policy.
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [stack.formatArn({ service: 'ecr', account: '*', resource: 'repository', resourceName: '*' })],
    }),
    new iam.PolicyStatement({
      sid: 'LogInToRegistry',
      // The action takes no resource.
      actions: ['ecr:GetAuthorizationToken'],
      resources: ['*'],
    }),
    // SageMaker names the log group after the endpoint or the transform job, which do not exist yet.
    writeLogsStatement(scope, '/aws/sagemaker/*'),
    new iam.PolicyStatement({
      sid: 'WriteMetrics',
      actions: ['cloudwatch:PutMetricData'],
      // The action takes no resource.
      resources: ['*'],
      conditions: { StringLike: { 'cloudwatch:namespace': ['AWS/SageMaker', '/aws/sagemaker/*'] } },
    }),
  ].forEach(statement => role.addToPolicy(statement));
  acknowledge(role, INLINE_POLICY_REASONS);
  acknowledgeWildcards(role, { ...NETWORK_REASONS, ...WILDCARD_REASONS });
  return role;
}

const WILDCARD_REASONS: Reasons = {
  PullImage: 'The repository is AWS\'s, and its account and name are known only to the finished job.',
  LogInToRegistry: 'GetAuthorizationToken takes no resource.',
  WriteLogs: 'The log group is named by SageMaker, after an endpoint or transform job that does not exist yet.',
  WriteMetrics: 'PutMetricData takes no resource; a condition narrows it to SageMaker\'s namespaces.',
};
