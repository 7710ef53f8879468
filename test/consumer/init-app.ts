import * as fs from 'fs';
import * as path from 'path';
import type { Tarball } from './tarball';
import { OPEN, requireFailure } from './violation';
import { ROOT, run } from '../templates/tools';

/** What a new user has today. */
const NPM = '12';
const NODE = '26';

/** An app as `cdk init app --language typescript` of the newest CLI makes it, with the newest npm and Node.js. */
export class InitApp {
  private readonly app: string;
  private readonly env: NodeJS.ProcessEnv;
  private readonly npm: string;

  /** @param folder where everything is installed; removed by the caller */
  constructor(folder: string) {
    const tools = path.join(folder, 'tools');
    this.app = path.join(folder, 'app');
    fs.mkdirSync(tools);
    fs.mkdirSync(this.app);
    fs.writeFileSync(path.join(tools, 'package.json'), '{ "private": true }\n');
    this.env = {
      // npm puts the folders of this repository into the PATH and the environment of its scripts: no consumer has them.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
      PATH: process.env.PATH!.split(path.delimiter).filter(entry => !entry.startsWith(ROOT)).join(path.delimiter),
      NODE_PATH: '',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    };
    const node = `node-${process.platform}-${process.arch}`;
    this.must('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `npm@${NPM}`, `${node}@${NODE}`, 'aws-cdk@2'], tools);
    this.env.PATH = [path.join(tools, 'node_modules', node, 'bin'), this.env.PATH].join(path.delimiter);
    this.npm = path.join(tools, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    this.must('node', [path.join(tools, 'node_modules', 'aws-cdk', 'bin', 'cdk'), 'init', 'app', '--language', 'typescript', '--generate-only'], this.app);
  }

  public install(tarball: Tarball): string {
    this.must('node', [this.npm, 'install', '--no-audit', '--no-fund', tarball.file], this.app);
    for (const folder of ['bin', 'lib', 'test']) { fs.rmSync(path.join(this.app, folder), { recursive: true }); }
    for (const [file, place] of [['app.ts', 'bin'], ['compilation.ts', 'lib'], ['module.mts', 'lib'], ['compilation.test.ts', 'test']]) {
      fs.mkdirSync(path.join(this.app, place), { recursive: true });
      fs.copyFileSync(path.join(__dirname, 'init', `${file}.txt`), path.join(this.app, place, file));
    }
    const versions = ['aws-cdk-lib', 'aws-cdk', 'typescript', 'tsx', '@swc/jest', 'jest'].map(name => `${name} ${this.version(name)}`);
    return `npm ${this.must('node', [this.npm, '--version']).trim()}, Node.js ${this.must('node', ['--version']).trim()}, ${versions.join(', ')}`;
  }

  /** The declarations from CommonJS and ECMAScript modules, those of dependencies too. */
  public checkTypes(): string {
    this.must('node', [this.npm, 'exec', '--', 'tsc', '--noEmit', '--skipLibCheck', 'false']);
    return 'no error in any declaration, skipLibCheck is false';
  }

  public test(): string {
    const output = this.must('node', [this.npm, 'test'], this.app);
    return /^Tests: .*$/m.exec(output)?.[0].replace(/\s+/g, ' ') ?? 'jest with @swc/jest passes';
  }

  /** Its cdk.json has all recommended feature flags, so findings of AWS's validator fail. */
  public synthesize(): string {
    const synthesize = (out: string, ...args: string[]) => run('node', [...this.synth('npx tsc && npx tsx bin/app.ts'), '--output', out, ...args], this.env, this.app);
    const violation = requireFailure([synthesize('cdk.out'), path.join(this.app, 'cdk.out')], [synthesize('open.out', ...OPEN), path.join(this.app, 'open.out')]);
    const { Resources } = JSON.parse(fs.readFileSync(path.join(this.app, 'cdk.out', 'Consumer.template.json'), 'utf8'));
    if (!Object.values<{ Type: string }>(Resources).some(({ Type }) => Type === 'Custom::SageMakerNeoCompilationJob')) { throw new Error('its template has no compilation job'); }
    const { context } = JSON.parse(fs.readFileSync(path.join(this.app, 'cdk.json'), 'utf8'));
    return `${Object.keys(Resources).length} resources, ${Object.keys(context).length} feature flags; ${violation}`;
  }

  /** Every example, as if it were the user's. */
  public synthesizeExamples(): string {
    const examples = path.join(this.app, 'examples');
    const isSource = (file: string) => !/[\\/](cdk\.out|node_modules|csharp|java|go|python)$/.test(file);
    fs.cpSync(path.join(ROOT, 'examples'), examples, { recursive: true, filter: isSource });
    for (const file of fs.readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(each => each.endsWith('.ts'))) {
      const text = fs.readFileSync(path.join(examples, file), 'utf8');
      fs.writeFileSync(path.join(examples, file), text.replace(/'(\.\.\/)+src'/g, "'cdk-sagemaker-neo'"));
    }
    const { context } = JSON.parse(fs.readFileSync(path.join(this.app, 'cdk.json'), 'utf8'));
    const flags = JSON.parse(fs.readFileSync(path.join(this.app, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json'), 'utf8'));
    const names = fs.readdirSync(examples).filter(name => fs.existsSync(path.join(examples, name, 'app.ts')));
    for (const name of names) {
      const folder = path.join(examples, name);
      const cdkJson = path.join(folder, 'cdk.json');
      fs.writeFileSync(cdkJson, JSON.stringify({ ...JSON.parse(fs.readFileSync(cdkJson, 'utf8')), context: { ...context, ...flags } }));
      this.cdk('npx tsx app.ts', folder);
    }
    this.requireInvalid(path.join(examples, 'invalid'), { ...context, ...flags });
    return `${names.length} examples with ${Object.keys(flags).length} recommended flags: ${names.join(', ')}`;
  }

  /** An app of `cdk init` in JavaScript, with the packages of the other one; all of it but the stack and its test is as `cdk init` wrote it. */
  public synthesizeJavaScript(): string {
    const folder = path.join(this.app, 'javascript');
    const cli = path.join(this.app, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    fs.mkdirSync(folder);
    this.must('node', [cli, 'init', 'app', '--language', 'javascript', '--generate-only'], folder);
    for (const [file, place] of [['javascript-stack.js', 'lib'], ['javascript.test.js', 'test']]) {
      fs.copyFileSync(path.join(__dirname, 'init', `${file}.txt`), path.join(folder, place, file));
    }
    const tests = this.must('node', [this.npm, 'test'], folder);
    this.must('node', [cli, 'synth', '--quiet', '--no-notices', '--no-version-reporting'], folder);
    const template = fs.readFileSync(path.join(folder, 'cdk.out', 'Jobs.template.json'), 'utf8');
    if (!template.includes('Custom::SageMakerNeoCompilationJob') || !template.includes('Fn::GetStackOutput')) { throw new Error('it has no job that refers weakly to the network'); }
    return `network and job in two stacks, with weak references; ${/^Tests: .*$/m.exec(tests)?.[0].replace(/\s+/g, ' ')}`;
  }

  /** With the flags of the examples, findings of AWS's validator are errors. */
  private requireInvalid(folder: string, context: object): void {
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'cdk.json'), JSON.stringify({ context }));
    fs.writeFileSync(path.join(folder, 'app.ts'), `import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
new CfnResource(new Stack(new App(), 'Invalid'), 'Bucket', { type: 'AWS::S3::Bucket', properties: { NoSuchProperty: 1 } });
`);
    const { status, stdout, stderr } = run('node', [...this.synth('npx tsx app.ts'), '--output', path.join(folder, 'cdk.out')], this.env, folder);
    if (status === 0 || !`${stdout}${stderr}`.includes('NoSuchProperty')) {
      throw new Error(`AWS's validator takes a property that a bucket does not have: cdk synth exits with ${status}:\n${stdout}\n${stderr}`);
    }
  }

  private cdk(app: string, folder: string): void {
    this.must('node', [...this.synth(app), '--output', path.join(folder, 'cdk.out')], folder);
  }

  private synth(app: string): string[] {
    return [path.join(this.app, 'node_modules', 'aws-cdk', 'bin', 'cdk'), 'synth', '--quiet', '--no-notices', '--no-version-reporting', '--app', app];
  }

  private version(name: string): string {
    return JSON.parse(fs.readFileSync(path.join(this.app, 'node_modules', name, 'package.json'), 'utf8')).version;
  }

  private must(command: string, args: string[], cwd = this.app): string {
    const { status, stdout, stderr } = run(command, args, this.env, cwd);
    if (status !== 0) { throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}\n${stderr}`); }
    return stdout + stderr;
  }
}
