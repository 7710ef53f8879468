import { Token } from 'aws-cdk-lib';
import { Compilation, Report, Rule } from './compilation';
import { ANDROID_API_LEVELS, DATA_TYPES } from '../compatibility';
import { display } from '../json';

/**
 * Rules about the options of the compiler.
 */
export const COMPILER_OPTION_RULES: Rule[] = [formOfOptions, nvidiaOptions, androidLevel, dataType, optionsOfOtherTargets];

/** AWS spells the first one in two ways. */
const GPU_CODE = ['gpu-code', 'gpu_code'];
const TENSORRT = ['trt-ver', 'trt_ver'];
const CUDA = ['cuda-ver', 'cuda_ver'];
const JETPACK = ['JETPACK_VERSION'];

function formOfOptions(c: Compilation, report: Report): void {
  if (c.device === 'ml_inf1' && c.options) {
    report.error('compiler options: ml_inf1 takes the command line of the Neuron compiler as one text; use NeoCompilerOptions.inferentia, '
      + `got: ${display(c.options)}`);
  }
  // AWS documents the form for ml_inf1 only; what the newer Neuron devices take is not known.
  const takesText = c.deviceFacts === undefined || ['ml_inf1', 'ml_inf2', 'ml_trn1'].includes(c.device!);
  if (c.commandLine !== undefined && (c.isPlatform || !takesText)) {
    report.error(`compiler options: target ${c.targetText} takes options by name, and only Inferentia takes a text, got: ${display(c.commandLine)}`);
  }
}

function nvidiaOptions(c: Compilation, report: Report): void {
  const isJetson = c.deviceFacts?.accelerator === 'NVIDIA' && !c.isInstance;
  if (c.accelerator !== 'NVIDIA' && !isJetson) return;
  // Options that cannot be read at synthesis are not missing.
  if (c.request.compilerOptions && !c.options) return;
  if (c.framework === 'TENSORFLOW' && has(c, JETPACK) && has(c, GPU_CODE)) return;
  const missing = [GPU_CODE, TENSORRT, CUDA].filter((names) => !has(c, names)).map((names) => names[0]);
  if (missing.length === 0) return;
  const fix = 'use NeoCompilerOptions.nvidia({ gpuCode, trtVersion, cudaVersion }), or for TensorFlow 2 on a Jetson NeoCompilerOptions.jetson({ gpuCode, jetpackVersion })';
  if (isJetson) {
    report.warn('nvidiaCompilerOptions', `AWS requires the compiler options gpu-code, trt-ver and cuda-ver for NVIDIA accelerators; target ${c.targetText} `
      + `has no ${missing.join(', ')}: ${fix}`);
  } else {
    report.error(`compiler options: accelerator NVIDIA requires ${missing.join(', ')}, got: ${display(c.options)}; ${fix}`);
  }
}

function androidLevel(c: Compilation, report: Report): void {
  const level = c.options?.ANDROID_PLATFORM;
  if (level === undefined || Token.isUnresolved(level)) return;
  const { min, max } = ANDROID_API_LEVELS;
  if (typeof level !== 'number' || !Number.isInteger(level) || level < min || level > max) {
    report.error(`compiler option ANDROID_PLATFORM must be a whole number from ${min} to ${max}, got: ${display(level)}`);
  }
}

function dataType(c: Compilation, report: Report): void {
  const dtype = c.options?.dtype;
  if (dtype === undefined) return;
  if (!Token.isUnresolved(dtype) && !DATA_TYPES.includes(dtype as string)) {
    report.error(`compiler option dtype must be one of ${DATA_TYPES.join(', ')}, got: ${display(dtype)}`);
  }
  if (c.frameworkFacts && c.framework !== 'PYTORCH') {
    report.error(`compiler option dtype is for PYTORCH only, got framework: ${c.framework}; leave it out`);
  }
  if (c.isNoInstance || c.device?.startsWith('ml_inf')) {
    report.error(`compiler option dtype is for instances (ml_*) other than Inferentia only, got target: ${c.targetText}; leave it out`);
  }
}

function optionsOfOtherTargets(c: Compilation, report: Report): void {
  if (!c.isPlatform && !c.deviceFacts) return;
  const isAndroid = c.isPlatform ? c.os === 'ANDROID' || c.os === undefined : c.deviceFacts?.os === 'Android';
  const isNvidia = c.isPlatform ? c.accelerator === 'NVIDIA' || c.accelerator === undefined : c.deviceFacts?.accelerator === 'NVIDIA';
  const misplaced = [
    ...(isAndroid ? [] : [['ANDROID_PLATFORM']]),
    ...(isNvidia ? [] : [GPU_CODE, TENSORRT, CUDA, JETPACK]),
    ...(c.device === 'coreml' ? [] : [['class_labels']]),
  ].flat().filter((name) => has(c, [name]));
  if (misplaced.length > 0) {
    report.warn('compilerOptionNotForTarget', `AWS does not document ${misplaced.join(', ')} for target ${c.targetText}`);
  }
}

function has(c: Compilation, names: readonly string[]): boolean {
  return names.some((name) => c.options?.[name] !== undefined && c.options[name] !== null && c.options[name] !== '');
}
