import { spawn, spawnSync, type ChildProcess } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { must, pip, pythonEnvironment, type PythonEnvironment } from './python';
import { sdkFolder } from '../../local/aws/sdk-folder';
import { nodeRuntime } from '../../local/lambda/runtimes';

const SERVICES = 's3,ec2,iam,sts,cloudformation,lambda,stepfunctions,logs,events,kms,ssm,sqs,cloudwatch,sns';
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

/** What the engine calls itself; SageMaker's stand-in has to know the account. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

/** LocalStack's open core with the two plug-ins of this folder, as a process. */
export class Engine {
  /**
   * Start the engine; the first time it is installed into `.cache`, which takes some minutes.
   *
   * @param port where it listens
   * @param sageMaker the endpoint of SageMaker's stand-in
   */
  public static async start(port: number, sageMaker: string): Promise<Engine> {
    const { folder, python } = await installEngine();
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-second-engine-'));
    const log = fs.openSync(path.join(directory, 'log'), 'w');
    const child = spawn(python, ['-m', 'localstack.runtime.main'], {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        SERVICES,
        GATEWAY_LISTEN: `127.0.0.1:${port}`,
        LAMBDA_RUNTIME_EXECUTOR: 'process',
        LOCALSTACK_VOLUME_DIR: path.join(directory, 'volume'),
        SKIP_SSL_CERT_DOWNLOAD: '1',
        DISABLE_EVENTS: '1',
        SQS_ENDPOINT_STRATEGY: 'path',
        AWS_ENDPOINT_URL_SAGEMAKER: sageMaker,
        NEO_JAVA_HOME: javaHome(),
        NEO_JSONATA_JARS: path.join(folder, 'jars'),
        NEO_NODE_RUNTIMES: JSON.stringify(Object.fromEntries(RUNTIMES.map(name => [name, nodeRuntime(name).executable]))),
        NEO_FUNCTION_ENVIRONMENT: JSON.stringify({ AWS_ENDPOINT_URL_SAGEMAKER: sageMaker, NODE_PATH: sdkFolder(directory) }),
      },
    });
    const engine = new Engine(port, directory, child);
    await engine.ready();
    return engine;
  }

  /** The endpoint of all its services. */
  public readonly url: string;

  private constructor(port: number, private readonly directory: string, private readonly child: ChildProcess) {
    this.url = `http://127.0.0.1:${port}`;
    process.on('exit', () => this.kill());
  }

  /** The last lines that the engine printed. */
  public get log(): string {
    return fs.readFileSync(path.join(this.directory, 'log'), 'utf8').split('\n').filter(line => !/ => 200$|Execution of/.test(line)).slice(-60).join('\n');
  }

  public stop(): void {
    this.kill();
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private kill(): void {
    try { process.kill(-this.child.pid!, 'SIGKILL'); } catch { /* it has ended */ }
  }

  private async ready(): Promise<void> {
    for (let waited = 0; waited < 120; waited++) {
      if (this.child.exitCode !== null) { throw new Error(`the engine ended:\n${this.log}`); }
      const answer = await fetch(`${this.url}/_localstack/health`).catch(() => undefined);
      if (answer?.ok) { return; }
      await new Promise(resolve => setTimeout(resolve, 1_000));
    }
    throw new Error(`the engine is not ready after two minutes:\n${this.log}`);
  }
}

/** @returns a Python environment with the engine, the plug-ins of this folder, and the libraries that evaluate JSONata */
export async function installEngine(): Promise<PythonEnvironment> {
  const environment = await (installing ??= pythonEnvironment('engine', async ({ folder }) => must(
    'mvn', '--quiet', '--batch-mode', '--file', path.join(__dirname, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${path.join(folder, 'jars')}`,
  )).then(async installed => {
    await installPlugins(installed);
    return installed;
  }));
  return environment;
}

let installing: Promise<PythonEnvironment> | undefined;

async function installPlugins(environment: PythonEnvironment): Promise<void> {
  const plugins = path.join(__dirname, 'plugins');
  const files = [path.join(plugins, 'pyproject.toml'), ...fs.readdirSync(path.join(plugins, 'neo_engine')).filter(name => !name.startsWith('__py')).map(name => path.join(plugins, 'neo_engine', name))];
  const contents = files.map(file => fs.readFileSync(file, 'utf8')).join('\0');
  const installed = path.join(environment.folder, '.plugins');
  if (fs.existsSync(installed) && fs.readFileSync(installed, 'utf8') === contents) { return; }
  // Built in a copy, so that no build leaves files in the repository.
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-plugins-'));
  fs.cpSync(plugins, copy, { recursive: true });
  await pip(environment, '--no-build-isolation', '--no-deps', '--force-reinstall', copy);
  fs.rmSync(copy, { recursive: true, force: true });
  fs.writeFileSync(installed, contents);
}

/** JSONata is evaluated in Java. */
function javaHome(): string {
  const { status, stderr } = spawnSync('java', ['-XshowSettings:properties', '-version'], { encoding: 'utf8' });
  const [, home] = /java\.home = (.*)/.exec(stderr ?? '') ?? [];
  if (status !== 0 || !home) { throw new Error('the second engine needs Java 11 or later and Maven, as java and mvn in the PATH: install them, and run this again'); }
  return home.trim();
}
