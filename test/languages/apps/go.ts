import * as fs from 'fs';
import * as path from 'path';
import { replaceGoModule } from './tools';
import { EXAMPLE, must, type Workspace } from '../packages';

/** As a copy whose go.mod has the module that jsii-pacmak made. */
export async function runGo(outdir: string, workspace: Workspace): Promise<void> {
  const app = path.join(workspace.folder, 'go');
  fs.cpSync(path.join(EXAMPLE, 'go'), app, { recursive: true });
  await replaceGoModule(app, workspace);
  await must('go', ['mod', 'tidy'], {}, app);
  await must('go', ['vet', './...'], {}, app);
  await must('go', ['run', '.'], { CDK_OUTDIR: outdir }, app);
}
