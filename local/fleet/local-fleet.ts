import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Pipe, PipeProperties } from '../eventbridge/pipe';
import { matchesPattern, RuleProperties, targetInput } from '../eventbridge/rule';
import { ArtifactStore, CallRecord, etag, FaultRule, FaultSchedule, FrontEnd, NeoService, NeoServiceProps, seededRandom } from '../sagemaker';
import {
  Ended, Environment, Execution, LocalStateMachine, sdkIntegrations, StatesError, Step, TaskCall, SynthesizedTemplate,
} from '../stepfunctions/jsonata';
import type { CancellableClock } from '../time/virtual-clock';

export interface LocalFleetProps extends Omit<NeoServiceProps, 'now' | 'artifacts'> {
  /** The clock of SageMaker and Step Functions. */
  readonly clock: CancellableClock;
  /** The planned faults. @default - none */
  readonly faults?: readonly FaultRule[];
  /** The seed of jitter and faults. @default 1 */
  readonly seed?: number;
  /** How long a Map Run continues after its execution was stopped, in milliseconds. @default 0 */
  readonly cancellationMs?: number;
  readonly onCall?: (call: CallRecord) => void;
  /** Called with every call of a Task state, including those of S3. */
  readonly wrapCall?: (call: TaskCall) => TaskCall;
  readonly onStep?: (step: Step) => void;
  readonly onEnd?: (ended: Ended) => void;
}

/** The results of an execution: the outputs of successful compilations, and the entries of ResultWriter for the others. */
export interface FleetResults {
  readonly succeeded: any[];
  readonly failed: any[];
}

/**
 * The fleet of a stack, "deployed" next to a SageMaker stand-in. Its two state machines and its EventBridge rules are those of the template, and its
 * buckets are in memory. In the stack, the construct id of the fleet must be `Fleet`, and that of the models' bucket `Models`.
 */
export class LocalFleet {
  public readonly service: NeoService;
  public readonly frontEnd: FrontEnd;
  public readonly store = new ArtifactStore();
  public readonly stateMachine: LocalStateMachine;
  public readonly stopper: LocalStateMachine;
  public readonly template: SynthesizedTemplate;
  /** The executions of the stopper that a rule has started. */
  public readonly stops: Execution[] = [];
  private readonly rules: readonly RuleProperties[];
  private readonly now: () => number;
  private readonly pipe?: Pipe;

  constructor(stack: Stack, props: LocalFleetProps) {
    this.template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
    this.rules = this.template.find('AWS::Events::Rule').map(id => this.template.resolve(this.template.resource(id).Properties));
    this.now = () => props.clock.now();
    this.service = new NeoService({ modelsMustExist: true, ...props, artifacts: this.store, now: this.now });
    this.frontEnd = new FrontEnd(this.service, {
      clock: props.clock, faults: new FaultSchedule(props.faults ?? [], { seed: props.seed }), onCall: props.onCall,
    });
    const environment: Environment = {
      clock: props.clock,
      cancellationMs: props.cancellationMs,
      random: seededRandom(props.seed ?? 1),
      call: (props.wrapCall ?? (call => call))(sdkIntegrations(this.frontEnd, {
        'sfn:describeExecution': ({ ExecutionArn }) => {
          const { status, mapRuns } = this.find(ExecutionArn);
          return { ExecutionArn, Status: status === 'RUNNING' && mapRuns.some(({ isCancelling }) => isCancelling) ? 'PENDING_REDRIVE' : status };
        },
        'sfn:startExecution': args => this.stateMachine.startExecution(args),
        'sfn:listExecutions': args => this.stateMachine.listExecutions(args),
        'sfn:listMapRuns': ({ ExecutionArn }) => ({
          MapRuns: this.find(ExecutionArn).mapRuns.map(({ arn, stopDate }) =>
            stopDate === undefined ? { MapRunArn: arn } : { MapRunArn: arn, StopDate: new Date(stopDate).toISOString() }),
        }),
      })),
      onStep: props.onStep,
      onEnd: ended => {
        props.onEnd?.(ended);
        const { executionArn, stateMachineArn, status } = ended;
        this.emit({ 'source': 'aws.states', 'detail-type': 'Step Functions Execution Status Change', 'detail': { executionArn, stateMachineArn, status } });
      },
    };
    const machine = (part: string) => {
      const id = this.template.find('AWS::StepFunctions::StateMachine').find(logicalId => logicalId.includes(part))!;
      return new LocalStateMachine(this.template.stateMachineArn(id), this.template.definition(id), environment);
    };
    this.stateMachine = machine('FleetStateMachine');
    this.stopper = machine('FleetStopJobs');
    const [pipe] = this.template.find('AWS::Pipes::Pipe').map(id => this.template.resolve(this.template.resource(id).Properties) as PipeProperties);
    this.pipe = pipe && new Pipe(pipe, props.clock, input => this.stateMachine.start(input));
  }

  /** The executions that take turns, for uploads. */
  public get uploads(): Execution[] {
    return this.stateMachine.all.filter(({ arn }) => /:uploads-\d+-[0-9a-f]+$/.test(arn));
  }

  /** Returns the name of a bucket by the id of its construct. */
  public bucket(part: string): string {
    const id = this.template.find('AWS::S3::Bucket').find(logicalId => logicalId.startsWith(part))!;
    return this.template.resolve({ Ref: id });
  }

  /** Puts a model into its bucket without an event. */
  public place(key: string, content = key): void {
    this.store.put(this.bucket('Models'), key, Buffer.from(content), this.now());
  }

  /** Puts a model into its bucket, which sends an event. The resulting execution is in `uploads` when the pipe has collected the event. */
  public upload(key: string, content = key): void {
    this.place(key, content);
    const object = { key, etag: etag(Buffer.from(content)).replace(/"/g, ''), size: content.length };
    this.emit({ 'source': 'aws.s3', 'detail-type': 'Object Created', 'detail': { bucket: { name: this.bucket('Models') }, object } });
  }

  /** Reads the output of the ResultWriter for a successful execution. */
  public results(execution: Execution): FleetResults {
    const [, bucket, manifest] = /^s3:\/\/([^/]+)\/(.*)$/.exec((execution.output as any).Results)!;
    const json = (key: string) => JSON.parse(Buffer.from(this.store.get(bucket, key)!.body).toString());
    const { SUCCEEDED, FAILED } = json(manifest).ResultFiles;
    const read = (files: any[]) => files.flatMap(({ Key }) => json(Key));
    return { succeeded: read(SUCCEEDED).map(({ Output }) => JSON.parse(Output)), failed: read(FAILED) };
  }

  /** Evaluates the rules for an event, as EventBridge does. */
  private emit(event: object): void {
    for (const { EventPattern, Targets } of this.rules) {
      if (!matchesPattern(EventPattern, event)) { continue; }
      for (const { Arn, InputTransformer } of Targets) {
        const input = targetInput(InputTransformer, event);
        if (Arn === this.stopper.arn) { this.stops.push(this.stopper.start(input)); } else { this.pipe!.send(JSON.stringify(input)); }
      }
    }
  }

  private find(arn: string): Execution {
    const execution = this.stateMachine.execution(arn);
    if (!execution) { throw new StatesError('Sfn.ExecutionDoesNotExistException', arn); }
    return execution;
  }
}
