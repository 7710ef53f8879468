import * as fs from 'fs';
import * as path from 'path';
import { csharpClass, goFile, javaClass } from './repairs';
import { translatedSnippets, type TranslatedSnippet } from '../../docs/translations';
import type { Outcome } from '../../templates/tools';
import { dotnetEnvironment } from '../apps/dotnet';
import { run, VERSION, type Workspace } from '../packages';

/*
 * The translations of README and docstrings as compilers see them, in the copies of the app that the languages have run. What no snippet can be written
 * around is repaired (repairs.ts) or let pass here.
 */

export async function compileJava({ folder }: Workspace): Promise<string> {
  const app = path.join(folder, 'java');
  return compiled(path.join(app, 'src', 'main', 'java', 'snippets'), '.java', javaClass, async () =>
    run('mvn', ['--batch-mode', '--quiet', '--settings', path.join(folder, 'settings.xml'), `-Dcdk-sagemaker-neo.version=${VERSION}`, 'compile'], {}, app));
}

export async function compileGo({ folder }: Workspace): Promise<string> {
  const app = path.join(folder, 'go');
  return compiled(path.join(app, 'snippets'), '.go', goFile, async () => {
    // All errors, not the first ten.
    const { status, stdout, stderr } = await run('go', ['build', '-gcflags=-e', './snippets'], {}, app);
    const errors = goErrors(stderr);
    return { status: errors.length === 0 && stderr !== '' ? 0 : status, stdout, stderr: errors.join('\n') };
  });
}

export async function compileCSharp(workspace: Workspace): Promise<string> {
  const app = path.join(workspace.folder, 'csharp');
  return compiled(path.join(app, 'Snippets'), '.cs', csharpClass, async () => run('dotnet', ['build'], dotnetEnvironment(workspace), app));
}

/**
 * Errors of Go's compiler, but for optional structs: Go has no optional parameters, and jsii-rosetta leaves out the nil that a reader has to add.
 */
export function goErrors(said: string): string[] {
  const errors = said.split('\n').filter(line => !line.startsWith('#')).join('\n').split(/\n(?!\t)/).filter(error => error !== '');
  return errors.filter(error => {
    const [, have, want] = /not enough arguments in call to [^]*\n\thave \((.*)\)\n\twant \((.*)\)/.exec(error) ?? [];
    if (want === undefined) { return true; }
    const [given, wanted] = [have, want].map(list => list.split(', ').filter(type => type !== ''));
    return !wanted.slice(given.length).every(type => /^\*\w+\.\w+(Props|Options)$/.test(type));
  });
}

async function compiled(
  folder: string, extension: string, fileOf: (snippet: TranslatedSnippet, name: string) => string, compile: () => Promise<Outcome>,
): Promise<string> {
  const snippets = translatedSnippets();
  fs.mkdirSync(folder, { recursive: true });
  for (const snippet of snippets) {
    const name = `Of_${snippet.name.replace(/\W+/g, '_')}`;
    fs.writeFileSync(path.join(folder, `${name}${extension}`), fileOf(snippet, name));
  }
  const { status, stdout, stderr } = await compile();
  if (status !== 0) { throw new Error(`snippets do not compile:\n${stdout}\n${stderr}`.trim()); }
  return `${snippets.length} snippets of README and docstrings compile as jsii-rosetta translates them`;
}
