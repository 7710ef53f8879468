import { cidrBlocks } from './cidr-blocks';
import { asIntrinsic, getAttArgument, splitAttribute, splitSub, TemplateError, TemplateValue } from './template';

/** The source of values for the intrinsic functions of a template. */
export interface Scope {
  /** Returns the value of a parameter, a pseudo parameter or a resource's Ref. It is undefined only for AWS::NoValue. */
  ref(name: string): TemplateValue;
  getAtt(logicalId: string, attribute: string): TemplateValue;
  condition(name: string): boolean;
  mapping(name: string): Readonly<Record<string, Readonly<Record<string, TemplateValue>>>> | undefined;
  importValue(exportName: string): TemplateValue;
  /** Returns an output of another stack. */
  stackOutput(stackName: string, outputName: string): TemplateValue;
  availabilityZones(region: string): readonly string[];
  /** Returns the value of a dynamic reference, such as `ssm:/path:1`. */
  dynamic(reference: string): string;
}

/**
 * Replaces every intrinsic function in a value, as CloudFormation does. Members that are AWS::NoValue are removed.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 * @throws TemplateError
 */
export function resolve(value: TemplateValue, scope: Scope): TemplateValue {
  if (typeof value === 'string') {
    return value.replace(/\{\{resolve:([^}]+)\}\}/g, (_, reference: string) => scope.dynamic(reference));
  }
  if (value === null || typeof value !== 'object') { return value; }
  if (Array.isArray(value)) {
    return value.map(item => resolve(item, scope)).filter(item => item !== undefined);
  }
  const intrinsic = asIntrinsic(value);
  if (intrinsic) {
    const evaluate = FUNCTIONS[intrinsic.name];
    if (!evaluate) { throw new TemplateError(`${intrinsic.name} is not supported by the local run`); }
    return evaluate(intrinsic.argument, scope);
  }
  return Object.fromEntries(Object.entries(value)
    .map(([key, member]) => [key, resolve(member, scope)] as const)
    .filter(([, member]) => member !== undefined));
}

/** Evaluates a condition: an entry of Conditions in a template, or the first argument of Fn::If. */
export function evaluateCondition(value: TemplateValue, scope: Scope): boolean {
  if (typeof value === 'boolean') { return value; }
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  const argument = value?.[keys[0]];
  switch (keys.length === 1 ? keys[0] : undefined) {
    case 'Condition':
      return scope.condition(argument);
    case 'Fn::Equals': {
      const [left, right] = list('Fn::Equals', argument, 2).map(side => JSON.stringify(scalarText(resolve(side, scope))));
      return left === right;
    }
    case 'Fn::Not':
      return !evaluateCondition(list('Fn::Not', argument, 1)[0], scope);
    case 'Fn::And':
      return list('Fn::And', argument).every(item => evaluateCondition(item, scope));
    case 'Fn::Or':
      return list('Fn::Or', argument).some(item => evaluateCondition(item, scope));
    default:
      throw new TemplateError(`a condition is made of Condition, Fn::Equals, Fn::Not, Fn::And and Fn::Or, got: ${JSON.stringify(value)}`);
  }
}

const FUNCTIONS: Readonly<Record<string, (argument: TemplateValue, scope: Scope) => TemplateValue>> = {
  'Ref': (name, scope) => scope.ref(name),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = getAttArgument(argument);
    return scope.getAtt(logicalId, resolve(attribute, scope));
  },
  'Fn::Sub': (argument, scope) => {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : list('Fn::Sub', argument, 2);
    return splitSub(text).map(part => 'text' in part ? part.text : textOf('Fn::Sub', variable(part.variable, variables, scope))).join('');
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, items] = list('Fn::Join', argument, 2);
    return list('Fn::Join', resolve(items, scope)).map(item => textOf('Fn::Join', item)).join(delimiter);
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list('Fn::Select', resolve(argument, scope), 2);
    const all = list('Fn::Select', items);
    if (!/^\d+$/.test(String(index)) || Number(index) >= all.length) {
      throw new TemplateError(`Fn::Select cannot select nonexistent value at index ${index} of ${JSON.stringify(all)}`);
    }
    return all[Number(index)];
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = list('Fn::Split', argument, 2);
    return textOf('Fn::Split', resolve(text, scope)).split(delimiter);
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, top, second] = list('Fn::FindInMap', resolve(argument, scope));
    const found = scope.mapping(map)?.[top]?.[second];
    if (found === undefined) { throw new TemplateError(`Fn::FindInMap: no value at ${map}.${top}.${second}`); }
    return resolve(found, scope);
  },
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = list('Fn::If', argument, 3);
    return resolve(scope.condition(condition) ? yes : no, scope);
  },
  'Fn::Base64': (argument, scope) => Buffer.from(textOf('Fn::Base64', resolve(argument, scope))).toString('base64'),
  'Fn::GetAZs': (argument, scope) => scope.availabilityZones(resolve(argument, scope) || scope.ref('AWS::Region')),
  'Fn::Cidr': (argument, scope) => {
    const [block, count, bits] = list('Fn::Cidr', resolve(argument, scope));
    return cidrBlocks(block, Number(count), bits === undefined ? undefined : Number(bits));
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(resolve(argument, scope)),
  'Fn::GetStackOutput': (argument, scope) => {
    const { StackName, OutputName } = argument ?? {};
    return scope.stackOutput(textOf('Fn::GetStackOutput', resolve(StackName, scope)), textOf('Fn::GetStackOutput', resolve(OutputName, scope)));
  },
  'Fn::Length': (argument, scope) => list('Fn::Length', resolve(argument, scope)).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(resolve(argument, scope)),
};

function variable(name: string, variables: Readonly<Record<string, TemplateValue>>, scope: Scope): TemplateValue {
  if (name in variables) { return resolve(variables[name], scope); }
  return name.includes('.') ? scope.getAtt(...splitAttribute(name)) : scope.ref(name);
}

function list(name: string, value: TemplateValue, length?: number): TemplateValue[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw new TemplateError(`${name} takes a list${length === undefined ? '' : ` of ${length}`}, got: ${JSON.stringify(value)}`);
  }
  return value;
}

function textOf(name: string, value: TemplateValue): string {
  const text = scalarText(value);
  if (typeof text !== 'string') { throw new TemplateError(`${name} takes strings, got: ${JSON.stringify(value)}`); }
  return text;
}

/** Converts a scalar to a string, because all scalars of CloudFormation are strings. */
export function scalarText(value: TemplateValue): TemplateValue {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
