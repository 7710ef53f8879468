import { Token } from 'aws-cdk-lib';
import { ACCELERATORS, ARCHITECTURES, DEVICES, PLATFORMS } from './compatibility';
import { NeoValidationError, formatValue } from '../util/errors';
import { having, optional, requireType, STRING, structOf } from '../util/prop-types';

/**
 * Operating system of a target platform.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TargetPlatform.html
 *
 * @example
 * const device = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTargetOs {
  /** Android; the API level is a compiler option. */
  public static readonly ANDROID = NeoTargetOs.of('ANDROID');
  /** Operating systems based on Linux. */
  public static readonly LINUX = NeoTargetOs.of('LINUX');

  /**
   * Returns an operating system by its name in the API, for operating systems that this class does not know yet.
   *
   * @param name name such as `LINUX`
   */
  public static of(name: string): NeoTargetOs {
    return new NeoTargetOs(requirePart(name, 'os', Object.keys(PLATFORMS)));
  }

  /** @internal Tells the class from the others, also that of another copy of this library. */
  public readonly _isOs = true;

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string) {}
}

/**
 * Processor architecture of a target platform.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TargetPlatform.html
 *
 * @example
 * const device = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTargetArch {
  /** ARMv8, 64 bit. */
  public static readonly ARM64 = NeoTargetArch.of('ARM64');
  /** ARMv7, 32 bit, soft float, as 32-bit Android uses it. */
  public static readonly ARM_EABI = NeoTargetArch.of('ARM_EABI');
  /** ARMv7, 32 bit, hard float. */
  public static readonly ARM_EABIHF = NeoTargetArch.of('ARM_EABIHF');
  /** x86, 32 bit. */
  public static readonly X86 = NeoTargetArch.of('X86');
  /** x86, 64 bit. */
  public static readonly X86_64 = NeoTargetArch.of('X86_64');

  /**
   * Returns an architecture by its name in the API, for architectures that this class does not know yet.
   *
   * @param name name such as `ARM64`
   */
  public static of(name: string): NeoTargetArch {
    return new NeoTargetArch(requirePart(name, 'arch', ARCHITECTURES));
  }

  /** @internal Tells the class from the others, also that of another copy of this library. */
  public readonly _isArch = true;

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string) {}
}

/**
 * Accelerator of a target platform.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TargetPlatform.html
 *
 * @example
 * const device = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTargetAccelerator {
  /** Intel integrated graphics. */
  public static readonly INTEL_GRAPHICS = NeoTargetAccelerator.of('INTEL_GRAPHICS');
  /** ARM Mali graphics processor. */
  public static readonly MALI = NeoTargetAccelerator.of('MALI');
  /** Neural network accelerator; in the API, but not in AWS's table of platforms. */
  public static readonly NNA = NeoTargetAccelerator.of('NNA');
  /** NVIDIA graphics processor; AWS documents the options of `NeoCompilerOptions.nvidia(...)` as required. */
  public static readonly NVIDIA = NeoTargetAccelerator.of('NVIDIA');

  /**
   * Returns an accelerator by its name in the API, for accelerators that this class does not know yet.
   *
   * @param name name such as `MALI`
   */
  public static of(name: string): NeoTargetAccelerator {
    return new NeoTargetAccelerator(requirePart(name, 'accelerator', ACCELERATORS));
  }

  /** @internal Tells the class from the others, also that of another copy of this library. */
  public readonly _isAccelerator = true;

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string) {}
}

/**
 * A platform to compile for (`TargetPlatform`). docs/targets.md shows which combinations Neo supports.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TargetPlatform.html
 */
export interface NeoTargetPlatform {
  /**
   * Operating system.
   */
  readonly os: NeoTargetOs;

  /**
   * Processor architecture.
   */
  readonly arch: NeoTargetArch;

  /**
   * Accelerator.
   *
   * @default - none: the model runs on the processor
   */
  readonly accelerator?: NeoTargetAccelerator;
}

/**
 * Whether a compiled model runs in the cloud or on a device.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo.html
 */
export enum NeoTargetKind {
  /** The model runs on an AWS instance, and Neo returns an inference image for it. */
  CLOUD = 'cloud',
  /** The model runs on a device of yours. */
  EDGE = 'edge',
  /** The device is a token, so this is unknown at synthesis. */
  UNKNOWN = 'unknown',
}

/**
 * The target of a compilation: a device that Neo knows by name, or a platform of operating system, architecture and
 * accelerator.
 *
 * docs/targets.md shows what AWS documents for each.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputConfig.html
 *
 * @example
 * const instance = NeoTarget.ML_C5;
 * const device = NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTarget {
  /** Cloud: ml.c4 instances. */
  public static readonly ML_C4 = NeoTarget.device('ml_c4');
  /** Cloud: ml.c5 instances. */
  public static readonly ML_C5 = NeoTarget.device('ml_c5');
  /** Cloud: ml.m4 instances. */
  public static readonly ML_M4 = NeoTarget.device('ml_m4');
  /** Cloud: ml.m5 instances. */
  public static readonly ML_M5 = NeoTarget.device('ml_m5');
  /** Cloud: ml.c6g instances (Graviton); in the API, but not in AWS's list of instance types. */
  public static readonly ML_C6G = NeoTarget.device('ml_c6g');
  /** Cloud: ml.m6g instances (Graviton); in the API, but not in AWS's list of instance types. */
  public static readonly ML_M6G = NeoTarget.device('ml_m6g');
  /** Cloud: ml.p2 instances (NVIDIA GPU). */
  public static readonly ML_P2 = NeoTarget.device('ml_p2');
  /** Cloud: ml.p3 instances (NVIDIA GPU). */
  public static readonly ML_P3 = NeoTarget.device('ml_p3');
  /** Cloud: ml.g4dn instances (NVIDIA GPU). */
  public static readonly ML_G4DN = NeoTarget.device('ml_g4dn');
  /** Cloud: ml.inf1 instances (Inferentia); options with `NeoCompilerOptions.inferentia(...)`. */
  public static readonly ML_INF1 = NeoTarget.device('ml_inf1');
  /** Cloud: ml.inf2 instances (Inferentia 2); Neo compiles for them in us-east-2 only. */
  public static readonly ML_INF2 = NeoTarget.device('ml_inf2');
  /** Cloud: ml.trn1 instances (Trainium); Neo compiles for them in us-east-1 only. */
  public static readonly ML_TRN1 = NeoTarget.device('ml_trn1');
  /**
   * Cloud: Elastic Inference accelerators, which AWS has discontinued.
   *
   * @deprecated use an instance with its own accelerator, such as `ML_G4DN` or `ML_INF1`
   */
  public static readonly ML_EIA2 = NeoTarget.device('ml_eia2');
  /** Cloud: AWS Lambda; in the API, but not in AWS's guide. */
  public static readonly LAMBDA = NeoTarget.device('lambda');
  /** Edge: Aisage; Linux on ARM64 with Mali. */
  public static readonly AISAGE = NeoTarget.device('aisage');
  /** Edge: Ambarella CV2. */
  public static readonly AMBA_CV2 = NeoTarget.device('amba_cv2');
  /** Edge: Ambarella CV22. */
  public static readonly AMBA_CV22 = NeoTarget.device('amba_cv22');
  /** Edge: Ambarella CV25. */
  public static readonly AMBA_CV25 = NeoTarget.device('amba_cv25');
  /** Edge: Apple's Core ML format for iOS and macOS; TensorFlow and PyTorch only. */
  public static readonly COREML = NeoTarget.device('coreml');
  /**
   * Edge: AWS DeepLens, which AWS has discontinued.
   *
   * @deprecated use a device that is still available, or `platform(...)`
   */
  public static readonly DEEPLENS = NeoTarget.device('deeplens');
  /** Edge: NXP i.MX 8M Plus. */
  public static readonly IMX8MPLUS = NeoTarget.device('imx8mplus');
  /** Edge: NXP i.MX 8QuadMax. */
  public static readonly IMX8QM = NeoTarget.device('imx8qm');
  /** Edge: Texas Instruments Jacinto TDA4VM. */
  public static readonly JACINTO_TDA4VM = NeoTarget.device('jacinto_tda4vm');
  /** Edge: NVIDIA Jetson Nano. */
  public static readonly JETSON_NANO = NeoTarget.device('jetson_nano');
  /** Edge: NVIDIA Jetson TX1. */
  public static readonly JETSON_TX1 = NeoTarget.device('jetson_tx1');
  /** Edge: NVIDIA Jetson TX2. */
  public static readonly JETSON_TX2 = NeoTarget.device('jetson_tx2');
  /** Edge: NVIDIA Jetson Xavier. */
  public static readonly JETSON_XAVIER = NeoTarget.device('jetson_xavier');
  /** Edge: Qualcomm QCS603; Android. */
  public static readonly QCS603 = NeoTarget.device('qcs603');
  /** Edge: Qualcomm QCS605; Android. */
  public static readonly QCS605 = NeoTarget.device('qcs605');
  /** Edge: Raspberry Pi 3 Model B. */
  public static readonly RASP3B = NeoTarget.device('rasp3b');
  /** Edge: Raspberry Pi 4 Model B. */
  public static readonly RASP4B = NeoTarget.device('rasp4b');
  /** Edge: Rockchip RK3288. */
  public static readonly RK3288 = NeoTarget.device('rk3288');
  /** Edge: Rockchip RK3399. */
  public static readonly RK3399 = NeoTarget.device('rk3399');
  /** Edge: single-board computer with an x86_64 processor. */
  public static readonly SBE_C = NeoTarget.device('sbe_c');
  /** Edge: Texas Instruments Sitara AM57x. */
  public static readonly SITARA_AM57X = NeoTarget.device('sitara_am57x');
  /** Edge: Windows 10 on a 32-bit x86 processor. */
  public static readonly X86_WIN32 = NeoTarget.device('x86_win32');
  /** Edge: Windows 10 on a 64-bit x86 processor. */
  public static readonly X86_WIN64 = NeoTarget.device('x86_win64');

  /**
   * Returns a device by its name in the API (`TargetDevice`), for devices that this class does not know yet.
   *
   * @param name name such as `jetson_nano`
   */
  public static device(name: string): NeoTarget {
    const spelled = spelledAsInApi(name);
    if (spelled !== undefined) {
      throw new NeoValidationError(`name of the device must be spelled as in the API: use '${spelled}'; got: ${formatValue(name)}`);
    }
    return new NeoTarget(requireName(name, 'name of the device'));
  }

  /**
   * Returns a platform (`TargetPlatform`), for a device that has no name in the API.
   *
   * @param platform operating system, architecture and, if any, accelerator
   */
  public static platform(platform: NeoTargetPlatform): NeoTarget {
    requireType(undefined, 'platform', platform, PLATFORM);
    return new NeoTarget(undefined, platform);
  }

  private constructor(
    /**
     * Device as the API spells it. It is undefined for a platform.
     * @default - a platform
     */
    public readonly deviceName?: string,
    /**
     * Platform. It is undefined for a device.
     * @default - a device
     */
    public readonly targetPlatform?: NeoTargetPlatform) {}

  /**
   * Whether the compiled model runs on an AWS instance or on a device of yours. All platforms are edge targets.
   */
  public get kind(): NeoTargetKind {
    if (this.deviceName === undefined) return NeoTargetKind.EDGE;
    if (Token.isUnresolved(this.deviceName)) return NeoTargetKind.UNKNOWN;
    const known = Object.keys(DEVICES).includes(this.deviceName) ? DEVICES[this.deviceName].kind : undefined;
    return (known ?? (this.deviceName.startsWith('ml_') ? 'cloud' : 'edge')) === 'cloud' ? NeoTargetKind.CLOUD : NeoTargetKind.EDGE;
  }

  /**
   * Whether the compiled model runs on a device of yours. It is false if this is unknown at synthesis.
   */
  public get isEdge(): boolean {
    return this.kind === NeoTargetKind.EDGE;
  }

  /**
   * Returns the target for messages: the device, or operating system, architecture and accelerator, separated by slashes.
   */
  public toString(): string {
    const { os, arch, accelerator } = this.targetPlatform ?? {};
    return this.deviceName ?? [os, arch, accelerator].filter((part) => part !== undefined).map((part) => part.name).join('/');
  }

  /**
   * Returns the field of `OutputConfig` for this target, which is exactly one of the two.
   *
   * @internal
   */
  public _toOutputConfig(): { TargetDevice?: string; TargetPlatform?: { Os: string; Arch: string; Accelerator?: string } } {
    if (this.targetPlatform === undefined) return { TargetDevice: this.deviceName };
    const { os, arch, accelerator } = this.targetPlatform;
    return { TargetPlatform: { Os: os.name, Arch: arch.name, ...(accelerator && { Accelerator: accelerator.name }) } };
  }
}

const PLATFORM = structOf<NeoTargetPlatform>('a platform such as { os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64 }', {
  os: having('a NeoTargetOs, such as NeoTargetOs.LINUX', 'name', '_isOs'),
  arch: having('a NeoTargetArch, such as NeoTargetArch.ARM64', 'name', '_isArch'),
  accelerator: optional(having('a NeoTargetAccelerator, such as NeoTargetAccelerator.MALI', 'name', '_isAccelerator')),
});

/** Returns the device that was probably meant. Common mistakes are other separators, capital letters, and the name of an instance type. */
function spelledAsInApi(name: string): string | undefined {
  if (typeof name !== 'string' || Object.hasOwn(DEVICES, name) || Token.isUnresolved(name)) return undefined;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const family = plain(name.replace(/\.\d*[a-z]+$/i, ''));
  return Object.keys(DEVICES).find(device => [plain(name), family, `ml${family}`].includes(plain(device)));
}

/** Fails if a name is a known one in another spelling, such as `linux` for `LINUX`. */
function requirePart(name: string, prop: string, known: readonly string[]): string {
  const plain = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '');
  const spelled = typeof name !== 'string' || Token.isUnresolved(name) ? undefined : known.find(other => plain(other) === plain(name));
  if (spelled !== undefined && spelled !== name) {
    throw new NeoValidationError(`${prop} must be spelled as in the API: use '${spelled}'; got: ${formatValue(name)}`);
  }
  return requireName(name, prop);
}

/** Returns a name if it is a word or a token. */
export function requireName(name: string, prop: string): string {
  if (Token.isUnresolved(name)) {
    requireType(undefined, prop, name, STRING);
    return Token.asString(name);
  }
  if (typeof name !== 'string' || !/^[A-Za-z0-9_]+$/.test(name)) {
    throw new NeoValidationError(`${prop} must be a word, spelled as in the API; got: ${formatValue(name)}`);
  }
  return name;
}
