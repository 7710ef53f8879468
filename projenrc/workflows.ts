import { github, JsonPatch, type awscdk } from 'projen';

/** Actions, pinned to the commits of their releases, because a tag can be moved. */
const ACTIONS = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1', // v7.0.1
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020', // v7.0.0
  'actions/setup-python': '5fda3b95a4ea91299a34e894583c3862153e4b97', // v7.0.0
  'actions/setup-java': 'b6effb05e454b25005698d916606bdc6ffcbf961', // v5.7.0
  'actions/setup-go': 'b7ad1dad31e06c5925ef5d2fc7ad053ef454303e', // v7.0.0
  'actions/setup-dotnet': 'a98b56852c35b8e3190ac28c8c2271da59106c68', // v6.0.0
  'peter-evans/create-pull-request': '5f6978faf089d4d20b00c7766989d076bb2fc7f1', // v8.1.1
};

/** projen's default, .NET 6, has been out of support since 2024. */
const DOTNET = '10.x';

/** Changes projen's GitHub workflows where they do not suffice. */
export function configureWorkflows(project: awscdk.AwsCdkConstructLibrary): void {
  for (const [action, commit] of Object.entries(ACTIONS)) { project.github?.actions.set(action, `${action}@${commit}`); }

  // Workflows are rendered when the project is synthesized, so the version is replaced with a patch.
  project.github?.tryFindWorkflow('build')?.file?.patch(JsonPatch.replace('/jobs/package-dotnet/steps/1/with/dotnet-version', DOTNET));
  project.github?.tryFindWorkflow('release')?.file?.patch(JsonPatch.replace('/jobs/release_nuget/steps/1/with/dotnet-version', DOTNET));

  // The workflow checks only the title, so it needs no more permissions than any pull request has.
  project.github?.tryFindWorkflow('pull-request-lint')?.file?.patch(JsonPatch.move('/on/pull_request_target', '/on/pull_request'));

  // The job `checks` runs the tests.
  const build = project.addTask('build:untested', { description: 'Build as `build` does, without the tests' });
  const untested = [project.defaultTask!, project.preCompileTask, project.compileTask, project.postCompileTask, project.packageTask];
  for (const task of untested) { build.spawn(task); }
  project.github?.tryFindWorkflow('build')?.file?.patch(JsonPatch.replace('/jobs/build/steps/3/run', 'npx projen build:untested'));

  const addJob = (name: string, timeoutMinutes: number, steps: github.workflows.JobStep[]) => project.buildWorkflow?.addPostBuildJob(name, {
    name,
    runsOn: ['ubuntu-latest'],
    timeoutMinutes,
    permissions: { contents: github.workflows.JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      { name: 'Checkout', uses: 'actions/checkout' },
      { name: 'Setup Node.js', uses: 'actions/setup-node', with: { 'node-version': '24', 'package-manager-cache': false } },
      ...steps,
    ],
  });

  // These are the checks of .ci/run, on a machine with every language's toolchain.
  addJob('checks', 90, [
    // The second engine runs only on this version.
    { name: 'Setup Python', uses: 'actions/setup-python', with: { 'python-version': '3.13' } },
    { name: 'Setup Java', uses: 'actions/setup-java', with: { 'distribution': 'corretto', 'java-version': '17' } },
    { name: 'Setup Go', uses: 'actions/setup-go', with: { 'go-version': 'stable', 'cache': false } },
    { name: 'Checks', run: '.ci/run' },
  ]);

  // This is a separate job, because it takes as long as all other checks.
  addJob('mutation', 90, [{ name: 'Mutation tests', run: 'npm ci --ignore-scripts && npm run test:mutation:sample' }]);

  project.github?.tryFindWorkflow('release')?.file?.patch(
    // publib's default; no registry is named here.
    JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'),
    // A setting of Sonatype's former server.
    JsonPatch.remove('/jobs/release_maven/steps/10/env/MAVEN_STAGING_PROFILE_ID'),
    // This job only builds. The job that creates the GitHub release also creates the tag.
    JsonPatch.replace('/jobs/release/permissions/contents', github.workflows.JobPermission.READ),
  );
}
