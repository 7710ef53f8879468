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
