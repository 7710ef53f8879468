/**
 * Writes docs/targets.md from the table behind the validation (src/target/compatibility.ts), so that the page
 * always agrees with the library. A test compares the committed page.
 *
 *     npx projen docs:targets
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import {
  ANDROID_API_LEVELS, ARCHITECTURES, DATA_TYPES, DeviceFacts, DEVICES, FRAMEWORKS, LOOKED_UP, NEO_REGIONS, NO_ACCELERATOR, PLATFORMS, VersionTable,
} from '../src/target/compatibility';
import { WARNINGS } from '../src/target/compilation';
import { NeoTarget } from '../src/target/target';

export const TARGETS_PAGE = join(__dirname, 'targets.md');

const DG = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';

/**
 * The page.
 */
export function renderTargetsPage(): string {
  return [
    '# Frameworks and targets',
    '<!-- Generated from src/target/compatibility.ts by docs/generate-targets.ts; do not edit. -->',
    [
      'This page lists what AWS documents about the frameworks and targets of SageMaker Neo, and what this library checks at synthesis.',
      'AWS changes them from time to time. A combination that is not listed causes a warning, not an error, and `of(...)`, `device(...)` and',
      '`fromJson(...)` accept values that AWS may add later. Only a contradiction of the API or of AWS\'s documentation is an error.',
    ].join(' '),
    [
      '```ts',
      'declare const network: NeoPrivateCompilationVpc;',
      'declare const models: s3.Bucket;',
      'declare const compiled: s3.Bucket;',
      "new NeoCompilationJob(this, 'Job', {",
      '  model: NeoModel.fromBucket(models, \'resnet18.tar.gz\', {',
      '    framework: NeoFramework.PYTORCH_1_13,',
      "    dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),",
      '  }),',
      '  target: NeoTarget.ML_C5,',
      "  compilerOptions: NeoCompilerOptions.cpu({ mcpu: 'skylake-avx512' }),",
      '  outputBucket: compiled,',
      '  vpcConfig: network.vpcConfig,',
      '});',
      '```',
    ].join('\n'),
    `Sources: [cloud](${DG}/neo-supported-cloud.html), [edge frameworks](${DG}/neo-supported-devices-edge-frameworks.html), `
      + `[edge devices](${DG}/neo-supported-devices-edge-devices.html), [InputConfig](${API}/API_InputConfig.html), [OutputConfig](${API}/API_OutputConfig.html).`,
    `Everything on this page was looked up on ${LOOKED_UP}. Tests compare the names, enums, members and quoted sentences of the API with the AWS SDK for JavaScript, and its patterns and ranges with botocore\'s model if botocore is installed.`,
    '## Frameworks',
    frameworks(),
    [
      'A version in *italics* is the newest supported version of the model file: the API takes no `FrameworkVersion` for that framework.',
      '`1.15` and `1.15.3` count as the same release. Versions are sent as written (AWS\'s Python SDK shortens `1.15.3` to `1.15`).',
      `For ${dropped()}, the version is not sent: that SDK omits it, and the service does not list these devices among those that accept a version`,
      '([amazon-sagemaker-examples 3239](https://github.com/aws/amazon-sagemaker-examples/issues/3239), from 2022; that list does not have `ml_inf1` either, for which the SDK sends a version today). The SDK never sends a patch version, so a patch version that AWS does not list causes a warning.',
      'The name of the archive must end in `.tar.gz`, as the API reference says; `.tgz` is an error.',
    ].join(' '),
    '### Input shapes',
    shapes(),
    [
      'Every dimension is an integer of at least 1, including the batch size: Neo compiles for fixed sizes, so `null`, `None` and `-1` are errors.',
      'List the inputs in the order in which the model takes them. JavaScript moves names that are integers to the front of a map. If you have several inputs and some have',
      'such names, use `NeoDataInputShape.fromJson`, which keeps the order of the JSON. For the target `coreml`, `fromCoreMlInputs` also',
      'accepts ranges, enumerated shapes and images.',
    ].join(' '),
    '## Devices',
    '### Cloud',
    devices('cloud'),
    '### Edge',
    devices('edge'),
    'The copy of AWS\'s table that is [archived on GitHub](https://github.com/awsdocs/amazon-sagemaker-developer-guide/blob/master/doc_source/neo-supported-devices-edge-devices.md) says '
      + 'X86_32 for both `x86_win32` and `x86_win64`. For `x86_win64`, this page says X86_64, because of its name, and because AWS lists X86_64 among the architectures for Windows.',
    `For Ambarella devices, AWS documents [more files in the archive](${DG}/neo-troubleshooting-target-devices-ambarella.html). For a local archive, the library checks that there is a file \`*config.json\`.`,
    '`NeoTarget` has a constant for each device, in capitals: `NeoTarget.ML_C5`, `NeoTarget.JETSON_NANO`.',
    '### Names in other languages',
    [
      'C# and Go use the names on this page (`NeoTarget.RASP4B`, `NeoTarget_RASP4B()`). In Python and Java, jsii puts an underscore between a digit and a letter:',
    ].join('\n'),
    namesInOtherLanguages(),
    '## Regions',
    'AWS publishes no list of Regions for Neo. The SageMaker Python SDK 2.257.7 has images for compiled models in '
      + `${NEO_REGIONS.map(code).join(', ')}. A stack in another Region causes the warning \`neoRegion\`.`,
    [
      'The library\'s functions run on Node.js 24 in the commercial Regions ([AWS\'s list of runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html)), in China',
      `([the list there](https://docs.amazonaws.cn/en_us/lambda/latest/dg/lambda-runtimes.html), both as of ${LOOKED_UP}), and in a stack without a Region. We found no statement about GovCloud,`,
      'isolated Regions and the European Sovereign Cloud: there, the functions run on the runtime that CDK chooses for the Region (`lambda.determineLatestNodeRuntime`), which is Node.js 22 in aws-cdk-lib 2.258.',
    ].join(' '),
    '## Platforms',
    'For a device that has no name in Neo, use `NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI })`. '
      + 'Platforms take the frameworks and versions in the column *Edge*. A combination without a check mark is an error.',
    ...Object.keys(PLATFORMS).map(platform),
    'The API also has the accelerator `NNA`, but AWS documents no platform for it. It causes a warning.',
    '## Compiler options',
    options(),
    '`combinedWith` combines two sets of options. AWS documents the GPU code both as `gpu-code` and as `gpu_code`, and the library accepts both. As JSON without white space, '
      + 'the options must have 3 to 1,024 characters.',
    '## What is checked',
    '### Errors',
    errors(),
    '### Warnings',
    table(['Id (after `cdk-sagemaker-neo:`)', 'Meaning'], Object.entries(WARNINGS).map(([id, meaning]) => [code(id), meaning])),
    'After you have checked a warning, acknowledge it on the construct that it names:',
    "```ts\ndeclare const job: NeoCompilationJob;\nAnnotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:undocumentedCombination', 'AWS Support confirmed this combination');\n```",
    '### Common failures',
    failures(),
  ].join('\n\n') + '\n';
}

/** Constants of `NeoTarget` with another spelling in Python and Java. */
function namesInOtherLanguages(): string {
  const rows = Object.keys(NeoTarget).map(name => ({ name, other: name.replace(/(\d)([A-Z])/g, '$1_$2') })).filter(({ name, other }) => name !== other);
  return table(['TypeScript, C#, Go', 'Python, Java'], rows.map(({ name, other }) => [`\`${name}\``, `\`${other}\``]));
}

function frameworks(): string {
  const versions = (name: string, column: VersionTable) => {
    const documented = FRAMEWORKS[name].versions[column];
    if (!documented) return '–';
    return documented.map((version) => FRAMEWORKS[name].takesVersion ? version : `*${version}*`).join(', ') || 'yes';
  };
  return table(['Framework', 'Cloud', 'Inferentia 1', 'Edge', 'In the archive'], Object.entries(FRAMEWORKS).map(([name, facts]) => [
    `${facts.title} (${code(name)})`, versions(name, 'cloud'), versions(name, 'inferentia1'), versions(name, 'edge'), facts.modelFiles,
  ]));
}

function shapes(): string {
  return table(['Framework', 'Layout of images', 'Without names', 'Needed'], Object.values(FRAMEWORKS).map((facts) => [
    facts.title, facts.layout ?? '–', facts.takesShapeList ? 'yes' : 'no',
    facts.title === 'PyTorch' ? 'yes, except for instances with version 2.0 or newer' : facts.needsShape === undefined ? 'not documented' : facts.needsShape ? 'yes' : 'no',
  ]));
}

function devices(kind: 'cloud' | 'edge'): string {
  const rows = Object.entries(DEVICES).filter(([, facts]) => facts.kind === kind);
  return table(['Device', 'System', 'Architecture', 'Accelerator', 'Frameworks', 'Options that AWS shows', 'Note'], rows.map(([name, facts]) => [
    code(name), facts.os ?? '–', facts.arch ?? '–', facts.accelerator ?? '–', frameworksOf(facts),
    facts.exampleOptions ? code(facts.exampleOptions) : '–', notes(facts),
  ]));
}

function frameworksOf(facts: DeviceFacts): string {
  if (facts.onlyFrameworks) return facts.onlyFrameworks.map((name) => FRAMEWORKS[name].title).join(', ');
  if (facts.frameworks) return `${facts.frameworks.names.map((name) => FRAMEWORKS[name].title).join(', ')} (${facts.frameworks.source})`;
  return { cloud: 'Cloud', inferentia1: 'Inferentia 1', edge: 'Edge' }[facts.versionTable!] ?? 'not documented';
}

function notes(facts: DeviceFacts): string {
  return [
    facts.onlyRegion && `${facts.onlyRegion} only`,
    facts.retired,
    facts.alsoInArchive,
    facts.frameworkVersion === 'dropped' && 'version not sent',
  ].filter(Boolean).join('; ') || '–';
}

function platform(os: string): string {
  const name = (accelerator: string) => accelerator === NO_ACCELERATOR ? 'none' : code(accelerator);
  return table([`${code(os)}, accelerator`, ...ARCHITECTURES.map(code)], Object.entries(PLATFORMS[os]).map(([accelerator, archs]) => [
    name(accelerator), ...ARCHITECTURES.map((arch) => archs.includes(arch) ? '✓' : ''),
  ]));
}

function options(): string {
  return table(['For', 'Method of `NeoCompilerOptions`', 'JSON'], [
    ['NVIDIA accelerators', code('nvidia({ gpuCode, trtVersion, cudaVersion })'), code('{"gpu-code":"sm_72","trt-ver":"6.0.1","cuda-ver":"10.1"}')],
    ['TensorFlow 2 on a Jetson', code('jetson({ gpuCode, jetpackVersion })'), code('{"JETPACK_VERSION":"4.6","gpu_code":"sm_72"}')],
    ['Processors (recommended by AWS)', code('cpu({ mcpu, mattr })'), code('{"mcpu":"skylake-avx512"}')],
    ['32-bit ARM with NEON', code('armNeon()'), code('{"mattr":["+neon"]}')],
    [`Android, API level ${ANDROID_API_LEVELS.min} to ${ANDROID_API_LEVELS.max}`, code('android({ platform, mattr })'), code('{"ANDROID_PLATFORM":28}')],
    [`PyTorch on \`ml_*\` other than Inferentia (${DATA_TYPES.join(', ')})`, code('dtype(NeoDataType.FLOAT32)'), code('{"dtype":"float32"}')],
    [code('ml_inf1'), code("inferentia('--verbose 1')"), code('"--verbose 1"')],
    [code('coreml'), code('coreMl({ classLabels })'), code('{"class_labels":"labels.txt"}')],
    ['anything else', code('of({ … })') + ', ' + code("fromJson('…')"), 'as given'],
  ]);
}

function errors(): string {
  const takers = (test: (name: string) => boolean | undefined) => Object.keys(FRAMEWORKS).filter(test).map(code).join(', ');
  return [
    `a version for a framework other than ${takers((name) => FRAMEWORKS[name].takesVersion)}, or a version that is not a digit, a dot, and then letters, digits and dots (3 to 10 characters)`,
    '`TFLITE` for an instance',
    'a framework other than TensorFlow and PyTorch for `coreml`',
    'a local archive without a file `*config.json` for an Ambarella device',
    'a platform without a check mark above',
    '`ml_inf2` and `ml_trn1` in a Region for which AWS does not document them, if the Region is known',
    `\`ANDROID_PLATFORM\` outside ${ANDROID_API_LEVELS.min} to ${ANDROID_API_LEVELS.max}`,
    '`dtype` with a value other than those above',
    'named options for `ml_inf1`, or a command line for a platform or for any other device except `ml_inf2` and `ml_trn1`',
    `a list of shapes without names for a framework other than ${takers((name) => FRAMEWORKS[name].takesShapeList)}`,
    'a dimension that is not an integer of at least 1',
    'several inputs in a map if one of the names is an integer',
    'a square color image for Keras in NHWC, such as `[1,224,224,3]`, which fails according to AWS: two equal sides of at least 32, then 3 channels. '
      + 'Other shapes that look like NHWC, such as `[1,480,640,3]` and `[1,28,28,1]`, may be NCHW and cause a warning, as does any such shape that you pass as JSON',
    'for `coreml`: a type other than `Image` and `Tensor`, or an `Image` without bias and scale',
    'JSON that is invalid or too long',
  ].map((line) => `- ${line}`).join('\n');
}

function failures(): string {
  return table(['Why the job fails', 'At synthesis'], [
    ['Neo does not support this version of the framework for the target', 'warnings `undocumentedCombination` and `frameworkVersionMissing`; an error for frameworks without a version'],
    ['a newer PyTorch than the version you name saved the model', 'warning `modelNewer` for a local archive (other archives are not checked); warning `frameworkVersionMissing` if you name no version'],
    ['the inputs are not in the model\'s order', 'the library keeps the order of the map or JSON; an error if JavaScript would change it; warning `inputOrder`'],
    ['an image is NCHW instead of NHWC, or the reverse', 'an error for a square color image for Keras, otherwise warning `inputLayout`: AWS recommends `layout=\'HWC\'` for MXNet, and other models may have such inputs'],
    ['a dimension is null', 'an error'],
    ['the shape is missing', 'warning `dataInputShapeMissing`'],
    ['compiler options for the GPU are missing', 'warning `nvidiaCompilerOptions`, not an error, because AWS documents them as required but has examples without them'],
    ['the archive is not a gzip-compressed tar archive', 'an error: for any archive if its name is wrong, and with `fromAsset` also if its content is wrong'],
    ['the archive is missing', '`fromAsset` uploads it; warning `modelNotUploaded` if the same deployment creates the bucket; other buckets are not checked'],
    ['the bucket is in another Region', 'an error, if its Region is known'],
    ['IAM does not know the role yet', 'nothing to do: the job waits for its role and policies, and its creation is retried for up to five minutes until SageMaker can assume the role'],
  ]);
}

function dropped(): string {
  return Object.entries(DEVICES).filter(([, facts]) => facts.frameworkVersion === 'dropped').map(([name]) => code(name)).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

if (require.main === module) {
  writeFileSync(TARGETS_PAGE, renderTargetsPage());
}
