import * as path from 'path';
import { type Assembly, ClassType, EnumType, InterfaceType, Property, type Type, TypeSystem } from 'jsii-reflect';
import { ROOT } from '../../templates/tools';

/** The API of the library and of what it depends on, as jsii has it. */
export async function loadApi(): Promise<TypeSystem> {
  const system = new TypeSystem();
  await system.loadModule(ROOT, { validate: false, supportedFeatures: ['intersection-types', 'class-covariant-overrides'] });
  return system;
}

export const libraryIn = (system: TypeSystem): Assembly => system.findAssembly('cdk-sagemaker-neo');

export const packageFolder = (dist: string): string => path.join(dist, 'dotnet', 'CdkSagemakerNeo', 'CdkSagemakerNeo');

/** A member as C# has it: constants keep their name, everything else begins with a capital. */
export const csharpName = (jsiiName: string): string => jsiiName[0].toUpperCase() + jsiiName.slice(1);

/** Type names as C# has them: structs are a class and an interface whose name begins with I. */
export const csharpTypes = (type: Type): string[] => type instanceof InterfaceType && type.isDataType() ? [type.name, `I${type.name}`] : [type.name];

export interface Member {
  readonly name: string;
  readonly isStatic: boolean;
  readonly isRequired: boolean;
  /** Fully qualified name of a property's type, or of what a method returns, when it is a class, an interface or an enum. */
  readonly type?: string;
}

/** All members, inherited ones too. */
export function membersOf(type: Type): Member[] {
  if (type instanceof EnumType) { return type.members.map(({ name }) => ({ name, isStatic: true, isRequired: false })); }
  if (!(type instanceof ClassType || type instanceof InterfaceType)) { return []; }
  return [
    ...type.allProperties.map(property => ({ ...common(property), isRequired: !property.optional, type: property.type.fqn ?? undefined })),
    ...type.allMethods.map(method => ({ ...common(method), isRequired: false, type: method.returns.type.fqn ?? undefined })),
  ];
}

const common = (member: Property | ClassType['allMethods'][number]) => ({ name: member.name, isStatic: member.static });

/** Members that a type's own declaration has. */
export function ownMemberNames(type: Type): string[] {
  if (type instanceof EnumType) { return type.members.map(({ name }) => name); }
  return type instanceof ClassType || type instanceof InterfaceType ? type.ownMembers.map(({ name }) => name) : [];
}
