import { jsonApi } from '../aws/json-protocol';

/** One event as a function put it on a bus. */
export interface PutEvent {
  readonly EventBusName?: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Resources?: readonly string[];
  /** JSON. */
  readonly Detail: string;
}

/** Takes events and keeps them; no rule is evaluated and nobody is told. */
export class EventBridgeApi {
  /** Every event so far. */
  public readonly events: PutEvent[] = [];

  public readonly handler = jsonApi('AWSEvents', {
    PutEvents: ({ Entries }: { Entries: PutEvent[] }) => {
      const before = this.events.push(...Entries) - Entries.length;
      return { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(before + index) })) };
    },
  });
}
