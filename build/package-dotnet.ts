/**
 * Creates the .NET package. jsii-pacmak adds a README to the other packages only, so this program writes the README with its snippets in C#, and MSBuild
 * properties that put it into the NuGet package. MSBuild imports them because the environment variable `DirectoryBuildPropsPath` names their file. The
 * path must be absolute: MSBuild ignores a relative one without a message. This is part of `npx projen package:dotnet`.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { RosettaTabletReader, TargetLanguage, UnknownSnippetMode } from 'jsii-rosetta';

const ROOT = path.join(__dirname, '..');

export const NUGET_PROPS = path.join(ROOT, 'node_modules', '.cache', 'nuget', 'Directory.Build.props');

const PROPS = `<Project>
  <PropertyGroup>
    <PackageReadmeFile>README.md</PackageReadmeFile>
  </PropertyGroup>
  <ItemGroup>
    <None Include="$(MSBuildThisFileDirectory)README.md" Pack="true" PackagePath="\\" />
  </ItemGroup>
</Project>
`;

export async function writeNuGetReadme(): Promise<void> {
  const { name, readme } = JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8')) as { name: string; readme: { markdown: string } };
  // Snippets without a translation fail, so that no TypeScript is published.
  const rosetta = new RosettaTabletReader({ unknownSnippets: UnknownSnippetMode.FAIL });
  await rosetta.loadTabletFromFile(path.join(ROOT, '.jsii.tabl.json.gz'));
  const translated = rosetta.translateSnippetsInMarkdown({ api: 'moduleReadme', moduleFqn: name }, readme.markdown, TargetLanguage.CSHARP, true);
  fs.mkdirSync(path.dirname(NUGET_PROPS), { recursive: true });
  fs.writeFileSync(path.join(path.dirname(NUGET_PROPS), 'README.md'), translated);
  fs.writeFileSync(NUGET_PROPS, PROPS);
}

async function packageDotnet(): Promise<void> {
  await writeNuGetReadme();
  const { status } = spawnSync(process.execPath, [require.resolve('jsii-pacmak/bin/jsii-pacmak'), '-v', '--no-npmignore', '--target', 'dotnet'], {
    cwd: ROOT, stdio: 'inherit', env: { ...process.env, DirectoryBuildPropsPath: NUGET_PROPS },
  });
  process.exitCode = status ?? 1;
}

if (require.main === module) { void packageDotnet(); }
