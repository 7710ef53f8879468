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
 * A resolved value, with its references as in Fn::Sub.
 */
export function readableValue(value: any): any {
  if (Array.isArray(value)) { return value.map(readableValue); }
  if (typeof value !== 'object' || value === null) { return value; }
  const [[key, argument] = ['', undefined], ...more] = Object.entries<any>(value);
  if (more.length === 0) {
    if (key === 'Ref') { return `\${${argument}}`; }
    if (key === 'Fn::GetAtt') { return `\${${[argument].flat().join('.')}}`; }
    if (key === 'Fn::Join' && Array.isArray(argument[1])) { return argument[1].map(readableValue).join(argument[0]); }
  }
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, readableValue(child)]));
}
