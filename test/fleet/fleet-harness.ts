import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ArtifactStore, CallRecord, FaultRule, FaultSchedule, FrontEnd, JobRecord, NeoService, NeoServiceProps, seededRandom } from '../../local/sagemaker';
import { Ended, Environment, Execution, LocalStateMachine, sdkIntegrations, Step, StatesError, SynthesizedTemplate, VirtualTime } from '../../local/stepfunctions/jsonata';
import * as neo from '../../src';

export const C5 = { target: neo.NeoTarget.ML_C5 };
export const JETSON = { target: neo.NeoTarget.JETSON_NANO, compilerOptions: neo.NeoCompilerOptions.nvidia({ gpuCode: 'sm_53', trtVersion: '6.0.1', cudaVersion: '10.0' }) };

/** A stack with a private network and a fleet in it. */
export function fleetStack(props: (stack: Stack, models: s3.Bucket) => Partial<neo.NeoCompilationFleetProps> = () => ({})) {
  const stack = new Stack(new App(), 'Stack');
  const models = new s3.Bucket(stack, 'Models');
  const output = new s3.Bucket(stack, 'Output');
  const network = new neo.NeoPrivateCompilationVpc(stack, 'Network', { buckets: [models, output] });
  const fleet = new neo.NeoCompilationFleet(stack, 'Fleet', {
    vpcConfig: network.vpcConfig,
    models: neo.NeoFleetModels.fromPrefix(models, 'models/', {
      framework: neo.NeoFramework.PYTORCH_1_8, dataInputShape: neo.NeoDataInputShape.fromMap({ input0: [1, 3, 224, 224] }),
    }),
    targets: [C5, JETSON],
    outputBucket: output,
    quota: 4,
    pollInterval: Duration.seconds(30),
    ...props(stack, models),
  });
  return { stack, models, output, network, fleet };
}

export interface LocalFleetProps extends NeoServiceProps {
  readonly faults?: readonly FaultRule[];
  readonly seed?: number;
}

/** A synthesized fleet "deployed" next to a SageMaker stand-in, in virtual time. */
export class LocalFleet {
  public readonly time = new VirtualTime();
  public readonly service: NeoService;
  public readonly frontEnd: FrontEnd;
  public readonly store = new ArtifactStore();
  public readonly calls: CallRecord[] = [];
  public readonly steps: Step[] = [];
  public readonly ended: Ended[] = [];
  public readonly fleet: LocalStateMachine;
  public readonly stopper: LocalStateMachine;
  public readonly template: SynthesizedTemplate;
  /** As EventBridge would, start the stopper for executions that did not succeed. */
  private readonly stopping: Execution[] = [];

  constructor(stack: Stack, props: LocalFleetProps = {}) {
    this.template = new SynthesizedTemplate(Template.fromStack(stack).toJSON() as any);
    const { now } = this.time;
    this.service = new NeoService({ artifacts: this.store, now, quota: 4, modelsMustExist: true, ...props });
    this.frontEnd = new FrontEnd(this.service, {
      clock: this.time, faults: new FaultSchedule(props.faults ?? [], { seed: props.seed }), onCall: call => this.calls.push(call),
    });
    const environment: Environment = {
      clock: this.time,
      random: seededRandom(props.seed ?? 1),
      call: sdkIntegrations(this.frontEnd, { 'sfn:describeExecution': ({ ExecutionArn }) => this.describeExecution(ExecutionArn) }),
      onStep: step => this.steps.push(step),
      onEnd: ended => this.onEnd(ended),
    };
    const machine = (part: string) => {
      const id = this.template.find('AWS::StepFunctions::StateMachine').find(logicalId => logicalId.includes(part))!;
      return new LocalStateMachine(this.template.stateMachineArn(id), this.template.definition(id), environment);
    };
    this.fleet = machine('FleetStateMachine');
    this.stopper = machine('FleetStopJobs');
  }

  /** The name of a bucket by the id of its construct. */
  public bucket(part: string): string {
    const id = this.template.find('AWS::S3::Bucket').find(logicalId => logicalId.startsWith(part))!;
    return this.template.resolve({ Ref: id });
  }

  public upload(key: string, content = key): void {
    this.store.put(this.bucket('Models'), key, Buffer.from(content), this.time.now());
  }

  /** Runs an execution, and what follows from its end. */
  public async run(input: object = {}): Promise<Execution> {
    const execution = this.fleet.start(input);
    await this.settle(execution);
    return execution;
  }

  /** Lets time pass until an execution and all stoppers have ended. */
  public async settle(execution: Execution): Promise<void> {
    await this.time.run(execution.done);
    for (const stopper of this.stopping) { await this.time.run(stopper.done); }
  }

  /** What the ResultWriter has written for an execution that succeeded. */
  public results(execution: Execution): { succeeded: any[]; failed: any[] } {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.*)$/.exec((execution.output as any).Results)!;
    return this.resultsAt(bucket, key);
  }

  /** The results of every Map Run that has written any, the latest last. */
  public allResults(): { succeeded: any[]; failed: any[] }[] {
    const bucket = this.bucket('FleetResults');
    return this.store.list(bucket, 'results/').filter(({ key }) => key.endsWith('manifest.json'))
      .sort((a, b) => a.lastModified - b.lastModified).map(({ key }) => this.resultsAt(bucket, key));
  }

  public records(status?: string): JobRecord[] {
    return this.service.records().filter(job => status === undefined || job.status === status);
  }

  public count(operation: string): number {
    return this.calls.filter(call => call.operation === operation).length;
  }

  private resultsAt(bucket: string, key: string): { succeeded: any[]; failed: any[] } {
    const json = (file: string) => JSON.parse(Buffer.from(this.store.get(bucket, file)!.body).toString());
    const files = json(key).ResultFiles;
    const read = (list: any[]) => list.flatMap(({ Key }) => json(Key));
    return { succeeded: read(files.SUCCEEDED).map(({ Output }) => JSON.parse(Output)), failed: read(files.FAILED) };
  }

  private onEnd(ended: Ended): void {
    this.ended.push(ended);
    if (ended.stateMachineArn === this.fleet.arn && ended.status !== 'SUCCEEDED') {
      this.stopping.push(this.stopper.start({ executionArn: ended.executionArn }));
    }
  }

  private describeExecution(arn: string): object {
    const execution = this.fleet.execution(arn);
    if (!execution) { throw new StatesError('Sfn.ExecutionDoesNotExistException', arn); }
    return { ExecutionArn: arn, Status: execution.status };
  }
}
