import { blockFromEnd, contains, parseBlock } from '../../src/util/cidr-blocks';

test.each<[string, number, number]>([
  ['10.0.0.0/16', 10 * 2 ** 24, 16],
  ['172.31.255.128/25', 172 * 2 ** 24 + 31 * 2 ** 16 + 255 * 2 ** 8 + 128, 25],
  ['255.255.255.255/32', 2 ** 32 - 1, 32],
  ['0.0.0.0/0', 0, 0],
])('%s is a block', (cidr, address, mask) => {
  expect(parseBlock(cidr)).toEqual({ address, mask });
});

test.each<[string, unknown]>([
  ['a byte of four digits', '1000.0.0.0/16'], ['a first byte above 255', '256.0.0.0/16'], ['a last byte above 255', '10.0.0.256/16'], ['a mask above 32', '10.0.0.0/33'],
  ['no mask', '10.0.0.0'], ['three bytes', '10.0.0/16'], ['something before', 'x10.0.0.0/16'], ['something behind', '10.0.0.0/16x'], ['IPv6', 'fd00::/8'], ['an object', { toString: () => '10.0.0.0/16' }],
  ['undefined', undefined],
])('is no block: %s', (_, cidr) => {
  expect(parseBlock(cidr)).toBeUndefined();
});

test.each<[unknown, unknown, boolean | undefined]>([
  ['10.0.0.0/16', '10.0.255.0/24', true],
  ['10.0.0.0/16', '10.0.0.0/16', true],
  ['10.0.0.0/16', '10.1.0.0/24', false],
  ['10.0.1.0/24', '10.0.0.0/16', false],
  ['0.0.0.0/0', '192.168.1.0/24', true],
  ['10.0.0.0/16', 'elsewhere', undefined],
  ['elsewhere', '10.0.0.0/16', undefined],
])('whether %s contains %s: %s', (outer, inner, expected) => {
  expect(contains(outer, inner)).toBe(expected);
});

test.each([['10.0.0.0/16', 28, 0, '10.0.255.240/28'], ['10.0.0.0/16', 28, 1, '10.0.255.224/28'], ['10.20.30.64/26', 28, 3, '10.20.30.64/28'], ['10.0.5.0/16', 24, 255, '10.0.0.0/24']])(
  '%s has, as a /%i, number %i from its end: %s', (outer, mask, index, expected) => {
    expect(blockFromEnd(parseBlock(outer)!, mask, index)).toBe(expected);
  });
