import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as fc from 'fast-check';
import { instancesOf } from '../../src/network/existing-vpc';
import { addressesFor, instancesIn, maxInstances, smallestVpcMask, subnetMaskIn } from '../../src/network/new-vpc';
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
  expect(instancesIn(24, 8)).toBe(121);
  expect(instancesIn(28, 20)).toBe(0);
});

test('and the subnets of functions', () => {
  expect([1, 2, 16].map(count => maxInstances(count, true))).toEqual([16381, 8189, 1021]);
  expect([smallestVpcMask(125, 1), smallestVpcMask(125, 1, true)]).toEqual([24, 23]);
  expect([subnetMaskIn(24, 125, 1), subnetMaskIn(24, 125, 1, true)]).toEqual([24, undefined]);
  expect([subnetMaskIn(26, 5, 2, true), subnetMaskIn(27, 5, 2, true)]).toEqual([28, undefined]);
  expect([7, 8].map(count => subnetMaskIn(16, 100, count, true))).toEqual([19, 20]);
});

test.each([[16, 32765], [24, 125], [27, 13], [28, 5], [30, 0], [32, 0]])('a /%i holds %i instances', (mask, instances) => {
  expect(instancesIn(mask)).toBe(instances);
});

test('subnets hold as many instances as the smallest of them, however many there are', () => {
  const stack = new Stack();
  const subnets = [28, 28, 28, 24].map((mask, index) => ec2.Subnet.fromSubnetAttributes(stack, `Subnet${index}`, { subnetId: `subnet-${index}`, ipv4CidrBlock: `10.0.${index}.0/${mask}` }));
  expect(instancesOf(subnets)).toBe(5);
});

test.each([[1, 32765], [2, 16381], [3, 8189], [4, 8189], [16, 2045]])('%i subnets hold %i instances each at most', (count, instances) => {
  expect(maxInstances(count)).toBe(instances);
});

describe('subnets', () => {
  const vpcMasks = fc.integer({ min: 16, max: 28 });

  test('hold all instances each, and the VPC holds all subnets, within the limits of AWS', () => {
    fc.assert(fc.property(vpcMasks, instanceCounts, subnetCounts, fc.boolean(), (vpcMask, instances, count, hasControlPlane) => {
      const mask = subnetMaskIn(vpcMask, instances, count, hasControlPlane);
      fc.pre(mask !== undefined);
      expect(addressesIn(mask!)).toBeGreaterThanOrEqual(2 * instances + 5);
      expect(addressesIn(vpcMask)).toBeGreaterThanOrEqual(count * (addressesIn(mask!) + (hasControlPlane ? 16 : 0)));
      expect(mask).toBeGreaterThanOrEqual(16);
      expect(mask).toBeLessThanOrEqual(28);
    }), { numRuns: 2000 });
  });

  test('are possible exactly in a block that is large enough', () => {
    fc.assert(fc.property(vpcMasks, instanceCounts, subnetCounts, fc.boolean(), (vpcMask, instances, count, hasControlPlane) => {
      const isPossible = vpcMask <= smallestVpcMask(instances, count, hasControlPlane);
      return (subnetMaskIn(vpcMask, instances, count, hasControlPlane) !== undefined) === isPossible;
    }), { numRuns: 2000 });
    fc.assert(fc.property(instanceCounts, subnetCounts, fc.boolean(), (instances, count, hasControlPlane) =>
      (smallestVpcMask(instances, count, hasControlPlane) >= 16) === (instances <= maxInstances(count, hasControlPlane))), { numRuns: 2000 });
  });

  test('of the smallest block fill it: half of it is not allowed or too small', () => {
    fc.assert(fc.property(instanceCounts, subnetCounts, (instances, count) => {
      const vpcMask = smallestVpcMask(instances, count);
      fc.pre(vpcMask >= 16);
      const mask = subnetMaskIn(vpcMask, instances, count)!;
      expect(mask === 28 || addressesIn(mask + 1) < 2 * instances + 5).toBe(true);
      expect(addressesIn(vpcMask + 1)).toBeLessThan(count * addressesIn(mask));
    }), { numRuns: 2000 });
  });

  test('leave room for eight where the instances allow it', () => {
    expect([1, 2, 8].map(count => subnetMaskIn(16, 100, count))).toEqual([19, 19, 19]);
    expect(subnetMaskIn(16, 100, 9)).toBe(20);
    expect([4_093, 4_094, 16_381].map(instances => subnetMaskIn(16, instances, 2))).toEqual([19, 18, 17]);
  });

  test('are impossible for huge numbers', () => {
    expect(subnetMaskIn(16, Number.MAX_SAFE_INTEGER, 1)).toBeUndefined();
  });
});

test.each([
  ['10.0.0.0/16', 16], ['10.0.0.0/8', 8], ['0.0.0.0/0', 0], ['10.0.0.0/32', 32], ['192.168.100.200/28', 28], ['10.0.0.0/33', undefined], ['10.0.0.0/164', undefined], ['10.0.0.0/16 ', undefined], ['x10.0.0.0/16', undefined], ['10.0.0.0', undefined], ['fd00::/64', undefined], ['', undefined],
])('netmask of %j is %j', (cidr, mask) => {
  expect(parseBlock(cidr)?.mask).toBe(mask);
});
