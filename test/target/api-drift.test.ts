/**
 * The library's names against the enums of AWS's own SDK: what AWS adds or removes shows here.
 */
import {
  Framework, TargetDevice, TargetPlatformAccelerator, TargetPlatformArch, TargetPlatformOs,
} from '@aws-sdk/client-sagemaker';
import { NeoDataType, NeoFramework, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs } from '../../src';
import { ACCELERATORS, ARCHITECTURES, DATA_TYPES, DEVICES, FRAMEWORKS, NO_ACCELERATOR, PLATFORMS } from '../../src/target/compatibility';

/** The constants of an enum-like class by their names. */
function constants<T>(cls: Function & { prototype: T }): [string, T][] {
  return Object.entries(cls).filter((entry): entry is [string, T] => entry[1] instanceof cls);
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
const devices = constants(NeoTarget);
const frameworks = constants(NeoFramework);

test('a constant for every device of the API, named after it', () => {
  expect(sorted(devices.map(([, target]) => target.deviceName!))).toEqual(sorted(Object.values(TargetDevice)));
  expect(devices.filter(([constant, target]) => constant !== target.deviceName!.toUpperCase())).toEqual([]);
});

test('a row of the table for every device and framework of the API', () => {
  expect(sorted(Object.keys(DEVICES))).toEqual(sorted(Object.values(TargetDevice)));
  expect(sorted(Object.keys(FRAMEWORKS))).toEqual(sorted(Object.values(Framework)));
});

test('a constant for every framework of the API and every version in the table, named after both', () => {
  const expected = Object.entries(FRAMEWORKS).flatMap(([name, { takesVersion, versions }]) => takesVersion
    ? Object.values(versions).flat().map((version) => `${name}_${version.replace(/\./g, '_')}`)
    : [name]);
  expect(sorted(frameworks.map(([constant]) => constant))).toEqual(sorted(expected));
  for (const [constant, framework] of frameworks) {
    expect([framework.name, framework.version].filter(Boolean).join('_').replace(/\./g, '_')).toBe(constant);
  }
});

test.each([
  ['operating systems', NeoTargetOs, TargetPlatformOs, Object.keys(PLATFORMS)],
  ['architectures', NeoTargetArch, TargetPlatformArch, ARCHITECTURES],
  ['accelerators', NeoTargetAccelerator, TargetPlatformAccelerator, ACCELERATORS],
])('%s are those of the API', (_, cls, api, table) => {
  const members = constants<{ name: string }>(cls);
  expect(sorted(members.map(([, { name }]) => name))).toEqual(sorted(Object.values(api)));
  expect(members.every(([constant, { name }]) => constant === name)).toBe(true);
  expect(sorted(table)).toEqual(sorted(Object.values(api)));
});

test('the table of platforms speaks of architectures and accelerators of the API only', () => {
  for (const rows of Object.values(PLATFORMS)) {
    expect(Object.keys(rows).filter((accelerator) => accelerator !== NO_ACCELERATOR && !ACCELERATORS.includes(accelerator))).toEqual([]);
    expect(Object.values(rows).flat().filter((arch) => !ARCHITECTURES.includes(arch))).toEqual([]);
  }
});

test('data types are those of the table', () => {
  expect(sorted(Object.values(NeoDataType))).toEqual(sorted(DATA_TYPES));
});
