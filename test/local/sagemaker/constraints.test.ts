import { request } from './requests';
import { INPUT_SCHEMAS, NEO_OPERATIONS, NeoOperation, NeoService } from '../../../local/sagemaker';
import { CONSTRAINTS } from '../../../local/sagemaker/constraints';
import { Schema, shapeOf } from '../../../local/sagemaker/schema';

const ARN = 'arn:aws:sagemaker:us-east-1:111122223333:compilation-job/job';
const PLATFORM = { S3OutputLocation: 's3://b', TargetPlatform: { Os: 'LINUX', Arch: 'X86_64' } };
const VPC = { SecurityGroupIds: ['sg-1'], Subnets: ['subnet-1'] };

/** A good input for each operation, to be spoilt in one place. */
const GOOD: Record<NeoOperation, () => any> = {
  CreateCompilationJob: () => request(),
  DescribeCompilationJob: () => ({ CompilationJobName: 'job' }),
  StopCompilationJob: () => ({ CompilationJobName: 'job' }),
  DeleteCompilationJob: () => ({ CompilationJobName: 'job' }),
  ListCompilationJobs: () => ({}),
  ListTags: () => ({ ResourceArn: ARN }),
  AddTags: () => ({ ResourceArn: ARN, Tags: [] }),
  DeleteTags: () => ({ ResourceArn: ARN, TagKeys: ['a'] }),
};

const length = (n: number, character = 'a') => character.repeat(n);
const many = (n: number) => Array.from({ length: n }, (_, i) => `x-${i}`);
const tags = (n: number) => many(n).map(Key => ({ Key, Value: '' }));
const create = (path: string, value: unknown, rule: string, base?: object) => ['CreateCompilationJob', path, value, rule, base] as const;
const other = (operation: NeoOperation, path: string, value: unknown, rule: string) => [operation, path, value, rule, undefined] as const;

const PATTERN = 'regular expression pattern';
const LONG = 'length less than or equal to';
const SHORT = 'length greater than or equal to';
const HIGH = 'value less than or equal to';
const LOW = 'value greater than or equal to';
const ENUM = 'enum value set';

const BAD = [
  create('CompilationJobName', '', SHORT),
  create('CompilationJobName', length(64), LONG),
  ...['-job', 'job-', 'a_b', 'a.b', 'a b', 'job\n', 'ä'].map(name => create('CompilationJobName', name, PATTERN)),
  create('RoleArn', 'arn:aws:iam::1:role', SHORT),
  create('RoleArn', `arn:aws:iam::111122223333:role/${length(2048)}`, LONG),
  ...['arn:aws:iam::111122223333:user/neo', 'my-role-with-a-long-name', 'xarn:aws:iam::111122223333:role/neo', 'arn:aws:iam::123:role/neo-neo']
    .map(arn => create('RoleArn', arn, PATTERN)),
  create('ModelPackageVersionArn', '', SHORT, { InputConfig: undefined }),
  create('ModelPackageVersionArn', `arn:aws:sagemaker:us-east-1:111122223333:model-package/${length(2048)}`, LONG, { InputConfig: undefined }),
  create('ModelPackageVersionArn', 'arn:aws:sagemaker:us-east-1:111122223333:model/m', PATTERN, { InputConfig: undefined }),
  create('Tags', tags(51), LONG),
  create('InputConfig.S3Uri', `s3://b/${length(1024)}`, LONG),
  ...['', 'bucket/key', 's3:/b/k', 'ftp://b/k', 's3://'].map(uri => create('InputConfig.S3Uri', uri, PATTERN)),
  create('InputConfig.DataInputConfig', '', SHORT),
  create('InputConfig.DataInputConfig', length(16385), LONG),
  ...['pytorch', 'CAFFE', ''].map(framework => create('InputConfig.Framework', framework, ENUM)),
  create('InputConfig.FrameworkVersion', '1.', SHORT),
  create('InputConfig.FrameworkVersion', '1.234567890', LONG),
  ...['v1.2', '13.0', '1-3', '1.2 '].map(version => create('InputConfig.FrameworkVersion', version, PATTERN)),
  create('OutputConfig.S3OutputLocation', `s3://b/${length(1024)}`, LONG),
  create('OutputConfig.S3OutputLocation', 'b/k', PATTERN),
  ...['ml_c9', 'ML_C5', ''].map(device => create('OutputConfig.TargetDevice', device, ENUM)),
  create('OutputConfig.CompilerOptions', '{}', SHORT),
  create('OutputConfig.CompilerOptions', length(1025), LONG),
  create('OutputConfig.CompilerOptions', '{\n}', PATTERN),
  create('OutputConfig.KmsKeyId', length(2049), LONG),
  create('OutputConfig.KmsKeyId', 'key id', PATTERN),
  create('OutputConfig.TargetPlatform.Os', 'WINDOWS', ENUM, { OutputConfig: PLATFORM }),
  create('OutputConfig.TargetPlatform.Arch', 'RISCV', ENUM, { OutputConfig: PLATFORM }),
  create('OutputConfig.TargetPlatform.Accelerator', 'TPU', ENUM, { OutputConfig: PLATFORM }),
  create('VpcConfig.Subnets', [], SHORT, { VpcConfig: VPC }),
  create('VpcConfig.Subnets', many(17), LONG, { VpcConfig: VPC }),
  create('VpcConfig.Subnets', ['subnet_1'], PATTERN, { VpcConfig: VPC }),
  create('VpcConfig.Subnets', [length(33)], LONG, { VpcConfig: VPC }),
  create('VpcConfig.SecurityGroupIds', [], SHORT, { VpcConfig: VPC }),
  create('VpcConfig.SecurityGroupIds', many(6), LONG, { VpcConfig: VPC }),
  create('VpcConfig.SecurityGroupIds', ['sg 1'], PATTERN, { VpcConfig: VPC }),
  create('StoppingCondition.MaxRuntimeInSeconds', 0, LOW),
  create('StoppingCondition.MaxWaitTimeInSeconds', 0, LOW),
  create('StoppingCondition.MaxPendingTimeInSeconds', 1799, LOW),
  create('StoppingCondition.MaxPendingTimeInSeconds', 2419201, HIGH),
  create('Tags', [{ Key: '', Value: '' }], SHORT),
  create('Tags', [{ Key: length(129), Value: '' }], LONG),
  create('Tags', [{ Key: 'a;b', Value: '' }], PATTERN),
  create('Tags', [{ Key: 'a', Value: length(257) }], LONG),
  create('Tags', [{ Key: 'a', Value: '*' }], PATTERN),
  other('DescribeCompilationJob', 'CompilationJobName', 'a_b', PATTERN),
  other('StopCompilationJob', 'CompilationJobName', length(64), LONG),
  other('DeleteCompilationJob', 'CompilationJobName', '', SHORT),
  other('ListCompilationJobs', 'NextToken', length(8193), LONG),
  other('ListCompilationJobs', 'MaxResults', 0, LOW),
  other('ListCompilationJobs', 'MaxResults', 101, HIGH),
  other('ListCompilationJobs', 'NameContains', 'a_b', PATTERN),
  other('ListCompilationJobs', 'NameContains', length(64), LONG),
  other('ListCompilationJobs', 'StatusEquals', 'Completed', ENUM),
  other('ListCompilationJobs', 'SortBy', 'LastModifiedTime', ENUM),
  other('ListCompilationJobs', 'SortOrder', 'Up', ENUM),
  other('ListTags', 'ResourceArn', 'job', PATTERN),
  other('ListTags', 'NextToken', 'a\nb', PATTERN),
  other('ListTags', 'MaxResults', 49, LOW),
  other('AddTags', 'ResourceArn', `${ARN}${length(256)}`, LONG),
  other('AddTags', 'Tags', tags(51), LONG),
  other('DeleteTags', 'ResourceArn', 'arn:aws:s3:::bucket', PATTERN),
  other('DeleteTags', 'TagKeys', [], SHORT),
  other('DeleteTags', 'TagKeys', many(51), LONG),
  other('DeleteTags', 'TagKeys', [''], SHORT),
];

const BEST = [
  create('CompilationJobName', length(63), ''),
  create('CompilationJobName', 'a--B-9', ''),
  create('RoleArn', 'arn:aws-us-gov:iam::111122223333:role/service-role/neo@x', ''),
  create('ModelPackageVersionArn', 'arn:aws:sagemaker:us-east-1:111122223333:model-package/group/1', '', { InputConfig: undefined }),
  create('Tags', tags(50), ''),
  create('Tags', [{ Key: 'ключ ü', Value: '/a=b+c-d@e:f_g' }], ''),
  create('InputConfig.DataInputConfig', `{\n"a":${length(16377)}}`, ''),
  create('InputConfig.FrameworkVersion', '1.15', ''),
  create('OutputConfig.CompilerOptions', length(1024), ''),
  create('OutputConfig.KmsKeyId', 'arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab', ''),
  create('VpcConfig.Subnets', many(16), '', { VpcConfig: VPC }),
  create('VpcConfig.SecurityGroupIds', many(5), '', { VpcConfig: VPC }),
  create('StoppingCondition.MaxRuntimeInSeconds', 1, ''),
  create('StoppingCondition.MaxPendingTimeInSeconds', 2419200, ''),
];

function inputWith(operation: NeoOperation, path: string, value: unknown, base?: object): any {
  const input = structuredClone({ ...GOOD[operation](), ...base });
  const structures = path.split('.');
  const last = structures.pop()!;
  structures.reduce((structure, member) => structure[member], input)[last] = value;
  return input;
}

const call = (operation: NeoOperation, input: any) => new NeoService().call(operation, input);
const cut = (value: unknown) => JSON.stringify(value).slice(0, 40);

describe('fails, in AWS\'s words, for a broken constraint', () => {
  test.each(BAD.map(row => [`${row[0]} ${row[1]} ${cut(row[2])}`, row] as const))('fails: %s', (_, [operation, path, value, rule, base]) => {
    expect(() => call(operation, inputWith(operation, path, value, base))).toThrow(expect.objectContaining({
      name: 'ValidationException',
      statusCode: 400,
      message: expect.stringMatching(new RegExp(`validation errors? detected: .*failed to satisfy constraint: Member must (have|satisfy) ${rule}`, 's')),
    }));
  });
});

describe('the edge of a constraint is accepted', () => {
  test.each(BEST.map(row => [`${row[1]} ${cut(row[2])}`, row] as const))('%s', (_, [operation, path, value, , base]) => {
    expect(call(operation, inputWith(operation, path, value, base))).toEqual({ CompilationJobArn: expect.stringContaining('compilation-job/') });
  });
});

test('fails with all findings at once, and the path of each', () => {
  const input = request({ CompilationJobName: '-', StoppingCondition: { MaxRuntimeInSeconds: 0 }, VpcConfig: { Subnets: ['a', '?'], SecurityGroupIds: ['b'] } });
  const finding = (value: string, path: string) => `Value '${value}' at '${path}' failed to satisfy constraint: Member must`;
  expect(() => call('CreateCompilationJob', input)).toThrow(expect.objectContaining({
    message: expect.stringMatching(new RegExp([
      '^3 validation errors detected: ', finding('-', 'compilationJobName'), '.*; ', finding('0', 'stoppingCondition.maxRuntimeInSeconds'), '.*; ',
      finding('\\?', 'vpcConfig.subnets.2.member'),
    ].join(''))),
  }));
});

/** Every member of an input, however deep: its path and its constraint's key. */
function members(schema: Schema, path: string[] = []): { path: string[]; key: string; required: boolean; kind: string }[] {
  const shape = shapeOf(schema);
  if (shape.kind !== 'structure') {
    return shape.kind === 'list' ? members(shape.member, [...path, '0']) : [];
  }
  return shape.members.flatMap(({ name, required, schema: inner }) => [
    { path: [...path, name], key: `${shape.name}.${name}`, required, kind: shapeOf(inner).kind },
    ...members(inner, [...path, name]),
  ]);
}

describe('the AWS SDK\'s own model', () => {
  const all = NEO_OPERATIONS.flatMap(operation => members(INPUT_SCHEMAS[operation]).map(member => ({ operation, ...member })));

  test('has a constraint, and only then, for each of its members that is no structure or time', () => {
    const constrained = all.filter(({ kind }) => kind !== 'structure' && kind !== 'timestamp').map(({ key }) => key);
    expect(Object.keys(CONSTRAINTS).sort()).toEqual([...new Set(constrained)].sort());
  });

  test('has no constraint that the table above does not break', () => {
    const broken = BAD.map(([operation, path]) => all.find(member => member.operation === operation && member.path.join('.') === path)!.key);
    expect(new Set([...broken, 'Tag.Key', 'Tag.Value'])).toEqual(new Set(Object.keys(CONSTRAINTS)));
  });

  test.each(all.filter(({ required }) => required).map(member => [`${member.operation} ${member.path.join('.')}`, member] as const),
  )('fails without %s, as the service does', (_, { operation, path }) => {
    const base = path.includes('TargetPlatform') ? { OutputConfig: PLATFORM } : path.includes('VpcConfig') ? { VpcConfig: VPC } : {};
    const input = inputWith(operation, 'Tags', [{ Key: 'a', Value: 'b' }], base);
    const structure = path.slice(0, -1).reduce((outer, member) => outer[member], input);
    delete structure[path[path.length - 1]];
    const named = path.map(member => member === '0' ? '1.member' : member[0].toLowerCase() + member.slice(1)).join('.');
    expect(() => call(operation, input)).toThrow(`1 validation error detected: Value null at '${named}' failed to satisfy constraint: Member must not be null`);
  });
});

describe('rules between members', () => {
  const packaged = { ModelPackageVersionArn: 'arn:aws:sagemaker:us-east-1:111122223333:model-package/group/1' };
  test.each([
    ['InputConfig and a model package', request(packaged), 'InputConfig object in the request, not both'],
    ['neither', request({ InputConfig: undefined }), 'InputConfig object in the request, not neither'],
    ['device and platform', request({ OutputConfig: { ...PLATFORM, TargetDevice: 'ml_c5' } as any }), 'TargetDevice or TargetPlatform in OutputConfig, not both'],
    ['no target', request({ OutputConfig: { S3OutputLocation: 's3://b' } }), 'TargetDevice or TargetPlatform in OutputConfig, not neither'],
    ['a tag key twice', request({ Tags: [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }] }), 'Duplicate tag key: a'],
    ['a reserved tag key', request({ Tags: [{ Key: 'AWS:x', Value: '1' }] }), "reserved prefix 'aws:'"],
  ])('fails: %s', (_, input, message) => {
    expect(() => call('CreateCompilationJob', input)).toThrow(expect.objectContaining({ name: 'ValidationException', message: expect.stringContaining(message) }));
  });

  test.each(['TENSORFLOW', 'MXNET', 'PYTORCH', 'TFLITE'] as const)('%s may have a version', Framework => {
    call('CreateCompilationJob', request({ InputConfig: { S3Uri: 's3://b/m.tar.gz', Framework, FrameworkVersion: '1.8' } }));
  });

  test.each(['KERAS', 'ONNX', 'XGBOOST', 'DARKNET', 'SKLEARN'] as const)('%s has none', Framework => {
    const InputConfig = { S3Uri: 's3://b/m.tar.gz', Framework, FrameworkVersion: '1.8' };
    expect(() => call('CreateCompilationJob', request({ InputConfig }))).toThrow(`FrameworkVersion is not supported for framework ${Framework}`);
    call('CreateCompilationJob', request({ InputConfig: { ...InputConfig, FrameworkVersion: undefined } }));
  });

  const versioned = (FrameworkVersion: string | undefined, OutputConfig: object) =>
    request({ InputConfig: { S3Uri: 's3://b/m.tar.gz', Framework: 'PYTORCH', FrameworkVersion }, OutputConfig: { S3OutputLocation: 's3://b', ...OutputConfig } as any });

  test.each(['amba_cv2', 'amba_cv22', 'amba_cv25', 'coreml', 'imx8mplus', 'jacinto_tda4vm', 'sitara_am57x'])('fails for a version on %s, and takes none', TargetDevice => {
    expect(() => call('CreateCompilationJob', versioned('1.8', { TargetDevice }))).toThrow(expect.objectContaining({
      name: 'ValidationException', message: expect.stringContaining('Unsupported framework version field for target'),
    }));
    call('CreateCompilationJob', versioned(undefined, { TargetDevice }));
  });

  test.each([{ TargetDevice: 'lambda' }, { TargetDevice: 'jetson_tx1' }, { TargetDevice: 'ml_c5' }, { TargetPlatform: PLATFORM.TargetPlatform }])('a version for %j', target => {
    call('CreateCompilationJob', versioned('1.8', target));
  });
});
