import { Stack } from 'aws-cdk-lib';
import { LocalFleet, LocalFleetProps } from './local-fleet';
import { Execution } from '../stepfunctions/jsonata';
import { VirtualClock } from '../time/virtual-clock';

/** A local fleet in virtual time. */
export class SimulatedFleet extends LocalFleet {
  constructor(stack: Stack, props: Omit<LocalFleetProps, 'clock'>, public readonly time = new VirtualClock()) {
    super(stack, { ...props, clock: time });
  }

  /** Runs an execution, and everything that follows from its end. */
  public async run(input: object = {}): Promise<Execution> {
    const execution = this.stateMachine.start(input);
    await this.settle(execution);
    return execution;
  }

  /** Uploads models at once. Returns the executions that this has started. */
  public async uploadAll(keys: string[], content = (key: string) => key): Promise<Execution[]> {
    const before = this.uploads.length;
    keys.forEach(key => this.upload(key, content(key)));
    await this.time.run(this.time.sleep(60_000));
    return this.uploads.slice(before);
  }

  /** Lets time pass until an execution and all stoppers have ended. */
  public async settle(execution: Execution): Promise<void> {
    await this.time.run(execution.done);
    for (const stop of this.stops) { await this.time.run(stop.done); }
  }
}
