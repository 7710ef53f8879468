import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Policy statements as JSON for a person to copy: references as `${LogicalId}`, as in Fn::Sub.
 */
export function readable(scope: IConstruct, ...statements: iam.PolicyStatement[]): string {
  const resolved = Stack.of(scope).resolve(statements.map(statement => statement.toStatementJson()));
  return JSON.stringify(readableValue(resolved.length === 1 ? resolved[0] : resolved));
}

/**
 * A resolved value, with its references as in Fn::Sub. What a text cannot show otherwise is in it as JSON.
 */
export function readableValue(value: any): any {
  if (Array.isArray(value)) { return value.map(readableValue); }
  if (typeof value !== 'object' || value === null) { return value; }
  const [[key, argument] = ['', undefined], ...more] = Object.entries<any>(value);
  if (more.length === 0) {
    if (key === 'Ref') { return `\${${argument}}`; }
    if (key === 'Fn::GetAtt') { return `\${${[argument].flat().map(readableText).join('.')}}`; }
    if (key === 'Fn::ImportValue') { return `\${${readableText(argument)}}`; }
    if (key === 'Fn::Join' && Array.isArray(argument?.[1])) { return argument[1].map(readableText).join(argument[0]); }
    if (key === 'Fn::Sub') { return substituted(argument); }
  }
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, readableValue(child)]));
}

function readableText(value: unknown): string {
  const text = readableValue(value);
  return typeof text === 'object' ? JSON.stringify(text) : String(text);
}

/** Variables of a substitution that has a map of its own, by their values; all others are references already. */
function substituted(argument: unknown): string {
  const [template, variables = {}] = [argument].flat() as [string, Record<string, unknown>?];
  return template.replace(/\$\{([^!}][^}]*)\}/g, (reference, name) => name in variables ? readableText(variables[name]) : reference);
}
