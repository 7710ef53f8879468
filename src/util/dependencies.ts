import { CfnResource, Reference, Stack } from 'aws-cdk-lib';
import type { IResolvable, IResolveContext } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { intrinsicOf, referencesOf, resourcesById, tokensIn } from './intrinsics';

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
 * Reads the dependencies of a stack's resources, by DependsOn or by references. Hundreds of jobs share a few tokens, so each token is read only once:
 * resolving every job would take as long as the synthesis of all jobs.
 */
class DependencyReader {
  private readonly referredByToken = new Map<IResolvable, Set<CfnResource>>();
  private resources?: ReadonlyMap<string, CfnResource>;
  /** Tokens are resolved one level at a time. CDK measures and records each call of `Stack.resolve`, which takes longer than the rest. */
  private readonly context: IResolveContext;

  constructor(private readonly stack: Stack) {
    this.context = {
      scope: stack,
      preparing: false,
      documentPath: [],
      registerPostProcessor: () => undefined,
      resolve: value => stack.resolve(value),
    };
  }

  public dependenciesOf(resource: CfnResource): Set<CfnResource> {
    const found = new Set<CfnResource>();
    // CDK renders a resource from these. They are not public, and the public alternative is to resolve the whole resource.
    const { cfnProperties, rawOverrides } = resource as unknown as { cfnProperties: unknown; rawOverrides: unknown };
    this.collect(cfnProperties, found);
    this.collect(rawOverrides, found);
    this.collect(resource.cfnOptions.metadata, found);
    for (const target of resource.obtainDependencies()) {
      if (CfnResource.isCfnResource(target) && target.stack === this.stack) { found.add(target); }
    }
    return found;
  }

  /** Collects the resources that a value refers to. */
  private collect(value: unknown, found: Set<CfnResource>): void {
    const tokens = tokensIn(value);
    if (tokens.length > 0) {
      tokens.forEach(token => this.referredBy(token).forEach(resource => found.add(resource)));
    } else if (Array.isArray(value)) {
      value.forEach(item => this.collect(item, found));
    } else if (value !== null && typeof value === 'object') {
      const call = intrinsicOf(value);
      if (call) { this.collectIds(referencesOf(call), found); }
      for (const [key, inner] of Object.entries<any>(value)) {
        this.collect(key, found);
        this.collect(inner, found);
        if (key === 'DependsOn') { this.collectIds([inner].flat(), found); }
      }
    }
  }

  private collectIds(ids: string[], found: Set<CfnResource>): void {
    this.resources ??= resourcesById(this.stack);
    for (const id of ids) {
      const resource = this.resources.get(id);
      if (resource) { found.add(resource); }
    }
  }

  private referredBy(token: IResolvable): Set<CfnResource> {
    let found = this.referredByToken.get(token);
    if (!found) {
      found = new Set();
      this.referredByToken.set(token, found);
      const target = Reference.isReference(token) ? token.target : undefined;
      if (target && CfnResource.isCfnResource(target) && target.stack === this.stack) {
        found.add(target);
      } else {
        this.collect(token.resolve(this.context), found);
      }
    }
    return found;
  }
}
