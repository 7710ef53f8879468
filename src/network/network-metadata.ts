import { createHash } from 'crypto';
import { CfnWaitConditionHandle, Lazy, Stack, type IResolveContext } from 'aws-cdk-lib';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';

/**
 * Key of the metadata in which a `NeoPrivateCompilationVpc` lists its parts for the privacy validation, which reads only templates.
 */
export const NETWORK_METADATA = 'cdk-sagemaker-neo:private-network';

/** The parts of a network. The values are IDs unless stated otherwise, and mostly references. */
export interface NetworkMetadata {
  readonly Vpc: string;
  readonly Subnets: string[];
  readonly SecurityGroups: string[];
  readonly S3Endpoints: string[];
  /** Names. */
  readonly Buckets: string[];
  /** ARNs. */
  readonly Roles: string[];
  /** Whether the VPC is used for compilation jobs only. */
  readonly Dedicated: boolean;
}

/**
 * Writes the metadata of a network into its template. It belongs to a resource without an effect, because references in metadata are dependencies,
 * which no other resource should get.
 */
export function describeNetwork(network: INeoPrivateCompilationVpc, isDedicated: boolean): void {
  const handle = new CfnWaitConditionHandle(network, 'Description');
  const metadata: NetworkMetadata = {
    Vpc: network.vpc.vpcId,
    Subnets: network.subnets.map(({ subnetId }) => subnetId),
    SecurityGroups: network.securityGroups.map(({ securityGroupId }) => securityGroupId),
    S3Endpoints: [network.s3Endpoint.vpcEndpointId],
    Buckets: network.buckets.map(({ bucketName }) => bucketName),
    Roles: [network.role.roleArn],
    Dedicated: isDedicated,
  };
  handle.addMetadata(NETWORK_METADATA, metadata);
  // The digest covers all metadata, because CDK and validations add to it, too.
  identifyByContent(handle, context => context.resolve(handle.cfnOptions.metadata));
}

/**
 * Appends a digest of its content to the logical ID of a handle. CloudFormation cannot update a wait condition handle, so a handle whose content
 * changes must become another resource.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html
 */
export function identifyByContent(handle: CfnWaitConditionHandle, content: (context: IResolveContext) => unknown): void {
  handle.overrideLogicalId(Lazy.uncachedString({
    // In the preparing phase, CDK only looks for references, and the content is not complete.
    produce: context => Stack.of(handle).getLogicalId(handle) + (context.preparing ? '' : digest(content(context))),
  }));
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
