import { Lazy, Stack, Token } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct, IConstruct } from 'constructs';
import { NeoModel } from '../model/model';
import { permitModels } from '../model/model-options';
import type { NeoModelBindOptions, NeoModelConfig, NeoModelOptions } from '../model/model-options';
import { requireSameRegion } from '../util/environment';
import { NeoValidationError, formatValue } from '../util/errors';
import { asExpression } from '../util/execution-values';
import { optional, requireType, requireTypes, STRING, type PropTypes } from '../util/prop-types';
import { BUCKET, FRAMEWORK, requireGeneralPurposeUri, SHAPE } from '../util/resource-types';

/**
 * Creates values that are only known when a state machine runs, for props whose type is `string`.
 *
 * In a state in JSONPath, use `sfn.JsonPath.stringAt(...)` instead. Jobs of a deployment, fleets and hosted models take neither, because no state
 * evaluates their props.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 *
 * @example
 * NeoTarget.device(NeoExpression.jsonata('$states.input.device'));
 */
export class NeoExpression {
  /**
   * Returns a JSONata expression for tasks that are created with `jsonata(...)`, for example as the name of a target or framework. Its result is not
   * checked at synthesis.
   *
   * @param expression JSONata without the enclosing `{% %}`, such as `$states.input.device`
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
   */
  public static jsonata(expression: string): string {
    if (typeof expression !== 'string' || expression.trim() === '' || expression.includes('{%')) {
      throw new NeoValidationError(`expression must be JSONata without the enclosing {% %}, such as "$states.input.device"; got: ${formatValue(expression)}`);
    }
    return asExpression(Lazy.string({ produce: () => `{% ${expression} %}` }));
  }

  private constructor() {}
}

/**
 * Options of a model that the input of an execution names.
 */
export interface NeoExecutionModelOptions extends NeoModelOptions {
  /**
   * Bucket of the archive. The job's role may read the objects that match `objectKeyPattern`.
   */
  readonly bucket: s3.IBucket;

  /**
   * Pattern for the keys of the objects that the S3 URI may name, with the wildcards `*` and `?`.
   *
   * @default '*'
   */
  readonly objectKeyPattern?: string;
}

const TYPES: PropTypes<NeoExecutionModelOptions> = {
  bucket: BUCKET, objectKeyPattern: optional(STRING), framework: FRAMEWORK, dataInputShape: optional(SHAPE),
};

/**
 * A model that is only known when a state machine runs, for `NeoCreateCompilationJob` and `NeoRunCompilationJob`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 *
 * @example
 * declare const bucket: s3.Bucket;
 * NeoExecutionModel.fromS3Uri(sfn.JsonPath.stringAt('$.s3Uri'), {
 *   bucket,
 *   objectKeyPattern: 'models/*',
 *   framework: NeoFramework.PYTORCH_1_13,
 *   dataInputShape: NeoDataInputShape.of('input0', 1, 3, 224, 224),
 * });
 */
export class NeoExecutionModel extends NeoModel {
  /**
   * Uses an archive whose S3 URI is in the state's input.
   *
   * @param s3Uri `sfn.JsonPath.stringAt('$.s3Uri')` in a state in JSONPath, `{% $states.input.s3Uri %}` in a state in JSONata
   * @param options bucket, framework and shapes; their strings may also be known only at run time
   */
  public static fromS3Uri(s3Uri: string, options: NeoExecutionModelOptions): NeoExecutionModel {
    requireType(undefined, 's3Uri', s3Uri, STRING);
    if (!Token.isUnresolved(s3Uri) && !/^(s3:\/\/.+\.tar\.gz|\{%.*%\})$/s.test(s3Uri)) {
      throw new NeoValidationError(`s3Uri must be a JSONPath, JSONata in {% %}, or s3://bucket/key.tar.gz; got: ${formatValue(s3Uri)}`);
    }
    requireGeneralPurposeUri(undefined, s3Uri);
    requireTypes(undefined, options, TYPES, 'options');
    return new NeoExecutionModel(s3Uri, options);
  }

  /** @internal Recognizes the class, also that of another copy of this library. */
  public readonly _isExecutionModel = true;

  private constructor(private readonly s3Uri: string, private readonly options: NeoExecutionModelOptions) {
    super();
  }

  /**
   * Grants the task's jobs access to the models, and returns their location. Tasks call this method.
   *
   * @param scope the task
   * @param options the jobs' role and network
   */
  public bind(scope: Construct, options: NeoModelBindOptions): NeoModelConfig {
    const { bucket, objectKeyPattern = '*', framework, dataInputShape } = this.options;
    requireSameRegion(scope, 'bucket', bucket);
    permitModels(bucket, objectKeyPattern, options);
    return { s3Uri: this.s3Uri, framework, dataInputShape };
  }
}

/** Key of the tag with the ARN of the execution that started a job. Characters that tags do not allow are replaced. */
export const EXECUTION_TAG = 'cdk-sagemaker-neo:execution';

/** Returns JSONata that converts an ARN to the value of a tag. Names of executions may contain characters that tags do not allow. */
export function executionTag(arn: string): string {
  return `$replace(${arn}, /[^A-Za-z0-9_.:\\/=+@-]/, '-')`;
}

/** Returns the JSONata in a string that is a single expression, without its delimiters. */
export function jsonataIn(scope: IConstruct, text: string): string | undefined {
  const resolved = sfn.JsonPath.isEncodedJsonPath(text) ? undefined : Stack.of(scope).resolve(text);
  return typeof resolved === 'string' ? /^\{%(.*)%\}$/s.exec(resolved)?.[1].trim() : undefined;
}

/** Whether a string is known only when the state machine runs. */
export function isRuntimeValue(scope: IConstruct, text: string): boolean {
  return sfn.JsonPath.isEncodedJsonPath(text) || jsonataIn(scope, text) !== undefined;
}

/**
 * Returns a string without control characters as a JSONata literal. JSONata has no escape for a single quote. CloudFormation fills in unresolved
 * parts.
 */
export function jsonataString(text: string): string {
  return /['\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}

/** Fails if a string is JSONata, because Step Functions evaluates JSONata in every string of a state in JSONata. */
export function failOnJsonata(prop: string, text: string): void {
  if (!Token.isUnresolved(text) && /^\{%.*%\}$/s.test(text)) {
    throw new NeoValidationError(`${prop} must not be enclosed in {% %}, because Step Functions would evaluate it; got: ${formatValue(text)}`);
  }
}

/** Fails if a string in a request is in the other query language, because the state would treat it as a plain string. */
export function failOnOtherLanguage(scope: IConstruct, language: sfn.QueryLanguage, request: unknown, path = ''): void {
  if (typeof request === 'string') {
    const other = language === sfn.QueryLanguage.JSONATA ? sfn.JsonPath.isEncodedJsonPath(request) : jsonataIn(scope, request) !== undefined;
    if (other) {
      const [right, wrong] = language === sfn.QueryLanguage.JSONATA ? ['JSONata, enclosed in {% %}', 'JSONPath'] : ['JSONPath (sfn.JsonPath.stringAt)', 'JSONata'];
      throw new NeoValidationError(`${path} must be ${right}, like the rest of the state; got: ${wrong}`, scope);
    }
  } else if (Array.isArray(request)) {
    request.forEach((item, index) => failOnOtherLanguage(scope, language, item, `${path}[${index}]`));
  } else if (typeof request === 'object' && request !== null && !Token.isUnresolved(request)) {
    Object.entries(request).forEach(([name, item]) => failOnOtherLanguage(scope, language, item, path ? `${path}.${name}` : name));
  }
}

/** Removes line ends from JSONata, because validators of definitions do not accept them. */
export function oneLine(jsonata: string): string {
  return jsonata.replace(/\s*\n\s*/g, ' ');
}

/**
 * The maximum payload of a state, in bytes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_PAYLOAD = 256 * 1024;

/** JSONata for a function that returns the size of a value as JSON, in bytes of UTF-8. */
export const BYTES_IN_JSONATA = "function($value) { $length($replace($replace($string($value), /[\\x80-\\u07FF]/, 'xx'), /[^\\x00-\\x7F]/, 'xxx')) }";

/** Returns the size of a value as JSON, in bytes of UTF-8. */
export function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
