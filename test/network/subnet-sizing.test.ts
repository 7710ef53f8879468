import * as fc from 'fast-check';
import { addressesFor, instancesIn, maxInstances, smallestNetwork } from '../../src/network/subnet-sizing';
import { parseBlock } from '../../src/util/cidr-blocks';
import '../random-seed';

const subnetCounts = fc.integer({ min: 1, max: 16 });
const instanceCounts = fc.integer({ min: 1, max: 40_000 });
const addressesIn = (mask: number) => 2 ** (32 - mask);

test('two addresses per instance and the five of AWS', () => {
  expect(addressesFor(1)).toBe(7);
  expect(addressesFor(100)).toBe(205);
});

test('and those of other things', () => {
  expect(addressesFor(100, 8)).toBe(213);
  expect(instancesIn(24, 8)).toBe(121);
  expect(maxInstances(16, 8)).toBe(2041);
  expect(smallestNetwork(125, 1)).toEqual({ vpcMask: 24, subnetMask: 24 });
  expect(smallestNetwork(125, 1, 8)).toEqual({ vpcMask: 23, subnetMask: 23 });
});

test.each([[16, 32765], [24, 125], [27, 13], [28, 5], [30, 0], [32, 0]])('a /%i holds %i instances', (mask, instances) => {
  expect(instancesIn(mask)).toBe(instances);
});

test.each([[1, 32765], [2, 16381], [3, 8189], [4, 8189], [16, 2045]])('%i subnets hold %i instances each at most', (count, instances) => {
  expect(maxInstances(count)).toBe(instances);
});

describe('the smallest network', () => {
  test('holds all instances in each subnet and all subnets in the VPC, within the limits of AWS', () => {
    fc.assert(fc.property(instanceCounts, subnetCounts, (instances, count) => {
      const size = smallestNetwork(instances, count);
      fc.pre(size !== undefined);
      const { vpcMask, subnetMask } = size!;
      expect(addressesIn(subnetMask)).toBeGreaterThanOrEqual(2 * instances + 5);
      expect(addressesIn(vpcMask)).toBeGreaterThanOrEqual(count * addressesIn(subnetMask));
      for (const mask of [vpcMask, subnetMask]) {
        expect(mask).toBeGreaterThanOrEqual(16);
        expect(mask).toBeLessThanOrEqual(28);
      }
    }), { numRuns: 2000 });
  });

  test('is the smallest: half of it is not allowed or too small', () => {
    fc.assert(fc.property(instanceCounts, subnetCounts, (instances, count) => {
      const size = smallestNetwork(instances, count);
      fc.pre(size !== undefined);
      const { vpcMask, subnetMask } = size!;
      expect(subnetMask === 28 || addressesIn(subnetMask + 1) < 2 * instances + 5).toBe(true);
      expect(addressesIn(vpcMask + 1)).toBeLessThan(count * addressesIn(subnetMask));
    }), { numRuns: 2000 });
  });

  test('exists exactly up to the largest possible number', () => {
    fc.assert(fc.property(subnetCounts, count => {
      const most = maxInstances(count);
      expect(smallestNetwork(most, count)).toBeDefined();
      expect(smallestNetwork(most + 1, count)).toBeUndefined();
    }));
    fc.assert(fc.property(instanceCounts, subnetCounts, (instances, count) =>
      (smallestNetwork(instances, count) !== undefined) === (instances <= maxInstances(count))), { numRuns: 2000 });
  });

  test('does not overflow on huge numbers', () => {
    expect(smallestNetwork(Number.MAX_SAFE_INTEGER, 1)).toBeUndefined();
  });

  test('never shrinks when more is asked for', () => {
    fc.assert(fc.property(instanceCounts, instanceCounts, subnetCounts, (one, other, count) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)].map(instances => smallestNetwork(instances, count));
      fc.pre(less !== undefined && more !== undefined);
      expect(more!.subnetMask).toBeLessThanOrEqual(less!.subnetMask);
    }));
  });
});

test.each([
  ['10.0.0.0/16', 16], ['10.0.0.0/8', 8], ['0.0.0.0/0', 0], ['10.0.0.0/32', 32], ['192.168.100.200/28', 28], ['10.0.0.0/33', undefined], ['10.0.0.0/164', undefined], ['10.0.0.0/16 ', undefined], ['x10.0.0.0/16', undefined], ['10.0.0.0', undefined], ['fd00::/64', undefined], ['', undefined],
])('netmask of %j is %j', (cidr, mask) => {
  expect(parseBlock(cidr)?.mask).toBe(mask);
});
