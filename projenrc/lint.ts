import type { awscdk, javascript } from 'projen';

/** Folders that are linted besides `src`. */
export const DEV_FOLDERS = ['test', 'build', 'docs', 'local', 'examples', 'bench', 'projenrc'];

/**
 * Files in `local` and `test` that may use the machine's time. All other files use the time of their run, so that a busy machine does not change
 * results.
 */
const REAL_TIME = [
  // These connect the virtual clock with the machine: the clock of a function's process, its CPU time, the pace for a person who watches.
  'local/lambda/bootstrap.ts',
  'local/lambda/process-clock.ts',
  'local/lambda/computing-time.ts',
  'local/demo/terminal.ts',
  // These run the stand-in as a separate server, and compare it with another server.
  'local/sagemaker/clock.ts',
  'local/sagemaker/moto/compare.ts',
  // Tests check in a loop whether the operating system has ended a process.
  'test/local/lambda/fixture.ts',
  // These are separate programs that report their duration, or wait for a server.
  'test/busy/test-busy.ts',
  'test/consumer/test-consumer.ts',
  'test/languages/test-languages.ts',
  'test/second-engine/*.ts',
  'test/versions/test-versions.ts',
];

const OF_THE_RUN = 'it is the time of the machine: take the clock of the run, or add the file to REAL_TIME in projenrc/lint.ts.';
/** Properties that read the machine's time or wait for it, on any object if none is named: `globalThis` and a socket also have `setTimeout`. */
const TIME_PROPERTIES = [
  ...['setTimeout', 'setInterval', 'performance', 'hrtime', 'uptime'].map(property => ({ property })),
  ...[['Date', 'now'], ['AbortSignal', 'timeout'], ['Atomics', 'wait'], ['globalThis', 'Date'], ['global', 'Date']].map(([object, property]) => ({ object, property })),
];
const TIME_MODULES = '^(node:)?(timers(.promises)?|perf_hooks)$';
const NO_LIMIT = 'a limit in the machine\'s time fails on a busy machine: leave it out, as jest has one for what hangs.';

/** Configures the checks of types, style and structure. */
export function configureLint(project: awscdk.AwsCdkConstructLibrary): void {
  // Functions in AWS Lambda find the AWS SDK in their runtime.
  project.eslint?.allowDevDeps('src/**/handler/*.ts');

  // The linter uses the nearest tsconfig.json, which at the top level is the library's, but these folders belong to the tests' tsconfig.json.
  project.eslint?.addOverride({
    files: DEV_FOLDERS.filter(folder => folder !== 'test' && folder !== 'projenrc').map(folder => `${folder}/**/*.ts`),
    parserOptions: { projectService: false, project: ['./test/tsconfig.json'] },
  } as javascript.EslintOverride);

  project.eslint?.addOverride({
    files: ['local/**/*.ts', 'test/**/*.ts'],
    excludedFiles: REAL_TIME,
    rules: {
      'no-restricted-globals': ['error', ...['setTimeout', 'setInterval', 'performance'].map(name => ({ name, message: OF_THE_RUN }))],
      'no-restricted-properties': ['error', ...TIME_PROPERTIES.map(property => ({ ...property, message: OF_THE_RUN }))],
      'no-restricted-syntax': [
        'error',
        { selector: ':matches(NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"])', message: OF_THE_RUN },
        { selector: `:matches(ImportExpression[source.value=/${TIME_MODULES}/], CallExpression[callee.name="require"] > Literal[value=/${TIME_MODULES}/])`, message: OF_THE_RUN },
        { selector: 'CallExpression[callee.name=/^(test|it|beforeAll|afterAll|beforeEach|afterEach)$/] > Literal[raw=/^\\d/]', message: NO_LIMIT },
        { selector: 'CallExpression[callee.callee.object.name=/^(test|it)$/] > Literal[raw=/^\\d/]', message: NO_LIMIT },
        { selector: 'CallExpression[callee.object.name="jest"][callee.property.name="setTimeout"]', message: NO_LIMIT },
      ],
      'no-restricted-imports': ['error', {
        patterns: [
          { regex: TIME_MODULES, message: OF_THE_RUN },
          { regex: '^(node:)?process$', importNames: ['hrtime', 'uptime'], message: OF_THE_RUN },
        ],
      }],
    },
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
