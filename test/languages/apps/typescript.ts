import * as path from 'path';
import { cdkOf, ROOT } from '../../templates/tools';
import { CDK, EXAMPLE, must } from '../packages';

/** From source. @param cdk version of aws-cdk-lib */
export async function runTypeScript(outdir: string, cdk = CDK): Promise<void> {
  const other = cdk === CDK ? [] : ['-r', path.join(ROOT, 'test', 'templates', 'newest-cdk.ts')];
  await must(process.execPath, ['-r', 'ts-node/register/transpile-only', ...other, 'app.ts'], {
    CDK_OUTDIR: outdir,
    ...cdk !== CDK && { NEWEST_CDK: cdkOf(cdk) },
    TS_NODE_PROJECT: path.join(ROOT, 'test', 'tsconfig.json'),
  }, EXAMPLE);
}
