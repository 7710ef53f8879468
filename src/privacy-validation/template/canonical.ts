import { intrinsicOf } from '../../util/intrinsics';

/** The parts of a template that are needed to evaluate its references. */
export interface ResolutionScope {
  readonly name: string;
  readonly mappings: any;
  /** The name of the stack, if the cloud assembly contains it. */
  readonly stackName?: string;
  /** Returns the value of a parameter from a parent stack, or unknown. It is undefined if there is no such parameter. */
  readonly parameter: (name: string) => Referenced | { readonly unknown: true } | undefined;
  readonly exported: (name: string) => Referenced | undefined;
  /** Returns an output of a stack. It is `unknown` if the stack is not part of the app, and undefined if the stack has no such output. */
  readonly stackOutput: (stack: string, output: string) => Referenced | { readonly unknown: true } | undefined;
  /** Returns a parameter of Systems Manager that is part of the app. */
  readonly storedParameter: (name: string) => Referenced | undefined;
  /** Returns the value of a resource's attribute. It is `unreadable` if it is the ID of something in the app that the templates do not identify. */
  readonly attribute: (logicalId: string, attribute: string) => Referenced | 'unreadable' | undefined;
}

export interface Referenced {
  readonly value: any;
  readonly scope: ResolutionScope;
}

/** The possible results of a value at deployment. */
export interface Variants<T> {
  readonly values: T[];
  /** False if not all combinations of conditions were tried. Each branch of each condition was tried at least once. */
  readonly isComplete: boolean;
}

/** The maximum number of combinations of conditions that are tried for one value. */
const MAX_VARIANTS = 64;

/** The maximum depth of references to references, which no template reaches. */
const MAX_DEPTH = 100;

/** Functions of CloudFormation whose result is known only at deployment, and does not matter to the rules. */
const DEPLOYMENT_FUNCTIONS = ['Fn::GetAZs', 'Fn::Cidr', 'Fn::Base64', 'Fn::Length', 'Fn::Transform', 'Fn::Contains', 'Fn::RefAll', 'Fn::ValueOf', 'Fn::ValueOfAll'];

/**
 * Evaluates a value of a template. It returns all results that the value may have at deployment, as strings.
 *
 * Literals stay as they are. A reference becomes `${<template>#<logical ID>}` or `${<template>#<logical ID>.<attribute>}`, and a pseudo parameter
 * `${AWS.Region}`, without colons, so that ARNs can be split. `${?...}` is a value from outside the app, and `${?!...}` a value that this library
 * cannot read. None of these contains quotes, so that JSON around them stays valid.
 */
export function canonicalValues(value: any, scope: ResolutionScope): string[] {
  const { values, isComplete } = explore(choose => new Evaluation(choose).text(value, scope));
  const texts = [...new Set(values.filter(text => text !== undefined))];
  return isComplete ? texts : [...texts, unreadable('too many combinations of conditions', scope)];
}

/** Returns all possible entries of a list, as canonical strings. */
export function canonicalEntries(value: any, scope: ResolutionScope): string[] {
  const { values, isComplete } = explore(choose => new Evaluation(choose).entries(value, scope));
  const texts = [...new Set(values.flat())];
  return isComplete ? texts : [...texts, unreadable('too many combinations of conditions', scope)];
}

/** Returns all values that an object may have at deployment: plain data in which each intrinsic function is a canonical string. */
export function canonicalData(value: any, scope: ResolutionScope): Variants<any> {
  return explore(choose => new Evaluation(choose).data(value, scope));
}

/** Whether a canonical value contains a part that the templates do not show. */
export function isUnknown(canonical: string): boolean {
  return canonical.includes('${?');
}

/** Whether a canonical value contains a part that is in a template of the app, but cannot be read. */
export function isUnreadable(canonical: string): boolean {
  return canonical.includes('${?!');
}

/**
 * Parses JSON that may contain canonical references. Within a string, a reference is part of the string; elsewhere, it becomes a string.
 *
 * @returns undefined if it is not JSON
 */
export function parseJson(text: string): any {
  try {
    return JSON.parse(text.replace(/"(?:[^"\\]|\\[^])*"|\$\{[^{}]*\}/g, part => part.startsWith('"') ? part : `"${part}"`));
  } catch {
    return undefined;
  }
}

type Choose = (decision: string, options: number) => number;

/** Evaluates once per combination of decisions. Within an evaluation, equal decisions have the same result. */
function explore<T>(evaluate: (choose: Choose) => T): Variants<T> {
  const values: T[] = [];
  // The queue is first in, first out, so each option of each decision is taken early.
  const pending: number[][] = [[]];
  while (pending.length > 0 && values.length < MAX_VARIANTS) {
    const path = pending.shift()!;
    const taken = new Map<string, number>();
    values.push(evaluate((decision, options) => {
      const step = taken.size;
      const before = taken.get(decision);
      if (before !== undefined) { return before; }
      if (step === path.length) {
        for (let other = 1; other < options; other++) { pending.push([...path, other]); }
        path.push(0);
      }
      taken.set(decision, path[step]);
      return path[step];
    }));
  }
  return { values, isComplete: pending.length === 0 };
}

class Evaluation {
  private depth = 0;

  constructor(private readonly choose: Choose) {}

  /** @returns undefined for `AWS::NoValue` and absent values */
  text(value: any, scope: ResolutionScope): string | undefined {
    if (value === undefined || value === null) { return undefined; }
    if (typeof value === 'string') { return this.resolved(value, scope); }
    if (typeof value !== 'object') { return String(value); }
    if (Array.isArray(value)) { return this.entries(value, scope).join(','); }
    const call = intrinsicOf(value);
    if (!call || ++this.depth > MAX_DEPTH) { return unreadable(value, scope); }
    const text = this.intrinsic(call.name, call.argument, scope);
    this.depth--;
    return text === false ? unreadable(value, scope) : text;
  }

  entries(value: any, scope: ResolutionScope): string[] {
    if (Array.isArray(value)) { return value.flatMap(entry => intrinsicOf(entry) ? this.entries(entry, scope) : this.text(entry, scope) ?? []); }
    const call = value === null || typeof value !== 'object' ? undefined : intrinsicOf(value);
    if (call?.name === 'Fn::If' && Array.isArray(call.argument)) { return this.entries(this.branch(call.argument, scope), scope); }
    if (call?.name === 'Fn::Split' && Array.isArray(call.argument)) { return this.split(call.argument, scope); }
    const text = this.text(value, scope);
    if (text === undefined) { return []; }
    // A list passes through the parameter of a nested stack as one string.
    return call?.name === 'Ref' && scope.parameter(call.argument) && !isUnknown(text) ? text.split(',') : [text];
  }

  data(value: any, scope: ResolutionScope): any {
    if (Array.isArray(value)) { return value.map(entry => this.data(entry, scope)).filter(entry => entry !== undefined).flat(); }
    if (value === null || typeof value !== 'object') { return typeof value === 'string' ? this.resolved(value, scope) : value; }
    const call = intrinsicOf(value);
    if (call?.name === 'Fn::If' && Array.isArray(call.argument)) { return this.data(this.branch(call.argument, scope), scope); }
    if (call?.name === 'Fn::Split' && Array.isArray(call.argument)) { return this.split(call.argument, scope); }
    if (call) { return this.text(value, scope); }
    const entries = Object.entries(value).map(([name, entry]) => [name, this.data(entry, scope)]);
    return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
  }

  /** @returns false if it is malformed, or not a function of CloudFormation */
  private intrinsic(name: string, argument: any, scope: ResolutionScope): string | undefined | false {
    const list: any[] | undefined = Array.isArray(argument) ? argument : undefined;
    switch (name) {
      case 'Ref': return typeof argument === 'string' ? this.reference(argument, scope) : false;
      case 'Fn::GetAtt': return [argument].flat().every(part => typeof part === 'string') ? this.attribute([argument].flat().join('.'), scope) : false;
      case 'Fn::If': return list ? this.text(this.branch(list, scope), scope) : false;
      case 'Fn::Join': return list ? this.join(list, scope) : false;
      case 'Fn::Split': return list ? this.split(list, scope).join(',') : false;
      case 'Fn::Sub': return typeof (list?.[0] ?? argument) === 'string' ? this.substitute(list?.[0] ?? argument, list?.[1] ?? {}, scope) : false;
      case 'Fn::Select': return list ? this.select(list, scope) : false;
      case 'Fn::ImportValue': return this.imported(argument, scope);
      case 'Fn::GetStackOutput': return this.stackOutput(argument, scope);
      case 'Fn::FindInMap': return list ? this.findInMap(list, scope) : false;
      case 'Fn::ToJsonString': return JSON.stringify(this.data(argument, scope));
      default: return DEPLOYMENT_FUNCTIONS.includes(name) ? outside({ [name]: argument }, scope) : false;
    }
  }

  private branch([condition, yes, no]: any[], { name }: ResolutionScope): any {
    return this.choose(`${name} ${JSON.stringify(condition)}`, 2) === 0 ? yes : no;
  }

  /** Resolves the parameters of Systems Manager in a string, as CloudFormation does. */
  private resolved(value: string, scope: ResolutionScope): string {
    return value.replace(/\{\{resolve:(ssm|ssm-secure|secretsmanager):((?:\$\{[^{}]*\}|[^{}])*)\}\}/g, (_all, _service, name) => this.stored(name.replace(/:\d+$/, ''), scope));
  }

  private stored(name: string, scope: ResolutionScope): string {
    const found = scope.storedParameter(name);
    return (found && this.text({ 'Fn::Join': ['', [found.value]] }, found.scope)) ?? outside(`parameter ${name}`, scope);
  }

  private reference(name: string, scope: ResolutionScope): string | undefined {
    if (name === 'AWS::NoValue') { return undefined; }
    if (name === 'AWS::StackName' && scope.stackName !== undefined) { return scope.stackName; }
    if (name.startsWith('AWS::')) { return `\${${name.replace('::', '.')}}`; }
    const parameter = scope.parameter(name);
    if (!parameter) { return `\${${scope.name}#${name}}`; }
    return 'unknown' in parameter ? `\${?${scope.name}#${name}}` : this.text(parameter.value, parameter.scope);
  }

  private attribute(name: string, scope: ResolutionScope): string | undefined {
    const [logicalId, ...rest] = name.split('.');
    const found = scope.attribute(logicalId, rest.join('.'));
    if (found === 'unreadable') { return unreadable({ 'Fn::GetAtt': name }, scope); }
    return found ? this.text(found.value, found.scope) : `\${${scope.name}#${name}}`;
  }

  private join([delimiter, parts]: any[], scope: ResolutionScope): string | undefined | false {
    if (typeof delimiter !== 'string') { return false; }
    const [separator, source] = parts?.['Fn::Split'] ?? [];
    const text = typeof separator === 'string' ? this.text(source, scope) : undefined;
    // The ID of a resource may contain the separator.
    if (text?.includes('#') && delimiter !== separator) { return false; }
    // It contains a pseudo parameter, such as the Region, which users cannot choose, so the result counts as known.
    if (text?.includes('${') && !isUnknown(text)) { return delimiter === separator ? text : `\${join ${plain([delimiter, separator])} ${text.replace(/[${}]/g, '')}}`; }
    const entries = this.entries(parts, scope);
    return entries.length === 0 && !Array.isArray(parts) ? undefined : this.resolved(entries.join(delimiter), scope);
  }

  private split([delimiter, source]: any[], scope: ResolutionScope): string[] {
    const text = this.text(source, scope);
    if (text === undefined) { return []; }
    return typeof delimiter !== 'string' ? [unreadable(source, scope)] : isUnknown(text) ? [text] : text.split(delimiter);
  }

  private substitute(text: string, variables: any, scope: ResolutionScope): string {
    const parts: string[] = text.split(/(\$\{[^}]+\})/);
    const whole = parts.map(part => {
      const [, name] = /^\$\{([^}]+)\}$/.exec(part) ?? [];
      if (name === undefined) { return part; }
      if (name.startsWith('!')) { return `\${${name.slice(1)}}`; }
      if (variables?.[name] !== undefined) { return this.text(variables[name], scope) ?? ''; }
      return (name.includes('.') ? this.attribute(name, scope) : this.reference(name, scope)) ?? '';
    }).join('');
    return this.resolved(whole, scope);
  }

  private select([index, list]: any[], scope: ResolutionScope): string | undefined | false {
    const at = Number(this.text(index, scope));
    if (Array.isArray(list)) { return this.text(list[at], scope); }
    const entries = this.entries(list, scope);
    const unknown = entries.find(entry => isUnknown(entry));
    if (unknown !== undefined) { return outside({ 'Fn::Select': [index, list] }, scope, isUnreadable(unknown)); }
    return entries[at] ?? (entries.length === 1 ? outside({ 'Fn::Select': [index, list] }, scope) : false);
  }

  private imported(argument: any, scope: ResolutionScope): string | undefined {
    const name = this.text(argument, scope) ?? '';
    const found = scope.exported(name);
    return found ? this.text(found.value, found.scope) : outside({ 'Fn::ImportValue': name }, scope, isUnreadable(name));
  }

  private stackOutput(argument: any, scope: ResolutionScope): string | undefined | false {
    const [stack, output] = [argument?.StackName, argument?.OutputName].map(part => this.text(part, scope));
    if (stack === undefined || output === undefined || isUnreadable(stack + output)) { return false; }
    const found = scope.stackOutput(stack, output);
    if (!found) { return false; }
    return 'unknown' in found ? outside({ 'Fn::GetStackOutput': `${stack}.${output}` }, scope) : this.text(found.value, found.scope);
  }

  /** If the key is unknown at synthesis, each entry is possible. */
  private findInMap([map, ...keys]: any[], scope: ResolutionScope): string | undefined | false {
    let entry = scope.mappings[map];
    for (const key of keys.slice(0, 2)) {
      const options = Object.keys(entry ?? {});
      if (options.length === 0) { return false; }
      entry = entry[typeof key === 'string' ? key : options[this.choose(`${scope.name} ${JSON.stringify([map, key])} ${options.length}`, options.length)]];
    }
    return entry === undefined ? false : this.text(entry, scope);
  }
}

/**
 * Returns the canonical string for a value from outside the app. It contains the template, because the same text has another meaning in another
 * template.
 */
function outside(value: any, { name }: ResolutionScope, isUnreadableToo = false): string {
  return `\${?${isUnreadableToo ? '!' : ''}${name} ${plain(value)}}`;
}

function unreadable(value: any, scope: ResolutionScope): string {
  return outside(value, scope, true);
}

/** Renders JSON without the characters that would end a reference, or a string in JSON. */
function plain(value: any): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).replace(/[{}"\\$]/g, character => character === '"' ? '\'' : '');
}
