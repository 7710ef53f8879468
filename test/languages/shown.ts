/**
 * What a package shows in its own language: its README, and what help(), javadoc, godoc and an editor for C# read.
 */
import * as fs from 'fs';
import * as path from 'path';
import type { Target } from './packages';
import { NUGET_PROPS } from '../../build/package-dotnet';
import { ROOT, run } from '../templates/tools';

interface Shown {
  /** The text that the package index or the editor shows first. */
  readonly readme: string;
  /** The documentation of types and members. */
  readonly api: string;
}

interface Rule {
  readonly read: (dist: string) => Shown;
  /** A call of the README's first example in this language. */
  readonly call: string;
  /** Where an example of the API begins. */
  readonly example: RegExp;
  /** How the language spells a constant of `NeoTarget`. */
  readonly constant: (row: { readonly typescript: string; readonly python: string }) => RegExp;
}

/** Marks of TypeScript that no other of the languages has. */
const TYPESCRIPT = /\bdeclare const\b|^\W*const \w+ = |\bfrom 'cdk-sagemaker-neo'|\((this|stack), '/m;

const RULES: Record<Target, Rule> = {
  python: {
    read: dist => {
      const wheel = find(path.join(dist, 'python'), '.whl');
      return { readme: unzip(wheel, '/METADATA'), api: unzip(wheel, 'cdk_sagemaker_neo/__init__.py') };
    },
    call: 'NeoCompilationJob(stack, "Stripes",',
    example: /\bExample::$/gm,
    constant: ({ python }) => new RegExp(`def ${python}\\(cls\\)`),
  },
  java: {
    read: dist => {
      const javadoc = find(path.join(dist, 'java'), '-javadoc.jar');
      return { readme: unzip(javadoc, 'cdksagemakerneo/package-summary.html'), api: unzip(javadoc, '.html') };
    },
    call: 'NeoCompilationJob.Builder.create(stack, "Stripes")',
    example: /Example:/g,
    constant: ({ python }) => new RegExp(`\\b${python}\\b`),
  },
  go: {
    read: dist => {
      const folder = path.join(dist, 'go', 'cdksagemakerneo');
      return { readme: read(folder, /^README\.md$/), api: read(folder, /\.go$/) };
    },
    call: 'cdksagemakerneo.NewNeoCompilationJob(stack, jsii.String("Stripes"),',
    example: /^\s*\/\/ Example:$/gm,
    constant: ({ typescript }) => new RegExp(`func NeoTarget_${typescript}\\(\\)`),
  },
  dotnet: {
    read: dist => {
      const folder = path.join(dist, 'dotnet');
      // From the package if the .NET SDK built one.
      if (fs.readdirSync(folder).some(name => name.endsWith('.nupkg'))) {
        const nupkg = find(folder, '.nupkg');
        return { readme: unzip(nupkg, 'README.md'), api: unzip(nupkg, 'CdkSagemakerNeo.xml') };
      }
      return { readme: nugetReadme(), api: read(path.join(folder, 'CdkSagemakerNeo', 'CdkSagemakerNeo'), /\.cs$/) };
    },
    call: 'new NeoCompilationJob(stack, "Stripes", new NeoCompilationJobProps {',
    example: /<example>/g,
    constant: ({ typescript }) => new RegExp(`CdkSagemakerNeo\\.NeoTarget[ .]${typescript}\\b`),
  },
};

/**
 * @returns what was found; throws if anything is in another language, or missing
 */
export function checkShown(target: Target, dist: string, examples = documentedExamples(), names = namesOfTargetsPage()): string {
  const { read: readPackage, call, example, constant } = RULES[target];
  const { readme, api } = readPackage(dist);
  const plain = (text: string) => text.replace(/&quot;/g, '"');
  const found = api.match(example)?.length ?? 0;
  const errors = [
    ...plain(readme).includes(call) ? [] : [`the README has no ${call}`],
    ...[readme, api].flatMap(text => TYPESCRIPT.exec(plain(text))?.slice(0, 1) ?? []).map(text => `TypeScript is shown: ${text.trim()}`),
    ...[readme, api].some(text => text.includes('non-compiling')) ? ['a snippet is marked as not compiling'] : [],
    ...found < examples ? [`${found} examples are shown, the docstrings have ${examples}`] : [],
    ...names.filter(name => !constant(name).test(api)).map(({ typescript, python }) => `docs/targets.md has ${typescript} (${python}), the package has not`),
  ];
  if (errors.length > 0) { throw new Error(errors.join('\n')); }
  return `README and ${found} examples in its own language`;
}

/** The examples of types in the docstrings, as the jsii assembly has them. */
function documentedExamples(): number {
  const { types } = JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8')) as { types: Record<string, { docs?: { example?: string } }> };
  return Object.values(types).filter(({ docs }) => docs?.example).length;
}

/** The names that docs/targets.md says are different in Python and Java. */
function namesOfTargetsPage(): { typescript: string; python: string }[] {
  const [, section] = fs.readFileSync(path.join(ROOT, 'docs', 'targets.md'), 'utf8').split('### Names in other languages');
  const rows = [...section.split('\n## ')[0].matchAll(/^\| `(\w+)` \| `(\w+)` \|$/gm)].map(([, typescript, python]) => ({ typescript, python }));
  if (rows.length === 0) { throw new Error('docs/targets.md has no names in other languages'); }
  return rows;
}

/** The file that the properties say to pack. */
function nugetReadme(): string {
  const props = fs.readFileSync(NUGET_PROPS, 'utf8');
  const [, file] = /<None Include="\$\(MSBuildThisFileDirectory\)(.+?)" Pack="true" PackagePath="\\" \/>/.exec(props) ?? [];
  if (!file || !props.includes(`<PackageReadmeFile>${file}</PackageReadmeFile>`)) { throw new Error(`${NUGET_PROPS} packs no README`); }
  return fs.readFileSync(path.join(path.dirname(NUGET_PROPS), file), 'utf8');
}

function find(folder: string, ending: string): string {
  const [file] = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith(ending));
  if (!file) { throw new Error(`jsii-pacmak made no ${ending} in ${folder}`); }
  return path.join(folder, file);
}

const read = (folder: string, name: RegExp): string => fs.readdirSync(folder).filter(file => name.test(file)).map(file => fs.readFileSync(path.join(folder, file), 'utf8')).join('\n');

/** Python is here in any case: the files of a wheel or jar whose names end like this. */
const UNZIP = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); sys.stdout.buffer.write(b"\\n".join(z.read(n) for n in z.namelist() if n.endswith(sys.argv[2])))';

function unzip(archive: string, ending: string): string {
  const { status, stdout, stderr } = run('python3', ['-c', UNZIP, archive, ending]);
  if (status !== 0) { throw new Error(`cannot read ${archive}: ${stderr}`); }
  return stdout;
}
