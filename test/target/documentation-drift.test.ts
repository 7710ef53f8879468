/**
 * What the table and the rules take from the text of AWS's API reference, against the text in the installed SDK: a sentence that AWS changes shows here.
 */
import { readdirSync, readFileSync } from 'fs';
import { dirname, join } from 'path';
import { NeoDataType } from '../../src';
import { ANDROID_API_LEVELS, DEVICES, FRAMEWORKS, type Layout } from '../../src/target/compatibility';

const MODELS = join(dirname(require.resolve('@aws-sdk/client-sagemaker')), '..', 'dist-types', 'models');
const declarations = readdirSync(MODELS).filter(file => file.endsWith('.d.ts')).map(file => readFileSync(join(MODELS, file), 'utf8')).join('\n');

/** The text about a member of a structure, without tags. */
function textOf(structure: string, member: string): string {
  const [, body] = new RegExp(`export interface ${structure} \\{\n([\\s\\S]*?)\n\\}`).exec(declarations)!;
  const [, comment] = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${member}\\??:`).exec(body)!;
  return comment.replace(/<[^>]+>/g, '').replace(/\\/g, '').replace(/\s+(\* )?/g, ' ');
}

const text = {
  input: textOf('InputConfig', 'DataInputConfig'),
  version: textOf('InputConfig', 'FrameworkVersion'),
  archive: textOf('InputConfig', 'S3Uri'),
  device: textOf('OutputConfig', 'TargetDevice'),
  platform: textOf('OutputConfig', 'TargetPlatform'),
  options: textOf('OutputConfig', 'CompilerOptions'),
};
const titles = (names: string[]) => names.map(name => FRAMEWORKS[name].title);

test('the order of dimensions of each framework', () => {
  const layouts = [...text.input.matchAll(/(TensorFlow|KERAS|MXNET\/ONNX\/DARKNET|PyTorch): You [^.]*?\((NHWC|NCHW) format\)/g)]
    .flatMap(([, names, layout]) => names.split('/').map(name => [name.toUpperCase(), layout as Layout] as const));
  const expected = Object.fromEntries(Object.entries(FRAMEWORKS).filter(([name, { layout }]) => layout && name !== 'TFLITE').map(([name, { layout }]) => [name, layout]));
  expect(Object.fromEntries(layouts)).toEqual(expected);
  // It does not name TensorFlow Lite, whose models are made from those of TensorFlow.
  expect(text.input).not.toMatch(/TFLITE|TensorFlow Lite/);
  expect(FRAMEWORKS.TFLITE.layout).toBe(FRAMEWORKS.TENSORFLOW.layout);
});

test('the frameworks that take a version', () => {
  const [, names] = /only supported for the (.+?) frameworks/.exec(text.version)!;
  expect(names.split(/, | and /).sort()).toEqual(titles(Object.keys(FRAMEWORKS).filter(name => FRAMEWORKS[name].takesVersion)).sort());
});

test('the frameworks that need no shape, and those that take a list of shapes', () => {
  expect(Object.keys(FRAMEWORKS).filter(name => FRAMEWORKS[name].needsShape === false)).toEqual([/(\w+): input data name and shape are not needed/.exec(text.input)![1]]);
  const takers = [...text.input.matchAll(/(\w+): You can either specify [^.]* or you can specify the shape only using a list format/g)].map(([, name]) => name);
  expect(takers).toEqual(titles(Object.keys(FRAMEWORKS).filter(name => FRAMEWORKS[name].takesShapeList)));
});

test('the devices of one Region', () => {
  const names: { readonly [region: string]: string } = { 'us-east-1': 'US East (N. Virginia)', 'us-east-2': 'US East (Ohio)' };
  const found = [...text.device.matchAll(/(ml_\w+) is available only in (US [^)]+\))/g)].map(([, device, region]) => [device, region]);
  const expected = Object.entries(DEVICES).flatMap(([device, { onlyRegion }]) => onlyRegion ? [[device, names[onlyRegion]]] : []);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
});

test('the frameworks of Core ML and of Elastic Inference', () => {
  expect(text.input).toContain('CoreML converter supports Tensorflow and PyTorch models');
  expect(DEVICES.coreml.onlyFrameworks).toEqual(['TENSORFLOW', 'PYTORCH']);
  const [, eia] = /parameters for ml_eia2 OutputConfig:TargetDevice\.(.*)$/.exec(text.input)!;
  expect([...eia.matchAll(/For (\w+) models/g)].map(([, name]) => name.toUpperCase())).toEqual(['TENSORFLOW', 'TENSORFLOW']);
  expect(DEVICES.ml_eia2.frameworks!.names).toEqual(['TENSORFLOW']);
});

test('Core ML\'s types of inputs, and what an image needs', () => {
  expect(text.input).toContain('Allowed values: Image and Tensor.');
  expect(text.input).toContain('Image input type requires additional input parameters such as bias and scale');
});

test('the levels of Android, the data types, the options of NVIDIA', () => {
  expect(text.options).toContain(`Available levels range from ${ANDROID_API_LEVELS.min} to ${ANDROID_API_LEVELS.max}.`);
  const [, types] = /Options for data type are:(.*?)For example/.exec(text.options)!;
  expect([...types.matchAll(/"(\w+)"/g)].map(([, type]) => type).sort()).toEqual(Object.values(NeoDataType).sort());
  expect(text.options).toContain('When compiling for ml_* (except for ml_inf) instances using PyTorch framework');
  expect(text.options).toContain('required for NVIDIA accelerators');
  expect(text.options).toMatch(/trt-ver: Specifies the TensorRT versions in x\.y\.z\. format.*cuda-ver: Specifies the CUDA version in x\.y format/);
  // So this is no error.
  expect(text.platform).toMatch(/"Arch": "X86_64", "Accelerator": "NVIDIA"\}, "CompilerOptions": \{'mcpu': 'skylake-avx512'\}/);
});

test('the name of an archive, the hash of an artifact, what the pending time is for', () => {
  expect(text.archive).toContain('a single gzip compressed tar archive (.tar.gz suffix)');
  expect(textOf('DescribeCompilationJobResponse', 'ModelDigests')).toContain('BLAKE2');
  expect(textOf('StoppingCondition', 'MaxPendingTimeInSeconds')).toMatch(/takes effect only for jobs that request accelerated computing instance types/);
  expect(textOf('StoppingCondition', 'MaxRuntimeInSeconds')).toContain('starting with 900 seconds');
});

test('the permissions of the execution role are tasks, not actions', () => {
  const role = textOf('CreateCompilationJobRequest', 'RoleArn');
  expect(role).toMatch(/Read input data from an S3 bucket.*Write model artifacts to an S3 bucket.*Write logs to Amazon CloudWatch Logs.*Publish metrics to Amazon CloudWatch/);
  expect(role.match(/\b(s3|logs|cloudwatch):\w+/g)).toBeNull();
});
