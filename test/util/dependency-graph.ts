/**
 * What CloudFormation derives its order from: DependsOn, Ref, Fn::GetAtt and Fn::Sub. A resource is created after everything it depends on
 * and deleted before it.
 */
export class DependencyGraph {
  /** Direct dependencies by logical ID. */
  private readonly edges = new Map<string, Set<string>>();

  constructor(template: { readonly Resources?: Record<string, any> }) {
    const resources = template.Resources ?? {};
    for (const [id, resource] of Object.entries(resources)) {
      const targets = [...[resource.DependsOn ?? []].flat(), ...references(resource.Properties)];
      this.edges.set(id, new Set(targets.filter(target => target in resources)));
    }
  }

  /** Logical IDs that this resource names itself. */
  public direct(id: string): string[] {
    const targets = this.edges.get(id);
    if (!targets) { throw new Error(`no resource ${id} in the template`); }
    return [...targets];
  }

  /** Logical IDs of everything that exists before this resource does, and is still there when it goes. */
  public closure(id: string): Set<string> {
    const seen = new Set<string>();
    const pending = this.direct(id);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (!seen.has(next)) {
        seen.add(next);
        pending.push(...this.direct(next));
      }
    }
    return seen;
  }

  public dependsOn(id: string, other: string): boolean {
    return this.closure(id).has(other);
  }

  /** Resources that depend on themselves: CloudFormation would reject the template. */
  public cycles(): string[] {
    return [...this.edges.keys()].filter(id => this.dependsOn(id, id));
  }
}

function references(value: any): string[] {
  if (Array.isArray(value)) { return value.flatMap(references); }
  if (typeof value !== 'object' || value === null) { return []; }
  return Object.entries<any>(value).flatMap(([key, argument]) => {
    if (key === 'Ref' && typeof argument === 'string') { return [argument]; }
    if (key === 'Fn::GetAtt') { return [Array.isArray(argument) ? argument[0] : String(argument).split('.')[0], ...references(argument)]; }
    if (key === 'Fn::Sub') { return substitutions(argument); }
    return references(argument);
  });
}

/** Fn::Sub takes a text, or a text and variables of its own; `${!Name}` is literal. */
function substitutions(argument: any): string[] {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const names = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name.trim());
  return [...names.filter(name => !(name in variables)).map(name => name.split('.')[0]), ...references(variables)];
}
