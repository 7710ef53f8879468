import { type IResource, Stack, Token } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { formatValue, NeoValidationError } from './errors';

/**
 * Fails if a resource is in another Region than the stack, because a network, its jobs, buckets and keys must share a Region. An unknown Region
 * passes.
 */
export function requireSameRegion(scope: IConstruct, prop: string, resource: IResource, why = 'neither Neo nor the S3 endpoint crosses Regions') {
  const { region } = Stack.of(scope);
  if (differ(resource.env.region, region)) {
    throw new NeoValidationError(`${prop} must be in the Region of the stack, ${region}, because ${why}; got: ${resource.node.path} in ${resource.env.region}`, scope);
  }
}

/**
 * Fails unless a role can be passed to SageMaker, which is possible only within its account. The ARN of an imported role may be any string.
 */
export function requirePassableRole(scope: IConstruct, role: IRole) {
  const { account } = Stack.of(scope);
  if (differ(role.env.account, account)) {
    throw new NeoValidationError(`role must be in the account of the stack, ${account}, because a role of another account cannot be passed to SageMaker; `
      + `got: ${role.node.path} in ${role.env.account}`, scope);
  }
  if (!Token.isUnresolved(role.roleArn) && !/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-/]+$/.test(role.roleArn)) {
    throw new NeoValidationError(`role must have an ARN such as arn:aws:iam::111122223333:role/neo; got: ${formatValue(role.roleArn)}`, scope);
  }
}

/** Whether two accounts or Regions are different. Unresolved ones are not. */
export function differ(one: string, other: string): boolean {
  return one !== other && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

/**
 * Returns the domains of AWS's services in all partitions that CDK knows, such as `amazonaws.com`, `amazonaws.com.cn` and `amazonaws.eu`.
 */
export function serviceDomains(): readonly string[] {
  return [...new Set(RegionInfo.regions.map(({ domainSuffix }) => domainSuffix ?? 'amazonaws.com'))];
}
