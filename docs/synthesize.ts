import { execFileSync } from 'child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

const ROOT = join(__dirname, '..');

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, any> }>>;
}

/**
 * Runs an app as the CDK CLI does.
 *
 * @param app the app's file
 * @param cwd the folder in which it runs
 * @param flags feature flags, such as those that `cdk init` writes into cdk.json
 * @returns its templates by the name of the stack's artifact
 */
export function synthesize(app: string, cwd = ROOT, flags: Readonly<Record<string, unknown>> = {}): Record<string, Template> {
  const out = mkdtempSync(join(tmpdir(), 'neo-docs-'));
  try {
    execFileSync(process.execPath, ['-r', join(ROOT, 'projenrc', 'register.js'), app], {
      cwd,
      env: {
        ...process.env,
        CDK_OUTDIR: out,
        CDK_CONTEXT_JSON: JSON.stringify({ ...flags, 'aws:cdk:enable-path-metadata': true }),
        CDK_VALIDATION: 'false',
        NODE_PATH: join(ROOT, 'node_modules'),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return Object.fromEntries(readdirSync(out).filter(file => file.endsWith('.template.json'))
      .map(file => [file.slice(0, -'.template.json'.length), JSON.parse(readFileSync(join(out, file), 'utf8'))]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Runs the app of an example. */
export const synthesizeExample = (name: string): Record<string, Template> => synthesize(join(ROOT, 'examples', name, 'app.ts'));
