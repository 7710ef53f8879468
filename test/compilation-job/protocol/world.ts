import type { Weather } from './weather';
import { faults, FaultSchedule, FrontEnd, InProcessTransport, NeoService, offlineConfig, sageMakerClient, SimulatedClock, type CallRecord, type Fault, type JobPlan, type JobRecord } from '../../../local/sagemaker';
import type { CompilationJobProperties, CompilationOutcome } from '../../../src/compilation-job/compilation-job-properties';
import { Artifacts } from '../../../src/compilation-job/handler/dependencies';
import type { CompilationJobHandler } from '../../../src/compilation-job/handler/handler';
import { jobNameOf } from '../../../src/compilation-job/handler/identity';
import type { Progress, ResourceRequest } from '../../../src/compilation-job/handler/request';

export const MINUTE = 60_000;
/** A job that no test waits for. */
export const HOURS: JobPlan = { compilingMs: 3 * 60 * MINUTE };
const POLL_MS = 10_000;
/** What the handler rests between two looks; the rest of POLL_MS is the look itself. */
const REST_MS = 9_000;
const MOST_POLLS = 20_000;
/** Of a step whose function died: the state machine's own retries, without their jitter. */
const RETRIES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, ...Array(7).fill(20_000)];

export type HandlerClass = typeof CompilationJobHandler;
export type ResourceStatus = 'CREATE_IN_PROGRESS' | 'CREATE_COMPLETE' | 'CREATE_FAILED' | 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' | 'UPDATE_FAILED'
| 'DELETE_IN_PROGRESS' | 'DELETE_COMPLETE' | 'DELETE_FAILED';

export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason?: string;
  readonly physicalId: string;
  readonly data?: Record<string, string | undefined>;
  /** The function died: what it was doing is unknown to everyone. */
  readonly crashed: boolean;
  readonly timedOut: boolean;
}

interface Waiter {
  readonly request: any;
  readonly startedAt: number;
  nextPollAt: number;
  progress: Progress;
  deaths: number;
  /** Its next step has waited for the function. */
  isDelayed?: boolean;
  readonly answer: (answer: Answer) => void;
}

/**
 * The waiter's state machine in simulated time, around the real handler, against the SageMaker stand-in.
 * `test/local` and the simulation run the state machine as it is synthesized; here thousands of lives must fit into a minute.
 */
export class World {
  public readonly clock = new SimulatedClock();
  public readonly frontEnd: FrontEnd;
  public readonly service: NeoService;
  public readonly logs: unknown[] = [];
  /** The outcomes that the handler told of. */
  public readonly events: CompilationOutcome[] = [];
  /** What was asked of SageMaker and S3, in order; a test may empty it. */
  public readonly calls: CallRecord[] = [];
  /** Of CloudFormation, so that no two have the same ID. */
  public requests = 0;
  /** Questions to CloudFormation. */
  public callsToCloudFormation = 0;
  /** When the last answer was given, in milliseconds since the epoch. */
  public answeredAt?: number;
  /** Told of each such call after it was answered. */
  public onCall?: (call: CallRecord) => void;
  /** What becomes of the jobs made from now on. */
  public plan: JobPlan = {};
  /** CloudFormation's view of each resource, by logical id. */
  public readonly physicalIds = new Map<string, string | undefined>();
  public readonly resourceStatus = new Map<string, ResourceStatus>();
  public stackStatus = 'CREATE_IN_PROGRESS';
  /** The operations that faults may still happen to. */
  public injected: string[] = [];
  /** Called after every poll: what must hold at any time is looked at here. */
  public afterPoll?: () => void;
  /** Set to have telling fail. */
  public putEventError?: Error;
  /** Set to have questions to CloudFormation fail. */
  public cloudFormationError?: Error;
  private readonly waiters: Waiter[] = [];
  private readonly executions = new Set<string>();
  private polls = 0;
  private process?: { transport: InProcessTransport; handler: CompilationJobHandler };
  /** What is to happen at some time, besides the waiters' steps. */
  private readonly later: { readonly at: number; readonly run: () => Promise<void> }[] = [];
  /** When the present request of CloudFormation was sent. */
  private requestedAt = 0;

  /**
   * @param pollMs from the beginning of one look to that of the next: what the waiter rests, and what a look takes
   * @param weather what AWS is like; clear when absent
   */
  constructor(private readonly Handler: HandlerClass, quota = Infinity, private readonly pollMs = POLL_MS, public readonly weather?: Weather) {
    const plan = () => ({ ...this.plan, startingMs: Math.max(this.plan.startingMs ?? 2_000, weather?.startingMs ?? 0) });
    this.service = new NeoService({ now: this.clock.now, quota, plan, lag: weather?.lag });
    this.frontEnd = new FrontEnd(this.service, {
      faults: new FaultSchedule(this.weatherFaults()),
      clock: this.clock,
      onCall: call => {
        this.calls.push(call);
        this.onCall?.(call);
      },
    });
  }

  public callsOf(operation: string): CallRecord[] {
    return this.calls.filter(call => call.operation === operation);
  }

  public storedKeys(): string[] {
    return this.service.artifacts.list('models').map(object => object.key);
  }

  /**
   * A job that another stack or a user of the console has created.
   *
   * @returns looks at it
   */
  public strangersJob(name: string, tags: { Key: string; Value: string }[] = []): () => JobRecord {
    const request = properties().Request;
    const S3OutputLocation = 's3://models/strangers';
    this.service.call('CreateCompilationJob', {
      ...request,
      CompilationJobName: name,
      StoppingCondition: { MaxRuntimeInSeconds: 900 },
      Tags: tags,
      OutputConfig: { ...request.OutputConfig, S3OutputLocation },
    });
    return () => this.service.records().find(job => job.name === name && job.request.OutputConfig!.S3OutputLocation === S3OutputLocation)!;
  }

  /** Let this happen to the next calls of these operations. */
  public inject(operation: string | string[], fault: Fault, times = 1): void {
    this.injected = [operation].flat();
    this.frontEnd.faults = new FaultSchedule([{ operation, fault, times }, ...this.weatherFaults()]);
  }

  private weatherFaults() {
    return this.weather?.faults?.({ sinceRequest: () => this.clock.now() - this.requestedAt, showsTags: name => this.service.showsTags(name) }) ?? [];
  }

  public heal(): void {
    this.injected = [];
    this.frontEnd.faults = new FaultSchedule(this.weatherFaults());
  }

  /** Invoke the service token, as CloudFormation does. What is delivered twice runs once, under the name of its execution. */
  public async deliver(request: ResourceRequest, answer: (answer: Answer) => void): Promise<void> {
    this.requestedAt = this.clock.now();
    const { weather } = this;
    for (const ms of weather?.duplicates?.() ?? []) { this.in(ms, () => this.execute(request, answer)); }
    const delay = weather?.eventDelay?.() ?? 0;
    if (delay > 0) { return this.in(delay, () => this.execute(request, answer)); }
    await this.execute(request, answer);
  }

  /** Let time pass, and every poll that is due in it happen. */
  public async advance(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    for (let next = this.next(); next && next.at <= until; next = this.next()) {
      if (++this.polls > MOST_POLLS) { throw new Error('there is no end to the polls'); }
      this.clock.advance(Math.max(0, next.at - this.clock.now()));
      this.frontEnd.land();
      await next.run();
      this.afterPoll?.();
    }
    this.clock.advance(Math.max(0, until - this.clock.now()));
    this.frontEnd.land();
  }

  /** Lets time pass until no caller waits any more. */
  public async settle(): Promise<void> {
    while (this.waiters.length + this.later.length > 0) { await this.advance(this.pollMs); }
  }

  public async askForStackStatus(): Promise<string> {
    return this.stackStatus;
  }

  /** Whether the waiter of a request has begun. */
  public hasBegun({ StackId, LogicalResourceId, RequestId }: ResourceRequest): boolean {
    return this.executions.has([StackId, LogicalResourceId, RequestId].join());
  }

  private in(ms: number, run: () => Promise<void>): void {
    this.later.push({ at: this.clock.now() + ms, run });
  }

  private async execute(request: ResourceRequest, answer: (answer: Answer) => void): Promise<void> {
    const { StackId, LogicalResourceId, RequestId } = request;
    const name = [StackId, LogicalResourceId, RequestId].join();
    if (this.executions.has(name)) { return; }
    this.executions.add(name);
    const waiter: Waiter = { request, startedAt: this.clock.now(), nextPollAt: this.clock.now(), progress: {}, deaths: 0, answer };
    this.waiters.push(waiter);
    // The first step only decides which job it is about.
    await this.poll(waiter);
  }

  /** What is due first. */
  private next(): { at: number; run: () => Promise<void> } | undefined {
    const [waiter] = [...this.waiters].sort((a, b) => a.nextPollAt - b.nextPollAt);
    const [event] = [...this.later].sort((a, b) => a.at - b.at);
    if (event && (!waiter || event.at < waiter.nextPollAt)) {
      return {
        at: event.at,
        run: () => {
          this.later.splice(this.later.indexOf(event), 1);
          return event.run();
        },
      };
    }
    return waiter && { at: waiter.nextPollAt, run: () => this.pollInWeather(waiter) };
  }

  private async pollInWeather(waiter: Waiter): Promise<void> {
    const wait = waiter.isDelayed ? 0 : this.weather?.stepDelay?.() ?? 0;
    waiter.isDelayed = wait > 0;
    if (wait > 0) {
      waiter.nextPollAt = this.clock.now() + wait;
      return;
    }
    const again = this.weather?.secondRun?.();
    if (again !== undefined) {
      const step = stepOf(waiter);
      this.in(again, async () => { await this.lambda().handler.proceed(step); });
    }
    await this.poll(waiter);
  }

  private async poll(waiter: Waiter): Promise<void> {
    const { request, answer } = waiter;
    const end = (physicalId: string, { Status, Reason, Data }: NonNullable<Progress['Answer']>, crashed: boolean) => {
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      this.answeredAt = this.clock.now();
      answer({ physicalId, status: Status, reason: Reason, data: Data as any, crashed, timedOut: /did not finish within 58 minutes/.test(Reason ?? '') });
    };
    const { handler, transport } = this.lambda();
    const found = await handler.proceed(stepOf(waiter));
    if (transport.crashed) {
      const wait = RETRIES_MS[waiter.deaths++];
      if (wait !== undefined) {
        waiter.nextPollAt = this.clock.now() + wait;
        return;
      }
      waiter.progress = { ...waiter.progress, Answer: { Status: 'FAILED', Reason: 'the function died again and again' } };
    } else {
      waiter.progress = found;
      waiter.deaths = 0;
    }
    const { PhysicalResourceId, Answer, WaitSeconds } = waiter.progress;
    const id = PhysicalResourceId ?? request.PhysicalResourceId ?? jobNameOf(request, request.ResourceProperties);
    if (Answer) { return end(id, Answer, transport.crashed); }
    waiter.nextPollAt = this.clock.now() + WaitSeconds! * 1_000 + (WaitSeconds === 0 ? 0 : this.pollMs - REST_MS);
  }

  /** A warm Lambda process; a new one after a crash. */
  private lambda() {
    if (this.process && !this.process.transport.crashed) { return this.process; }
    const transport = new InProcessTransport(this.frontEnd);
    const handler = new this.Handler({
      sagemaker: sageMakerClient(transport),
      artifacts: new Artifacts({ ...offlineConfig(transport), forcePathStyle: true }),
      stackResources: {
        describe: async (_stackId, logicalId) => ({ status: this.statusOf(logicalId), physicalId: this.physicalIds.get(logicalId) }),
        stackStatus: async () => this.askForStackStatus(),
      },
      now: this.clock.now,
      log: entry => this.logs.push(entry),
      eventBus: {
        put: async outcome => {
          if (this.putEventError) { throw this.putEventError; }
          this.events.push(outcome);
        },
      },
    });
    return this.process = { transport, handler };
  }

  private statusOf(logicalId: string): ResourceStatus | undefined {
    this.callsToCloudFormation++;
    if (this.cloudFormationError) { throw this.cloudFormationError; }
    return this.resourceStatus.get(logicalId);
  }
}

export { faults };

const stepOf = ({ request: Request, startedAt, progress: Progress }: Waiter): any =>
  structuredClone({ Request, StartedAt: new Date(startedAt).toISOString(), Progress });

export function properties(changes: Partial<CompilationJobProperties> & { model?: string; request?: any } = {}): any {
  const { model = 'resnet', request, ...rest } = changes;
  return {
    ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:provider',
    JobNamePrefix: 'Models-7cd64c-Job',
    Request: {
      RoleArn: 'arn:aws:iam::111122223333:role/neo-execution',
      InputConfig: {
        S3Uri: `s3://models/${model}.tar.gz`, DataInputConfig: '{"input0":[1,3,224,224]}', Framework: 'PYTORCH', FrameworkVersion: '1.13',
      },
      OutputConfig: { S3OutputLocation: 's3://models/neo', TargetDevice: 'ml_c5' },
      VpcConfig: { Subnets: ['subnet-0123456789abcdef0'], SecurityGroupIds: ['sg-0123456789abcdef0'] },
      StoppingCondition: { MaxRuntimeInSeconds: '900' },
      ...request,
    },
    WaitForCompletion: 'true',
    TimeLimitInSeconds: '3300',
    DeleteArtifacts: 'false',
    ...rest,
  };
}
