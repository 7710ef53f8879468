import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { NeoCommonCompilationProps } from './compilation-props';
import type { INeoPrivateCompilationVpc, NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { NeoValidationError } from '../util/errors';

const DEFAULT_OUTPUT_PREFIX = 'neo';

/** AWS advises to start at 900 seconds. */
const DEFAULT_MAX_RUNTIME = Duration.minutes(15);

/** The props that jobs, tasks and fleets share, with the defaults applied. */
export interface CompilationSettings {
  readonly vpcConfig: NeoVpcConfig;
  readonly privateVpc?: INeoPrivateCompilationVpc;
  readonly role: iam.IRole;
  readonly outputBucket: s3.IBucket;
  readonly outputPrefix: string;
  /** S3 URI of the folder that holds the folders of the jobs. */
  readonly outputUri: string;
  /** Undefined where S3 encrypts with the key of the bucket, or with its own. */
  readonly outputEncryptionKey?: kms.IKey;
  readonly maxRuntime: Duration;
  readonly maxPendingTime?: Duration;
}

/**
 * Applies the defaults of the common props.
 *
 * @param timeout how long the job may take in all, if there is a limit
 * @throws NeoValidationError when there is no role
 */
export function compilationSettings(scope: IConstruct, props: NeoCommonCompilationProps, timeout?: Duration): CompilationSettings {
  const { vpcConfig, outputBucket, outputPrefix = DEFAULT_OUTPUT_PREFIX, maxPendingTime } = props;
  const { privateVpc } = vpcConfig;
  const role = props.role ?? privateVpc?.role;
  if (!role) {
    throw new NeoValidationError('role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc; got: undefined', scope);
  }
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

/** The default is never longer than the timeout, so that a user who sets only the timeout gets no error about a prop that was never set. */
export function maxRuntimeOrDefault(maxRuntime: Duration | undefined, timeout?: Duration): Duration {
  if (maxRuntime) { return maxRuntime; }
  const isShorter = timeout && !timeout.isUnresolved() && timeout.toMilliseconds() < DEFAULT_MAX_RUNTIME.toMilliseconds();
  return isShorter ? timeout : DEFAULT_MAX_RUNTIME;
}
