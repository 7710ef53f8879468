import { execFileSync } from 'child_process';
import { mkdtempSync, readdirSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { brokenRules } from './private-app';
import { evaluate } from '../../src/privacy/report/privacy-report';
import { TemplateSet } from '../../src/privacy/template/template-set';

const ROOT = join(__dirname, '..', '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples'), { withFileTypes: true }).filter(entry => entry.isDirectory()).map(({ name }) => name);

test.each(EXAMPLES)('examples/%s breaks no rule', name => {
  const out = mkdtempSync(join(tmpdir(), 'neo-example-'));
  try {
    execFileSync(process.execPath, ['-r', 'ts-node/register/transpile-only', join(ROOT, 'examples', name, 'app.ts')], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false', TS_NODE_PROJECT: join(ROOT, 'test', 'tsconfig.json') },
      stdio: 'ignore',
    });
    const templates = TemplateSet.fromFiles(readdirSync(out).filter(file => /(?<!nested)\.template\.json$/.test(file)).map(file => join(out, file)));
    const report = evaluate(templates, [], 'test');
    expect(report.networks.length).toBeGreaterThan(0);
    expect(brokenRules(report)).toEqual([]);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
