import { ClassType, InterfaceType, type Type, type TypeSystem } from 'jsii-reflect';
import { csharpName, csharpTypes, type Member, membersOf } from './api';

/**
 * Names in a C# app that the API does not have: types, members, props of initializers; and required props that are not set.
 *
 * It reads the C# that our example is written in, not the language: `var` with `new` or a call, object initializers, chains of members.
 */
export function checkApp(source: string, system: TypeSystem): { errors: string[]; names: number } {
  return new AppCheck(source.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*/g, ''), system).run();
}

class AppCheck {
  private readonly errors: string[] = [];
  private names = 0;
  private readonly types: Map<string, Type>;
  private readonly variables = new Map<string, Type>();

  constructor(private readonly source: string, private readonly system: TypeSystem) {
    this.types = typesIn(namespaces(source), system);
  }

  run() {
    this.declarations();
    this.constructions();
    this.chains();
    return { errors: this.errors, names: this.names };
  }

  /** `var x = new Type(…` and `var x = Type.Method(…`. */
  private declarations(): void {
    for (const [, name, typeName] of this.source.matchAll(/\bvar (\w+) = (?:new )?(\w+)/g)) {
      const type = this.types.get(typeName);
      if (type) { this.variables.set(name, type); } else { this.errors.push(`${name} is of the unknown type ${typeName}`); }
    }
  }

  /** `new Type(…)` and `new Type { Prop = …, }`. */
  private constructions(): void {
    for (const match of this.source.matchAll(/\bnew (\w+)(<[^>]*>)?\s*([({[])/g)) {
      const [text, typeName, generic, bracket] = match;
      if (generic || bracket === '[' || typeName === 'double') { continue; }
      this.names++;
      const type = this.types.get(typeName);
      if (!type) { this.errors.push(`new ${typeName}: the API has no such type`); continue; }
      if (bracket === '(') {
        if (!(type instanceof ClassType) || type.abstract || !type.initializer) { this.errors.push(`new ${typeName}(…): it has no public constructor`); }
        continue;
      }
      if (!(type instanceof InterfaceType && type.isDataType())) { this.errors.push(`new ${typeName} { … }: it is no struct`); continue; }
      this.initializer(typeName, membersOf(type), assignments(this.source, match.index + text.length));
    }
  }

  private initializer(typeName: string, members: Member[], set: string[]): void {
    this.names += set.length;
    const names = members.map(({ name }) => csharpName(name));
    const required = members.filter(({ isRequired }) => isRequired).map(({ name }) => csharpName(name));
    this.errors.push(
      ...set.filter(name => !names.includes(name)).map(name => `${typeName} has no ${name}`),
      ...required.filter(name => !set.includes(name)).map(name => `${typeName} needs ${name}`),
    );
  }

  /** `Type.Member`, `variable.Member.Member`. */
  private chains(): void {
    for (const [chain] of this.source.replace(/^\s*(?:using|namespace) .*$/gm, '').matchAll(/\b[A-Za-z]\w*(?:\.\w+)+/g)) {
      const [first, ...rest] = chain.split('.');
      const isStatic = !this.variables.has(first);
      let type = this.variables.get(first) ?? this.types.get(first);
      if (!type) { this.errors.push(`${chain}: the API has no ${first}`); continue; }
      for (const [index, name] of rest.entries()) {
        this.names++;
        const members: Member[] = type ? membersOf(type) : [];
        const member = members.find(each => csharpName(each.name) === name && each.isStatic === (isStatic && index === 0));
        if (!member) { this.errors.push(`${chain}: there is no ${name}`); break; }
        type = member.type ? this.system.findFqn(member.type) : undefined;
      }
    }
  }
}

/** Names assigned to in an object initializer, which begins at an index; not those of initializers in it. */
function assignments(source: string, start: number): string[] {
  const found: string[] = [];
  let depth = 1;
  for (let index = start; depth > 0 && index < source.length; index++) {
    if ('{(['.includes(source[index])) { depth++; }
    if ('})]'.includes(source[index])) { depth--; }
    const match = depth === 1 && /[\s,{]/.test(source[index - 1]) ? /^(\w+) =\s/.exec(source.slice(index, index + 80)) : null;
    if (match) { found.push(match[1]); }
  }
  return found;
}

const namespaces = (source: string): Set<string> => new Set([...source.matchAll(/^using ([\w.]+);/gm)].map(([, name]) => name));

/** Types by the name that C# has for them, of the namespaces in use. */
function typesIn(used: Set<string>, system: TypeSystem): Map<string, Type> {
  const types = new Map<string, Type>();
  for (const assembly of system.assemblies) {
    for (const module of [assembly, ...assembly.allSubmodules]) {
      const namespace = module.targets?.dotnet?.namespace;
      if (!namespace || !used.has(namespace)) { continue; }
      for (const type of module.types) {
        for (const name of csharpTypes(type)) { types.set(name, type); }
      }
    }
  }
  return types;
}
