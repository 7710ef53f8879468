import { github, JsonPatch, type awscdk } from 'projen';

/** GitHub workflows, where projen's own do not do. */
export function configureWorkflows(project: awscdk.AwsCdkConstructLibrary): void {
  // The checks that CI runs elsewhere, too, on a machine with every language's toolchain.
  project.buildWorkflow?.addPostBuildJob('checks', {
    name: 'checks',
    runsOn: ['ubuntu-latest'],
    timeoutMinutes: 90,
    permissions: { contents: github.workflows.JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      { name: 'Checkout', uses: 'actions/checkout@v6' },
      { name: 'Setup Node.js', uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '24', 'package-manager-cache': false } },
      { name: 'Setup Python', uses: 'actions/setup-python@v7.0.0', with: { 'python-version': '3.x' } },
      { name: 'Setup Java', uses: 'actions/setup-java@v6.0.0', with: { 'distribution': 'corretto', 'java-version': '17' } },
      { name: 'Setup Go', uses: 'actions/setup-go@v7.0.0', with: { 'go-version': 'stable', 'cache': false } },
      { name: 'Checks', run: '.ci/run' },
    ],
  });

  project.github?.tryFindWorkflow('release')?.file?.patch(
    // publib's default; no registry is named here.
    JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'),
    // A setting of Sonatype's former server.
    JsonPatch.remove('/jobs/release_maven/steps/10/env/MAVEN_STAGING_PROFILE_ID'),
    // The job builds; the tag is made by the job that makes the GitHub release.
    JsonPatch.replace('/jobs/release/permissions/contents', github.workflows.JobPermission.READ),
  );
}
