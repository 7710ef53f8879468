import { SFNClient, StartExecutionCommand, type SFNClientConfig } from '@aws-sdk/client-sfn';

/** The waiter. This is a separate file, so that its client is loaded only when an execution is started. */
export class StateMachine {
  private readonly client: SFNClient;

  constructor(private readonly stateMachineArn: string, config: SFNClientConfig) {
    this.client = new SFNClient(config);
  }

  /** Does nothing if an execution with this name and input is already running. */
  public async start(name: string, input: object): Promise<void> {
    await this.client.send(new StartExecutionCommand({ stateMachineArn: this.stateMachineArn, name, input: JSON.stringify(input) }));
  }
}
