import type * as iam from 'aws-cdk-lib/aws-iam';
import type { NeoCompilationJob } from '../compilation-job/compilation-job';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';

/**
 * Properties of a `NeoCompiledModel`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
 */
export interface NeoCompiledModelProps {
  /**
   * The job whose result is hosted: for a cloud target, and one that the deployment waits for. In the account and Region of this stack.
   */
  readonly job: NeoCompilationJob;

  /**
   * Network of the model's containers, at least two subnets. Each hosting instance takes addresses of its subnets, so size them for
   * endpoints and jobs together (`maxConcurrentInstances`).
   *
   * @default - the network of the job: the compiled model is read through its S3 endpoint, and the bucket policies let it pass
   */
  readonly vpcConfig?: NeoVpcConfig;

  /**
   * Role that SageMaker assumes to host the model. A role of your own needs the permissions that AWS lists for CreateModel; the
   * compiled model is granted to it here.
   *
   * @default - a new role with these permissions, on this network and this model only
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
   */
  readonly role?: iam.IRole;

  /**
   * Whether the containers can make no network calls at all. SageMaker itself still downloads the model, with the role and, as AWS documents, through
   * the VPC, and delivers the requests for inferences.
   *
   * @default true
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html
   */
  readonly enableNetworkIsolation?: boolean;

  /**
   * Whether the role is named to the bucket policies of the job's network, so that it may read from outside the S3 endpoint as well. For a
   * model that is hosted in another network, or should SageMaker's check of the artifact not come through the subnets. The role must
   * then be made in the network's stack, or have a `roleName`.
   *
   * @default false
   */
  readonly allowOutsideEndpoint?: boolean;

  /**
   * Image of the container, in place of the one that Neo names: to pin a version, or to serve with an image of your own.
   *
   * @default - `inferenceImage` of the job
   */
  readonly image?: string;

  /**
   * Environment variables of the container. Which ones an image wants depends on the framework.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-deployment-hosting-services-boto3.html
   */
  readonly environment?: { [name: string]: string };

  /**
   * Name of the model, 1 to 63 letters, digits and hyphens. A model cannot be changed: with a fixed name, every new compilation
   * fails to deploy until the name is changed as well.
   *
   * @default - CloudFormation generates a unique name
   */
  readonly modelName?: string;
}
