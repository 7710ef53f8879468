import type { TranslatedSnippet } from '../../docs/translations';

/** A rule of jsii-rosetta that no snippet can be written around. */
interface KnownFault {
  readonly fault: string;
  /** Writes what a reader of the snippet has to write. */
  readonly repair: (source: string, snippet: TranslatedSnippet) => string;
}

/** Names of modules as C# has them, where they are no plain capitals. */
const NAMESPACES: Readonly<Record<string, string>> = {
  cloudwatch: 'CloudWatch', events: 'Events', events_targets: 'Events.Targets', route53resolver: 'Route53Resolver', sagemaker: 'Sagemaker', stepfunctions: 'StepFunctions',
};

/** Modules of aws-cdk-lib that the fixture of the snippets imports, by the name that snippets use; `events` has structs that others take. */
const MODULES: Readonly<Record<string, string>> = {
  cloudwatch: 'cloudwatch', ec2: 'ec2', events: 'events', targets: 'events_targets', iam: 'iam', kms: 'kms', route53resolver: 'route53resolver', s3: 's3', sagemaker: 'sagemaker', sns: 'sns', sqs: 'sqs', sfn: 'stepfunctions',
};

const JAVA: readonly KnownFault[] = [
  { fault: 'a declared value is a variable without a value', repair: source => source.replace(/^(\w+ \w+);$/gm, '$1 = null;') },
  { fault: 'classes of the fixture, and structs, are not imported', repair: source => `${JAVA_IMPORTS}\n${source}` },
];

const JAVA_IMPORTS = [
  'java.util.List', 'java.util.Map', 'software.constructs.Construct', 'software.amazon.awscdk.*', 'io.github.cdksagemakerneo.*',
  ...Object.values(MODULES).map(module => `software.amazon.awscdk.services.${module.replace('_', '.')}.*`),
].map(name => `import ${name};`).join('\n');

const CSHARP: readonly KnownFault[] = [
  { fault: 'a declared value is a variable without a value', repair: source => source.replace(/^(\w+ \w+);$/gm, '$1 = null!;') },
  { fault: 'namespaces of the fixture, and of structs, are not named', repair: source => source.replace(/^using .*\n/gm, '') },
];

const GO: readonly KnownFault[] = [
  { fault: 'imports lack the major version, and have the module of aws-cdk-lib for each of its packages', repair: source => source.replace(/^import .*\n/gm, '') },
  { fault: 'a value of a class is dereferenced', repair: source => source.replace(/\*(?=\w+\.\w+\()/g, '') },
  { fault: 'a type has no package', repair: (source, snippet) => source.replace(/(?<=^var \w+ |&|\[\])[A-Z]\w+/gm, name => goType(name, snippet)) },
  {
    fault: 'a list is no pointer, and structs in it are none',
    repair: source => source.replace(/(?<!\w)\[\](?=[\w.]+\{\n\s*(&?))/g, (_, struct: string) => `&[]${struct && '*'}`),
  },
  { fault: 'a property is no method', repair: source => source.replace(/(?<=: [a-z]\w*\.)(\w)(\w*)(?=,$)/gm, (_, first: string, rest: string) => `${first.toUpperCase()}${rest}()`) },
  { fault: 'a method of an interface begins with a small letter', repair: source => source.replace(/^([a-z]\w*\.)([a-z])(?=\w*\()/gm, (_, variable: string, first: string) => variable + first.toUpperCase()) },
  { fault: 'a shorthand property begins with a capital', repair: source => source.replace(/(?<=^\t*(\w+): )\1(?=,$)/gm, name => name[0].toLowerCase() + name.slice(1)) },
  { fault: 'jsii has no function Boolean', repair: source => source.replace(/\bjsii\.Boolean\(/g, 'jsii.Bool(') },
  { fault: '`this` is no word of Go', repair: source => source.replace(/\bthis\b/g, 'stack') },
  { fault: 'a variable that nothing uses is an error in Go', repair: source => `${source}\n${[...source.matchAll(/^(\w+) :=/gm)].map(([, name]) => `_ = ${name}`).join('\n')}` },
];

/** The package of a type, from what the snippet references, or what it declares. */
function goType(name: string, { names, original }: TranslatedSnippet): string {
  if (/^I?Neo/.test(name)) { return `cdksagemakerneo.${name}`; }
  const module = names.map(each => /^aws-cdk-lib\.(?:aws_(\w+)\.)?(\w+)$/.exec(each)).find(found => found && [found[2], `I${found[2]}`].includes(name));
  const alias = module ? Object.keys(MODULES).find(each => MODULES[each] === module[1]) ?? module[1] : new RegExp(`: (\\w+)\\.${name};`).exec(original)?.[1];
  return `${alias ?? 'awscdk'}.${name}`;
}

const repaired = (faults: readonly KnownFault[], source: string, snippet: TranslatedSnippet): string =>
  faults.reduce((text, { repair }) => repair(text, snippet), source);

const indented = (text: string, by: string): string => text.replace(/^(?=.)/gm, by);

/** A snippet as a class of the package `snippets`. */
export function javaClass(snippet: TranslatedSnippet, name: string): string {
  const lines = repaired(JAVA, snippet.sources.java, snippet).split('\n');
  const isImport = (line: string): boolean => line.startsWith('import ');
  return `package snippets;

${lines.filter(isImport).join('\n')}

class ${name} extends Stack {
    ${name}(Construct scope, String id) {
        super(scope, id);
${indented(lines.filter(line => !isImport(line)).join('\n'), '        ')}
    }
}
`;
}

/** A snippet as a class of the namespace `Snippets`. */
export function csharpClass(snippet: TranslatedSnippet, name: string): string {
  const usings = ['System.Collections.Generic', 'Constructs', 'Amazon.CDK', 'CdkSagemakerNeo', ...Object.values(MODULES).map(module => `Amazon.CDK.AWS.${NAMESPACES[module] ?? module.toUpperCase()}`)];
  return `${usings.map(namespace => `using ${namespace};`).join('\n')}

namespace Snippets
{
    class ${name} : Stack
    {
        ${name}(Construct scope, string id) : base(scope, id)
        {
${indented(repaired(CSHARP, snippet.sources.csharp, snippet), '            ')}
        }
    }
}
`;
}

/** A snippet as a file of the package `snippets`. */
export function goFile(snippet: TranslatedSnippet, name: string): string {
  const body = repaired(GO, snippet.sources.go, snippet);
  const packages = {
    jsii: 'github.com/aws/jsii-runtime-go',
    cdksagemakerneo: 'github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go/cdksagemakerneo',
    ...Object.fromEntries(Object.entries(MODULES).map(([alias, module]) => [alias, `github.com/aws/aws-cdk-go/awscdk/v2/aws${module.replace('_', '')}`])),
  };
  const used = Object.entries(packages).filter(([alias]) => new RegExp(`\\b${alias}\\.`).test(body));
  return `package snippets

import (
	awscdk "github.com/aws/aws-cdk-go/awscdk/v2"
${used.map(([alias, module]) => `\t${alias} "${module}"`).join('\n')}
)

func ${name}(stack awscdk.Stack) {
${indented(body.replace(/^stack := /m, 'stack = '), '\t')}
}
`;
}
