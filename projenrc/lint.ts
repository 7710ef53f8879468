import type { awscdk, javascript } from 'projen';

/** Folders that are linted besides `src`. */
export const DEV_FOLDERS = ['test', 'build', 'docs', 'local', 'examples', 'bench', 'projenrc'];

/** Types, style and structure. */
export function configureLint(project: awscdk.AwsCdkConstructLibrary): void {
  // Functions in AWS Lambda find the AWS SDK in their runtime.
  project.eslint?.allowDevDeps('src/**/handler/*.ts');

  // The linter takes the nearest tsconfig.json, which at the top level is the library's own; these folders belong to the tests' tsconfig.json.
  project.eslint?.addOverride({
    files: DEV_FOLDERS.filter(folder => folder !== 'test' && folder !== 'projenrc').map(folder => `${folder}/**/*.ts`),
    parserOptions: { projectService: false, project: ['./test/tsconfig.json'] },
  } as javascript.EslintOverride);

  const typecheck = project.addTask('typecheck', {
    description: 'Check the types of sources, tests, examples and the local run',
    exec: 'tsc --noEmit -p test/tsconfig.json',
  });
  const cycles = project.addTask('lint:cycles', {
    description: 'Fail on a cycle of files or folders in src and local, types included',
    exec: 'depcruise --config projenrc/dependency-cruiser.js src local',
  });
  const lint = project.addTask('lint', { description: 'Check types, style and structure, change nothing' });
  lint.spawn(typecheck);
  lint.spawn(cycles);
  lint.exec(`eslint --ext .ts --no-fix --max-warnings 0 .projenrc.ts src ${DEV_FOLDERS.join(' ')} --no-error-on-unmatched-pattern`, {
    env: { ESLINT_USE_FLAT_CONFIG: 'false', NODE_NO_WARNINGS: '1' },
  });
}
