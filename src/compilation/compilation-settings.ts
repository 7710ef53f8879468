import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { INeoPrivateCompilationVpc, NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { NeoValidationError } from '../util/errors';
import { uploadDestination } from '../util/s3-names';

/**
 * Properties that compilation jobs, Step Functions tasks and fleets have in common.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCommonCompilationProps {
  /**
   * Network of the job: `vpcConfig` of a `NeoPrivateCompilationVpc`. It is required, because a job without it runs in a network of
   * AWS with a path to the internet, and IAM cannot forbid that.
   */
  readonly vpcConfig: NeoVpcConfig;

  /**
   * Bucket that the compiled model is written to. It must be one of the buckets of the private network and in the job's Region.
   */
  readonly outputBucket: s3.IBucket;

  /**
   * Folder in the output bucket, without slashes at its ends. Every job writes into its own folder below it, named like the job.
   *
   * @default 'neo'
   */
  readonly outputPrefix?: string;

  /**
   * Key that encrypts the compiled model in the bucket. The job's role is granted its use; readers of the model need `kms:Decrypt`.
   *
   * @default - the key of the bucket, otherwise `encryptionKey` of the private network, otherwise the bucket's default encryption
   */
  readonly outputEncryptionKey?: kms.IKey;

  /**
   * Execution role of the jobs. It must trust `sagemaker.amazonaws.com` and be in the account of the stack. It is granted the permissions that it
   * lacks; if it cannot be changed, a warning says what it needs. If you write `vpcConfig` by hand, you must grant the permissions on the network.
   *
   * @default - the role of the private network
   */
  readonly role?: iam.IRole;

  /**
   * How long the compilation may run before SageMaker ends it (`MaxRuntimeInSeconds`), in whole seconds, at least 1.
   *
   * @default - 15 minutes, or the `timeout` of a `NeoCompilationJob` if that is shorter
   */
  readonly maxRuntime?: Duration;

  /**
   * How long the job may wait for an instance before SageMaker ends it (`MaxPendingTimeInSeconds`), 30 minutes to 28 days. A value above
   * the `timeout` of a `NeoCompilationJob` is useful only with `waitForCompletion: false`. According to the API reference, it has an effect only for
   * accelerated instance types, so it may have none for a compilation job.
   *
   * @default - SageMaker's default
   */
  readonly maxPendingTime?: Duration;
}

const DEFAULT_OUTPUT_PREFIX = 'neo';

/** AWS advises starting with 900 seconds. */
const DEFAULT_MAX_RUNTIME = Duration.minutes(15);

/** The props that jobs, tasks and fleets share, with the defaults applied. */
export interface CompilationSettings {
  readonly vpcConfig: NeoVpcConfig;
  readonly privateVpc?: INeoPrivateCompilationVpc;
  readonly role: iam.IRole;
  readonly outputBucket: s3.IBucket;
  readonly outputPrefix: string;
  /** S3 URI of the prefix under which each job has its own folder. */
  readonly outputUri: string;
  /** Undefined if S3 encrypts with the key of the bucket, or with its own. */
  readonly outputEncryptionKey?: kms.IKey;
  readonly maxRuntime: Duration;
  readonly maxPendingTime?: Duration;
}

/** A folder that jobs write to. */
export interface CompilationOutput {
  readonly scope: IConstruct;
  readonly bucket: s3.IBucket;
  readonly prefix: string;
}

/** The folders that the jobs of an app write to. */
const outputsByApp = new WeakMap<IConstruct, CompilationOutput[]>();

/** Lists the folders that the jobs, tasks and fleets of an app write to. It must be called at the end of synthesis. */
export function outputsOf(app: IConstruct): CompilationOutput[] {
  return outputsByApp.get(app) ?? [];
}

/**
 * Applies the defaults of the common props.
 *
 * @param timeout limit of the total time of the job, if there is one
 * @throws NeoValidationError if there is no role
 */
export function compilationSettings(scope: IConstruct, props: NeoCommonCompilationProps, timeout?: Duration): CompilationSettings {
  const { vpcConfig, outputPrefix = DEFAULT_OUTPUT_PREFIX, maxPendingTime } = props;
  const outputBucket = uploadDestination(props.outputBucket);
  const { privateVpc } = vpcConfig;
  const role = props.role ?? privateVpc?.role;
  if (!role) {
    throw new NeoValidationError('role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc; got: undefined', scope);
  }
  const outputs = outputsByApp.get(scope.node.root) ?? [];
  outputsByApp.set(scope.node.root, outputs);
  outputs.push({ scope, bucket: outputBucket, prefix: `${outputPrefix}/` });
  return {
    vpcConfig,
    privateVpc,
    role,
    outputBucket,
    outputPrefix,
    outputUri: outputBucket.s3UrlForObject(outputPrefix),
    outputEncryptionKey: props.outputEncryptionKey ?? (outputBucket.encryptionKey ? undefined : privateVpc?.encryptionKey),
    maxRuntime: maxRuntimeOrDefault(props.maxRuntime, timeout),
    maxPendingTime,
  };
}

/** The default is never longer than the timeout, so that users who set only the timeout get no error about a prop that they never set. */
export function maxRuntimeOrDefault(maxRuntime: Duration | undefined, timeout?: Duration): Duration {
  if (maxRuntime) { return maxRuntime; }
  const isShorter = timeout && !timeout.isUnresolved() && timeout.toMilliseconds() < DEFAULT_MAX_RUNTIME.toMilliseconds();
  return isShorter ? timeout : DEFAULT_MAX_RUNTIME;
}
