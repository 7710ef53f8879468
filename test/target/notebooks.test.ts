/**
 * Combinations of framework, inputs, options and target as public notebooks, samples and AWS's guide have them: accepted without
 * an error, and without a warning but those named here, each of which is true of its row.
 */
import { Stack } from 'aws-cdk-lib';
import { NeoCompilerOptions, NeoCoreMlInputType, NeoCoreMlShape, NeoDataInputShape, NeoFramework, NeoTarget, NeoTargetAccelerator, NeoTargetArch, NeoTargetOs } from '../../src';
import { checkCompilation } from '../../src/target/compilation-rules';

const of = NeoDataInputShape.of;
const json = NeoDataInputShape.fromJson;
const { ANDROID, LINUX } = NeoTargetOs;
const { ARM64, ARM_EABI, ARM_EABIHF, X86_64 } = NeoTargetArch;
const platform = (os: NeoTargetOs, arch: NeoTargetArch, accelerator?: NeoTargetAccelerator) => NeoTarget.platform({ os, arch, accelerator });
const { cpu, nvidia, jetson, android, inferentia, armNeon } = NeoCompilerOptions;
const options = NeoCompilerOptions.of;
const cuda = (gpuCode: string, trtVersion = '7.1.3', cudaVersion = '10.2') => nvidia({ gpuCode, trtVersion, cudaVersion });

type Row = [
  name: string, framework: NeoFramework, shape: NeoDataInputShape | undefined, target: NeoTarget,
  compilerOptions?: NeoCompilerOptions, warnings?: string[], region?: string,
];

const ACCEPTED: Row[] = [
  // Cloud instances
  ['ResNet-18, PyTorch 1.8', NeoFramework.PYTORCH_1_8, of('input0', 1, 3, 224, 224), NeoTarget.ML_C5],
  ['VGG-19, PyTorch 1.6', NeoFramework.PYTORCH_1_6, of('input0', 1, 3, 224, 224), NeoTarget.ML_C5],
  ['ResNet-50 without names', NeoFramework.PYTORCH_1_13, NeoDataInputShape.fromList([[1, 3, 224, 224]]), NeoTarget.ML_M5],
  ['DeepLab, PyTorch 1.12', NeoFramework.PYTORCH_1_12, of('input0', 1, 3, 520, 520), NeoTarget.ML_G4DN],
  ['an encoder of text, PyTorch 1.13, ids and mask', NeoFramework.PYTORCH_1_13, of('input_ids', 1, 128).withInput('attention_mask', 1, 128), NeoTarget.ML_C5, options({ dtype: 'int64' })],
  ['two texts without names', NeoFramework.PYTORCH_1_12, NeoDataInputShape.fromList([[1, 384], [1, 384]]), NeoTarget.ML_G4DN, options({ dtype: 'long' })],
  ['PyTorch 2.0, whose inputs Neo reads', NeoFramework.PYTORCH_2_0, undefined, NeoTarget.ML_P3],
  ['a wide image, 1 x 3 x 480 x 640', NeoFramework.PYTORCH_1_8, of('image', 1, 3, 480, 640), NeoTarget.ML_C4],
  ['a batch of 32', NeoFramework.PYTORCH_1_13, of('input0', 32, 3, 224, 224), NeoTarget.ML_P2],
  ['a video, five dimensions', NeoFramework.PYTORCH_1_8, of('input0', 1, 3, 16, 112, 112), NeoTarget.ML_P3],
  ['Inception v3, TensorFlow 1.15', NeoFramework.TENSORFLOW_1_15, of('input', 1, 299, 299, 3), NeoTarget.ML_C5],
  ['ResNet-50, TensorFlow 2.9', NeoFramework.TENSORFLOW_2_9, of('input_1', 1, 224, 224, 3), NeoTarget.ML_C5, cpu({ mcpu: 'skylake-avx512' })],
  ['MNIST, TensorFlow 1.15.3', NeoFramework.TENSORFLOW_1_15_3, of('Placeholder', 1, 784), NeoTarget.ML_C5],
  ['MNIST as images, TensorFlow 2.9', NeoFramework.TENSORFLOW_2_9, of('conv2d_input', 1, 28, 28, 1), NeoTarget.ML_M4],
  ['a name with a colon', NeoFramework.TENSORFLOW_2_9, json('{"input_tensor:0": [1, 224, 224, 3]}'), NeoTarget.ML_P3],
  ['built-in image classification, MXNet', NeoFramework.MXNET_1_8_0, of('data', 1, 3, 224, 224), NeoTarget.ML_C5],
  ['built-in object detection, MXNet', NeoFramework.MXNET_1_8_0, of('data', 1, 3, 512, 512), NeoTarget.ML_P3],
  ['MNIST, MXNet', NeoFramework.MXNET_1_8_0, of('data', 1, 1, 28, 28), NeoTarget.ML_M4],
  ['Gluon exported with layout=HWC', NeoFramework.MXNET_1_8_0, of('data', 1, 512, 512, 3), NeoTarget.ML_C5, undefined, ['inputLayout']],
  ['ONNX from PyTorch', NeoFramework.ONNX, of('input.1', 1, 3, 416, 416), NeoTarget.ML_C5],
  ['ONNX from TensorFlow, NHWC', NeoFramework.ONNX, of('input_1:0', 1, 300, 300, 3), NeoTarget.ML_C5, undefined, ['inputLayout']],
  ['SqueezeNet, ONNX', NeoFramework.ONNX, of('data_0', 1, 3, 224, 224), NeoTarget.ML_M5],
  ['Keras, NCHW', NeoFramework.KERAS, of('input_1', 1, 3, 224, 224), NeoTarget.ML_C5],
  ['Keras as JSON', NeoFramework.KERAS, json('{"input_1":[1,3,224,224]}'), NeoTarget.ML_P3],
  ['XGBoost', NeoFramework.XGBOOST, undefined, NeoTarget.ML_C5],
  ['XGBoost with a shape', NeoFramework.XGBOOST, of('data', 1, 69), NeoTarget.ML_M4],
  ['a mask of a segmentation, PyTorch', NeoFramework.PYTORCH_1_8, of('image', 1, 3, 256, 256).withInput('mask', 1, 256, 256), NeoTarget.ML_C5],
  // Inferentia and Trainium
  ['BERT on Inferentia', NeoFramework.PYTORCH_1_9, json('[[1,128],[1,128]]'), NeoTarget.ML_INF1, inferentia('--dtype int64')],
  ['ResNet-50 on Inferentia', NeoFramework.PYTORCH_1_8, of('input_0', 1, 3, 224, 224), NeoTarget.ML_INF1, inferentia('--verbose 1 --num-neuroncores 2 -O2')],
  ['MXNet on Inferentia', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), NeoTarget.ML_INF1],
  ['TensorFlow on Inferentia', NeoFramework.TENSORFLOW_1_15, of('input', 1, 224, 224, 3), NeoTarget.ML_INF1],
  ['Trainium where it is', NeoFramework.PYTORCH_1_13, of('input0', 1, 3, 224, 224), NeoTarget.ML_TRN1, undefined, [], 'us-east-1'],
  ['Inferentia 2 where it is', NeoFramework.PYTORCH_1_13, of('input0', 1, 3, 224, 224), NeoTarget.ML_INF2, undefined, [], 'us-east-2'],
  // Edge devices
  ['Raspberry Pi 3, MXNet', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), NeoTarget.RASP3B, armNeon()],
  ['Raspberry Pi 4, TFLite', NeoFramework.TFLITE_1_15, of('input', 1, 224, 224, 3), NeoTarget.RASP4B],
  ['Jetson Nano, PyTorch', NeoFramework.PYTORCH_1_7, of('input0', 1, 3, 224, 224), NeoTarget.JETSON_NANO, cuda('sm_53', '5.0.6', '10.0')],
  ['Jetson TX2, MXNet', NeoFramework.MXNET_1_8, of('data', 1, 3, 512, 512), NeoTarget.JETSON_TX2, cuda('sm_62', '6.0.1', '10.0')],
  ['Jetson Xavier, TensorFlow 2', NeoFramework.TENSORFLOW_2_4, of('input_1', 1, 224, 224, 3), NeoTarget.JETSON_XAVIER, jetson({ gpuCode: 'sm_72', jetpackVersion: '4.6' })],
  ['Jetson TX1 without options', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), NeoTarget.JETSON_TX1, undefined, ['nvidiaCompilerOptions']],
  ['i.MX 8M Plus, ONNX', NeoFramework.ONNX, of('data', 1, 3, 224, 224), NeoTarget.IMX8MPLUS],
  ['Ambarella CV22, ONNX', NeoFramework.ONNX, of('images', 1, 3, 320, 320), NeoTarget.AMBA_CV22],
  ['Qualcomm QCS605, MXNet', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), NeoTarget.QCS605, android({ platform: 27 })],
  ['Windows, ONNX', NeoFramework.ONNX, of('data', 1, 3, 224, 224), NeoTarget.X86_WIN64],
  ['Rockchip, DarkNet', NeoFramework.DARKNET, of('data', 1, 3, 416, 416), NeoTarget.RK3399],
  ['Core ML, an image of a range of sizes', NeoFramework.TENSORFLOW_2_4, NeoDataInputShape.fromCoreMlInputs({
    input_1: {
      shape: NeoCoreMlShape.range('1..10', 224, 224, 3), defaultShape: NeoCoreMlShape.fixed(1, 224, 224, 3), type: NeoCoreMlInputType.IMAGE, bias: [-1, -1, -1], scale: 0.007843137255,
    },
  }), NeoTarget.COREML, NeoCompilerOptions.coreMl({ classLabels: 'labels.txt' }), ['frameworkVersionNotSent']],
  ['Core ML, a choice of sizes', NeoFramework.PYTORCH_1_8, NeoDataInputShape.fromCoreMlInputList([
    {
      shape: NeoCoreMlShape.enumerated(NeoCoreMlShape.fixed(1, 3, 224, 224), NeoCoreMlShape.fixed(1, 3, 160, 160)),
      defaultShape: NeoCoreMlShape.fixed(1, 3, 224, 224),
    },
  ]), NeoTarget.COREML, undefined, ['frameworkVersionNotSent']],
  // Platforms
  ['LINUX/X86_64', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), platform(LINUX, X86_64), cpu({ mcpu: 'skylake-avx512' })],
  ['LINUX/X86_64/NVIDIA with mcpu alone, as in the API reference', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), platform(LINUX, X86_64, NeoTargetAccelerator.NVIDIA), cpu({ mcpu: 'skylake-avx512' }), ['nvidiaCompilerOptions']],
  ['LINUX/ARM64/NVIDIA', NeoFramework.ONNX, of('data', 1, 3, 416, 416), platform(LINUX, ARM64, NeoTargetAccelerator.NVIDIA), cuda('sm_72')],
  ['LINUX/ARM64/MALI', NeoFramework.TFLITE_1_15, of('input', 1, 224, 224, 3), platform(LINUX, ARM64, NeoTargetAccelerator.MALI)],
  ['LINUX/ARM_EABIHF with NEON', NeoFramework.PYTORCH_1_8, of('input0', 1, 3, 224, 224), platform(LINUX, ARM_EABIHF), cpu({ mattr: ['+neon'] })],
  ['ANDROID/ARM64', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), platform(ANDROID, ARM64), android({ platform: 28 })],
  ['ANDROID/ARM_EABI with NEON', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), platform(ANDROID, ARM_EABI), android({ platform: 25, mattr: ['+neon'] })],
  // AWS's examples of requests, in single quotes
  ['the CLI\'s example of a device', NeoFramework.pytorch('1.6'), json("{'data': [1,3,1024,1024]}"), NeoTarget.ML_C5, NeoCompilerOptions.fromJson("{'dtype': 'long'}")],
  ['the CLI\'s example of a platform', NeoFramework.mxnet(), json("{'data': [1,3,1024,1024]}"), platform(LINUX, X86_64, NeoTargetAccelerator.NVIDIA),
    NeoCompilerOptions.fromJson("{'cuda-ver': '10.0', 'trt-ver': '6.0.1', 'gpu-code': 'sm_70'}"), ['frameworkVersionMissing']],
  ['MXNet with dtype on a platform, one message', NeoFramework.MXNET_1_8, of('data', 1, 3, 224, 224), platform(LINUX, X86_64), options({ dtype: 'float32' }), ['compilerOptionNotForTarget']],
  ['an image of Core ML without bias on an instance', NeoFramework.PYTORCH_1_8, json('{"a":{"shape":[1,3,224,224],"type":"Image"}}'), NeoTarget.ML_C5, undefined, ['coreMlShapeOnOtherTarget']],
  // As people write them: older releases, no version, options of another target
  ['a batch of 100, MXNet', NeoFramework.MXNET_1_8_0, of('data', 100, 1, 28, 28), NeoTarget.ML_C4],
  ['MXNet 1.2.1', NeoFramework.mxnet('1.2.1'), of('data', 1, 3, 224, 224), NeoTarget.ML_C5, undefined, ['undocumentedCombination']],
  ['MXNet without a version', NeoFramework.mxnet(), of('data', 1, 784), NeoTarget.ML_C5, undefined, ['frameworkVersionMissing']],
  ['TensorFlow 1.15.0 on Inferentia', NeoFramework.tensorflow('1.15.0'), of('data', 1, 1024, 1024, 3), NeoTarget.ML_INF1, undefined, ['frameworkVersionPatch']],
  ['TensorFlow in NCHW for a Jetson', NeoFramework.TENSORFLOW_2_4, of('data', 1, 3, 1024, 1024), platform(LINUX, ARM64, NeoTargetAccelerator.NVIDIA), cuda('sm_72', '6.0.1', '10.1'), ['inputLayout']],
  ['TensorFlow, a table of time steps', NeoFramework.TENSORFLOW_2_9, of('inputs', 1, 60, 12), NeoTarget.ML_C5],
  ['TensorFlow without a version for LINUX/ARM64', NeoFramework.tensorflow(), of('input', 1, 224, 224, 3), platform(LINUX, ARM64), undefined, ['frameworkVersionMissing']],
  ['TensorFlow on Elastic Inference, with its signature', NeoFramework.TENSORFLOW_1_15, of('inputs', 1, 224, 224, 3), NeoTarget.ML_EIA2, options({ signature_def_key: 'serving_custom' }), ['retiredTarget']],
  ['a frozen graph on Elastic Inference', NeoFramework.TENSORFLOW_1_15, json('{"input_tensor:0":[1,224,224,3]}'), NeoTarget.ML_EIA2, options({ output_names: ['output_tensor:0'] }), ['retiredTarget']],
  ['two images, TensorFlow', NeoFramework.TENSORFLOW_2_9, of('data1', 1, 28, 28, 1).withInput('data2', 1, 28, 28, 1), NeoTarget.ML_C5],
  ['PyTorch without a version on a Jetson, with TensorRT in two parts and no GPU code', NeoFramework.pytorch(), of('input', 1, 3, 640, 640), NeoTarget.JETSON_XAVIER,
    options({ 'trt-ver': '8.4', 'cuda-ver': '11.4' }), ['frameworkVersionMissing', 'nvidiaCompilerOptions', 'nvidiaCompilerOptions']],
  ['PyTorch with the options of an instance on a Jetson', NeoFramework.PYTORCH_1_8, of('data', 1, 3, 640, 640), NeoTarget.JETSON_TX2, options({ dtype: 'float32', optimization_level: 3 }),
    ['nvidiaCompilerOptions', 'compilerOptionNotForTarget']],
  ['DarkNet on a Jetson without options', NeoFramework.DARKNET, of('data', 1, 3, 416, 416), NeoTarget.JETSON_XAVIER, undefined, ['nvidiaCompilerOptions']],
  ['MXNet for a GPU of a workstation', NeoFramework.MXNET_1_8, of('data', 1, 3, 512, 512), platform(LINUX, X86_64, NeoTargetAccelerator.NVIDIA), cuda('sm_61', '7.2.1', '10.2')],
  ['XGBoost with a row of ten, for a Raspberry Pi', NeoFramework.XGBOOST, of('input', 1, 10), NeoTarget.RASP3B],
  ['Keras, tokens of a text', NeoFramework.KERAS, of('input_token', 1, 64), platform(LINUX, ARM64)],
  ['Keras, a wide image in NCHW', NeoFramework.KERAS, of('input_1', 1, 3, 480, 640), NeoTarget.ML_C5],
  ['Keras, two inputs', NeoFramework.KERAS, of('input_1', 1, 3, 224, 224).withInput('input_2', 1, 3, 224, 224), NeoTarget.ML_M5],
  ['Keras, features of 16 channels', NeoFramework.KERAS, of('input_1', 1, 16, 16, 4), NeoTarget.ML_C5, undefined, ['inputLayout']],
  ['Keras, a wide image in NHWC', NeoFramework.KERAS, of('input_1', 1, 480, 640, 3), NeoTarget.ML_C5, undefined, ['inputLayout']],
  ['scikit-learn', NeoFramework.SKLEARN, undefined, NeoTarget.ML_C5, undefined, ['undocumentedCombination']],
  ['PyTorch for lambda', NeoFramework.PYTORCH_1_8, of('input0', 1, 3, 224, 224), NeoTarget.LAMBDA, undefined, ['undocumentedCombination']],
  ['PyTorch on Graviton', NeoFramework.PYTORCH_1_13, of('input0', 1, 3, 224, 224), NeoTarget.ML_C6G, undefined, ['undocumentedCombination']],
];

const check = (framework: NeoFramework, dataInputShape: NeoDataInputShape | undefined, target: NeoTarget, compilerOptions?: NeoCompilerOptions, region = 'eu-west-1') => {
  const { errors, warnings } = checkCompilation(new Stack(undefined, 'Stack', { env: { region } }), { framework, dataInputShape, target, compilerOptions });
  return { errors, warnings: warnings.map(({ id }) => id.replace('cdk-sagemaker-neo:', '')) };
};

test.each(ACCEPTED.map(row => [row[0], row] as const))('accepts %s', (_, [, framework, shape, target, compilerOptions, warnings = [], region]) => {
  expect(check(framework, shape, target, compilerOptions, region)).toEqual({ errors: [], warnings });
});

test('there are more than 50 of them', () => {
  expect(ACCEPTED.length).toBeGreaterThan(70);
});

test.each<[string, () => unknown, RegExp]>([
  ['Keras in NHWC', () => check(NeoFramework.KERAS, of('input_1', 1, 224, 224, 3), NeoTarget.ML_C5), /KERAS as NCHW/],
  ['a large square in color for Keras in NHWC', () => check(NeoFramework.KERAS, of('input_1', 8, 512, 512, 3), NeoTarget.JETSON_NANO, cuda('sm_53')), /KERAS as NCHW/],
  ['a version for Keras', () => check(NeoFramework.of('KERAS', '2.2'), of('input_1', 1, 3, 224, 224), NeoTarget.ML_C5), /the API takes one for/],
  ['options by name for Inferentia', () => check(NeoFramework.PYTORCH_1_9, json('[[1,128]]'), NeoTarget.ML_INF1, options({ verbose: 1 })), /ml_inf1 takes the command line/],
  ['MALI on X86_64', () => check(NeoFramework.MXNET_1_8, of('a', 1), platform(LINUX, X86_64, NeoTargetAccelerator.MALI)), /with accelerator MALI for ARM64/],
  ['a list without names for ONNX', () => check(NeoFramework.ONNX, json('[[1,3,224,224]]'), NeoTarget.ML_C5), /for PYTORCH only/],
  ['a version for ONNX', () => check(NeoFramework.of('ONNX', '1.7'), of('data', 1, 3), NeoTarget.ML_C5), /the API takes one for/],
  ['TFLite on an instance', () => check(NeoFramework.TFLITE_1_15, of('input', 1, 224, 224, 3), NeoTarget.ML_C5), /edge targets only/],
  ['ONNX for Core ML', () => check(NeoFramework.ONNX, of('data', 1, 3), NeoTarget.COREML), /TENSORFLOW and PYTORCH only/],
  ['Inferentia 2 in another Region', () => check(NeoFramework.PYTORCH_1_13, of('a', 1), NeoTarget.ML_INF2), /us-east-2 only/],
  ['Trainium in another Region', () => check(NeoFramework.PYTORCH_1_13, of('a', 1), NeoTarget.ML_TRN1), /us-east-1 only/],
  ['Android 20', () => check(NeoFramework.MXNET_1_8, of('a', 1), platform(ANDROID, ARM64), android({ platform: 20 })), /from 21 to 29/],
  ['NVIDIA on Android', () => check(NeoFramework.MXNET_1_8, of('a', 1), platform(ANDROID, ARM64, NeoTargetAccelerator.NVIDIA), cuda('sm_72')), /no architecture/],
  ['a dtype that Neo has not', () => check(NeoFramework.PYTORCH_1_13, of('a', 1), NeoTarget.ML_C5, options({ dtype: 'float16' })), /dtype must be one of/],
  ['a batch of any size', () => json('{"input_1":[null,3,224,224]}'), /fixed sizes/],
  ['a batch of -1', () => of('input_1', -1, 3, 224, 224), /fixed sizes/],
])('fails for %s', (_, make, message) => {
  const errors = (() => { try { return (make() as { errors?: string[] }).errors ?? []; } catch (e) { return [(e as Error).message]; } })();
  expect(errors).toEqual([expect.stringMatching(message)]);
});
