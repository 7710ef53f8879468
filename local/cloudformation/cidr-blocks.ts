import { TemplateError } from './template';
import { blockFromEnd, parseBlock } from '../../src/util/cidr-blocks';

/** Fn::Cidr for IPv4: the first `count` blocks with `bits` host bits each. */
export function cidrBlocks(block: string, count: number, bits = 8): string[] {
  const outer = parseBlock(block);
  if (!outer) { throw new TemplateError(`Fn::Cidr takes an IPv4 block in the local run, got: ${block}`); }
  const room = 2 ** (32 - outer.mask - bits);
  if (count > room) { throw new TemplateError(`Fn::Cidr: ${block} does not hold ${count} blocks of /${32 - bits}`); }
  return Array.from({ length: count }, (_, index) => blockFromEnd(outer, 32 - bits, room - 1 - index));
}
