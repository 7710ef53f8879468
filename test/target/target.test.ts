import { CfnParameter, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NeoFramework, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetKind, NeoTargetOs } from '../../src';
import { ACCELERATORS, ARCHITECTURES, DEVICES, PLATFORMS } from '../../src/target/compatibility';
import '../random-seed';

const MALI = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
const CPU = NeoTarget.platform({ os: NeoTargetOs.ANDROID, arch: NeoTargetArch.X86 });

test('a target is a device or a platform, never both', () => {
  expect(NeoTarget.ML_C5._toOutputConfig()).toEqual({ TargetDevice: 'ml_c5' });
  expect(MALI._toOutputConfig()).toEqual({ TargetPlatform: { Os: 'LINUX', Arch: 'ARM64', Accelerator: 'MALI' } });
  expect(CPU._toOutputConfig()).toEqual({ TargetPlatform: { Os: 'ANDROID', Arch: 'X86' } });
});

test('reads well in messages', () => {
  expect([NeoTarget.ML_C5, MALI, CPU].map(String)).toEqual(['ml_c5', 'LINUX/ARM64/MALI', 'ANDROID/X86']);
});

test.each(Object.entries(DEVICES))('%s is of its kind', (name, { kind }) => {
  expect(NeoTarget.device(name)).toMatchObject({ kind, isEdge: kind === 'edge' });
});

test('kinds of what the table does not have', () => {
  const token = new CfnParameter(new Stack(), 'P').valueAsString;
  expect([NeoTarget.device('ml_c7'), NeoTarget.device('toaster'), NeoTarget.device('constructor'), MALI, NeoTarget.device(token)].map(({ kind }) => kind))
    .toEqual([NeoTargetKind.CLOUD, NeoTargetKind.EDGE, NeoTargetKind.EDGE, NeoTargetKind.EDGE, NeoTargetKind.UNKNOWN]);
  expect(NeoTarget.device(token).isEdge).toBe(false);
});

test('what AWS adds tomorrow passes', () => {
  expect(NeoTarget.platform({ os: NeoTargetOs.of('FUCHSIA'), arch: NeoTargetArch.of('RISCV'), accelerator: NeoTargetAccelerator.of('TPU') })
    ._toOutputConfig()).toEqual({ TargetPlatform: { Os: 'FUCHSIA', Arch: 'RISCV', Accelerator: 'TPU' } });
});

test.each([['ML_C5', 'ml_c5'], ['ml.c5.xlarge', 'ml_c5'], ['ml.g4dn', 'ml_g4dn'], ['ML.Inf2.48xlarge', 'ml_inf2'], ['Jetson_Nano', 'jetson_nano'],
  ['ml-c5', 'ml_c5'], ['ml_c5.xlarge', 'ml_c5'], ['c5.xlarge', 'ml_c5'], ['g4dn', 'ml_g4dn'], ['jetson-nano', 'jetson_nano'], ['x86win64', 'x86_win64'], ['i.MX8QM', 'imx8qm']])('fails for device %s and names %s', (name, spelled) => {
  expect(() => NeoTarget.device(name)).toThrow(`use '${spelled}'; got: "${name}"`);
});

test.each(['', 'ml.c7.xlarge', 'ml c9', undefined, null, 5])('fails: device %p', (name: any) => {
  expect(() => NeoTarget.device(name)).toThrow(/name of the device must be a word/);
});

test.each<[any, string]>([
  [undefined, 'platform'], [{}, 'platform.os'], [{ os: NeoTargetOs.LINUX }, 'platform.arch'], [{ arch: NeoTargetArch.X86 }, 'platform.os'],
])('fails: platform %p', (platform, missing) => {
  expect(() => NeoTarget.platform(platform)).toThrow(`${missing} must be given; got: undefined`);
});

test('fails for a platform of strings, with what to pass', () => {
  expect(() => NeoTarget.platform({ os: 'LINUX', arch: 'X86' } as any)).toThrow('platform.os has the wrong type: it must be a NeoTargetOs, such as NeoTargetOs.LINUX; got: "LINUX"');
  expect(() => NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: 'X86' } as any)).toThrow('such as NeoTargetArch.ARM64; got: "X86"');
  expect(() => NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.X86, accelerator: 'MALI' } as any)).toThrow('such as NeoTargetAccelerator.MALI; got: "MALI"');
});

test.each([null, 'MALI', {}])('fails: accelerator %p', (accelerator: any) => {
  expect(() => NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator })).toThrow(/^platform.accelerator(\.name)? (has the wrong type: it must be a NeoTargetAccelerator|must be given).*got: /);
});

test('whatever it is given, it answers with a message of its own or takes it', () => {
  fc.assert(fc.property(fc.anything(), fc.anything(), (name: any, arch: any) => {
    for (const make of [
      () => NeoTarget.device(name), () => NeoTarget.platform(name), () => NeoTarget.platform({ os: name, arch }), () => NeoTargetArch.of(arch),
    ]) {
      try {
        String(make());
      } catch (e) {
        expect((e as Error).name).toBe('NeoValidationError');
      }
    }
  }));
});

test.each<[string, any]>([
  ['os', { os: NeoTargetArch.ARM64, arch: NeoTargetArch.ARM64 }],
  ['arch', { os: NeoTargetOs.LINUX, arch: NeoTargetOs.LINUX }],
  ['os', { os: NeoFramework.XGBOOST, arch: NeoTargetArch.ARM64 }],
  ['os', { os: { name: 'LINUX' }, arch: NeoTargetArch.ARM64 }],
  ['arch', { os: NeoTargetOs.LINUX, arch: NeoTarget.ML_C5 }],
  ['accelerator', { os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetArch.ARM64 }],
  ['accelerator', { os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetOs.of('LINUX') }],
])('fails for a part of a platform of another class: %s', (part, platform) => {
  expect(() => NeoTarget.platform(platform)).toThrow(`platform.${part} has the wrong type: it must be a NeoTarget`);
});

test('takes the parts of another copy of this library', () => {
  jest.isolateModules(() => {
    const other: typeof import('../../src') = jest.requireActual('../../src');
    expect(other.NeoTargetOs).not.toBe(NeoTargetOs);
    const parts = { os: other.NeoTargetOs.LINUX, arch: other.NeoTargetArch.ARM64, accelerator: other.NeoTargetAccelerator.MALI };
    expect(`${NeoTarget.platform(parts)}`).toBe('LINUX/ARM64/MALI');
  });
});

test.each<[string, () => unknown, string]>([
  ['linux', () => NeoTargetOs.of('linux'), "os must be spelled as in the API: use 'LINUX'; got: \"linux\""],
  ['Android', () => NeoTargetOs.of('Android'), "use 'ANDROID'"],
  ['arm64', () => NeoTargetArch.of('arm64'), "arch must be spelled as in the API: use 'ARM64'"],
  ['x86-64', () => NeoTargetArch.of('x86-64'), "use 'X86_64'"],
  ['arm_eabihf', () => NeoTargetArch.of('arm_eabihf'), "use 'ARM_EABIHF'"],
  ['Intel Graphics', () => NeoTargetAccelerator.of('Intel Graphics'), "accelerator must be spelled as in the API: use 'INTEL_GRAPHICS'"],
  ['mali', () => NeoTargetAccelerator.of('mali'), "use 'MALI'"],
])('fails for a part of a platform that is spelled %s', (_, make, message) => {
  expect(make).toThrow(message);
});

test('every constant of a part of a platform is in the tables of its names', () => {
  const names = (parts: object) => Object.values(parts).map(({ name }: { name: string }) => name).sort();
  expect(names(NeoTargetOs)).toEqual(Object.keys(PLATFORMS).sort());
  expect(names(NeoTargetArch)).toEqual([...ARCHITECTURES].sort());
  expect(names(NeoTargetAccelerator)).toEqual([...ACCELERATORS].sort());
});
