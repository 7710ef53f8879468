import * as fs from 'fs';
import * as path from 'path';
import { mavenSettings } from './tools';
import { EXAMPLE, must, VERSION, type Workspace } from '../packages';

/** With a local repository of its own, and the jar from the repository that jsii-pacmak made. */
export async function runJava(outdir: string, workspace: Workspace): Promise<void> {
  const app = path.join(workspace.folder, 'java');
  fs.cpSync(path.join(EXAMPLE, 'java'), app, { recursive: true });
  await must('mvn', ['--batch-mode', '--quiet', '--settings', mavenSettings(workspace), `-Dcdk-sagemaker-neo.version=${VERSION}`, 'compile', 'exec:java'], { CDK_OUTDIR: outdir }, app);
}
