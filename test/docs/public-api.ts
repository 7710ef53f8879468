/**
 * What is missing in the documentation of the public API, as jsii's assembly (`.jsii`) has it: so for all five languages.
 */

interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly default?: string;
  readonly see?: string;
  readonly example?: string;
  readonly stability?: string;
  readonly deprecated?: string;
}

interface Documented {
  readonly name: string;
  readonly docs?: Docs;
  readonly optional?: boolean;
}

interface Callable extends Documented {
  readonly parameters?: readonly Documented[];
  readonly overrides?: string;
}

interface Type extends Documented {
  readonly kind: string;
  /** An interface that is a bag of properties. */
  readonly datatype?: boolean;
  readonly abstract?: boolean;
  readonly properties?: readonly Documented[];
  readonly methods?: readonly Callable[];
  readonly members?: readonly Documented[];
  readonly initializer?: Callable;
}

export interface Assembly {
  readonly types?: { readonly [fqn: string]: Type };
}

const AWS_PAGE = /^https:\/\/docs\.aws\.amazon\.com\/\S+$/;

export function documentationGaps({ types = {} }: Assembly): string[] {
  return Object.values(types).flatMap(type => [
    ...gapsOf(type.name, type.docs),
    ...type.kind === 'class' ? gapsOfClass(type) : [],
    ...(type.properties ?? []).flatMap(property => gapsOfProperty(type, property)),
    ...(type.members ?? []).flatMap(({ name, docs }) => gapsOf(`${type.name}.${name}`, docs)),
    ...(type.methods ?? []).flatMap(method => gapsOfCallable(`${type.name}.${method.name}`, method)),
    // Only a subclass calls the constructor of an abstract class.
    ...type.initializer && !type.abstract ? gapsOfParameters(type.name, type.initializer) : [],
  ]);
}

function gapsOf(name: string, docs: Docs = {}): string[] {
  return [
    ...docs.summary ? [] : [`${name}: no documentation`],
    // jsii knows what is deprecated by the text after the tag, which must name what to use instead.
    ...docs.stability === 'deprecated' && !/\b(use|replaced by)\b/i.test(docs.deprecated ?? '') ? [`${name}: @deprecated without a replacement ("use …")`] : [],
  ];
}

function gapsOfClass({ name, docs = {} }: Type): string[] {
  return [
    ...docs.example ? [] : [`${name}: no @example`],
    ...AWS_PAGE.test(docs.see ?? '') ? [] : [`${name}: no @see with a page of AWS's documentation; got: ${docs.see ?? 'nothing'}`],
  ];
}

function gapsOfProperty(type: Type, { name, docs = {}, optional }: Documented): string[] {
  const full = `${type.name}.${name}`;
  const explained = !optional || (type.datatype ? docs.default : /undefined/i.test([docs.summary, docs.remarks, docs.default].join(' ')));
  return [
    ...gapsOf(full, docs),
    ...explained ? [] : [type.datatype ? `${full}: optional without @default` : `${full}: does not say when it is undefined`],
  ];
}

function gapsOfCallable(name: string, callable: Callable): string[] {
  return [...gapsOf(name, callable.docs), ...gapsOfParameters(name, callable)];
}

/** A method of an interface is documented there, for its classes too. */
function gapsOfParameters(name: string, { parameters = [], overrides }: Callable): string[] {
  return (overrides ? [] : parameters).filter(({ docs }) => !docs?.summary).map(parameter => `${name}: parameter ${parameter.name} has no @param`);
}
