import { HandlerOf, inProcessFunctions } from './in-process-functions';
import { CustomResourceProtocol } from '../cloudformation/custom-resource';
import { newStackIdentity } from '../cloudformation/environment';
import { Evaluation } from '../cloudformation/evaluation';
import { ResourceOperations } from '../cloudformation/resource-operations';
import { Stack } from '../cloudformation/stack';
import type { Template } from '../cloudformation/template';
import { LambdaService } from '../lambda/lambda-service';
import { type AwsError, FrontEnd, type NeoOperation, NeoService, type Planner, seededRandom } from '../sagemaker';
import { lambdaTask } from '../stepfunctions/lambda-task';
import { StateMachineService } from '../stepfunctions/state-machine-service';
import { VirtualClock } from '../time/virtual-clock';

export interface SimulatedAccountProps {
  readonly seed: number;
  /** Executions of functions at once in the whole account. */
  readonly lambdaConcurrency: number;
  /** Compilation jobs at once. @default - no limit */
  readonly quota?: number;
  /** Calls of SageMaker's API that the account may make in a second; more are throttled. @default - no limit */
  readonly callsPerSecond?: number;
  readonly plan?: Planner;
  readonly Handler: HandlerOf;
}

/** About as short as a compilation gets. */
const SHORT = { startingMs: 40_000, compilingMs: 110_000, stoppingMs: 20_000 };

/** The duration of an API call, without the function's own time. */
const CALL_MS = [40, 260] as const;

/**
 * An account on one virtual clock, to deploy hundreds of jobs: CloudFormation, Lambda's concurrency and SageMaker are simulated; the template, the
 * state machine and the handler are those of the library. Unlike in `LocalCloud`, functions run in this process, which is a hundred times faster.
 */
export class SimulatedAccount {
  public readonly clock = new VirtualClock();
  public readonly service: NeoService;
  public readonly lambda: LambdaService;
  public readonly stack: Stack;
  /** When SageMaker was called, in milliseconds since the epoch. */
  public readonly callsAt: number[] = [];
  /** Calls that SageMaker throttled. */
  public throttledCalls = 0;
  /** The longest time between two checks of the same resource, in milliseconds. */
  public longestGap = 0;
  private readonly lastLook = new Map<string, number>();
  private readonly protocol: CustomResourceProtocol;

  constructor(props: SimulatedAccountProps) {
    const { clock } = this;
    const random = seededRandom(props.seed);
    const vary = (ms: number) => Math.round(ms * (0.5 + random()));
    const plan: Planner = (request, index) => ({
      ...SHORT, startingMs: vary(SHORT.startingMs), compilingMs: vary(SHORT.compilingMs), ...props.plan?.(request, index),
    });
    this.service = new NeoService({ now: clock.now, quota: props.quota, plan });
    const frontEnd = new FrontEnd(this.service, {
      clock,
      callsPerSecond: props.callsPerSecond,
      onCall: ({ at, outcome }) => {
        this.callsAt.push(at);
        if (outcome === 'ThrottlingException') { this.throttledCalls++; }
      },
    });
    const call = async (operation: NeoOperation, input: any) => {
      await clock.sleep(CALL_MS[0] + random() * (CALL_MS[1] - CALL_MS[0]));
      return frontEnd.call(operation, input).catch((err: AwsError) => {
        throw Object.assign(err, { $metadata: { httpStatusCode: err.statusCode } });
      });
    };
    const stateMachines = new StateMachineService({ clock, random, task: lambdaTask((name, event) => this.lambda.invoke(name, event)) });
    this.lambda = new LambdaService({
      clock,
      random,
      environment: () => ({}),
      onLog: () => {},
      concurrency: props.lambdaConcurrency,
      makeFunction: inProcessFunctions({
        clock,
        random,
        call,
        Handler: props.Handler,
        describe: async logicalId => {
          await clock.sleep(CALL_MS[0]);
          const { status, physicalId } = this.stack.resource(logicalId);
          return { status, physicalId };
        },
        stackStatus: async () => this.stack.status,
        startExecution: async (arn, name, input) => {
          await clock.sleep(CALL_MS[0]);
          stateMachines.start(arn, input, name);
        },
        answer: (path, body) => this.protocol.receive(path, body),
        onLook: resource => this.look(resource),
      }),
    });
    this.protocol = new CustomResourceProtocol({
      clock,
      random,
      region: this.service.region,
      invoke: async (serviceToken, request) => this.lambda.invokeAsync(serviceToken, JSON.stringify(request)),
    });
    const identity = newStackIdentity('Models', { account: this.service.account, region: this.service.region }, random);
    this.stack = new Stack({
      identity,
      now: clock.now,
      onEvent: () => this.lastLook.clear(),
      operations: new ResourceOperations({
        stack: identity,
        protocol: this.protocol,
        serviceTimeoutSeconds: 3_600,
        adapters: {
          'AWS::Lambda::Function': {
            apply: ({ physicalId, properties, attributes }) => this.lambda.put({
              functionName: physicalId,
              functionArn: attributes.Arn,
              handler: properties.Handler,
              environment: properties.Environment?.Variables ?? {},
              runtime: '',
              codeDirectory: '',
              timeoutSeconds: 120,
              memorySize: 256,
            }),
            remove: physicalId => this.lambda.delete(physicalId),
          },
          'AWS::StepFunctions::StateMachine': {
            apply: ({ physicalId, properties }) => stateMachines.put(physicalId, JSON.parse(properties.DefinitionString)),
            remove: () => {},
          },
        },
      }),
      evaluate: (template, resource) => new Evaluation({
        stack: identity, template, ssmParameters: { '/cdk-bootstrap/hnb659fds/version': '30' }, exports: new Map(), resource,
      }),
    });
  }

  public async create(template: Template): Promise<string> {
    await this.clock.run(this.stack.create(template));
    return this.stack.status;
  }

  public async update(template: Template): Promise<string> {
    await this.clock.run(this.stack.update(template));
    return this.stack.status;
  }

  public async delete(): Promise<string> {
    await this.clock.run(this.stack.delete());
    return this.stack.status;
  }

  /** Why the last operation failed. */
  public get failures(): readonly string[] {
    return this.stack.failures;
  }

  private look(resource: string): void {
    const now = this.clock.now();
    const last = this.lastLook.get(resource);
    if (last !== undefined) { this.longestGap = Math.max(this.longestGap, now - last); }
    this.lastLook.set(resource, now);
  }
}
