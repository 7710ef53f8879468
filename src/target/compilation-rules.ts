import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import {
  ACCELERATORS,
  ANDROID_API_LEVELS,
  ARCHITECTURES,
  DATA_TYPES,
  DEVICES,
  FRAMEWORKS,
  NEO_REGIONS,
  NO_ACCELERATOR,
  PLATFORMS,
} from './compatibility';
import type { FrameworkFacts, Layout } from './compatibility';
import { archiveOf, knownParts, lookUp, sameRelease } from './compilation';
import type { Compilation, CompilationRequest, Report, Rule } from './compilation';
import type { NeoFramework } from './framework';
import type { NeoTarget } from './target';
import { formatValue } from '../util/errors';
import { nearest } from '../util/prop-types';

const RULES: Rule[] = [
  unknownFramework, frameworkVersion, frameworkForTarget,
  device, platform, region,
  formOfOptions, nvidiaOptions, nvidiaVersions, androidLevel, dataType, optionsOfOtherTargets,
  missingShape, listOfShapes, coreMlForm, orderOfNames, layoutOfImages,
];

function missingShape(c: Compilation, report: Report): void {
  if (c.request.dataInputShape || !c.frameworkFacts?.needsShape) return;
  // For instances, Neo reads the shapes from a model that PyTorch 2.0 or newer has saved. An unresolved target may be an instance.
  const version = c.request.framework?.version;
  if (c.framework === 'PYTORCH' && !c.isNoInstance && version && !/^[01]/.test(version)) return;
  report.warn('dataInputShapeMissing', `no data input shape for framework ${c.framework}: Neo can derive it for some models only, and fails for others`);
}

function listOfShapes(c: Compilation, report: Report): void {
  if (!c.request.dataInputShape?._isList || !c.frameworkFacts || c.frameworkFacts.takesShapeList) return;
  const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesShapeList).join(', ');
  report.error(`data input shape: a list without names is for ${takers} only: use NeoDataInputShape.of with the names of the inputs; `
    + `got framework: ${c.framework}`);
}

/** The members of an input for Core ML, according to the reference of `InputConfig`. */
const CORE_ML_MEMBERS = ['shape', 'default_shape', 'type', 'bias', 'scale'];

function coreMlMembers(coreMl: { readonly [member: string]: unknown }, input: string, report: Report): void {
  for (const member of Object.keys(coreMl).filter(name => !CORE_ML_MEMBERS.includes(name) && !Token.isUnresolved(name))) {
    const meant = nearest(member, CORE_ML_MEMBERS);
    if (meant) {
      report.error(`data input shape: ${input} has no member ${formatValue(member)}: use ${meant}; got: ${formatValue(coreMl[member])}`);
    } else {
      report.warn('coreMlMember', `data input shape: AWS documents ${CORE_ML_MEMBERS.join(', ')} for Core ML, so Neo may ignore other members; `
        + `got: ${formatValue(member)} of ${input}`);
    }
  }
}

function coreMlForm(c: Compilation, report: Report): void {
  for (const { name, coreMl } of c.request.dataInputShape?._inputs ?? []) {
    if (!coreMl) continue;
    const input = name === undefined ? 'an input' : `input ${formatValue(name)}`;
    coreMlMembers(coreMl, input, report);
    if (c.isPlatform || (c.device !== undefined && c.device !== 'coreml')) {
      report.warn('coreMlShapeOnOtherTarget', `data input shape: AWS documents the form with shape, default_shape and type, which ${input} has, `
        + `for target coreml only; got: ${c.targetText}`);
      continue;
    }
    if (coreMl.type !== undefined && !Token.isUnresolved(coreMl.type) && !['Image', 'Tensor'].includes(coreMl.type as string)) {
      report.error(`data input shape: type of ${input} must be Image or Tensor; got: ${formatValue(coreMl.type)}`);
    }
    if (coreMl.type === 'Image' && (coreMl.bias === undefined || coreMl.scale === undefined)) {
      report.error(`data input shape: ${input} is of type Image and needs both bias and scale; got: ${formatValue(coreMl)}`);
    }
  }
}

function orderOfNames(c: Compilation, report: Report): void {
  if (c.framework !== 'PYTORCH') return;
  const names = (c.request.dataInputShape?._inputs ?? []).map(({ name }) => name ?? '');
  const numbers = names.map((name) => Number(/^input_?([0-9]+)$/.exec(name)?.[1]));
  if (numbers.some((number, i) => i > 0 && number < numbers[i - 1])) {
    report.warn('inputOrder', 'data input shape: inputs of PYTORCH are matched by their order, and the names suggest a different one; '
      + `got: ${formatValue(names)}`);
  }
}

/**
 * A job with an image in the wrong layout fails late, with an obscure message. This rule looks for four dimensions, with 1, 3 or 4 in the place of
 * the other layout's channels. Such a shape may be correct: AWS recommends `layout='HWC'` for exports from MXNet, TensorFlow's converters to ONNX
 * keep NHWC, and masks have no channels. It is an error only for Keras, for which AWS documents a failure, and only if it can hardly be anything but
 * an image.
 */
function layoutOfImages(c: Compilation, report: Report): void {
  const layout = c.frameworkFacts?.layout;
  if (!layout) return;
  const isKeras = c.framework === 'KERAS';
  const note = isKeras ? ', although the artifact itself is NHWC' : c.framework === 'MXNET' ? ' unless the model was exported with layout=\'HWC\'' : '';
  for (const { name, shapes } of c.request.dataInputShape?._inputs ?? []) {
    for (const shape of shapes) {
      const found = layoutOf(shape, isKeras);
      if (found === undefined || found === layout) continue;
      const [n, second, third, fourth] = shape;
      const right = layout === 'NCHW' ? [n, fourth, second, third] : [n, third, fourth, second];
      const message = `data input shape${name === undefined ? '' : ` of input ${formatValue(name)}`}: AWS documents images of ${c.framework} as ${layout}${note}, `
        + `such as ${formatValue(right)}`;
      if (isKeras && isSurelyImage(shape) && !c.request.dataInputShape?._isRaw) {
        report.error(`${message}; if this is not an image, use NeoDataInputShape.fromJson; got: ${formatValue(shape)}`);
      } else {
        report.warn('inputLayout', `${message}; got: ${formatValue(shape)}`);
      }
    }
  }
}

/**
 * @param anySides whether an image need not be square. Shapes for Keras are always NCHW, so a guess justifies a warning. Models of other frameworks
 * may have similar shapes that are no images, such as the groups of a point cloud, [1, 1024, 32, 3].
 */
function layoutOf(shape: readonly unknown[], anySides: boolean): Layout | undefined {
  if (shape.length !== 4 || !shape.every(Number.isSafeInteger)) return undefined;
  const [, second, third, fourth] = shape as number[];
  const areChannels = (size: number) => [1, 3, 4].includes(size);
  const areSides = (height: number, width: number) => (height === width || anySides) && Math.min(height, width) >= 16;
  if (areChannels(fourth) && areSides(second, third)) return 'NHWC';
  if (areChannels(second) && areSides(third, fourth)) return 'NCHW';
  return undefined;
}

/** Whether a shape is a square color image with its channels last. [1, 16, 16, 4] and [1, 28, 28, 1] might be NCHW, with 16 and 28 channels. */
function isSurelyImage([, height, width, channels]: readonly unknown[]): boolean {
  return channels === 3 && height === width && Number(height) >= 32;
}

/** AWS documents both spellings of this option. */
const GPU_CODE = ['gpu-code', 'gpu_code'];

function formOfOptions(c: Compilation, report: Report): void {
  if (c.device === 'ml_inf1' && c.options) {
    report.error('compiler options: ml_inf1 takes the command line of the Neuron compiler as one string: use NeoCompilerOptions.inferentia; '
      + `got: ${formatValue(c.options)}`);
  }
  // AWS documents the form only for ml_inf1, so it is unknown for the newer Neuron devices.
  const takesNames = c.isPlatform || (c.deviceFacts !== undefined && !['ml_inf1', 'ml_inf2', 'ml_trn1'].includes(c.device!));
  if (c.commandLine !== undefined && takesNames) {
    report.error(`compiler options: target ${c.targetText} takes options by name: only Inferentia takes a command line; got: ${formatValue(c.commandLine)}`);
  }
}

function nvidiaOptions(c: Compilation, report: Report): void {
  const isJetson = c.deviceFacts?.accelerator === 'NVIDIA' && !c.isInstance;
  if (c.accelerator !== 'NVIDIA' && !isJetson) return;
  // Options that cannot be read at synthesis may be complete.
  if (c.request.compilerOptions && (!c.options || Object.keys(c.options).some((name) => Token.isUnresolved(name)))) return;
  const isTensorFlow = c.framework === undefined || c.framework === 'TENSORFLOW';
  const isArm = isJetson || c.arch === undefined || c.arch === 'ARM64';
  if (isTensorFlow && isArm && has(c, 'JETPACK_VERSION') && has(c, ...GPU_CODE)) return;
  const missing = [GPU_CODE, ['trt-ver'], ['cuda-ver']].filter((names) => !has(c, ...names)).map(([name]) => name);
  if (missing.length === 0) return;
  const fix = 'use NeoCompilerOptions.nvidia({ gpuCode, trtVersion, cudaVersion }), or for TensorFlow 2 on a Jetson '
    + `NeoCompilerOptions.jetson({ gpuCode, jetpackVersion }); got: ${formatValue(c.options)}`;
  // This is not an error, because AWS's own examples for Jetson devices and for LINUX/X86_64/NVIDIA do without these options.
  report.warn('nvidiaCompilerOptions', `compiler options: AWS documents ${missing.join(', ')} as required for NVIDIA accelerators such as that of ${c.targetText}: ${fix}`);
}

function nvidiaVersions(c: Compilation, report: Report): void {
  const check = (option: string, pattern: RegExp, form: string) => {
    const version = c.options?.[option];
    if (version === undefined || Token.isUnresolved(version) || (typeof version === 'string' && pattern.test(version))) return;
    report.warn('nvidiaCompilerOptions', `compiler option ${option}: AWS documents the form ${form}; got: ${formatValue(version)}`);
  };
  check('trt-ver', /^\d+\.\d+\.\d+$/, 'x.y.z');
  check('cuda-ver', /^\d+\.\d+$/, 'x.y');
}

function androidLevel(c: Compilation, report: Report): void {
  const level = c.options?.ANDROID_PLATFORM;
  if (level === undefined || Token.isUnresolved(level)) return;
  const { min, max } = ANDROID_API_LEVELS;
  if (typeof level !== 'number' || !Number.isInteger(level) || level < min || level > max) {
    report.error(`compiler option ANDROID_PLATFORM must be an integer from ${min} to ${max}; got: ${formatValue(level)}`);
  }
}

function dataType(c: Compilation, report: Report): void {
  const dtype = c.options?.dtype;
  if (dtype === undefined) return;
  if (!Token.isUnresolved(dtype) && !DATA_TYPES.includes(dtype as string)) {
    report.error(`compiler option dtype must be one of ${DATA_TYPES.join(', ')}; got: ${formatValue(dtype)}`);
  }
  const framework = c.frameworkFacts && c.framework !== 'PYTORCH' ? [`framework: ${c.framework}`] : [];
  const target = c.isNoInstance || c.device?.startsWith('ml_inf') ? [`target: ${c.targetText}`] : [];
  if (framework.length + target.length > 0) {
    report.warn('compilerOptionNotForTarget', 'compiler options: AWS documents dtype for PYTORCH and instances (ml_*) other than Inferentia only; '
      + `got ${[...framework, ...target].join(', ')}`);
  }
}

function optionsOfOtherTargets(c: Compilation, report: Report): void {
  if (!c.isPlatform && !c.deviceFacts) return;
  // An unresolved part of a platform may be the matching one.
  const isAndroid = c.isPlatform ? c.os === 'ANDROID' || c.os === undefined : c.deviceFacts?.os === 'Android';
  const isNvidia = c.isPlatform ? c.accelerator === 'NVIDIA' || c.accelerator === undefined : c.deviceFacts?.accelerator === 'NVIDIA';
  const misplaced = [
    ...(isAndroid ? [] : ['ANDROID_PLATFORM']),
    ...(isNvidia ? [] : [...GPU_CODE, 'trt-ver', 'cuda-ver', 'JETPACK_VERSION']),
    ...(c.device === 'coreml' ? [] : ['class_labels']),
  ].filter((name) => has(c, name));
  if (misplaced.length > 0) {
    report.warn('compilerOptionNotForTarget', `compiler options: AWS does not document ${misplaced.join(', ')} for target ${c.targetText}`);
  }
}

/** Whether one of the options is present and not empty. */
function has(c: Compilation, ...names: readonly string[]): boolean {
  return names.some((name) => c.options?.[name] !== undefined && c.options[name] !== null && c.options[name] !== '');
}

/** The findings about a request. */
export interface CompilationFindings {
  /** Contradictions to the API, so that the job cannot succeed. */
  readonly errors: string[];
  /** Combinations that AWS does not document or that cannot be checked, with IDs for `Annotations.addWarningV2`. */
  readonly warnings: { readonly id: string; readonly message: string }[];
}

/**
 * Checks a request against the table of AWS's documentation. It reports nothing about unresolved values.
 */
export function checkCompilation(scope: IConstruct, request: CompilationRequest): CompilationFindings {
  const errors: string[] = [];
  const warnings: { id: string; message: string }[] = [];
  const compilation = knownParts(scope, request);
  const report: Report = {
    error: (message) => errors.push(message),
    warn: (id, message) => archiveOf(scope)?.settled.has(id) || warnings.push({ id: `cdk-sagemaker-neo:${id}`, message }),
  };
  RULES.forEach((rule) => rule(compilation, report));
  return { errors, warnings };
}

/**
 * Returns the `FrameworkVersion` to send. It is undefined for devices for which AWS's SDK omits it. That SDK also shortens `1.15.3` to `1.15`; this
 * library sends versions as written.
 */
export function frameworkVersionToSend(framework: NeoFramework, target: NeoTarget): string | undefined {
  return lookUp(DEVICES, target.deviceName)?.frameworkVersion === 'dropped' ? undefined : framework.version;
}

function unknownFramework(c: Compilation, report: Report): void {
  if (c.framework !== undefined && !c.frameworkFacts) {
    report.warn('unknownFramework', `this version of the library does not know the framework (it knows ${Object.keys(FRAMEWORKS).join(', ')}), `
      + `so nothing about it is checked; got: ${c.framework}`);
  }
}

function frameworkForTarget(c: Compilation, report: Report): void {
  const only = c.deviceFacts?.onlyFrameworks;
  if (c.framework === 'TFLITE' && c.isInstance) {
    report.error('framework TFLITE compiles for edge targets only: choose an edge device or a platform, or save the model as TENSORFLOW; '
      + `got target: ${c.targetText}`);
  } else if (only && c.framework !== undefined && !only.includes(c.framework)) {
    report.error(`target ${c.targetText} takes the frameworks ${only.join(' and ')} only; got: ${c.framework}`);
  } else if (c.frameworkFacts && (c.isPlatform || c.deviceFacts)) {
    documentedCombination(c, c.frameworkFacts, report);
  }
}

function documentedCombination(c: Compilation, facts: FrameworkFacts, report: Report): void {
  const documented = documentedVersions(c, facts);
  const undocumented = (what: string) => report.warn('undocumentedCombination',
    `AWS does not document ${what} for target ${c.targetText}, so the job may fail: docs/targets.md of cdk-sagemaker-neo lists what AWS documents`);
  if (!documented) {
    const tables = Object.keys(facts.versions).map((table) => table === 'inferentia1' ? 'Inferentia 1' : table);
    const instead = tables.length === 0 ? ' (it is in the API, and in none of the guide\'s tables)' : ` (but for ${tables.join(', ').replace(/, ([^,]*)$/, ' and $1')} targets)`;
    undocumented(`framework ${c.framework}${instead}`);
  } else if (c.version !== undefined && documented.length > 0 && !documented.some((version) => sameRelease(version, c.version!))) {
    undocumented(`${c.frameworkText} (but ${documented.join(', ')})`);
  } else if (c.version !== undefined && isPatchOf(documented, c.version)) {
    report.warn('frameworkVersionPatch', `AWS documents ${documented.join(', ')} for target ${c.targetText}, and AWS's own SDK sends no patch version: `
      + `write '${c.version.split('.').slice(0, 2).join('.')}'; got: ${c.frameworkText}`);
  }
}

/** Returns the versions of the framework that AWS documents for the target: empty for any, undefined if AWS does not document the framework. */
function documentedVersions(c: Compilation, facts: FrameworkFacts): readonly string[] | undefined {
  if (c.deviceFacts?.frameworks) return c.deviceFacts.frameworks.names.includes(c.framework!) ? [] : undefined;
  const versions = c.versionTable && facts.versions[c.versionTable];
  const isSent = facts.takesVersion && c.deviceFacts?.frameworkVersion !== 'dropped';
  return versions && !isSent ? [] : versions;
}

/** Whether a version adds a patch to a documented one, such as 1.13.1 if AWS documents 1.13. */
function isPatchOf(documented: readonly string[], version: string): boolean {
  return !documented.includes(version) && documented.some(known => version.startsWith(`${known}.`));
}

function frameworkVersion(c: Compilation, report: Report): void {
  if (!c.frameworkFacts) return;
  const isDropped = c.deviceFacts?.frameworkVersion === 'dropped';
  if (!c.frameworkFacts.takesVersion) {
    if (c.version === undefined) return;
    const takers = Object.keys(FRAMEWORKS).filter((name) => FRAMEWORKS[name].takesVersion).join(', ');
    report.error(`version of the framework: the API takes one for ${takers} only: use NeoFramework.${c.framework}; got: ${c.frameworkText}`);
  } else if (isDropped && c.version !== undefined) {
    report.warn('frameworkVersionNotSent', `version of the framework is not sent to Neo: like AWS's own SDK, this library omits it for target ${c.targetText}; `
      + `got: ${c.frameworkText}`);
  } else if (!isDropped && !c.request.framework?.version) {
    report.warn('frameworkVersionMissing', `framework ${c.framework} has no version, so Neo chooses one, `
      + 'and a model that a newer version saved fails: name the version that saved the model');
  }
}

function device(c: Compilation, report: Report): void {
  if (c.device === undefined) return;
  if (!c.deviceFacts) {
    report.warn('unknownTarget', `this version of the library does not know target ${c.device}, so nothing about it is checked`);
    return;
  }
  const { retired, alsoInArchive } = c.deviceFacts;
  if (retired) { report.warn('retiredTarget', `target ${c.device}: ${retired}: choose another target`); }
  if (alsoInArchive && archiveOf(c.scope)?.hasConfig === false) {
    report.error(`target ${c.device}: AWS documents that ${alsoInArchive}: pack them with the model, or turn the check off with preflight: false; `
      + 'got: an archive without such a file');
  }
}

function platform(c: Compilation, report: Report): void {
  const { os, arch, accelerator } = c;
  const unknown = [
    os !== undefined && !Object.keys(PLATFORMS).includes(os) && `os ${os}`,
    arch !== undefined && !ARCHITECTURES.includes(arch) && `arch ${arch}`,
    typeof accelerator === 'string' && !ACCELERATORS.includes(accelerator) && `accelerator ${accelerator}`,
  ].filter(Boolean);
  if (unknown.length > 0) {
    report.warn('unknownTarget', `this version of the library does not know ${unknown.join(' and ')} of the target platform, `
      + 'so nothing about the platform is checked');
    return;
  }
  if (os === undefined || arch === undefined || accelerator === undefined) return;
  const archs: readonly string[] | undefined = PLATFORMS[os][accelerator ?? NO_ACCELERATOR];
  if (!archs) {
    report.warn('undocumentedCombination', `AWS does not document accelerator ${accelerator} for any platform, so the job may fail; got: ${c.targetText}`);
  } else if (!archs.includes(arch)) {
    const which = accelerator === null ? 'without an accelerator' : `with accelerator ${accelerator}`;
    report.error(`target platform: Neo has ${os} ${which} for ${archs.join(', ') || 'no architecture'}; got: ${c.targetText}`);
  }
}

function region(c: Compilation, report: Report): void {
  const here = Stack.of(c.scope).region;
  const only = c.deviceFacts?.onlyRegion;
  if (Token.isUnresolved(here)) {
    if (only) { report.warn('targetRegion', `Neo compiles for ${c.device} in ${only} only, and the Region of this job's stack is not known at synthesis`); }
    return;
  }
  if (only && here !== only) {
    report.error(`target ${c.device} is available in ${only} only: put the job in a stack of that Region, or choose another target; got: ${here}`);
  }
  if (!NEO_REGIONS.includes(here)) {
    report.warn('neoRegion', `AWS's Python SDK has no image of Neo for Region ${here}, so Neo may not exist there`);
  }
}
