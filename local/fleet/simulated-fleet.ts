import { Stack } from 'aws-cdk-lib';
import { LocalFleet, LocalFleetProps } from './local-fleet';
import { Execution, VirtualTime } from '../stepfunctions/jsonata';

/** A local fleet in virtual time. */
export class SimulatedFleet extends LocalFleet {
  constructor(stack: Stack, props: Omit<LocalFleetProps, 'clock'>, public readonly time = new VirtualTime()) {
    super(stack, { ...props, clock: time });
  }

  /** Runs an execution, and what follows from its end. */
  public async run(input: object = {}): Promise<Execution> {
    const execution = this.stateMachine.start(input);
    await this.settle(execution);
    return execution;
  }

  /** Lets time pass until an execution and all stoppers have ended. */
  public async settle(execution: Execution): Promise<void> {
    await this.time.run(execution.done);
    for (const stop of this.stops) { await this.time.run(stop.done); }
  }
}
