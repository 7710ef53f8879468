/**
 * The library's names, members, patterns and ranges against AWS's own model: what AWS adds, removes or changes shows here. The SDK for JavaScript has
 * the enums, the members, their types and which are required. Patterns and ranges are in botocore's model alone: the stand-in's table of them is compared
 * with it where botocore is installed (and always by `npm run test:moto`), and the library with that table.
 */
import { execFileSync } from 'child_process';
import {
  Framework, TargetDevice, TargetPlatformAccelerator, TargetPlatformArch, TargetPlatformOs,
} from '@aws-sdk/client-sagemaker';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { INPUT_SCHEMAS } from '../../local/sagemaker';
import { CONSTRAINTS, type Constraint } from '../../local/sagemaker/constraints';
import { compareWithServiceModel } from '../../local/sagemaker/moto/service-model';
import { shapeOf, type Schema } from '../../local/sagemaker/schema';
import {
  NeoCompilerOptions, NeoDataInputShape, NeoDataType, NeoFramework, NeoModel, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs,
} from '../../src';
import { ACCELERATORS, ARCHITECTURES, DATA_TYPES, DEVICES, FRAMEWORKS, NO_ACCELERATOR, PLATFORMS } from '../../src/target/compatibility';
import { compilation, requestOf } from '../compilation-job/fixture';
import { network, newStack } from '../network/fixture';

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

/** `Structure.Member` of all that a value holds, and of all required members that it lacks. */
function membersOf(schema: Schema, value: any): { given: string[]; unknown: string[]; missing: string[] } {
  const shape = shapeOf(schema);
  if (shape.kind === 'list') { return membersOf(shape.member, value?.[0]); }
  if (shape.kind !== 'structure' || typeof value !== 'object') { return { given: [], unknown: [], missing: [] }; }
  const key = (name: string) => `${shape.name}.${name}`;
  const { members } = shape;
  const inner = members.filter(({ name }) => name in value).map((member) => membersOf(member.schema, value[member.name]));
  const unknown = Object.keys(value).filter((name) => !members.some((member) => member.name === name));
  const missing = members.filter(({ name, required }) => required && !(name in value));
  return {
    given: [...Object.keys(value).map(key), ...inner.flatMap(({ given }) => given)],
    unknown: [...unknown.map(key), ...inner.flatMap((member) => member.unknown)],
    missing: [...missing.map(({ name }) => key(name)), ...inner.flatMap((member) => member.missing)],
  };
}

describe('the request of a job', () => {
  const stack = newStack();
  const platform = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.X86_64, accelerator: NeoTargetAccelerator.NVIDIA });
  const requests = {
    least: requestOf({}),
    most: requestOf({
      target: platform,
      compilerOptions: NeoCompilerOptions.fromJson('{"mcpu":"skylake"}'),
      maxPendingTime: Duration.hours(1),
      outputEncryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'),
    }),
    package: requestOf({ model: NeoModel.fromModelPackageVersion('arn:aws:sagemaker:us-east-1:111122223333:model-package/models/1') }),
  };
  const read = Object.values(requests).map((request) => membersOf(INPUT_SCHEMAS.CreateCompilationJob, request));

  test('has members of the API alone, and each that the API requires', () => {
    expect(read.flatMap(({ unknown }) => unknown)).toEqual([]);
    // The handler names the job and adds its tags.
    expect(sorted(read.flatMap(({ missing }) => missing)).filter((member) => member !== 'CreateCompilationJobRequest.CompilationJobName')).toEqual([]);
  });

  test('can have every member of the API but one: a new one is a prop to think about', () => {
    const given = new Set(read.flatMap((request) => request.given));
    const all = (schema: Schema): string[] => {
      const shape = shapeOf(schema);
      if (shape.kind === 'list') { return all(shape.member); }
      return shape.kind === 'structure' ? shape.members.flatMap((member) => [`${shape.name}.${member.name}`, ...all(member.schema)]) : [];
    };
    const fromHandler = ['CreateCompilationJobRequest.CompilationJobName', 'CreateCompilationJobRequest.Tags', 'Tag.Key', 'Tag.Value'];
    expect(sorted(all(INPUT_SCHEMAS.CreateCompilationJob)).filter((member) => !given.has(member) && !fromHandler.includes(member))).toEqual([
      // For training on spot instances.
      'StoppingCondition.MaxWaitTimeInSeconds',
    ]);
  });
});

/** Whether a text or number satisfies the table, as the stand-in reads it. */
function isWithin({ min = -Infinity, max = Infinity, pattern }: Constraint, value: string | number): boolean {
  const size = typeof value === 'string' ? [...value].length : value;
  return size >= min && size <= max && (typeof value !== 'string' || pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(value));
}

const isTaken = (attempt: () => unknown) => {
  try {
    attempt();
    return true;
  } catch (err) {
    expect((err as Error).name + (err as Error).message).toMatch(/must/);
    return false;
  }
};
const jobOptions = (length: number) => `{"a":"${'b'.repeat(length - 8)}"}`;
const arnOf = (region: string, rest = 'models/1') => `arn:aws:sagemaker:${region}:111122223333:model-package/${rest}`;
const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
/** A job with a role that its own stack imports. */
function compilationUnder(arn: string, props: Parameters<typeof compilation>[0] = {}) {
  const fixture = network();
  return compilation({ role: iam.Role.fromRoleArn(fixture.stack, 'Role', arn), ...props }, fixture);
}

describe('the library takes exactly what the model takes', () => {
  test.each<[string, readonly (string | number)[], (value: any) => unknown]>([
    ['CreateCompilationJobRequest.CompilationJobName', ['a', 'a-b', 'a--b', 'a-', '-a', 'a b', 'a_b', 'é', 'n'.repeat(63), 'n'.repeat(64)], (compilationJobName) => compilation({ compilationJobName })],
    ['CreateCompilationJobRequest.ModelPackageVersionArn', [arnOf('us-east-1'), arnOf('us-gov-east-1'), arnOf('us'), arnOf('us-east-1', 'a b'), 'models/1'], NeoModel.fromModelPackageVersion],
    ['CreateCompilationJobRequest.RoleArn', [roleArn('neo'), roleArn('a/b+=,.@-_'), roleArn('my role')], compilationUnder],
    ['InputConfig.FrameworkVersion', ['1.8', '1.13.1', '1.', '12.0', '1.234567890', '1.23456789', 'v1.2', '1-3', '2.0rc1'], (version) => NeoFramework.of('PYTORCH', version)],
    ['InputConfig.DataInputConfig', [16_384, 16_385].map((length) => jobOptions(length).replace(/"b+"/, (text) => `[${'1'.repeat(text.length - 2)}]`)),
      (json) => NeoDataInputShape.fromJson(json.replace(/1{3,}/, (ones: string) => `${'1,'.repeat(Math.floor((ones.length - 1) / 2))}${'1'.repeat(2 - ones.length % 2)}`))],
    ['OutputConfig.CompilerOptions', [jobOptions(1_024), jobOptions(1_025)], NeoCompilerOptions.fromJson],
    ['StoppingCondition.MaxRuntimeInSeconds', [0, 1, 900], (seconds) => compilation({ maxRuntime: Duration.seconds(seconds) })],
    ['StoppingCondition.MaxPendingTimeInSeconds', [1_799, 1_800, 2_419_200, 2_419_201], (seconds) => compilation({ maxPendingTime: Duration.seconds(seconds), waitForCompletion: false })],
    ['Tag.Key', ['a', 'a b:/=+-@_.', 'é', 'a#b', 'k'.repeat(128), 'k'.repeat(129), ''], (key) => compilation({ tags: { [key]: 'v' } })],
    ['Tag.Value', ['', 'a b', 'a#b', 'v'.repeat(256), 'v'.repeat(257)], (value) => compilation({ tags: { key: value } })],
  ])('%s', (member, values, attempt) => {
    const expected = values.map((value) => [value, isWithin(CONSTRAINTS[member], value)]);
    expect(values.map((value) => [value, isTaken(() => attempt(value))])).toEqual(expected);
  });

  test.each(['Subnets', 'SecurityGroupIds'] as const)('NeoVpcConfig.%s', (member) => {
    const { min, max } = CONSTRAINTS[`NeoVpcConfig.${member}`];
    const isCountTaken = (count: number) => isTaken(() => compilationUnder(roleArn('neo'), {
      vpcConfig: {
        subnets: ['subnet-0'],
        securityGroupIds: ['sg-0'],
        [member === 'Subnets' ? 'subnets' : 'securityGroupIds']: Array.from({ length: count }, (_, i) => `id-${i}`),
      },
    }));
    expect([min! - 1, min!, max!, max! + 1].map(isCountTaken)).toEqual([false, true, true, false]);
  });
});

test('each line of the stand-in is about a member of the SDK, with bounds that fit its type', () => {
  const kinds = new Map<string, string>();
  const collect = (schema: Schema) => {
    const shape = shapeOf(schema);
    if (shape.kind === 'list') { collect(shape.member); }
    if (shape.kind !== 'structure') { return; }
    for (const member of shape.members) {
      kinds.set(`${shape.name}.${member.name}`, shapeOf(member.schema).kind);
      collect(member.schema);
    }
  };
  Object.values(INPUT_SCHEMAS).forEach(collect);
  expect(Object.keys(CONSTRAINTS).filter((member) => !kinds.has(member))).toEqual([]);
  expect(Object.entries(CONSTRAINTS).filter(([member, { pattern, enum: names, items }]) => (pattern || names) && kinds.get(member) !== 'string'
    || items && kinds.get(member) !== 'list').map(([member]) => member)).toEqual([]);
});

/** The model of the botocore that python3 has, with its version. */
function installedBotocore(): { version: number[]; file: string } | undefined {
  try {
    const [version, folder] = execFileSync('python3', ['-c', 'import botocore, os; print(botocore.__version__); print(os.path.dirname(botocore.__file__))'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split('\n');
    return { version: version.split('.').map(Number), file: `${folder}/data/sagemaker/2017-07-24/service-2.json.gz` };
  } catch {
    return undefined;
  }
}

const botocore = installedBotocore();
const isAtLeast = (minor: number) => botocore !== undefined && (botocore.version[0] > 1 || botocore.version[1] >= minor);
// Before, AWS's model lacks more of what it has now.
(isAtLeast(43) ? test : test.skip)('patterns, ranges, enums and required members are those of botocore, where it is installed', () => {
  const { compared, differences } = compareWithServiceModel(botocore!.file);
  expect(compared).toBeGreaterThan(40);
  // AWS has lowered this minimum in 2026.
  expect(differences.filter((difference) => isAtLeast(44) || !difference.startsWith('StoppingCondition.MaxPendingTimeInSeconds: '))).toEqual([]);
});
