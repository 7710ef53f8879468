/**
 * The library as a consumer gets it: packed, installed from the tarball in an empty project, synthesized with the CDK CLI, in plain JavaScript and in an
 * app of `cdk init`.
 * `npm run test:consumer`; needs the network.
 */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { InitApp } from './init-app';
import { faultOfReadme, faultsOf, pack, type Tarball } from './tarball';
import { OPEN, requireFailure } from './violation';
import { ROOT, run } from '../templates/tools';

const { devDependencies, peerDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

const VERSIONS = [
  { name: 'lowest', cdk: devDependencies['aws-cdk-lib'], constructs: devDependencies.constructs },
  { name: 'newest', cdk: peerDependencies['aws-cdk-lib'], constructs: peerDependencies.constructs },
];

/** Not to be installed along with the library, nor to be called by a synthesis. */
const FOREIGN_PACKAGES = ['typescript', 'ts-node', 'esbuild', 'projen', 'jsii', '@aws-sdk', '@types'];
const FOREIGN_COMMANDS = ['docker', 'finch', 'podman', 'esbuild', 'tsc'];

const started = Date.now();
const say = (text: string): void => console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(3)} s] ${text}`);
const kB = (bytes: number): string => `${(bytes / 1e3).toFixed(0)} kB`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-consumer-'));
let passed = 0;
let failed = 0;

/** @param body does it, and says what came out; throws what is wrong */
function check(name: string, body: () => string): void {
  try {
    say(`ok    ${name}: ${body()}`);
    passed++;
  } catch (error) {
    say(`FAIL  ${name}: ${(error as Error).message}`);
    failed++;
  }
}

/** Commands that take note of being called, and fail. */
function tripwires(): { path: string; called: () => string[] } {
  const bin = path.join(folder, 'tripwires');
  const log = path.join(folder, 'called');
  fs.mkdirSync(bin, { recursive: true });
  fs.rmSync(log, { force: true });
  for (const command of FOREIGN_COMMANDS) { fs.writeFileSync(path.join(bin, command), `#!/bin/sh\necho ${command} >> '${log}'\nexit 1\n`, { mode: 0o755 }); }
  return { path: `${bin}${path.delimiter}${process.env.PATH}`, called: () => fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n') : [] };
}

function must(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): void {
  const { status, stdout, stderr } = run('npm', args, env, cwd);
  if (status !== 0) { throw new Error(`npm ${args.join(' ')} failed:\n${stdout}\n${stderr}`); }
}

const installedVersion = (project: string, name: string): string => JSON.parse(fs.readFileSync(path.join(project, 'node_modules', name, 'package.json'), 'utf8')).version;

function consume({ name, cdk, constructs }: (typeof VERSIONS)[number], tarball: Tarball): string {
  const project = path.join(folder, name);
  fs.cpSync(path.join(__dirname, 'app'), project, { recursive: true });
  fs.writeFileSync(path.join(project, 'package.json'), '{ "private": true }\n');
  fs.writeFileSync(path.join(project, 'cdk.json'), '{ "app": "node app.js" }\n');
  must(['install', '--no-audit', '--no-fund', tarball.file, `aws-cdk-lib@${cdk}`, `constructs@${constructs}`, `aws-cdk@${devDependencies['aws-cdk']}`], project);
  const foreign = FOREIGN_PACKAGES.filter(each => fs.existsSync(path.join(project, 'node_modules', each)));
  if (foreign.length > 0) { throw new Error(`installed along with it: ${foreign.join(', ')}`); }

  const { path: searched, called } = tripwires();
  // npm puts the .bin folders of the repository in the PATH of its scripts, which a consumer does not have.
  const PATH = searched.split(path.delimiter).filter(entry => !entry.startsWith(ROOT)).join(path.delimiter);
  const synth = ['exec', '--offline', '--', 'cdk', 'synth', '--quiet', '--no-notices', '--no-version-reporting'];
  const synthesize = (out: string, ...args: string[]) => run('npm', [...synth, '--output', out, ...args], { PATH, NODE_PATH: '' }, project);
  const closed = synthesize('cdk.out');
  const violation = requireFailure([closed, path.join(project, 'cdk.out')], [synthesize('open.out', ...OPEN), path.join(project, 'open.out')]);
  if (called().length > 0) { throw new Error(`the synthesis called ${called().join(', ')}`); }

  const { Resources } = JSON.parse(fs.readFileSync(path.join(project, 'cdk.out', 'Consumer.template.json'), 'utf8'));
  if (!Object.values<{ Type: string }>(Resources).some(({ Type }) => Type === 'Custom::SageMakerNeoCompilationJob')) { throw new Error('its template has no compilation job'); }
  return `aws-cdk-lib ${installedVersion(project, 'aws-cdk-lib')}, constructs ${installedVersion(project, 'constructs')}, cdk ${installedVersion(project, 'aws-cdk')}, node ${run('node', ['--version'], { PATH }).stdout.trim()}: ${Object.keys(Resources).length} resources; ${violation}`;
}

function printedBy(script: string, project: string): any {
  const { status, stdout, stderr } = run(process.execPath, [script], { NODE_PATH: '' }, project);
  if (status !== 0) { throw new Error(`${script} failed:\n${stderr}`); }
  return JSON.parse(stdout);
}

/** What is loaded is used, and what is public is documented, also in JavaScript. */
function load(project: string): string {
  const { byImport, byOneJob } = printedBy('loading.js', project) as { byImport: string[]; byOneJob: string[] };
  failWith([
    ...byImport.filter(file => path.basename(file) !== 'package.json' && file !== path.join('lib', 'index.js')).map(file => `the import loads ${file}`),
    ...byOneJob.filter(file => /[\\/](fleet|privacy|compiled-model)[\\/]/.test(file)).map(file => `an app with one job loads ${file}`),
  ]);
  const { types } = JSON.parse(fs.readFileSync(path.join(ROOT, '.jsii'), 'utf8')) as { types: Record<string, { name: string; kind: string }> };
  const documented = Object.values(types).filter(({ kind }) => kind !== 'interface').map(({ name }) => name).sort();
  const names = printedBy('names.mjs', project) as string[];
  if (names.join() !== documented.join()) { throw new Error(`the names are ${names.join(', ')}; documented are ${documented.join(', ')}`); }
  return `${byImport.length} file by the import, ${byOneJob.length} by an app with one job; ${names.length} names`;
}

/** As a step of CI before an upload runs it, from the installed package. */
function useCommand(project: string): string {
  const neo = (...args: string[]) => run('npm', ['exec', '--offline', '--', 'cdk-sagemaker-neo', ...args], { NODE_PATH: '' }, project);
  const checked = (input: string) => neo('check', 'sample.tar.gz', '--framework', 'onnx', '--shape', `{"${input}":[1,3,32,32]}`, '--target', 'linux/arm64');
  const codes = [neo('sample', 'sample.tar.gz').status, checked('image').status, checked('picture').status, neo('check').status];
  if (codes.join() !== '0,0,1,2') { throw new Error(`it exits ${codes.join(', ')}, not 0, 0, 1, 2: ${checked('image').stdout}`); }
  return 'writes a sample, passes it, refuses a wrong name and a wrong command';
}

function failWith(faults: (string | undefined)[]): void {
  const found = faults.filter(fault => fault !== undefined);
  if (found.length > 0) { throw new Error(found.join('\n')); }
}

try {
  const tarball = pack(folder);
  say(`npm pack: ${tarball.files.length} files, ${kB(tarball.size)} packed, ${kB(tarball.unpackedSize)} installed`);
  check('its contents', () => {
    failWith(faultsOf(tarball));
    return 'nothing but what is needed';
  });
  check('its size in README.md', () => {
    failWith([faultOfReadme(tarball.size)]);
    return 'right within 10 %';
  });
  for (const version of VERSIONS) { check(`${version.name} aws-cdk-lib`, () => consume(version, tarball)); }
  check('npx cdk-sagemaker-neo', () => useCommand(path.join(folder, VERSIONS[0].name)));
  let init: InitApp | undefined;
  check('an app of cdk init', () => {
    init = new InitApp(folder);
    return init.install(tarball);
  });
  for (const [name, body] of [
    ['its types', () => init!.checkTypes()],
    ['its tests', () => init!.test()],
    ['its synthesis', () => init!.synthesize()],
    ['an app of cdk init in JavaScript', () => init!.synthesizeJavaScript()],
    ['the examples in it', () => init!.synthesizeExamples()],
  ] as const) {
    if (init) { check(name, body); }
  }
  check('what it loads', () => load(path.join(folder, VERSIONS[0].name)));
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
