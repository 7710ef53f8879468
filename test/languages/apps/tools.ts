import * as fs from 'fs';
import * as path from 'path';
import { pathToFileURL } from 'url';
import { must, type Workspace } from '../packages';

const GO_MODULE = 'github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go/cdksagemakerneo';

/**
 * Make a virtual environment with what a file of requirements asks for, or add that to the one that is there.
 *
 * @returns its Python
 */
export async function installedPython(workspace: Workspace, requirements: string, ...options: string[]): Promise<string> {
  const { folder, dist } = workspace;
  const python = pythonIn(workspace);
  if (!fs.existsSync(python)) { await must('python3', ['-m', 'venv', path.join(folder, 'python')]); }
  await must(python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--find-links', path.join(dist, 'python'), '--requirement', requirements, ...options]);
  return python;
}

export const pythonIn = ({ folder }: Workspace): string => path.join(folder, 'python', process.platform === 'win32' ? 'Scripts' : 'bin', 'python');

/** Settings of Maven with a local repository of its own, and the repository that jsii-pacmak made. */
export function mavenSettings({ folder, dist }: Workspace): string {
  const settings = path.join(folder, 'settings.xml');
  fs.writeFileSync(settings, `<settings>
  <localRepository>${path.join(folder, 'maven')}</localRepository>
  <profiles><profile><id>built</id><repositories><repository>
    <id>built</id><url>${pathToFileURL(path.join(dist, 'java')).href}</url>
  </repository></repositories></profile></profiles>
  <activeProfiles><activeProfile>built</activeProfile></activeProfiles>
</settings>
`);
  return settings;
}

/** Let a copy of an app take the module that jsii-pacmak made. */
export async function replaceGoModule(app: string, { dist }: Workspace): Promise<void> {
  await must('go', ['mod', 'edit', '-require', `${GO_MODULE}@v0.0.0`, '-replace', `${GO_MODULE}=${path.join(dist, 'go', 'cdksagemakerneo')}`], {}, app);
}
