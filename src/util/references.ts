import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';

/**
 * Returns a value as the template of a stack has it, as JSON. The logical IDs of two stacks may be equal, so it is undefined for an attribute of a resource
 * in a stack that this one does not refer to.
 */
export function writtenIn(stack: Stack, value: unknown): string | undefined {
  const written = JSON.stringify(stack.resolve(value));
  const token = typeof value === 'string' && Token.isUnresolved(value) ? Tokenization.reverse(value, { failConcat: false }) : value;
  const owner = Reference.isReference(token) ? Stack.of(token.target) : stack;
  const isForeign = owner !== stack && written === JSON.stringify(owner.resolve(value));
  return isForeign ? undefined : written;
}

/**
 * Returns whether two values are the same in the template of a stack.
 */
export function areSame(stack: Stack, one: unknown, other: unknown): boolean {
  const written = writtenIn(stack, one);
  return written !== undefined && written === writtenIn(stack, other);
}

/**
 * Returns whether resources of a stack refer to another stack. To be asked before CDK replaces such references.
 */
export function refersTo(from: Stack, to: Stack): boolean {
  const resourcesOf = (stack: Stack) => stack.node.findAll()
    .filter((construct): construct is CfnResource => CfnResource.isCfnResource(construct) && construct.stack === stack);
  const idsOf = (stack: Stack) => new Set<string>(resourcesOf(stack).map(({ logicalId }) => stack.resolve(logicalId)));
  const [own, other] = [idsOf(from), idsOf(to)];
  return resourcesOf(from).some(resource => {
    const { cfnProperties } = resource as unknown as { cfnProperties: unknown };
    const ids = [...JSON.stringify(from.resolve(cfnProperties) ?? {}).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, id]) => id);
    return ids.some(id => !own.has(id) && other.has(id));
  });
}
