import { Token } from 'aws-cdk-lib';
import { NeoValidationError, shown } from '../util/errors';

/**
 * Operating system of a target platform.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TargetPlatform.html
 *
 * @example
 * NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTargetOs {
  /** Android; the API level is a compiler option. */
  public static readonly ANDROID = NeoTargetOs.of('ANDROID');
  /** Operating systems based on Linux. */
  public static readonly LINUX = NeoTargetOs.of('LINUX');

  /**
   * An operating system by the name that the API uses, for one that this class does not know yet.
   *
   * @param name for example `LINUX`
   */
  public static of(name: string): NeoTargetOs {
    return new NeoTargetOs(checkName(name, 'os'));
  }

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
 * NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
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
   * An architecture by the name that the API uses, for one that this class does not know yet.
   *
   * @param name for example `ARM64`
   */
  public static of(name: string): NeoTargetArch {
    return new NeoTargetArch(checkName(name, 'arch'));
  }

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
 * NeoTarget.platform({ os: NeoTargetOs.LINUX, arch: NeoTargetArch.ARM64, accelerator: NeoTargetAccelerator.MALI });
 */
export class NeoTargetAccelerator {
  /** Graphics of an Intel processor. */
  public static readonly INTEL_GRAPHICS = NeoTargetAccelerator.of('INTEL_GRAPHICS');
  /** ARM Mali graphics processor. */
  public static readonly MALI = NeoTargetAccelerator.of('MALI');
  /** Neural network accelerator; in the API, but not in AWS's table of platforms. */
  public static readonly NNA = NeoTargetAccelerator.of('NNA');
  /** NVIDIA graphics processor; needs `NeoCompilerOptions.nvidia(...)`. */
  public static readonly NVIDIA = NeoTargetAccelerator.of('NVIDIA');

  /**
   * An accelerator by the name that the API uses, for one that this class does not know yet.
   *
   * @param name for example `MALI`
   */
  public static of(name: string): NeoTargetAccelerator {
    return new NeoTargetAccelerator(checkName(name, 'accelerator'));
  }

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string) {}
}

/**
 * A platform to compile for (`TargetPlatform`). docs/targets.md shows which combinations Neo has.
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
 * Fails unless a text can be a name of the API.
 *
 * @internal
 */
export function checkName(name: string, prop: string): string {
  if (!Token.isUnresolved(name) && (typeof name !== 'string' || !/^[A-Za-z0-9_]+$/.test(name))) {
    throw new NeoValidationError(`${prop} must be a word as the API spells it; got: ${shown(name)}`);
  }
  return name;
}
