import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { CloudAssembly, CloudFormationStackArtifact } from 'aws-cdk-lib/cx-api';
import { localAdapters } from './adapters';
import { contentOf, FileAsset, fileAssets } from './assets';
import { sdkFolder } from './aws/sdk-folder';
import { LocalServer } from './aws/server';
import { cloudFormationApi } from './cloudformation/cloudformation-api';
import { CustomResourceProtocol, Exchange } from './cloudformation/custom-resource';
import { Environment, newStackIdentity } from './cloudformation/environment';
import { Evaluation } from './cloudformation/evaluation';
import { ResourceOperations } from './cloudformation/resource-operations';
import { Stack, StackEvent } from './cloudformation/stack';
import type { Template } from './cloudformation/template';
import { Ec2Api } from './ec2/ec2-api';
import { EventBridgeApi } from './eventbridge/event-bridge-api';
import type { Surroundings } from './lambda/function';
import { LambdaService } from './lambda/lambda-service';
import { FrontEnd, NeoService, startHttpServer } from './sagemaker';
import { ScaledClock } from './scaled-clock';
import { lambdaTask } from './stepfunctions/lambda-task';
import { StateMachineService } from './stepfunctions/state-machine-service';

export interface LocalCloudProps {
  /** A synthesized app: its cdk.out, or what `app.synth()` returned. */
  readonly assembly: string | CloudAssembly;
  /** How much faster than real time it goes; also `new ScaledClock(scale)`, shared with a service of your own. @default 1 */
  readonly timeScale?: number | ScaledClock;
  /** The SageMaker stand-in, with its faults; its service and its faults must go by the same clock. @default - one where every job completes */
  readonly sagemaker?: FrontEnd;
  /** How long CloudFormation waits for the answer of a custom resource, in (scaled) seconds. @default 3600 */
  readonly serviceTimeoutSeconds?: number;
  /** Values in SSM's parameter store. @default - the version of the CDK's bootstrap stack */
  readonly ssmParameters?: Readonly<Record<string, string>>;
  /** Processes of one function at the same time. @default 4 */
  readonly functionConcurrency?: number;
  /** Port of the local APIs. @default 0 - any free one */
  readonly port?: number;
  /** Told of the progress of deployments. @default - nobody */
  readonly onEvent?: (event: StackEvent) => void;
  /** Told of what functions print. @default - nobody */
  readonly onLog?: (functionName: string, line: string) => void;
}

export interface DeployOptions {
  /** Instead of the assembly's. */
  readonly template?: Template;
  /** Another version of the app; from now on the assembly of this cloud. */
  readonly assembly?: string | CloudAssembly;
  readonly parameters?: Readonly<Record<string, string>>;
}

const BOOTSTRAP = { '/cdk-bootstrap/hnb659fds/version': '30' };

/** An account and Region on this machine, for stacks that a CDK app synthesized. Close it, or processes stay. */
export class LocalCloud {
  public readonly clock: ScaledClock;
  public readonly sagemaker: FrontEnd;
  public readonly ec2 = new Ec2Api();
  public readonly eventBridge = new EventBridgeApi();
  public readonly lambda: LambdaService;
  public readonly stateMachines: StateMachineService;
  public readonly environment: Environment;
  private readonly protocol: CustomResourceProtocol;
  private readonly stacks: Stack[] = [];
  private readonly exports = new Map<string, string>();
  private readonly published = new Map<string, FileAsset>();
  private readonly scratch = mkdtempSync(path.join(tmpdir(), 'neo-local-'));
  private readonly sdk = sdkFolder(this.scratch);
  private assembly: CloudAssembly;
  private server?: Promise<LocalServer>;

  constructor(private readonly props: LocalCloudProps) {
    requireNode();
    const { timeScale = 1 } = props;
    this.assembly = open(props.assembly);
    this.clock = typeof timeScale === 'number' ? new ScaledClock(timeScale) : timeScale;
    this.sagemaker = props.sagemaker ?? new FrontEnd(new NeoService({ now: this.clock.now }), { clock: this.clock });
    this.environment = { account: this.sagemaker.service.account, region: this.sagemaker.service.region };
    this.lambda = new LambdaService({
      clock: this.clock,
      maxConcurrency: props.functionConcurrency ?? 4,
      surroundings: kill => this.surroundings(kill),
      onLog: props.onLog ?? (() => {}),
    });
    this.stateMachines = new StateMachineService({ clock: this.clock, task: lambdaTask((name, event) => this.lambda.invoke(name, event)) });
    this.protocol = new CustomResourceProtocol({
      clock: this.clock,
      region: this.environment.region,
      invoke: async (serviceToken, request) => this.lambda.invokeAsync(serviceToken, JSON.stringify(request)),
    });
  }

  /** Every request to a custom resource so far, with all answers to it. */
  public get exchanges(): readonly Exchange[] {
    return this.protocol.exchanges;
  }

  /**
   * Creates the stack, or updates the one that is there, as `cdk deploy` does. The stack returned says how it went:
   * a failed deployment is rolled back and does not throw.
   *
   * @throws Error for a template that CloudFormation would not accept
   */
  public async deploy(stackName: string, options: DeployOptions = {}): Promise<Stack> {
    if (options.assembly) { this.assembly = open(options.assembly); }
    await (this.server ??= this.startServer());
    const template = options.template ?? this.publish(stackName);
    const present = this.find(stackName);
    // A stack whose creation failed cannot be updated: it is made anew.
    const stack = present && present.status !== 'ROLLBACK_COMPLETE' ? present : this.newStack(stackName, options);
    await (stack === present ? stack.update(template) : stack.create(template));
    Object.entries(stack.exports).forEach(([name, value]) => this.exports.set(name, value));
    return stack;
  }

  /** Deletes the stack. Its status says whether all of it is gone. */
  public async destroy(stackName: string): Promise<Stack> {
    const stack = this.find(stackName);
    if (!stack) { throw new Error(`there is no stack ${stackName} to delete`); }
    await stack.delete();
    Object.keys(stack.exports).forEach(name => this.exports.delete(name));
    return stack;
  }

  /** Ends everything: executions, functions, servers. What is under way stays unfinished. */
  public async close(): Promise<void> {
    await this.stateMachines.close();
    await this.lambda.close();
    // A server that could not start has been complained about.
    await (await this.server?.catch(() => undefined))?.close();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** What the assembly has for a stack. */
  public template(stackName: string): Template {
    return this.artifact(stackName).template;
  }

  private find(nameOrId: string): Stack | undefined {
    return [...this.stacks].reverse().find(({ name, id, status }) => (nameOrId === id) || (nameOrId === name && status !== 'DELETE_COMPLETE'));
  }

  private newStack(stackName: string, { parameters }: DeployOptions): Stack {
    const identity = newStackIdentity(stackName, this.environment);
    const { serviceTimeoutSeconds = 3600, ssmParameters = BOOTSTRAP, onEvent = () => {} } = this.props;
    const stack = new Stack({
      identity,
      now: this.clock.now,
      onEvent,
      operations: new ResourceOperations({
        stack: identity,
        protocol: this.protocol,
        serviceTimeoutSeconds,
        adapters: localAdapters(this.lambda, this.stateMachines, {
          scratchDirectory: this.scratch,
          asset: (bucket, key) => this.published.get(`${bucket}/${key}`),
        }),
      }),
      evaluate: (template, resource) => new Evaluation({ stack: identity, template, parameters, ssmParameters, exports: this.exports, resource }),
    });
    this.stacks.push(stack);
    return stack;
  }

  /** The stack's template, after its assets are where it expects them. */
  private publish(stackName: string): Template {
    const artifact = this.artifact(stackName);
    for (const asset of fileAssets(artifact, this.environment)) {
      this.published.set(`${asset.bucket}/${asset.key}`, asset);
      const content = contentOf(asset);
      if (content) { this.sagemaker.service.artifacts.put(asset.bucket, asset.key, content, this.clock.now()); }
    }
    return artifact.template;
  }

  private artifact(stackName: string): CloudFormationStackArtifact {
    const { stacksRecursively, directory } = this.assembly;
    const found = stacksRecursively.find(stack => stack.stackName === stackName);
    if (!found) { throw new Error(`no stack ${stackName} in ${directory}; it has: ${stacksRecursively.map(stack => stack.stackName).join(', ')}`); }
    return found;
  }

  private startServer(): Promise<LocalServer> {
    return LocalServer.start({
      lambda: request => this.lambda.api(request),
      states: this.stateMachines.api,
      ec2: this.ec2.handler,
      events: this.eventBridge.handler,
      cloudformation: cloudFormationApi(name => this.find(name)),
      answers: ({ path: answerPath, body }) => ({ statusCode: this.protocol.receive(answerPath, body) ? 200 : 403 }),
    }, this.props.port);
  }

  /** SageMaker has a server for each process, so that a planned crash can end the one that called. */
  private async surroundings(kill: () => void): Promise<Surroundings> {
    const server = await this.server!;
    const sagemaker = await startHttpServer(this.sagemaker, { onCrash: kill });
    return {
      close: () => sagemaker.close(),
      environment: {
        AWS_REGION: this.environment.region,
        AWS_DEFAULT_REGION: this.environment.region,
        AWS_ENDPOINT_URL_SAGEMAKER: sagemaker.url,
        AWS_ENDPOINT_URL_S3: sagemaker.url,
        AWS_ENDPOINT_URL_LAMBDA: server.url('lambda'),
        AWS_ENDPOINT_URL_SFN: server.url('states'),
        AWS_ENDPOINT_URL_EC2: server.url('ec2'),
        AWS_ENDPOINT_URL_EVENTBRIDGE: server.url('events'),
        AWS_ENDPOINT_URL_CLOUDFORMATION: server.url('cloudformation'),
        LOCAL_ANSWERS_URL: server.url('answers'),
        LOCAL_CLOCK_SCALE: String(this.clock.scale),
        LOCAL_CLOCK_EPOCH: String(this.clock.epoch),
        NODE_PATH: this.sdk,
      },
    };
  }
}

function open(assembly: string | CloudAssembly): CloudAssembly {
  return typeof assembly === 'string' ? new CloudAssembly(assembly) : assembly;
}

/** The state machines' interpreter needs a newer Node.js than the library does. */
function requireNode(): void {
  if (Number(process.versions.node.split('.')[0]) < 22) {
    throw new Error(`the local run needs Node.js 22 or newer; got: ${process.version}`);
  }
}
