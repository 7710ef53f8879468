import * as fs from 'fs';
import * as path from 'path';
import { CDK, EXAMPLE, must, type Workspace } from '../packages';

/**
 * In a copy of the app, with packages of its own, and jsii-pacmak's folder as a further source.
 *
 * @returns the version of aws-cdk-lib that it ran with: NuGet takes the lowest that its sources have and the app allows
 */
export async function runDotNet(outdir: string, workspace: Workspace): Promise<string> {
  const app = path.join(workspace.folder, 'csharp');
  fs.cpSync(path.join(EXAMPLE, 'csharp'), app, { recursive: true });
  addNuGetSource(app, workspace);
  await must('dotnet', ['run'], { CDK_OUTDIR: outdir, ...dotnetEnvironment(workspace) }, app);
  return cdkVersion(JSON.parse(fs.readFileSync(path.join(app, 'obj', 'project.assets.json'), 'utf8')));
}

/** Lets an app find the package that jsii-pacmak made. */
export function addNuGetSource(app: string, { dist }: Workspace): void {
  fs.writeFileSync(path.join(app, 'nuget.config'), `<configuration>
  <packageSources><add key="built" value="${path.join(dist, 'dotnet')}" /></packageSources>
</configuration>
`);
}

/** Version 0.0.0 of an earlier run must not come out of the user's own folder of packages. */
export const dotnetEnvironment = ({ folder }: Workspace): NodeJS.ProcessEnv =>
  ({ NUGET_PACKAGES: path.join(folder, 'nuget'), DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' });

/** @param assets what NuGet took */
export function cdkVersion(assets: { libraries: Record<string, unknown> }): string {
  const versions = Object.keys(assets.libraries).flatMap(library => /^Amazon\.CDK\.Lib\/(.+)$/.exec(library)?.[1] ?? []);
  if (versions.length !== 1) { throw new Error(`one version of Amazon.CDK.Lib is expected, at ${CDK} or above; got: ${versions.join(', ') || 'none'}`); }
  return versions[0];
}
