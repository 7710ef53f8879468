import * as fs from 'fs';
import * as path from 'path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

export const ROOT = path.join(__dirname, '..', '..');
const OUT = path.join(ROOT, '.cache', 'bench');

/**
 * The compiled library, installed for the programs. CDK keeps a stack trace for each resource, and leaves out the frames of files in node_modules.
 */
const LIBRARY = path.join(OUT, 'node_modules', 'cdk-sagemaker-neo');

/** Replaces the library's sources by the compiled library, as a consumer has it. */
const compiledLibrary: Plugin = {
  name: 'compiled-library',
  setup({ onResolve }) {
    fs.rmSync(LIBRARY, { recursive: true, force: true });
    ['lib', 'assets', 'package.json'].forEach(part => fs.cpSync(path.join(ROOT, part), path.join(LIBRARY, part), { recursive: true }));
    onResolve({ filter: /^(\.\.\/)+src(\/|$)/ }, ({ path: source }) => ({ path: path.join(LIBRARY, source.replace(/^(\.\.\/)+src/, 'lib')), external: true }));
  },
};

/**
 * Builds a program of bench/ as plain JavaScript, so that no compiler is measured. Modules of node_modules stay outside.
 *
 * @param program path below bench/, without extension
 * @returns path of the JavaScript
 */
export async function built(program: string, options: BuildOptions = {}): Promise<string> {
  const outfile = options.outfile ?? path.join(OUT, `${program}.js`);
  await build({
    entryPoints: [path.join(ROOT, 'bench', `${program}.ts`)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [compiledLibrary],
    define: { __dirname: JSON.stringify(path.join(ROOT, 'bench', path.dirname(program))) },
    ...options,
    outfile,
  });
  return outfile;
}
