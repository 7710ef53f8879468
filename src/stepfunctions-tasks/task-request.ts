import { Lazy, Token, type TagManager } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { EXECUTION_TAG, executionTag, failOnOtherLanguage, isRuntimeValue, jsonataIn, jsonataString } from './execution-model';
import { compilationRequest } from '../compilation/compilation-request';
import type { NeoCommonCompilationProps } from '../compilation/compilation-settings';
import { compilationSettings } from '../compilation/compilation-settings';
import { bindModel, MAX_TAGS, REQUEST_TYPES, requireJobName, validateCommonProps, validateCompilation } from '../compilation/compilation-validation';
import { grantExecutionRole } from '../compilation/permissions';
import type { NeoModel } from '../model/model';
import type { NeoCompilerOptions } from '../target/compiler-options';
import type { NeoTarget } from '../target/target';
import { formatValue, NeoValidationError } from '../util/errors';
import { optional, STRING } from '../util/prop-types';
import type { PropTypes } from '../util/prop-types';

/**
 * Options of a compilation job that a state machine starts.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateCompilationJob.html
 */
export interface NeoCompilationTaskOptions extends NeoCommonCompilationProps {
  /**
   * Name of the job: 1 to 63 letters, digits and hyphens, unique in the account and Region, also among jobs that have ended. It usually comes
   * from the state's input: `sfn.JsonPath.stringAt('$.name')` in JSONPath, `{% $states.input.name %}` in JSONata.
   */
  readonly compilationJobName: string;

  /**
   * Pattern for the values that `compilationJobName` can have at run time, with the wildcards `*` and `?`. The state machine may use only jobs with
   * these names.
   *
   * @default - the name itself if it is known at synthesis, otherwise `*`
   */
  readonly compilationJobNamePattern?: string;

  /**
   * The model to compile; use `NeoExecutionModel` for a model in the state's input.
   */
  readonly model: NeoModel;

  /**
   * The device or platform to compile for. Its name can be a value of the execution (`sfn.JsonPath.stringAt`, `NeoExpression.jsonata`).
   */
  readonly target: NeoTarget;

  /**
   * Options for the compiler. Which options a target accepts depends on its kind.
   *
   * @default - none
   */
  readonly compilerOptions?: NeoCompilerOptions;

  /**
   * Tags of the job, at most 48 together with those that `Tags.of` adds. An additional tag, `cdk-sagemaker-neo:execution`, names the execution that
   * started the job.
   *
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}

export const TASK_TYPES: PropTypes<NeoCompilationTaskOptions> = {
  ...REQUEST_TYPES, compilationJobName: STRING, compilationJobNamePattern: optional(STRING),
};

/**
 * Validates the props of a task, whose types must have been checked, and grants the job's role the permissions that the job needs.
 *
 * @returns the input of CreateCompilationJob for a state, and the job's role
 */
export function taskRequest(scope: Construct, props: NeoCompilationTaskOptions, language: sfn.QueryLanguage) {
  const name = props.compilationJobName;
  if (!isRuntimeValue(scope, name)) { requireJobName(scope, 'compilationJobName', name); }
  validateNamePattern(scope, props.compilationJobNamePattern);
  validateCommonProps(scope, props, MAX_TAGS.execution);
  const settings = compilationSettings(scope, props);
  const model = bindModel(scope, props.model, { role: settings.role, privateVpc: settings.privateVpc });
  const { target, compilerOptions } = props;
  validateCompilation(scope, { ...model, target, compilerOptions });
  grantExecutionRole(scope, settings);

  const request = compilationRequest(scope, settings, { model, target, compilerOptions }, jobOutputUri(scope, settings.outputUri, name));
  const { CompilerOptions, TargetDevice, TargetPlatform } = request.OutputConfig;
  failOnOtherLanguage(scope, language, {
    compilationJobName: name,
    model: request.InputConfig ?? request.ModelPackageVersionArn,
    target: TargetDevice ?? TargetPlatform,
    compilerOptions: CompilerOptions,
  });
  return { request: { CompilationJobName: name, ...request }, role: settings.role };
}

/** Fails unless the pattern can be part of an ARN in a policy. */
function validateNamePattern(scope: Construct, pattern: string | undefined) {
  if (pattern !== undefined && !Token.isUnresolved(pattern) && !/^[a-zA-Z0-9*?-]{1,63}$/.test(pattern)) {
    throw new NeoValidationError(`compilationJobNamePattern must be 1 to 63 letters, digits, hyphens, * and ?; got: ${formatValue(pattern)}`, scope);
  }
}

/** Returns the S3 URI of the job's own folder. */
function jobOutputUri(scope: Construct, folder: string, name: string): string {
  if (sfn.JsonPath.isEncodedJsonPath(name)) { return sfn.JsonPath.format('{}/{}', folder, name); }
  const expression = jsonataIn(scope, name);
  return expression === undefined ? `${folder}/${name}` : `{% ${jsonataString(`${folder}/`)} & (${expression}) %}`;
}

/**
 * Returns the value of the tag that names the execution. JSONPath cannot replace characters that tags do not allow, so the name of an execution must
 * have only letters, digits, and `_.=+-@`.
 */
export function executionTagOf(language: sfn.QueryLanguage): { [valueOrPath: string]: string } {
  return language === sfn.QueryLanguage.JSONATA ? { Value: `{% ${executionTag('$states.context.Execution.Id')} %}` } : { 'Value.$': '$$.Execution.Id' };
}

/** Returns the pattern for the names of the jobs that a task may use. */
export function jobNamePattern(scope: Construct, props: Pick<NeoCompilationTaskOptions, 'compilationJobName' | 'compilationJobNamePattern'>): string {
  return props.compilationJobNamePattern
    // The name is known only at run time, so the policy must allow all compilation jobs.
    ?? (isRuntimeValue(scope, props.compilationJobName) ? '*' : props.compilationJobName);
}

/**
 * Returns `Tags` of CreateCompilationJob. They are rendered at synthesis, because an aspect may add tags until then.
 *
 * @param execution the value of the tag that names the execution, as a member of the state's JSON
 */
export function renderJobTags(manager: TagManager, execution: { [valueOrPath: string]: string }): any {
  return Lazy.any({
    produce: () => [
      ...(manager.renderTags() ?? []).map(({ key, value }: { key: string; value: string }) => ({ Key: key, Value: value })),
      { Key: EXECUTION_TAG, ...execution },
    ],
  });
}
