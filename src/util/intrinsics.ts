/** An intrinsic function of CloudFormation, such as `Ref` or `Fn::Join`, with its argument. */
export interface Intrinsic {
  readonly name: string;
  readonly argument: any;
}

/**
 * Reads a resolved value as an intrinsic function: an object whose only member is `Ref` or `Fn::…`.
 *
 * @returns undefined for any other value
 */
export function intrinsicOf(value: unknown): Intrinsic | undefined {
  const [[name, argument] = ['', undefined], ...more] = value && typeof value === 'object' && !Array.isArray(value) ? Object.entries<any>(value) : [];
  return more.length === 0 && /^(Ref|Fn::.*)$/.test(name) ? { name, argument } : undefined;
}

/** Lists the logical IDs and parameters that an intrinsic function itself names. Those that its argument names are not among them. */
export function referencesOf({ name, argument }: Intrinsic): string[] {
  switch (name) {
    case 'Ref': return [argument];
    case 'Fn::GetAtt': return [String([argument].flat()[0]).split('.')[0]];
    case 'Fn::Sub': return [...JSON.stringify(argument).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id);
    default: return [];
  }
}

/** Lists the values that `Fn::If` may choose from, at any depth. Undefined stands for an absent value, such as `AWS::NoValue`. */
export function choicesOf(value: any): any[] {
  const call = intrinsicOf(value);
  if (call?.name === 'Fn::If' && Array.isArray(call.argument)) { return call.argument.slice(1).flatMap(choicesOf); }
  return [value === null || value?.Ref === 'AWS::NoValue' ? undefined : value];
}

/**
 * Makes a resolved value readable: references are written as in Fn::Sub, and what a string cannot show is written as JSON.
 */
export function readableValue(value: any): any {
  if (Array.isArray(value)) { return value.map(readableValue); }
  if (typeof value !== 'object' || value === null) { return value; }
  const { name, argument } = intrinsicOf(value) ?? {};
  switch (name) {
    case 'Ref': return `\${${argument}}`;
    case 'Fn::GetAtt': return `\${${[argument].flat().map(readableText).join('.')}}`;
    case 'Fn::ImportValue': return `\${${readableText(argument)}}`;
    case 'Fn::GetStackOutput': return `\${${readableText(argument?.OutputName ?? argument)}}`;
    case 'Fn::Join': if (Array.isArray(argument?.[1])) { return argument[1].map(readableText).join(argument[0]); } break;
    case 'Fn::Sub': return substituted(argument);
  }
  return Object.fromEntries(Object.entries(value).map(([member, child]) => [member, readableValue(child)]));
}

function readableText(value: unknown): string {
  const text = readableValue(value);
  return typeof text === 'object' ? JSON.stringify(text) : String(text);
}

/** Replaces the variables that a substitution defines in a map of its own; all others are references already. */
function substituted(argument: unknown): string {
  const [template, variables = {}] = [argument].flat() as [string, Record<string, unknown>?];
  return template.replace(/\$\{([^!}][^}]*)\}/g, (reference, name) => name in variables ? readableText(variables[name]) : reference);
}
