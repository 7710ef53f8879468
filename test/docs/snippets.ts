import { readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { MarkdownPage, ROOT } from './markdown';

/** `declare const` inside a function, which jsii-rosetta lets pass, too. */
const DECLARE_IN_FUNCTION = 1184;

/**
 * Compile the TypeScript snippets of Markdown pages against the sources, in the fixture that jsii-rosetta uses for the README.
 *
 * @returns what the compiler says, with file and line of the page
 */
export function snippetErrors(pages: readonly MarkdownPage[]): string[] {
  const fixture = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8');
  const sources = new Map<string, { text: string; position: (line: number) => string }>();
  for (const page of pages) {
    for (const { language, code, line } of page.blocks) {
      const [kind, option] = language.split(/\s+/);
      if (!['ts', 'typescript'].includes(kind)) { continue; }
      const [before, after] = option === 'nofixture' ? ['', ''] : around(fixture);
      const linesBefore = before.split('\n').length - 1;
      sources.set(join(ROOT, 'snippets', `${page.path.replace(/\W/g, '_')}_${line}.ts`), {
        text: before + code + after,
        position: generated => `${page.path}:${line + Math.max(0, generated - linesBefore)}`,
      });
    }
  }
  return compile(new Map([...sources].map(([name, { text }]) => [name, text])))
    .map(({ name, line, message }) => `${sources.get(name)!.position(line)}: ${message}`);
}

function around(fixture: string): [string, string] {
  const [before, after] = fixture.split(/^ *\/\/\/ here$/m);
  if (after === undefined) { throw new Error('the fixture has no line `/// here`'); }
  return [before, after];
}

function compile(files: ReadonlyMap<string, string>): Array<{ name: string; line: number; message: string }> {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    paths: { 'cdk-sagemaker-neo': [`${ROOT}/src/index`] },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = name => files.has(name) || fileExists.call(host, name);
  host.readFile = name => files.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, ...rest) => files.has(name)
    ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022)
    : getSourceFile.call(host, name, ...rest);
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([...files.keys()], options, host));
  return diagnostics.filter(({ code }) => code !== DECLARE_IN_FUNCTION).map(({ file, start, messageText }) => ({
    name: file?.fileName ?? 'the options of the compiler',
    line: file?.getLineAndCharacterOfPosition(start!).line ?? 0,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}
