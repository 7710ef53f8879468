import * as fs from 'fs';
import * as path from 'path';
import { pathToFileURL } from 'url';
import { EXAMPLE, must, VERSION, type Workspace } from '../packages';

/** With a local repository of its own, and the jar from the repository that jsii-pacmak made. */
export function runJava(outdir: string, { folder, dist }: Workspace): void {
  const app = path.join(folder, 'java');
  const settings = path.join(folder, 'settings.xml');
  fs.cpSync(path.join(EXAMPLE, 'java'), app, { recursive: true });
  fs.writeFileSync(settings, `<settings>
  <localRepository>${path.join(folder, 'maven')}</localRepository>
  <profiles><profile><id>built</id><repositories><repository>
    <id>built</id><url>${pathToFileURL(path.join(dist, 'java')).href}</url>
  </repository></repositories></profile></profiles>
  <activeProfiles><activeProfile>built</activeProfile></activeProfiles>
</settings>
`);
  must('mvn', ['--batch-mode', '--quiet', '--settings', settings, `-Dcdk-sagemaker-neo.version=${VERSION}`, 'compile', 'exec:java'], { CDK_OUTDIR: outdir }, app);
}
