/** Any value of a JSON template. */
export type TemplateValue = any;

export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, TemplateValue>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, TemplateValue>>;
}

export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number;
}

export interface OutputDefinition {
  readonly Value: TemplateValue;
  readonly Condition?: string;
  readonly Export?: { readonly Name: TemplateValue };
}

export interface Template {
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, TemplateValue>>>>>>;
  readonly Conditions?: Readonly<Record<string, TemplateValue>>;
  readonly Outputs?: Readonly<Record<string, OutputDefinition>>;
}

/** An error in a template that CloudFormation would reject. */
export class TemplateError extends Error {
  public readonly name = 'TemplateError';
}

/** Returns the name and the argument of an intrinsic function, if the value is one. */
export function asIntrinsic(value: TemplateValue): { readonly name: string; readonly argument: TemplateValue } | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) { return undefined; }
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'))
    ? { name: keys[0], argument: value[keys[0]] }
    : undefined;
}

/** Splits the string of an Fn::Sub into variables (`${…}`) and the texts between them. `${!…}` is text. */
export function splitSub(text: string): ({ readonly text: string } | { readonly variable: string })[] {
  return text.split(/(\$\{[^}]*\})/).filter(part => part !== '').map(part => {
    const name = /^\$\{(.*)\}$/s.exec(part)?.[1].trim();
    if (name === undefined) { return { text: part }; }
    return name.startsWith('!') ? { text: `\${${name.slice(1)}}` } : { variable: name };
  });
}

/** Splits `Resource.Attribute`. The attribute may contain dots. */
export function splitAttribute(reference: string): readonly [logicalId: string, attribute: string] {
  const dot = reference.indexOf('.');
  return [reference.slice(0, dot), reference.slice(dot + 1)];
}

/** Reads the argument of Fn::GetAtt, in either of its two forms. */
export function getAttArgument(argument: TemplateValue): readonly [logicalId: string, attribute: TemplateValue] {
  const pair = typeof argument === 'string' ? splitAttribute(argument) : argument;
  if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string' || pair[0] === '') {
    throw new TemplateError(`Fn::GetAtt takes [logical id, attribute], got: ${JSON.stringify(argument)}`);
  }
  return pair as unknown as readonly [string, TemplateValue];
}
