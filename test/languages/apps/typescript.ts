import * as path from 'path';
import { ROOT } from '../../templates/tools';
import { EXAMPLE, must } from '../packages';

export function runTypeScript(outdir: string): void {
  must(process.execPath, ['-r', 'ts-node/register/transpile-only', 'app.ts'], {
    CDK_OUTDIR: outdir,
    TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'),
  }, EXAMPLE);
}
