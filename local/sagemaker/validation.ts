import { INPUT_SCHEMAS, NeoOperation } from './api';
import { Constraint, CONSTRAINTS } from './constraints';
import { validationException } from './errors';
import { checkRequestRules } from './request-rules';
import { Schema, shapeOf } from './schema';

/**
 * Checks an input as the service does, before any effect: lists every violated constraint in AWS's wording, then checks
 * the rules between members.
 *
 * @throws AwsError ValidationException
 */
export function validateInput(operation: NeoOperation, input: object): void {
  const findings: string[] = [];
  check(input, INPUT_SCHEMAS[operation], undefined, '', findings);
  if (findings.length > 0) {
    throw validationException(`${findings.length} validation error${findings.length > 1 ? 's' : ''} detected: ${findings.join('; ')}`);
  }
  if (operation === 'CreateCompilationJob') {
    checkRequestRules(input as any);
  }
}

function check(value: any, schema: Schema, constraint: Constraint | undefined, path: string, findings: string[]): void {
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case 'structure':
      for (const member of shape.members) {
        const inner = value[member.name];
        const innerPath = [path, lowerFirst(member.name)].filter(Boolean).join('.');
        if (inner === undefined || inner === null) {
          if (member.required) {
            findings.push(finding(null, innerPath, 'Member must not be null'));
          }
          continue;
        }
        check(inner, member.schema, CONSTRAINTS[`${shape.name}.${member.name}`], innerPath, findings);
      }
      return;
    case 'list':
      bounds(value.length, 'have length', value, path, constraint, findings);
      value.forEach((item: any, i: number) => check(item, shape.member, constraint?.items, `${path}.${i + 1}.member`, findings));
      return;
    case 'string':
      bounds([...value].length, 'have length', value, path, constraint, findings);
      if (constraint?.pattern !== undefined && !anchored(constraint.pattern).test(value)) {
        findings.push(finding(value, path, `Member must satisfy regular expression pattern: ^${constraint.pattern}$`));
      }
      if (constraint?.enum && !constraint.enum.includes(value)) {
        findings.push(finding(value, path, `Member must satisfy enum value set: [${constraint.enum.join(', ')}]`));
      }
      return;
    case 'number':
      bounds(value, 'have value', value, path, constraint, findings);
      return;
  }
}

function bounds(size: number, what: string, value: any, path: string, constraint: Constraint | undefined, findings: string[]): void {
  if (constraint?.min !== undefined && size < constraint.min) {
    findings.push(finding(value, path, `Member must ${what} greater than or equal to ${constraint.min}`));
  }
  if (constraint?.max !== undefined && size > constraint.max) {
    findings.push(finding(value, path, `Member must ${what} less than or equal to ${constraint.max}`));
  }
}

function finding(value: any, path: string, rule: string): string {
  const shown = value === null ? 'null' : `'${Array.isArray(value) ? `[${value.map(show).join(', ')}]` : value}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${rule}`;
}

const show = (item: any) => typeof item === 'object' ? JSON.stringify(item) : String(item);

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const patterns = new Map<string, RegExp>();

function anchored(pattern: string): RegExp {
  let regExp = patterns.get(pattern);
  if (!regExp) {
    patterns.set(pattern, regExp = new RegExp(`^(?:${pattern})$`, 'u'));
  }
  return regExp;
}
