/**
 * AWS's documentation of the frameworks, devices and platforms of Neo as one table. Validation, the page docs/targets.md and the tests use it. When
 * AWS changes its documentation, change only this table.
 *
 * Sources: the service model (enums), `InputConfig` and `OutputConfig` of the API reference, the developer guide's
 * "Supported Instance Types and Frameworks", "Supported Frameworks" (edge) and "Supported Devices, Chip Architectures,
 * and Systems", and the SageMaker Python SDK v2 where the guide is silent.
 */

/** Order of the dimensions of an image input. */
export type Layout = 'NHWC' | 'NCHW';

/** The tables of framework versions that AWS publishes, for cloud instances, Inferentia 1 and edge devices. */
export type VersionTable = 'cloud' | 'inferentia1' | 'edge';

export interface FrameworkFacts {
  /** The name in AWS's prose. */
  readonly title: string;
  /** The order of dimensions that `DataInputConfig` requires, regardless of their order in the artifact. */
  readonly layout?: Layout;
  /** Whether the API accepts `FrameworkVersion` for it. If not, the versions below are those of the model file. */
  readonly takesVersion?: boolean;
  /** Whether Neo requires names and shapes of the inputs. Undefined if AWS does not document it. */
  readonly needsShape?: boolean;
  /** Whether `DataInputConfig` may be a list of shapes without names. */
  readonly takesShapeList?: boolean;
  /** The documented versions. A table that does not list the framework has no entry; one that lists it without a version has an empty entry. */
  readonly versions: { readonly [table in VersionTable]?: readonly string[] };
  /** Files that the archive must contain. */
  readonly modelFiles: string;
}

export const FRAMEWORKS: { readonly [name: string]: FrameworkFacts } = {
  TENSORFLOW: {
    title: 'TensorFlow',
    layout: 'NHWC',
    takesVersion: true,
    needsShape: true,
    versions: { cloud: ['1.15.3', '2.9'], inferentia1: ['1.15', '2.5'], edge: ['1.15', '2.4'] },
    modelFiles: 'saved model: one `.pb` or `.pbtxt` and a `variables` directory; frozen: only one `.pb` or `.pbtxt`',
  },
  KERAS: {
    title: 'Keras',
    layout: 'NCHW',
    needsShape: true,
    versions: { cloud: ['2.2.4'], edge: ['2.2'] },
    modelFiles: 'one `.h5`',
  },
  MXNET: {
    title: 'MXNet',
    layout: 'NCHW',
    takesVersion: true,
    needsShape: true,
    versions: { cloud: ['1.8.0'], inferentia1: ['1.5', '1.8'], edge: ['1.8'] },
    modelFiles: 'one symbol file (`.json`) and one parameter file (`.params`)',
  },
  ONNX: {
    title: 'ONNX',
    layout: 'NCHW',
    needsShape: true,
    versions: { cloud: ['1.7.0'], edge: ['1.7'] },
    modelFiles: 'one `.onnx`',
  },
  PYTORCH: {
    title: 'PyTorch',
    layout: 'NCHW',
    takesVersion: true,
    needsShape: true,
    takesShapeList: true,
    versions: {
      cloud: ['1.4', '1.5', '1.6', '1.7', '1.8', '1.12', '1.13', '2.0'],
      inferentia1: ['1.7', '1.8', '1.9'],
      edge: ['1.7', '1.8'],
    },
    modelFiles: 'one `.pt` or `.pth` (edge: `.pth`) with inputs of float32, saved by the same PyTorch or an older one',
  },
  XGBOOST: {
    title: 'XGBoost',
    needsShape: false,
    versions: { cloud: ['1.3.3'], edge: ['1.3'] },
    modelFiles: 'one `.model` with fewer than 2^31 nodes in a tree',
  },
  TFLITE: {
    title: 'TensorFlow Lite',
    layout: 'NHWC',
    takesVersion: true,
    needsShape: true,
    versions: { edge: ['1.15'] },
    modelFiles: 'one `.tflite`',
  },
  DARKNET: {
    title: 'DarkNet',
    layout: 'NCHW',
    needsShape: true,
    versions: { edge: [] },
    modelFiles: 'one `.cfg` and one `.weights`; Yolo models are not supported',
  },
  SKLEARN: {
    title: 'scikit-learn',
    // The API's enum contains it, but none of the guide's tables does.
    versions: {},
    modelFiles: 'not documented',
  },
};

export interface DeviceFacts {
  /** Where the compiled model runs. */
  readonly kind: 'cloud' | 'edge';
  /** The guide's table of framework versions that applies to it. Undefined if only the API lists the device. */
  readonly versionTable?: VersionTable;
  /** Frameworks that AWS names elsewhere, if the guide has no table. */
  readonly frameworks?: { readonly names: readonly string[]; readonly source: "AWS's SDK" | 'InputConfig' };
  readonly os?: string;
  readonly arch?: string;
  readonly accelerator?: string;
  /** The example of compiler options in AWS's table. */
  readonly exampleOptions?: string;
  /** 'dropped' if AWS's list of devices that accept `FrameworkVersion` does not contain the device, and AWS's SDK omits the version. */
  readonly frameworkVersion?: 'dropped';
  /** The only frameworks that the API reference allows for it. */
  readonly onlyFrameworks?: readonly string[];
  /** The only Region in which Neo compiles for it. */
  readonly onlyRegion?: string;
  /** Files that AWS requires in the archive in addition to the model. */
  readonly alsoInArchive?: string;
  /** The reason not to use the device any more. */
  readonly retired?: string;
}

const INSTANCE: DeviceFacts = { kind: 'cloud', os: 'Linux', arch: 'X86_64' };
const CLOUD: DeviceFacts = { ...INSTANCE, versionTable: 'cloud' };
const CLOUD_GPU: DeviceFacts = { ...CLOUD, accelerator: 'NVIDIA' };
const EDGE: DeviceFacts = { kind: 'edge', versionTable: 'edge' };
const JETSON: DeviceFacts = { ...EDGE, os: 'Linux', arch: 'ARM64', accelerator: 'NVIDIA' };
const AMBARELLA: DeviceFacts = {
  ...EDGE,
  os: 'Arch Linux',
  arch: 'ARM64',
  accelerator: 'cvflow',
  frameworkVersion: 'dropped',
  alsoInArchive: 'the archive also needs a file whose name ends in config.json, and calibration images',
};
const QUALCOMM: DeviceFacts = { ...EDGE, os: 'Android', arch: 'ARM64', accelerator: 'Mali', exampleOptions: '{"ANDROID_PLATFORM":27}' };

export const DEVICES: { readonly [name: string]: DeviceFacts } = {
  ml_c4: CLOUD,
  ml_c5: CLOUD,
  ml_m4: CLOUD,
  ml_m5: CLOUD,
  // The API's enum contains the Graviton families, but the guide's list of instance types does not.
  ml_c6g: { ...INSTANCE, arch: 'ARM64' },
  ml_m6g: { ...INSTANCE, arch: 'ARM64' },
  ml_p2: CLOUD_GPU,
  ml_p3: CLOUD_GPU,
  ml_g4dn: CLOUD_GPU,
  ml_inf1: { ...CLOUD, versionTable: 'inferentia1', accelerator: 'Inferentia', exampleOptions: '"--verbose 1 --num-neuroncores 2 -O2"' },
  ml_inf2: {
    ...INSTANCE,
    accelerator: 'Inferentia2',
    frameworks: { names: ['PYTORCH', 'TENSORFLOW'], source: "AWS's SDK" },
    onlyRegion: 'us-east-2',
  },
  ml_trn1: {
    ...INSTANCE,
    accelerator: 'Trainium',
    frameworks: { names: ['PYTORCH', 'TENSORFLOW'], source: "AWS's SDK" },
    onlyRegion: 'us-east-1',
  },
  ml_eia2: {
    ...INSTANCE,
    accelerator: 'Elastic Inference',
    frameworks: { names: ['TENSORFLOW'], source: 'InputConfig' },
    exampleOptions: '{"signature_def_key":"serving_custom"}',
    retired: 'AWS has ended Amazon Elastic Inference',
  },
  lambda: { kind: 'cloud', os: 'Linux' },
  aisage: { ...EDGE, os: 'Linux', arch: 'ARM64', accelerator: 'Mali' },
  amba_cv2: AMBARELLA,
  amba_cv22: AMBARELLA,
  amba_cv25: AMBARELLA,
  coreml: {
    ...EDGE,
    os: 'iOS, macOS',
    exampleOptions: '{"class_labels":"imagenet_labels_1000.txt"}',
    frameworkVersion: 'dropped',
    onlyFrameworks: ['TENSORFLOW', 'PYTORCH'],
  },
  deeplens: { ...EDGE, os: 'Linux', arch: 'X86_64', accelerator: 'Intel Graphics', retired: 'AWS has ended AWS DeepLens' },
  imx8mplus: { ...EDGE, os: 'Linux', arch: 'ARM64', accelerator: 'NPU', frameworkVersion: 'dropped' },
  imx8qm: { ...EDGE, os: 'Linux', arch: 'ARM64' },
  jacinto_tda4vm: { ...EDGE, os: 'Linux', arch: 'ARM', accelerator: 'TDA4VM', frameworkVersion: 'dropped' },
  jetson_nano: { ...JETSON, exampleOptions: '{"gpu-code":"sm_53","trt-ver":"5.0.6","cuda-ver":"10.0"}' },
  jetson_tx1: { ...JETSON, exampleOptions: '{"gpu-code":"sm_53","trt-ver":"6.0.1","cuda-ver":"10.0"}' },
  jetson_tx2: { ...JETSON, exampleOptions: '{"gpu-code":"sm_62","trt-ver":"6.0.1","cuda-ver":"10.0"}' },
  jetson_xavier: { ...JETSON, exampleOptions: '{"gpu-code":"sm_72","trt-ver":"5.1.6","cuda-ver":"10.0"}' },
  qcs603: QUALCOMM,
  qcs605: QUALCOMM,
  rasp3b: { ...EDGE, os: 'Linux', arch: 'ARM_EABIHF', exampleOptions: '{"mattr":["+neon"]}' },
  rasp4b: EDGE,
  rk3288: { ...EDGE, os: 'Linux', arch: 'ARM_EABIHF', accelerator: 'Mali' },
  rk3399: { ...EDGE, os: 'Linux', arch: 'ARM64', accelerator: 'Mali' },
  sbe_c: { ...EDGE, os: 'Linux', arch: 'X86_64', exampleOptions: '{"mcpu":"core-avx2"}' },
  sitara_am57x: { ...EDGE, os: 'Linux', arch: 'ARM64', accelerator: 'EVE and/or C66x DSP', frameworkVersion: 'dropped' },
  x86_win32: { ...EDGE, os: 'Windows 10', arch: 'X86' },
  x86_win64: { ...EDGE, os: 'Windows 10', arch: 'X86_64' },
};

/**
 * Regions for which version 2.257.7 of the SageMaker Python SDK has images for compiled models. AWS publishes no list of Neo's Regions.
 */
export const NEO_REGIONS: readonly string[] = [
  'af-south-1', 'ap-east-1', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2', 'ca-central-1',
  'cn-north-1', 'cn-northwest-1', 'eu-central-1', 'eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'il-central-1',
  'me-south-1', 'sa-east-1', 'us-east-1', 'us-east-2', 'us-gov-east-1', 'us-gov-west-1', 'us-iso-east-1', 'us-isob-east-1', 'us-isof-east-1',
  'us-isof-south-1', 'us-west-1', 'us-west-2',
];

/** The date on which the sources were read, for docs/targets.md. */
export const LOOKED_UP = '2026-11-28';

/** The key in `PLATFORMS` for a CPU without an accelerator. */
export const NO_ACCELERATOR = 'NONE';

/** Possible architectures by operating system and accelerator, in the API's spelling. */
export const PLATFORMS: { readonly [os: string]: { readonly [accelerator: string]: readonly string[] } } = {
  LINUX: {
    [NO_ACCELERATOR]: ['X86_64', 'ARM64', 'ARM_EABIHF', 'ARM_EABI'],
    NVIDIA: ['X86_64', 'ARM64'],
    INTEL_GRAPHICS: ['X86_64'],
    MALI: ['ARM64', 'ARM_EABIHF', 'ARM_EABI'],
  },
  ANDROID: {
    [NO_ACCELERATOR]: ['X86_64', 'X86', 'ARM64', 'ARM_EABI'],
    NVIDIA: [],
    INTEL_GRAPHICS: ['X86_64', 'X86'],
    MALI: ['ARM64', 'ARM_EABI'],
  },
};

/** The architectures in the API's enum. */
export const ARCHITECTURES: readonly string[] = ['X86_64', 'X86', 'ARM64', 'ARM_EABIHF', 'ARM_EABI'];

/** The accelerators in the API's enum. None of the guide's tables contains NNA, so its platforms are unknown. */
export const ACCELERATORS: readonly string[] = ['INTEL_GRAPHICS', 'MALI', 'NVIDIA', 'NNA'];

/** Android API levels of the option `ANDROID_PLATFORM`. */
export const ANDROID_API_LEVELS = { min: 21, max: 29 };

/** Values of the option `dtype`. */
export const DATA_TYPES: readonly string[] = ['float', 'float32', 'int64', 'long'];
