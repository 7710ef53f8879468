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
import { LambdaService } from './lambda/lambda-service';
import { scratchFolder } from './process/at-end';
import { FrontEnd, NeoHttpServer, NeoService, Random, seededRandom, startHttpServer } from './sagemaker';
import { lambdaTask } from './stepfunctions/lambda-task';
import { StateMachineService } from './stepfunctions/state-machine-service';
import { VirtualClock } from './time/virtual-clock';

export interface LocalCloudProps {
  /** A synthesized app: the path of its cdk.out, or the result of `app.synth()`. */
  readonly assembly: string | CloudAssembly;
  /** The clock of the whole run, including the SageMaker stand-in. @default - a new one */
  readonly clock?: VirtualClock;
  /** The seed of all random values: names, IDs, jitter. @default 1 */
  readonly seed?: number;
  /**
   * The SageMaker stand-in, with its faults. Its service and its faults must use the same clock. @default - a stand-in in which every job completes
   */
  readonly sagemaker?: FrontEnd;
  /** How long CloudFormation waits for the response of a custom resource, in seconds. @default 3600 */
  readonly serviceTimeoutSeconds?: number;
  /** Values in SSM's parameter store. @default - the version of the CDK's bootstrap stack */
  readonly ssmParameters?: Readonly<Record<string, string>>;
  /** The maximum number of concurrent executions of functions in the account; more are throttled. New accounts have 10. @default 1000 */
  readonly lambdaConcurrency?: number;
  /**
   * The minimum duration of a function's execution in milliseconds, because computing takes no time here. Without it, few executions overlap.
   * @default 0
   */
  readonly lambdaExecutionMs?: number;
  /** Port of the local APIs. @default 0 - any free one */
  readonly port?: number;
  /** Called with the progress of deployments. @default - none */
  readonly onEvent?: (event: StackEvent) => void;
  /** Called with the output of functions. @default - none */
  readonly onLog?: (functionName: string, line: string) => void;
}

export interface DeployOptions {
  /** Replaces the template of the assembly. */
  readonly template?: Template;
  /** Another version of the app, which this cloud uses from now on. */
  readonly assembly?: string | CloudAssembly;
  readonly parameters?: Readonly<Record<string, string>>;
}

const BOOTSTRAP = { '/cdk-bootstrap/hnb659fds/version': '30' };

/** An account and Region on this machine, for stacks that a CDK app synthesized. Close it to end its processes. */
export class LocalCloud {
  public readonly clock: VirtualClock;
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
  private readonly scratch = scratchFolder('neo-local-');
  private readonly sdk = sdkFolder(this.scratch.path);
  private assembly: CloudAssembly;
  private servers?: Promise<Servers>;
  private environmentOfFunctions: Readonly<Record<string, string>> = {};
  private readonly random: Random;

  constructor(private readonly props: LocalCloudProps) {
    this.assembly = open(props.assembly);
    this.clock = props.clock ?? new VirtualClock();
    this.random = seededRandom(props.seed ?? 1);
    this.sagemaker = props.sagemaker ?? new FrontEnd(new NeoService({ now: this.clock.now }), { clock: this.clock });
    this.environment = { account: this.sagemaker.service.account, region: this.sagemaker.service.region };
    this.lambda = new LambdaService({
      clock: this.clock,
      random: this.random,
      concurrency: props.lambdaConcurrency,
      executionMs: props.lambdaExecutionMs,
      environment: () => this.environmentOfFunctions,
      onLog: props.onLog ?? (() => {}),
    });
    this.stateMachines = new StateMachineService({
      clock: this.clock, random: this.random, task: lambdaTask((name, event) => this.lambda.invoke(name, event)),
    });
    this.protocol = new CustomResourceProtocol({
      clock: this.clock,
      random: this.random,
      region: this.environment.region,
      invoke: async (serviceToken, request) => this.lambda.invokeAsync(serviceToken, JSON.stringify(request)),
    });
  }

  /** All requests to custom resources so far, with all responses. */
  public get exchanges(): readonly Exchange[] {
    return this.protocol.exchanges;
  }

  /**
   * Creates the stack, or updates the existing one, like `cdk deploy`. The returned stack has the result:
   * a failed deployment is rolled back and does not throw.
   *
   * @throws Error for a template that CloudFormation would not accept
   */
  public deploy(stackName: string, options: DeployOptions = {}): Promise<Stack> {
    return this.clock.run(this.deployInTime(stackName, options));
  }

  /** Deletes the stack. Its status says whether all resources are gone. */
  public destroy(stackName: string): Promise<Stack> {
    return this.clock.run(this.destroyInTime(stackName));
  }

  /** Ends all executions, functions and servers. Operations in progress stay unfinished. */
  public async close(): Promise<void> {
    await this.stateMachines.close();
    await this.lambda.close();
    // The error of a server that could not start has been reported.
    const servers = await this.servers?.catch(() => undefined);
    await Promise.all([servers?.apis.close(), servers?.sagemaker.close()]);
    this.scratch.remove();
  }

  /** Returns the template of a stack in the assembly. */
  public template(stackName: string): Template {
    return this.artifact(stackName).template;
  }

  private async deployInTime(stackName: string, options: DeployOptions): Promise<Stack> {
    if (options.assembly) { this.assembly = open(options.assembly); }
    await this.clock.during(this.servers ??= this.startServers());
    const template = options.template ?? this.publish(stackName);
    const present = this.find(stackName);
    // A stack whose creation failed cannot be updated, so it is created again.
    const stack = present && present.status !== 'ROLLBACK_COMPLETE' ? present : this.newStack(stackName, options);
    await (stack === present ? stack.update(template) : stack.create(template));
    Object.entries(stack.exports).forEach(([name, value]) => this.exports.set(name, value));
    return stack;
  }

  private async destroyInTime(stackName: string): Promise<Stack> {
    const stack = this.find(stackName);
    if (!stack) { throw new Error(`there is no stack ${stackName} to delete`); }
    await stack.delete();
    Object.keys(stack.exports).forEach(name => this.exports.delete(name));
    return stack;
  }

  private find(nameOrId: string): Stack | undefined {
    return [...this.stacks].reverse().find(({ name, id, status }) => (nameOrId === id) || (nameOrId === name && status !== 'DELETE_COMPLETE'));
  }

  private newStack(stackName: string, { parameters }: DeployOptions): Stack {
    const identity = newStackIdentity(stackName, this.environment, this.random);
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
          scratchDirectory: this.scratch.path,
          asset: (bucket, key) => this.published.get(`${bucket}/${key}`),
        }),
      }),
      importersOf: exportName => this.stacks.filter(({ id, status, resources }) => id !== identity.stackId && status !== 'DELETE_COMPLETE'
        && resources.some(({ definition }) => JSON.stringify(definition).includes(JSON.stringify({ 'Fn::ImportValue': exportName })))).map(({ name }) => name),
      evaluate: (template, resource) => new Evaluation({
        stack: identity, template, parameters, ssmParameters, exports: this.exports, stackOutputs: name => this.find(name)?.outputs, resource,
      }),
    });
    this.stacks.push(stack);
    return stack;
  }

  /** Uploads the assets of a stack, and returns its template. */
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

  private async startServers(): Promise<Servers> {
    const { findCaller } = this.lambda;
    const sagemaker = await startHttpServer(this.sagemaker, { findCaller });
    const apis = await LocalServer.start({
      lambda: request => this.lambda.api(request),
      states: this.stateMachines.api,
      ec2: this.ec2.handler,
      events: this.eventBridge.handler,
      cloudformation: cloudFormationApi(name => this.find(name), this.clock.now),
      answers: ({ path: answerPath, body }) => ({ statusCode: this.protocol.receive(answerPath, body) ? 200 : 403 }),
    }, { port: this.props.port, findCaller, now: this.clock.now, run: work => this.clock.run(work) }).catch(async err => {
      await sagemaker.close();
      throw err;
    });
    this.environmentOfFunctions = {
      AWS_REGION: this.environment.region,
      AWS_DEFAULT_REGION: this.environment.region,
      AWS_ENDPOINT_URL_SAGEMAKER: sagemaker.url,
      AWS_ENDPOINT_URL_S3: sagemaker.url,
      AWS_ENDPOINT_URL_LAMBDA: apis.url('lambda'),
      AWS_ENDPOINT_URL_SFN: apis.url('states'),
      AWS_ENDPOINT_URL_EC2: apis.url('ec2'),
      AWS_ENDPOINT_URL_EVENTBRIDGE: apis.url('events'),
      AWS_ENDPOINT_URL_CLOUDFORMATION: apis.url('cloudformation'),
      LOCAL_ANSWERS_URL: apis.url('answers'),
      NODE_PATH: this.sdk,
    };
    return { apis, sagemaker };
  }
}

interface Servers {
  readonly apis: LocalServer;
  readonly sagemaker: NeoHttpServer;
}

function open(assembly: string | CloudAssembly): CloudAssembly {
  return typeof assembly === 'string' ? new CloudAssembly(assembly) : assembly;
}
