import { createHash } from 'crypto';
import { CfnWaitConditionHandle, Lazy, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Key of the metadata in which a `NeoPrivateCompilationVpc` says what belongs to it, for those who read templates: the validation and
 * the network picture.
 */
export const NETWORK_METADATA = 'cdk-sagemaker-neo:private-network';

/** IDs, mostly references. */
export interface NetworkMetadata {
  readonly Vpc: string;
  readonly Subnets: string[];
  readonly SecurityGroups: string[];
  readonly S3Endpoints: string[];
  /** Prefix lists that are known to be those of S3. */
  readonly S3PrefixLists: string[];
  /** Names. */
  readonly Buckets: string[];
  /** ARNs. */
  readonly Roles: string[];
  /** Whether the VPC is there for compilation jobs only. */
  readonly Dedicated: boolean;
}

/**
 * Write the metadata of a network into its template, on a resource that does nothing: references in metadata are dependencies, which no other resource
 * should have.
 *
 * CloudFormation cannot update a wait condition handle. So the logical ID has a digest of the metadata, and other metadata make another handle.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html
 */
export function describeNetwork(network: Construct, metadata: NetworkMetadata): void {
  const handle = new CfnWaitConditionHandle(network, 'Description');
  handle.addMetadata(NETWORK_METADATA, metadata);
  handle.overrideLogicalId(Lazy.uncachedString({
    // All metadata of the handle, as CDK and validations add theirs.
    produce: context => `${Stack.of(network).getLogicalId(handle)}${digest(context.resolve(handle.cfnOptions.metadata))}`,
  }));
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
