import type { TemplateResource } from './templates';

/** Short name for people: the construct path without its stack and without CDK's `Resource` and `Default`. */
export function nameOf({ constructPath, logicalId }: TemplateResource): string {
  const [, ...parts] = constructPath.split('/');
  return parts.filter(part => part !== 'Resource' && part !== 'Default').join('/') || logicalId;
}

/** `1 job`, `2 jobs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
