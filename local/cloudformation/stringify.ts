import { TemplateValue } from './template';

/**
 * Converts the properties of a custom resource as CloudFormation does: numbers and booleans become strings, at any depth.
 */
export function stringified(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) { return value.map(stringified); }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, stringified(member)]));
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
