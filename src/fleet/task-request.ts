import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { NeoCompilationTaskOptions } from './create-compilation-job-props';
import { EXECUTION_TAG, executionTag } from './execution-tag';
import { isRuntimeValue, jsonataIn, jsonataText } from './expression';
import { MAX_RUNTIME_IN_SECONDS, outputUri, requireRole } from './job-settings';
import { validateCompilation, validateJobProps } from '../compilation-job/compilation-job-validation';
import { compilationRequest } from '../compilation-job/compilation-request';
import { outputEncryptionKey } from '../compilation-job/output-encryption-key';

/**
 * The input of CreateCompilationJob for a state: validated, and with all that the job needs granted to its role.
 */
export function taskRequest(scope: Construct, props: NeoCompilationTaskOptions, language: sfn.QueryLanguage) {
  const name = props.compilationJobName;
  validateJobProps(scope, { ...props, compilationJobName: isRuntimeValue(scope, name) ? undefined : name, waitForCompletion: false });
  const role = requireRole(scope, props);
  const { privateVpc } = props.vpcConfig;
  const model = props.model.bind(scope, { role, privateVpc });
  validateCompilation(scope, { ...model, target: props.target, compilerOptions: props.compilerOptions });

  const request = compilationRequest(scope, {
    ...props, model, role, outputUri: jobOutputUri(scope, props), outputEncryptionKey: outputEncryptionKey(props),
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
