/** What is around a value: the template it is in, as far as references go. */
export interface ResolutionScope {
  readonly name: string;
  readonly mappings: any;
  /** A parameter of the template: the value that a parent stack passes, or unknown; undefined when it is no parameter. */
  readonly parameter: (name: string) => Referenced | { readonly unknown: true } | undefined;
  readonly exported: (name: string) => Referenced | undefined;
  readonly attribute: (logicalId: string, attribute: string) => Referenced | undefined;
}

export interface Referenced {
  readonly value: any;
  readonly scope: ResolutionScope;
}

/** Beyond this many combinations of choices, a value counts as unknown. */
const MOST_VALUES = 64;

/**
 * All that a value of a template may become, as strings.
 *
 * Literals are themselves; a reference is `${<template>#<logical ID>}` or `${<template>#<logical ID>.<attribute>}`, a pseudo parameter
 * `${AWS.Region}`, without colons so that ARNs can be split; `${?...}` stands for what only the deployment knows.
 */
export function canonicalValues(value: any, scope: ResolutionScope): string[] {
  if (value === undefined || value === null) { return []; }
  if (typeof value !== 'object') { return [String(value)]; }
  if (Array.isArray(value)) { return combine(value.map(entry => canonicalValues(entry, scope)), ','); }
  const [[name, argument] = ['', undefined], ...more] = Object.entries<any>(value);
  return (more.length === 0 ? intrinsic(name, argument, scope) : undefined) ?? [unknown(value, scope)];
}

/** Whether a canonical value holds something that only the deployment knows. */
export function isUnknown(canonical: string): boolean {
  return canonical.includes('${?');
}

/** @returns undefined for what is no intrinsic function, or not written as CloudFormation wants it */
function intrinsic(name: string, argument: any, scope: ResolutionScope): string[] | undefined {
  const list: any[] | undefined = Array.isArray(argument) ? argument : undefined;
  switch (name) {
    case 'Ref': return typeof argument === 'string' ? reference(argument, scope) : undefined;
    case 'Fn::GetAtt': return [argument].flat().every(part => typeof part === 'string') ? attribute([argument].flat().join('.'), scope) : undefined;
    case 'Fn::If': return list?.slice(1).flatMap(choice => canonicalValues(choice, scope));
    case 'Fn::Join': return list && join(list, scope);
    case 'Fn::Sub': return typeof (list?.[0] ?? argument) === 'string' ? substitute(list?.[0] ?? argument, list?.[1] ?? {}, scope) : undefined;
    case 'Fn::Select': return list && select(list, scope);
    case 'Fn::ImportValue': return imported(argument, scope);
    case 'Fn::FindInMap': return list && findInMap(list, scope);
    default: return undefined;
  }
}

function reference(name: string, scope: ResolutionScope): string[] {
  if (name === 'AWS::NoValue') { return []; }
  if (name.startsWith('AWS::')) { return [`\${${name.replace('::', '.')}}`]; }
  const parameter = scope.parameter(name);
  if (!parameter) { return [`\${${scope.name}#${name}}`]; }
  return 'unknown' in parameter ? [`\${?${scope.name}#${name}}`] : canonicalValues(parameter.value, parameter.scope);
}

function attribute(name: string, scope: ResolutionScope): string[] {
  const [logicalId, ...rest] = name.split('.');
  const found = scope.attribute(logicalId, rest.join('.'));
  return found ? canonicalValues(found.value, found.scope) : [`\${${scope.name}#${name}}`];
}

function join([delimiter, parts]: any[], scope: ResolutionScope): string[] | undefined {
  if (Array.isArray(parts)) { return combine(parts.map(part => canonicalValues(part, scope)), delimiter); }
  const [separator, source] = parts?.['Fn::Split'] ?? [];
  if (typeof separator !== 'string') { return undefined; }
  const texts = canonicalValues(source, scope);
  if (texts.some(text => isUnknown(text))) { return undefined; }
  // Of the Region, say: nothing that anybody could choose, so it is as good as known.
  return texts.map(text => text.includes('${') ? `\${join ${JSON.stringify([delimiter, separator])} ${text.replace(/[${}]/g, '')}}` : text.split(separator).join(delimiter));
}

function substitute(text: string, variables: any, scope: ResolutionScope): string[] {
  const parts: string[] = text.split(/(\$\{[^}]+\})/);
  return combine(parts.map(part => {
    const [, name] = /^\$\{([^}]+)\}$/.exec(part) ?? [];
    if (name === undefined) { return [part]; }
    if (name.startsWith('!')) { return [`\${${name.slice(1)}}`]; }
    if (variables?.[name] !== undefined) { return canonicalValues(variables[name], scope); }
    return name.includes('.') ? attribute(name, scope) : reference(name, scope);
  }), '');
}

/** Of a list written out, or of a string that was joined from known parts. */
function select([index, list]: any[], scope: ResolutionScope): string[] | undefined {
  if (Array.isArray(list)) { return canonicalValues(list[Number(index)], scope); }
  const [delimiter, source] = list?.['Fn::Split'] ?? [];
  if (typeof delimiter !== 'string') { return undefined; }
  const selected = canonicalValues(source, scope).map(text => isUnknown(text) ? undefined : text.split(delimiter)[Number(index)]);
  return selected.every(text => text !== undefined) ? selected : undefined;
}

function imported(argument: any, scope: ResolutionScope): string[] | undefined {
  const names = canonicalValues(argument, scope);
  const found = names.map(name => scope.exported(name));
  return found.every(entry => entry !== undefined) ? found.flatMap(({ value, scope: origin }) => canonicalValues(value, origin)) : undefined;
}

/** With a key that only the deployment knows, all entries. */
function findInMap([map, ...keys]: any[], scope: ResolutionScope): string[] | undefined {
  let entries: any[] = [scope.mappings[map]];
  for (const key of keys.slice(0, 2)) {
    entries = entries.flatMap(entry => typeof key === 'string' ? [entry?.[key]] : Object.values(entry ?? {}));
  }
  const values = entries.flatMap(entry => canonicalValues(entry, scope));
  return values.length > 0 ? [...new Set(values)] : undefined;
}

function combine(parts: string[][], delimiter: string): string[] {
  const known = parts.filter(part => part.length > 0);
  if (known.reduce((product, part) => product * part.length, 1) > MOST_VALUES) { return ['${?too many choices}']; }
  return known.reduce((texts, part, index) => texts.flatMap(text => part.map(piece => index === 0 ? piece : `${text}${delimiter}${piece}`)), ['']);
}

/** The template is part of it: the same words mean something else in another one. */
function unknown(value: any, { name }: ResolutionScope): string {
  return `\${?${name} ${JSON.stringify(value).replace(/[{}]/g, '')}}`;
}
