import { Token } from 'aws-cdk-lib';
import { FRAMEWORKS } from './compatibility';
import { requireName } from './target';
import { NeoValidationError, formatValue } from '../util/errors';

/**
 * The machine-learning framework that a model was saved with, and its version.
 *
 * The constants are the versions that AWS documents; docs/targets.md shows which of them compile for which target. The version must not be older than
 * the one that saved the model. A file that a newer PyTorch saved is among the most common reasons for a failed job, and it cannot be seen in the
 * template.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-supported-cloud.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/neo-supported-devices-edge-frameworks.html
 *
 * @example
 * const documented = NeoFramework.PYTORCH_1_13;
 * const newer = NeoFramework.pytorch('2.1'); // a version that this class does not know yet
 */
export class NeoFramework {
  /** DarkNet; edge targets only. AWS does not support Yolo models. */
  public static readonly DARKNET = NeoFramework.of('DARKNET');
  /** Keras; shapes in NCHW although the artifact is NHWC. */
  public static readonly KERAS = NeoFramework.of('KERAS');
  /** MXNet 1.5; Inferentia 1. */
  public static readonly MXNET_1_5 = NeoFramework.mxnet('1.5');
  /** MXNet 1.8; Inferentia 1 and edge. */
  public static readonly MXNET_1_8 = NeoFramework.mxnet('1.8');
  /** MXNet 1.8.0, the spelling in AWS's table of cloud targets. */
  public static readonly MXNET_1_8_0 = NeoFramework.mxnet('1.8.0');
  /** ONNX; models up to 1.7.0. */
  public static readonly ONNX = NeoFramework.of('ONNX');
  /** PyTorch 1.4; cloud. */
  public static readonly PYTORCH_1_4 = NeoFramework.pytorch('1.4');
  /** PyTorch 1.5; cloud. */
  public static readonly PYTORCH_1_5 = NeoFramework.pytorch('1.5');
  /** PyTorch 1.6; cloud. */
  public static readonly PYTORCH_1_6 = NeoFramework.pytorch('1.6');
  /** PyTorch 1.7; cloud, Inferentia 1, edge. */
  public static readonly PYTORCH_1_7 = NeoFramework.pytorch('1.7');
  /** PyTorch 1.8; cloud, Inferentia 1, edge. */
  public static readonly PYTORCH_1_8 = NeoFramework.pytorch('1.8');
  /** PyTorch 1.9; Inferentia 1. */
  public static readonly PYTORCH_1_9 = NeoFramework.pytorch('1.9');
  /** PyTorch 1.12; cloud. */
  public static readonly PYTORCH_1_12 = NeoFramework.pytorch('1.12');
  /** PyTorch 1.13; cloud. */
  public static readonly PYTORCH_1_13 = NeoFramework.pytorch('1.13');
  /** PyTorch 2.0; cloud, where Neo reads the input shapes from the model itself. */
  public static readonly PYTORCH_2_0 = NeoFramework.pytorch('2.0');
  /** scikit-learn; part of the API, but not documented in AWS's guide. */
  public static readonly SKLEARN = NeoFramework.of('SKLEARN');
  /** TensorFlow 1.15; Inferentia 1 and edge. */
  public static readonly TENSORFLOW_1_15 = NeoFramework.tensorflow('1.15');
  /** TensorFlow 1.15.3, the spelling in AWS's table of cloud targets. */
  public static readonly TENSORFLOW_1_15_3 = NeoFramework.tensorflow('1.15.3');
  /** TensorFlow 2.4; edge. */
  public static readonly TENSORFLOW_2_4 = NeoFramework.tensorflow('2.4');
  /** TensorFlow 2.5; Inferentia 1. */
  public static readonly TENSORFLOW_2_5 = NeoFramework.tensorflow('2.5');
  /** TensorFlow 2.9; cloud. */
  public static readonly TENSORFLOW_2_9 = NeoFramework.tensorflow('2.9');
  /** TensorFlow Lite 1.15; edge. */
  public static readonly TFLITE_1_15 = NeoFramework.tflite('1.15');
  /** XGBoost; models up to 1.3.3, no input shape. */
  public static readonly XGBOOST = NeoFramework.of('XGBOOST');

  /**
   * Returns MXNet in a version.
   *
   * @param version 3 to 10 characters such as `1.8`; if it is omitted, Neo chooses the version
   */
  public static mxnet(version?: string): NeoFramework {
    return NeoFramework.of('MXNET', version);
  }

  /**
   * Returns PyTorch in a version.
   *
   * @param version 3 to 10 characters such as `1.13`; if it is omitted, Neo chooses the version
   */
  public static pytorch(version?: string): NeoFramework {
    return NeoFramework.of('PYTORCH', version);
  }

  /**
   * Returns TensorFlow in a version.
   *
   * @param version 3 to 10 characters such as `2.9`; if it is omitted, Neo chooses the version
   */
  public static tensorflow(version?: string): NeoFramework {
    return NeoFramework.of('TENSORFLOW', version);
  }

  /**
   * Returns TensorFlow Lite in a version. It is for edge targets only.
   *
   * @param version 3 to 10 characters such as `1.15`; if it is omitted, Neo chooses the version
   */
  public static tflite(version?: string): NeoFramework {
    return NeoFramework.of('TFLITE', version);
  }

  /**
   * Returns a framework by its name in the API, for frameworks that this class does not know yet.
   *
   * @param name name such as `PYTORCH`
   * @param version 3 to 10 characters: a digit, a dot, then letters, digits and dots, such as `1.13`
   */
  public static of(name: string, version?: string): NeoFramework {
    validateVersion(version);
    return new NeoFramework(validatedName(name), version);
  }

  private constructor(
    /** Name as the API spells it. */
    public readonly name: string,
    /**
     * Version as the API spells it. It is undefined if Neo chooses the version.
     * @default - Neo chooses the version
     */
    public readonly version?: string) {}

  /**
   * Returns name and version, for messages.
   */
  public toString(): string {
    return this.version === undefined ? this.name : `${this.name} ${this.version}`;
  }
}

function validatedName(given: string): string {
  const name = requireName(given, 'name of the framework');
  const spelled = name.toUpperCase();
  if (spelled !== name && Object.keys(FRAMEWORKS).includes(spelled)) {
    throw new NeoValidationError(`name of the framework is spelled in capitals by the API: use '${spelled}'; got: ${formatValue(name)}`);
  }
  return name;
}

function validateVersion(version?: string): void {
  if (version === undefined || version === null || Token.isUnresolved(version)) return;
  if (typeof version !== 'string' || version.length < 3 || version.length > 10 || !/^[0-9]\.[A-Za-z0-9.]+$/.test(version)) {
    throw new NeoValidationError("version of the framework must have 3 to 10 characters: a digit, a dot, then letters, digits and dots, such as '1.13'; "
      + `got: ${formatValue(version)}`);
  }
}
