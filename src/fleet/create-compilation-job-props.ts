import type { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { NeoModel } from '../model/model';
import type { NeoVpcConfig } from '../private-compilation-vpc/vpc-config';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';

/**
 * What a job that a state machine starts is made of.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCompilationTaskOptions {
  /**
   * Name of the job, 1 to 63 letters, digits and hyphens, unique in account and Region, also among jobs that have ended. Usually
   * from the state's input: `sfn.JsonPath.stringAt('$.name')` in JSONPath, `{% $states.input.name %}` in JSONata.
   */
  readonly compilationJobName: string;

  /**
   * Pattern of the names that `compilationJobName` may take at run time, `*` and `?` allowed. The state machine may use jobs of
   * these names only.
   *
   * @default - the name itself when it is known at synthesis, otherwise `*`
   */
  readonly compilationJobNamePattern?: string;

  /**
   * Network of the job: `vpcConfig` of a `NeoPrivateCompilationVpc`. Required, as a job without it runs in a network of
   * AWS with a path to the internet, and IAM cannot forbid that.
   */
  readonly vpcConfig: NeoVpcConfig;

  /**
   * The model to compile; `NeoExecutionModel` for one that the state's input names.
   */
  readonly model: NeoModel;

  /**
   * The device or platform to compile for. Its names may be known at run time only (`sfn.JsonPath.stringAt`, `NeoExpression.jsonata`).
   */
  readonly target: NeoTarget;

  /**
   * Bucket that the compiled model is written to; one of the buckets of the private network, in the job's Region.
   */
  readonly outputBucket: s3.IBucket;

  /**
   * Folder in the output bucket, without slashes at its ends. Every job writes into a folder of its own below it, named like the job.
   *
   * @default 'neo'
   */
  readonly outputPrefix?: string;

  /**
   * Key that encrypts the compiled model in the bucket.
   *
   * @default - the key of the bucket, or else `encryptionKey` of the private network, or else the encryption that the bucket applies by itself
   */
  readonly outputEncryptionKey?: kms.IKey;

  /**
   * Options for the compiler, as far as the target takes any.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Role that the job assumes to read, write and log. A role of your own needs the actions of the role that
   * `NeoPrivateCompilationVpc` makes; model and output are granted to it here.
   *
   * @default - the role of the private network
   */
  readonly role?: iam.IRole;

  /**
   * How long the compilation may run before SageMaker ends it (`MaxRuntimeInSeconds`), in whole seconds, at least 1.
   *
   * @default Duration.minutes(15)
   */
  readonly maxRuntime?: Duration;

  /**
   * How long the job may wait for an instance before SageMaker ends it (`MaxPendingTimeInSeconds`), 30 minutes to 28 days.
   *
   * @default - SageMaker's own
   */
  readonly maxPendingTime?: Duration;

  /**
   * Tags of the job, at most 47. A further one, `cdk-sagemaker-neo:execution`, says which execution started the job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

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
