import { Token } from 'aws-cdk-lib';
import { ANDROID_API_LEVELS, DATA_TYPES } from './compatibility';
import type { Compilation, Report, Rule } from './compilation';
import { formatValue } from '../util/errors';

/**
 * Rules about the options of the compiler.
 */
export const COMPILER_OPTION_RULES: Rule[] = [formOfOptions, nvidiaOptions, nvidiaVersions, androidLevel, dataType, optionsOfOtherTargets];

/** AWS spells it in two ways. */
const GPU_CODE = ['gpu-code', 'gpu_code'];

function formOfOptions(c: Compilation, report: Report): void {
  if (c.device === 'ml_inf1' && c.options) {
    report.error('compiler options: ml_inf1 takes the command line of the Neuron compiler as one string, use NeoCompilerOptions.inferentia; '
      + `got: ${formatValue(c.options)}`);
  }
  // AWS documents the form for ml_inf1 only; what the newer Neuron devices take is not known.
  const takesNames = c.isPlatform || (c.deviceFacts !== undefined && !['ml_inf1', 'ml_inf2', 'ml_trn1'].includes(c.device!));
  if (c.commandLine !== undefined && takesNames) {
    report.error(`compiler options: target ${c.targetText} takes options by name, and only Inferentia takes a command line; got: ${formatValue(c.commandLine)}`);
  }
}

function nvidiaOptions(c: Compilation, report: Report): void {
  const isJetson = c.deviceFacts?.accelerator === 'NVIDIA' && !c.isInstance;
  if (c.accelerator !== 'NVIDIA' && !isJetson) return;
  // Options that cannot be read at synthesis are not missing.
  if (c.request.compilerOptions && !c.options) return;
  const isTensorFlow = c.framework === undefined || c.framework === 'TENSORFLOW';
  const isArm = isJetson || c.arch === undefined || c.arch === 'ARM64';
  if (isTensorFlow && isArm && has(c, 'JETPACK_VERSION') && has(c, ...GPU_CODE)) return;
  const missing = [GPU_CODE, ['trt-ver'], ['cuda-ver']].filter((names) => !has(c, ...names)).map(([name]) => name);
  if (missing.length === 0) return;
  const fix = 'use NeoCompilerOptions.nvidia({ gpuCode, trtVersion, cudaVersion }), or for TensorFlow 2 on a Jetson '
    + `NeoCompilerOptions.jetson({ gpuCode, jetpackVersion }); got: ${formatValue(c.options)}`;
  // AWS's own examples compile without them, for Jetson devices and for LINUX/X86_64/NVIDIA, so this is no contradiction.
  report.warn('nvidiaCompilerOptions', `compiler options: AWS documents ${missing.join(', ')} as required for NVIDIA accelerators such as that of ${c.targetText}; ${fix}`);
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
  if (c.frameworkFacts && c.framework !== 'PYTORCH') {
    report.warn('compilerOptionNotForTarget', `compiler options: AWS documents dtype for PYTORCH only; got framework: ${c.framework}`);
  }
  if (c.isNoInstance || c.device?.startsWith('ml_inf')) {
    report.warn('compilerOptionNotForTarget', `compiler options: AWS documents dtype for instances (ml_*) other than Inferentia only; got target: ${c.targetText}`);
  }
}

function optionsOfOtherTargets(c: Compilation, report: Report): void {
  if (!c.isPlatform && !c.deviceFacts) return;
  // An unresolved part of a platform may be the right one.
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

/** Whether one of the options is there and says something. */
function has(c: Compilation, ...names: readonly string[]): boolean {
  return names.some((name) => c.options?.[name] !== undefined && c.options[name] !== null && c.options[name] !== '');
}
