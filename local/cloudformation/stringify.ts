import { TemplateValue } from './template';

/**
 * The properties of a custom resource as CloudFormation sends them: it knows no numbers and booleans, so that each becomes
 * a string, however deep.
 */
export function stringified(value: TemplateValue): TemplateValue {
  if (Array.isArray(value)) { return value.map(stringified); }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, stringified(member)]));
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
