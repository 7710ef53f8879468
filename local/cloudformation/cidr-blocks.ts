import { TemplateError } from './template';

/** Fn::Cidr for IPv4: the first `count` blocks with `bits` host bits each. */
export function cidrBlocks(block: string, count: number, bits = 8): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block);
  if (!match) { throw new TemplateError(`Fn::Cidr takes an IPv4 block in the local run, got: ${block}`); }
  const [a, b, c, d, mask] = match.slice(1).map(Number);
  const size = 2 ** bits;
  if (count * size > 2 ** (32 - mask)) {
    throw new TemplateError(`Fn::Cidr: ${block} does not hold ${count} blocks of /${32 - bits}`);
  }
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  return Array.from({ length: count }, (_, index) => `${dotted(start + index * size)}/${32 - bits}`);
}

const dotted = (address: number) => [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.');
