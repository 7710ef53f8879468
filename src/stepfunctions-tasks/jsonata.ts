import { Stack, Token } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { formatValue, NeoValidationError } from '../util/errors';

/** Tag that says which execution of a state machine started a job: its ARN, as far as a tag can hold it. */
export const EXECUTION_TAG = 'cdk-sagemaker-neo:execution';

/** JSONata: an ARN as a tag can hold it. Names of executions may have characters that tags may not. */
export function executionTag(arn: string): string {
  return `$replace(${arn}, /[^A-Za-z0-9_.:\\/=+@-]/, '-')`;
}

/** The JSONata in a text that is a single expression, without its enclosure. */
export function jsonataIn(scope: IConstruct, text: string): string | undefined {
  const resolved = sfn.JsonPath.isEncodedJsonPath(text) ? undefined : Stack.of(scope).resolve(text);
  return typeof resolved === 'string' ? /^\{%(.*)%\}$/s.exec(resolved)?.[1].trim() : undefined;
}

/** Whether a text is only known when the state machine runs. */
export function isRuntimeValue(scope: IConstruct, text: string): boolean {
  return sfn.JsonPath.isEncodedJsonPath(text) || jsonataIn(scope, text) !== undefined;
}

/** A text without control characters as a literal in JSONata, which knows no escape for a single quote; unresolved parts are left to CloudFormation. */
export function jsonataString(text: string): string {
  return /['\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `'${text}'`;
}

/** Step Functions would evaluate it, in every place of a state in JSONata where a text may stand. */
export function failOnJsonata(prop: string, text: string): void {
  if (!Token.isUnresolved(text) && /^\{%.*%\}$/s.test(text)) {
    throw new NeoValidationError(`${prop} must not be enclosed in {% %}, which Step Functions would evaluate; got: ${formatValue(text)}`);
  }
}

/** Fails when a text in a request is in the other query language, in which a state would take it for a plain text. */
export function failOnOtherLanguage(scope: IConstruct, language: sfn.QueryLanguage, request: unknown, path = ''): void {
  if (typeof request === 'string') {
    const other = language === sfn.QueryLanguage.JSONATA ? sfn.JsonPath.isEncodedJsonPath(request) : jsonataIn(scope, request) !== undefined;
    if (other) {
      const [right, wrong] = language === sfn.QueryLanguage.JSONATA ? ['JSONata, enclosed in {% %}', 'JSONPath'] : ['JSONPath (sfn.JsonPath.stringAt)', 'JSONata'];
      throw new NeoValidationError(`${path} must be ${right}, as the state is, where only the execution knows it; got: ${wrong}`, scope);
    }
  } else if (Array.isArray(request)) {
    request.forEach((item, index) => failOnOtherLanguage(scope, language, item, `${path}[${index}]`));
  } else if (typeof request === 'object' && request !== null && !Token.isUnresolved(request)) {
    Object.entries(request).forEach(([name, item]) => failOnOtherLanguage(scope, language, item, path ? `${path}.${name}` : name));
  }
}

/** JSONata without line ends, of which Step Functions' definitions and their validators are no friends. */
export function oneLine(jsonata: string): string {
  return jsonata.replace(/\s*\n\s*/g, ' ');
}
