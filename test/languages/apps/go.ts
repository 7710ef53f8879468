import * as fs from 'fs';
import * as path from 'path';
import { EXAMPLE, must, type Workspace } from '../packages';

const MODULE = 'github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go/cdksagemakerneo';

/** As a copy whose go.mod has the module that jsii-pacmak made. */
export function runGo(outdir: string, { folder, dist }: Workspace): void {
  const app = path.join(folder, 'go');
  fs.cpSync(path.join(EXAMPLE, 'go'), app, { recursive: true });
  must('go', ['mod', 'edit', '-replace', `${MODULE}=${path.join(dist, 'go', 'cdksagemakerneo')}`], {}, app);
  must('go', ['mod', 'tidy'], {}, app);
  must('go', ['vet', './...'], {}, app);
  must('go', ['run', '.'], { CDK_OUTDIR: outdir }, app);
}
