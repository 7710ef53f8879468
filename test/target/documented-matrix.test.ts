/**
 * Every cell of the table, once as AWS documents it and once as it does not.
 */
import { Stack } from 'aws-cdk-lib';
import { NeoCompilerOptions, NeoDataInputShape, NeoFramework, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs } from '../../src';
import { ACCELERATORS, ARCHITECTURES, DEVICES, FRAMEWORKS, NO_ACCELERATOR, PLATFORMS } from '../../src/target/compatibility';
import { checkCompilation, frameworkVersionToSend } from '../../src/target/compilation-rules';

const REGION_OF = (device: string) => DEVICES[device].onlyRegion ?? 'eu-west-1';

/** Ids of the warnings, and the errors, of a framework on a device with nothing else to complain about. */
function findings(framework: string, version: string | undefined, device: string) {
  const scope = new Stack(undefined, 'Stack', { env: { region: REGION_OF(device) } });
  const { errors, warnings } = checkCompilation(scope, {
    framework: NeoFramework.of(framework, FRAMEWORKS[framework].takesVersion ? version : undefined),
    dataInputShape: NeoDataInputShape.of('input0', 1, 10),
    target: NeoTarget.device(device),
  });
  return { errors, ids: warnings.map(({ id }) => id.replace('cdk-sagemaker-neo:', '')) };
}

const devices = Object.entries(DEVICES);
const documented = devices.flatMap(([device, facts]) => Object.entries(FRAMEWORKS)
  .filter(([framework]) => !facts.onlyFrameworks || facts.onlyFrameworks.includes(framework))
  .flatMap(([framework, { versions }]) => {
    const inTable = facts.versionTable && versions[facts.versionTable];
    return inTable?.map((version) => [device, framework, version] as const) ?? [];
  }));

test('there is something to test', () => {
  expect(documented.length).toBeGreaterThan(200);
});

test.each(documented)('%s takes %s %s', (device, framework, version) => {
  const { errors, ids } = findings(framework, version, device);
  expect(errors).toEqual([]);
  expect(ids).not.toContain('undocumentedCombination');
});

const versioned = documented.filter(([device, framework]) => FRAMEWORKS[framework].takesVersion && DEVICES[device].frameworkVersion !== 'dropped');

test.each([...new Map(versioned.map((row) => [`${row[0]} ${row[1]}`, row])).values()])('%s: an undocumented version of %s warns', (device, framework) => {
  const { errors, ids } = findings(framework, '9.9', device);
  expect(errors).toEqual([]);
  expect(ids).toContain('undocumentedCombination');
});

test.each(devices)('%s: frameworks that AWS does not list for it warn or are errors', (device, facts) => {
  for (const [framework, { versions }] of Object.entries(FRAMEWORKS)) {
    const isListed = facts.versionTable ? versions[facts.versionTable] !== undefined : facts.frameworks?.names.includes(framework);
    if (isListed) continue;
    const { errors, ids } = findings(framework, '1.15', device);
    expect({ framework, found: errors.length > 0 || ids.includes('undocumentedCombination') }).toEqual({ framework, found: true });
  }
});

test.each(devices)('%s: notes of the table are warnings', (device, facts) => {
  const { ids } = findings('TENSORFLOW', '1.15', device);
  expect(ids.includes('retiredTarget')).toBe(facts.retired !== undefined);
  expect(ids.includes('frameworkVersionNotSent')).toBe(facts.frameworkVersion === 'dropped');
  expect(ids).not.toContain('targetRegion');
  expect(frameworkVersionToSend(NeoFramework.TENSORFLOW_1_15, NeoTarget.device(device))).toBe(facts.frameworkVersion === 'dropped' ? undefined : '1.15');
});

test.each(devices.filter(([, { exampleOptions }]) => exampleOptions))('%s: the options that AWS shows pass', (device, { exampleOptions }) => {
  const { errors, warnings } = checkCompilation(new Stack(), {
    target: NeoTarget.device(device),
    compilerOptions: NeoCompilerOptions.fromJson(exampleOptions!),
  });
  expect(errors).toEqual([]);
  expect(warnings.filter(({ id }) => /Option/.test(id))).toEqual([]);
});

const platforms = Object.entries(PLATFORMS).flatMap(([os, rows]) => Object.entries(rows).flatMap(([accelerator, archs]) => ARCHITECTURES
  .map((arch) => [os, arch, accelerator, archs.includes(arch)] as const)));

test.each(platforms)('platform %s %s %s: %p', (os, arch, accelerator, isPossible) => {
  const { errors } = checkCompilation(new Stack(), {
    target: NeoTarget.platform({
      os: NeoTargetOs.of(os),
      arch: NeoTargetArch.of(arch),
      accelerator: accelerator === NO_ACCELERATOR ? undefined : NeoTargetAccelerator.of(accelerator),
    }),
  });
  expect(errors.some((error) => error.startsWith('target platform: '))).toBe(!isPossible);
});

test('every accelerator of the API has a row or a warning', () => {
  for (const accelerator of ACCELERATORS.filter((name) => !Object.keys(PLATFORMS.LINUX).includes(name))) {
    const target = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.of(accelerator) });
    const { errors, warnings } = checkCompilation(new Stack(), { target });
    expect(errors).toEqual([]);
    expect(warnings.map(({ id }) => id)).toEqual(['cdk-sagemaker-neo:undocumentedCombination']);
  }
});
