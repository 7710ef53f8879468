/**
 * Parses an IPv4 block in CIDR notation, such as `10.0.0.0/16`.
 *
 * @returns undefined for any other value
 */
export function parseBlock(cidr: unknown): { readonly address: number; readonly mask: number } | undefined {
  const parts = typeof cidr === 'string' ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr)?.slice(1).map(Number) : undefined;
  if (!parts) { return undefined; }
  const [a, b, c, d, mask] = parts;
  return [a, b, c, d].every(byte => byte <= 255) && mask <= 32 ? { address: ((a * 256 + b) * 256 + c) * 256 + d, mask } : undefined;
}

/**
 * Whether an IPv4 block lies within another.
 *
 * @returns undefined if either of them is not an IPv4 block
 */
export function contains(outer: unknown, inner: unknown): boolean | undefined {
  const [a, b] = [parseBlock(outer), parseBlock(inner)];
  if (!a || !b) { return undefined; }
  const size = 2 ** (32 - a.mask);
  return a.mask <= b.mask && Math.floor(a.address / size) === Math.floor(b.address / size);
}

/**
 * Returns a block with a netmask, counted from the end of another block: index 0 is the last one.
 */
export function blockFromEnd(outer: { readonly address: number; readonly mask: number }, mask: number, index: number): string {
  const size = 2 ** (32 - outer.mask);
  const end = (Math.floor(outer.address / size) + 1) * size;
  const address = end - (index + 1) * 2 ** (32 - mask);
  return `${[24, 16, 8, 0].map(bits => Math.floor(address / 2 ** bits) % 256).join('.')}/${mask}`;
}
