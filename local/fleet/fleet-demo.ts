import { App } from 'aws-cdk-lib';
import { LocalFleet } from './local-fleet';
import { minutes, Output, pairOf, Progress } from './progress';
import { FleetStack } from '../../examples/fleet/fleet-stack';
import { ACTIVE_STATUSES, faults, fleetOutcomes, JobRecord } from '../sagemaker';
import { Execution } from '../stepfunctions/jsonata';
import { VirtualClock, VirtualClockProps } from '../time/virtual-clock';

const QUOTA = 4;
const TARGETS = 4;
const MODELS = ['resnet18', 'mobilenet', 'squeezenet'];

/** A demo in four scenes: a dozen compilations, the same again, an upload that is aborted, and its redrive. */
export class FleetDemo {
  private readonly clock: VirtualClock;
  private readonly fleet: LocalFleet;
  /** The number of failed calls. */
  private faulty = 0;

  constructor(private readonly out: Output, pace: VirtualClockProps = {}) {
    this.clock = new VirtualClock(pace);
    const outcomes = fleetOutcomes({ seed: 7, startingMs: 30_000, medianCompilingMs: 180_000, failureRate: 0 });
    this.fleet = new LocalFleet(new FleetStack(new App(), 'NeoFleet', { quota: QUOTA }), {
      clock: this.clock,
      quota: QUOTA,
      seed: 7,
      // Neo cannot compile one of the pairs.
      plan: (request, index) => ({
        ...outcomes(request, index),
        ...request.OutputConfig!.TargetDevice === 'rk3399' && request.InputConfig!.S3Uri!.includes('mobilenet')
          && { failureReason: 'ClientError: OperatorNotImplemented: (hard_swish)' },
      }),
      faults: [{ fault: faults.throttling(), probability: 0.03 }, { fault: faults.responseLost(), operation: 'CreateCompilationJob', nth: 5 }],
      onCall: ({ outcome }) => { if (outcome === 'ThrottlingException' || outcome === 'TimeoutError') { this.faulty++; } },
    });
  }

  /** Returns the number of jobs that are still running. */
  public run(): Promise<number> {
    return this.clock.run(this.play());
  }

  private async play(): Promise<number> {
    this.say('Local run: no AWS account, no network. SageMaker Neo, S3 and EventBridge are played here, and nothing is really compiled;',
      'the fleet\'s state machines and rules run as synthesized from examples/fleet.', '');

    this.say(`1. ${MODELS.length} models for ${TARGETS} targets, ${QUOTA} jobs at a time; some calls go wrong, and Neo cannot compile one pair`, '');
    MODELS.forEach(name => this.fleet.place(`models/${name}.tar.gz`));
    const first = this.fleet.stateMachine.start();
    const began = this.clock.now();
    await this.watch(first, MODELS.length * TARGETS);
    const took = minutes(this.clock.now() - began).trim();
    const { succeeded, failed } = this.fleet.results(first);
    this.say('', `   ${succeeded.length} compiled, ${failed.length} failed, in ${took} minutes; ${this.faulty} calls failed and were retried`,
      ...failed.map(({ Cause, Input }) => `   failed: ${pairOf(JSON.parse(Input)).join(' for ')}: ${/FAILED: (.*)/.exec(Cause)?.[1] ?? Cause}`),
      `   results: ${(first.output as any).Results}`, '');

    this.say('2. the same again, with one model more', '');
    this.fleet.place('models/yolo.tar.gz');
    const jobs = this.jobs().length;
    const second = this.fleet.stateMachine.start();
    await this.watch(second, TARGETS);
    const reused = this.fleet.results(second).succeeded.filter(({ Reused }) => Reused).length;
    this.say('', `   ${this.jobs().length - jobs} jobs for the new model; ${reused} compilations found done, the failure reported again, nothing compiled twice`, '');

    this.say('3. a model is uploaded: the bucket\'s event starts the fleet, and it is aborted when its jobs run', '');
    this.fleet.upload('models/bert.tar.gz');
    const aborted = this.watch(this.started(), TARGETS);
    const third = await this.started();
    while (this.active() < TARGETS) { await this.clock.sleep(1_000); }
    third.stop();
    await aborted;
    this.say('', `   the stopper has stopped ${this.jobs('STOPPED').length} jobs; running: ${this.active()}`, '');

    this.say('4. the execution is redriven', '');
    third.redrive();
    await this.watch(third, TARGETS);
    this.say('', `   ${this.fleet.results(third).succeeded.length} compiled; jobs left running: ${this.active()}`);
    return this.active();
  }

  /** Shows the progress until an execution and the stopper have ended. */
  private async watch(execution: Execution | Promise<Execution>, compilations: number): Promise<void> {
    const progress = new Progress(this.fleet.service, this.clock, this.out, compilations);
    await (await execution).done;
    await Promise.all(this.fleet.stops.map(({ done }) => done));
    progress.end();
  }

  /** Waits for the execution that the pipe starts for the upload. */
  private async started(): Promise<Execution> {
    while (this.fleet.uploads.length === 0) { await this.clock.sleep(1_000); }
    return this.fleet.uploads[0];
  }

  private jobs(status?: string): JobRecord[] {
    return this.fleet.service.records().filter(job => status === undefined || job.status === status);
  }

  private active(): number {
    return this.jobs().filter(({ status }) => (ACTIVE_STATUSES as string[]).includes(status)).length;
  }

  private say(...lines: string[]): void {
    lines.forEach(line => this.out.write(`${line}\n`));
  }
}
