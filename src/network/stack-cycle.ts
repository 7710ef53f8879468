import { Resource, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { bucketPoliciesOf, roleNameOf } from './bucket-policies';
import type { INeoPrivateCompilationVpc } from './private-compilation-vpc-base';
import { NeoValidationError } from '../util/errors';

/**
 * No two stacks can refer to each other, and all that uses a network refers to its stack. CDK says so too, but neither why nor what to do.
 */
function stackCycle(scope: IConstruct, prop: string, made: IConstruct, network: Stack, fix: string): NeoValidationError {
  return new NeoValidationError(`${prop} must not be made in the stack ${Stack.of(made).node.path}, as the network, in the stack ${network.node.path}, would have to refer to it, and `
    + `no two stacks can refer to each other: ${fix}; got: ${made.node.path}`, scope);
}

/**
 * A role that reads or deletes artifacts refers to their bucket, and the bucket policies that exempt it refer to the role.
 */
export function requireExemptable(scope: IConstruct, network: INeoPrivateCompilationVpc, prop: string, role: unknown, fix: string) {
  if (bucketPoliciesOf(network)?._writesBucketPolicies && isMade(role) && Stack.of(role) !== Stack.of(network) && roleNameOf(role) === undefined) {
    throw stackCycle(scope, prop, role, Stack.of(network), fix);
  }
}

/**
 * The policy of a network's role refers to the keys of its jobs' artifacts.
 */
export function requireGrantableKey(job: IConstruct, role: iam.IRole, prop: string, key: unknown, fix: string) {
  if (isMade(key) && Stack.of(key) === Stack.of(job) && Stack.of(role) !== Stack.of(job)) {
    throw stackCycle(job, prop, key, Stack.of(role), fix);
  }
}

function isMade(thing: unknown): thing is IConstruct {
  return Construct.isConstruct(thing) && Resource.isOwnedResource(thing);
}
