import { SFNClient, StartExecutionCommand, type SFNClientConfig } from '@aws-sdk/client-sfn';

/** The waiter. A file of its own: its client is loaded only where an execution is started. */
export class StateMachine {
  private readonly client: SFNClient;

  constructor(private readonly stateMachineArn: string, config: SFNClientConfig) {
    this.client = new SFNClient(config);
  }

  /** Does nothing when an execution of this name and input runs already. */
  public async start(name: string, input: object): Promise<void> {
    await this.client.send(new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name, input: JSON.stringify(input) }));
  }
}
