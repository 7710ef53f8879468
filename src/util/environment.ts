import { type IResource, Stack, Token } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { formatValue, NeoValidationError } from './errors';

/**
 * A network, its jobs, buckets and keys are in one Region. Unknown Regions are equal.
 */
export function requireSameRegion(scope: IConstruct, prop: string, resource: IResource, why = 'neither Neo nor the S3 endpoint crosses Regions') {
  const { region } = Stack.of(scope);
  if (differ(resource.env.region, region)) {
    throw new NeoValidationError(`${prop} must be in the Region of the stack, ${region}, because ${why}; got: ${resource.node.path} in ${resource.env.region}`, scope);
  }
}

/**
 * A role is passed to SageMaker within its account only. An imported one may have been given anything for an ARN.
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

export function differ(one: string, other: string): boolean {
  return one !== other && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

let domains: readonly string[] | undefined;

/**
 * The domains of AWS's services in all partitions that CDK knows, such as `amazonaws.com`, `amazonaws.com.cn` and `amazonaws.eu`.
 */
export function serviceDomains(): readonly string[] {
  return domains ??= [...new Set(RegionInfo.regions.map(({ domainSuffix }) => domainSuffix ?? 'amazonaws.com'))];
}
