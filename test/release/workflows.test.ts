import * as fs from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..', '..');
const WORKFLOWS = path.join(ROOT, '.github', 'workflows');
const workflow = (name: string): string => fs.readFileSync(path.join(WORKFLOWS, `${name}.yml`), 'utf8');

/** A job's text, from its name to the next one's. */
function job(file: string, name: string): string {
  const [, text] = new RegExp(`^  ${name}:\\n((?:    .*\\n|\\n)+)`, 'm').exec(workflow(file)) ?? [];
  if (!text) { throw new Error(`${file}.yml has no job ${name}`); }
  return text;
}

test.each(fs.readdirSync(WORKFLOWS))('%s names no host and no path of a machine', file => {
  // The address of GitHub's own bot is no host.
  const text = fs.readFileSync(path.join(WORKFLOWS, file), 'utf8').replace(/@users\.noreply\.github\.com/g, '');
  expect(text).not.toMatch(/:\/\/|registry\.|\.(com|org|net|io)\b/);
  expect(text).not.toMatch(/(^|\s)\/(home|root|work|Users)\//m);
});

test.each([
  ['npm', 'NPM_TRUSTED_PUBLISHER', /NPM_TOKEN/],
  ['pypi', 'PYPI_TRUSTED_PUBLISHER', /TWINE_/],
  ['nuget', 'NUGET_TRUSTED_PUBLISHER', /NUGET_API_KEY/],
])('%s has trusted publishing, and so no token', (registry, variable, token) => {
  const publish = job('release', `release_${registry}`);
  expect(publish).toMatch(/id-token: write/);
  expect(publish).toContain(`${variable}: "true"`);
  expect(publish).not.toMatch(token);
});

test('npm gets provenance, and PyPI the attestations that come with trusted publishing', () => {
  expect(job('release', 'release_npm')).toMatch(/NPM_CONFIG_PROVENANCE: "true"/);
  expect(job('release', 'release_pypi')).not.toMatch(/PYPI_DISABLE_ATTESTATIONS/);
});

test('secrets are what Maven Central and the Go repository ask for, the name of a NuGet profile, and those of GitHub', () => {
  const secrets = [...workflow('release').matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
  expect([...new Set(secrets)].sort()).toEqual([
    'GITHUB_TOKEN', 'GO_GITHUB_TOKEN', 'MAVEN_GPG_PRIVATE_KEY', 'MAVEN_GPG_PRIVATE_KEY_PASSPHRASE', 'MAVEN_PASSWORD', 'MAVEN_USERNAME', 'NUGET_USERNAME',
  ]);
});

test.each([
  ['build', 'build'], ['build', 'checks'], ['build', 'mutation'], ['release', 'release'], ['release', 'release_npm'], ['release', 'release_maven'], ['release', 'release_golang'],
])('%s.yml: %s, which runs code of others, may not write to the repository', (file, name) => {
  expect(job(file, name)).toMatch(/^      contents: read$/m);
  expect(job(file, name)).not.toMatch(/^      (?!id-token)[a-z-]+: write$/m);
});

test('what publishes has a version', () => {
  const publishers = [...workflow('release').matchAll(/publib@(\S+?)'/g)].map(([, version]) => version);
  expect(publishers).toHaveLength(5);
  for (const version of publishers) { expect(version).toMatch(/^\d+\.\d+\.\d+$/); }
});

test('a release is 1.0.0 or later, as before that a feature would be a patch, and its API is compared with the last one\'s', () => {
  const { tasks: { release } } = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8'));
  expect(release.env.MIN_MAJOR).toBe('1');
  expect(release.steps).toContainEqual({ spawn: 'check:api' });
});

test.each(['npm', 'pypi', 'maven', 'nuget', 'golang', 'github'])('a release has a job for %s, and none of a dry run', registry => {
  expect(job('release', `release_${registry}`)).toMatch(registry === 'github' ? /if: \$\{\{ !inputs\.dry_run \}\}/ : /PUBLIB_DRYRUN: \$\{\{ inputs\.dry_run \}\}/);
});

test('every pull request gets the checks of CI, with the toolchains they need', () => {
  const checks = job('build', 'checks');
  expect(checks).toMatch(/run: \.ci\/run$/m);
  for (const tool of ['node', 'python', 'java', 'go']) { expect(checks).toContain(`actions/setup-${tool}@`); }
  expect(checks).toMatch(/python-version: "3\.13"/);
  const commands = fs.readFileSync(path.join(ROOT, '.ci', 'run'), 'utf8').split('\n').map(line => line.replace(/ > .*&$/, ''));
  expect(commands).toEqual(expect.arrayContaining(['npm run check:api', 'npm run test:languages', 'npm run test:second-engine', 'npm run test:consumer']));
});

test('a pull request runs the tests once', () => {
  expect(job('build', 'build')).toMatch(/run: npx projen build:untested$/m);
  const { tasks } = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8'));
  expect(tasks['build:untested'].steps).toEqual(tasks.build.steps.filter(({ spawn }: { spawn: string }) => spawn !== 'test'));
});

test('a build leaves no file that CI would take for a change', () => {
  const { tasks } = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8'));
  for (const target of ['js', 'java', 'python', 'dotnet', 'go']) {
    const [translate, ...others] = tasks[`package:${target}`].steps;
    expect(translate).toEqual({ spawn: 'translate' });
    expect(others).toEqual([{ exec: target === 'dotnet' ? expect.stringMatching(/ build\/package-dotnet\.ts$/) : `jsii-pacmak -v --no-npmignore --target ${target}` }]);
  }
});

test('no task needs a Unix shell or names a path below node_modules, apart from those of projen for releases', () => {
  const { tasks } = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8')) as { tasks: Record<string, { steps?: { exec?: string }[] }> };
  const commands = Object.entries(tasks).filter(([name]) => !/^(bump|clobber)/.test(name)).flatMap(([, { steps = [] }]) => steps.flatMap(({ exec }) => exec ?? []));

  expect(commands.length).toBeGreaterThan(40);
  expect(commands.filter(command => /\$|^\w+=|'|;|\||node_modules|\b(rm|cp|mv|cat|mkdir|chmod|sed|grep|sh|bash)\s/.test(command))).toEqual([]);
});

test('what workflows run is there', () => {
  const { tasks } = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8'));
  const runs = fs.readdirSync(WORKFLOWS).flatMap(file => [...fs.readFileSync(path.join(WORKFLOWS, file), 'utf8').matchAll(/npx projen ([\w:-]+)/g)].map(([, task]) => task));

  expect(runs.length).toBeGreaterThan(10);
  expect(runs.filter(task => !(task in tasks))).toEqual([]);
});

test.each(['SECURITY.md', 'CONTRIBUTING.md', 'THIRD-PARTY-NOTICES', 'LICENSE', '.github/ISSUE_TEMPLATE/bug.yml', '.github/ISSUE_TEMPLATE/feature.yml'])('%s is there', file => {
  expect(fs.readFileSync(path.join(ROOT, file), 'utf8').length).toBeGreaterThan(300);
});
