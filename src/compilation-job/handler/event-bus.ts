import { EventBridgeClient, PutEventsCommand, type EventBridgeClientConfig } from '@aws-sdk/client-eventbridge';
import { EVENT_DETAIL_TYPE, EVENT_SOURCE, type CompilationOutcome } from '../compilation-job-properties';

/** The event bus for outcomes. This is a separate file, so that its client is loaded only if the stack has a rule for them. */
export class EventBus {
  private readonly client: EventBridgeClient;

  constructor(private readonly name: string, config: EventBridgeClientConfig) {
    this.client = new EventBridgeClient(config);
  }

  public async put(outcome: CompilationOutcome): Promise<void> {
    const { Entries } = await this.client.send(new PutEventsCommand({
      Entries: [{
        EventBusName: this.name,
        Source: EVENT_SOURCE,
        DetailType: EVENT_DETAIL_TYPE,
        Resources: outcome.jobArn ? [outcome.jobArn] : [],
        Detail: JSON.stringify(outcome),
      }],
    }));
    // The call succeeds even if the entry is rejected.
    const refused = Entries?.find(entry => entry.ErrorCode);
    if (refused) { throw Object.assign(new Error(refused.ErrorMessage), { name: refused.ErrorCode }); }
  }
}
