import { pseudoParameters, StackIdentity } from './environment';
import { evaluateCondition, resolve, scalarText, Scope } from './intrinsics';
import { Template, TemplateError, TemplateValue } from './template';

/** The parts of an existing resource that other resources can refer to. */
export interface Referable {
  readonly ref: string;
  attribute(name: string): TemplateValue;
}

export interface EvaluationProps {
  readonly stack: StackIdentity;
  readonly template: Template;
  /** Values of parameters. @default - each parameter's Default */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Values in SSM's parameter store, by name. */
  readonly ssmParameters: Readonly<Record<string, string>>;
  /** Exports of other stacks, by name. */
  readonly exports: ReadonlyMap<string, string>;
  /** Outputs of other stacks, by the name of the stack. @default - there are none */
  readonly stackOutputs?: (stackName: string) => Readonly<Record<string, string>> | undefined;
  /** Finds a resource that has been created. */
  readonly resource: (logicalId: string) => Referable | undefined;
}

/** One template with its parameters and conditions, in one stack. */
export class Evaluation implements Scope {
  private readonly pseudo: ReturnType<typeof pseudoParameters>;
  private readonly conditions = new Map<string, boolean>();

  constructor(private readonly props: EvaluationProps) {
    this.pseudo = pseudoParameters(props.stack);
  }

  public get template(): Template {
    return this.props.template;
  }

  /** The resources whose Condition holds. */
  public resources(): Template['Resources'] {
    if (Object.keys(this.template.Resources ?? {}).length === 0) { throw new TemplateError('at least one Resources member must be defined'); }
    return Object.fromEntries(Object.entries(this.template.Resources)
      .filter(([, { Condition }]) => Condition === undefined || this.condition(Condition)));
  }

  /** Evaluates the intrinsic functions in a value of the template. */
  public resolve(value: TemplateValue): TemplateValue {
    return resolve(value, this);
  }

  public ref(name: string): TemplateValue {
    if (name in this.pseudo) { return this.pseudo[name]; }
    if (name in (this.template.Parameters ?? {})) { return this.parameter(name); }
    return this.referable(name).ref;
  }

  public getAtt(logicalId: string, attribute: string): TemplateValue {
    return this.referable(logicalId).attribute(attribute);
  }

  public condition(name: string): boolean {
    let value = this.conditions.get(name);
    if (value === undefined) {
      const definition = this.template.Conditions?.[name];
      if (definition === undefined) { throw new TemplateError(`condition ${name} is not in the template`); }
      this.conditions.set(name, value = evaluateCondition(definition, this));
    }
    return value;
  }

  public mapping(name: string) {
    return this.template.Mappings?.[name];
  }

  public importValue(exportName: string): string {
    const value = this.props.exports.get(exportName);
    if (value === undefined) {
      throw new TemplateError(`no export named ${exportName} found; deploy the stack that exports it first`);
    }
    return value;
  }

  public stackOutput(stackName: string, outputName: string): string {
    const value = this.props.stackOutputs?.(stackName)?.[outputName];
    if (value === undefined) {
      throw new TemplateError(`no output ${outputName} of a stack ${stackName} found; deploy that stack first`);
    }
    return value;
  }

  public availabilityZones(region: string): string[] {
    return ['a', 'b', 'c'].map(letter => `${region}${letter}`);
  }

  public dynamic(reference: string): string {
    const [service, ...rest] = reference.split(':');
    if (service !== 'ssm') { throw new TemplateError(`the local run cannot resolve {{resolve:${reference}}}; only ssm is known here`); }
    return this.ssmParameter(rest[0]);
  }

  private parameter(name: string): TemplateValue {
    const { Type, Default } = this.template.Parameters![name];
    const value = this.props.parameters?.[name] ?? scalarText(Default);
    if (value === undefined) { throw new TemplateError(`parameter ${name} has no value and no default; give it in parameters`); }
    if (Type.startsWith('AWS::SSM::Parameter::Value<')) {
      const stored = this.ssmParameter(value);
      return Type.includes('List') ? stored.split(',') : stored;
    }
    return Type === 'CommaDelimitedList' || Type.startsWith('List<') ? value.split(',').map((item: string) => item.trim()) : value;
  }

  private ssmParameter(name: string): string {
    const value = this.props.ssmParameters[name];
    if (value === undefined) { throw new TemplateError(`SSM parameter ${name} is not known to the local run; give it in ssmParameters`); }
    return value;
  }

  private referable(logicalId: string): Referable {
    const resource = this.props.resource(logicalId);
    if (!resource) {
      throw new TemplateError(logicalId in this.template.Resources
        ? `${logicalId} is referred to, but it is not created (its condition does not hold, or its creation failed)`
        : `${logicalId} is neither a resource nor a parameter of the template`);
    }
    return resource;
  }
}
