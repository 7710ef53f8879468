import { type IResource, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NeoValidationError } from '../private/errors';

/**
 * A network, its jobs, buckets and keys are in one Region. Unknown Regions are equal.
 */
export function requireSameRegion(scope: IConstruct, prop: string, resource: IResource, why = 'neither Neo nor the S3 endpoint crosses Regions') {
  const { region } = Stack.of(scope);
  if (differ(resource.env.region, region)) {
    throw new NeoValidationError(`${prop} must be in the Region of the stack, ${region}, as ${why}; got: ${resource.node.path} in ${resource.env.region}`, scope);
  }
}

/**
 * A role is passed to SageMaker within its account only.
 */
export function requireSameAccount(scope: IConstruct, prop: string, resource: IResource) {
  const { account } = Stack.of(scope);
  if (differ(resource.env.account, account)) {
    throw new NeoValidationError(`${prop} must be in the account of the stack, ${account}, as a role of another account cannot be passed to SageMaker; `
      + `got: ${resource.node.path} in ${resource.env.account}`, scope);
  }
}

export function differ(one: string, other: string): boolean {
  return one !== other && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}
