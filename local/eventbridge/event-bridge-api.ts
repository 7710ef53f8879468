import { jsonApi } from '../aws/json-protocol';

/** An event that a function put on a bus. */
export interface PutEvent {
  readonly EventBusName?: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Resources?: readonly string[];
  /** The detail as JSON. */
  readonly Detail: string;
}

/** Records events. It evaluates no rules and notifies no targets. */
export class EventBridgeApi {
  /** All events so far. */
  public readonly events: PutEvent[] = [];

  public readonly handler = jsonApi('AWSEvents', {
    PutEvents: ({ Entries }: { Entries: PutEvent[] }) => {
      const before = this.events.push(...Entries) - Entries.length;
      return { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(before + index) })) };
    },
  });
}
