import { CfnResource, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IResolvable } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { intrinsicOf, referencesOf, resourcesById } from './intrinsics';

/** Returns the top-level stack of a construct, followed by the nested stacks that contain the construct. */
export function stackPathOf(construct: IConstruct): Stack[] {
  const stack = Stack.of(construct);
  return [...stack.nestedStackParent ? stackPathOf(stack.nestedStackParent) : [], stack];
}

/** Returns the top-level stack of a construct, which is deployed together with its nested stacks. */
export function deploymentOf(construct: IConstruct): Stack {
  return stackPathOf(construct)[0];
}

/**
 * Whether a resource depends on another resource of the same deployment, directly or indirectly, from CloudFormation's point of view: a nested stack
 * is one resource of its parent. It must be called at the end of synthesis.
 *
 * @param known the dependencies of resources, kept from one call to the next, because finding them requires a walk through the stack
 */
export function dependsOn(resource: CfnResource, other: CfnResource, known = new Map<CfnResource, Set<CfnResource>>()): boolean {
  const [from, to] = inCommonStack(resource, other);
  const dependencies = known.get(from) ?? dependenciesOf(from);
  known.set(from, dependencies);
  return dependencies.has(to);
}

/** Whether a stack is the other stack, or is deployed after it. It must be called at the end of synthesis. */
export function stackDependsOn(stack: Stack, other: Stack): boolean {
  return stack === other || stack.dependencies.some(each => stackDependsOn(each, other));
}

/** Returns the resources that represent two resources in the innermost stack that contains both: the resource itself, or the nested stack with it. */
export function inCommonStack(one: CfnResource, other: CfnResource): [CfnResource, CfnResource] {
  const [path, otherPath] = [stackPathOf(one), stackPathOf(other)];
  const depth = path.filter((stack, index) => stack === otherPath[index]).length;
  return [path[depth]?.nestedStackResource ?? one, otherPath[depth]?.nestedStackResource ?? other];
}

/**
 * Returns a resource and all resources of its stack that it depends on, directly or indirectly. It must be called at the end of synthesis.
 */
export function dependenciesOf(resource: CfnResource): Set<CfnResource> {
  return visitDependencies(resource.stack, [resource]);
}

/**
 * @returns the resources and their dependencies, each after those that it depends on
 */
export function visitDependencies(stack: Stack, from: CfnResource[]): Set<CfnResource> {
  const reader = new DependencyReader(stack);
  const seen = new Set<CfnResource>();
  const ordered = new Set<CfnResource>();
  const visit = (resource: CfnResource): void => {
    if (seen.has(resource)) { return; }
    seen.add(resource);
    reader.dependenciesOf(resource).forEach(visit);
    ordered.add(resource);
  };
  from.forEach(visit);
  return ordered;
}

/**
 * Reads the dependencies of a stack's resources, by DependsOn or by references. Hundreds of jobs share a few tokens, so each token is resolved only
 * once: resolving every job would take as long as the synthesis of all jobs.
 */
class DependencyReader {
  private readonly resources: ReadonlyMap<string, CfnResource>;
  private readonly idsByToken = new Map<IResolvable, Set<string>>();

  constructor(private readonly stack: Stack) {
    this.resources = resourcesById(stack);
  }

  public dependenciesOf(resource: CfnResource): Set<CfnResource> {
    const ids = new Set<string>();
    // CDK renders a resource from these. They are not public, and the public alternative is to resolve the whole resource.
    const { cfnProperties, rawOverrides } = resource as unknown as { cfnProperties: unknown; rawOverrides: unknown };
    this.collect([cfnProperties, rawOverrides, resource.cfnOptions.metadata], ids);
    const referred = [...ids].map(id => this.resources.get(id)).filter(target => target !== undefined);
    const ordered = resource.obtainDependencies().filter(target => CfnResource.isCfnResource(target) && target.stack === this.stack) as CfnResource[];
    return new Set([...referred, ...ordered]);
  }

  /** Collects the logical IDs that a value refers to, and some strings that are not logical IDs. */
  private collect(value: unknown, found: Set<string>): void {
    const tokens = tokensIn(value);
    if (tokens.length > 0) {
      tokens.forEach(token => this.idsOf(token).forEach(id => found.add(id)));
    } else if (Array.isArray(value)) {
      value.forEach(item => this.collect(item, found));
    } else if (value !== null && typeof value === 'object') {
      const members = Object.entries<any>(value);
      const call = members.length === 1 ? intrinsicOf(value) : undefined;
      if (call) { referencesOf(call).forEach(id => found.add(id)); }
      for (const [key, inner] of members) {
        this.collect(key, found);
        this.collect(inner, found);
        if (key === 'DependsOn') { [inner].flat().forEach(id => found.add(id)); }
      }
    }
  }

  private idsOf(token: IResolvable): Set<string> {
    let ids = this.idsByToken.get(token);
    if (!ids) {
      ids = new Set();
      this.idsByToken.set(token, ids);
      this.collect(this.stack.resolve(token), ids);
    }
    return ids;
  }
}

function tokensIn(value: unknown): IResolvable[] {
  if (!Token.isUnresolved(value)) { return []; }
  if (typeof value === 'string') { return Tokenization.reverseString(value).tokens; }
  return [Tokenization.reverse(value)!];
}

