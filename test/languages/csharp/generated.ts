import * as fs from 'fs';
import * as path from 'path';
import { EnumType, InterfaceType, type Assembly, type Type } from 'jsii-reflect';
import { csharpName, csharpTypes, membersOf, ownMemberNames } from './api';

/** A member with the attribute that jsii's runtime finds it by, and the line that declares it. */
const MEMBER = /\[Jsii(?:Method|Property|EnumMember)\(name: "(\w+)".*\]\n(?:\s*\[.*\n)*\s*(.+)\n/g;

/**
 * Compare generated C# with the jsii assembly it was generated from.
 *
 * @returns what is wrong, and how much was compared
 */
export function checkGenerated(assembly: Assembly, folder: string): { errors: string[]; types: number; members: number } {
  const errors: string[] = [];
  let members = 0;
  const expected = new Set(['NamespaceDoc.cs']);

  for (const type of assembly.allTypes) {
    for (const name of csharpTypes(type)) {
      expected.add(`${name}.cs`);
      const file = path.join(folder, `${name}.cs`);
      if (!fs.existsSync(file)) { errors.push(`${type.fqn}: there is no ${name}.cs`); continue; }
      const source = fs.readFileSync(file, 'utf8');
      if (!new RegExp(`public (abstract )?${keyword(type, name)} ${name}\\b`).test(source)) { errors.push(`${name}.cs declares no public ${keyword(type, name)} ${name}`); }

      const declared = [...source.matchAll(MEMBER)].map(([, jsiiName, declaration]) => ({ jsiiName, declaration }));
      for (const { jsiiName, declaration } of declared) {
        if (!new RegExp(`\\b${csharpName(jsiiName)}\\b`).test(declaration)) { errors.push(`${name}.cs: ${jsiiName} is declared as: ${declaration}`); }
      }
      const found = new Set(declared.map(({ jsiiName }) => jsiiName));
      const known = new Set(membersOf(type).map(member => member.name));
      for (const own of ownMemberNames(type)) {
        members++;
        if (!found.has(own)) { errors.push(`${name}.cs lacks ${own}`); }
      }
      for (const more of found) {
        if (!known.has(more)) { errors.push(`${name}.cs has ${more}, the assembly does not`); }
      }
    }
  }
  for (const file of fs.readdirSync(folder).filter(entry => entry.endsWith('.cs') && !expected.has(entry))) { errors.push(`${file} belongs to no type`); }
  return { errors, types: assembly.allTypes.length, members };
}

const keyword = (type: Type, name: string): string =>
  type instanceof EnumType ? 'enum' : type instanceof InterfaceType && (!type.isDataType() || name === `I${type.name}`) ? 'interface' : 'class';
