import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { outputEncryptionKey } from './output-encryption-key';
import { DEFAULT_MAX_RUNTIME } from './times';
import type { NeoVpcConfig } from '../network/private-compilation-vpc-base';
import { NeoValidationError } from '../util/errors';
import { inPolicy } from '../util/object-keys';

/** What tasks and fleets have in common. */
export interface JobSettings {
  readonly vpcConfig: NeoVpcConfig;
  readonly outputBucket: s3.IBucket;
  readonly outputPrefix?: string;
  readonly outputEncryptionKey?: kms.IKey;
  readonly role?: iam.IRole;
}

/** Of the API's 50; one is `cdk-sagemaker-neo:execution`. */
export const MAX_TAGS = 48;

export const MAX_RUNTIME_IN_SECONDS = DEFAULT_MAX_RUNTIME.toSeconds();

/** S3 URI of the folder above the folders of the jobs. */
export function outputUri({ outputBucket, outputPrefix }: JobSettings): string {
  return outputBucket.s3UrlForObject(outputPrefix ?? 'neo');
}

/**
 * The role of the jobs, which may write their output. A role of the user's own gets what the private network's role has anyway.
 */
export function requireRole(scope: IConstruct, settings: JobSettings): iam.IRole {
  const { vpcConfig: { privateVpc }, outputBucket } = settings;
  const role = settings.role ?? privateVpc?.role;
  if (!role) {
    throw new NeoValidationError('role must be given when vpcConfig does not come from a NeoPrivateCompilationVpc; got: undefined', scope);
  }
  if (role !== privateVpc?.role) {
    const pattern = inPolicy(`${settings.outputPrefix ?? 'neo'}/*`);
    outputBucket.grantPut(role, pattern);
    outputBucket.grantRead(role, pattern);
  }
  outputEncryptionKey(settings)?.grant(role, 'kms:Decrypt', 'kms:GenerateDataKey');
  return role;
}
