import { Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { NeoCompilationTaskOptions } from './create-compilation-job-props';
import { EXECUTION_TAG, executionTag } from './execution-tag';
import { failOnOtherLanguage, isRuntimeValue, jsonataIn, jsonataText } from './expression';
import { compilationRequest } from '../compilation/compilation-request';
import { MAX_RUNTIME_IN_SECONDS, MAX_TAGS, outputUri, requireRole } from '../compilation/job-settings';
import { outputEncryptionKey } from '../compilation/output-encryption-key';
import { REQUEST_TYPES, requireJobName, validateCompilation, validateSettings } from '../compilation-job/compilation-job-validation';
import { NeoValidationError, shown } from '../util/errors';
import { optional, requireTypes, TEXT, type PropTypes } from '../util/prop-types';

export const TASK_TYPES: PropTypes<NeoCompilationTaskOptions> = {
  ...REQUEST_TYPES, compilationJobName: TEXT, compilationJobNamePattern: optional(TEXT),
};

/**
 * The input of CreateCompilationJob for a state: validated, and with all that the job needs granted to its role.
 */
export function taskRequest(scope: Construct, props: NeoCompilationTaskOptions, language: sfn.QueryLanguage) {
  requireTypes(scope, props, TASK_TYPES);
  const name = props.compilationJobName;
  if (!isRuntimeValue(scope, name)) { requireJobName(scope, 'compilationJobName', name); }
  validateNamePattern(scope, props.compilationJobNamePattern);
  // Nobody in the deployment waits, and a task's own timeout is not that of a deployment.
  validateSettings(scope, { ...props, timeout: undefined, waitForCompletion: false }, MAX_TAGS);
  const role = requireRole(scope, props);
  const { privateVpc } = props.vpcConfig;
  const model = props.model.bind(scope, { role, privateVpc });
  validateCompilation(scope, { ...model, target: props.target, compilerOptions: props.compilerOptions });

  const request = compilationRequest(scope, {
    ...props, model, role, outputUri: jobOutputUri(scope, props), outputEncryptionKey: outputEncryptionKey(props),
  });
  const { CompilerOptions: compilerOptions, TargetDevice, TargetPlatform } = request.OutputConfig!;
  failOnOtherLanguage(scope, language, {
    compilationJobName: name, model: request.InputConfig ?? request.ModelPackageVersionArn, target: TargetDevice ?? TargetPlatform, compilerOptions,
  });
  return {
    CompilationJobName: name,
    ...request,
    StoppingCondition: {
      MaxRuntimeInSeconds: props.maxRuntime?.toSeconds() ?? MAX_RUNTIME_IN_SECONDS,
      MaxPendingTimeInSeconds: props.maxPendingTime?.toSeconds(),
    },
    Tags: [
      ...Object.entries(props.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
      { Key: EXECUTION_TAG, Value: executionArn(language) },
    ],
  };
}

/** It becomes a part of an ARN in a policy. */
function validateNamePattern(scope: Construct, pattern: string | undefined) {
  if (pattern !== undefined && !Token.isUnresolved(pattern) && !/^[a-zA-Z0-9*?-]{1,63}$/.test(pattern)) {
    throw new NeoValidationError(`compilationJobNamePattern must be 1 to 63 letters, digits, hyphens, * and ?; got: ${shown(pattern)}`, scope);
  }
}

/** A folder of the job's own. */
function jobOutputUri(scope: Construct, props: NeoCompilationTaskOptions): string {
  const folder = outputUri(props);
  const name = props.compilationJobName;
  if (sfn.JsonPath.isEncodedJsonPath(name)) { return sfn.JsonPath.format('{}/{}', folder, name); }
  const expression = jsonataIn(scope, name);
  return expression === undefined ? `${folder}/${name}` : `{% ${jsonataText(`${folder}/`)} & (${expression}) %}`;
}

/** JSONPath cannot replace what a tag may not hold: an execution then must have a name of letters, digits, and `_.=+-@`. */
function executionArn(language: sfn.QueryLanguage): string {
  return language === sfn.QueryLanguage.JSONATA ? `{% ${executionTag('$states.context.Execution.Id')} %}` : sfn.JsonPath.stringAt('$$.Execution.Id');
}
