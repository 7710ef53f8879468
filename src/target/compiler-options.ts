import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { containsToken, isJson, isStringToken, readJson, toCompactJson } from './json';
import { NeoValidationError, formatValue } from '../util/errors';
import { isRecord, listOf, NUMBER, optional, requireType, requireTypes, STRING, type PropTypes } from '../util/prop-types';

const LIMITS = { what: 'compiler options', min: 3, max: 1024 };

/**
 * Type of a PyTorch model's input; AWS has two names for each.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export enum NeoDataType {
  /** 32-bit floating point. */
  FLOAT = 'float',
  /** 32-bit floating point, Neo's default. */
  FLOAT32 = 'float32',
  /** 64-bit whole numbers. */
  INT64 = 'int64',
  /** 64-bit whole numbers. */
  LONG = 'long',
}

/**
 * Options for an NVIDIA accelerator. AWS documents all three as required.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export interface NeoNvidiaOptions {
  /**
   * Architecture of the GPU, for example `sm_72` (`gpu-code`).
   */
  readonly gpuCode: string;

  /**
   * Version of TensorRT as x.y.z, for example `6.0.1` (`trt-ver`).
   */
  readonly trtVersion: string;

  /**
   * Version of CUDA as x.y, for example `10.1` (`cuda-ver`).
   */
  readonly cudaVersion: string;
}

/**
 * Options for a TensorFlow 2 model on a Jetson device.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export interface NeoJetsonOptions {
  /**
   * Architecture of the GPU, for example `sm_72` (`gpu_code`).
   */
  readonly gpuCode: string;

  /**
   * Version of JetPack, for example `4.6` (`JETPACK_VERSION`).
   */
  readonly jetpackVersion: string;
}

/**
 * Options for a processor.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export interface NeoCpuOptions {
  /**
   * Micro-architecture, for example `skylake-avx512`.
   *
   * @default - Neo compiles for any processor of the architecture
   */
  readonly mcpu?: string;

  /**
   * Flags of the processor, for example `['+neon', '+vfpv4']`.
   *
   * @default - none
   */
  readonly mattr?: string[];
}

/**
 * Options for Android.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export interface NeoAndroidOptions {
  /**
   * API level of Android, 21 to 29 (`ANDROID_PLATFORM`).
   */
  readonly platform: number;

  /**
   * Flags of the processor; `['+neon']` for 32-bit ARM with NEON.
   *
   * @default - none
   */
  readonly mattr?: string[];
}

/**
 * Options for Apple's Core ML.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 */
export interface NeoCoreMlOptions {
  /**
   * Name of a file in the model archive that contains the labels of the classes, one per line (`class_labels`).
   */
  readonly classLabels: string;
}

const NVIDIA_TYPES: PropTypes<NeoNvidiaOptions> = { gpuCode: STRING, trtVersion: STRING, cudaVersion: STRING };
const JETSON_TYPES: PropTypes<NeoJetsonOptions> = { gpuCode: STRING, jetpackVersion: STRING };
const CPU_TYPES: PropTypes<NeoCpuOptions> = { mcpu: optional(STRING), mattr: optional(listOf(STRING)) };
const ANDROID_TYPES: PropTypes<NeoAndroidOptions> = { platform: NUMBER, mattr: optional(listOf(STRING)) };
const CORE_ML_TYPES: PropTypes<NeoCoreMlOptions> = { classLabels: STRING };

/**
 * Options of the compiler for one kind of target (`CompilerOptions`).
 *
 * AWS documents `nvidia(...)` as required for NVIDIA accelerators, and highly recommends `cpu(...)` for processors.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 *
 * @example
 * const options = NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' });
 */
export class NeoCompilerOptions {
  /**
   * Returns options for an NVIDIA accelerator.
   *
   * @param options GPU architecture and the versions of TensorRT and CUDA
   */
  public static nvidia(options: NeoNvidiaOptions): NeoCompilerOptions {
    requireTypes(undefined, options, NVIDIA_TYPES, 'options');
    return NeoCompilerOptions.of({ 'gpu-code': options.gpuCode, 'trt-ver': options.trtVersion, 'cuda-ver': options.cudaVersion });
  }

  /**
   * Returns options for a TensorFlow 2 model on a Jetson device. For other models on a Jetson device, use `nvidia(...)`.
   *
   * @param options GPU architecture and the version of JetPack
   */
  public static jetson(options: NeoJetsonOptions): NeoCompilerOptions {
    requireTypes(undefined, options, JETSON_TYPES, 'options');
    return NeoCompilerOptions.of({ JETPACK_VERSION: options.jetpackVersion, gpu_code: options.gpuCode });
  }

  /**
   * Returns options for a processor.
   *
   * @param options micro-architecture, flags or both
   */
  public static cpu(options: NeoCpuOptions): NeoCompilerOptions {
    requireTypes(undefined, options, CPU_TYPES, 'options');
    return NeoCompilerOptions.of({ mcpu: options.mcpu, mattr: options.mattr });
  }

  /**
   * Returns options for a 32-bit ARM processor with NEON.
   */
  public static armNeon(): NeoCompilerOptions {
    return NeoCompilerOptions.cpu({ mattr: ['+neon'] });
  }

  /**
   * Returns options for Android.
   *
   * @param options API level and, if any, flags of the processor
   */
  public static android(options: NeoAndroidOptions): NeoCompilerOptions {
    requireTypes(undefined, options, ANDROID_TYPES, 'options');
    return NeoCompilerOptions.of({ ANDROID_PLATFORM: options.platform, mattr: options.mattr });
  }

  /**
   * Returns options for `ml_inf1`: the command line of the Neuron compiler, such as `--verbose 1 --num-neuroncores 2 -O2`. The API expects it as a
   * JSON string; this method adds the quotes.
   *
   * @param commandLine options of the compiler, as on the command line
   */
  public static inferentia(commandLine: string): NeoCompilerOptions {
    if (!Token.isUnresolved(commandLine) && (typeof commandLine !== 'string' || commandLine.trim() === '')) {
      throw new NeoValidationError(`command line of the Neuron compiler must be a string such as '--verbose 1'; got: ${formatValue(commandLine)}`);
    }
    return new NeoCompilerOptions(commandLine, false);
  }

  /**
   * Returns options for `coreml`.
   *
   * @param options file with the labels of the classes
   */
  public static coreMl(options: NeoCoreMlOptions): NeoCompilerOptions {
    requireTypes(undefined, options, CORE_ML_TYPES, 'options');
    return NeoCompilerOptions.of({ class_labels: options.classLabels });
  }

  /**
   * Returns the option for the type of a PyTorch model's input, for instances other than Inferentia.
   *
   * @param dataType type of the input
   */
  public static dtype(dataType: NeoDataType): NeoCompilerOptions {
    requireType(undefined, 'dataType', dataType, STRING);
    return NeoCompilerOptions.of({ dtype: dataType });
  }

  /**
   * Returns options by their names in the API, for options that this class does not know yet. Undefined values are omitted.
   *
   * @param options values by the API's names
   */
  public static of(options: { [name: string]: any }): NeoCompilerOptions {
    if (!isJson(options)) {
      throw new NeoValidationError(`compiler options must be strings, numbers, booleans, lists and maps of these; got: ${formatValue(options)}`);
    }
    if (Token.isUnresolved(options)) return new NeoCompilerOptions(options, false);
    const given = isRecord(options) ? Object.entries(options).filter(([_, value]) => value !== undefined) : [];
    if (given.length === 0) {
      throw new NeoValidationError(`compiler options must have at least one option: otherwise, omit them; got: ${formatValue(options)}`);
    }
    return new NeoCompilerOptions(Object.fromEntries(given), false);
  }

  /**
   * Uses a JSON string in the API's form. Single quotes, as in AWS's examples, are replaced with double quotes.
   *
   * @param json JSON such as `{"mcpu":"skylake-avx512"}`, 3 to 1024 characters without white space
   */
  public static fromJson(json: string): NeoCompilerOptions {
    if (isStringToken(json)) return new NeoCompilerOptions(json, true);
    const { value, compact } = readJson(json, LIMITS, 'for a map, use NeoCompilerOptions.of');
    if (typeof value !== 'string' && !isRecord(value)) {
      throw new NeoValidationError(`compiler options must be a JSON object, or a JSON string for ml_inf1; got: ${formatValue(json)}`);
    }
    return new NeoCompilerOptions(compact, true);
  }

  private constructor(private readonly value: unknown, private readonly isRaw: boolean) {}

  /**
   * Returns these options combined with others. If both contain an option, the other value applies.
   *
   * @param other options that take precedence
   */
  public combinedWith(other: NeoCompilerOptions): NeoCompilerOptions {
    const [mine, theirs] = [this._value, other?._value];
    if (!isRecord(mine) || !isRecord(theirs) || Token.isUnresolved(mine) || Token.isUnresolved(theirs)) {
      throw new NeoValidationError(`only options with names can be combined; got: ${formatValue(mine)} and ${formatValue(theirs)}`);
    }
    return NeoCompilerOptions.of({ ...mine, ...theirs });
  }

  /**
   * Returns the compact JSON that the API accepts. It may contain tokens anywhere.
   *
   * @param scope construct for which tokens are resolved
   */
  public toJson(scope: IConstruct): string {
    return this.isRaw ? this.value as string : toCompactJson(scope, this.value, LIMITS);
  }

  /**
   * The options by name, or the command line of the Neuron compiler, or a token.
   *
   * @internal
   */
  public get _value(): unknown {
    return this.isRaw && !containsToken(this.value) ? JSON.parse(this.value as string) : this.value;
  }
}
