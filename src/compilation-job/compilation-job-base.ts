import type { IResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * A SageMaker Neo compilation job.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeCompilationJob.html
 */
export interface INeoCompilationJob extends IResource {
  /**
   * Name of the job.
   *
   * @attribute
   */
  readonly jobName: string;

  /**
   * ARN of the job.
   *
   * @attribute
   */
  readonly jobArn: string;

  /**
   * Let somebody read the compiled model. The bucket policy of a private network still denies it to whoever does not come
   * through the network's S3 endpoint: name such a principal to the network, too (`allowOutsideEndpoint`).
   *
   * @param grantee who may read
   */
  grantReadArtifacts(grantee: iam.IGrantable): iam.Grant;
}
