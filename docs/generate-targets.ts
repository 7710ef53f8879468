/**
 * Writes docs/targets.md from the table behind the validation (src/target/compatibility.ts), so that the page cannot
 * say anything else than the library does. A test compares the committed page.
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
      'What AWS documents about the frameworks and targets of SageMaker Neo, and what this library checks of it at synthesis.',
      'AWS changes it from time to time: a combination that is not below gives a warning, never an error, and `of(...)`, `device(...)` and',
      '`fromJson(...)` take what AWS adds before this library knows it. Only what contradicts the API fails.',
    ].join('\n'),
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
    `Everything on this page was looked up on ${LOOKED_UP}. A test compares names, enums and members with the service model of the AWS SDK for JavaScript, and patterns and ranges with that of botocore where it is installed.`,
    '## Frameworks',
    frameworks(),
    [
      'A version in *italics* is that of the model file: the API takes no `FrameworkVersion` for that framework, and the newest version is',
      'named. `1.15` and `1.15.3` count as the same release. Versions are sent as written (AWS\'s Python SDK shortens `1.15.3` to `1.15`).',
      `For ${dropped()} the version is not sent: that SDK leaves it out, and the service names other devices when it refuses a version`,
      '([amazon-sagemaker-examples 3239](https://github.com/aws/amazon-sagemaker-examples/issues/3239)). That SDK sends no patch version, so one that AWS does not list gives a warning.',
      'The archive must end in `.tar.gz`, as the API reference says; `.tgz` is refused.',
    ].join('\n'),
    '### Input shapes',
    shapes(),
    [
      'Every dimension is an integer of at least 1, the batch size included: Neo compiles for fixed sizes, and `null`, `None`, `-1` are rejected. Inputs',
      'are listed in the order in which the model takes them. JavaScript moves names that are integers to the front of a map, so several inputs with',
      'such names must be written with `NeoDataInputShape.fromJson`, which keeps the order of the text. For the target `coreml`, `fromCoreMlInputs` also',
      'takes ranges, enumerated shapes and images.',
    ].join('\n'),
    '## Devices',
    '### Cloud',
    devices('cloud'),
    '### Edge',
    devices('edge'),
    'The copy of AWS\'s table that is [archived on GitHub](https://github.com/awsdocs/amazon-sagemaker-developer-guide/blob/master/doc_source/neo-supported-devices-edge-devices.md) gives '
      + 'X86_32 for both `x86_win32` and `x86_win64`. For the second, this page has X86_64, as its name says and as AWS lists it among the architectures for Windows.',
    '`NeoTarget` has a constant for each, in capitals: `NeoTarget.ML_C5`, `NeoTarget.JETSON_NANO`.',
    '### Names in other languages',
    [
      'C# and Go have the names of this page (`NeoTarget.RASP4B`, `NeoTarget_RASP4B()`). jsii gives Python and Java an underscore between a digit and a letter:',
    ].join('\n'),
    namesInOtherLanguages(),
    '## Regions',
    'AWS publishes no list of Regions of Neo. The SageMaker Python SDK 2.257.7 has images for compiled models in '
      + `${NEO_REGIONS.map(code).join(', ')}. A stack in another Region gives the warning \`neoRegion\`.`,
    [
      'The library\'s functions run on Node.js 24 in the commercial Regions ([AWS\'s list of runtimes](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html)), in China',
      `([the list there](https://docs.amazonaws.cn/en_us/lambda/latest/dg/lambda-runtimes.html), both as of ${LOOKED_UP}), and in a stack without a Region. We found no statement about GovCloud,`,
      'isolated Regions and the European Sovereign Cloud: there, the functions run on the runtime that CDK itself chooses for the Region (`lambda.determineLatestNodeRuntime`), Node.js 22 in aws-cdk-lib 2.258.',
    ].join('\n'),
    '## Platforms',
    'For a device without a name of its own: `NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI })`. '
      + 'The frameworks and versions are those of the column Edge. What has no mark is an error.',
    ...Object.keys(PLATFORMS).map(platform),
    'The API also has the accelerator `NNA`, of which AWS documents no platform; it gives a warning.',
    '## Compiler options',
    options(),
    '`combinedWith` joins two of them. AWS spells the GPU\'s architecture both `gpu-code` and `gpu_code`; both are accepted. The JSON that is sent '
      + 'has 3 to 1024 characters without white space.',
    '## What is checked',
    '### Errors',
    errors(),
    '### Warnings',
    table(['Id (after `cdk-sagemaker-neo:`)', 'Meaning'], Object.entries(WARNINGS).map(([id, meaning]) => [code(id), meaning])),
    'A warning that is known and accepted is acknowledged on the construct that it names:',
    "```ts\ndeclare const job: NeoCompilationJob;\nAnnotations.of(job).acknowledgeWarning('cdk-sagemaker-neo:undocumentedCombination', 'compiled for us by AWS support');\n```",
    '### Common failures',
    failures(),
  ].join('\n\n') + '\n';
}

/** Constants of `NeoTarget` that Python and Java spell otherwise. */
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
    facts.title === 'PyTorch' ? 'yes, except for instances from version 2.0 on' : facts.needsShape === undefined ? 'not documented' : facts.needsShape ? 'yes' : 'no',
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
  if (facts.sdkFrameworks) return `${facts.sdkFrameworks.map((name) => FRAMEWORKS[name].title).join(', ')} (AWS's SDK)`;
  return { cloud: 'Cloud', inferentia1: 'Inferentia 1', edge: 'Edge' }[facts.versionTable!] ?? 'not documented';
}

function notes(facts: DeviceFacts): string {
  return [
    facts.onlyRegion && `${facts.onlyRegion} only`,
    facts.retired,
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
  const takers = (test: (name: string) => boolean) => Object.keys(FRAMEWORKS).filter(test).map(code).join(', ');
  return [
    `a version for a framework other than ${takers((name) => FRAMEWORKS[name].takesVersion)}, or one that is not a digit, a dot, and letters, digits and dots (3 to 10 characters)`,
    '`TFLITE` for an instance',
    'a framework other than TensorFlow and PyTorch for `coreml`',
    'a platform without a mark above',
    '`ml_inf2` and `ml_trn1` in a Region where AWS says they are not, if the Region is known',
    `\`ANDROID_PLATFORM\` outside ${ANDROID_API_LEVELS.min} to ${ANDROID_API_LEVELS.max}`,
    '`dtype` with another value than those above',
    'options by name for `ml_inf1`, a command line for any other device except `ml_inf2` and `ml_trn1`',
    `a list of shapes without names for a framework other than ${takers((name) => FRAMEWORKS[name].takesShapeList)}`,
    'a dimension that is not an integer of at least 1',
    'several inputs in a map with an integer among the names',
    'an image for Keras in NHWC, which AWS documents to fail: four dimensions, two equal ones of at least 16 beside each other, and 1, 3 or 4 '
      + 'where NHWC has its channels (a warning when the shape is given as JSON)',
    'for `coreml`: a type other than `Image` and `Tensor`, an `Image` without bias and scale',
    'JSON that is not valid or too long',
  ].map((line) => `- ${line}`).join('\n');
}

function failures(): string {
  return table(['The job fails because', 'At synthesis'], [
    ['Neo has not this version of the framework for the target', 'warnings `undocumentedCombination` and `frameworkVersionMissing`; error for frameworks without a version'],
    ['the model was saved by a newer PyTorch than the version named', 'cannot be seen: name the version that saved the model; `frameworkVersionMissing` when none is named'],
    ['the inputs are not in the model\'s order', 'order of the map or text is kept to the letter; error where JavaScript would lose it; warning `inputOrder`'],
    ['an image is NCHW instead of NHWC or the reverse', 'error for Keras, else warning `inputLayout`: AWS recommends `layout=\'HWC\'` for MXNet, and other models may have such inputs'],
    ['a dimension is null', 'error'],
    ['the shape is missing', 'warning `dataInputShapeMissing`'],
    ['compiler options of the GPU are missing', 'warning `nvidiaCompilerOptions`: AWS documents them as required, and has examples without them'],
    ['the archive is no gzip-compressed tar', 'error, by its name, and for `fromAsset` by its content'],
    ['the archive is absent', '`fromAsset` uploads it; warning `modelNotUploaded` for a bucket of the job\'s own stack; in other buckets it cannot be seen'],
    ['the bucket is in another Region', 'error, where its Region is known'],
    ['the role is not there yet', 'nothing to do: the job waits for role and policies, and its creation is tried again until the role can be assumed'],
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
