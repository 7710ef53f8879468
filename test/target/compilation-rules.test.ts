import { CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import {
  NeoCompilerOptions, NeoCoreMlInputType, NeoCoreMlShape, NeoDataInputShape, NeoDataType, NeoFramework, NeoTarget, NeoTargetAccelerator,
  NeoTargetArch, NeoTargetOs,
} from '../../src';
import { type CompilationRequest, WARNINGS } from '../../src/target/compilation';
import { checkCompilation, frameworkVersionToSend } from '../../src/target/compilation-rules';
import '../random-seed';

const inRegion = (region?: string) => new Stack(undefined, 'Stack', { env: { region } });
const parameter = new CfnParameter(new Stack(), 'P');
const token = parameter.valueAsString;

/** A request that has no findings; each case changes what it is about. */
const FINE: CompilationRequest = {
  framework: NeoFramework.PYTORCH_1_13,
  dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
  target: NeoTarget.ML_C5,
};
const TENSORFLOW = { framework: NeoFramework.TENSORFLOW_2_9, dataInputShape: NeoDataInputShape.of('input', 1, 224, 224, 3) };
const EDGE = { framework: NeoFramework.PYTORCH_1_8 };
const TENSORFLOW_EDGE = { ...TENSORFLOW, framework: NeoFramework.TENSORFLOW_2_4 };
const COREML = { ...EDGE, target: NeoTarget.COREML };
const KERAS = NeoFramework.KERAS;

const platform = (os: NeoTargetOs, arch: NeoTargetArch, accelerator?: NeoTargetAccelerator) => ({
  ...EDGE,
  target: NeoTarget.platform({ os, arch, accelerator }),
});
const NVIDIA = platform(NeoTargetOs.LINUX, NeoTargetArch.ARM64, NeoTargetAccelerator.NVIDIA);
const NVIDIA_X86 = platform(NeoTargetOs.LINUX, NeoTargetArch.X86_64, NeoTargetAccelerator.NVIDIA);
const ANDROID = platform(NeoTargetOs.ANDROID, NeoTargetArch.ARM64);
const LINUX = platform(NeoTargetOs.LINUX, NeoTargetArch.ARM64);
const GPU = { gpuCode: 'sm_72', trtVersion: '6.0.1', cudaVersion: '10.1' };

const options = (map: { [name: string]: any }) => ({ compilerOptions: NeoCompilerOptions.of(map) });
const shape = (...dimensions: number[]) => ({ dataInputShape: NeoDataInputShape.fromMap({ input0: dimensions }) });
const text = (json: string) => ({ dataInputShape: NeoDataInputShape.fromJson(json) });

function check(change: Partial<CompilationRequest>, region = 'eu-west-1') {
  const { errors, warnings } = checkCompilation(inRegion(region), { ...FINE, ...change });
  return { errors, warnings: warnings.map(({ id }) => id.replace('cdk-sagemaker-neo:', '')) };
}

const nothing = { errors: [], warnings: [] };

describe('no findings', () => {
  test.each<[string, Partial<CompilationRequest>]>([
    ['a documented request', {}],
    ['a model package, whose framework is not known', { framework: undefined, dataInputShape: undefined }],
    ['a release spelled shorter', { ...TENSORFLOW, framework: NeoFramework.TENSORFLOW_1_15 }],
    ['PyTorch 2.0 on an instance without a shape', { framework: NeoFramework.PYTORCH_2_0, dataInputShape: undefined }],
    ['XGBoost without a shape', { framework: NeoFramework.XGBOOST, dataInputShape: undefined }],
    ['PyTorch with a list', { dataInputShape: NeoDataInputShape.fromList([[1, 3, 224, 224]]) }],
    ['TFLite on a platform', { ...LINUX, ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15 }],
    ['Nvidia with its options', { ...NVIDIA, compilerOptions: NeoCompilerOptions.nvidia(GPU) }],
    ['Nvidia with the other spelling', { ...NVIDIA_X86, ...options({ 'gpu_code': 'sm_72', 'trt-ver': '6.0.1', 'cuda-ver': '10.1' }) }],
    ['Nvidia with options that are a token', { ...NVIDIA, compilerOptions: NeoCompilerOptions.fromJson(token) }],
    ['Nvidia with values that are tokens', { ...NVIDIA, compilerOptions: NeoCompilerOptions.nvidia({ gpuCode: token, trtVersion: token, cudaVersion: token }) }],
    ['Jetson and TensorFlow 2', { ...TENSORFLOW_EDGE, target: NeoTarget.JETSON_NANO, compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }) }],
    ['Jetson as a platform', { ...NVIDIA, ...TENSORFLOW_EDGE, compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }) }],
    ['Jetson and a model package', { ...NVIDIA, framework: undefined, compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }) }],
    ['Core ML without a version', { ...COREML, framework: NeoFramework.pytorch() }],
    ['the lowest level of Android', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: 21 }) }],
    ['the highest level of Android', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: 29 }) }],
    ['a level that is a token', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: Lazy.number({ produce: () => 5 }) }) }],
    ['dtype on an instance', { compilerOptions: NeoCompilerOptions.dtype(NeoDataType.INT64) }],
    ['a command line for Inferentia', { framework: NeoFramework.PYTORCH_1_9, target: NeoTarget.ML_INF1, compilerOptions: NeoCompilerOptions.inferentia('-O2') }],
    ['options that are a token', { compilerOptions: NeoCompilerOptions.fromJson(token) }],
    ['GPU options on a GPU instance', { target: NeoTarget.ML_G4DN, compilerOptions: NeoCompilerOptions.nvidia(GPU) }],
    ['numbered inputs in order', { dataInputShape: NeoDataInputShape.of('input0', 1, 2).withInput('input1', 1, 2).withInput('input2', 1, 2) }],
    ['inputs with names of their own', { dataInputShape: NeoDataInputShape.of('mask', 1, 2).withInput('ids', 1, 2).withInput('input1', 1, 2).withInput('input_x', 1) }],
    ['TensorFlow with channels last', TENSORFLOW],
    ['Keras with channels first', { ...FINE, framework: KERAS }],
  ])('%s', (_, change) => {
    expect(check(change)).toEqual(nothing);
  });
});

describe('errors', () => {
  test.each<[string, Partial<CompilationRequest>, RegExp]>([
    ['a version for ONNX', { framework: NeoFramework.of('ONNX', '1.7') }, /takes one for TENSORFLOW, MXNET, PYTORCH, TFLITE only: use NeoFramework.ONNX; got: ONNX 1.7$/],
    ['a version for XGBoost', { framework: NeoFramework.of('XGBOOST', '1.3') }, /use NeoFramework.XGBOOST; got: XGBOOST 1.3$/],
    ['TFLite on an instance', { ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15 }, /TFLITE compiles for edge targets only.*got target: ml_c5$/],
    ['MXNet on Core ML', { ...COREML, framework: NeoFramework.MXNET_1_8 }, /target coreml takes the frameworks TENSORFLOW and PYTORCH only; got: MXNET$/],
    ['32-bit x86 on Linux', platform(NeoTargetOs.LINUX, NeoTargetArch.X86), /LINUX without an accelerator for X86_64, ARM64, ARM_EABIHF, ARM_EABI; got: LINUX\/X86$/],
    ['Mali on x86', platform(NeoTargetOs.ANDROID, NeoTargetArch.X86_64, NeoTargetAccelerator.MALI), /with accelerator MALI for ARM64, ARM_EABI; got: ANDROID\/X86_64\/MALI/],
    ['Nvidia on Android', { ...platform(NeoTargetOs.ANDROID, NeoTargetArch.ARM64, NeoTargetAccelerator.NVIDIA), compilerOptions: NeoCompilerOptions.nvidia(GPU) },
      /with accelerator NVIDIA for no architecture/],
    ['a level of Android too low', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: 20 }) }, /integer from 21 to 29; got: 20$/],
    ['a level of Android too high', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: 30 }) }, /integer from 21 to 29; got: 30$/],
    ['a broken level of Android', { ...ANDROID, compilerOptions: NeoCompilerOptions.android({ platform: 25.5 }) }, /got: 25.5$/],
    ['a level of Android as a text', { ...ANDROID, ...options({ ANDROID_PLATFORM: '25' }) }, /got: "25"$/],
    ['an unknown dtype', options({ dtype: 'float16' }), /dtype must be one of float, float32, int64, long; got: "float16"$/],
    ['options by name on Inferentia', { framework: NeoFramework.PYTORCH_1_9, target: NeoTarget.ML_INF1, ...options({ mcpu: 'x' }) }, /use NeoCompilerOptions.inferentia/],
    ['a command line on another device', { compilerOptions: NeoCompilerOptions.inferentia('-O2') }, /ml_c5 takes options by name: only Inferentia takes a command line; got: "-O2"$/],
    ['a command line on a platform', { ...LINUX, compilerOptions: NeoCompilerOptions.fromJson('"-O2"') }, /LINUX\/ARM64 takes options by name/],
    ['a list for TensorFlow', { ...TENSORFLOW, dataInputShape: NeoDataInputShape.fromList([[1, 224, 224, 3]]) }, /for PYTORCH only: use NeoDataInputShape.of.*TENSORFLOW$/],
    ['a list as a text', { framework: NeoFramework.ONNX, ...text('[[1,3]]') }, /for PYTORCH only.*got framework: ONNX$/],
    ['an unknown type in Core ML', { ...COREML, ...text('{"a":{"shape":[1,3],"type":"image"}}') }, /type of input "a" must be Image or Tensor; got: "image"$/],
    ...[
      ['{"a":{"shape":[1,3],"defaultShape":[1,3]}}', 'input "a" has no member "defaultShape": use default_shape; got: [1,3]'],
      ['{"a":{"shape":[1,3],"defaut_shape":[1,3]}}', 'input "a" has no member "defaut_shape": use default_shape; got: [1,3]'],
      ['[{"shape":[1,3],"typ":"Image"}]', 'an input has no member "typ": use type; got: "Image"'],
      ['{"a":{"shape":[1,3],"biases":[1],"type":"Tensor"}}', 'input "a" has no member "biases": use bias; got: [1]'],
      ['{"a":{"shape":[1,3],"Scale":1}}', 'input "a" has no member "Scale": use scale; got: 1'],
    ].map(([json, message]): [string, Partial<CompilationRequest>, RegExp] =>
      [`a misspelled member of Core ML's: ${json}`, { ...COREML, ...text(json) }, new RegExp(message.replace(/[[\]]/g, '\\$&'))]),
    ['a misspelled member of Core ML\'s in a map', {
      ...COREML, dataInputShape: NeoDataInputShape.fromMap({ a: { shape: [1, 2], defaultShape: [1, 2] } as any }),
    }, /use default_shape/],
    ['a misspelled member of Core ML\'s in a list', { ...COREML, dataInputShape: NeoDataInputShape.fromList([{ shape: [1, 2], scal: 1 } as any]) }, /use scale/],
    ['a picture without bias', {
      ...COREML,
      dataInputShape: NeoDataInputShape.fromCoreMlInputList([
        { shape: NeoCoreMlShape.fixed(1, 3, 99, 99), type: NeoCoreMlInputType.IMAGE, scale: 1 },
      ]),
    }, /an input is of type Image and needs both bias and scale/],
    ['a picture without scale', { ...COREML, ...text('{"a":{"shape":[1,3],"type":"Image","bias":[1]}}') }, /input "a" is of type Image and needs both/],
    ['Keras with channels last', { framework: KERAS, ...shape(8, 64, 64, 3) }, /NCHW, although the artifact itself is NHWC, such as \[8,3,64,64\]/],
    ['the smallest picture of Keras that is surely one', { framework: KERAS, ...shape(1, 32, 32, 3) }, /such as \[1,3,32,32\]/],
    ['Inferentia 2 elsewhere', { target: NeoTarget.ML_INF2 }, /target ml_inf2 is available in us-east-2 only.*got: eu-west-1$/],
    ['Trainium elsewhere', { target: NeoTarget.ML_TRN1 }, /target ml_trn1 is available in us-east-1 only.*got: eu-west-1$/],
    ['Keras, the second of several inputs', { framework: KERAS, dataInputShape: NeoDataInputShape.of('a', 1, 3, 99, 99).withInput('b', 1, 99, 99, 3) }, /of input "b"/],
  ])('%s', (_, change, message) => {
    const { errors } = check(change);
    expect(errors).toEqual([expect.stringMatching(message)]);
  });

  test('all that is wrong is said at once', () => {
    expect(check({ framework: NeoFramework.of('KERAS', '1.7'), ...shape(1, 224, 224, 3), compilerOptions: NeoCompilerOptions.inferentia('-O2') }).errors).toHaveLength(3);
  });
});

/** Every warning with a request that has it and no other. */
const WARNED: [keyof typeof WARNINGS, string, Partial<CompilationRequest>, string?][] = [
  ['unknownFramework', 'a framework of tomorrow', { framework: NeoFramework.of('JAX', '1.0') }],
  ['unknownFramework', 'a framework named like a method', { framework: NeoFramework.of('constructor') }],
  ['unknownTarget', 'a device of tomorrow', { target: NeoTarget.device('ml_c9') }],
  ['unknownTarget', 'an operating system of tomorrow', platform(NeoTargetOs.of('FUCHSIA'), NeoTargetArch.ARM64)],
  ['unknownTarget', 'an architecture of tomorrow', platform(NeoTargetOs.LINUX, NeoTargetArch.of('RISCV'))],
  ['unknownTarget', 'an accelerator of tomorrow', platform(NeoTargetOs.LINUX, NeoTargetArch.ARM64, NeoTargetAccelerator.of('TPU'))],
  ['undocumentedCombination', 'a version that AWS does not list', { framework: NeoFramework.pytorch('2.9') }],
  ['undocumentedCombination', 'a version of a longer number', { framework: NeoFramework.pytorch('1.1') }],
  ['undocumentedCombination', 'a version for the cloud on a platform', { ...LINUX, framework: NeoFramework.PYTORCH_1_13 }],
  ['undocumentedCombination', 'DarkNet on an instance', { framework: NeoFramework.DARKNET }],
  ['undocumentedCombination', 'scikit-learn', { framework: NeoFramework.SKLEARN, dataInputShape: undefined }],
  ['undocumentedCombination', 'a device without a table', { target: NeoTarget.ML_C6G }],
  ['undocumentedCombination', 'MXNet on Trainium', { framework: NeoFramework.MXNET_1_8, target: NeoTarget.ML_TRN1 }, 'us-east-1'],
  ['undocumentedCombination', 'an accelerator without a table', platform(NeoTargetOs.LINUX, NeoTargetArch.ARM64, NeoTargetAccelerator.NNA)],
  ['frameworkVersionMissing', 'no version', { framework: NeoFramework.pytorch() }],
  ['frameworkVersionNotSent', 'a version for Core ML', COREML],
  ['frameworkVersionNotSent', 'a version that only the cloud has', { ...COREML, framework: NeoFramework.PYTORCH_2_0 }],
  ['undocumentedCombination', 'Lambda, which the service takes a version for', { target: NeoTarget.LAMBDA }],
  ['frameworkVersionPatch', 'a patch version', { framework: NeoFramework.pytorch('1.13.1') }],
  ['neoRegion', 'a Region without an image of Neo', {}, 'ap-southeast-5'],
  ['compilerOptionNotForTarget', 'dtype on Inferentia 2', { target: NeoTarget.ML_INF2, ...options({ dtype: 'long' }) }, 'us-east-2'],
  ['inputLayout', 'MXNet that was perhaps exported with layout=HWC', { framework: NeoFramework.MXNET_1_8_0, ...shape(1, 512, 512, 3) }],
  ['nvidiaCompilerOptions', 'Nvidia without options', NVIDIA],
  ['nvidiaCompilerOptions', 'Nvidia with one missing', { ...NVIDIA, ...options({ 'gpu-code': 'sm_72', 'cuda-ver': '10.1' }) }],
  ['nvidiaCompilerOptions', 'Nvidia with an empty one', { ...NVIDIA, ...options({ 'gpu-code': '', 'trt-ver': '6.0.1', 'cuda-ver': '10.1' }) }],
  ['nvidiaCompilerOptions', 'JetPack for PyTorch', { ...NVIDIA, compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }) }],
  ['nvidiaCompilerOptions', 'JetPack on x86', { ...NVIDIA_X86, ...TENSORFLOW_EDGE, compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }) }],
  ['compilerOptionNotForTarget', 'dtype for TensorFlow', { ...TENSORFLOW, ...options({ dtype: 'long' }) }],
  ['compilerOptionNotForTarget', 'dtype on an edge device', { ...EDGE, target: NeoTarget.RASP3B, ...options({ dtype: 'long' }) }],
  ['compilerOptionNotForTarget', 'dtype on a platform', { ...LINUX, ...options({ dtype: 'long' }) }],
  ['inputLayout', 'PyTorch with channels last', shape(1, 224, 224, 3)],
  ['inputLayout', 'ONNX with a gray picture', { framework: NeoFramework.ONNX, ...shape(1, 28, 28, 1) }],
  ['inputLayout', 'TensorFlow with channels first', { ...TENSORFLOW, ...shape(1, 3, 224, 224) }],
  ['inputLayout', 'TFLite with channels first', { ...LINUX, framework: NeoFramework.TFLITE_1_15, ...shape(1, 3, 16, 16) }],
  ['inputLayout', 'the second of several inputs', { dataInputShape: NeoDataInputShape.of('a', 1, 3, 99, 99).withInput('b', 1, 99, 99, 3) }],
  ['retiredTarget', 'Elastic Inference', { ...TENSORFLOW, target: NeoTarget.ML_EIA2 }],
  ['targetRegion', 'Inferentia 2 in a Region that is not known', { target: NeoTarget.ML_INF2 }, token],
  ['targetRegion', 'Trainium in a Region that is not known', { target: NeoTarget.ML_TRN1 }, token],
  ['nvidiaCompilerOptions', 'a Jetson without options', { ...EDGE, target: NeoTarget.JETSON_XAVIER }],
  ['nvidiaCompilerOptions', 'TensorRT in two parts', { ...NVIDIA, compilerOptions: NeoCompilerOptions.nvidia({ ...GPU, trtVersion: '8.2' }) }],
  ['nvidiaCompilerOptions', 'CUDA in three parts', { ...NVIDIA, compilerOptions: NeoCompilerOptions.nvidia({ ...GPU, cudaVersion: '10.1.2' }) }],
  ['compilerOptionNotForTarget', 'Android\'s level on Linux', { ...LINUX, compilerOptions: NeoCompilerOptions.android({ platform: 25 }) }],
  ['compilerOptionNotForTarget', 'a GPU\'s options on a processor', { compilerOptions: NeoCompilerOptions.nvidia(GPU) }],
  ['compilerOptionNotForTarget', 'labels on an instance', { compilerOptions: NeoCompilerOptions.coreMl({ classLabels: 'x' }) }],
  ['dataInputShapeMissing', 'no shape', { dataInputShape: undefined }],
  ['dataInputShapeMissing', 'no shape for PyTorch 1.8 on an edge device', { ...EDGE, target: NeoTarget.RASP4B, dataInputShape: undefined }],
  ['coreMlShapeOnOtherTarget', 'Core ML\'s form on an instance', { dataInputShape: NeoDataInputShape.fromCoreMlInputs({ a: { shape: NeoCoreMlShape.fixed(1, 2) } }) }],
  ['coreMlShapeOnOtherTarget', 'Core ML\'s form on a platform', { ...LINUX, dataInputShape: NeoDataInputShape.fromCoreMlInputList([{ shape: NeoCoreMlShape.range('1..2', 2) }]) }],
  ['coreMlMember', 'a member that AWS does not document', { ...COREML, framework: NeoFramework.pytorch(), ...text('{"a":{"shape":[1,2],"color_layout":"RGB"}}') }],
  ['inputOrder', 'numbered inputs in another order', { dataInputShape: NeoDataInputShape.of('input1', 1, 2).withInput('input0', 1, 2) }],
  ['inputOrder', 'numbered as numbers, not as texts', text('{"input_10":[1],"input_9":[1]}')],
  ['inputLayout', 'channels last as a text', text('{"input0":[1,224,224,3]}')],
];

describe('warnings', () => {
  test.each(WARNED.map(([id, what, change, region]) => ({ id, what, change, region })))('$id: $what', ({ id, change, region }) => {
    const { errors, warnings } = check(change, region);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([id]);
  });

  test('PyTorch 2.0 reads shapes from the model on instances only', () => {
    const target = NeoTarget.RASP4B;
    expect(check({ framework: NeoFramework.PYTORCH_2_0, dataInputShape: undefined, target }).warnings)
      .toEqual(['undocumentedCombination', 'dataInputShapeMissing']);
  });

  test('each has a case here', () => {
    expect([...new Set(WARNED.map(([id]) => id))].sort()).toEqual(Object.keys(WARNINGS).sort());
  });

  test('ids can be acknowledged, messages end without a full stop', () => {
    for (const [,, change] of WARNED) {
      for (const { id, message } of checkCompilation(new Stack(), { ...FINE, ...change }).warnings) {
        expect(id).toMatch(/^cdk-sagemaker-neo:[a-z][A-Za-z]+$/);
        expect(message).not.toMatch(/\.$|undefined:|\[object/);
      }
    }
  });

  test('a Region that is not known at synthesis is said, the right one is not', () => {
    const messages = (region?: string) => {
      const { errors, warnings } = checkCompilation(inRegion(region), { ...FINE, target: NeoTarget.ML_INF2 });
      return [...errors, ...warnings.map(({ message }) => message)];
    };
    expect(messages()).toEqual([expect.stringMatching(/ml_inf2 in us-east-2 only, and the Region.*not known at synthesis/)]);
    expect(messages('eu-west-1')).toEqual([expect.stringMatching(/us-east-2 only.*got: eu-west-1$/)]);
    expect(messages('us-east-2')).toEqual([]);
  });

  test.each<[string, Partial<CompilationRequest>]>([
    ['Keras for Core ML', { ...COREML, framework: KERAS }],
    ['TFLite on an instance', { ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15 }],
    ['TFLite on Inferentia 1', { ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15, target: NeoTarget.ML_INF1 }],
    ['TFLite on Inferentia 2', { ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15, target: NeoTarget.ML_INF2 }],
    ['TFLite on an instance without a table', { ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15, target: NeoTarget.ML_M6G }],
  ])('fails for %s, and does not warn that the combination is undocumented too', (_, change) => {
    const { errors, warnings } = check(change, 'us-east-2');
    expect(errors).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test('TFLite is undocumented for lambda, which is no instance', () => {
    expect(check({ ...TENSORFLOW, framework: NeoFramework.TFLITE_1_15, target: NeoTarget.LAMBDA })).toEqual({ errors: [], warnings: ['undocumentedCombination'] });
  });

  test('the message names the kinds of targets of which the framework is documented', () => {
    const [{ message }] = checkCompilation(inRegion('eu-west-1'), { ...FINE, framework: NeoFramework.MXNET_1_8, target: NeoTarget.ML_EIA2 }).warnings;
    expect(message).toMatch(/^AWS does not document framework MXNET \(but for cloud, Inferentia 1 and edge targets\) for target ml_eia2/);
  });

  test('the API documents TensorFlow for Elastic Inference, and no other framework', () => {
    const target = NeoTarget.ML_EIA2;
    expect(check({ ...TENSORFLOW, target }).warnings).toEqual(['retiredTarget']);
    expect(check({ framework: NeoFramework.MXNET_1_8, target }).warnings.sort()).toEqual(['retiredTarget', 'undocumentedCombination']);
  });
});

describe('layout', () => {
  test.each([
    ['a picture that is not square', [1, 480, 640, 3]],
    ['a gray picture', [1, 28, 28, 1]],
    ['a gray picture that is not square', [1, 64, 200, 1]],
    ['a picture with transparency, or 16 channels', [1, 16, 16, 4]],
    ['a picture with transparency', [8, 64, 64, 4]],
    ['a small picture, or 31 channels', [1, 31, 31, 3]],
  ])('Keras may have %s, which is warned of', (_, dimensions) => {
    expect(check({ framework: KERAS, ...shape(...dimensions) })).toEqual({ errors: [], warnings: ['inputLayout'] });
  });

  test.each([
    ['channels first, not square', [1, 3, 480, 640]],
    ['channels first, three wide', [1, 3, 480, 3]],
    ['signals of 9 sensors', [1, 9, 128, 1]],
    ['features of 5 channels', [1, 64, 32, 5]],
    ['a vector', [1, 784]],
    ['one side below 16', [1, 15, 300, 3]],
  ])('Keras may have %s', (_, dimensions) => {
    expect(check({ framework: KERAS, ...shape(...dimensions) })).toEqual(nothing);
  });

  test.each([
    ['a square that is too small', [1, 8, 8, 3]],
    ['sides that differ', [1, 480, 640, 3]],
    ['point clouds', [1, 1024, 32, 3]],
    ['channels in both places', [1, 3, 3, 3]],
    ['features', [1, 64, 56, 56]],
    ['another rank', [224, 224, 3]],
  ])('%s may be anything', (_, dimensions) => {
    for (const framework of [NeoFramework.PYTORCH_1_13, NeoFramework.TENSORFLOW_2_9]) {
      expect(check({ framework, ...shape(...dimensions) })).toEqual(nothing);
    }
  });

  test('a token in the shape may be anything', () => {
    expect(check(shape(Token.asNumber({ Ref: 'N' }), 224, 224, 3))).toEqual(nothing);
  });

  test('for every size and every framework: one of the two orders is warned of, the other is fine', () => {
    fc.assert(fc.property(fc.constantFrom(1, 3, 4), fc.integer({ min: 16, max: 4096 }), fc.integer({ min: 1, max: 64 }), (channels, side, batch) => {
      const [first, last] = [shape(batch, channels, side, side), shape(batch, side, side, channels)];
      for (const [framework, right, wrong] of [[NeoFramework.PYTORCH_1_13, first, last], [NeoFramework.TENSORFLOW_2_9, last, first]] as const) {
        expect(check({ framework, ...right })).toEqual(nothing);
        expect(check({ framework, ...wrong })).toEqual({ errors: [], warnings: ['inputLayout'] });
      }
    }));
  });
});

describe('tokens', () => {
  const late = NeoTarget.platform({ os: NeoTargetOs.of(token), arch: NeoTargetArch.of(token), accelerator: NeoTargetAccelerator.of(token) });

  test.each<[string, Partial<CompilationRequest>]>([
    ['framework', { framework: NeoFramework.of(token, token), ...shape(1, 224, 224, 3) }],
    ['version', { framework: NeoFramework.pytorch(token) }],
    ['version without a shape on an instance', { framework: NeoFramework.pytorch(token), dataInputShape: undefined }],
    ['device', { target: NeoTarget.device(token), compilerOptions: NeoCompilerOptions.nvidia(GPU).combinedWith(NeoCompilerOptions.dtype(NeoDataType.LONG)) }],
    ['platform', { target: late, ...EDGE, compilerOptions: NeoCompilerOptions.nvidia(GPU) }],
    ['shape', { dataInputShape: NeoDataInputShape.fromJson(token) }],
    ['a Core ML input', { ...COREML, framework: NeoFramework.of(token), dataInputShape: NeoDataInputShape.fromMap(Lazy.any({ produce: () => ({}) }) as any) }],
    ['options', { compilerOptions: NeoCompilerOptions.of(Lazy.any({ produce: () => ({}) }) as any) }],
    ['dtype', options({ dtype: token })],
    ['name of an option, which may be the one of the GPU', { ...NVIDIA, ...options({ [token]: 'sm_72' }) }],
  ])('%s: nothing is said about what is not known', (_, change) => {
    expect(check(change)).toEqual(nothing);
  });

  test.each<[string, Partial<CompilationRequest>]>([
    ['arch', platform(NeoTargetOs.LINUX, NeoTargetArch.of(token))],
    ['arch of a Jetson', {
      ...platform(NeoTargetOs.LINUX, NeoTargetArch.of(token), NeoTargetAccelerator.NVIDIA),
      ...TENSORFLOW_EDGE,
      compilerOptions: NeoCompilerOptions.jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' }),
    }],
    ['os, with the level of Android', {
      ...platform(NeoTargetOs.of(token), NeoTargetArch.ARM64), compilerOptions: NeoCompilerOptions.android({ platform: 25 }),
    }],
  ])('%s alone unknown', (_, change) => {
    expect(check(change)).toEqual(nothing);
  });

  test('a version is sent to a device that is not known', () => {
    expect(frameworkVersionToSend(NeoFramework.PYTORCH_1_8, NeoTarget.device(token))).toBe('1.8');
    expect(frameworkVersionToSend(NeoFramework.PYTORCH_1_8, late)).toBe('1.8');
  });
});

test('whatever is combined, it is checked without a failure of its own', () => {
  const constants = <T>(cls: Function & { prototype: T }) => Object.values(cls).filter((value) => value instanceof cls) as T[];
  fc.assert(fc.property(
    fc.option(fc.constantFrom(...constants(NeoFramework), NeoFramework.of('X', '1.0')), { nil: undefined }),
    fc.constantFrom(...constants(NeoTarget), NVIDIA.target, ANDROID.target, NeoTarget.device('toString')),
    fc.option(fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), { minLength: 1 }), { nil: undefined }),
    fc.option(fc.dictionary(fc.constantFrom('gpu-code', 'trt-ver', 'ANDROID_PLATFORM', 'dtype', 'mcpu', 'class_labels'), fc.jsonValue(), { minKeys: 1 }), { nil: undefined }),
    (framework, target, shapes, map) => {
      const { errors, warnings } = checkCompilation(new Stack(), {
        framework, target, dataInputShape: shapes && NeoDataInputShape.fromList(shapes), compilerOptions: map && NeoCompilerOptions.of(map),
      });
      for (const message of [...errors, ...warnings.map((warning) => warning.message)]) {
        expect(message).toMatch(/^\S.{20,}$/);
      }
    }), { numRuns: 500 });
});
