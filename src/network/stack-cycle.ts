import { ArnFormat, Resource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import type { NeoPrivateCompilationVpc } from './private-compilation-vpc';
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
  const isNamed = (network as Partial<NeoPrivateCompilationVpc>)._writesBucketPolicies;
  if (isNamed && isMade(role) && Stack.of(role) !== Stack.of(network) && nameOf(role) === undefined) {
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

/**
 * The ARN of a role that has a name of its own and is made in another stack, without a reference to that stack.
 */
export function literalArnOf(scope: IConstruct, principal: unknown): string | undefined {
  const roleName = nameOf(principal);
  if (roleName === undefined || Stack.of(principal as iam.Role) === Stack.of(scope)) { return undefined; }
  const { node, stack } = principal as iam.Role;
  const { path = '/' } = node.defaultChild as iam.CfnRole;
  return stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: `${path.slice(1)}${roleName}`, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}

function isMade(thing: unknown): thing is IConstruct {
  return Construct.isConstruct(thing) && Resource.isOwnedResource(thing);
}

function nameOf(principal: unknown): string | undefined {
  const resource = Construct.isConstruct(principal) ? principal.node.defaultChild : undefined;
  return resource instanceof iam.CfnRole && !Token.isUnresolved(resource.roleName) ? resource.roleName : undefined;
}
