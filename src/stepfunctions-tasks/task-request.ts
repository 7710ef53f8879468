import { Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { NeoCompilationTaskOptions } from './compilation-task-options';
import { executionTag, failOnOtherLanguage, isRuntimeValue, jsonataIn, jsonataString } from './jsonata';
import { compilationRequest } from '../compilation/compilation-request';
import { compilationSettings } from '../compilation/compilation-settings';
import { MAX_TAGS, REQUEST_TYPES, requireJobName, validateCommonProps, validateCompilation } from '../compilation/compilation-validation';
import { grantExecutionRole } from '../compilation/execution-role';
import { NeoValidationError, shown } from '../util/errors';
import { optional, requireTypes, TEXT, type PropTypes } from '../util/prop-types';

export const TASK_TYPES: PropTypes<NeoCompilationTaskOptions> = {
  ...REQUEST_TYPES, compilationJobName: TEXT, compilationJobNamePattern: optional(TEXT),
};

/**
 * The input of CreateCompilationJob for a state: validated, and with all that the job needs granted to its role.
 */
export function taskRequest(scope: Construct, props: NeoCompilationTaskOptions, language: sfn.QueryLanguage) {
  // Open, as the props of every task in Step Functions are there as well.
  requireTypes(scope, props, TASK_TYPES, 'props', true);
  const name = props.compilationJobName;
  if (!isRuntimeValue(scope, name)) { requireJobName(scope, 'compilationJobName', name); }
  validateNamePattern(scope, props.compilationJobNamePattern);
  validateCommonProps(scope, props, MAX_TAGS.execution);
  const settings = compilationSettings(scope, props);
  const model = props.model.bind(scope, { role: settings.role, privateVpc: settings.privateVpc });
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
  return {
    CompilationJobName: name,
    ...request,
  };
}

/** It becomes a part of an ARN in a policy. */
function validateNamePattern(scope: Construct, pattern: string | undefined) {
  if (pattern !== undefined && !Token.isUnresolved(pattern) && !/^[a-zA-Z0-9*?-]{1,63}$/.test(pattern)) {
    throw new NeoValidationError(`compilationJobNamePattern must be 1 to 63 letters, digits, hyphens, * and ?; got: ${shown(pattern)}`, scope);
  }
}

/** A folder of the job's own. */
function jobOutputUri(scope: Construct, folder: string, name: string): string {
  if (sfn.JsonPath.isEncodedJsonPath(name)) { return sfn.JsonPath.format('{}/{}', folder, name); }
  const expression = jsonataIn(scope, name);
  return expression === undefined ? `${folder}/${name}` : `{% ${jsonataString(`${folder}/`)} & (${expression}) %}`;
}

/** The tag that names the execution. JSONPath cannot replace what a tag may not hold: an execution then must have a name of letters, digits, and `_.=+-@`. */
export function executionTagOf(language: sfn.QueryLanguage): { [valueOrPath: string]: string } {
  return language === sfn.QueryLanguage.JSONATA ? { Value: `{% ${executionTag('$states.context.Execution.Id')} %}` } : { 'Value.$': '$$.Execution.Id' };
}

/** The names of the jobs that a task may touch. */
export function jobNamePattern(scope: Construct, props: Pick<NeoCompilationTaskOptions, 'compilationJobName' | 'compilationJobNamePattern'>): string {
  return props.compilationJobNamePattern
    // A name that only the execution knows: IAM cannot be told more than that it is a compilation job.
    ?? (isRuntimeValue(scope, props.compilationJobName) ? '*' : props.compilationJobName);
}
