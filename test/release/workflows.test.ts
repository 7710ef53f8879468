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

test('npm is published with trusted publishing and provenance, without a token', () => {
  const publish = job('release', 'release_npm');
  expect(publish).toMatch(/id-token: write/);
  expect(publish).toMatch(/NPM_TRUSTED_PUBLISHER: "true"/);
  expect(publish).toMatch(/NPM_CONFIG_PROVENANCE: "true"/);
  expect(publish).not.toMatch(/NPM_TOKEN/);
});

test.each(['npm', 'pypi', 'maven', 'nuget', 'golang', 'github'])('a release has a job for %s, and none of a dry run', registry => {
  expect(job('release', `release_${registry}`)).toMatch(registry === 'github' ? /if: \$\{\{ !inputs\.dry_run \}\}/ : /PUBLIB_DRYRUN: \$\{\{ inputs\.dry_run \}\}/);
});

test('every pull request gets the checks of CI, with the toolchains they need', () => {
  const checks = job('build', 'checks');
  expect(checks).toMatch(/run: \.ci\/run$/m);
  for (const tool of ['node', 'python', 'java', 'go']) { expect(checks).toContain(`actions/setup-${tool}@`); }
  const commands = fs.readFileSync(path.join(ROOT, '.ci', 'run'), 'utf8').split('\n');
  expect(commands).toEqual(expect.arrayContaining(['npm run check:api', 'npm run check:audit', 'npm run test:languages', 'npm run test:consumer']));
});

test.each(['SECURITY.md', 'CONTRIBUTING.md', 'THIRD-PARTY-NOTICES', 'LICENSE', '.github/ISSUE_TEMPLATE/bug.yml', '.github/ISSUE_TEMPLATE/feature.yml'])('%s is there', file => {
  expect(fs.readFileSync(path.join(ROOT, file), 'utf8').length).toBeGreaterThan(300);
});
