import type { TemplateResource } from '../template/template-set';

/**
 * Short name for people: the construct path without its stack and without CDK's `Resource` and `Default`; the logical ID, without
 * CDK's digest, where there is no path.
 */
export function nameOf({ constructPath, logicalId }: TemplateResource): string {
  const [, ...parts] = constructPath.split('/');
  const name = parts.filter(part => part !== 'Resource' && part !== 'Default').join('/');
  return name && name !== logicalId ? name : logicalId.replace(/(?<=.)[0-9A-F]{8}$/, '');
}

/** `1 job`, `2 jobs`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A name in which account and Region are only known at deployment, for people. */
export function readableName(canonical: string): string {
  return canonical.replace(/\$\{AWS\.AccountId\}/g, '<account>').replace(/\$\{(?:AWS\.Region|join [^}]*)\}/g, '<region>').replace(/\$\{[^}]*?([^#}]+)\}/g, '<$1>');
}
