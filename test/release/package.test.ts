import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { buildSync } from 'esbuild';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

test('nothing is installed with the package but its two peers, which the consumer has', () => {
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.optionalDependencies ?? {}).toEqual({});
  expect(manifest.bundledDependencies ?? manifest.bundleDependencies ?? []).toEqual([]);
  expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
});

test('the peers\' floors are what is installed here, and so what the tests run with', () => {
  for (const [name, range] of Object.entries<string>(manifest.peerDependencies)) { expect(range).toBe(`^${manifest.devDependencies[name]}`); }
});

test('nothing runs when it is installed', () => {
  expect(Object.keys(manifest.scripts).filter(name => /^(pre|post)?(install|prepare|publish)|^prepack$/.test(name))).toEqual([]);
});

test('published files are listed, so that a new folder is not published', () => {
  expect(manifest.files).toEqual(expect.arrayContaining(['.jsii', 'assets', 'lib/**/*.js', 'lib/**/*.d.ts']));
  expect(fs.existsSync(path.join(ROOT, '.npmignore'))).toBe(false);
});

test('it is under Apache-2.0, and says so everywhere', () => {
  expect(manifest.license).toBe('Apache-2.0');
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/);
  expect(read('README.md')).toMatch(/Apache(-2\.0| License)/);
});

test('names follow each ecosystem', () => {
  expect(manifest.name).toBe('cdk-sagemaker-neo');
  expect(manifest.jsii.targets).toEqual({
    python: { distName: 'cdk-sagemaker-neo', module: 'cdk_sagemaker_neo' },
    java: { package: 'io.github.cdksagemakerneo', maven: { groupId: 'io.github.cdk-sagemaker-neo', artifactId: 'cdk-sagemaker-neo' } },
    dotnet: { namespace: 'CdkSagemakerNeo', packageId: 'CdkSagemakerNeo' },
    go: { moduleName: 'github.com/cdk-sagemaker-neo/cdk-sagemaker-neo-go' },
  });
});

test('the Maven namespace is that of the owner of the repository on GitHub, as Maven Central grants no other', () => {
  const [, owner] = /github\.com\/([^/]+)\//.exec(manifest.repository.url)!;
  expect(manifest.jsii.targets.java.maven.groupId).toBe(`io.github.${owner}`);
});

test('the lock file names no registry: what is resolved are folders of this repository', () => {
  const lock = read('package-lock.json');
  const resolved = [...lock.matchAll(/"resolved": "([^"]*)"/g)].map(([, folder]) => folder);
  expect([...new Set(resolved)].sort()).toEqual(['local/lambda/node-runtimes', 'local/lambda/node-runtimes/placeholder']);
  expect(lock).not.toMatch(/https?:\/\/registry\./);
});

describe('THIRD-PARTY-NOTICES', () => {
  /** The tasks that bundle handlers, as projen has them. */
  const bundles = Object.values<{ steps?: { execArgs?: string[] }[] }>(JSON.parse(read('.projen/tasks.json')).tasks)
    .flatMap(({ steps = [] }) => steps.map(({ execArgs = [] }) => execArgs.join(' '))).filter(exec => exec.startsWith('esbuild --bundle'));

  test('there are bundles', () => { expect(bundles.length).toBeGreaterThan(0); });

  test.each(bundles)('names every package whose code is in the output of: %s', command => {
    const [, entry] = /--bundle (\S+)/.exec(command)!;
    const external = [...command.matchAll(/--external:(\S+)/g)].map(([, name]) => name);
    const { metafile } = buildSync({ absWorkingDir: ROOT, entryPoints: [entry], bundle: true, platform: 'node', external, write: false, metafile: true });
    const inputs = Object.keys(metafile.inputs);
    const packages = new Set(inputs.map(input => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]).filter(name => name !== undefined));

    expect(inputs).toContain(entry.replace('./', ''));
    expect([...packages].filter(name => !read('THIRD-PARTY-NOTICES').includes(name))).toEqual([]);
  });
});

test('no file under version control has a path of the machine that made it', () => {
  // `git grep` exits 1 where it finds nothing. Files of models count, too.
  const { status, stdout } = spawnSync('git', ['grep', '-lE', '/(tmp|root|work|home)/[A-Za-z0-9]', '--', '.', ':!package-lock.json'], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, files: stdout }).toEqual({ status: 1, files: '' });
});
